"""Opening a file, and what is refused: the limits for files from anywhere.

A file has at most 4 GiB, a frame 67 million pixels, a video 500,000 frames (four hours at 30 a second), and
one reading decodes at most 10^11 pixels: an hour of 1280 x 720 at 30 frames a second.
FFmpeg opens no other file or address that a file names, because it is handed bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeAlias

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from synrl.errors import VideoError

Packet: TypeAlias = "av.Packet[av.VideoStream]"

MAX_BYTES = 4 << 30
"""Of a file."""
MAX_PIXELS = 8192 * 8192
"""Of a frame."""
MAX_FRAMES = 500_000
"""Of a video."""
MAX_DECODED = 10**11
"""Pixels of all frames that are decoded for one reading."""

_OPTIONS = {
    # FFmpeg's decoders refuse larger frames themselves, whatever the container says of them.
    "max_pixels": str(MAX_PIXELS),
    # PyAV's default makes up time stamps where a file has none, and not those that FFmpeg shows frames at.
    "fflags": "-genpts",
}


@contextmanager
def opened(data: bytes, **options: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and the video stream that is shown; FFmpeg's errors inside become a `VideoError`.

    Args:
        options: of FFmpeg, for the container.
    """
    if len(data) > MAX_BYTES:
        raise VideoError(f"the video has {len(data)} bytes; allowed: {MAX_BYTES}")
    try:
        with av.open(io.BytesIO(data), "r", options={**_OPTIONS, **options}) as container:
            stream = _shown(container)
            if not isinstance(stream.codec_context, VideoCodecContext):
                raise VideoError("the video stream has no codec that can be decoded")
            width, height = stream.codec_context.width, stream.codec_context.height
            if width * height > MAX_PIXELS:
                raise VideoError(f"the video has frames of {width} x {height}; allowed: {MAX_PIXELS} pixels")
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            # One thread: results and errors come in order, and clips are the unit of parallel work.
            stream.codec_context.thread_count = 1
            yield container, stream
    except av.FFmpegError as error:
        raise VideoError(f"not a readable video of {len(data)} bytes: {error.strerror or error}") from error


def packets_of(container: InputContainer, stream: VideoStream) -> list[Packet]:
    """All packets of a stream that hold something, as they lie in the file.

    Raises:
        VideoError: there are too many.
    """
    held = (packet for packet in container.demux(stream) if packet.size)
    packets = list(islice(held, MAX_FRAMES + 1))
    check_count(len(packets))
    return packets


def check_count(frames: int) -> None:
    """See that a video has no more frames than it may.

    Raises:
        VideoError: it has.
    """
    if frames > MAX_FRAMES:
        raise VideoError(f"the video has more frames than the {MAX_FRAMES} allowed")


def _shown(container: InputContainer) -> VideoStream:
    """Of several streams the one that FFmpeg shows: the default, else the largest; a cover is none."""
    streams = container.streams.video
    if not streams:
        raise VideoError("no video stream in the file")
    pictures = [stream for stream in streams if not stream.disposition & Disposition.attached_pic]
    return max(
        pictures or streams,
        key=lambda stream: (
            5_000_000 * bool(stream.disposition & Disposition.default)
            + stream.codec_context.width * stream.codec_context.height
            if stream.codec_context is not None
            else -1
        ),
    )
