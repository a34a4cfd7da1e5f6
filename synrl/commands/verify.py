"""`synrl verify`: prove every row of a dataset."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from synrl.commands.common import add_data


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "verify",
        help="prove every row of a dataset",
        description="Solve every question again from the stored row, decode every video, find its shapes in "
        "the pixels and compare them with the tracks. Exit status 1 and a list of ids if a row fails.",
    )
    add_data(command)
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    from synrl.audit.verify import verify

    report = verify(arguments.data, num_proc=arguments.num_proc)
    if arguments.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        for row_id, problems in report.problems.items():
            print(f"{row_id}: {'; '.join(problems)}")
        for family, count in report.rows.items():
            print(f"{family}: {count} rows, {report.bad(family)} bad")
    if report.problems:
        print(f"{len(report.problems)} bad rows in {arguments.data}", file=sys.stderr)
        return 1
    print(
        f"all {sum(report.rows.values())} rows are proved; next: synrl preview {arguments.data}",
        file=sys.stderr,
    )
    return 0
