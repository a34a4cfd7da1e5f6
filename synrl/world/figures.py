"""Figures that a moving shape traces: drawing them as paths, and telling them apart from samples.

`trace` is for simulations. `recognise` is for readers: it knows nothing of how figures are drawn, only
what sets them apart: whether they are closed, how far they turn in all, and whether evenly or at corners.
"""

from __future__ import annotations

import math

import numpy as np

from synrl.seeds import Stream

LINE, CIRCLE, ZIGZAG, WAVE = "a straight line", "a circle", "a zigzag", "a wave"
TRIANGLE, SQUARE, EIGHT = "a triangle", "a square", "a figure eight"
SPIRAL, OUTWARDS, INWARDS = "a spiral", "a spiral from inside out", "a spiral from outside in"
_DENSE = 721


def trace(stream: Stream, figure: str, extent: float, num_frames: int) -> np.ndarray:
    """A figure at constant speed, about `extent` px across, as a path (num_frames + 1, 2) from the origin.

    Raises:
        ValueError: there is no such figure.
    """
    share = np.linspace(0, 1, _DENSE)
    if figure == LINE:
        points = np.stack([share, 0 * share], axis=1)
    elif figure == CIRCLE:
        points = _polar(0.5 + 0 * share, 360 * share)
    elif figure in (SPIRAL, OUTWARDS, INWARDS):
        turned = 360 * stream.uniform(2.0, 2.4)
        points = _polar(0.1 + 0.4 * share, turned * share)
        if figure == INWARDS or (figure == SPIRAL and stream.chance(0.5)):
            points = points[::-1]
    elif figure == EIGHT:
        angle = 2 * np.pi * share
        points = np.stack([0.5 * np.sin(angle), 0.5 * np.sin(2 * angle) * 0.6], axis=1)
    elif figure == WAVE:
        periods = stream.choice((1.5, 2.0))
        points = np.stack([share, 0.24 / periods * np.sin(2 * np.pi * periods * share)], axis=1)
    elif figure == ZIGZAG:
        legs = stream.integer(3, 4)
        points = np.array([(k / legs, 0.36 * (k % 2)) for k in range(legs + 1)])
    elif figure in (TRIANGLE, SQUARE):
        corners = 3 if figure == TRIANGLE else 4
        radius = 0.577 if figure == TRIANGLE else 0.6
        points = _polar(np.full(corners + 1, radius), 360 / corners * np.arange(corners + 1))
        # Begun on a side, so that the last corner shows like the others.
        begin = points[0] + stream.uniform(0.3, 0.7) * (points[1] - points[0])
        points = np.concatenate([[begin], points[1:], [begin]])
    else:
        raise ValueError(f"there is no figure {figure!r}")
    if stream.chance(0.5):
        points = points * [1, -1]
    return extent * _turned(_evenly(points - points[0], num_frames), stream.uniform(0, 360))


def recognise(points: np.ndarray, *, spirals: bool) -> str | None:
    """The figure that samples (n, 2) of one whole motion show; None if they are too few.

    Args:
        spirals: whether to tell the two ways of a spiral apart.
    """
    steps = np.diff(points, axis=0)
    if len(steps) < 2:
        return None
    heading = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    turns = (np.diff(heading) + 180) % 360 - 180
    if np.abs(turns).max() < 2:
        return LINE
    if len(steps) < 6:
        return None
    around = abs(float(turns.sum()))
    if around > 450:
        half = len(points) // 2
        way = OUTWARDS if _across(points[:half]) < _across(points[half:]) else INWARDS
        return way if spirals else SPIRAL
    closed = math.dist(points[0], points[-1]) < 0.15 * float(np.ptp(points, axis=0).max())
    if not closed:
        return ZIGZAG if np.quantile(np.abs(turns), 0.35) < 0.08 * np.abs(turns).max() else WAVE
    if around < 180:
        return EIGHT
    if _circular(points):
        return CIRCLE
    # The corners of a triangle are twice as far out as its sides, those of a square 1.41 times.
    radii = np.hypot(*(points - _centroid(points)).T)
    return TRIANGLE if radii.max() > 1.45 * radii.min() else SQUARE


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


def _centroid(points: np.ndarray) -> np.ndarray:
    """The area centroid of a closed polygon, by the shoelace formula."""
    after = np.roll(points, -1, axis=0)
    parts = points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]
    area = parts.sum() or 1.0  # of points in a line, which no figure of ours is
    centroid: np.ndarray = parts @ (points + after) / (3 * area)
    return centroid


def _across(points: np.ndarray) -> float:
    """Px across some points."""
    return float(np.ptp(points, axis=0).max())


def _circular(points: np.ndarray) -> bool:
    """Whether points lie on a circle: the residue of the best one is small beside its radius."""
    x, y = (points - points.mean(axis=0)).T
    matrix = np.stack([x, y, np.ones_like(x)], axis=1)
    solution, *_ = np.linalg.lstsq(matrix, x**2 + y**2, rcond=None)
    centre = solution[:2] / 2
    radii = np.hypot(x - centre[0], y - centre[1])
    return bool(np.ptp(radii) < 0.02 * radii.mean())
