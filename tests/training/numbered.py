"""Clips whose frames show their own numbers, so that what reaches a model can be told from its pixels."""

from __future__ import annotations

import numpy as np

from synrl.video.encode import encode
from synrl.video.outlines import square
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import HIDDEN, Poses

BITS = 8
SIDE = 32


def numbered_clip(num_frames: int, fps: int = 30) -> bytes:
    """A clip of 128 x 64 pixels whose frames show their own numbers, in eight squares, there or not."""
    looks = tuple(((Shape(square(0.8 * SIDE), fill="#000000"),),) for _ in range(BITS))
    scene = Scene(4 * SIDE, 2 * SIDE, "#ffffff", (), looks)
    poses = Poses.still(num_frames, BITS)
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        poses.x[:, bit], poses.y[:, bit] = SIDE * (column + 0.5), SIDE * (row + 0.5)
        there = np.arange(num_frames) >> bit & 1 == 1
        poses.look[:, bit] = np.where(there, 0, HIDDEN)
    return encode(scene, poses, fps)


def numbers(frames: np.ndarray) -> list[int]:
    """What frames of a numbered clip, of any size, say that they are."""
    _, height, width, _ = frames.shape
    result = []
    for frame in frames:
        bits = [
            frame[int((row + 0.5) * height / 2), int((column + 0.5) * width / 4)].mean() < frame.mean()
            for row in range(2)
            for column in range(4)
        ]
        result.append(sum(int(bit) << place for place, bit in enumerate(bits)))
    return result
