"""A view of some rows: for every candidate of every row, figures with names.

Figures that can't be told are NaN. A row on which a view shows nothing at all is one it has no answer to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synrl.audit.exam import Exam
from synrl.audit.kinds import Kind

Figures = Mapping[str, Sequence[float]]
"""By name, one for each candidate."""
Look = Callable[[Exam, tuple[str, ...]], Figures | None]
"""What is seen of a row's candidates; None if nothing is."""


@dataclass(frozen=True)
class View:
    """Figures for the candidates of a kind's rows."""

    names: tuple[str, ...]
    values: np.ndarray
    """Shape (rows, candidates, names), float32, NaN where there is none."""
    shown: np.ndarray
    """The rows on which anything is shown: bool of shape (rows,)."""

    def joined(self, other: View) -> View:
        """The figures of both, on the rows on which this one shows something."""
        return View(
            (*self.names, *other.names), np.concatenate([self.values, other.values], axis=2), self.shown
        )

    def telling(self, there: np.ndarray) -> View:
        """The figures that have more than one value, on the rows on which any of them is known.

        Args:
            there: which candidates there are, of shape (rows, candidates).
        """
        known = np.isfinite(self.values) & there[..., None]
        low = np.where(known, self.values, np.inf).min(axis=(0, 1), initial=np.inf)
        high = np.where(known, self.values, -np.inf).max(axis=(0, 1), initial=-np.inf)
        kept = np.flatnonzero(low < high)
        names = tuple(self.names[k] for k in kept)
        return View(names, self.values[..., kept], self.shown & known[..., kept].any(axis=(1, 2)))


def view(kind: Kind, look: Look) -> View:
    """What a look at every row of a kind shows."""
    seen = [look(exam, c) for exam, c in zip(kind.exams, kind.candidates, strict=True)]
    names = tuple(dict.fromkeys(name for figures in seen if figures for name in figures))
    places = {name: place for place, name in enumerate(names)}
    values = np.full((*kind.there.shape, len(names)), np.nan, np.float32)
    for row, figures in enumerate(seen):
        for name, column in (figures or {}).items():
            values[row, : len(column), places[name]] = column
    values[~np.isfinite(values)] = np.nan
    return View(names, values, np.array([bool(figures) for figures in seen], bool))


def stacked(views: Iterable[tuple[str, View]]) -> View:
    """Several views beside each other, their figures with their titles; a row is shown if any shows it."""
    views = list(views)
    return View(
        tuple(f"{name}, {title}" for title, one in views for name in one.names),
        np.concatenate([one.values for _, one in views], axis=2),
        np.any([one.shown for _, one in views], axis=0),
    )
