"""Shapes that run along straight lines at drawn speeds: what three families of questions share.

A line is level or upright, or slanted at higher levels. Every event is a phase of a run, with its speed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from synrl.evidence import Evidence, Track
from synrl.seeds import Stream
from synrl.tasks.base import Observed
from synrl.tasks.stage import arranged, posed
from synrl.world.speeds import DOWN, SPEED_STEP, UNIT, UP, Phase, Run, seen_phases
from synrl.world.timeline import Event, Poses, SceneObject, Timeline, backwards, in_order


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
    return posed(placed), in_order(_event(name, phase) for name, phase in phases)


def observe_runs(evidence: Evidence) -> Observed:
    """The phases of every track of the full clip as events."""
    return Observed(
        events=in_order(
            _event(name, phase)
            for name, track in evidence.tracks.items()
            for phase in seen_phases(track.points)
        )
    )


def sampled_speeds(evidence: Evidence, track: Track) -> np.ndarray:
    """Px per frame between neighbouring samples."""
    speeds: np.ndarray = np.hypot(*np.diff(track.points, axis=0).T) / np.diff(evidence.frames)
    return speeds


def held_speeds(speeds: np.ndarray) -> list[float] | None:
    """The speeds of a run in order, each held over two steps or more; None if none is."""
    held = [
        float(one)
        for one, two in itertools.pairwise(speeds)
        if one > 0.02 and abs(one - two) < SPEED_STEP / 2
    ]
    levels = [value for k, value in enumerate(held) if k == 0 or abs(value - held[k - 1]) > SPEED_STEP / 2]
    return levels or None


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


def _event(name: str, phase: Phase) -> Event:
    return Event(phase.start, phase.end, phase.kind, name, detail=phase.speed)
