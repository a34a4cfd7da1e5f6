"""What a training run is told: dataclasses that are also the YAML file and the command line, as in TRL.

A file holds the fields of four of them: `RunArguments` or one of its kinds, `VideoBudget`, TRL's own
`SFTConfig` or `GRPOConfig`, and its `ModelConfig`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from synrl.errors import ConfigError, first_line
from synrl.resources import find_settings


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
        return tuple(parser.parse_args_and_config(argv, fail_with_unknown_args=True))
    except ConfigError:
        raise
    except (ValueError, OSError) as error:
        raise ConfigError(first_line(error)) from error
    except (yaml.YAMLError, AttributeError, TypeError, RecursionError) as error:
        # The last three are what TRL makes of YAML that holds no settings.
        raise ConfigError(f"--config holds no settings: {' '.join(str(error).split())}") from error


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
        "lists or a YAML file, and from flags, which override it. Interrupted? The same command goes on from "
        "the last checkpoint."
    )
