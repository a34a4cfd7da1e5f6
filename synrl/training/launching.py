"""One process a GPU: `synrl sft --config F.yaml --accelerate fsdp2`, by Accelerate's own launcher.

`accelerate launch` does the same, and more. What it lacks is a short end: here a missing package or GPU is
one line before anything starts, and when processes fail, what the first of them says is all that is printed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from synrl.errors import ConfigError, allowed, first_line
from synrl.resources import install, shipped
from synrl.texts import read_yaml

FLAG = "--accelerate"
NO_GPU = (
    "no GPU is here, and these settings are for one; to try them on a CPU, set use_cpu: true, bf16: false "
    "and, for GRPO, use_vllm: false"
)


def launched(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """What follows `--accelerate` on a command line, if it is there, and the rest.

    Raises:
        ConfigError: nothing follows it.
    """
    rest = list(argv)
    for place, word in enumerate(rest):
        name, equals, value = word.partition("=")
        if name == FLAG:
            said = [value] if equals else rest[place + 1 : place + 2]
            if not said or not said[0]:
                raise ConfigError(
                    f"{FLAG} names no settings; {allowed(_known())}, or the path of a YAML file"
                )
            return said[0], rest[:place] + rest[place + (1 if equals else 2) :]
    return None, rest


def launch(stage: str, name: str, argv: Sequence[str]) -> int:
    """Run a stage in several processes, and return the exit status: 0, or that of the first that failed.

    Args:
        stage: `sft` or `grpo`.
        name: settings of Accelerate: a name in `training/accelerate`, or the path of a YAML file.
        argv: of the stage.

    Raises:
        ConfigError: there are no such settings, or they ask for packages or GPUs that are not here.
    """
    from accelerate.commands.launch import launch_command, launch_command_parser
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    path = _settings(name)
    said = launch_command_parser().parse_args(["--config_file", str(path), "-m", "synrl", stage, *argv])
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    try:
        launch_command(said)
    except ChildFailedError as error:
        status = error.get_first_failure()[1].exitcode
        if status not in (2, 130):  # then no process has said why
            print(f"synrl {stage}: a process ended with exit status {status}", file=sys.stderr)
        return status if status > 0 else 1
    return 0


def processes_of(name: str) -> int:
    """How many processes settings of Accelerate ask for.

    Raises:
        ConfigError: there are no such settings.
    """
    return int(_read(name)[1]["num_processes"])


def _read(name: str) -> tuple[Path, dict[str, Any]]:
    """The file that a name or path means, and what it says."""
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else _known().get(name)
    if path is None or not path.is_file():
        raise ConfigError(f"no settings of Accelerate {name!r}; {allowed(_known(), name)}, or a YAML file")
    try:
        told: dict[str, Any] = read_yaml(path)
        told["distributed_type"], int(told["num_processes"])
    except (ValueError, TypeError, LookupError) as error:
        raise ConfigError(f"{path} holds no settings of Accelerate: {first_line(error)}") from error
    return path, told


def _settings(name: str) -> Path:
    """The file that a name or path means, once what it asks for is here."""
    import torch

    path, told = _read(name)
    if told["distributed_type"] == "DEEPSPEED" and find_spec("deepspeed") is None:
        raise ConfigError(f"{name} needs DeepSpeed: {install('deepspeed')}; fsdp2 does without")
    here = torch.accelerator.device_count()
    each = int(told["num_processes"]) // int(told.get("num_machines", 1))
    if not told.get("use_cpu") and here < each:
        if not here:
            raise ConfigError(NO_GPU)
        raise ConfigError(
            f"{name} asks for {each} GPUs, and {here} are here: copy {path}, set num_processes, and name the "
            "copy; for the same batch, raise gradient_accumulation_steps and steps_per_generation as much"
        )
    return path


def _known() -> dict[str, Path]:
    return {path.stem: path for path in sorted(shipped("training/accelerate").glob("*.yaml"))}


def speaks() -> bool:
    """Whether this process is the one to say what ended the run: the first of a node's that asks."""
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if not file:
        return True
    claim = Path(file).parents[1] / "said"  # a folder that the processes of one run on a node have in common
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        return os.environ.get("RANK", "0") == "0"
    return True
