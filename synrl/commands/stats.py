"""`synrl stats`: count what a dataset holds."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from synrl.commands.common import add_data, examples, new_path, note, quoted


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "stats",
        help="count what a dataset holds",
        description="Print, for each family, rows, levels, kinds of answer, balance, lengths and sampling "
        "rates, and draw them.",
        **examples("synrl stats data", "synrl stats org/name --out name.png --json"),
    )
    add_data(command)
    command.add_argument(
        "--out", type=new_path, default=Path("stats.png"), metavar="PNG", help="picture to write (stats.png)"
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
    note(arguments, f"drawn in {arguments.out}; next: synrl audit {quoted(arguments.data)}")
    return 0
