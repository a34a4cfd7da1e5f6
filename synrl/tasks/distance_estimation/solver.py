"""Distances as they are seen: what the solvers of distance_estimation share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from synrl.evidence import Evidence, spans
from synrl.tasks.distance_estimation.clip import GROWS, SHRINKS, NearerQuery
from synrl.world.timeline import (
    Event,
)

STEADY = 0.05
"""Px per frame by which a distance that stays the same may seem to change in the stored tracks."""


def distance_seen(evidence: Evidence, one: str, two: str) -> np.ndarray:
    """Px between two shapes on every sample."""
    distances: np.ndarray = np.hypot(*(evidence.tracks[one].points - evidence.tracks[two].points).T)
    return distances


def trends_seen(evidence: Evidence, pair: Sequence[str]) -> Iterator[Event]:
    """When the distance between two shapes is seen to grow and to shrink, on all frames."""
    one, two = pair
    changes = np.diff(distance_seen(evidence, one, two))
    for way, going in ((GROWS, changes > STEADY), (SHRINKS, changes < -STEADY)):
        for start, end in spans(going):
            yield Event(start, end, "distance", one, two, way)


def steady_value(values: np.ndarray, at: int, doubt: float) -> float:
    """The value around a sample: the mean of those beside it that are alike."""
    low = high = at
    while low > 0 and abs(values[low - 1] - values[at]) <= doubt:
        low -= 1
    while high + 1 < len(values) and abs(values[high + 1] - values[at]) <= doubt:
        high += 1
    return float(values[low : high + 1].mean())


def leads_seen(evidence: Evidence, query: NearerQuery) -> np.ndarray:
    """By how many px the first of a pair is nearer to the other shape than the second, on every sample."""
    (one, two), other = query["pair"], query["other"]
    leads: np.ndarray = distance_seen(evidence, two, other) - distance_seen(evidence, one, other)
    return leads
