"""The command line: `synrl families | recipes | generate | verify | audit | preview | stats | cot |
export | sft | grpo | eval | report | judge | push`.

Data goes to stdout, messages and progress to stderr. A user's mistake is one line and exit status 2.
Everything heavy is imported by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from synrl import __version__
from synrl.commands import (
    audit,
    cot,
    export,
    families,
    generate,
    models,
    preview,
    push,
    recipes,
    stats,
    verify,
)
from synrl.errors import SynRLError, one_line

MODULES = (families, recipes, generate, verify, audit, preview, stats, cot, push, export, models)
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 if a proof failed, 2 for a user's mistake."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["sft"] or argv[:1] == ["grpo"]:
        return models.train(argv[0], argv[1:])
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SynRLError as error:
        print(f"synrl {arguments.command}: {one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"synrl {arguments.command}: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has left
        sys.stderr.close()
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synrl",
        description="Synthetic videos with proved answers, for video reasoning.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"synrl {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    for module in MODULES:
        module.add(commands)
    return parser


def run() -> None:
    """The `synrl` command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
