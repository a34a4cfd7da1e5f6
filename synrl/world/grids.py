"""Cells of a board: one naming for drawing, wording, keys and parsers.

Columns are letters from the left, rows numbers from the top: `B3` is the second column, third row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synrl.seeds import Stream


LABELS, EDGE = 44, 16
"""Px that a board keeps from the frame where its labels are, and elsewhere."""
Cell = tuple[int, int]
"""Row and column, from 0."""


def cell_name(cell: Cell) -> str:
    """`B3` for row 2, column 1."""
    return f"{'ABCDEFGHI'[cell[1]]}{cell[0] + 1}"


def parse_cell(text: str, size: int) -> Cell | None:
    """The cell of a name on a square board; None if there is no such cell."""
    match = re.fullmatch(r"([A-Ia-i])\s?([1-9])", text.strip())
    if match is None:
        return None
    cell = int(match[2]) - 1, ord(match[1].upper()) - ord("A")
    return cell if max(cell) < size else None


def cells(size: int) -> list[Cell]:
    """All cells, row by row."""
    return [(row, column) for row in range(size) for column in range(size)]


def rules_of_naming(size: int) -> str:
    """How cells are named, as a sentence for a question."""
    columns = "ABCDEFGHI"[:size]
    return (
        f"Columns are {columns[0]} to {columns[-1]} from the left and rows 1 to {size} from the top, so B1 "
        "is the second cell of the top row."
    )


@dataclass(frozen=True)
class Layout:
    """Where a square board lies on screen, in px."""

    left: float
    top: float
    pitch: float
    size: int

    def place(self, cell: Cell) -> tuple[float, float]:
        """The centre of a cell."""
        return self.left + (cell[1] + 0.5) * self.pitch, self.top + (cell[0] + 0.5) * self.pitch

    def cell(self, x: float, y: float) -> Cell:
        """The cell that holds a place: the inverse of `place`."""
        return int((y - self.top) // self.pitch), int((x - self.left) // self.pitch)

    @classmethod
    def spanned_by(cls, places: Iterable[tuple[float, float]], size: int) -> Layout:
        """The layout of a board on which objects rest in every row and every column."""
        xs, ys = zip(*places, strict=True)
        pitch = (max(xs) - min(xs)) / (size - 1)
        return cls(min(xs) - pitch / 2, min(ys) - pitch / 2, pitch, size)


def draw_layout(style: Stream, size: int, width: int, height: int, pitch: tuple[int, int]) -> Layout:
    """A place for a board and its labels in the frame, with cells of a size from a closed range."""
    cell = float(style.integer(*pitch))
    left = style.uniform(LABELS, width - EDGE - size * cell)
    return Layout(round(left), round(style.uniform(LABELS, height - EDGE - size * cell)), cell, size)
