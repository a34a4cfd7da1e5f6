"""`synrl stats`: count what a dataset holds."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from synrl.commands.common import add_data


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "stats",
        help="count what a dataset holds",
        description="Print, for each family, rows, levels, kinds of answer, balance, lengths and sampling "
        "rates, and draw them.",
    )
    add_data(command)
    command.add_argument(
        "--out", type=Path, default=Path("stats.png"), metavar="PNG", help="picture to write (stats.png)"
    )
    command.add_argument("--json", action="store_true", help="print as JSON")
    command.set_defaults(run=_stats)


def _stats(arguments: argparse.Namespace) -> int:
    from synrl.dataset.stats import MARK, as_json, plot, stats, table
    from synrl.output import check_result

    check_result(arguments.out, MARK)
    found = stats(arguments.data)
    plot(found, arguments.out)
    print(json.dumps(as_json(found), indent=2) if arguments.json else table(found))
    print(f"drawn in {arguments.out}; next: synrl audit {arguments.data}", file=sys.stderr)
    return 0
