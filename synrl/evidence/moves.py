"""Straight moves between rests, read from samples that may be off."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synrl.evidence import STORED, Evidence


class Move(NamedTuple):
    """A move from one rest to the next."""

    start: float
    """The frame at which it seems to begin."""
    end: float
    step: tuple[float, float]
    """Px from rest to rest."""
    here: tuple[float, float]
    """The first of them."""


def seen_moves(evidence: Evidence, name: str) -> list[Move]:
    """The moves of a shape that rests for two glances or more before and after each of them.

    A rest is where two samples in a row are in the same place, as far as can be seen; its place is the
    median of its samples. A clip that is first or last seen in motion counts as resting there.
    """
    shown = evidence.thinned()
    points, frames = shown.tracks[name].points, shown.frames
    count = len(points)
    if count < 2:
        return []
    still = np.hypot(*np.diff(points, axis=0).T) <= 2 * math.hypot(1, 1) * shown.eye.px + STORED
    rests, first = [], 0
    for last in range(count):
        if last == count - 1 or not still[last]:
            if last > first or first == 0 or last == count - 1:
                rests.append((first, last))
            first = last + 1
    found = []
    for (_, before), (after, _), one, two in zip(rests, rests[1:], rests, rests[1:], strict=False):
        here, there = (np.median(points[a : b + 1], axis=0) for a, b in (one, two))
        step = there - here
        length = float(step @ step) or 1.0
        share = (points[before : after + 1] - here) @ step / length
        share[0], share[-1] = 0.0, 1.0
        low, high = (
            float(np.interp(s, np.maximum.accumulate(share), frames[before : after + 1]))
            for s in (0.25, 0.75)
        )
        times = low - (high - low) / 2, high + (high - low) / 2
        found.append(Move(*times, (float(step[0]), float(step[1])), (float(here[0]), float(here[1]))))
    return found
