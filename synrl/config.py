"""A dataclass of settings that is also a YAML file and command-line flags: one place says each of them.

A setting is a field made with `setting`. Defaults come from the dataclass, a file overrides them, a flag
overrides both; what values are allowed is checked by the dataclass itself, in `__post_init__`.
"""

from __future__ import annotations

import argparse
import difflib
import types
from dataclasses import MISSING, Field, field, fields
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from synrl.errors import ConfigError, allowed, shown
from synrl.texts import read_yaml

T = TypeVar("T")
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def setting(default: Any, said: str) -> Any:
    """A field of a dataclass of settings: its default and its line in `--help` (without the default)."""
    return field(default=default, metadata={"help": said})


def add_flags(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """Give a command `--config FILE` and a flag for each setting."""
    parser.add_argument("--config", type=Path, metavar="YAML", help="file of settings; flags override it")
    for entry, wanted in _settings(kind):
        flag = "--" + entry.name.replace("_", "-")
        shown = "" if entry.default is None or entry.default == "" else f" (default: {entry.default})"
        # A flag that is not given leaves no trace, so that it overrides nothing.
        options: dict[str, Any] = dict(default=argparse.SUPPRESS, help=entry.metadata["help"] + shown)
        if wanted is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, **options)
        else:
            parser.add_argument(flag, type=wanted, metavar=entry.name[0].upper(), **options)


def read_config(kind: type[T], arguments: argparse.Namespace) -> T:
    """The settings of a command line that `add_flags` has defined.

    Raises:
        ConfigError: the file can't be read, holds an unknown setting or a value of another type, or a
            value is not allowed.
    """
    said = {} if arguments.config is None else load_settings(kind, arguments.config)
    names = {entry.name for entry, _ in _settings(kind)}
    return kind(**{**said, **{name: value for name, value in vars(arguments).items() if name in names}})


def load_settings(kind: type[Any], path: Path) -> dict[str, Any]:
    """The settings that a YAML file holds, of the types that the dataclass wants.

    Raises:
        ConfigError: as `read_config`.
    """
    try:
        said = read_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} can't be read as YAML: {' '.join(str(error).split())}") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ConfigError(f"{path} holds {type(said).__name__}; allowed: settings as `name: value`")
    wanted = {entry.name: types for entry, types in _settings(kind)}
    optional = {entry.name for entry, _ in _settings(kind) if entry.default is None}
    return {
        name: None if value is None and name in optional else _typed(name, value, wanted, path)
        for name, value in said.items()
    }


def _settings(kind: type[Any]) -> list[tuple[Field[Any], type[Any]]]:
    hints = get_type_hints(kind)
    listed = [(entry, _plain(hints[entry.name])) for entry in fields(kind)]
    assert all(e.default is not MISSING and "help" in e.metadata for e, _ in listed), "made by `setting`"
    return listed


def _plain(hint: Any) -> type[Any]:
    """The type itself, without the `| None` of a setting that need not be there."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    assert hint in _NAMES, f"no flag for {hint}"
    return hint  # type: ignore[no-any-return]


def _typed(name: Any, value: Any, wanted: dict[str, type[Any]], path: Path) -> Any:
    if name not in wanted:
        close = difflib.get_close_matches(str(name), wanted, 1, 0.0)
        raise ConfigError(
            f"{path} has an unknown setting {shown(name)}; closest: {close[0]}; {allowed(wanted)}"
        )
    kind = wanted[name]
    if kind is float and type(value) in (int, str):
        try:  # YAML 1.1 takes 1e-5 for a text
            return float(value)
        except ValueError:
            pass
    if type(value) is not kind:
        raise ConfigError(f"{name} is {shown(value)} in {path}; allowed: {_NAMES[kind]}")
    return value
