"""Simple rules: the candidate of which one figure is greatest, or smallest.

Which figure, is found on the rows of all folds but one, and tried on that one, in turn. So a probe is one
test, however many rules it chooses from. Where several candidates have it, one of them is drawn by lot.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from synrl.audit.exam import draw
from synrl.audit.kinds import Kind
from synrl.audit.probes.view import View


@dataclass(frozen=True)
class Picks:
    """Which candidate a probe picks in each row."""

    places: np.ndarray
    """Number of the candidate, -1 where the probe has no answer."""
    how: str
    """How they were found, for people."""
    why: str = ""
    """Why there are none, if that is known."""


def best_rule(kind: Kind, view: View) -> Picks:
    """The picks of the rule that does best on the rows of the other folds."""
    columns = [k for k in range(len(view.names)) if _varies(view.values[..., k])]
    places, folds = np.full(len(kind.exams), -1), kind.folds
    if not columns or not view.shown.any():
        return Picks(places, "")
    rules = [(k, sign) for k in columns for sign in (1, -1)]
    ties = {rule: _tied(view.values[..., rule[0]] * rule[1], kind.there) for rule in rules}
    gains = {rule: _gain(tied, kind.right) * view.shown for rule, tied in ties.items()}
    used: Counter[str] = Counter()
    for fold in np.unique(folds):
        known, asked = (folds != fold) & view.shown, (folds == fold) & view.shown
        best = max(rules, key=lambda rule: float(gains[rule][known].sum()))
        places[asked] = _drawn(ties[best], kind)[asked]
        used[f"{'greatest' if best[1] > 0 else 'smallest'}: {view.names[best[0]]}"] += int(asked.sum())
    return Picks(places, used.most_common(1)[0][0] if used else "")


def _varies(column: np.ndarray) -> bool:
    """Whether a figure tells any candidates of a row apart."""
    low = np.where(np.isfinite(column), column, np.inf).min(axis=1, initial=np.inf)
    high = np.where(np.isfinite(column), column, -np.inf).max(axis=1, initial=-np.inf)
    return bool((low < high).any())


def _tied(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The candidates that have most; all of them, where none has anything."""
    filled = np.where(np.isfinite(values) & there, values, -np.inf)
    most = filled.max(axis=1, keepdims=True, initial=-np.inf)
    return np.asarray((filled == most) & there)


def _gain(tied: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How often a draw among the tied is right, for each row."""
    return np.asarray((tied & right).sum(axis=1) / np.maximum(1, tied.sum(axis=1)))


def _drawn(tied: np.ndarray, kind: Kind) -> np.ndarray:
    """One of the tied of each row, by a lot that is the same whenever it is drawn."""
    return np.array(
        [
            options[draw(exam.row_id, len(options))] if len(options := np.flatnonzero(row)) else -1
            for row, exam in zip(tied, kind.exams, strict=True)
        ]
    )
