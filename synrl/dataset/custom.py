"""A recipe from a small file of one's own: YAML, or the JSON in which a dataset keeps its recipe.

    name: hard_tracking
    view: 2x32
    parts:
      - families: [shell_game, sliding_puzzle]
        num_rows: 2000
        levels: [4, 5]
      - families: short
        num_rows: 1000
        split: test

Only `name` and `parts` are needed, and of a part `families` and `num_rows`; the rest is as in
`synrl.dataset.recipes`. In place of a list of families, `all`, `short`, `long`, `spatial` or `temporal`
may stand.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from synrl.dataset.recipes import Part, Recipe, get_recipe, recipes
from synrl.errors import ConfigError, allowed, first_line, shown
from synrl.tasks import families
from synrl.texts import read_yaml

_SUFFIXES = (".yaml", ".yml", ".json")
_TYPES = {"num_rows": int, "seed": int, "length": int, "twins": bool}
"""Of what is no text and no list."""
_LISTS = {"levels": int, "modes": str}
_SAID = {int: "a whole number", bool: "true or false", str: "a text"}
_WRITTEN = ("generator_version", "digest", "origin", "sources")
"""What a dataset's own JSON says besides, which follows from the rest or makes no rows."""


def find_recipe(said: str) -> Recipe:
    """The recipe that a name means, or a path, which ends in .yaml, .yml or .json.

    Raises:
        ConfigError: there is none of that name, or as `load_recipe`.
    """
    return load_recipe(Path(said)) if is_path(said) else get_recipe(said)


def is_path(said: str) -> bool:
    """Whether what is said to be a recipe means a file."""
    return Path(said).suffix in _SUFFIXES


def load_recipe(path: Path) -> Recipe:
    """The recipe that a file spells out.

    Raises:
        ConfigError: the file can't be read, or says something that no recipe does.
    """
    try:
        said = read_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"recipe {path} can't be read: {first_line(error)}") from error
    if isinstance(said, dict) and "recipe" in said:  # a published record
        said = said["recipe"]
    said = _checked(said, Recipe, f"recipe {path}", ("name", "parts"))
    name, parts = said.pop("name"), said.pop("parts")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise ConfigError(f"recipe {path} has the name {shown(name)}; allowed: letters, digits, _ . and -")
    if name in recipes():
        raise ConfigError(
            f"recipe {path} has the name of one that SynRL ships, {shown(name)}; choose another"
        )
    if not isinstance(parts, list) or not parts:
        raise ConfigError(f"recipe {path} has no parts; give a list, each with families and num_rows")
    return Recipe(name, tuple(_part(part, f"{path}, part {i}") for i, part in enumerate(parts, 1)), **said)


def _part(said: Any, where: str) -> Part:
    said = _checked(said, Part, where, ("families", "num_rows"))
    named = said["families"]
    if isinstance(named, str):
        said["families"] = _group(named, where)
    elif not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ConfigError(
            f"{where}: families is {shown(named)}; allowed: a list of names, or a group of families"
        )
    for name, kind in _LISTS.items():
        values = said.get(name, [])
        if not isinstance(values, list) or any(type(value) is not kind for value in values):
            raise ConfigError(f"{where}: {name} is {shown(values)}; allowed: a list")
    whole: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in said.items()}
    return Part(**whole)


def _group(name: str, where: str) -> tuple[str, ...]:
    found = tuple(
        family.name for family in families().values() if name in ("all", family.horizon, family.primitive)
    )
    if not found:
        raise ConfigError(
            f"{where}: families is {shown(name)}; allowed: a list of names, or all, short, long, spatial, "
            "temporal"
        )
    return found


def _checked(said: Any, kind: type[Any], where: str, needed: tuple[str, ...]) -> dict[str, Any]:
    """Some settings, if they are known, of the right types, and all that are needed."""
    if not isinstance(said, Mapping):
        raise ConfigError(f"{where} holds {type(said).__name__}; allowed: settings as `name: value`")
    given = {name: value for name, value in said.items() if name not in _WRITTEN}
    for name in given:
        if name not in (known := [entry.name for entry in fields(kind) if entry.init]):
            close = difflib.get_close_matches(str(name), known, 1, 0.0)[0]
            raise ConfigError(
                f"{where} has an unknown setting {shown(name)}; closest: {close}; {allowed(known)}"
            )
    for name in needed:
        if name not in given:
            raise ConfigError(f"{where} does not say {name}")
    for name, value in given.items():
        wanted = _TYPES.get(name, str)
        if name not in ("parts", "families", *_LISTS) and type(value) is not wanted:
            raise ConfigError(f"{where}: {name} is {shown(repr(value))}; allowed: {_SAID[wanted]}")
    return given
