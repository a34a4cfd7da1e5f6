"""What a step of GRPO costs on video, beside TRL's own trainer with the same frames as images.

    python tests/benchmarks/grpo_step.py                  a million weights, on a CPU
    python tests/benchmarks/grpo_step.py --size 4b        the architecture of Qwen3-VL-4B, on one GPU of 80 GB

Weights are random. Completions have a fixed length, so both trainers sample and learn equally many tokens, on
the same rows, one trainer after the other. Printed are medians, their ratio, and on a GPU the peak of memory.
Images are the way in which TRL can be given frames: each alone, without times, and without the vision tower's
merging of pairs, hence with twice the tokens.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, Qwen3VLConfig, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from synrl.budget import VideoBudget, token_edge
from synrl.dataset.rows import make_row
from synrl.tasks import get_family
from synrl.training.inputs import prompt_messages
from synrl.training.tiny import write_tiny
from synrl.training.video_grpo import VideoGRPOTrainer

PROMPTS, GROUP = 2, 8
FAMILIES = ("direction_identification", "shell_game")
SIZES: dict[str, dict[str, Any]] = {
    "tiny": dict(budget=VideoBudget(min_frames=8, max_frames=8, max_frame_pixels=64 * 64), tokens=32),
    "4b": dict(budget=VideoBudget(), tokens=512),
}
# From the config.json of Qwen/Qwen3-VL-4B-Instruct.
TEXT_4B = dict(
    hidden_size=2560,
    intermediate_size=9728,
    num_hidden_layers=36,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    vocab_size=151_936,
    tie_word_embeddings=True,
)
VISION_4B = dict(
    depth=24,
    hidden_size=1024,
    intermediate_size=4096,
    num_heads=16,
    out_hidden_size=2560,
    deepstack_visual_indexes=[5, 11, 17],
)


def reward(completion_ids: list[list[int]], **_: Any) -> list[float]:
    """Tells any two completions apart, so that there is something to learn."""
    return [float(sum(ids) % 97) for ids in completion_ids]


def make_rows(count: int, budget: VideoBudget, edge: int) -> tuple[Dataset, Dataset]:
    """Rows with videos, and the same with the frames of the budget as images."""
    videos, images = [], []
    for index in range(count):
        name = FAMILIES[index % len(FAMILIES)]
        family = get_family(name)
        config = family.config(1, family.modes[0], "choice")
        row = make_row(name, split="train", seed=0, index=index, config=config).to_dict()
        prompt = prompt_messages(row)
        videos.append({"prompt": prompt, "video": row["video"]})
        frames = budget.read(row["video"]["bytes"], edge).frames
        images.append({"prompt": prompt, "images": [Image.fromarray(frame) for frame in frames]})
    return Dataset.from_list(videos), Dataset.from_list(images)


def make_model(size: str, tiny: Path, device: str) -> Any:
    """A model with random weights."""
    if size == "tiny":
        return AutoModelForImageTextToText.from_pretrained(tiny)
    small = AutoModelForImageTextToText.from_pretrained(tiny).config
    special = {name: value for name, value in small.to_dict().items() if name.endswith("_token_id")}
    text = {name: small.text_config.to_dict()[name] for name in ("eos_token_id", "pad_token_id")}
    config = Qwen3VLConfig(text_config=TEXT_4B | text, vision_config=VISION_4B, **special)
    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16)
        try:
            return AutoModelForImageTextToText.from_config(config)
        finally:
            torch.set_default_dtype(torch.float32)


class Clock(TrainerCallback):
    """Seconds of each step, from the rollout to the new weights, and the peak of the GPU's memory."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.peak = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        self._begin = time.perf_counter()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
            self.peak = max(self.peak, torch.cuda.max_memory_allocated() / 2**30)
        self.seconds.append(time.perf_counter() - self._begin)


def measure(kind: type[GRPOTrainer], size: str, steps: int, rows: Dataset, tiny: Path) -> Clock:
    """Train for some steps; the first, which warms up, is not counted."""
    cuda = torch.cuda.is_available()
    args = GRPOConfig(
        output_dir=str(tiny / "runs"),
        use_cpu=not cuda,
        bf16=cuda,
        gradient_checkpointing=size != "tiny",
        per_device_train_batch_size=PROMPTS * GROUP,
        num_generations=GROUP,
        max_completion_length=SIZES[size]["tokens"],
        generation_kwargs={"min_new_tokens": SIZES[size]["tokens"]},
        max_steps=steps + 1,
        learning_rate=1e-6,
        optim="sgd",  # the optimizer costs both the same
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_steps=steps + 1,
    )
    model = make_model(size, tiny, "cuda" if cuda else "cpu")
    processor = AutoProcessor.from_pretrained(tiny, padding_side="left")
    clock = Clock()
    more: dict[str, Any] = {"budget": SIZES[size]["budget"]} if kind is VideoGRPOTrainer else {}
    trainer = kind(
        model, reward, args, train_dataset=rows, processing_class=processor, callbacks=[clock], **more
    )
    trainer.train()
    clock.seconds.pop(0)
    return clock


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--steps", type=int, default=5, help="counted, after one that is not (5)")
    size, steps = (vars(parser.parse_args())[name] for name in ("size", "steps"))
    with tempfile.TemporaryDirectory() as name:
        tiny = write_tiny(Path(name))
        edge = token_edge(AutoProcessor.from_pretrained(tiny))
        videos, images = make_rows(PROMPTS * (steps + 1), SIZES[size]["budget"], edge)
        made = PROMPTS * GROUP * SIZES[size]["tokens"]
        medians = []
        for label, kind, rows in (("video", VideoGRPOTrainer, videos), ("images", GRPOTrainer, images)):
            clock = measure(kind, size, steps, rows, tiny)
            medians.append(statistics.median(clock.seconds))
            memory = f", peak of {clock.peak:.1f} GiB" if clock.peak else ""
            print(
                f"{label}: {medians[-1]:.2f} s a step, {made / medians[-1]:.0f} new tokens a second{memory}"
            )
    print(f"video / images: {medians[0] / medians[1]:.2f} of the time")


if __name__ == "__main__":
    main()
