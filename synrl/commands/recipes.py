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
        help="list the named datasets, or show one",
        description="List the recipes, which are the datasets of the paper by name, or print what one holds.",
    )
    command.add_argument("name", nargs="?", metavar="NAME", help="the recipe to print, as JSON")
    command.set_defaults(run=_recipes)


def _recipes(arguments: argparse.Namespace) -> int:
    from synrl.dataset.recipes import get_recipe, recipes

    if arguments.name:
        recipe = get_recipe(arguments.name)
        print(json.dumps({**asdict(recipe), "digest": recipe.digest()}, indent=2))
        print(f"\nnext: synrl generate --recipe {recipe.name} --out {recipe.name}", file=sys.stderr)
        return 0
    for recipe in recipes().values():
        print(f"{recipe.name:<15} {recipe.num_rows:>6} rows  {recipe.summary}")
    print("\nnext: synrl recipes NAME, or synrl generate --recipe NAME --out DIR", file=sys.stderr)
    return 0
