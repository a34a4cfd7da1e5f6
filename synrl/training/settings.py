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
from typing import Any

import torch

from synrl.errors import ConfigError, first_line
from synrl.resources import find_settings, install
from synrl.training.launching import NO_GPU

TRACKERS = ("tensorboard", "trackio", "wandb")
"""What `report_to` may name, each an extra of ours."""


@dataclass
class RunArguments:
    """Which rows to train on, and which to look at in between."""

    data: str = field(
        default="",
        metadata={"help": "Rows to train on: a recipe, a folder, or a dataset on the Hub (org/name)."},
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

    def __post_init__(self) -> None:
        if not self.data:
            raise ConfigError("data is missing; name a recipe, a folder or a dataset on the Hub (org/name)")


@dataclass
class SFTArguments(RunArguments):
    """What fine-tuning needs besides."""

    real_videos: str | None = field(
        default=None,
        metadata={
            "help": "Folder with the videos of the datasets that the recipe mixes in, as those name them; "
            "without it they are left out."
        },
    )


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
    import yaml
    from trl import TrlParser

    parser = TrlParser(kinds, prog=f"synrl {command}", description=_about(command))
    argv = _with_file(sys.argv[1:] if argv is None else argv)
    try:
        with warnings.catch_warnings():  # versions of Transformers have two names for one setting
            warnings.filterwarnings("ignore", ".*gradient_checkpointing. is deprecated", FutureWarning)
            found = tuple(parser.parse_args_and_config(argv, fail_with_unknown_args=True))
    except ConfigError:
        raise
    except (ValueError, OSError, ImportError) as error:
        if "bf16" in str(error) and not torch.accelerator.is_available():
            raise ConfigError(NO_GPU) from error
        raise ConfigError(first_line(error)) from error
    except (yaml.YAMLError, AttributeError, TypeError, RecursionError) as error:
        # The last three are what TRL makes of YAML that holds no settings.
        raise ConfigError(f"--config holds no settings: {' '.join(str(error).split())}") from error
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


def _with_file(argv: Sequence[str]) -> list[str]:
    """A command line with the file in the place of the name that follows `--config`."""
    found = list(argv)
    for place, word in enumerate(argv):
        if word == "--config" and place + 1 < len(argv):
            found[place + 1] = str(find_settings(argv[place + 1]))
        elif word.startswith("--config="):
            found[place] = f"--config={find_settings(word.removeprefix('--config='))}"
    return found


def _about(command: str) -> str:
    what = (
        "Fine-tune a model on chains of thought" if command == "sft" else "Train a model by GRPO on rewards"
    )
    return (
        f"{what}, on rows with videos. Settings come from --config, the name of one that `synrl recipes` "
        "lists or a YAML file, and from flags, which override it. --accelerate NAME starts a process a GPU, "
        "by settings in training/accelerate or a YAML file. Interrupted? The same command goes on from the "
        "last checkpoint."
    )
