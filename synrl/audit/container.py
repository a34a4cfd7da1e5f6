"""What an MP4 file may hold beside the pictures: what our muxer writes, and nothing else.

A file can carry a second stream, a matrix that turns the picture, an edit list that cuts it, tags, and bytes
that no player shows. So each box must be one that is expected where it stands, once, and whatever could hold
a message is bounded: there are no tags, padding is zeros, and each byte of media data belongs to a frame.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from synrl.errors import VideoError

_TABLES = "moov/trak/mdia/minf/stbl"
_PARENTS = ("moov", "moov/trak", "moov/trak/edts", "moov/trak/mdia", "moov/trak/mdia/minf", _TABLES)
_BOXES = {
    *("ftyp", "moov", "free", "mdat", "moov/mvhd", "moov/trak", "moov/udta"),
    *(f"moov/trak/{name}" for name in ("tkhd", "edts", "edts/elst", "mdia", "mdia/mdhd", "mdia/hdlr")),
    *(f"moov/trak/mdia/minf/{name}" for name in ("vmhd", "dinf", "stbl")),
    "moov/trak/mdia/minf",
    *(f"{_TABLES}/{name}" for name in ("stsd", "stts", "stss", "stsc", "stsz", "stco")),
}
_NEEDED = {"ftyp", "moov", "mdat", "moov/mvhd", "moov/trak", "moov/trak/tkhd"} | {
    f"{_TABLES}/{name}" for name in ("stsd", "stsz", "stco")
}
_OFTEN = ("free",)
_UPRIGHT = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The matrix of a picture that is shown as it is."""
_NO_TAGS = bytes.fromhex(
    "000000356d657461" "00000000" "0000002168646c72" "00000000" "00000000" "6d6469726170706c"
    "00000000" "00000000" "00" "00000008" "696c7374"
)  # fmt: skip
"""An empty list of tags, as FFmpeg writes it."""
_MOST_NOTES = 1024
"""Bytes of notes that the encoder may leave on its settings, in the first frame."""
_SLICE, _KEY_SLICE, _NOTES = 1, 5, 6
"""Types of the units that frames are made of; the last one holds no picture."""


class _Box(NamedTuple):
    path: str
    body: bytes


def odd_contents(data: bytes) -> list[str]:
    """What a file holds that a row's video does not, as short sentences.

    Raises:
        VideoError: the file is not made of boxes, as MP4 is, or one of them is too short for what it says.
    """
    try:
        return list(_odd_contents(data))
    except (struct.error, IndexError) as error:
        raise VideoError("a box of the file is too short for what it holds") from error


def _odd_contents(data: bytes) -> Iterator[str]:
    boxes = list(_walk(memoryview(data), ""))
    counts = Counter(box.path for box in boxes)
    for path, count in counts.items():
        if path not in _BOXES:
            yield f"the file holds a box {path!r}, which no video of a row has"
        elif count > 1 and path not in _OFTEN:
            yield f"the file holds {count} boxes {path!r}"
    missing = sorted(_NEEDED - set(counts))
    if missing:
        yield f"the file has no box {missing[0]!r}"
        return
    bodies = {box.path: box.body for box in boxes}
    if bodies.get("moov/udta", _NO_TAGS) != _NO_TAGS:
        yield "the file has tags"
    if any(any(box.body) for box in boxes if box.path == "free"):
        yield "the file holds something in what should be padding"
    if bodies["moov/mvhd"][36:72] != _UPRIGHT or bodies["moov/trak/tkhd"][40:76] != _UPRIGHT:
        yield "the file turns or stretches its pictures by a display matrix"
    yield from _odd_edits(bodies.get("moov/trak/edts/elst"))
    if struct.unpack_from(">I", bodies[f"{_TABLES}/stsd"], 4)[0] != 1:
        yield "the file describes its frames in more than one way"
    chunks, first = struct.unpack_from(">II", bodies[f"{_TABLES}/stco"], 4)
    if chunks != 1 or first != data.index(b"mdat") + 4:
        yield "the frames do not lie at the beginning of the media data"
    yield from _odd_media(bodies["mdat"], bodies[f"{_TABLES}/stsz"])


def _walk(data: memoryview, above: str) -> Iterator[_Box]:
    """All boxes, those within others too."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise VideoError(f"the file ends in the middle of a box, {len(data) - at} bytes after the last")
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise VideoError(f"the file says that a box has {size} bytes, where it can have {len(data) - at}")
        path = f"{above}{kind.decode('latin-1')}"
        body = data[at + 8 : at + size]
        yield _Box(path, bytes(body) if path not in _PARENTS else b"")
        if path in _PARENTS:
            yield from _walk(body, f"{path}/")
        at += size


def _odd_edits(edits: bytes | None) -> Iterator[str]:
    if edits is not None:
        count = struct.unpack_from(">I", edits, 4)[0]
        if count != 1 or struct.unpack_from(">iI", edits, 12) != (0, 1 << 16):
            yield "the file cuts or slows the video by its edit list"


def _odd_media(media: bytes, table: bytes) -> Iterator[str]:
    """Bytes of the media data that belong to no frame, and units in frames that hold no picture."""
    each, count = struct.unpack_from(">II", table, 4)
    sizes = [each] * count if each else list(struct.unpack_from(f">{count}I", table, 12))
    if sum(sizes) != len(media):
        yield f"{abs(len(media) - sum(sizes))} bytes of the media data belong to no frame"
        return
    at, notes = 0, 0
    for number, size in enumerate(sizes):
        end = at + size
        while at < end:
            length = int.from_bytes(media[at : at + 4], "big")
            kind = media[at + 4] & 31 if length else 0
            notes += length if kind == _NOTES and number == 0 else 0
            if kind not in (_SLICE, _KEY_SLICE) and not (kind == _NOTES and number == 0):
                yield f"frame {number} holds a unit of type {kind}, which is no picture"
                return
            at += 4 + length
    if notes > _MOST_NOTES:
        yield f"the encoder's notes have {notes} bytes; at most {_MOST_NOTES} are allowed"
