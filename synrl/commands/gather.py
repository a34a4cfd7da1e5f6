"""`synrl gather`: make one result of what many machines have made."""

from __future__ import annotations

import argparse
from typing import Any

from synrl.commands.common import examples, new_path, note, quoted, tell


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "gather",
        help="make one result of the shards of many machines",
        description="End what commands with --shard have begun: check that every file is there, whole, and "
        "made by the same code and libraries, and write what the whole has besides. The result is that of one "
        "machine, byte for byte. If something is missing, print the commands that make it; exit status 1.",
        **examples("synrl gather rl_50k", "synrl gather rl_50k | sh && synrl gather rl_50k"),
    )
    command.add_argument("out", type=new_path, metavar="DIR", help="what the commands were given as --out")
    command.set_defaults(run=_gather, resumes=True)


def _gather(arguments: argparse.Namespace) -> int:
    from synrl.dataset.generate import gather
    from synrl.shares import Incomplete

    try:
        gather(arguments.out)
    except Incomplete as error:
        for one in error.missing:
            print(one.command)
        tell(f"{error}; the commands on stdout make them")
        return 1
    print(arguments.out)
    note(arguments, f"next: synrl verify {quoted(arguments.out)}")
    return 0
