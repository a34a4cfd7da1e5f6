"""Things that a shape does for a moment: writing them into poses, and reading them back from a track.

    hop      up and down again                 pulse   grows and shrinks back
    swing    to the right and back             spin    a full turn
    blink    is gone for a while               step    to another place, where it stays

All but a step end with the shape exactly as it was, and differ from rest in one way only: a sample from
inside tells which one it is. A shape that steps neither hops nor swings, so a place has one meaning.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np

from synrl.evidence import Track
from synrl.seeds import Stream
from synrl.world.timeline import HIDDEN, Poses

ACTIONS = ("hop", "swing", "pulse", "spin", "blink", "step")
REACH = 60.0
"""Px of a hop or a swing, and of a step at least."""
GROWTH = 0.7
"""By how much a pulse grows a shape, at most."""
_SAME = 0.05
"""Px or degrees by which stored values of a resting shape may differ: rounding, and no motion."""


@dataclass(frozen=True)
class Action:
    """One action, from the last frame of rest before it to the first one after."""

    start: int
    end: int
    kind: str


def perform(poses: Poses, column: int, action: Action, target: tuple[float, float] | None = None) -> None:
    """Write an action into the poses of a shape that rests from its start on.

    Args:
        target: for a step, the place it leads to.

    Raises:
        ValueError: the action is unknown, or a step has no target.
    """
    inner = slice(action.start + 1, action.end)
    progress = np.arange(1, action.end - action.start) / (action.end - action.start)
    bump = np.sin(np.pi * progress)
    if action.kind == "hop":
        poses.y[inner, column] -= REACH * bump
    elif action.kind == "swing":
        poses.x[inner, column] += REACH * bump
    elif action.kind == "pulse":
        poses.scale[inner, column] *= 1 + GROWTH * bump
    elif action.kind == "spin":
        poses.angle[inner, column] += 360 * progress
    elif action.kind == "blink":
        poses.look[inner, column] = HIDDEN
    elif action.kind == "step" and target is not None:
        for axis, goal in zip((poses.x, poses.y), target, strict=True):
            start = axis[action.start, column]
            axis[inner, column] = start + (goal - start) * progress
            axis[action.end :, column] = goal
    else:
        raise ValueError(f"can't perform {action.kind!r} to {target}")


def spread(stream: Stream, lengths: list[int], gap: int, room: tuple[int, int]) -> list[int] | None:
    """Starts of some stretches one after the other, at least `gap` frames apart, anywhere in a room.

    None if they do not fit.
    """
    free = room[1] - room[0] - sum(lengths) - gap * (len(lengths) - 1)
    if free < 0:
        return None
    cuts = sorted(stream.integer(0, free) for _ in lengths)
    ahead = itertools.accumulate((length + gap for length in lengths), initial=room[0])
    return [cut + start for cut, start in zip(cuts, ahead, strict=False)]


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
