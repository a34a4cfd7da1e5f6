"""Reading motion along straight lines back from samples that an eye has misplaced.

`pieces` cuts the samples into the fewest runs that lie on straight lines, each at one velocity, as well as
the eye allows; rest is a line of velocity zero. It is segmented least squares: for every number of pieces,
the cuts with the least squared error are found by dynamic programming (Bellman, 1961).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synrl.evidence import STORED, Evidence

_WITHIN = 1.5
"""Times the eye's error that a sample may lie from its line: the line itself is not known any better."""
_APART = 3.5
"""Times the eye's error that two lines may miss each other where they should meet."""
TRUSTED = 3
"""Samples that show a line."""
_MOST = 16


class Piece(NamedTuple):
    """Samples on one line: the place at `time` (frames), and the velocity (px per frame)."""

    start: int
    """Index of the first sample."""
    end: int
    """Index of the last sample."""
    duration: float
    """Frames from the first sample to the last."""
    time: float
    place: np.ndarray
    velocity: np.ndarray

    @property
    def is_trusted(self) -> bool:
        """Whether it holds more samples than a line goes through anyway."""
        return self.end - self.start + 1 >= TRUSTED

    @property
    def speed(self) -> float:
        """Px per frame."""
        return float(np.hypot(*self.velocity))

    def at(self, time: float) -> np.ndarray:
        """The place at a time (frames)."""
        place: np.ndarray = self.place + self.velocity * (time - self.time)
        return place


def seen_pieces(evidence: Evidence, name: str, *, rests: bool = False) -> list[Piece] | None:
    """The motion of a shape as straight pieces; None if there are too few samples, or too many pieces."""
    return pieces(evidence.frames, evidence.tracks[name].points, evidence.eye.px, rests=rests)


def pieces(frames: np.ndarray, points: np.ndarray, px: float, *, rests: bool = False) -> list[Piece] | None:
    """The fewest straight pieces that explain samples (n, 2).

    Each holds `TRUSTED` samples or more. The first and the last may hold fewer, and then say nothing of how
    the shape moves: a line goes through any two.

    Args:
        px: by how much each coordinate may be off.
        rests: whether the shape rests at first and at last, as a viewer knows of some clips.
    """
    count = len(frames)
    if count < 2:
        return None
    times = frames.astype(float)
    errors = _errors(times, points, rests=rests)
    bound = _WITHIN * max(px, STORED)
    best, froms = errors[0], []
    for number in range(1, min(_MOST, count) + 1):
        if number > 1:
            # The error up to each sample, with one piece more: the last one begins at any sample.
            total = np.concatenate([[math.inf], best[:-1]])[:, None] + errors
            froms.append(total.argmin(axis=0))
            best = total.min(axis=0)
        if best[-1] <= 2 * count * bound**2:
            found = _cut(times, points, froms, rests=rests)
            if all(_fits(piece, times, points, bound) for piece in found) and all(
                _meet(one, two, times, _APART * max(px, STORED)) for one, two in itertools.pairwise(found)
            ):
                return found
    return None


def bounds(found: Sequence[Piece], frames: np.ndarray) -> list[float]:
    """When (frames) the first piece begins, each goes over into the next, and the last ends."""
    turns = [_meeting(one, two, frames) for one, two in itertools.pairwise(found)]
    return [float(frames[0]), *turns, float(frames[-1])]


def _meeting(one: Piece, two: Piece, times: np.ndarray) -> float:
    """When (frames) two lines are closest, between the samples of the one and of the other."""
    change = one.velocity - two.velocity
    apart = two.at(0.0) - one.at(0.0)
    low, high = float(times[one.end]), float(times[two.start])
    moment = float(apart @ change / (change @ change)) if change.any() else (low + high) / 2
    return min(max(moment, low), high)


def _errors(times: np.ndarray, points: np.ndarray, *, rests: bool) -> np.ndarray:
    """The squared error of the best line through samples i to j, infinite where there may be none (n, n)."""
    count = len(times)
    t = times - times.mean()
    xy = points - points.mean(axis=0)
    sums = np.zeros((count + 1, 8))
    np.cumsum(
        np.stack([np.ones(count), t, t * t, *xy.T, *(t[:, None] * xy).T, (xy * xy).sum(axis=1)], axis=1),
        axis=0,
        out=sums[1:],
    )
    n, st, stt, sx, sy, stx, sty, sxx = np.moveaxis(sums[None, 1:] - sums[:-1, None], 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        across = stt - st * st / n
        still = sxx - (sx * sx + sy * sy) / n
        error = still - ((stx - st * sx / n) ** 2 + (sty - st * sy / n) ** 2) / across
    allowed = np.triu(np.ones((count, count), bool), TRUSTED - 1)
    allowed[0, :] = allowed[:, -1] = True
    errors = np.where(allowed, np.maximum(error, 0.0), math.inf)
    if rests:
        errors[0], errors[:, -1] = still[0], still[:, -1]
    errors[0, 0] = errors[-1, -1] = 0.0
    return errors


def _cut(times: np.ndarray, points: np.ndarray, froms: list[np.ndarray], *, rests: bool) -> list[Piece]:
    """The pieces that dynamic programming has found, from the last to the first."""
    found, last = [], len(times) - 1
    end = last
    for choices in reversed([np.zeros(len(times), int), *froms]):
        start = int(choices[end])
        found.append(_line(times, points, start, end, still=rests and (start == 0 or end == last)))
        end = start - 1
    return found[::-1]


def _line(times: np.ndarray, points: np.ndarray, start: int, end: int, *, still: bool) -> Piece:
    t, xy = times[start : end + 1], points[start : end + 1]
    middle, place = float(t.mean()), xy.mean(axis=0)
    off = t - middle
    if still or start == end:
        return Piece(start, end, float(t[-1] - t[0]), middle, place, np.zeros(2))
    return Piece(start, end, float(t[-1] - t[0]), middle, place, off @ (xy - place) / (off @ off))


def _meet(one: Piece, two: Piece, times: np.ndarray, apart: float) -> bool:
    """Whether a shape can have gone from one piece to the next without a jump."""
    if not (one.is_trusted and two.is_trusted):
        return True
    moment = _meeting(one, two, times)
    return bool(np.hypot(*(two.at(moment) - one.at(moment))) <= apart)


def _fits(piece: Piece, times: np.ndarray, points: np.ndarray, bound: float) -> bool:
    own = slice(piece.start, piece.end + 1)
    line = piece.place + np.outer(times[own] - piece.time, piece.velocity)
    return bool(np.abs(points[own] - line).max() <= bound)
