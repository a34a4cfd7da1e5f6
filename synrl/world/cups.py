"""The rules of the shell game, apart from how it is drawn: state, operation -> state.

A state is `{"size": 3, "coins": {"red coin": "B2", ...}}`: the cell of every coin on a square grid of cups.
The one operation is `swap` with two `cells`: the cups there change places with what is under them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.errors import IllegalOperation
from synrl.world.grids import cell_name, cells, parse_cell
from synrl.world.history import Step, World

_PLAN = re.compile(r"(?:swap\s+)?([a-i][1-9])\s+(?:and\s+|with\s+)?([a-i][1-9])", re.IGNORECASE)


def apply(state: Mapping[str, Any], kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The state after an operation; `state` is left as it is. A swap of two empty cups changes nothing.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    if kind != "swap":
        raise IllegalOperation(f"operation {kind!r} is unknown")
    one, two = arguments["cells"]
    for cell in (one, two):
        if parse_cell(cell, state["size"]) is None:
            raise IllegalOperation(f"there is no cup at {cell}")
    if one == two:
        raise IllegalOperation(f"swap of the cup at {one} with itself")
    moved = {one: two, two: one}
    return {**state, "coins": {coin: moved.get(cell, cell) for coin, cell in state["coins"].items()}}


def useful_swaps(state: Mapping[str, Any]) -> Iterator[Step]:
    """Every swap that moves a coin."""
    taken = set(state["coins"].values())
    names = [cell_name(cell) for cell in cells(state["size"])]
    return (
        Step("swap", {"cells": [one, two]})
        for one, two in itertools.combinations(names, 2)
        if one in taken or two in taken
    )


def parse_plan(text: str) -> list[Step] | None:
    """The swaps of `swap A1 B2; swap C3 A1` (or commas, or lines); None if there is anything else in it."""
    parts = [part.strip(" .") for part in re.split(r"[;,\n]", text.strip())]
    matches = [_PLAN.fullmatch(part) for part in parts if part]
    if not matches or not all(matches):
        return None
    return [Step("swap", {"cells": [m[1].upper(), m[2].upper()]}) for m in matches if m]


def format_plan(steps: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    return "; ".join("swap " + " ".join(step.arguments["cells"]) for step in steps)


def reached(state: Mapping[str, Any], target: Mapping[str, Any]) -> bool:
    """Whether some coins are where they are wanted."""
    return all(state["coins"].get(coin) == cell for coin, cell in target["coins"].items())


WORLD = World(apply, apply, useful_swaps, parse_plan, format_plan, reached)
"""A swap undoes itself. The target of a plan says where some of the coins are to be."""
