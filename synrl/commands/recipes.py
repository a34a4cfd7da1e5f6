"""`synrl recipes`: which named datasets there are, and what one holds."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from synrl.commands.common import examples, note


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "recipes",
        help="list the named datasets and settings, or show one",
        description="List the recipes, which are the datasets of the paper by name, and the settings of "
        "training runs; or print what one holds.",
        **examples("synrl recipes", "synrl recipes rl_7k", "synrl recipes smoke > mine.json"),
    )
    command.add_argument(
        "name", nargs="?", metavar="NAME", help="the recipe to print, as JSON, or the settings, as YAML"
    )
    command.set_defaults(run=_recipes)


def _recipes(arguments: argparse.Namespace) -> int:
    from synrl.checks import check_one_of
    from synrl.dataset.recipes import get_recipe, recipes
    from synrl.resources import first_comment, read_settings, shipped, training_settings

    name, settings = arguments.name, training_settings()
    if name in settings:
        print(settings[name].read_text(encoding="utf-8"), end="")
        command = "grpo" if "num_generations" in read_settings(settings[name]) else "sft"
        note(arguments, "", f"next: synrl {command} --config {name}")
        return 0
    if name:
        check_one_of("name", name, (*recipes(), *settings))
        recipe = get_recipe(name)
        print(json.dumps({**asdict(recipe), "digest": recipe.digest()}, indent=2))
        note(arguments, "", f"next: synrl generate --recipe {recipe.name} --out {recipe.name}")
        return 0
    for recipe in recipes().values():
        print(f"{recipe.name:<15} {recipe.num_rows:>6} rows  {recipe.summary}")
    print("\nsettings of training, for `synrl sft` and `synrl grpo` with --config NAME:")
    for known, path in settings.items():
        print(f"{known:<26} {first_comment(path)}")
    note(
        arguments,
        "",
        f"for several GPUs, with --accelerate NAME: {shipped('training/accelerate')}",
        "next: synrl recipes NAME, or synrl generate --recipe NAME --out DIR",
    )
    return 0
