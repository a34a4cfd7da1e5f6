"""What the models of lmms-eval are told, so that each of them shows clips within a benchmark's budget.

Our own model has the budgets by itself. Stock models choose frames with qwen-vl-utils, which spreads them
evenly, too, but rounds their number down: one to three fewer, where no limit binds. They take the limits as
arguments, except the limit on all frames together, which follows from MODEL_SEQ_LEN in the environment. vLLM
is shown each frame as an image, which Qwen3-VL can only place in time if its time is written before it; that
model asks for it by an argument.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from synrl.budget import VideoBudget
from synrl.errors import ConfigError, allowed, first_line
from synrl.evaluation.asking.journal import model_digest
from synrl.evaluation.benchmarks import Benchmark, Variant
from synrl.evaluation.digests import commit_of

BACKENDS = ("synrl", "vllm", "qwen3_vl")
TIMED = ("qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe")
"""Architectures whose own processor writes the time before each pair of frames."""
_EDGES = {"vllm": 28, "qwen3_vl": 32}
"""Multiples in pixels to which qwen-vl-utils rounds frames for these backends."""
_TEXT = 4096
"""Tokens that no question with its options needs."""
_LEAST, _WRITTEN = 100, 16
"""Tokens of a frame: small ones are enlarged to about 64; and of its time and of what encloses it."""


def model_args(
    backend: str,
    model: str,
    benchmark: Benchmark,
    variants: Sequence[Variant],
    *,
    journal: Path,
    timed: bool,
) -> str:
    """`--model_args` of lmms-eval for a benchmark, or, for our model, for any.

    Args:
        variants: of one budget.
        journal: where our model keeps its answers.
        timed: whether vLLM is to be told the time of each frame.
    """
    budget = benchmark.shown(variants[0])
    fixed = budget.min_frames == budget.max_frames  # as many of a short clip as of a long one
    if backend == "synrl":
        said = {"pretrained": model, "journal": journal}
    elif backend == "vllm":
        said = {
            "model": model,
            "is_qwen3_vl": timed,
            **({"nframes": budget.max_frames} if fixed else {"fps": f"{budget.fps:g}"}),
            "max_frame_num": budget.max_frames,
            "max_pixels": budget.max_frame_pixels,
            "max_model_len": _longest(benchmark, variants),
            "max_new_tokens": 1,  # it takes the larger of this and the task's
            "trust_remote_code": False,
        }
    else:
        said = {
            "pretrained": model,
            **({} if fixed else {"fps": f"{budget.fps:g}"}),
            "max_num_frames": budget.max_frames,
            "max_pixels": budget.max_frame_pixels,
            "min_pixels": 4096,  # it would enlarge small clips
        }
    return ",".join(f"{name}={value}" for name, value in said.items())


def environment(backend: str, budget: VideoBudget) -> dict[str, str]:
    """Variables that a backend needs to keep to a budget's limit on the pixels of a whole clip."""
    if backend not in _EDGES:
        return {}
    # It allows a pair of frames 0.9 of so many tokens, divided among all pairs.
    return {"MODEL_SEQ_LEN": str(math.ceil(budget.max_clip_pixels / (1.8 * _EDGES[backend] ** 2)))}


def model_type(model: str) -> str:
    """The architecture of a model, by the configuration in its folder or on the Hub.

    Raises:
        ConfigError: there is no such configuration, or it says none.
    """
    path = _config(model)
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"model {model!r} has no model_type in {path}: {first_line(error)}") from error


def model_name(model: str) -> str:
    """A name for the weights of a model: by the files of a folder, or by the commit on the Hub.

    Raises:
        ConfigError: it is neither.
    """
    if Path(model).is_dir():
        return model_digest(model)
    return f"{model}@{commit_of(_config(model)) or 'unknown'}"


def _config(model: str) -> Path:
    """Its `config.json`, which is all that is fetched of a model on the Hub."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    if Path(model).is_dir():
        return Path(model) / "config.json"
    try:
        return Path(hf_hub_download(model, "config.json"))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ConfigError(
            f"model {model!r} is no folder, and not to be had from the Hub: {first_line(error)}"
        ) from error


def is_timed(backend: str, model: str) -> bool:
    """Whether a backend has to write times before frames for a model; only vLLM is asked to.

    Raises:
        ConfigError: it can't be told, or the backend doesn't run such a model.
    """
    if backend not in _EDGES:
        return False
    kind = model_type(model)
    if backend == "qwen3_vl" and kind not in TIMED:
        raise ConfigError(f"backend qwen3_vl does not run model {model!r}, a {kind}; {allowed(TIMED)}")
    return backend == "vllm" and kind in TIMED


def _longest(benchmark: Benchmark, variants: Sequence[Variant]) -> int:
    """Tokens that a prompt and its answer can have. Models could take many times that, which costs memory."""
    budget = benchmark.shown(variants[0])
    pixels = math.ceil(budget.max_clip_pixels / _EDGES["vllm"] ** 2)
    clip = max(pixels, budget.max_frames * _LEAST) + budget.max_frames * _WRITTEN
    return benchmark.videos * clip + _TEXT + max(variant.max_new_tokens for variant in variants)
