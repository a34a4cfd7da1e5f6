"""What the record around a clip gives away: its length, its bytes, its level."""

from __future__ import annotations

import numpy as np

from synrl.audit.kinds import Kind
from synrl.audit.probes.view import View
from synrl.audit.probes.words import number


def facts(kind: Kind) -> View:
    """For each fact that varies, its value; and how well a candidate's number fits it, by rank.

    The longest clip of a kind goes with its largest number, the middle one with the middle one; or the
    other way round, for what is told "against".
    """
    told = sorted({name for exam in kind.exams for name in exam.facts})
    values = np.array([[exam.facts.get(name, np.nan) for name in told] for exam in kind.exams], np.float64)
    values = values.reshape(len(kind.exams), len(told))
    varied = [k for k in range(len(told)) if len(np.unique(values[:, k])) > 1]
    numbers = np.full(kind.there.shape, np.nan)
    for row, candidates in enumerate(kind.candidates):
        numbers[row, : len(candidates)] = [number(text) for text in candidates]
    known = np.sort(numbers[np.isfinite(numbers)])
    share = _rank(known, numbers)
    names: list[str] = []
    columns: list[np.ndarray] = []
    for k in varied:
        fact = values[:, k]
        own = _rank(np.sort(fact[np.isfinite(fact)]), fact)[:, None]
        names += [told[k], f"number that fits: {told[k]}", f"number that fits, against: {told[k]}"]
        spread = np.broadcast_to(fact[:, None], numbers.shape)
        columns += [spread, -np.abs(own - share), -np.abs(1 - own - share)]
    shown = np.asarray(np.isfinite(values[:, varied]).any(axis=1)).reshape(len(kind.exams))
    stack = np.stack(columns, axis=2) if columns else np.empty((*numbers.shape, 0))
    return View(tuple(names), np.where(kind.there[..., None], stack, np.nan).astype(np.float32), shown)


def _rank(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Where values stand among the known ones, in order: 0 to 1; NaN for what is none."""
    if not len(known):
        return np.full(values.shape, np.nan)
    below, upto = np.searchsorted(known, values, "left"), np.searchsorted(known, values, "right")
    return np.where(np.isfinite(values), (below + upto) / (2 * len(known)), np.nan)
