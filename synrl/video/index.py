"""Which frames a video has, and when each is shown: from its packets where these say so, else by decoding it.

MP4 and Matroska say of each packet when its frame is shown, and modern codecs show one frame for each: then
a walk through the packets is enough, and any frame can be reached from the key frame before it. What such a
file says and does not hold is an error, so a file cut short is never a shorter video.

Of all others, only decoding tells: packets without time stamps, hidden frames, two frames in one packet
(packed B-frames), frames before the start of a cut, or frames that refer to what has been cut away. They are
decoded as FFmpeg's own program does it, with the times that it would give them. What is damaged in streams
that one may join or leave at any place (MPEG's, FLV, AVI …) is left out, up to the next key frame: what is
shown later refers to it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from synrl.errors import VideoError
from synrl.video import container as limits
from synrl.video.container import Packet, check_count, opened

_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
_TOLD = (_MP4, "matroska,webm")
"""Containers that tell when each frame is shown."""
_SINGLE = ("h264", "hevc", "av1", "libdav1d", "vp9")
"""Codecs of which each packet of these containers shows one frame."""


@dataclass(frozen=True)
class Index:
    """The frames of a video, in the order of showing."""

    stamps: Sequence[int]
    """When each is shown, in units of `unit` seconds, ascending."""
    unit: Fraction
    keys: Sequence[int]
    """The numbers of those that can be decoded without another one."""
    reachable: bool
    """Whether decoding may start at any of these; else it has to start at the file's beginning."""


def index_of(packets: Iterable[Packet], stream: VideoStream, data: bytes) -> Index | None:
    """What the packets of a stream say of its frames; None if they don't say it reliably.

    Args:
        data: the file that they are of.

    Raises:
        VideoError: no frames, too many, or fewer than the file says, or damage that the container tells.
    """
    if stream.container.format.name not in _TOLD or stream.codec_context.name not in _SINGLE:
        return None
    stamps: list[int] = []
    keys: list[int] = []
    held, told = 0, True
    for packet in packets:
        if not packet.size:
            told &= packet.dts is None  # the last one, which is none
            continue
        held += 1
        check_count(held)
        if packet.is_corrupt:
            raise VideoError(f"the video is damaged or cut short at frame {held - 1}")
        pts = packet.pts
        if pts is None or packet.is_discard:
            told = False
            continue
        stamps.append(pts)
        if packet.is_keyframe:
            keys.append(pts)
    # Matroska's count is a remark, and may be that of the file from which this one was cut.
    if held < stream.frames and stream.container.format.name == _MP4 and _stored(data) < stream.frames:
        raise VideoError(f"the video is cut short: {held} of {stream.frames} frames")
    if not held or stream.time_base is None:
        raise VideoError("the video has no frames")
    begins = stamps[:1] == keys[:1]
    stamps.sort()
    if not (told and begins and stamps[0] == keys[0] and len(set(stamps)) == held):
        return None
    numbers = tuple(bisect_left(stamps, key) for key in sorted(keys))
    return Index(stamps, stream.time_base, numbers, reachable=True)


def decoded_index(data: bytes) -> Index:
    """The same, found by decoding all frames.

    Raises:
        VideoError: there are none, too many, or too many pixels; or damage, as in `whole_frames`.
    """
    stamps: list[int] = []
    keys: list[int] = []
    with opened(data) as (container, stream):
        if container.format.name == "gif" and not data.rstrip(b"\0").endswith(b";"):
            raise VideoError("the picture is cut short: its last frame may be drawn in part")
        clock = _Clock(stream)
        for number, frame in enumerate(whole_frames(container, stream)):
            check_count(number + 1)
            stamps.append(clock.stamp(frame))
            if frame.key_frame:
                keys.append(number)
        if not stamps or stream.time_base is None:
            raise VideoError("no frame of the video can be decoded")
        return Index(stamps, stream.time_base, keys, reachable=False)


def whole_frames(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """All frames from where a file stands, in the order of showing, without those that damage has touched.

    Raises:
        VideoError: they have more pixels than may be decoded; or a file that tells of its frames is damaged.
    """
    touched, pixels, place = False, 0, 0
    for packet in _readable(container, stream):
        try:
            frames = stream.codec_context.decode(packet)
        except av.FFmpegError:
            frames, touched = [], True
        for frame in frames:
            pixels = check_decoded(pixels + frame.width * frame.height)
            touched = frame.is_corrupt or (touched and not frame.key_frame)
            if not touched:
                yield frame
                place += 1
        if touched and container.format.name in _TOLD:
            raise VideoError(f"the video is damaged at frame {place}")


def check_decoded(pixels: int) -> int:
    """How many pixels are decoded for one reading, if that many may be.

    Raises:
        VideoError: they are too many.
    """
    if pixels > limits.MAX_DECODED:
        raise VideoError(f"more than the {limits.MAX_DECODED} pixels allowed have to be decoded")
    return pixels


def _readable(container: InputContainer, stream: VideoStream) -> Iterator[Packet | None]:
    """The packets up to the end of the file, or to where it can't be read on; then None."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            packet = None
        if packet is None:
            break
        if packet.size:
            yield packet
    yield None


def _stored(data: bytes) -> int:
    """How many frames an MP4 file holds, whichever of them its edit list shows."""
    with opened(data, ignore_editlist="1") as (container, stream):
        return sum(1 for packet in container.demux(stream) if packet.size)


class _Clock:
    """When FFmpeg shows a frame: by its own time stamp or that of its packet, whichever runs more evenly,
    else for as long after the last one as that was shown."""

    def __init__(self, stream: VideoStream) -> None:
        rate, unit = stream.average_rate, stream.time_base
        self._usual = max(1, round(1 / (rate * unit))) if rate and unit else 1
        self._faults_pts = self._faults_dts = 0
        self._pts: int | None = None
        self._dts: int | None = None
        self._last: int | None = None
        self._lasted = self._usual

    def stamp(self, frame: av.VideoFrame) -> int:
        """In units of the stream, later than that of the frame before."""
        said = self._best(frame.pts, frame.dts)
        if said is None:
            said = 0 if self._last is None else self._last + self._lasted
        passed = 0
        if self._last is not None:
            said = said if said > self._last else self._last + self._lasted
            passed = said - self._last
        # A duration of 1 is a guess where the last one was longer.
        if frame.duration > 0 and not (frame.duration == 1 and passed > 2):
            self._lasted = frame.duration
        elif passed:
            self._lasted = passed
        self._last = said
        return said

    def _best(self, pts: int | None, dts: int | None) -> int | None:
        if dts is not None:
            self._faults_dts += self._dts is not None and dts <= self._dts
            self._dts = dts
        elif pts is not None:
            self._dts = pts
        if pts is not None:
            self._faults_pts += self._pts is not None and pts <= self._pts
            self._pts = pts
        elif dts is not None:
            self._pts = dts
        if pts is not None and (dts is None or self._faults_pts <= self._faults_dts):
            return pts
        return dts
