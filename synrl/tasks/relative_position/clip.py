"""Tours, moves, visits to a zone and races, as clips of relative_position show them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from synrl.seeds import Stream, Streams
from synrl.tasks.relative_position.config import PositionConfig
from synrl.tasks.shared.cast import SOLID_SHAPES, cast
from synrl.tasks.shared.queries import Query
from synrl.tasks.shared.stage import posed
from synrl.world.style import Style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Event, SceneObject, Timeline, in_order

SIDES = {"to the right": 0.0, "below": 90.0, "to the left": 180.0, "above": 270.0}
"""Where one thing is from another, by the angle clockwise from the right as seen on screen."""
SIDE = 78.0
TILT = 15.0
ZONE = "square zone"
ENTRIES = (1, 2, 3, 4)
"""How many times a shape may enter the zone."""
CLOSER, AROUND, AWAY = "closer to", "around", "farther away from"
OTHER_WAYS = {CLOSER: (AROUND, AWAY), AWAY: (AROUND, CLOSER)}
"""What a shape may do besides, for each way that is asked for."""
RADII, _PACE = (68.0, 330.0), (26.0, 30.0)
"""Px from another shape, and that a move to or from it, or around it, covers in a glance."""
LEAD = 20.0
"""Degrees that racers are apart on the first frame and on the last."""
OUTERMOST, LANE, LANE_OFF = 198.0, 42.0, 3.0
"""Px from the middle of the frame to the outermost lane, from one to the next, and that they may be off."""
MIDDLE = np.array([WIDTH / 2, HEIGHT / 2])


class TourQuery(Query):
    object: str
    other: str
    side: str
    """A side that the shape stops on."""
    then: str
    """`after` or `before`: which of the two stops around that one is asked for."""


class ZoneQuery(Query):
    object: str


class ApproachQuery(Query):
    object: str
    other: str
    way: str
    """`CLOSER` or `AWAY`."""


class RaceQuery(Query):
    other: str
    racers: list[str]


def draw_rests(scene: Stream, ways: Sequence[str], lengths: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Px and degrees from another shape of the rests before, between and after moves of some glances."""
    radii, turns = [scene.uniform(*RADII)], [scene.uniform(0, 360)]
    for way, length in zip(ways, lengths, strict=True):
        px = length * scene.uniform(*_PACE)
        arc = math.degrees(px / radii[-1]) if way == AROUND else 0.0
        radii.append(radii[-1] + {CLOSER: -px, AROUND: 0.0, AWAY: px}[way])
        turns.append(turns[-1] + arc * scene.choice((-1, 1)))
    return np.array(radii), np.array(turns)


def draw_zone(style: Style, streams: Streams, config: PositionConfig) -> tuple[SceneObject, SceneObject]:
    """The zone, and the shape that moves."""
    zone = SceneObject(ZONE, "square", style.panel, float(streams.scene.integer(140, 180)))
    (item,) = cast(streams, style, config.level, 1, SOLID_SHAPES, (30, 42))
    return zone, item


def zone_clip(
    style: Style,
    zone: SceneObject,
    item: SceneObject,
    corner: np.ndarray,
    path: np.ndarray,
    stays: Sequence[Event],
    query: ZoneQuery,
) -> Timeline:
    """The clip in which a shape goes in and out of a zone."""
    centre = np.broadcast_to(corner + zone.size / 2, path.shape)
    return Timeline(FPS, (zone, item), posed([centre, path]), style, events=in_order(stays), query=query)


def draw_gaps(scene: Stream, share: np.ndarray, *, faster: bool) -> tuple[np.ndarray, list[int]]:
    """How many degrees a racer is ahead on every frame, and the first frame of every new order.

    All that racers differ in is which way it goes, and all run whole laps, so that frames in no order, let
    alone one, tell nothing.
    """
    while True:
        start, gained = scene.uniform(0, 360), 360.0 if faster else -360.0
        gaps = start + gained * share
        passes = [(len(share) - 1) * (lap * 360 - start) / gained for lap in (-1, 0, 1)]
        passes = [time for time in passes if 0 < time < len(share) - 1]
        apart = [abs((gap + 180) % 360 - 180) for gap in (gaps[0], gaps[-1])]
        if len(passes) == 1 and min(apart) > LEAD and all(abs(time - round(time)) > 0.01 for time in passes):
            return gaps, sorted(math.ceil(time) for time in passes)


def unit_vectors(degrees: np.ndarray) -> np.ndarray:
    """Unit vectors (n, 2)."""
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1)


def straight_path(times: Sequence[float], stops: Sequence[np.ndarray], num_frames: int) -> np.ndarray:
    """The path (num_frames, 2) of a shape that is at each stop at its time."""
    every = np.arange(num_frames)
    return np.stack([np.interp(every, times, [stop[axis] for stop in stops]) for axis in range(2)], axis=1)
