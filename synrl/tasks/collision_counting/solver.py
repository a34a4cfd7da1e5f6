"""The solver of collision_counting: contacts from the bends of the paths that are seen.

It knows where the walls are and how large the shapes are, as a viewer does, and nothing of how a run is
simulated.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from synrl.evidence import Evidence, Observed
from synrl.evidence.legs import Kink, kinks
from synrl.evidence.pieces import bounds, seen_pieces
from synrl.tasks.collision_counting.clip import BOX, INSET, reaches
from synrl.world.collisions import WALLS
from synrl.world.timeline import Event, in_order

_NEAR = 6.0
"""Px by which a bend may seem to lie beside the place of a contact, where the eye is exact."""


def observe(evidence: Evidence) -> Observed:
    """All contacts of the full clip."""
    contacts = _exact_contacts(evidence) or ()
    return Observed(events=in_order([*(event for _, event in contacts), *_astray(evidence)]))


class _Bend(NamedTuple):
    """Where the asked shape is seen to change its velocity (px per frame), at a time in frames."""

    time: float
    place: np.ndarray
    change: np.ndarray


def seen_contacts(evidence: Evidence, name: str) -> list[tuple[float, Event]] | None:
    """The contacts of a shape with their times in frames, as an eye sees them; None if that can't be told."""
    every, evidence = evidence, evidence.thinned()
    found = seen_pieces(evidence, name)
    if found is None or not all(piece.is_trusted for piece in found):
        return None
    contacts = []
    for (one, two), time in zip(itertools.pairwise(found), bounds(found, evidence.frames)[1:-1], strict=True):
        bend = _Bend(time, (one.at(time) + two.at(time)) / 2, two.velocity - one.velocity)
        fits = {
            **_walls_met(evidence, name, bend),
            **{other: _unlike_touch(every, name, bend, other) for other in evidence.tracks if other != name},
        }
        met = min(fits, key=lambda thing: fits[thing])
        if fits[met] == math.inf:
            return None
        kind, frame = ("hit" if met in WALLS else "touch"), round(time)
        contacts.append((time, Event(frame, frame, kind, name, met)))
    return contacts


def _unlike_touch(evidence: Evidence, name: str, bend: _Bend, other: str) -> float:
    """How badly a bend fits a touch, which pushes a shape straight away from the other; infinite if not."""
    place = np.array(
        [np.interp(bend.time, evidence.frames, values) for values in evidence.tracks[other].points.T]
    )
    way = bend.place - place
    reach = (evidence.objects[name].size + evidence.objects[other].size) / 2
    if abs(np.hypot(*way) - reach) > _NEAR + 4 * evidence.eye.px:
        return math.inf
    return 1 - float(bend.change @ way / (np.hypot(*bend.change) * np.hypot(*way)))


def _walls_met(evidence: Evidence, name: str, bend: _Bend) -> dict[str, float]:
    """How badly a bend fits a bounce off each wall, which pushes a shape straight away from it."""
    fits = {}
    for axis, (low, high) in enumerate(reaches(evidence.objects[name])):
        gaps = bend.place[axis] - INSET - low, BOX + INSET - high - bend.place[axis]
        for wall, gap, inwards in zip(WALLS[2 * axis :], gaps, (1, -1), strict=False):
            near = abs(gap) <= _NEAR + 2 * evidence.eye.px
            along = inwards * float(bend.change[axis] / np.hypot(*bend.change))
            fits[wall] = 1 - along if near else math.inf
    return fits


def _exact_contacts(evidence: Evidence) -> list[tuple[float, Event]] | None:
    """Contacts of the full clip, on their very frames, from the turns of the stored paths."""
    turns: list[tuple[str, Kink]] = []
    for name, track in evidence.tracks.items():
        found = kinks(evidence.frames, track.points)
        if found is None:
            return None
        turns += [(name, kink) for kink in found]
    turns.sort(key=lambda turn: turn[1].time)
    contacts: list[tuple[float, Event]] = []
    while turns:
        name, kink = turns.pop(0)
        frame = math.ceil(kink.time)
        if turns and turns[0][1].time - kink.time < 0.05 and _touching(evidence, name, kink, *turns[0]):
            names = sorted((name, turns.pop(0)[0]), key=list(evidence.tracks).index)
            contacts.append((kink.time, Event(frame, frame, "touch", *names)))
        else:
            contacts.append((kink.time, Event(frame, frame, "hit", name, _wall(kink))))
    return contacts


def _astray(evidence: Evidence) -> Iterator[Event]:
    """Frames on which an object is not on the straight way from one contact to the next."""
    for name, track in evidence.tracks.items():
        bends = kinks(evidence.frames, track.points) or []
        times = [evidence.frames[0], *(bend.time for bend in bends), evidence.frames[-1]]
        places = np.array([track.points[0], *(bend.place for bend in bends), track.points[-1]])
        way = np.stack([np.interp(evidence.frames, times, places[:, axis]) for axis in (0, 1)], axis=1)
        for frame in np.flatnonzero(np.abs(way - track.points).max(axis=1) > 0.1).tolist():
            yield Event(frame, frame, "astray", name)


def _touching(evidence: Evidence, name: str, kink: Kink, other: str, its: Kink) -> bool:
    reach = (evidence.objects[name].size + evidence.objects[other].size) / 2
    return abs(math.dist(kink.place, its.place) - reach) < 1.0


def _wall(kink: Kink) -> str:
    """The wall that turns a velocity so: across it, and nothing else."""
    axis = 0 if abs(kink.after[0] - kink.before[0]) > abs(kink.after[1] - kink.before[1]) else 1
    return WALLS[2 * axis + int(kink.before[axis] > 0)]
