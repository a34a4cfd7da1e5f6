"""What a training run is told: dataclasses that are also the YAML file and the command line, as in TRL.

A file holds the fields of four of them: `RunArguments` or one of its kinds, `VideoBudget`, TRL's own
`SFTConfig` or `GRPOConfig`, and its `ModelConfig`.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from synrl.checks import check_range
from synrl.errors import ConfigError, first_line
from synrl.resources import find_settings, install, read_settings
from synrl.training.launching import NO_GPU

TRACKERS = ("tensorboard", "trackio", "wandb")
"""What `report_to` may name, each an extra of ours."""


@dataclass
class RunArguments:
    """Which rows to train on, and which to look at in between."""

    data: str = field(
        default="",
        metadata={
            "help": "Rows to train on: a recipe, a folder, or a dataset on the Hub (org/name). For "
            "fine-tuning also a source, as in `mix`."
        },
    )
    data_config: str | None = field(
        default=None, metadata={"help": "Config of the dataset; by default `all`, or the only one there is."}
    )
    data_split: str = field(default="train", metadata={"help": "Split to train on."})
    data_revision: str | None = field(
        default=None, metadata={"help": "Commit or tag, for a dataset on the Hub."}
    )
    eval_data: str | None = field(
        default=None, metadata={"help": "Rows to evaluate on; by default those of `eval_split` of `data`."}
    )
    eval_split: str | None = field(default=None, metadata={"help": "Split to evaluate on; none by default."})
    keep_unanswerable: bool = field(
        default=False,
        metadata={"help": "Also train on rows that can't be answered from the frames shown."},
    )

    max_bad_rows: float = field(
        default=0.01,
        metadata={"help": "Share of rows that may be left out because their video or text can't be used."},
    )

    def __post_init__(self) -> None:
        check_range("max_bad_rows", self.max_bad_rows, 0, 1)
        if not self.data:
            raise ConfigError("data is missing; name a recipe, a folder or a dataset on the Hub (org/name)")


@dataclass
class SFTArguments(RunArguments):
    """What fine-tuning needs besides."""

    real_videos: str | None = field(
        default=None,
        metadata={
            "help": "Folder with the videos of the datasets that are mixed in, as those name them; without "
            "it, the sources of a recipe are left out."
        },
    )
    mix: list[str] | None = field(
        default=None,
        metadata={
            "help": "Rows of other datasets, in place of the recipe's sources: NAME, all of them; NAME=1000, "
            "so many; NAME=15%%, that share of all rows. A name is llava_video, video_r1_cot, a JSON file of "
            "conversations, or a dataset on the Hub (org/name, org/name:split, org/name:config:split)."
        },
    )
    mix_seed: int = field(default=0, metadata={"help": "Which rows of them are taken, if not all are."})


@dataclass
class GRPOArguments(RunArguments):
    """What reinforcement needs besides. The paper rewards accuracy alone (section 2.3)."""

    generation_chunk_size: int | None = field(
        default=None, metadata={"help": "Rows to sample at once without vLLM; all of a rollout by default."}
    )
    format_reward: bool = field(default=False, metadata={"help": "Also reward the form of the output."})
    overlong_penalty: bool = field(
        default=False,
        metadata={"help": "Also take off up to 1 as completions come near their longest length."},
    )
    order_bonus: bool = field(
        default=False,
        metadata={"help": "Also answer with shuffled frames, and reward those who need the order (T-GRPO)."},
    )
    pass_at_k: bool = field(
        default=False, metadata={"help": "Also log the share of prompts that some completion answers."}
    )


def parse(kinds: Sequence[type[Any]], argv: Sequence[str] | None, command: str) -> tuple[Any, ...]:
    """The dataclasses that a command line and the YAML file in it (`--config`) spell out.

    Raises:
        ConfigError: the file can't be read, or a value is not allowed.
    """
    from trl import TrlParser

    parser = TrlParser(kinds, prog=f"synrl {command}", description=_about(command))
    path, flags = _file(sys.argv[1:] if argv is None else argv)
    said = read_settings(path) if path is not None else {}
    try:
        if unknown := parser.set_defaults_with_config(**said):
            names = " ".join(unknown[::2])
            raise ConfigError(f"{path} holds unknown settings: {names}; `synrl {command} --help` lists all")
        with warnings.catch_warnings():  # versions of Transformers have two names for one setting
            warnings.filterwarnings("ignore", ".*gradient_checkpointing. is deprecated", FutureWarning)
            found = tuple(parser.parse_args_into_dataclasses(flags))
    except ConfigError:
        raise
    except (ValueError, TypeError, OSError, ImportError) as error:
        if "bf16" in str(error) and not torch.accelerator.is_available():
            raise ConfigError(NO_GPU) from error
        raise ConfigError(first_line(error)) from error
    check_needs(found[2])
    return found


def check_needs(args: Any) -> None:
    """That the packages and the GPU that settings ask for are here, said before anything is loaded.

    Raises:
        ConfigError: one of them is not.
    """
    if not args.use_cpu and not torch.accelerator.is_available():
        raise ConfigError(NO_GPU)
    for name in TRACKERS:
        if name in args.report_to and find_spec(name) is None:
            raise ConfigError(
                f"report_to is {name}, which is not installed: {install(name)}, or report_to: none"
            )
    if getattr(args, "use_vllm", False) and find_spec("vllm") is None:
        raise ConfigError(f"use_vllm needs vLLM: {install('vllm')}, or use_vllm: false, which is slower")


def _file(argv: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The file that `--config` names on a command line, if it is there, and the rest."""
    rest = list(argv)
    for place, word in enumerate(rest):
        if word == "--config" and place + 1 < len(rest):
            return find_settings(rest[place + 1]), rest[:place] + rest[place + 2 :]
        if word.startswith("--config="):
            return find_settings(word.removeprefix("--config=")), rest[:place] + rest[place + 1 :]
    return None, rest


def _about(command: str) -> str:
    what = (
        "Fine-tune a model on chains of thought" if command == "sft" else "Train a model by GRPO on rewards"
    )
    return (
        f"{what}, on rows with videos. Settings come from --config, the name of one that `synrl recipes` "
        "lists or a YAML file, and from flags, which override it. --accelerate NAME starts a process a GPU, "
        "by settings in training/accelerate or a YAML file. --estimate says what a run will take, and starts "
        "none. Interrupted? The same command goes on from the last checkpoint."
    )
