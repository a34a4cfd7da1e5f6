"""`synrl audit`: try shortcuts on a dataset."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from synrl.commands.common import add_data


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "audit",
        help="try shortcuts on a dataset: none may beat chance",
        description="Answer every question from its text alone, from one frame, always with A and so on, and "
        "test each against chance; count letters and answers; look for scenes that occur twice, within a "
        "split or in two. Exit status 1 if something is found.",
    )
    add_data(command)
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    from synrl.audit.audit import NOT_JUDGED, audit
    from synrl.dataset.reading import blaming
    from synrl.pool import check_num_proc

    check_num_proc(arguments.num_proc)
    with blaming(f"a row of {arguments.data}"):
        found = audit(arguments.data, num_proc=arguments.num_proc)
    if arguments.json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        print(
            f"{'family':<26} {'shortcut':<18} {'rows':>6} {'answered':>8} {'right':>7} {'chance':>7} {'p':>9}"
        )
        for row in found.findings:
            verdict = "told only" if row.shortcut in NOT_JUDGED else "ok" if row.ok else "FAIL"
            print(
                f"{row.family:<26} {row.shortcut:<18} {row.rows:>6} {row.answered:>8} {row.accuracy:>7.1%} "
                f"{row.chance:>7.1%} {row.p_value:>9.2g} {verdict}"
            )
        for family, letters in found.letters.items():
            print(f"{family:<26} right letters: {', '.join(f'{k} {n}' for k, n in letters.items())}")
        print(f"duplicate scenes: {len(found.duplicates)}; scenes in two splits: {len(found.overlaps)}")
    for failure in found.failures:
        print(failure, file=sys.stderr)
    if found.failures:
        return 1
    print(f"no shortcut beats chance; next: synrl preview {arguments.data}", file=sys.stderr)
    return 0
