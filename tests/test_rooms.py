"""Each room says what it holds."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest


@pytest.mark.parametrize("room", ["dataset", "chat", "cot", "audit", "preview", "hub", "export"])
def test_a_room_lists_its_modules_and_no_others(room: str) -> None:
    package = import_module(f"synrl.{room}")
    listed = re.findall(r"^(\w+)  +\S", package.__doc__ or "", re.M)
    assert sorted(listed) == sorted(module.name for module in iter_modules(package.__path__))
