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
from synrl.video.container import Packet, opened, packets_of
from synrl.video.decode import VideoInfo, described
from synrl.video.index import index_of

_SLICE, _IDR = 1, 5
"""Types of the units that hold pictures: one that refers to others, and a key frame."""


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
        stored = packets_of(container, stream)
        index = index_of(stored, stream, data)
        if index is None:
            raise VideoError("the video is not one of a picture in each packet, each with its time")
        info = described(stream, index)
        container.seek(0)  # the walk has left the decoder at the end of the file
        yield info, _pictures(stream, stored, [_in_mp4(skip) for skip in skips])


def packets(data: bytes) -> tuple[list[bytes], list[bool]]:
    """The packets of a file, and which of them are key frames by their contents.

    Raises:
        VideoError: the file is no video.
    """
    with opened(data) as (container, stream):
        found = [bytes(packet) for packet in packets_of(container, stream)]
    return found, [_slice_of(packet)[0] == _IDR for packet in found]


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
    refers = False
    """Whether the last picture that was decoded is the one that a packet without content repeats."""
    for number, packet in enumerate(packets):
        data = bytes(packet)
        kind, reference = _slice_of(data)
        # What the file says of key frames, or a unit within a frame, is not to be believed.
        is_key = kind == _IDR
        since_key = 0 if is_key else since_key + 1
        if is_key:
            pending.clear()
            known = untouched and refers and data == last_key
            last_key, untouched = data, True
        else:
            known = refers and since_key <= len(skips) and data == skips[since_key - 1]
            untouched &= known
        if known:
            pending.append(packet)
        else:
            for late in (*pending, packet):
                shown = _decode(stream, late, number)
            pending.clear()
            refers = reference
        if shown is None:
            raise VideoError("the video does not begin with a key frame")
        yield Picture(number, shown, is_key, not known)


def _slice_of(packet: bytes) -> tuple[int, bool]:
    """The type of the unit that holds a packet's picture, and whether later pictures may refer to it."""
    at = 0
    while at + 4 < len(packet):
        header = packet[at + 4]
        if header & 31 in (_SLICE, _IDR):
            return header & 31, bool(header & 96)
        at += 4 + int.from_bytes(packet[at : at + 4], "big")
    return 0, False


def _decode(stream: VideoStream, packet: Packet, number: int) -> av.VideoFrame:
    frames = stream.codec_context.decode(packet)
    if len(frames) != 1 or frames[0].pts != packet.pts:
        raise VideoError(f"frame {number} comes late or not at all: the video has B-frames or damage")
    if frames[0].is_corrupt:
        raise VideoError(f"the video is damaged before frame {number}")
    return frames[0]
