"""How much of a clip a model is shown, in numbers that trainers take.

Rows are made for a view (`synrl.view`) and a `VideoBudget`. Trainers choose frames and sizes themselves,
each with settings of its own: a number of frames for a row (verl, ms-swift), or one rate for all rows
(EasyR1, LLaMA-Factory). One rate shows some clips more often than asked for, so that none is shown less
often.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.budget import VideoBudget
from synrl.view import DEFAULT, parse_view

LEAST_PIXELS = 28 * 28
"""Of a frame: a token of Qwen2.5-VL. Frames are never scaled up, and trainers would do so by default."""


@dataclass(frozen=True)
class Shown:
    """What is shown of one clip."""

    frames: int
    """An even number, spread evenly from the first frame to the last."""
    pixels: int
    """Of a frame, at most."""
    seconds: float
    """That its frames last."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Shown:
        """Of a row's clip, in the view that the row was made for."""
        view = parse_view(row["config"].get("view", DEFAULT))
        budget = VideoBudget(fps=view.fps, max_frames=view.max_frames)
        frames = len(budget.sample(row["num_frames"], row["fps"]))
        # Trainers refuse to show more frames than there are, and take them in pairs.
        frames = max(2, min(frames, row["num_frames"] - row["num_frames"] % 2))
        pixels = min(budget.max_frame_pixels, budget.max_clip_pixels // frames)
        return cls(frames, pixels, row["num_frames"] / row["fps"])


@dataclass
class Showing:
    """What is shown of all clips of an export, for trainers with one setting for all."""

    most_frames: int = 2
    rate: float = 0.0
    """Frames a second at which each clip is shown at least as many frames as it should be."""
    longest: float = 0.0
    """Seconds."""

    def add(self, shown: Shown) -> None:
        """Take a clip into account."""
        self.most_frames = max(self.most_frames, shown.frames)
        # Trainers round the product down; a thousandth more keeps them from losing a frame by that.
        self.rate = max(self.rate, math.ceil(shown.frames / shown.seconds * 1000 + 1) / 1000)
        self.longest = max(self.longest, shown.seconds)

    def settings(self) -> dict[str, str]:
        """The numbers by name, as the files of a kit name them."""
        clip = VideoBudget().max_clip_pixels
        at_rate = max(2, math.floor(self.longest * self.rate))
        return {
            "most_frames": str(self.most_frames),
            "rate": f"{self.rate:g}",
            "pixels": str(min(VideoBudget().max_frame_pixels, clip // self.most_frames)),
            "pixels_at_rate": str(min(VideoBudget().max_frame_pixels, clip // at_rate)),
            "least_pixels": str(LEAST_PIXELS),
        }
