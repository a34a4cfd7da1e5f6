"""Reading straight motion back from sampled positions. Used by solvers only, never by simulations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAME = 0.02
"""Velocities closer than this (px per frame) are one: far above float32 rounding of stored pixels, far
below any turn that a family makes."""

MEET = 0.05
"""Px by which two legs may miss each other where they should meet."""


@dataclass(frozen=True)
class Leg:
    """Straight motion (or rest) at one velocity over two or more consecutive samples."""

    start: int
    """Index of the first sample on the line."""
    end: int
    """Index of the last sample on the line."""
    velocity: tuple[float, float]
    """Px per frame."""


def straight_legs(frames: np.ndarray, points: np.ndarray) -> list[Leg]:
    """The maximal straight runs of samples; `points` has the shape (samples, 2).

    Two neighbouring legs share a sample if the turn falls on it; otherwise the turn lies between the
    end of one and the start of the next. A single interval between two others is never trusted as a
    leg, unless it is all there is: it may hold a turn.
    """
    steps = np.diff(points, axis=0) / np.diff(frames)[:, None]
    count = len(steps)
    if count == 0:
        return []
    same = np.hypot(*np.diff(steps, axis=0).T) < SAME  # same[i]: steps i and i + 1 are alike
    breaks = np.flatnonzero(~same) + 1
    bounds = [0, *breaks.tolist(), count]
    runs = [(first, last) for first, last in zip(bounds, bounds[1:], strict=False)]
    return [
        Leg(first, last, (float(steps[first:last, 0].mean()), float(steps[first:last, 1].mean())))
        for first, last in runs
        if last - first > 1 or count == 1
    ]


@dataclass(frozen=True)
class Kink:
    """A sudden change of velocity at `time` (frames) and `place` (px)."""

    time: float
    place: tuple[float, float]
    before: tuple[float, float]
    after: tuple[float, float]


def kinks(frames: np.ndarray, points: np.ndarray) -> list[Kink] | None:
    """The turns of a path that is straight between them, timed by where neighbouring legs meet.

    None if the samples don't determine them: two turns without a clean leg between, or motion before
    the first leg or after the last that no leg explains.
    """
    legs = straight_legs(frames, points)
    if not legs or legs[0].start > 0 or legs[-1].end < len(frames) - 1:
        return None
    found = []
    for one, two in zip(legs, legs[1:], strict=False):
        before, after = np.array(one.velocity), np.array(two.velocity)
        here, there = points[one.end], points[two.start]
        # here + before (t - t0) = there + after (t - t1), solved for t along the change of velocity
        change = before - after
        offset = there - here + before * frames[one.end] - after * frames[two.start]
        if not change.any():
            return None  # off the line and back: nothing that moves straight does that
        time = float(offset @ change / (change @ change))
        place = here + before * (time - frames[one.end])
        if np.hypot(*(offset - change * time)) > MEET:
            return None
        found.append(Kink(time, (float(place[0]), float(place[1])), one.velocity, two.velocity))
    return found
