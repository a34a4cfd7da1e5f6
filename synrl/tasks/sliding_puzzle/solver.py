"""The readers of sliding_puzzle: numbers carried along from where they are seen, and slides read off tiles.

The solver does not apply the rules of `world.sliding`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.tasks.shared.moments import hidden_end
from synrl.world.grids import Layout
from synrl.world.history import Step, When
from synrl.world.sliding import STEPS, WORLD, empty_cell

Board = list[list[int]]


def board_at(evidence: Evidence, when: When) -> Board | None:
    """The board at a moment; None if the evidence doesn't determine it."""
    boards = _followed(evidence)
    return None if boards is None else at(boards, when)


def slides_of(evidence: Evidence, tile: int) -> list[int]:
    """The numbers of the slides that are seen to move a tile."""
    pairs = enumerate(itertools.pairwise(_followed(evidence) or ()), start=1)
    return [number for number, (one, two) in pairs if find(one, tile) != find(two, tile)]


def plan(evidence: Evidence) -> str | None:
    """A plan from the hidden end to the target, or None if the evidence doesn't determine that end."""
    hidden = board_at(evidence, hidden_end(evidence.query["reveal"]))
    return None if hidden is None else find_plan(evidence, {"rows": hidden}, _carry, WORLD)


def _followed(evidence: Evidence) -> list[Board] | None:
    """The boards after 0, 1, … slides, by carrying numbers along; None if the slides don't fit together."""
    if not evidence.reveals:
        return None
    forwards = reveal_at_start(evidence)
    boards: list[Board] = [[list(row) for row in evidence.reveals[0].state["rows"]]]
    for operation in evidence.operations if forwards else reversed(evidence.operations):
        board = _moved(boards[-1], operation.arguments["direction"], forwards)
        if board is None:
            return None
        boards.append(board)
    return boards if forwards else boards[::-1]


def _moved(board: Board, direction: str, forwards: bool) -> Board | None:
    """The board after a slide, or before it; None if no tile is there to slide."""
    row, column = find(board, 0)
    across, along = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}[direction]
    sign = -1 if forwards else 1
    other_row, other_column = row + sign * along, column + sign * across
    if not (0 <= other_row < len(board) and 0 <= other_column < len(board)):
        return None
    after = [list(numbers) for numbers in board]
    after[row][column], after[other_row][other_column] = after[other_row][other_column], 0
    return after


def _carry(state: Any, step: Step) -> Any | None:
    board = _moved(state["rows"], step.arguments["direction"], forwards=True)
    return None if board is None else {"rows": board}


def find(board: Board, tile: int) -> tuple[int, int]:
    """Where a number is, 0 for the empty cell."""
    return next((r, row.index(tile)) for r, row in enumerate(board) if tile in row)


def observe(evidence: Evidence) -> Observed:
    """Operations and states read back from where the tiles are on every frame of the full clip."""
    size = evidence.query["size"]
    first = [(float(track.x[0]), float(track.y[0])) for track in evidence.tracks.values()]
    layout = Layout.spanned_by(first, size)

    def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
        rows = [[0] * size for _ in range(size)]
        for name, (x, y) in places.items():
            row, column = layout.cell(x, y)
            rows[row][column] = int(name.removeprefix("tile "))
        return {"rows": rows}

    def difference(before: Any, after: Any) -> tuple[str, dict[str, Any]]:
        (row, column), (later_row, later_column) = empty_cell(before), empty_cell(after)
        way = row - later_row, column - later_column
        return "slide", {"direction": next((name for name, step in STEPS.items() if step == way), "?")}

    return read_back(evidence, arrangement, difference)
