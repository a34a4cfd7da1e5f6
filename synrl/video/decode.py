"""Reading videos back, all of it or not at all: a file cut short is an error, never a shorter video.

Frames are counted by walking through the packets, since a container's own count may be missing or wrong;
where there is one, it must agree. Damage inside a frame is an error wherever the decoder notices it; video
carries no checksums, so bytes that were changed but still make sense give a wrong picture. Works on any
file that FFmpeg reads, not only on this toolkit's own.
"""

from __future__ import annotations

import io
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from synrl.errors import VideoError

Packet: TypeAlias = "av.Packet[av.VideoStream]"


MAX_PIXELS = 8192 * 8192
"""Of a frame."""
MAX_FRAMES = 100_000
"""Of a video."""


@dataclass(frozen=True)
class VideoInfo:
    """What a file holds."""

    codec: str
    pix_fmt: str
    width: int
    height: int
    fps: float
    num_frames: int
    stamps: tuple[int, ...]
    """When each frame is shown, in units of `unit` seconds, ascending."""
    unit: Fraction
    keys: tuple[int, ...]
    """The frames that can be decoded without another one."""

    @property
    def times(self) -> tuple[Fraction, ...]:
        """When each frame is shown, in seconds, exactly."""
        return tuple(stamp * self.unit for stamp in self.stamps)


@dataclass(frozen=True)
class _Index:
    """Time stamps in presentation order, in units of `unit` seconds: of all frames, of key frames."""

    stamps: list[int]
    keys: list[int]
    unit: Fraction


def probe(data: bytes) -> VideoInfo:
    """Describe a video without decoding its frames.

    Raises:
        VideoError: not a video, or one that is cut short or damaged.
    """
    with opened(data) as (container, stream):
        return described(stream, _indexed(container, stream))


