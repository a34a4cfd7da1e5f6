"""Reading what a shape does for a moment back from its track: see `synrl.world.actions`."""

from __future__ import annotations

import itertools

import numpy as np

from synrl.evidence import EXACT, Evidence, Eye, Observed, Track
from synrl.world.actions import Action
from synrl.world.timeline import Event, in_order

_SAME = 0.05
"""Px or degrees by which stored values of a resting shape may differ: rounding, and no motion."""


def observe_actions(evidence: Evidence) -> Observed:
    """The actions of every track of the full clip as events."""
    return Observed(
        events=in_order(
            Event(action.start, action.end, action.kind, name)
            for name, track in evidence.tracks.items()
            for action in seen_actions(track)
        )
    )


def labels(track: Track, eye: Eye = EXACT, *, steps: bool) -> list[str]:
    """What a shape is doing on each sample; empty if it rests.

    Args:
        eye: by how much what is seen may be off; a smaller departure from rest is none.
        steps: whether it may step, so that its place says nothing.
    """
    px, degrees = max(_SAME, 2 * eye.px), max(_SAME, 2 * eye.degrees)
    size = _usual(track.size[track.visible], eye.share * float(np.median(track.size)))
    larger = max(_SAME, 2 * eye.share * size)
    x, y = _usual(track.x, eye.px), _usual(track.y, eye.px)
    turned = (track.angle - _usual_angle(track.angle[track.visible], eye.degrees) + 180) % 360 - 180
    names = np.full(len(track.x), "", dtype="<U5")
    # What is told apart first comes last: a shape that is gone shows nothing else.
    if not steps:
        names[track.x > x + px] = "swing"
        names[track.y < y - px] = "hop"
    names[np.abs(turned) > degrees] = "spin"
    names[track.size > size + larger] = "pulse"
    names[~track.visible] = "blink"
    found: list[str] = names.tolist()
    return found


def bouts(found: list[str]) -> list[tuple[int, int, str]]:
    """The runs of equal labels but for rest: first index, index after the last, label."""
    runs, start = [], 0
    for label, group in itertools.groupby(found):
        end = start + len(list(group))
        if label:
            runs.append((start, end, label))
        start = end
    return runs


def seen_actions(track: Track) -> list[Action]:
    """The actions of a track that is known on every frame and rests at both ends."""
    steps = bool(np.hypot(track.x[-1] - track.x[0], track.y[-1] - track.y[0]) > _SAME)
    actions = [Action(start - 1, end, kind) for start, end, kind in bouts(labels(track, steps=steps))]
    if steps:
        moved = np.hypot(np.diff(track.x), np.diff(track.y)) > _SAME
        runs = bouts(["step" if step else "" for step in moved])
        actions += [Action(start, end, kind) for start, end, kind in runs]
    return sorted(actions, key=lambda action: action.start)


def places(evidence: Evidence, name: str) -> int:
    """How many places a shape rests at, each seen on two samples in a row."""
    return len(bouts(["" if moved else "rest" for moved in steps_seen(evidence.thinned(), name)]))


def steps_seen(evidence: Evidence, name: str) -> np.ndarray:
    """Whether a shape has moved from each sample to the next (samples - 1,)."""
    track, bound = evidence.tracks[name], max(_SAME, 2 * evidence.eye.px)
    moved: np.ndarray = (np.abs(np.diff(track.x)) > bound) | (np.abs(np.diff(track.y)) > bound)
    return moved


def _usual(values: np.ndarray, bound: float) -> float:
    """The value that most samples have, each with an error of at most `bound`."""
    if not len(values):
        return 0.0
    ordered = np.sort(values)
    ends = np.searchsorted(ordered, ordered + 2 * max(bound, _SAME / 4), side="right")
    start = int((ends - np.arange(len(ordered))).argmax())
    return float(ordered[start : ends[start]].mean())


def _usual_angle(degrees: np.ndarray, bound: float) -> float:
    """The same of directions, whichever turn they are in."""
    around = degrees % 360
    return _usual(np.concatenate([around, around + 360]), bound) % 360
