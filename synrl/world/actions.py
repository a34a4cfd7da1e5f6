"""Things that a shape does for a moment, written into poses; `synrl.evidence.actions` reads them back.

    hop      up and down again                 pulse   grows and shrinks back
    swing    to the right and back             spin    a full turn
    blink    is gone for a while               step    to another place, where it stays

All but a step end with the shape exactly as it was, and differ from rest in one way only: a sample from
inside tells which one it is. A shape that steps neither hops nor swings, so a place has one meaning.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from synrl.seeds import Stream
from synrl.world.timeline import HIDDEN, Poses

ACTIONS = ("hop", "swing", "pulse", "spin", "blink", "step")
REACH = 60.0
"""Px of a hop or a swing, and of a step at least."""
GROWTH = 0.7
"""By how much a pulse grows a shape, at most."""


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
