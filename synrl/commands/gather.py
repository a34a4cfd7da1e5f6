"""`synrl gather`: make one result of what many machines have made."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from synrl.commands.common import examples, new_path, note, quoted, tell
from synrl.errors import DataError


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "gather",
        help="make one result of the shards of many machines",
        description="End what commands with --shard have begun: check that every file is there, whole, and "
        "made by the same code and libraries, and write what the whole has besides. The result is that "
        "of one machine, byte for byte. If something is missing, print what makes it; exit status 1.",
        **examples("synrl gather rl_50k"),
    )
    command.add_argument("out", type=new_path, metavar="DIR", help="what the commands were given as --out")
    command.set_defaults(run=_gather, resumes=True)


def _gather(arguments: argparse.Namespace) -> int:
    from synrl.dataset.reading import blaming
    from synrl.shares import Incomplete

    try:
        with blaming(f"what shards have left for {arguments.out}"):
            return _gathered(arguments, arguments.out)
    except Incomplete as error:
        for one in error.missing:
            print(one.command)
        tell(f"{error}; the commands on stdout make them")
        return 1


def _gathered(arguments: argparse.Namespace, out: Path) -> int:
    """End what was begun in a folder, say what came of it, and return the exit status."""
    from synrl.audit import audit, verify
    from synrl.cot import run
    from synrl.dataset import generate

    kind = _kind(out)
    if kind in (generate.KIND, run.KIND):
        print(generate.gather(out) if kind == generate.KIND else run.gather(out))
        note(arguments, f"next: synrl verify {quoted(out)}")
        return 0
    proof = kind == verify.KIND
    report = verify.gather_proof(out) if proof else audit.gather_audit(out, progress=arguments.progress)
    said = json.loads(report.read_text(encoding="utf-8"))
    print(report)
    bad = said["bad"] + len(said["dataset"]) if proof else len(said["failures"])
    if bad:
        tell(f"{bad} problems are found; {report} lists them")
    return 1 if bad else 0


def _kind(out: Path) -> str:
    """What kind of result shards have begun, or is there already.

    Raises:
        DataError: there is none.
    """
    from synrl.audit.noting import REQUEST
    from synrl.cot import run
    from synrl.cot.run import SUMMARY
    from synrl.dataset.generate import KIND
    from synrl.dataset.record import RECIPE
    from synrl.output import working_folder
    from synrl.shares import notes
    from synrl.texts import read_text

    working = working_folder(out)
    if said := notes(working):
        return str(said[0].request["kind"])
    if (out / REQUEST).is_file():
        return str(json.loads(read_text(out / REQUEST))["kind"])
    if (out / SUMMARY).is_file():
        return run.KIND
    if (out / RECIPE).is_file():
        return KIND
    raise DataError(f"{working} holds nothing that a command with --shard has begun")
