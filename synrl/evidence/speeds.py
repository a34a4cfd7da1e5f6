"""Reading speeds along a straight line back from a track: the inverse of `synrl.world.speeds`."""

from __future__ import annotations

import itertools

import numpy as np

from synrl.evidence import STORED, Evidence, Observed, Track
from synrl.evidence.pieces import Piece, bounds, seen_pieces
from synrl.world.speeds import Phase
from synrl.world.timeline import in_order

_STILL = 0.02
"""Px per frame that count as no motion: far above float32 rounding, far below any speed in a clip."""
_EVEN = 0.002
"""Px per frame by which equal steps may differ."""
_MOVED = 2.5
"""Times the eye's error that a shape must seem to go to have moved."""


def observe_runs(evidence: Evidence) -> Observed:
    """The phases of every track of the full clip as events."""
    return Observed(
        events=in_order(
            phase.event(name)
            for name, track in evidence.tracks.items()
            for phase in seen_phases(track.points)
        )
    )


def moving_pieces(evidence: Evidence, name: str) -> list[Piece]:
    """The stretches in which a shape that rests before and after moves, each at one velocity, in order.

    None of them if that can't be told.
    """
    least = _MOVED * max(evidence.eye.px, STORED)
    found = seen_pieces(evidence.thinned(), name, rests=True) or []
    return [piece for piece in found[1:-1] if piece.speed * piece.duration > least]


def fastest_span(evidence: Evidence, name: str) -> tuple[float, float] | None:
    """From when to when, in seconds, the stretch lasts in which a shape moves fastest."""
    evidence = evidence.thinned()
    found = seen_pieces(evidence, name)
    if found is None or len(found) < 2:
        return None
    place = max(range(len(found)), key=lambda k: found[k].speed if found[k].is_trusted else 0.0)
    start, end = bounds(found, evidence.frames)[place : place + 2]
    return start / evidence.fps, end / evidence.fps


def sampled_speeds(evidence: Evidence, track: Track) -> np.ndarray:
    """Px per frame between neighbouring samples."""
    speeds: np.ndarray = np.hypot(*np.diff(track.points, axis=0).T) / np.diff(evidence.frames)
    return speeds


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
