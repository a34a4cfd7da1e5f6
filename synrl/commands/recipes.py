"""`synrl recipes`: which named datasets there are, and what one holds."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "recipes",
        help="list the named datasets and settings, or show one",
        description="List the recipes, which are the datasets of the paper by name, and the settings of "
        "training runs; or print what one holds.",
    )
    command.add_argument(
        "name", nargs="?", metavar="NAME", help="the recipe to print, as JSON, or the settings, as YAML"
    )
    command.set_defaults(run=_recipes)


def _recipes(arguments: argparse.Namespace) -> int:
    from synrl.checks import check_one_of
    from synrl.dataset.recipes import get_recipe, recipes
    from synrl.resources import first_comment, shipped, training_settings

    name, settings = arguments.name, training_settings()
    if name in settings:
        print(settings[name].read_text(encoding="utf-8"), end="")
        command = "sft" if "_sft" in name else "grpo"
        print(f"\nnext: synrl {command} --config {name}", file=sys.stderr)
        return 0
    if name:
        check_one_of("name", name, (*recipes(), *settings))
        recipe = get_recipe(name)
        print(json.dumps({**asdict(recipe), "digest": recipe.digest()}, indent=2))
        print(f"\nnext: synrl generate --recipe {recipe.name} --out {recipe.name}", file=sys.stderr)
        return 0
    for recipe in recipes().values():
        print(f"{recipe.name:<15} {recipe.num_rows:>6} rows  {recipe.summary}")
    print("\nsettings of training, for `synrl sft` and `synrl grpo` with --config NAME:")
    for known, path in settings.items():
        print(f"{known:<26} {first_comment(path)}")
    print(
        f"\nfor several GPUs, with `accelerate launch --config_file`: {shipped('training/accelerate')}\n"
        "next: synrl recipes NAME, or synrl generate --recipe NAME --out DIR",
        file=sys.stderr,
    )
    return 0
