"""The command line: `synrl families | recipes | generate | verify | audit | preview | stats | cot |
export | gather | sft | grpo | eval | report | judge | push`.

Data goes to stdout, messages and progress to stderr. A user's mistake is one line and exit status 2, and so
is what the system refuses: a full disk, too many open files. Whatever else ends in a traceback is a bug.
Everything heavy is imported by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

from synrl import __version__
from synrl.commands import (
    audit,
    cot,
    export,
    families,
    gather,
    generate,
    models,
    preview,
    push,
    recipes,
    stats,
    verify,
)
from synrl.commands.common import SILENT, shows_progress, tell_where
from synrl.errors import SynRLError, allowed, meant, one_line, printable, shown

MODULES = (families, recipes, generate, verify, audit, preview, stats, cot, push, export, gather, models)
"""In the order of the help; `models` holds the commands that train models and measure them."""
EXAMPLES = """\
examples:
  synrl families
  synrl generate direction_identification card_stack -n 100 --seed 7 --out data
  synrl generate --recipe rl_7k --num-proc 8 --out rl_7k
  synrl verify data
  synrl audit data
  synrl preview data --out page.html
  synrl cot data --out data_cot
"""


TRAINING = ("sft", "grpo")
"""Commands whose flags TRL reads."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 if a proof failed, 2 for a user's mistake, 130 if it was
    interrupted.

    Raises:
        SystemExit: for a mistake that argparse finds, and after a help.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    name, goes_on = "synrl", False
    try:
        if argv[:1] and argv[0] in TRAINING and (models.can_train() or not _HELP & set(argv)):
            name = f"synrl {argv[0]}"
            return models.train(argv[0], argv[1:])
        arguments = _parsed(argv)
        name, goes_on = f"synrl {arguments.command}", arguments.resumes
        tell_where(arguments)
        with _silence(arguments.progress):
            status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except SynRLError as error:
        said = one_line(error)
    except KeyboardInterrupt:
        print(f"{name}: interrupted{'; the same command goes on from here' * goes_on}", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left
        _leave(sys.stdout)
        _leave(sys.stderr)
        return 1
    except MemoryError:
        said = "out of memory"
    except ImportError as error:
        if "failed to map segment" not in str(error):
            raise
        said = "out of memory"  # while a library was loaded
    except OSError as error:  # of the system, wherever a command met it
        _leave(sys.stdout)
        said = one_line(error)
    with suppress(OSError):  # if nothing can be said any more, the status still tells
        print(f"{name}: {said}", file=sys.stderr, flush=True)
    return 2


_HELP = {"-h", "--help"}
_INTERRUPTED = 130


def _parsed(argv: list[str]) -> argparse.Namespace:
    """The arguments of a command line; `progress` says whether bars are drawn."""
    parser, commands = _parser()
    if argv and not argv[0].startswith("-") and argv[0] not in commands:
        parser.error(f"no command {shown(argv[0])}; {allowed(commands, argv[0])}")
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        command = commands[arguments.command]
        flags = re.findall(r"--[a-z][a-z-]*", command.format_help())
        hint = meant(unknown[0].partition("=")[0], flags) or f"see {command.prog} --help "
        command.error(f"there is no argument {shown(unknown[0])}; {hint}".rstrip())
    arguments.progress = shows_progress(arguments)
    arguments.argv = argv
    return arguments


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and that says so if a help can't be written."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:  # argparse drops what a full disk or a closed pipe says
            print(message, end="", file=file or sys.stderr, flush=True)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and leave."""
        self.exit(2, f"{self.prog}: {printable(message)}\n")


def _parser() -> tuple[Parser, Mapping[str, argparse.ArgumentParser]]:
    """The parser, and that of each command."""
    parser = Parser(
        prog="synrl",
        description="Synthetic videos with proved answers, for video reasoning.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"synrl {__version__}")
    parser.add_argument(
        "--print-completion",
        action=_Completion,
        metavar="SHELL",
        help="print what makes bash, zsh, tcsh or fish complete commands and flags, and exit",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    for module in MODULES:
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument(
            "-q", "--quiet", action="store_true", help="no progress, no notes: only data, warnings and errors"
        )
        command.set_defaults(resumes=command.get_default("resumes") or False)
    return parser, commands.choices


class _Completion(argparse.Action):
    """Prints a script for a shell."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: Any) -> NoReturn:
        try:
            import shtab
        except ImportError:
            parser.error("completion needs one more library: pip install shtab")
        shell = arguments[1]
        if shell not in shtab.SUPPORTED_SHELLS:
            parser.error(f"shell is {shown(shell)}; {allowed(shtab.SUPPORTED_SHELLS, shell)}")
        print(shtab.complete(parser, shell))
        parser.exit()


@contextmanager
def _silence(progress: bool) -> Iterator[None]:
    """Let the libraries that a command uses, and what they start, draw no progress bars either."""
    before = dict(os.environ)
    if not progress:
        os.environ.update(dict.fromkeys(SILENT, "1"))
    try:
        yield
    finally:
        for name in SILENT:
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)


def _leave(stream: TextIO) -> None:
    """Let what is still in a stream's buffer go nowhere, or Python would complain of it at its end."""
    with suppress(OSError, ValueError):  # of what is no file, as in tests, or is closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams() -> None:
    """Let what nobody reads go nowhere, and what an encoding lacks be escaped.

    A stream that was closed before the start would otherwise give its number to the next file that is opened.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors="backslashreplace")


def run() -> None:
    """The `synrl` command."""
    _open_streams()
    try:
        status: Any = main()
    except SystemExit as ended:
        status = ended.code
    try:
        sys.stdout.flush()
    except OSError as error:
        _leave(sys.stdout)
        print(f"synrl: {one_line(error)}", file=sys.stderr)
        status = 2
    if status == _INTERRUPTED:  # at once: Python might wait for threads, or end by the signal all the same
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
