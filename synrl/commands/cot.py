"""`synrl cot`: add a verified chain of thought to each row."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from synrl.commands.common import add_data


def add(commands: Any) -> None:
    """Give the command line its part."""
    from synrl.config import add_flags
    from synrl.cot.settings import CotConfig

    command = commands.add_parser(
        "cot",
        help="add a verified chain of thought to each row",
        description="Write a dataset again with its `cot` column filled: from each row's own record, or by "
        "models on an OpenAI-compatible server, which write, judge, correct and polish, while code checks "
        "every chain against the record. A server's key is taken from SYNRL_API_KEY or OPENAI_API_KEY. "
        "Interrupted? The same command goes on, and pays for nothing twice.",
    )
    add_data(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument(
        "--num-proc", type=int, default=1, metavar="P", help="processes, for the writer trace (default: 1)"
    )
    add_flags(command, CotConfig)
    command.set_defaults(run=_cot)


def _cot(arguments: argparse.Namespace) -> int:
    from synrl.config import read_config
    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig

    config = read_config(CotConfig, arguments)
    said = add_chains(arguments.data, arguments.out, config, num_proc=arguments.num_proc)
    print(arguments.out)
    why = ", ".join(f"{reason} {count}" for reason, count in said["reasons"].items())
    dropped = f"; {said['dropped']} dropped ({why}), listed in dropped.jsonl" if why else ""
    print(f"{said['accepted']} rows with a chain of thought{dropped}", file=sys.stderr)
    print(f"next: synrl verify {arguments.out}", file=sys.stderr)
    return 0
