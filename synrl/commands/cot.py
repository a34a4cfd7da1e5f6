"""`synrl cot`: add a verified chain of thought to each row."""

from __future__ import annotations

import argparse
from typing import Any

from synrl.commands.common import (
    add_data,
    add_num_proc,
    add_shard,
    examples,
    new_path,
    note,
    quoted,
    share_of,
    tell_shard,
)


def add(commands: Any) -> None:
    """Give the command line its part."""
    from synrl.config import add_flags
    from synrl.cot.settings import CotConfig

    command = commands.add_parser(
        "cot",
        help="add a verified chain of thought to each row",
        description="Write a dataset again with its `cot` column filled: from each row's own record, or by "
        "models on an OpenAI-compatible server, which write, judge, correct and polish, while code checks "
        "every chain against the record. The writer's key is taken from SYNRL_API_KEY, and that of "
        "a judge on another server from SYNRL_JUDGE_API_KEY; OpenAI's own gets OPENAI_API_KEY. Interrupted? "
        "The same command goes on; only requests that were under way are paid for again.",
        **examples(
            "synrl cot data --out data_cot",
            "synrl cot data --out data_cot --shard 3/16",
            "synrl cot data --out data_cot --writer http://localhost:8000/v1 --writer-model NAME",
        ),
    )
    add_data(command)
    command.add_argument("--out", type=new_path, required=True, metavar="DIR", help="folder to make")
    add_num_proc(command, "processes, for the writer trace")
    add_shard(command, "write chains into a part of the files only")
    add_flags(command, CotConfig)
    command.set_defaults(run=_cot, resumes=True)


def _cot(arguments: argparse.Namespace) -> int:
    from synrl.config import read_config
    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig

    config = read_config(CotConfig, arguments)
    if arguments.executor is not None:
        from synrl.commands.scale import spread

        return spread(arguments)
    how: dict[str, Any] = {"num_proc": arguments.num_proc, "progress": arguments.progress}
    share = share_of(arguments)
    said = add_chains(arguments.data, arguments.out, config, share=share, **how)
    if share is not None:
        return tell_shard(arguments, share)
    print(arguments.out)
    why = ", ".join(f"{reason} {count}" for reason, count in said["reasons"].items())
    dropped = f"; {said['dropped']} dropped ({why}), listed in dropped.jsonl" if why else ""
    note(arguments, f"{said['accepted']} rows with a chain of thought{dropped}")
    note(arguments, f"next: synrl verify {quoted(arguments.out)}")
    return 0
