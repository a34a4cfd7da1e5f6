"""Shapes that stay in place and do things: what two families of questions share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from synrl.seeds import Stream
from synrl.tasks.shared.stage import arranged
from synrl.world.actions import GROWTH, REACH, Action, perform
from synrl.world.timeline import Event, Poses, SceneObject, Timeline, backwards, in_order

VERBS = {
    "hop": ("hop", "hops"),
    "swing": ("swing to the right and back", "swings to the right and back"),
    "pulse": ("grow and shrink back", "grows and shrinks back"),
    "spin": ("spin around", "spins around"),
    "blink": ("disappear and come back", "disappears and comes back"),
    "step": ("step to another place", "steps to another place"),
}
"""Infinitive and third person of each action."""
SHAPES_THAT_TURN = ("arrow", "half disc", "wedge", "letter L")
"""Shapes whose turning shows at any angle: a square in the middle of a turn looks as if it rested."""
UNSEEN = ("hop", "swing", "spin")
"""What no single frame shows, for a shape may rest anywhere and at any angle."""
SHORTEST = 1.25
"""Glances that an action lasts at least: so one look or more falls where it can be told from rest."""
_STEP_AREA = 150.0


def staged(
    scene: Stream, objects: Sequence[SceneObject], num_frames: int, scripts: Sequence[Sequence[Action]]
) -> tuple[Poses, tuple[Event, ...]]:
    """Poses and events of shapes that perform their scripts at random places, never near each other."""
    while True:
        poses = Poses.still(num_frames, len(objects))
        for column, script in enumerate(scripts):
            targets = _targets(scene, sum(action.kind == "step" for action in script))
            poses.x[:, column], poses.y[:, column] = targets.pop(0)
            poses.angle[:, column] = scene.uniform(0, 360)
            for action in script:
                perform(poses, column, action, targets.pop(0) if action.kind == "step" else None)
        paths = np.stack([poses.x, poses.y], axis=2).transpose(1, 0, 2)
        sizes = [item.size * (1 + GROWTH) for item in objects]
        placed = arranged(scene, list(paths), sizes)
        if placed is not None:
            break
    poses.x[:], poses.y[:] = np.stack(placed, axis=1).transpose(2, 0, 1)
    events = (
        Event(action.start, action.end, action.kind, item.name)
        for item, script in zip(objects, scripts, strict=True)
        for action in script
    )
    return poses, in_order(events)


def actions_backwards(timeline: Timeline) -> Timeline:
    """The clip with its frames in opposite order: every action is its own reverse."""
    return backwards(timeline, replace)


def tell_action(event: Event) -> Sequence[str]:
    """What a shape does, in words."""
    return (f"the {event.actor} {VERBS[event.kind][1]}",)


def _targets(scene: Stream, steps: int) -> list[tuple[float, float]]:
    """Places for a shape to step to, the first one to start at, each away from all before."""
    while True:
        found = [(0.0, 0.0)]
        for _ in range(20 * steps):
            if len(found) > steps:
                break
            place = scene.uniform(0, _STEP_AREA), scene.uniform(0, _STEP_AREA)
            if all(math.dist(place, other) > REACH * (0.9 if other == found[-1] else 0.3) for other in found):
                found.append(place)
        if len(found) > steps:
            return found
