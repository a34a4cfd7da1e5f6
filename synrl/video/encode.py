"""From a scene and its poses to an MP4 file in memory: H.264, yuv420p, constant frame rate.

The file is a function of its inputs and of the installed PyAV and Matplotlib: one thread, no dates, no
rate control that looks around. Its index comes first, so that a reader can start before it has it all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import av.container
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorRange

from synrl.video.raster import moves, yuv_frames
from synrl.video.scene import Scene
from synrl.world.timeline import Poses

# ITU-T H.273 numbers. The matrix is BT.601, as drawn; primaries and transfer are those of sRGB, because
# that is what #rrggbb means, and a player must not bend the colours on the way to the screen.
_MATRIX, _PRIMARIES, _TRANSFER = 6, 1, 13


@dataclass(frozen=True)
class Encoding:
    """Settings of libx264 for flat, sharp graphics. The quantiser is constant, which keeps small fast shapes
    sharp and frees the encoder from estimating; there are no B-frames and no look-ahead.
    """

    quantiser: int
    preset: str
    parameters: tuple[str, ...]
    key_frames_per_second: int = 2
    """A reader that samples 2 frames a second then finds every one of them by itself."""

    def key_distance(self, fps: int) -> int:
        """Frames from one key frame to the next, at most."""
        return max(1, fps // self.key_frames_per_second)

    def options(self) -> dict[str, str]:
        """The encoder's options as FFmpeg takes them."""
        parameters = (
            *self.parameters,
            "force-cfr=1",  # each frame comes out at once
            "chromaloc=1",  # chroma is drawn at the middle of its four pixels
            "threads=1",  # the bytes depend on the number of threads, and clips are the unit of parallel work
        )
        return {
            "preset": self.preset,
            "qp": str(self.quantiser),
            "forced-idr": "1",
            "x264-params": ":".join(parameters),
        }


FAST = Encoding(
    quantiser=21,
    preset="ultrafast",
    parameters=(
        "partitions=i4x4",  # sharper outlines and smaller files on text and small shapes, for no time
        "dct-decimate=0",  # looking for blocks to drop takes longer than writing them
    ),
)
"""How the videos of rows are encoded: in the least time."""

COMPACT = Encoding(
    quantiser=22,
    preset="veryfast",
    parameters=(
        "rc-lookahead=0:mbtree=0:bframes=0:scenecut=0:aq-mode=0:weightp=0",  # a flat scene needs none of it
        "no-deblock=1",  # which would blur edges that are meant to be sharp
    ),
)
"""Smaller files that take longer to make."""

ENCODINGS = {"fast": FAST, "compact": COMPACT}


def encode(scene: Scene, poses: Poses, fps: int, encoding: Encoding = FAST) -> bytes:
    """The clip as an MP4 file in which frame i is shown from exactly i / `fps` seconds on.

    Raises:
        ValueError: no frames, or an odd width or height.
        av.FFmpegError: the encoder or the muxer failed; there is no file then.
    """
    return encode_frames(yuv_frames(scene, poses), moves(poses), scene.width, scene.height, fps, encoding)


def encode_frames(
    frames: Iterable[av.VideoFrame],
    moving: np.ndarray,
    width: int,
    height: int,
    fps: int,
    encoding: Encoding,
) -> bytes:
    """Frames in yuv420p as an MP4 file; see `encode`.

    Args:
        moving: (frames,), whether each frame differs from the one before.
    """
    if not len(moving):
        raise ValueError("a video needs at least 1 frame; got 0")
    file = io.BytesIO()
    # `bitexact` leaves the muxer's version out of the file.
    options = {"fflags": "+bitexact", "moov_size": str(_index_size(len(moving)))}
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = _add_stream(container, width, height, fps, encoding)
        unchanged = skips(width, height, fps, encoding)
        for packet in _packets(stream, frames, moving, unchanged):
            container.mux(packet)
    return file.getvalue()


def remux(
    packets: Sequence[bytes], keys: Sequence[bool], width: int, height: int, fps: int, encoding: Encoding
) -> bytes:
    """The MP4 file that holds given packets (as MP4 stores them), one a frame, as `encode` would write it."""
    file = io.BytesIO()
    options = {"fflags": "+bitexact", "moov_size": str(_index_size(len(packets)))}
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = _add_stream(container, width, height, fps, encoding)
        for number, (data, is_key) in enumerate(zip(packets, keys, strict=True)):
            packet = _repeated(_with_start_codes(data), stream, number)
            packet.is_keyframe = is_key
            container.mux(packet)
    return file.getvalue()


