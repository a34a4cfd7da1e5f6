"""Appearances as they are seen: what the solvers of attribute_change share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from synrl.evidence import Evidence
from synrl.tasks.attribute_change.clip import GROWTH, KINDS
from synrl.tasks.attribute_change.config import SHORTEST_HOLD
from synrl.world.appearances import look_of, place_of

SAME_SIZE = math.sqrt(GROWTH)
"""The ratio of two sizes below which they are one, whatever an eye makes of them."""


def ends_seen(evidence: Evidence) -> bool:
    """Whether both ends of the clip are seen, so that no change can have been missed."""
    frames, last = evidence.frames, evidence.num_frames - 1
    hold = SHORTEST_HOLD * evidence.glance
    return len(frames) > 0 and bool(frames[0] < hold and last - frames[-1] < hold)


def by_place(evidence: Evidence) -> dict[int, list[str]]:
    """The appearances at each place."""
    found: dict[int, list[str]] = {}
    for name in evidence.tracks:
        found.setdefault(place_of(name), []).append(name)
    return found


def seen_looks(evidence: Evidence, names: Sequence[str]) -> np.ndarray:
    """Which of a place's appearances shows on each sample."""
    visible = np.stack([evidence.tracks[name].visible for name in names])
    shown: np.ndarray = np.argmax(visible, axis=0)
    return shown


def kinds_seen(evidence: Evidence, names: Sequence[str]) -> set[str]:
    """In what respects a place has changed between any two samples."""
    looks = {look_of(names[i]) for i in seen_looks(evidence, names)}
    sizes = evidence.tracks[names[0]].size
    kinds = {
        kind for kind, values in zip(KINDS, zip(*looks, strict=True), strict=False) if len(set(values)) > 1
    }
    return kinds | ({"size"} if sizes.max() > SAME_SIZE * sizes.min() else set())
