"""Reading speeds along a straight line back from a track: the inverse of `synrl.world.speeds`."""

from __future__ import annotations

import itertools

import numpy as np

from synrl.evidence import Evidence, Observed, Track
from synrl.world.speeds import SPEED_STEP, Phase
from synrl.world.timeline import in_order

_STILL = 0.02
"""Px per frame that count as no motion: far above float32 rounding, far below any speed in a clip."""
_EVEN = 0.002
"""Px per frame by which equal steps may differ."""


def observe_runs(evidence: Evidence) -> Observed:
    """The phases of every track of the full clip as events."""
    return Observed(
        events=in_order(
            phase.event(name)
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


def seen_phases(points: np.ndarray) -> list[Phase]:
    """The stretches of a track that is known on every frame (frames, 2), rests left out."""
    speeds = np.hypot(*np.diff(points, axis=0).T)
    moving = np.concatenate([[False], speeds > _STILL, [False]])
    edges = np.flatnonzero(moving[1:] != moving[:-1])
    return [
        phase
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        for phase in _split(speeds[start:end], start)
    ]


def _split(speeds: np.ndarray, offset: int) -> list[Phase]:
    """The phases of one motion without rest: cut where the speed begins or stops to change.

    The step into an even change differs from the one before by half as much as later ones, and so does
    the step after its end: the first difference lies before the cut, the last one behind it.
    """
    changing = np.abs(np.diff(speeds)) > _EVEN
    cuts = {0, len(speeds)}
    for k in range(1, len(changing)):
        if changing[k] != changing[k - 1]:
            cuts.add(k + 1 if changing[k] else k)
    if len(changing) and changing[0] and (len(changing) < 2 or not changing[1]):
        cuts.add(1)
    found = []
    for start, end in itertools.pairwise(sorted(cuts)):
        part = speeds[start:end]
        slope = float(part[-1] - part[0]) / max(1, len(part) - 1)
        before, after = float(part[0]) - slope / 2, float(part[-1]) + slope / 2
        found.append(Phase(offset + start, offset + end, before, after))
    return found