def _with_start_codes(packet: bytes) -> bytes:
    """A packet as MP4 stores it, each unit behind its length, as an encoder gives it."""
    found, at = [], 0
    while at + 4 <= len(packet):
        end = at + 4 + int.from_bytes(packet[at : at + 4], "big")
        found += [b"\x00\x00\x00\x01", packet[at + 4 : end]]
        at = end
    return b"".join(found)


def _add_stream(
    container: av.container.OutputContainer, width: int, height: int, fps: int, encoding: Encoding
) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=fps, options=encoding.options())
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base = Fraction(1, fps)
    context.gop_size = encoding.key_distance(fps)
    context.color_range = ColorRange.MPEG
    context.colorspace, context.color_primaries, context.color_trc = _MATRIX, _PRIMARIES, _TRANSFER
    return stream


@cache
def skips(width: int, height: int, fps: int, encoding: Encoding) -> tuple[bytes, ...]:
    """The pictures between two key frames that say "as before" of every block.

    With a constant quantiser and no B-frames they depend on nothing but their place after the key frame,
    so those of an empty clip serve in any.
    """
    return _empty_clip(width, height, fps, encoding)[1:]


def notes(width: int, height: int, fps: int, encoding: Encoding) -> bytes:
    """What the encoder notes of its settings at the beginning of each clip: a unit without its start code."""
    first = _empty_clip(width, height, fps, encoding)[0]
    return next(unit for unit in first.split(b"\x00\x00\x01") if unit[:1] == b"\x06").rstrip(b"\x00")


@cache
def _empty_clip(width: int, height: int, fps: int, encoding: Encoding) -> tuple[bytes, ...]:
    """The packets of a grey clip, up to before its second key frame."""
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream = _add_stream(container, width, height, fps, encoding)
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        packets = []
        for number in range(stream.codec_context.gop_size):
            frame.pts = number
            packets += stream.encode(frame)
    return tuple(bytes(packet) for packet in packets)


def _packets(
    stream: av.VideoStream, frames: Iterable[av.VideoFrame], moving: np.ndarray, skips: Sequence[bytes]
) -> Iterator[av.Packet[av.stream.Stream]]:
    """One packet a frame. Long stills are not encoded but for one key frame, which is then repeated."""
    gop = len(skips) + 1
    still = _in_long_stills(moving, gop)
    since_key, behind, still_key = gop, False, b""
    for number, frame in enumerate(frames):
        since_key += 1
        if still[number] and since_key < gop:
            behind = True  # the encoder has not seen this frame and counts wrongly until it makes a key frame
            yield _repeated(skips[since_key - 1], stream, number)
        elif still[number] and still_key:
            since_key = 0
            packet = _repeated(still_key, stream, number)
            packet.is_keyframe = True
            yield packet
        else:
            key = behind or since_key >= gop
            frame.pts = number
            if key:
                frame.pict_type = PictureType.I
            (packet,) = stream.encode(frame)
            if key:
                frame.pict_type = PictureType.NONE
                since_key, behind = 0, False
            still_key = bytes(packet) if key and still[number] else b""
            yield packet


def _repeated(data: bytes, stream: av.VideoStream, number: int) -> av.Packet[av.stream.Stream]:
    """A packet of bytes that were encoded before, as a frame of this stream."""
    packet: av.Packet[av.stream.Stream] = av.Packet(data)
    packet.stream, packet.time_base = stream, stream.codec_context.time_base
    packet.pts = packet.dts = number
    packet.duration = 1
    return packet


def _in_long_stills(moving: np.ndarray, shortest: int) -> list[bool]:
    """For each frame, whether it belongs to a run of at least `shortest` frames that do not move."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], moving, [True]]).astype(np.int8)))
    long: np.ndarray = np.zeros(len(moving), bool)
    for start, end in edges.reshape(-1, 2).tolist():
        long[start:end] = shortest > 1 and end - start >= shortest
    still: list[bool] = long.tolist()
    return still


def _index_size(num_frames: int) -> int:
    """Bytes to keep free for the index at the front of the file; the muxer fails if they don't suffice.

    The tables take about 750 bytes, 4 for each frame, 4 for each key frame and at most 16 for each
    megabyte; what is left over stays in the file as padding.
    """
    return 1024 + 6 * num_frames
