"""Places as they are seen: what the solvers of relative_position share."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from synrl.evidence import Evidence, spans
from synrl.tasks.relative_position.clip import AROUND, AWAY, CLOSER, MIDDLE, SIDES, ZONE
from synrl.world.timeline import Event


def side_of(offset: np.ndarray) -> str:
    """The side that an offset (px) is on."""
    quarter = round(math.degrees(math.atan2(offset[1], offset[0])) / 90) % 4
    return list(SIDES)[quarter]


def way_of(change: float) -> str:
    """What a move is by how it changes the distance (px)."""
    return AROUND if abs(change) < 1 else CLOSER if change < 0 else AWAY


def depth_inside(evidence: Evidence) -> tuple[np.ndarray, float]:
    """Px by which the asked shape's centre is in the zone on each sample, and how far that may be wrong."""
    zone, side, eye = evidence.tracks[ZONE], evidence.objects[ZONE].size, evidence.eye
    offsets = np.abs(evidence.tracks[evidence.query["object"]].points - zone.points)
    return side / 2 - offsets.max(axis=1), 2 * eye.px


def visits_seen(evidence: Evidence) -> Iterator[Event]:
    """When the asked shape is seen to be in the zone."""
    margins, _ = depth_inside(evidence)
    for start, end in spans(margins > 0):
        yield Event(
            max(start - 1, 0), min(end, evidence.num_frames - 1), "inside", evidence.query["object"], ZONE
        )


def angle_seen(evidence: Evidence, name: str) -> np.ndarray:
    """The angle of a racer around the middle on every sample, in degrees that go on counting."""
    x, y = (evidence.tracks[name].points - MIDDLE).T
    turned: np.ndarray = np.degrees(np.unwrap(np.arctan2(y, x)))
    return turned
