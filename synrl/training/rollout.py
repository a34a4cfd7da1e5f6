"""What goes with the rows at hand while TRL's trainer works on them, and TRL itself does not hand on.

TRL calls one method after another: it tokenizes prompts, samples, and asks for log-probabilities, of the
policy before and after and of a reference. None of these calls has room for a video. So the trainer holds one
`Rollout` for as long as it works on some rows, and the methods in between find in it what they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from PIL import Image

from synrl.budget import Clip

STRIP = 8
"""Frames of a strip, at most."""
HEIGHT = 96
"""Px of a strip."""

Visuals = dict[str, torch.Tensor]
"""The tensors that a processor makes of the videos and images of one row; empty for a row without any."""


def _as_it_is(clip: Clip) -> Clip:
    return clip


def strip(clip: Clip) -> Any:
    """Frames of a clip, spread evenly over what a model is shown, from left to right."""
    chosen = np.linspace(0, len(clip.frames) - 1, min(STRIP, len(clip.frames))).round().astype(int)
    row = Image.fromarray(np.concatenate([clip.frames[number] for number in chosen], axis=1))
    return row.resize((max(1, row.width * HEIGHT // row.height), HEIGHT))


@dataclass
class Rollout:
    """The videos of the rows at hand."""

    files: dict[str, bytes] = field(default_factory=dict)
    """MP4 files by the names that stand for them in the prompts."""
    visuals: list[Visuals] | None = None
    """For each row, once its prompt is tokenized; in a loss, from the start."""
    arrange: Callable[[Clip], Clip] = _as_it_is
    """What is done to the frames of a clip before a model is shown them."""
    strips: dict[str, Any] = field(default_factory=dict)
    """For reports: some frames of each file beside each other, as an image, by the same names."""
    was_shown: bool = False
    """Whether a model has been asked for log-probabilities since, and so was shown the videos."""
