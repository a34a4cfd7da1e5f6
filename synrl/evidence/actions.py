"""Reading what a shape does for a moment back from its track: see `synrl.world.actions`."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np

from synrl.evidence import Evidence, Observed, Track
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


def labels(track: Track, *, steps: bool) -> list[str]:
    """What a shape is doing on each sample; empty if it rests.

    Args:
        steps: whether it may step, so that its place says nothing.
    """
    size, angle = _usual(track.size[track.visible]), _usual(track.angle[track.visible] % 360)
    x, y = _usual(track.x), _usual(track.y)
    found = []
    for i in range(len(track.x)):
        turned = (track.angle[i] - angle + 180) % 360 - 180
        if not track.visible[i]:
            found.append("blink")
        elif abs(track.size[i] - size) > _SAME:
            found.append("pulse")
        elif abs(turned) > _SAME:
            found.append("spin")
        elif not steps and track.y[i] < y - _SAME:
            found.append("hop")
        elif not steps and track.x[i] > x + _SAME:
            found.append("swing")
        else:
            found.append("")
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


def places(track: Track) -> int:
    """How many places a shape rests at, each seen on two samples in a row."""
    still = np.hypot(np.diff(track.x), np.diff(track.y)) < _SAME
    return len(bouts(["rest" if rest else "" for rest in still]))


def _usual(values: np.ndarray) -> float:
    """The most frequent value."""
    ((value, _),) = Counter(np.round(values, 3).tolist()).most_common(1) or [(0.0, 0)]
    return float(value)
