"""Files that a user opens, found in a checkout and in an installed wheel alike.

A checkout has them in its top-level folders (`training/recipes`, `evaluation/tasks`, `hub_cards`); the wheel
carries the same folders inside the package, under the same names.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from synrl.errors import ConfigError, allowed
from synrl.texts import read_yaml

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Where one of those folders, or a file in them, is, by its path in a checkout: `training/recipes`."""
    installed = _PACKAGE / name
    return installed if installed.exists() else _PACKAGE.parent / name


def is_checkout() -> bool:
    """Whether this is a checkout, and no installed wheel."""
    return not shipped("evaluation/tasks").is_relative_to(_PACKAGE)


def install(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install -e '.[{extra}]'" if is_checkout() else f"pip install 'synrl[{extra}]'"


def training_settings() -> dict[str, Path]:
    """The settings of training runs that SynRL comes with, by name: `qwen3_vl_4b_grpo`."""
    return {path.stem: path for path in sorted(shipped("training/recipes").rglob("*.yaml"))}


def find_settings(said: str) -> Path:
    """The file of settings that a name or a path means; what has a `/` or ends in .yaml or .yml is a path.

    Raises:
        ConfigError: there are no settings of that name, or no such file.
    """
    if "/" in said or said.endswith((".yaml", ".yml")):
        path = Path(said)
        if not path.is_file():
            raise ConfigError(f"no file {said}; `synrl recipes` lists the settings that go by a name")
        return path
    known = training_settings()
    if said not in known:
        close = difflib.get_close_matches(said, known, 1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise ConfigError(f"no settings called {said!r}; {hint}{allowed(known)}, or the path of a YAML file")
    return known[said]


def read_settings(path: Path) -> dict[str, Any]:
    """What a file of settings says, on top of what those say that it names as its `base`, if it does.

    Raises:
        ConfigError: it holds no settings, or its base is not to be found or leads back to it.
    """
    said: dict[str, Any] = {}
    seen: list[Path] = []
    while True:
        if path in seen:
            raise ConfigError(f"{path} is its own base")
        seen.append(path)
        try:
            own = read_yaml(path)
        except OSError as error:
            raise ConfigError(f"{path} can't be read: {error.strerror}") from error
        except ValueError as error:
            raise ConfigError(f"{path} holds no settings: {error}") from error
        if not isinstance(own, dict):
            raise ConfigError(f"{path} holds no settings: they are lines of `name: value`")
        base = own.pop("base", None)
        said = {**own, **said}
        if base is None:
            return said
        path = find_settings(str(base))


def first_comment(path: Path) -> str:
    """What a file of settings says of itself in its first line."""
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").strip()
