"""How many frames and pixels of a video a model is shown: the one place, for SFT, rollouts and evaluation.

Frames are chosen, decoded and scaled here, and processors are told to leave them alone (`as_given`). A
processor would do all of that too, but each by rules of its own, so that Transformers, vLLM and an
evaluation harness could show a model three different videos without anyone noticing.

Frames are spread evenly from the first to the last one, as Qwen's own processors do, because what is asked
about is often what a clip ends with (`synrl.view` has the rule). They are only ever scaled down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.checks import check_above, check_range
from synrl.video import decode
from synrl.view import View, capped, shown

PAIR = 2
"""Frames that the vision towers of Qwen2.5-VL and Qwen3-VL merge into one; clips have whole pairs."""


@dataclass(frozen=True)
class Clip:
    """The frames that a model is shown, and when they are shown."""

    frames: np.ndarray
    """(frames, height, width, 3), uint8, RGB; an even number of frames."""
    metadata: dict[str, Any]
    """Of the whole video, as Transformers and vLLM take it; `frames_indices` says which frames these are."""

    @property
    def times(self) -> list[float]:
        """Seconds at which each frame is shown."""
        return [index / self.metadata["fps"] for index in self.metadata["frames_indices"]]


@dataclass(frozen=True)
class VideoBudget:
    """Limits on the frames and pixels of a clip.

    Raises:
        ConfigError: a number is out of range.
    """

    fps: float = 2.0
    """Frames to show of each second: at least so many, as far as the other limits allow."""
    min_frames: int = 4
    max_frames: int = 32
    max_frame_pixels: int = 448 * 448
    max_clip_pixels: int = 16 * 448 * 448
    """Of all frames together: longer clips are shown smaller."""

    def __post_init__(self) -> None:
        check_above("fps", self.fps, 0)
        check_range("min_frames", self.min_frames, PAIR)
        check_range("max_frames", self.max_frames, self.min_frames)
        check_range("max_frame_pixels", self.max_frame_pixels, 1)
        check_range("max_clip_pixels", self.max_clip_pixels, 1)

    @property
    def view(self) -> View:
        """What is shown of a clip, whatever its pixels."""
        return View(self.fps, self.max_frames)

    def sample(self, num_frames: int, fps: float) -> list[int]:
        """Which frames of a video to show: an even number, ascending, the first and the last among them.

        A frame comes twice where a video has an odd number of frames and all of them are shown.

        Args:
            num_frames: how many the video has.
            fps: how many of them are shown in a second.
        """
        return shown(num_frames, fps, self.view, self.min_frames)

    def caps(self, num_frames: int, fps: float) -> bool:
        """Whether a video is shown at less than the rate, because `max_frames` are too few for it."""
        return capped(num_frames, fps, self.view)

    def size(self, num_frames: int, height: int, width: int, multiple: int) -> tuple[int, int]:
        """Height and width at which to show a clip, in pixels: multiples of `multiple`, at least one each.

        Args:
            num_frames: how many are shown.
            multiple: edge of the square that becomes one token, in pixels; see `token_edge`.
        """
        pixels = min(self.max_frame_pixels, self.max_clip_pixels / num_frames)
        scale = min(1.0, math.sqrt(pixels / (height * width)))
        tall, wide = (max(1, round(edge * scale / multiple)) for edge in (height, width))
        if tall * wide * multiple**2 > pixels:
            tall, wide = (max(1, int(edge * scale / multiple)) for edge in (height, width))
        return tall * multiple, wide * multiple

    def read(self, data: bytes, multiple: int) -> Clip:
        """Decode a video file, as much of it as is shown.

        Times follow from one rate, that of all frames together: exact for videos of constant frame rate.

        Args:
            data: the file; anything that FFmpeg reads.
            multiple: see `size`.

        Raises:
            synrl.errors.VideoError: the file is damaged, cut short, or no video.
        """
        info, images = decode.read(data, lambda info: self.sample(info.num_frames, _rate(info)))
        fps = _rate(info)
        indices = self.sample(info.num_frames, fps)
        height, width = self.size(len(indices), info.height, info.width, multiple)
        frames = _scaled(np.stack([images[index] for index in indices]), height, width)
        metadata = {
            "total_num_frames": info.num_frames,
            "fps": fps,
            "width": width,
            "height": height,
            "duration": info.num_frames / fps,
            "video_backend": "pyav",
            "frames_indices": indices,
        }
        return Clip(frames, metadata)


def as_given() -> dict[str, Any]:
    """Options of a video processor that make it take the frames of a `Clip` as they are."""
    return {"do_sample_frames": False, "do_resize": False}


def token_edge(processor: Any) -> int:
    """Pixels along the edge of the square that becomes one token of a processor's model."""
    video_processor = processor.video_processor
    return int(video_processor.patch_size * video_processor.merge_size)


def _rate(info: decode.VideoInfo) -> float:
    if info.num_frames > 1:
        return float((info.num_frames - 1) / (info.times[-1] - info.times[0]))
    return info.fps or 1.0


def _scaled(frames: np.ndarray, height: int, width: int) -> np.ndarray:
    if frames.shape[1:3] == (height, width):
        return frames
    import torch  # not needed to choose frames

    # What the processors do themselves: bicubic, with low-pass filter.
    images = torch.from_numpy(frames).permute(0, 3, 1, 2)
    images = torch.nn.functional.interpolate(images, (height, width), mode="bicubic", antialias=True)
    scaled: np.ndarray = images.permute(0, 2, 3, 1).contiguous().numpy()
    return scaled
