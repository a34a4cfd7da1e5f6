"""`synrl generate`: make rows into a dataset folder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synrl.commands.common import (
    add_num_proc,
    add_shard,
    examples,
    new_path,
    note,
    quoted,
    repo_name,
    share_of,
    tell_shard,
)
from synrl.commands.push import publish
from synrl.errors import ConfigError
from synrl.view import DEFAULT

if TYPE_CHECKING:
    from synrl.dataset.recipes import Recipe


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "generate",
        help="make rows into a dataset folder",
        description="Make rows of task families, or of a recipe, into a folder that datasets.load_dataset "
        "reads. Row i is the same whatever the number of rows or processes. Interrupted? The same command "
        "goes on.",
        **examples(
            "synrl generate card_stack shell_game -n 100 --seed 7 --out data",
            "synrl generate --recipe rl_7k --num-proc 8 --out rl_7k",
            "synrl generate --recipe mine.yaml --out mine --push-to-hub org/mine",
            "synrl generate --recipe rl_50k --out rl_50k --shard 3/16",
        ),
    )
    command.add_argument("families", nargs="*", metavar="FAMILY", help="task families; see `synrl families`")
    command.add_argument(
        "--recipe",
        metavar="NAME",
        help="instead of families: one that `synrl recipes` lists, or a YAML file of your own",
    )
    command.add_argument(
        "-n",
        "--num-rows",
        type=int,
        metavar="N",
        help="rows of each family; with --recipe, rows in total, instead of the recipe's number",
    )
    command.add_argument("--split", metavar="S", help="name of the split (default: train)")
    command.add_argument("--seed", type=int, metavar="K", help="root seed (default: 0)")
    command.add_argument(
        "--level",
        type=int,
        action="append",
        metavar="L",
        help="difficulty, 1 to 5; may be given several times (default: all)",
    )
    command.add_argument(
        "--mode",
        action="append",
        metavar="M",
        help="kind of question, such as perception or forward; may be given several times (default: all that "
        "the families have; see `synrl families`)",
    )
    command.add_argument(
        "--view",
        metavar="V",
        help=f"what a model will be shown, as frames a second x most frames: every row can be answered from "
        f"that (default: the recipe's, or {DEFAULT})",
    )
    command.add_argument("--out", type=new_path, required=True, metavar="DIR", help="folder to make")
    command.add_argument(
        "--twins",
        action="store_true",
        help="also write each row's frames in opposite order, where that changes the answer",
    )
    command.add_argument(
        "--encoding",
        metavar="E",
        help="how to encode videos: fast (least time) or compact (three fifths of the bytes) (default: fast)",
    )
    add_num_proc(command)
    add_shard(command, "make a part of the files only")
    command.add_argument(
        "--push-to-hub", type=repo_name, metavar="REPO", help="then publish, as `synrl push` does"
    )
    command.set_defaults(run=_generate, resumes=True)


def _generate(arguments: argparse.Namespace) -> int:
    from synrl.dataset.generate import generate

    recipe = _requested(arguments)
    if arguments.push_to_hub is not None and (arguments.shard or arguments.executor):
        raise ConfigError("shards and --push-to-hub exclude each other: gather first, then push")
    if arguments.executor is not None:
        from synrl.commands.scale import spread

        return spread(arguments)
    share = share_of(arguments)
    how: dict[str, Any] = {"num_proc": arguments.num_proc, "progress": arguments.progress}
    out = generate(recipe, arguments.out, share=share, **how)
    if share is not None:
        return tell_shard(arguments, share)
    print(out)
    twins = ", and their twins," if recipe.twins else ""
    note(arguments, f"{recipe.num_rows} rows{twins} in {out}")
    if arguments.push_to_hub is not None:
        return publish(arguments, out, arguments.push_to_hub)
    note(arguments, f"next: synrl verify {quoted(out)}")
    return 0


def _requested(arguments: argparse.Namespace) -> Recipe:
    """The recipe that a command line names or spells out."""
    from synrl.dataset.custom import find_recipe
    from synrl.dataset.recipes import plain
    from synrl.tasks.config import LEVELS, MODES

    if arguments.recipe is None:
        if not arguments.families or arguments.num_rows is None:
            raise ConfigError("say which FAMILY… and how many rows with -n, or a --recipe")
        split = "train" if arguments.split is None else arguments.split
        return plain(
            arguments.families,
            arguments.num_rows,
            split,
            arguments.level or LEVELS,
            arguments.mode or MODES,
            seed=arguments.seed or 0,
            twins=arguments.twins,
            encoding="fast" if arguments.encoding is None else arguments.encoding,
            view=DEFAULT if arguments.view is None else arguments.view,
        )
    for name in ("families", "split", "twins", "level", "mode"):
        if getattr(arguments, name) not in (None, False, []):
            raise ConfigError(
                f"{name} and --recipe {arguments.recipe} exclude each other: a recipe says its own"
            )
    given = ((name, getattr(arguments, name)) for name in ("seed", "encoding", "view"))
    said = {name: value for name, value in given if value is not None}
    recipe = replace(find_recipe(arguments.recipe), **said)
    return recipe if arguments.num_rows is None else recipe.scaled(arguments.num_rows)
