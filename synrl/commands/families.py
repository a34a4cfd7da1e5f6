"""`synrl families`: which task families there are."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "families",
        help="list the task families",
        description="List the task families, or write a page with one video of each at every level.",
    )
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print as JSON")
    shape.add_argument("--gallery", type=Path, metavar="PAGE", help="write the page of examples (HTML)")
    command.set_defaults(run=_families)


def _families(arguments: argparse.Namespace) -> int:
    from synrl.tasks import families

    if arguments.gallery:
        from synrl.preview.gallery import write_gallery

        count = write_gallery(arguments.gallery)
        print(arguments.gallery)
        print(f"{count} examples; open {arguments.gallery} in a browser", file=sys.stderr)
        return 0
    if arguments.json:
        fields = ("name", "horizon", "primitive", "category", "modes", "summary")
        print(
            json.dumps([{name: getattr(f, name) for name in fields} for f in families().values()], indent=2)
        )
        return 0
    for family in families().values():
        print(f"{family.horizon:<6} {family.name:<26} {family.summary}")
    print("\nnext: synrl generate FAMILY -n 20 --out data", file=sys.stderr)
    return 0
