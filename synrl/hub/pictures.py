"""Strips of frames, as pictures for cards."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from synrl.video.decode import sample

FRAMES = 6
_SHRINK = 2


def strip(row: Mapping[str, Any]) -> bytes:
    """A PNG of frames spread over a row's video, side by side, half as large."""
    from matplotlib.image import imsave

    numbers = np.linspace(0, row["num_frames"] - 1, FRAMES).astype(int).tolist()
    height, width = row["height"] // _SHRINK * _SHRINK, row["width"] // _SHRINK * _SHRINK
    frames = sample(row["video"]["bytes"], numbers)[:, :height, :width].astype(np.float32)
    blocks = frames.reshape(FRAMES, height // _SHRINK, _SHRINK, width // _SHRINK, _SHRINK, 3)
    small = blocks.mean(axis=(2, 4)).astype(np.uint8)
    gap = np.full((FRAMES, small.shape[1], 4, 3), 255, np.uint8)
    file = io.BytesIO()
    imsave(file, np.concatenate([*np.concatenate([small, gap], axis=2)], axis=1), format="png")
    return file.getvalue()