def frames(data: bytes, indices: Iterable[int] | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """Decode from the start; yields (index, RGB array of shape (height, width, 3), uint8), ascending.

    `indices` picks frames, in any order; without it all of them come. Frames that nobody asked for are
    decoded but not converted. To reach a few frames of a long video, `sample` is faster.

    Raises:
        VideoError: damaged or cut short, at the latest when that place is reached; or no such frame.
    """
    with opened(data) as (container, stream):
        index = _indexed(container, stream)
        wanted = range(len(index.stamps)) if indices is None else sorted(set(indices))
        _check_indices(wanted, len(index.stamps))
        yield from _decoded(container, stream, index, wanted, seek=False)


def sample(data: bytes, indices: Sequence[int]) -> np.ndarray:
    """The frames at `indices`, in that order, as one uint8 array of shape (len(indices), height, width, 3).

    Goes from key frame to key frame and decodes only what lies between one and the frame asked for.

    Raises:
        VideoError: damaged or cut short, as far as it was read; or no such frame.
    """
    info, images = read(data, lambda _: indices)
    result = np.empty((len(indices), info.height, info.width, 3), np.uint8)
    for place, number in enumerate(indices):
        result[place] = images[number]
    return result


def read(
    data: bytes, choose: Callable[[VideoInfo], Iterable[int]]
) -> tuple[VideoInfo, dict[int, np.ndarray]]:
    """Describe a video, and decode the frames that are then chosen, as `sample` does.

    Returns:
        What `probe` says, and from frame number to RGB array of shape (height, width, 3), uint8.

    Raises:
        VideoError: damaged or cut short, as far as it was read; or no such frame.
    """
    with opened(data) as (container, stream):
        index = _indexed(container, stream)
        info = described(stream, index)
        wanted = sorted(set(choose(info)))
        _check_indices(wanted, len(index.stamps))
        return info, dict(_decoded(container, stream, index, wanted, seek=True))


def described(stream: VideoStream, index: _Index) -> VideoInfo:
    """What a file holds, once its packets have been walked through."""
    context = stream.codec_context
    return VideoInfo(
        codec=context.name,
        pix_fmt=context.pix_fmt or "",
        width=context.width,
        height=context.height,
        fps=float(stream.average_rate or 0),
        num_frames=len(index.stamps),
        stamps=tuple(index.stamps),
        unit=index.unit,
        keys=tuple(bisect_left(index.stamps, key) for key in index.keys),
    )


@contextmanager
def opened(data: bytes) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its first video stream; FFmpeg's errors inside the block become a `VideoError`."""
    try:
        # FFmpeg's decoders refuse larger frames themselves, whatever the container says of them.
        with av.open(io.BytesIO(data), "r", options={"max_pixels": str(MAX_PIXELS)}) as container:
            if not container.streams.video:
                raise VideoError("no video stream in the file")
            stream = container.streams.video[0]
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
    if len(packets) > MAX_FRAMES:
        raise VideoError(f"the video has more frames than the {MAX_FRAMES} allowed")
    return packets


def _indexed(container: InputContainer, stream: VideoStream) -> _Index:
    return index_of(packets_of(container, stream), stream)


def index_of(packets: Sequence[Packet], stream: VideoStream) -> _Index:
    """When the frames in all packets of a stream are shown.

    Raises:
        VideoError: no frames, or fewer than the file says, or damage that the container tells.
    """
    if not packets or stream.time_base is None:
        raise VideoError("the video has no frames")
    if stream.frames and len(packets) != stream.frames:
        raise VideoError(f"the video is cut short: {len(packets)} of {stream.frames} frames")
    stamps = []
    for number, packet in enumerate(packets):
        if packet.is_corrupt or packet.pts is None:
            raise VideoError(f"the video is damaged or cut short at frame {number} of {len(packets)}")
        stamps.append(packet.pts)
    keys = sorted(packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None)
    return _Index(sorted(stamps), keys, stream.time_base)


def _check_indices(wanted: Sequence[int], num_frames: int) -> None:
    for number in wanted:
        if not 0 <= number < num_frames:
            raise VideoError(f"no frame {number} in the video; allowed: 0 to {num_frames - 1}")


def _decoded(
    container: InputContainer, stream: VideoStream, index: _Index, wanted: Sequence[int], *, seek: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """The wanted frames, ascending. The index left the file read to its end, so decoding starts by a seek."""
    stamps, keys = index.stamps, index.keys
    reformatter = VideoReformatter()
    stream_of_frames: Iterator[av.VideoFrame] | None = None
    reached = stamps[0]
    for number in wanted:
        key = keys[max(bisect_right(keys, stamps[number]) - 1, 0)] if seek and keys else stamps[0]
        if stream_of_frames is None or key > reached:
            container.seek(key, stream=stream)
            stream_of_frames = container.decode(stream)
        for frame in stream_of_frames:
            reached = frame.pts if frame.pts is not None else reached
            # The decoder paints over damage that it notices, and says so only here.
            if frame.is_corrupt:
                raise VideoError(f"the video is damaged before frame {number} of {len(stamps)}")
            if reached >= stamps[number]:
                break
        if reached != stamps[number]:
            raise VideoError(f"frame {number} of {len(stamps)} can't be decoded")
        yield number, to_rgb(frame, reformatter)


def to_rgb(frame: av.VideoFrame, reformatter: VideoReformatter) -> np.ndarray:
    """A frame as an array (height, width, 3), uint8; a reformatter is faster from its second frame on."""
    image: np.ndarray = reformatter.reformat(frame, format="rgb24", **_ONE_THREAD).to_ndarray()
    return image


def _threads() -> dict[str, int]:
    """The argument that keeps a conversion in this thread; older versions of PyAV know no other way.

    Several threads wait for each other longer than the conversion of a small frame takes.
    """
    try:
        VideoReformatter().reformat(av.VideoFrame(16, 16, "yuv420p"), format="rgb24", threads=1)
    except TypeError:
        return {}
    return {"threads": 1}


_ONE_THREAD: dict[str, Any] = _threads()
