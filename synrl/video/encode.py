"""From a scene and its poses to an MP4 file in memory: H.264, yuv420p, constant frame rate.

The file is a function of its inputs and of the installed PyAV and Matplotlib: one thread, no dates, no
rate control that looks around. Its index comes first, so that a reader can start before it has it all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.reformatter import ColorRange

from synrl.video.raster import yuv_frames
from synrl.video.scene import Scene
from synrl.world.timeline import Poses

# ITU-T H.273 numbers. The matrix is BT.601, as drawn; primaries and transfer are those of sRGB, because
# that is what #rrggbb means, and a player must not bend the colours on the way to the screen.
_MATRIX, _PRIMARIES, _TRANSFER = 6, 1, 13


@dataclass(frozen=True)
class Encoding:
    """Settings of libx264 for flat, sharp graphics: fast and near-transparent rather than small."""

    quantiser: int = 20
    """Constant, which frees the encoder from estimating; at 20 small fast shapes stay sharp."""

    key_frames_per_second: int = 2
    """A reader that samples 2 frames a second then finds every one of them by itself."""

    preset: str = "ultrafast"
    """No look-ahead, B-frames or sub-pixel search: they cost most of the time and gain little here."""

    parameters: tuple[str, ...] = (
        "cabac=1",  # a tenth smaller files for about as much more encoding time
        "partitions=i4x4",  # sharper outlines and smaller files on text and small shapes, for no time
        "chromaloc=1",  # chroma is drawn at the middle of its four pixels
        "threads=1",  # the bytes depend on the number of threads, and clips are the unit of parallel work
    )

    def options(self) -> dict[str, str]:
        """The encoder's options as FFmpeg takes them."""
        return {"preset": self.preset, "qp": str(self.quantiser), "x264-params": ":".join(self.parameters)}


FAST = Encoding()
"""How the videos of rows are encoded: made in the least time."""

COMPACT = Encoding(
    quantiser=22,
    preset="veryfast",
    parameters=(
        "rc-lookahead=0:mbtree=0:bframes=0:scenecut=0:aq-mode=0:weightp=0",  # a flat scene needs none of it
        "no-deblock=1",  # which would blur edges that are meant to be sharp
        "chromaloc=1",
        "threads=1",
    ),
)
"""Smaller files that take longer to make, as sharp as the fast ones."""


def encode(scene: Scene, poses: Poses, fps: int, encoding: Encoding = FAST) -> bytes:
    """The clip as an MP4 file in which frame i is shown from exactly i / `fps` seconds on.

    Raises:
        ValueError: no frames, or an odd width or height.
        av.FFmpegError: the encoder or the muxer failed; there is no file then.
    """
    frames = yuv_frames(scene, poses)
    return encode_frames(frames, poses.num_frames, scene.width, scene.height, fps, encoding)


def encode_frames(
    frames: Iterable[av.VideoFrame], num_frames: int, width: int, height: int, fps: int, encoding: Encoding
) -> bytes:
    """Frames in yuv420p, as many as said, as an MP4 file; see `encode`."""
    if not num_frames:
        raise ValueError("a video needs at least 1 frame; got 0")
    file = io.BytesIO()
    # `bitexact` leaves the muxer's version out of the file.
    options = {"fflags": "+bitexact", "moov_size": str(_index_size(num_frames))}
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=fps, options=encoding.options())
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = Fraction(1, fps)
        context.gop_size = max(1, fps // encoding.key_frames_per_second)
        context.color_range = ColorRange.MPEG
        context.colorspace, context.color_primaries, context.color_trc = _MATRIX, _PRIMARIES, _TRANSFER
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _index_size(num_frames: int) -> int:
    """Bytes to keep free for the index at the front of the file; the muxer fails if they don't suffice.

    The tables take about 750 bytes, 4 for each frame, 4 for each key frame and at most 16 for each
    megabyte; what is left over stays in the file as padding.
    """
    return 1024 + 6 * num_frames
