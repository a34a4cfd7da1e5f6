"""`synrl preview`: pages to watch a dataset on."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from synrl.checks import check_range
from synrl.commands.common import add_data, new_path, note, quoted


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "preview",
        help="make a page to watch a dataset",
        description="""\
Write rows as self-contained HTML, to open in any browser, without a network or a server: each video with
a timeline of its events, operations and the stretches in which the state can be seen; its tracks, if asked
for; the question, whose answer shows when an option is clicked; the chain of thought, if there is one,
whose times are links into the video. Rows are filtered by family, mode, level and split; press ? for the
keys.""",
        epilog="""\
examples:
  synrl preview data                        60 rows into preview.html
  synrl preview data --out page.html -n 200
  synrl preview data --out pages -n 5000    a folder: pages of 50 rows; open pages/index.html
  synrl preview org/name                    a dataset on the Hub

A page holds its videos, about 0.1 MB each: for more than a few hundred rows, write a folder.
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(command)
    command.add_argument(
        "--out",
        type=new_path,
        default=Path("preview.html"),
        metavar="PAGE",
        help="file to write (default: preview.html); a name without .html is a folder of pages",
    )
    command.add_argument(
        "-n",
        "--num-rows",
        type=int,
        default=60,
        metavar="N",
        help="at most N rows, spread evenly (default: 60)",
    )
    command.set_defaults(run=_preview)


def _preview(arguments: argparse.Namespace) -> int:
    from synrl.dataset.reading import Source
    from synrl.preview.page import labelled, write_folder, write_page

    wanted, out = arguments.num_rows, arguments.out
    check_range("number of rows", wanted, 1)
    source = Source.open(arguments.data)
    is_page = out.suffix.lower() == ".html"
    write = write_page if is_page else write_folder
    with closing(
        labelled(source, wanted, progress=arguments.progress)
    ) as rows:  # so that its bar ends before an error is told
        count = write(rows, out, title=f"SynRL: {arguments.data}")
    print(out)
    start = out if is_page else out / "index.html"
    note(arguments, f"{count} of {source.num_rows} rows; next: open {quoted(start)} in a browser")
    return 0
