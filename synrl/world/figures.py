"""Figures that a moving shape traces, as paths; `synrl.evidence.figures` tells them apart from samples.

Each is as large as makes it stray from its middle as far as the others do, on average: a circle is 0.58 times
as wide as a straight line is long. And each begins at an end or on a side, so that it can be placed with its
start at the same distance from some point, and the way from there across that point, whichever figure it is
(`anchor`). So no single place on the way tells one from another.
"""

from __future__ import annotations

import math

import numpy as np

from synrl.seeds import Stream

LINE, CIRCLE, ZIGZAG, WAVE = "a straight line", "a circle", "a zigzag", "a wave"
TRIANGLE, SQUARE, EIGHT = "a triangle", "a square", "a figure eight"
SPIRAL, OUTWARDS, INWARDS = "a spiral", "a spiral from the inside out", "a spiral from the outside in"
_DENSE = 721


def trace(stream: Stream, figure: str, extent: float, num_frames: int) -> np.ndarray:
    """A figure at constant speed, as large as a straight line of `extent` px, as a path from the origin.

    Returns:
        Its places (num_frames + 1, 2).

    Raises:
        ValueError: there is no such figure.
    """
    share = np.linspace(0, 1, _DENSE)
    if figure == LINE:
        points = np.stack([share, 0 * share], axis=1)
    elif figure == CIRCLE:
        points = _polar(0.289 + 0 * share, 360 * share)
    elif figure in (SPIRAL, OUTWARDS, INWARDS):
        turned = 360 * stream.uniform(1.5, 2.0)
        points = _polar(0.152 + 0.228 * share, turned * share)
        if figure == INWARDS or (figure == SPIRAL and stream.chance(0.5)):
            points = points[::-1]
    elif figure == EIGHT:
        angle = 2 * np.pi * share  # begun at the end of a loop
        points = np.stack([0.354 * np.cos(angle), 0.6 * 0.354 * np.sin(2 * angle)], axis=1)
    elif figure == WAVE:
        periods = stream.choice((1.5, 2.0))
        points = 0.94 * np.stack([share, 0.24 / periods * np.sin(2 * np.pi * periods * share)], axis=1)
    elif figure == ZIGZAG:
        legs = stream.integer(3, 4)
        points = 0.94 * np.array([(k / legs, 0.36 * (k % 2)) for k in range(legs + 1)])
    elif figure in (TRIANGLE, SQUARE):
        corners = 3 if figure == TRIANGLE else 4
        radius = 0.408 if figure == TRIANGLE else 0.354
        points = _polar(np.full(corners + 1, radius), 360 / corners * np.arange(corners + 1))
        # Begun on a side, so that the last corner shows like the others.
        begin = points[0] + stream.uniform(0.3, 0.7) * (points[1] - points[0])
        points = np.concatenate([[begin], points[1:], [begin]])
    else:
        raise ValueError(f"there is no figure {figure!r}")
    if stream.chance(0.5):
        points = points * [1, -1]
    return extent * _turned(_evenly(points - points[0], num_frames), stream.uniform(0, 360))


def anchor(path: np.ndarray, extent: float) -> np.ndarray:
    """The point `extent / 2` px from the outer end of a figure, in the direction of its middle."""
    middle = path.mean(axis=0)
    ways = middle - path[[0, -1]]
    lengths = np.hypot(*ways.T)
    outer = int(lengths[1] > lengths[0] + 1e-6)
    found: np.ndarray = path[-outer] + extent / 2 * ways[outer] / lengths[outer]
    return found


def _polar(radius: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    angle = np.radians(degrees)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _turned(points: np.ndarray, degrees: float) -> np.ndarray:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = points.T  # written out: the last bit of a matrix product depends on the processor
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


def _evenly(points: np.ndarray, num_frames: int) -> np.ndarray:
    """A polyline at constant speed, as num_frames + 1 points."""
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, way[-1], num_frames + 1)
    return np.stack([np.interp(places, way, points[:, axis]) for axis in range(2)], axis=1)
