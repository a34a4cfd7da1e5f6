"""Shapes that run along straight lines at drawn speeds: what three families of questions share.

A line is level or upright, or slanted at higher levels. Every event is a phase of a run, with its speed.

A run at one speed is as long whatever the speed is, and a slow one takes longer: so where a shape starts,
ends or is on its way tells nothing of how fast it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from synrl.seeds import Stream
from synrl.tasks.shared.stage import STILL_FRAMES, arranged, posed
from synrl.world.speeds import DOWN, UNIT, UP, Run, Stretch
from synrl.world.timeline import Event, Poses, SceneObject, Timeline, backwards, in_order

WAY = 150.0, 175.0
"""Px of a run at one speed."""
SLOWEST, FASTEST = 13.5, 48.0
"""Px in a glance (`Config.glance`) of such a run: it takes three glances or more, and fits into any clip."""


LASTS = 20.0, 24.0
"""Glances of a clip in which every such run can be anywhere on its way in the middle."""
MIDWAY = 0.28, 0.72
"""The share of its way that a run has behind it in the middle of a clip."""


def steady(scene: Stream, pace: float, num_frames: int) -> Run:
    """A run at one speed (px per frame), for some of a clip."""
    return midway(scene, (Stretch(round(scene.uniform(*WAY) / pace), pace, pace),), num_frames)


def midway(scene: Stream, stretches: tuple[Stretch, ...], num_frames: int) -> Run:
    """A run of some stretches that is anywhere on its way in the middle of a clip, whatever its speeds."""
    frames = sum(stretch.frames for stretch in stretches)
    way = Run(0, stretches).way(frames + 1)
    done = int(np.searchsorted(way, scene.uniform(*MIDWAY) * way[-1]))
    latest = num_frames - STILL_FRAMES - frames
    return Run(min(max(num_frames // 2 - done, STILL_FRAMES), latest), stretches)


def staged(
    scene: Stream,
    objects: Sequence[SceneObject],
    num_frames: int,
    draw_runs: Callable[[], Sequence[Run]],
    *,
    slanted: bool,
) -> tuple[Poses, tuple[Event, ...]]:
    """Poses and events of runs that fit on the stage together; drawn again until they do."""
    while True:
        runs = draw_runs()
        paths = [np.outer(run.way(num_frames), _heading(scene, slanted)) for run in runs]
        placed = arranged(scene, paths, [item.size for item in objects])
        if placed is not None:
            break
    phases = [(item.name, phase) for item, run in zip(objects, runs, strict=True) for phase in run.phases]
    return posed(placed), in_order(phase.event(name) for name, phase in phases)


def run_backwards(timeline: Timeline) -> Timeline:
    """The clip of some runs with its frames in opposite order."""
    return backwards(timeline, _undone)


def _undone(event: Event) -> Event:
    before, to, after = event.detail.removesuffix(UNIT).partition(" to ")
    kind = {UP: DOWN, DOWN: UP}.get(event.kind, event.kind)
    return replace(event, kind=kind, detail=f"{after}{to}{before}{UNIT}")


def _heading(scene: Stream, slanted: bool) -> np.ndarray:
    """A unit vector."""
    angle = scene.uniform(0, 360) if slanted else 90.0 * scene.integer(0, 3)
    return np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
