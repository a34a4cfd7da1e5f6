"""What several commands share: how they take arguments, and how they talk.

Data goes to stdout. What goes to stderr is either a note, which `--quiet` silences, or has to be told. Both
are escaped, as they may repeat what a user or a stranger's file says.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.errors import ConfigError, printable

if TYPE_CHECKING:
    from synrl.shares import Share

SILENT = ("TQDM_DISABLE", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_DATASETS_DISABLE_PROGRESS_BARS")
"""Variables with which users of these libraries say that they want no progress bars."""


def add_data(command: argparse.ArgumentParser) -> None:
    """The dataset that a command is about."""
    command.add_argument(
        "data", metavar="DIR_OR_REPO", help="dataset folder, or a dataset on the Hub (org/name)"
    )


def add_num_proc(command: argparse.ArgumentParser, what: str = "processes") -> None:
    """How many processes a command uses."""
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help=f"{what} (default: 1)")


def add_shard(command: argparse.ArgumentParser, what: str) -> None:
    """Which part of the work is this machine's."""
    command.add_argument(
        "--shard",
        metavar="i/N",
        help=f"{what}, 0/N to N-1/N: as many machines as there are numbers do one work; "
        "then `synrl gather DIR` makes the whole of it",
    )
    command.add_argument(
        "--executor", metavar="E", help="run all shards by datatrove (extra `scale`): slurm, ray or local"
    )
    command.add_argument("--tasks", type=int, metavar="N", help="with --executor: how many shards")


def add_noting(command: argparse.ArgumentParser) -> None:
    """How many machines share what is a report in the end."""
    add_shard(command, "look at the rows of a part of the files only, and note in --out what is found")
    command.add_argument(
        "--out",
        type=new_path,
        metavar="DIR",
        help="with --shard: folder to make, which all shards have in common",
    )


def share_of(arguments: argparse.Namespace) -> Share | None:
    """The part that a command line asks for; None if it asks for the whole.

    Raises:
        ConfigError: there is no such part.
    """
    if arguments.tasks is not None:
        raise ConfigError(f"--tasks {arguments.tasks} is for --executor; a shard is --shard i/N")
    if arguments.shard is None:
        return None
    from synrl.shares import Share

    return Share.parse(arguments.shard, words_without(arguments.argv, ("--shard",)))


def words_without(words: Sequence[str], flags: Sequence[str]) -> list[str]:
    """The words of a command line but for some flags and their values."""
    rest = iter(words)
    found = []
    for word in rest:
        name, has_value, _ = word.partition("=")
        # As argparse does, which takes the beginning of a flag for it.
        if not any(len(name) > 2 and flag.startswith(name) for flag in flags):
            found.append(word)
        elif not has_value:
            next(rest)
    return found


def noting_share_of(arguments: argparse.Namespace) -> Share | None:
    """The same for a command of `add_noting`.

    Raises:
        ConfigError: there is no such part, or only one of --shard and --out is given.
    """
    if (arguments.shard is None) != (arguments.out is None):
        raise ConfigError(
            "--shard and --out go together: one says which part, the other where all parts meet"
        )
    return share_of(arguments)


def tell_shard(arguments: argparse.Namespace, share: Share) -> int:
    """Say that a part is done, and return the exit status."""
    from synrl.output import working_folder

    print(working_folder(arguments.out) if not arguments.out.exists() else arguments.out)
    note(arguments, f"shard {share} is done; when all are: synrl gather {quoted(arguments.out)}")
    return 0


def examples(*lines: str) -> dict[str, Any]:
    """For a command's parser: lines to show at the end of its help, as they are."""
    said = "".join(f"  {line}\n" for line in lines)
    return {"epilog": f"examples:\n{said}", "formatter_class": argparse.RawDescriptionHelpFormatter}


def new_path(text: str) -> Path:
    """For an argument: where to write.

    Raises:
        argparse.ArgumentTypeError: it is empty, which would mean this folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("it is empty; allowed: a path")
    return Path(text)


def repo_name(text: str) -> str:
    """For an argument: a repository on the Hub.

    Raises:
        argparse.ArgumentTypeError: it can be the name of none.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(text)
    except HFValidationError as error:
        raise argparse.ArgumentTypeError(f"{error}") from error
    return text


def shows_progress(arguments: argparse.Namespace) -> bool:
    """Whether to draw progress bars: for somebody who looks, and has not said otherwise."""
    said = (os.environ.get(name, "") for name in SILENT)
    is_silenced = any(value.lower() not in ("", "0", "false", "no", "off") for value in said)
    return not arguments.quiet and not is_silenced and sys.stderr.isatty()


def tell_where(arguments: argparse.Namespace) -> None:
    """Say that a dataset is looked for on the Hub, since a mistyped folder may be the name of one."""
    data = getattr(arguments, "data", None)
    if isinstance(data, str) and not os.path.lexists(data):
        with suppress(argparse.ArgumentTypeError):  # then it isn't
            note(arguments, f"there is no folder {quoted(repo_name(data))} here: looking for it on the Hub")


def note(arguments: argparse.Namespace, *lines: str) -> None:
    """Say something that `--quiet` silences."""
    if not arguments.quiet:
        tell(*lines)


def tell(*lines: str) -> None:
    """Say something on stderr."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def quoted(path: object) -> str:
    """A path as it is typed in a shell, behind a command that would take `-x` for a flag."""
    return shlex.quote(f"./{path}" if str(path).startswith("-") else str(path))
