"""Every picture of a clip in turn, for who looks at all of them.

Half of the pictures of a long clip are the one before once more, and the encoder writes those with the same
few bytes each time. Such a packet, and a key frame that equals the last one while nothing has changed, is
known by its bytes and not decoded, which spares a third of the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import av
import numpy as np
from av.video.stream import VideoStream

from synrl.errors import VideoError
from synrl.video.decode import Packet, VideoInfo, described, index_of, opened, packets_of


class Picture(NamedTuple):
    """One frame as the decoder gives it."""

    number: int
    frame: av.VideoFrame
    """In the format of the video; the object is the same for as long as the picture is."""
    is_key: bool
    is_new: bool
    """Whether it was decoded; else it is, by its bytes, the picture before."""


@contextmanager
def all_pictures(data: bytes, skips: Sequence[bytes] = ()) -> Iterator[tuple[VideoInfo, Iterator[Picture]]]:
    """What a file holds, and all of its pictures in order, to be taken inside the block.

    Args:
        skips: by place after the key frame, the packets that change nothing, as `encode.skips` makes them.

    Raises:
        VideoError: as in `synrl.video.decode`, or the pictures are not stored in the order of showing.
    """
    with opened(data) as (container, stream):
        packets = packets_of(container, stream)
        info = described(stream, index_of(packets, stream))
        container.seek(0)  # the walk has left the decoder at the end of the file
        yield info, _pictures(stream, packets, [_in_mp4(skip) for skip in skips])


def planes(frame: av.VideoFrame) -> list[np.ndarray]:
    """The planes of a frame (Y, U and V) as uint8 arrays (height, width), valid as long as the frame is."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        found.append(rows[:, : plane.width])
    return found


def _in_mp4(packet: bytes) -> bytes:
    """A packet of one unit with a start code as MP4 stores it: behind its length."""
    unit = packet.split(b"\x00\x00\x01", 1)[1]
    return len(unit).to_bytes(4, "big") + unit


def _pictures(stream: VideoStream, packets: Sequence[Packet], skips: Sequence[bytes]) -> Iterator[Picture]:
    shown: av.VideoFrame | None = None
    last_key, since_key, untouched = b"", 0, False
    pending: list[Packet] = []
    """What the decoder has not seen, because it knew the pictures."""
    for number, packet in enumerate(packets):
        data, is_key = bytes(packet), packet.is_keyframe
        since_key = 0 if is_key else since_key + 1
        if is_key:
            pending.clear()
            known = untouched and data == last_key
            last_key, untouched = data, True
        else:
            known = since_key <= len(skips) and data == skips[since_key - 1]
            untouched &= known
        if known:
            pending.append(packet)
        else:
            for late in (*pending, packet):
                shown = _decode(stream, late, number)
            pending.clear()
        if shown is None:
            raise VideoError("the video does not begin with a key frame")
        yield Picture(number, shown, is_key, not known)


def _decode(stream: VideoStream, packet: Packet, number: int) -> av.VideoFrame:
    frames = stream.codec_context.decode(packet)
    if len(frames) != 1 or frames[0].pts != packet.pts:
        raise VideoError(f"frame {number} comes late or not at all: the video has B-frames or damage")
    if frames[0].is_corrupt:
        raise VideoError(f"the video is damaged before frame {number}")
    return frames[0]
