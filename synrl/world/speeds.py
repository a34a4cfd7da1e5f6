"""Motion along a straight line at a speed that rests, stays or changes evenly: making it, reading it back.

`Run` is for simulations, `seen_phases` for readers; they are inverse to each other. Speeds are whole
multiples of `SPEED_STEP`, so that both give them the same name.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synrl.seeds import Stream

UP, DOWN, STEADY = "speed up", "slow down", "steady"
_STILL = 0.02
"""Px per frame that count as no motion: far above float32 rounding, far below any speed in a clip."""
_EVEN = 0.002
"""Px per frame by which equal steps may differ."""


SPEED_STEP = 0.05
"""Px per frame."""
UNIT = " px per frame"


@dataclass(frozen=True)
class Phase:
    """Some frames of motion: steady, or with a speed that changes evenly (px per frame)."""

    start: int
    end: int
    before: float
    after: float

    @property
    def kind(self) -> str:
        """`speed up`, `slow down` or `steady`."""
        return (
            STEADY
            if abs(self.after - self.before) < SPEED_STEP / 2
            else UP
            if self.after > self.before
            else DOWN
        )

    @property
    def speed(self) -> str:
        """In words."""
        if self.kind == STEADY:
            return f"{self.before:.2f}{UNIT}"
        return f"{self.before:.2f} to {self.after:.2f}{UNIT}"


class Stretch(NamedTuple):
    """Some frames in which the speed goes evenly from one value to another (px per frame)."""

    frames: int
    before: float
    after: float


@dataclass(frozen=True)
class Run:
    """Stretches one after the other from a frame on, at rest before and after."""

    start: int
    stretches: tuple[Stretch, ...]

    def way(self, num_frames: int) -> np.ndarray:
        """The px travelled at every frame, shape (num_frames,).

        Raises:
            ValueError: the stretches are longer than the clip.
        """
        steps, start = np.zeros(num_frames - 1), self.start
        for frames, before, after in self.stretches:
            if start + frames > num_frames - 1:
                raise ValueError(f"{start + frames} frames of motion in a clip of {num_frames}")
            steps[start : start + frames] = before + (after - before) * (np.arange(frames) + 0.5) / frames
            start += frames
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def phases(self) -> list[Phase]:
        """The stretches as phases, without rests."""
        ends = list(itertools.accumulate((stretch.frames for stretch in self.stretches), initial=self.start))
        return [
            Phase(start, end, stretch.before, stretch.after)
            for start, end, stretch in zip(ends, ends[1:], self.stretches, strict=False)
            if stretch.before or stretch.after
        ]


def speed(stream: Stream, low: float, high: float) -> float:
    """A speed from a range, on the grid."""
    return (
        stream.integer(math.ceil(low / SPEED_STEP - 1e-9), math.floor(high / SPEED_STEP + 1e-9)) * SPEED_STEP
    )


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
