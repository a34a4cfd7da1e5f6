"""The rules of the sliding puzzle, apart from how it is drawn: state, operation -> state.

A state is `{"rows": [[1, 2, 3], [4, 0, 5], ...]}`, row by row from the top, with 0 for the empty cell. The
one operation is `slide` with a `direction`: the way in which a tile moves into the empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.errors import IllegalOperation
from synrl.world.directions import MAIN_DIRECTIONS, opposite
from synrl.world.grids import Cell
from synrl.world.history import Step, World

State = Mapping[str, Sequence[Sequence[int]]]
STEPS = {"right": (0, 1), "down": (1, 0), "left": (0, -1), "up": (-1, 0)}
"""Rows and columns that a tile moves by."""


def apply(state: State, kind: str, arguments: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    """The state after an operation; `state` is left as it is.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    if kind != "slide":
        raise IllegalOperation(f"operation {kind!r} is unknown")
    direction = arguments["direction"]
    if direction not in STEPS:
        raise IllegalOperation(f"there is no direction {direction!r}")
    rows = [list(row) for row in state["rows"]]
    (row, column), (down, right) = empty_cell(state), STEPS[direction]
    from_row, from_column = row - down, column - right
    if not (0 <= from_row < len(rows) and 0 <= from_column < len(rows[0])):
        raise IllegalOperation(f"no tile can slide {direction}: the empty cell is at the border")
    rows[row][column], rows[from_row][from_column] = rows[from_row][from_column], 0
    return {"rows": rows}


def undo(state: State, kind: str, arguments: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    """The state before an operation.

    Raises:
        IllegalOperation: it can't have led to this state.
    """
    direction = arguments["direction"]
    if direction not in STEPS:
        raise IllegalOperation(f"there is no direction {direction!r}")
    return apply(state, kind, {"direction": opposite(direction)})


def empty_cell(state: State) -> Cell:
    """Where the empty cell is.

    Raises:
        IllegalOperation: there is none.
    """
    for row, numbers in enumerate(state["rows"]):
        if 0 in numbers:
            return row, list(numbers).index(0)
    raise IllegalOperation("the board has no empty cell")


def slides(state: State) -> Iterator[Step]:
    """A slide in each direction."""
    return (Step("slide", {"direction": direction}) for direction in MAIN_DIRECTIONS)


def parse_plan(text: str) -> list[Step] | None:
    """The slides of `left; up` (or commas, or lines); None if there is anything else in it."""
    words = [word.strip(" .").lower() for word in re.split(r"[;,\n]", text.strip())]
    words = [word.removeprefix("slide ") for word in words if word]
    if not words or not set(words) <= set(STEPS):
        return None
    return [Step("slide", {"direction": word}) for word in words]


def format_plan(steps: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    return "; ".join(step.arguments["direction"] for step in steps)


WORLD = World(apply, undo, slides, parse_plan, format_plan)
