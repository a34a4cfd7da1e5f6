"""`synrl export`: write a dataset in the format of another trainer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from synrl.commands.common import add_data, examples, new_path, note, tell


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "export",
        help="write a dataset in the format of another trainer",
        description="Write each video once as an MP4 file, and the rows as verl, EasyR1, ms-swift, "
        "LLaMA-Factory or Video-R1 read them, a file for each split. Interrupted? The same command goes on.",
        **examples(
            "synrl export data --format verl --out data_verl",
            "synrl export org/name --format llama-factory --out data_lf",
        ),
    )
    add_data(command)
    command.add_argument(
        "--format",
        required=True,
        metavar="F",
        help="verl, easyr1, ms-swift, llama-factory or video-r1",
    )
    command.add_argument("--out", type=new_path, required=True, metavar="DIR", help="folder to make")
    command.set_defaults(run=_export, resumes=True)


def _export(arguments: argparse.Namespace) -> int:
    from synrl.hub.export import FORMATS, export

    done = export(arguments.data, arguments.format, arguments.out, progress=arguments.progress)
    print(arguments.out)
    for kind, count in done.left_out.items():
        tell(f"{count} rows left out: {arguments.format} can't score answers of type {kind}")
    split = next(iter(done.rows))
    rewards = Path(__file__).parents[1] / "training" / "rewards.py"  # verl opens it as a file
    hint = FORMATS[arguments.format].use.format(out=arguments.out.absolute(), split=split, rewards=rewards)
    note(arguments, f"{sum(done.rows.values())} rows in {arguments.out}; next: {hint}")
    return 0
