"""A square zone, and places inside and outside of it that a shape stops at."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from synrl.seeds import Stream
from synrl.world.timeline import HEIGHT, WIDTH

_STOPS = 5
"""Stops inside the zone, and as many outside."""
_CLEARANCE = 8
"""Px between a shape that rests and the border of the zone."""


def place_zone(scene: Stream, side: float) -> np.ndarray:
    """The top left corner of the zone."""
    return np.array([scene.uniform(30, WIDTH - 30 - side), scene.uniform(30, HEIGHT - 30 - side)])


def plan_stops(scene: Stream, entries: int, first: bool, last: bool) -> list[bool]:
    """Whether a shape is inside at each of its stops: as often as not, and entering so many times."""
    runs = {True: entries + first, False: entries + (not last)}
    lengths = {}
    for inside, count in runs.items():
        cuts = sorted(scene.sample(range(1, _STOPS), count - 1))
        lengths[inside] = [b - a for a, b in itertools.pairwise([0, *cuts, _STOPS])]
    plan: list[bool] = []
    for k in range(sum(runs.values())):
        inside = first ^ bool(k % 2)
        plan += [inside] * lengths[inside].pop()
    return plan


def draw_stops(
    scene: Stream, corner: np.ndarray, side: float, size: float, plan: Sequence[bool]
) -> list[np.ndarray]:
    """Places wholly inside or wholly outside of the zone, with no way through it between two outside."""
    stops = [draw_stop(scene, corner, side, size, plan[0])]
    for before, inside in itertools.pairwise(plan):
        while True:
            stop = draw_stop(scene, corner, side, size, inside)
            way = stops[-1] + (stop - stops[-1]) * np.linspace(0, 1, 25)[:, None]
            if inside or before or not _near(way, corner, side, 0.6 * size + 2).any():
                break
        stops.append(stop)
    return stops


def draw_stop(scene: Stream, corner: np.ndarray, side: float, size: float, inside: bool) -> np.ndarray:
    """A place wholly inside or wholly outside of the zone."""
    reach = 0.6 * size + _CLEARANCE
    if inside:
        return corner + [scene.uniform(reach, side - reach), scene.uniform(reach, side - reach)]
    while True:
        stop = np.array([scene.uniform(reach, WIDTH - reach), scene.uniform(reach, HEIGHT - reach)])
        if not _near(stop[None], corner, side, reach)[0]:
            return stop


def _near(points: np.ndarray, corner: np.ndarray, side: float, margin: float) -> np.ndarray:
    """Which points (n, 2) lie in the zone widened by a margin."""
    offsets = np.abs(points - corner - side / 2)
    near: np.ndarray = offsets.max(axis=1) < side / 2 + margin
    return near


def crossing(start: np.ndarray, end: np.ndarray, corner: np.ndarray, side: float) -> float:
    """At which share of the way from one place to another the border lies between them."""
    outside, inside = (start, end) if ((end > corner) & (end < corner + side)).all() else (end, start)
    shares = []
    for axis in range(2):
        for border in (corner[axis], corner[axis] + side):
            if (outside[axis] - border) * (inside[axis] - border) < 0:
                shares.append((border - outside[axis]) / (inside[axis] - outside[axis]))
    share = float(max(shares))  # of the lines that it crosses, the last one is the border itself
    return share if outside is start else 1 - share
