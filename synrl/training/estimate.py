"""What a run will take, by arithmetic, before it is started: `synrl grpo --config NAME --estimate`.

Nothing here was measured on a GPU. Memory is what weights, optimizer and activations are known to need. Time
follows from how many operations a token takes and from two rates that are assumed (`USED`, `SAMPLED`). It
needs neither a GPU nor the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from synrl.budget import VideoBudget
from synrl.dataset import record
from synrl.dataset.recipes import get_recipe, recipes
from synrl.errors import ConfigError, allowed
from synrl.resources import find_settings, read_settings, training_settings

FLAG = "--estimate"
USED = 0.35
"""Assumed share of a GPU's operations that training uses."""
OPERATIONS = 989e12
"""Of an H100 a second, in bf16."""
SAMPLED = 2500.0
"""Tokens a second that one GPU is assumed to sample with vLLM; a twentieth without it."""
SECONDS = 12.0
"""Of a typical clip of ours; clips are of 2 to 40 seconds."""
TEXT = 250
"""Tokens of a question with its options and what is asked for."""
ANSWER = 200
"""Tokens of a typical chain of thought with its answer; half of them have 150 or fewer."""
GB = 1e9


@dataclass(frozen=True)
class Size:
    """What of a checkpoint decides on memory and time."""

    parameters: float
    layers: int
    hidden: int
    edge: int
    """Px along the edge of the square that becomes one token, in two frames."""


SIZES = {
    "Qwen/Qwen3-VL-2B-Instruct": Size(2.1e9, 28, 2048, 32),
    "Qwen/Qwen3-VL-4B-Instruct": Size(4.4e9, 36, 2560, 32),
    "Qwen/Qwen3-VL-8B-Instruct": Size(8.8e9, 36, 4096, 32),
    "Qwen/Qwen2.5-VL-3B-Instruct": Size(3.8e9, 36, 2048, 28),
    "Qwen/Qwen2.5-VL-7B-Instruct": Size(8.3e9, 28, 3584, 28),
}


def asked_for(argv: Sequence[str]) -> bool:
    """Whether a command line asks for an estimate in place of a run."""
    return FLAG in argv


def estimate(stage: str, argv: Sequence[str], processes: int = 1) -> str:
    """What the settings of a command line ask for, as lines of text.

    Args:
        stage: `sft` or `grpo`.
        argv: `--config` and what overrides it.
        processes: GPUs.

    Raises:
        ConfigError: there are no settings, or the checkpoint's size is not known.
    """
    said = _said(argv)
    size = _size(said)
    budget = VideoBudget(
        **{entry.name: said[entry.name] for entry in fields(VideoBudget) if entry.name in said}
    )
    frames = min(budget.max_frames, max(budget.min_frames, round(SECONDS * budget.fps)))
    height, width = budget.size(frames, 448, 448, size.edge)
    video = (frames + 1) // 2 * (height // size.edge) * (width // size.edge)
    prompt = TEXT + video + 10 * ((frames + 1) // 2)  # the times between the frames
    rows = _num_rows(said)
    samples, updates = _updates(stage, said, rows, processes)
    completion = min(ANSWER, int(said.get("max_completion_length", ANSWER)))
    tokens = samples * (prompt + completion)
    lora = bool(said.get("use_peft"))
    training = tokens * size.parameters * 8 / (OPERATIONS * USED * processes)
    rate = SAMPLED * (1.0 if said.get("use_vllm") else 0.05) * processes
    sampling = samples * completion / rate if stage == "grpo" else 0.0
    memory = _memory(stage, said, size, prompt, processes, lora)
    lines = [
        f"{processes} GPU{'s' * (processes > 1)}, {size.parameters / 1e9:.1f} billion weights"
        f"{', LoRA' * lora}; an estimate, not measured",
        f"frames: {frames} of {width} x {height} px for {SECONDS:g} s (at most {budget.max_frames})",
        f"tokens: {video} of the video, {prompt} of a prompt, {completion} of a typical completion",
        f"rows: {rows}; samples: {samples}; updates: {updates}; tokens in all: {tokens / 1e6:.0f} million",
        "memory of a GPU: " + ", ".join(f"{name} {value:.1f} GB" for name, value in memory.items()),
        f"  in all {sum(memory.values()):.0f} GB",
        f"time: {(training + sampling) / 3600:.1f} hours ({training / 3600:.1f} training, "
        f"{sampling / 3600:.1f} sampling), on H100s",
    ]
    return "\n".join(lines)


def _said(argv: Sequence[str]) -> dict[str, Any]:
    import yaml

    said: dict[str, Any] = {}
    flags: dict[str, Any] = {}
    for place, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if not name.startswith("--") or name == FLAG:
            continue
        value = value if equals else "".join(argv[place + 1 : place + 2])
        if name == "--config":
            said = read_settings(find_settings(value))
        else:
            flags[name[2:]] = yaml.safe_load(value)
    if not said and not flags:
        raise ConfigError(f"{FLAG} needs settings: --config NAME")
    return {**said, **flags}


def _size(said: Mapping[str, Any]) -> Size:
    """Of the checkpoint, or of that from which the run began whose model it goes on from."""
    name = str(said.get("model_name_or_path", ""))
    for _ in range(10):
        if name in SIZES:
            return SIZES[name]
        if name not in training_settings():
            break
        name = str(read_settings(find_settings(name)).get("model_name_or_path", ""))
    raise ConfigError(f"the size of {said.get('model_name_or_path')!r} is not known; {allowed(SIZES)}")


def _num_rows(said: Mapping[str, Any]) -> int:
    data = str(said.get("data", ""))
    if data in recipes():
        split = str(said.get("data_split", "train"))
        parts = [part.num_rows for part in get_recipe(data).parts if part.split == split]
        return sum(parts) or get_recipe(data).num_rows
    made = record.recipe_of(Path(data))
    if made is None:
        raise ConfigError(f"the number of rows of {data!r} is not known; name a recipe or a generated folder")
    return made.num_rows


def _updates(stage: str, said: Mapping[str, Any], rows: int, processes: int) -> tuple[int, int]:
    """Samples that are trained on, and updates."""
    each = int(said.get("num_generations", 8)) if stage == "grpo" else 1
    batch = processes * int(said.get("per_device_train_batch_size", 8))
    batch *= int(said.get("gradient_accumulation_steps", 1))
    samples = int(rows * each * float(said.get("num_train_epochs", 1)))
    updates = int(said.get("max_steps", -1))
    return (updates * batch, updates) if updates > 0 else (samples, samples // batch)


def _memory(
    stage: str, said: Mapping[str, Any], size: Size, prompt: int, processes: int, lora: bool
) -> dict[str, float]:
    """In GB: 16 bytes a weight that is trained, shared out over the processes (ZeRO-3, FSDP2), else 2."""
    longest = prompt + int(said.get("max_completion_length", 1000))
    rows = int(said.get("per_device_train_batch_size", 8))
    width = size.hidden * rows * longest
    found = {
        "weights and optimizer": (2.6 if lora else 16 / processes) * size.parameters / GB,
        "activations": (2 * size.layers + 40) * width / GB,
        "logits": 8 * rows * (longest - prompt) * 151_936 / GB,
    }
    if stage == "grpo" and said.get("use_vllm"):
        found["vLLM"] = float(said.get("vllm_gpu_memory_utilization", 0.3)) * 80
    return found
