"""`synrl verify`: prove every row of a dataset."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from synrl.commands.common import (
    add_data,
    add_noting,
    add_num_proc,
    examples,
    note,
    noting_share_of,
    quoted,
    tell,
    tell_shard,
)

if TYPE_CHECKING:
    from synrl.audit.verify import Proof


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "verify",
        help="prove every row of a dataset",
        description="Make every row again from its key, and compare all columns with it, and each frame of "
        "its video with the frame that they describe. In addition, with other code, find every object and "
        "text in the pixels, read events and states back from the tracks, solve the question again, and "
        "check the chain of thought. Exit status 1 and a list of ids if a row fails; it says what it could "
        "not check.",
        **examples(
            "synrl verify data",
            "synrl verify org/name --num-proc 8 --json > proof.json",
            "synrl verify data --shard 3/16 --out data_proof",
        ),
    )
    add_data(command)
    add_num_proc(command)
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    add_noting(command)
    command.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    from synrl.audit.row import OLD
    from synrl.audit.verify import verify, verify_share

    how: dict[str, Any] = {"num_proc": arguments.num_proc, "progress": arguments.progress}
    if arguments.executor is not None:
        from synrl.commands.scale import spread

        return spread(arguments)
    if share := noting_share_of(arguments):
        verify_share(arguments.data, arguments.out, share, **how)
        return tell_shard(arguments, share)
    report = verify(arguments.data, **how)
    if arguments.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        for row_id, problems in report.problems.items():
            print(f"{row_id}: {'; '.join(problems)}")
        for problem in report.whole:
            print(problem)
        for family, count in report.rows.items():
            print(f"{family}: {count} rows, {report.bad(family)} bad")
        for what, count in report.unproved.items():
            print(f"not checked, of {count} rows: {what}")
    if not report.ok:
        tell(f"{arguments.data} is not proved: {_found(report)}")
        return 1
    count, old = sum(report.rows.values()), report.unproved[OLD]
    said = f"all {count} rows are proved" if not old else f"{count} rows pass what could be checked of them"
    told = "; see above for what was not checked" if report.unproved else ""
    note(arguments, f"{said}{told}; next: synrl preview {quoted(arguments.data)}")
    return 0


def _found(report: Proof) -> str:
    """How much is wrong."""
    whole = f"{len(report.whole)} problems of the dataset as a whole" if report.whole else ""
    return ", ".join(filter(None, [f"{len(report.problems)} bad rows" if report.problems else "", whole]))
