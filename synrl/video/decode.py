"""Reading videos: the frames that FFmpeg shows of a file, and when it shows them.

Works on any file that FFmpeg reads, not only on this toolkit's own. `synrl.video.index` tells which frames
there are, and what becomes of files that are damaged or cut short. Video carries no checksums, so bytes that
were changed but still make sense give a wrong picture.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from synrl.errors import VideoError
from synrl.video.container import opened
from synrl.video.index import Index, check_decoded, decoded_index, index_of, whole_frames
from synrl.video.turning import Turn, turn_of, turned


@dataclass(frozen=True)
class VideoInfo:
    """What a file holds."""

    codec: str
    pix_fmt: str
    width: int
    height: int
    """As it is shown; before a frame has been decoded, as it is stored, which may be on its side."""
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


def probe(data: bytes) -> VideoInfo:
    """Describe a video, of which only its first frame is decoded if its packets describe the others.

    Raises:
        VideoError: not a video, or one that is cut short or damaged.
    """
    info, _ = read(data, lambda _: [0])
    return info


def frames(data: bytes, indices: Iterable[int] | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """Decode from the start; yields (index, RGB array of shape (height, width, 3), uint8), ascending.

    `indices` picks frames, in any order; without it all of them come. Frames that nobody asked for are
    decoded but not converted. To reach a few frames of a long video, `sample` is faster.

    Raises:
        VideoError: damaged or cut short, at the latest when that place is reached; or no such frame.
    """
    with opened(data) as (container, stream):
        index = index_of(container.demux(stream), stream, data)
        if index is not None:
            wanted = _checked(indices, len(index.stamps))
            container.seek(index.stamps[0], stream=stream)
            yield from _reached(container, stream, index, wanted, seek=False)
            return
    index = decoded_index(data)
    with opened(data) as (container, stream):
        yield from _counted(container, stream, _checked(indices, len(index.stamps)))


def sample(data: bytes, indices: Sequence[int]) -> np.ndarray:
    """The frames at `indices`, in that order, as one uint8 array of shape (len(indices), height, width, 3).

    Goes from key frame to key frame where it can, and decodes only what lies between one and the frame that
    is asked for.

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
        index = index_of(container.demux(stream), stream, data)
        if index is not None:
            info = described(stream, index)
            wanted = _checked(choose(info), info.num_frames)
            try:
                return _with_size(info, dict(_reached(container, stream, index, wanted, seek=True)))
            except _OtherFramesError:
                pass
    index = decoded_index(data)
    with opened(data) as (container, stream):
        info = described(stream, index)
        return _with_size(info, dict(_counted(container, stream, _checked(choose(info), info.num_frames))))


def check(data: bytes) -> VideoInfo:
    """Describe a video whose first, middle and last frame can be decoded.

    Raises:
        VideoError: one can't be.
    """
    info, _ = read(data, lambda info: {0, info.num_frames // 2, info.num_frames - 1})
    return info


def described(stream: VideoStream, index: Index) -> VideoInfo:
    """What a file holds, once its frames are known."""
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
        keys=tuple(index.keys),
    )


class _OtherFramesError(VideoError):
    """What is decoded is not what the packets say: only decoding all of it tells what there is."""


def _with_size(info: VideoInfo, images: dict[int, np.ndarray]) -> tuple[VideoInfo, dict[int, np.ndarray]]:
    for image in images.values():
        height, width, _ = image.shape
        return replace(info, width=width, height=height), images
    return info, images


def _checked(indices: Iterable[int] | None, num_frames: int) -> Sequence[int]:
    """Numbers of frames, ascending; without them, all."""
    wanted = range(num_frames) if indices is None else sorted(set(indices))
    for number in wanted[:1], wanted[-1:]:
        if number and not 0 <= number[0] < num_frames:
            raise VideoError(f"no frame {number[0]} in the video; allowed: 0 to {num_frames - 1}")
    return wanted


def _reached(
    container: InputContainer, stream: VideoStream, index: Index, wanted: Sequence[int], *, seek: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """The wanted frames, ascending, each by decoding from a key frame, or all from the first frame on.

    Raises:
        _OtherFramesError: other frames come than the index says.
    """
    stamps, starts = index.stamps, index.keys if seek else (0,)
    picture = _Picture(stream)
    width, height = stream.codec_context.width, stream.codec_context.height
    stream_of_frames: Iterator[av.VideoFrame] = iter(())
    reached, pixels = -1, 0
    for number in wanted:
        start = starts[bisect_right(starts, number) - 1]
        if reached < 0 or start > reached:
            container.seek(stamps[start], stream=stream)
            stream_of_frames = container.decode(stream)
            reached = start - 1
        pixels = check_decoded(pixels + (number - reached) * width * height)
        first = stamps[reached + 1]
        for frame in stream_of_frames:
            pts = frame.pts
            if pts is not None and pts < first:
                continue  # it leads up to the key frame, and refers to what comes before that
            # The decoder paints over damage that it notices, and says so only here.
            if frame.is_corrupt:
                raise VideoError(f"the video is damaged before frame {number} of {len(stamps)}")
            reached += 1
            if reached == len(stamps) or pts != stamps[reached]:
                raise _OtherFramesError(f"frame {reached} of {len(stamps)} can't be decoded")
            if reached == number:
                break
        if reached != number:
            raise _OtherFramesError(f"frame {number} of {len(stamps)} can't be decoded")
        yield number, picture.of(frame)


def _counted(
    container: InputContainer, stream: VideoStream, wanted: Sequence[int]
) -> Iterator[tuple[int, np.ndarray]]:
    """The wanted frames, ascending, of a video whose frames can only be counted."""
    picture, left = _Picture(stream), iter(wanted)
    number = next(left, None)
    for place, frame in enumerate(whole_frames(container, stream)):
        if number is None:
            return
        if place == number:
            yield place, picture.of(frame)
            number = next(left, None)


class _Picture:
    """Frames as arrays of one size, that of the stream, held as its first one says."""

    def __init__(self, stream: VideoStream) -> None:
        self._reformatter = VideoReformatter()
        self._size = stream.codec_context.width, stream.codec_context.height
        self._turn: Turn | None = None

    def of(self, frame: av.VideoFrame) -> np.ndarray:
        """(height, width, 3), uint8."""
        if self._turn is None:
            self._turn = turn_of(frame)
        return turned(to_rgb(frame, self._reformatter, self._size), self._turn)


def to_rgb(
    frame: av.VideoFrame, reformatter: VideoReformatter, size: tuple[int, int] | None = None
) -> np.ndarray:
    """A stored frame as an array (height, width, 3), uint8; a reformatter is faster from its second frame on.

    Args:
        size: width and height to scale to.
    """
    width, height = size or (frame.width, frame.height)
    image: np.ndarray = reformatter.reformat(frame, width, height, "rgb24", **_ONE_THREAD).to_ndarray()
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
