"""`synrl families`: which task families there are."""

from __future__ import annotations

import argparse
import json
from typing import Any

from synrl.commands.common import examples, new_path, note, quoted


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "families",
        help="list the task families",
        description="List the task families, or write a page with one video of each at every level.",
        **examples("synrl families", "synrl families --json", "synrl families --gallery gallery.html"),
    )
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print as JSON")
    shape.add_argument("--gallery", type=new_path, metavar="PAGE", help="write the page of examples (HTML)")
    command.set_defaults(run=_families)


def _families(arguments: argparse.Namespace) -> int:
    from synrl.tasks import families

    if arguments.gallery:
        from synrl.preview.gallery import write_gallery

        count = write_gallery(arguments.gallery, progress=arguments.progress)
        print(arguments.gallery)
        note(arguments, f"{count} examples; next: open {quoted(arguments.gallery)} in a browser")
        return 0
    if arguments.json:
        fields = ("name", "horizon", "primitive", "category", "modes", "summary")
        print(
            json.dumps([{name: getattr(f, name) for name in fields} for f in families().values()], indent=2)
        )
        return 0
    for family in families().values():
        print(f"{family.horizon:<6} {family.name:<26} {family.summary}")
    note(arguments, "", "next: synrl generate FAMILY -n 20 --out data")
    return 0
