"""`synrl export`: write a dataset in the format of another trainer."""

from __future__ import annotations

import argparse
from typing import Any

from synrl.commands.common import add_data, examples, new_path, note, tell


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "export",
        help="write a dataset in the format of another trainer",
        description="Write a folder that another trainer runs from: each video once, the rows as verl, "
        "NeMo Gym, ms-swift, EasyR1, LLaMA-Factory, Video-R1 or Energon read them, the reward, settings, a "
        "launch file and a README; or `plain` rows for older readers. Interrupted? The same command goes on.",
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
        help="verl, nemo-gym, ms-swift, easyr1, llama-factory, video-r1, webdataset or plain",
    )
    command.add_argument("--out", type=new_path, required=True, metavar="DIR", help="folder to make")
    command.set_defaults(run=_export, resumes=True)


def _export(arguments: argparse.Namespace) -> int:
    from synrl.export.export import export
    from synrl.export.formats import FORMATS

    done = export(arguments.data, arguments.format, arguments.out, progress=arguments.progress)
    print(arguments.out)
    for lack, count in done.left_out.items():
        tell(f"{count} rows left out: {arguments.format} lacks {lack}")
    hint = FORMATS[arguments.format].use.format(out=arguments.out)
    note(arguments, f"{sum(done.rows.values())} rows in {arguments.out}; read its README.md; next: {hint}")
    return 0
