"""Motion along a straight line at a speed that rests, stays or changes evenly.

Speeds are whole multiples of `SPEED_STEP`, so that `synrl.evidence.speeds`, which reads a run back, gives
them the same name.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synrl.seeds import Stream
from synrl.world.timeline import Event

UP, DOWN, STEADY = "speed up", "slow down", "steady"


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

    def event(self, name: str) -> Event:
        """The same as an event of a named object."""
        return Event(self.start, self.end, self.kind, name, detail=self.speed)


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
