"""From a benchmark's own tables to items: a function for each, in the module of its kind.

A reader gets the tables by name, each a list of rows or, for JSON files, what the file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from synrl.evaluation.data.items import Item

Tables = Mapping[str, Any]
Reader = Callable[[Tables], Iterator[Item]]


def get_reader(name: str) -> Reader:
    """The reader of a name like `choices.tvbench`."""
    module, _, function = name.partition(".")
    reader: Reader = getattr(import_module(f"synrl.evaluation.data.readers.{module}"), function)
    return reader
