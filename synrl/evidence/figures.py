"""Telling the figures of `synrl.world.figures` apart from samples.

`recognise` knows nothing of how figures are drawn, only what sets them apart: whether they are closed,
how far they turn in all, and whether evenly or at corners.
"""

from __future__ import annotations

import math

import numpy as np

from synrl.world.figures import CIRCLE, EIGHT, INWARDS, LINE, OUTWARDS, SPIRAL, SQUARE, TRIANGLE, WAVE, ZIGZAG


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
