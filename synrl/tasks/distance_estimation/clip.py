"""How distances between shapes change in a clip of distance_estimation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synrl.seeds import Stream
from synrl.tasks.distance_estimation.config import DistanceConfig
from synrl.tasks.shared.queries import Query
from synrl.tasks.shared.stage import CLEARANCE, together
from synrl.world.timeline import (
    HEIGHT,
    WIDTH,
    SceneObject,
)

GROWS, SHRINKS = "grows", "shrinks"
TRENDS = {
    (GROWS,): "it grows",
    (SHRINKS,): "it shrinks",
    (): "it stays the same",
    (SHRINKS, GROWS): "it shrinks, then grows",
    (GROWS, SHRINKS): "it grows, then shrinks",
}
NEAR, FAR = 66.0, 340.0
"""Px between the two shapes of a pair."""
CLOSE, AROUND = (62.0, 80.0), (125.0, 175.0)
"""Px from a shape in the middle to one that visits it, and to others."""
CHANGES = (1, 2, 3, 4)
"""How many times it may change which shape is nearer."""
STOPS = 9
"""Places of each of two shapes that are compared, however often their order changes."""


class TrendQuery(Query):
    pair: list[str]
    sign: str
    """The shape that can be seen during the time in question."""


class VisitQuery(Query):
    other: str
    visitors: list[str]
    visitor: str
    then: str
    """`after` or `before`: which of the two visitors around that one is asked for."""


class ChangeQuery(Query):
    pair: list[str]
    way: str
    """`GROWS` or `SHRINKS`."""


class NearerQuery(Query):
    pair: list[str]
    other: str


def draw_course(
    scene: Stream, config: DistanceConfig, kinds: tuple[str, ...], start: int, turn: int, end: int
) -> dict[int, float]:
    """Distances at the start, the turn and the end of the time in question.

    Whatever they do, their middle is drawn alike, so that one of them tells as little as can be.
    """
    change = scene.uniform(1, 1.25) * config.change
    middle = scene.uniform(NEAR + change / 2, FAR - change / 2)
    low, high = middle - change / 2, middle + change / 2
    if not kinds:
        same = scene.choice((low, middle, high))
        return {start: same, turn: same, end: same}
    ends = {GROWS: (low, high), SHRINKS: (high, low)}
    (before, after), (_, last) = ends[kinds[0]], ends[kinds[-1]]
    if len(kinds) == 1:
        return {start: before, turn: before + (last - before) * (turn - start) / (end - start), end: last}
    return {start: before, turn: after, end: last}


def free_place(
    scene: Stream, paths: Sequence[np.ndarray], objects: Sequence[SceneObject]
) -> np.ndarray | None:
    """A place for the last of some objects, clear of the paths of the others; None if none was found."""
    reach = [0.6 * item.size + CLEARANCE for item in objects]
    for _ in range(20):
        spot = np.array(
            [scene.uniform(reach[-1], WIDTH - reach[-1]), scene.uniform(reach[-1], HEIGHT - reach[-1])]
        )
        if all(
            np.hypot(*(path - spot).T).min() > own + reach[-1]
            for path, own in zip(paths, reach, strict=False)
        ):
            return spot
    return None


def draw_turning(scene: Stream, config: DistanceConfig, progress: np.ndarray) -> np.ndarray:
    """Degrees that everything has turned around the middle, on every frame."""
    turned: np.ndarray = scene.uniform(0, 360) + scene.uniform(-config.spin, config.spin) * progress
    return turned


def ray(distance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Offsets (frames, 2) from the middle."""
    angle = np.radians(degrees)
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)


def paths_around(
    scene: Stream,
    config: DistanceConfig,
    profiles: Sequence[np.ndarray],
    progress: np.ndarray,
    objects: Sequence[SceneObject],
) -> list[np.ndarray]:
    """Paths of shapes at given distances (frames,) around the last of some objects, well apart."""
    pitch = 360 / len(profiles)
    while True:
        turned = draw_turning(scene, config, progress)
        heading = scene.uniform(0, 360)
        middle = ray(scene.uniform(10, 60) * progress, np.full(len(progress), heading))
        jitter = 0.15 * pitch
        paths = [
            middle + ray(profile, turned + k * pitch + scene.uniform(-jitter, jitter))
            for k, profile in enumerate(profiles)
        ]
        placed = together(scene, [*paths, middle], [item.size for item in objects])
        if placed is not None:
            return placed
