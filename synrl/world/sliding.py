"""The rules of the sliding puzzle, apart from how it is drawn: state, operation -> state.

A state is `{"rows": [[1, 2, 3], [4, 0, 5], ...]}`, row by row from the top, with 0 for the empty cell. The
one operation is `slide` with a `direction`: the way in which a tile moves into the empty cell.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from synrl.errors import IllegalOperation
from synrl.world.directions import MAIN_DIRECTIONS, opposite
from synrl.world.grids import Cell, parse_cell
from synrl.world.history import History, Step, When, World, from_end, recurs, stretch

if TYPE_CHECKING:
    from synrl.seeds import Stream

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


Route = tuple[str, ...]
"""Directions of slides, none of which takes back the one before."""


@lru_cache(maxsize=4096)
def routes(size: int, start: Cell, end: Cell, length: int, last: str = "") -> tuple[Route, ...]:
    """Every route of some length that takes the empty cell from one cell to another.

    Args:
        last: the slide before it, if any.
    """
    if length == 0:
        return ((),) if start == end else ()
    return tuple(
        (way, *rest)
        for way, there in _around(size, start)
        if way != _BACK.get(last)
        for rest in routes(size, there, end, length - 1, way)
    )


@lru_cache(maxsize=4096)
def routes_to(size: int, start: Cell, goal: Cell, length: int) -> Mapping[Cell, tuple[Route, ...]]:
    """The routes of at most some length whose last slide brings a tile to a cell, by where it comes from."""
    found: dict[Cell, list[Route]] = {}
    for before in range(length):
        for way in routes(size, start, goal, before):
            for last, _ in _around(size, goal):
                if last != _BACK.get(way[-1] if way else ""):
                    found.setdefault(_origin(size, start, goal, (*way, last)), []).append((*way, last))
    return {cell: tuple(ways) for cell, ways in found.items()}


def _origin(size: int, start: Cell, goal: Cell, way: Route) -> Cell:
    """Where the tile comes from that a route of the empty cell brings to a cell."""
    gaps, cell = [start], goal
    for direction in way:
        gaps.append(dict(_around(size, gaps[-1]))[direction])
    for before, after in reversed(list(itertools.pairwise(gaps))):
        cell = after if cell == before else cell
    return cell


def random_route(size: int, start: Cell, end: Cell, length: int, stream: Stream) -> Route:
    """One of them, each as likely as any other; there must be one."""
    found: list[str] = []
    for left in range(length, 0, -1):
        last = found[-1] if found else ""
        onward = [pair for pair in _around(size, start) if pair[0] != _BACK.get(last)]
        counts = [_count(size, there, end, left - 1, way) for way, there in onward]
        place = stream.integer(1, sum(counts))
        way, start = next(
            pair for pair, most in zip(onward, itertools.accumulate(counts), strict=True) if place <= most
        )
        found.append(way)
    return tuple(found)


_BACK = {direction: opposite(direction) for direction in MAIN_DIRECTIONS}


@cache
def _around(size: int, cell: Cell) -> tuple[tuple[str, Cell], ...]:
    """The slides that are legal with the empty cell somewhere, and where each takes it."""
    there = ((way, (cell[0] - STEPS[way][0], cell[1] - STEPS[way][1])) for way in MAIN_DIRECTIONS)
    return tuple((way, after) for way, after in there if set(after) <= set(range(size)))


@cache
def _count(size: int, cell: Cell, end: Cell, left: int, last: str) -> int:
    """How many routes of some more slides go on from a slide to an end."""
    if left == 0:
        return int(cell == end)
    onward = (pair for pair in _around(size, cell) if pair[0] != _BACK[last])
    return sum(_count(size, there, end, left - 1, way) for way, there in onward)


def rerouted(history: History, reveal: str, until: When, stream: Stream, count: int = 80) -> list[History]:
    """Histories of as many slides that share the end that can be read; itself first.

    The empty cell is in the same place at a moment, too, and all that happens beyond it, seen from that
    end, is the same. No board recurs in any of them.
    """
    size, steps = len(history.states[0]["rows"]), list(history.steps)
    low, high = stretch(len(steps), reveal, until)
    start, end = (empty_cell(history.states[place]) for place in (low, high))
    found = {tuple(step.arguments["direction"] for step in steps[low:high]): history}
    for _ in range(count):
        way = random_route(size, start, end, high - low, stream)
        if way in found:
            continue
        trial = [*steps[:low], *(Step("slide", {"direction": d}) for d in way), *steps[high:]]
        other = from_end(history, reveal, trial, WORLD)
        if other is not None and not recurs(other):
            found[way] = other
    return list(found.values())


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


def reached(state: State, target: Mapping[str, Any]) -> bool:
    """Whether a tile is in a cell."""
    row, column = parse_cell(target["cell"], len(state["rows"])) or (0, 0)
    return bool(state["rows"][row][column] == target["tile"])


WORLD = World(apply, undo, slides, parse_plan, format_plan, reached)
