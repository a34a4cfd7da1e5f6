"""Every frame of a video held against the same frame drawn again from what the row says.

The whole frame is compared, in brightness and colour, and not only where objects are. The quantiser is
constant, so no pixel may be further off than `WORST`, whatever is shown. A fainter change of a larger area is
found on the key frames, twice a second: there the mean of each square of `BLOCK` px may be off by at most
`WORST_MEAN`. What is smaller than both is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synrl.video.pictures import Picture, planes
from synrl.video.raster import moves, yuv_frames
from synrl.video.scene import Scene
from synrl.world.timeline import Poses

WORST = 32
"""Levels (of 255) between a pixel and what it must be, brightness or colour; our encoder stays below 30."""
BLOCK = 8
"""Px of a side of the squares whose means are compared, in each plane."""
WORST_MEAN = 4.0
"""Levels between the mean of a square and what it must be; our encoder stays below 2.5."""
_REPEATS = "shows once more what the frame before it does"
_MOST = 3
"""Stretches of wrong frames that are told of a video."""
_BLACK = 24
"""Mean brightness of a black frame at most: 16 is black."""


class Wrong(NamedTuple):
    """A frame that does not show what it must."""

    number: int
    worst: float
    """Levels between what it shows and what it must."""
    box: tuple[int, int, int, int]
    """Around all that is wrong: left, top, right, bottom in px of the frame."""
    shows: np.ndarray
    """Mean brightness of its squares, (rows, columns), and what that must be."""
    must: np.ndarray
    repeats: bool
    """Whether it shows what the frame before it does."""


def unlike(
    pictures: Iterable[Picture], scene: Scene, poses: Poses, fps: float, key_distance: int
) -> Iterator[str]:
    """What is wrong with the pictures of a video, as short sentences that name frames and times.

    Args:
        key_distance: frames from one key frame to the next at most, because faint changes are found on them.
    """
    keys: list[int] = []
    found = list(wrong_frames(_noted(pictures, keys), scene, poses))
    causes = _causes(found)
    starts = [0, *(i for i in range(1, len(found)) if _apart(found, causes, i)), len(found)]
    stretches = list(zip(starts, starts[1:], strict=False)) if found else []
    for first, end in stretches[:_MOST]:
        when, cause = _named(found[first].number, found[end - 1].number, fps), causes[first]
        yield f"{when} {f'{cause}; it ' if cause else ''}{_difference(found[first:end])}"
    if len(stretches) > _MOST:
        more, last = len(stretches) - _MOST, found[-1].number
        yield f"{more} more stretches of frames are wrong, the last up to {_named(last, last, fps)}"
    ends = [*keys, poses.num_frames]
    for key, following in zip(ends, ends[1:], strict=False):
        if following - key > key_distance:
            yield f"there is no key frame from frame {key} to {following}; allowed: {key_distance} frames"
            break


def _noted(pictures: Iterable[Picture], keys: list[int]) -> Iterator[Picture]:
    """The same pictures; the numbers of key frames are written down."""
    for picture in pictures:
        if picture.is_key:
            keys.append(picture.number)
        yield picture


def wrong_frames(pictures: Iterable[Picture], scene: Scene, poses: Poses) -> Iterator[Wrong]:
    """The frames of a video that are not as a scene and its poses say."""
    moving, room = moves(poses), _Room(scene.height, scene.width)
    before, wrong = None, False
    for picture, drawn in zip(pictures, yuv_frames(scene, poses), strict=False):
        number = picture.number
        if picture.is_new or moving[number] or wrong:
            shown, expected = planes(picture.frame), planes(drawn)
            worst: float = max(map(room.furthest, shown, expected))
            if picture.is_key and picture.is_new:
                off = max(map(_squares_off, shown, expected))
                worst = max(worst, off if off > WORST_MEAN else 0)
                wrong = off > WORST_MEAN or worst > WORST
            else:
                wrong = worst > WORST
            if wrong:
                repeats = (
                    before is not None
                    and bool(moving[number])
                    and room.furthest(planes(before)[0], shown[0]) <= WORST // 2
                )
                box = _box(shown, expected)
                yield Wrong(number, worst, box, _means(shown[0]), _means(expected[0]), repeats)
        before = picture.frame


class _Room:
    """Arrays to work in, so that none is made for each frame: this is much of the time of `verify`."""

    def __init__(self, height: int, width: int) -> None:
        self._luma = np.empty((2, height, width), np.uint8)
        self._chroma = np.empty((2, height // 2, width // 2), np.uint8)

    def furthest(self, one: np.ndarray, two: np.ndarray) -> int:
        """The largest difference between two planes."""
        high, low = self._luma if one.shape == self._luma.shape[1:] else self._chroma
        np.copyto(low, one)  # a decoder leaves gaps between rows, which slow the rest down
        np.maximum(low, two, out=high)
        np.minimum(low, two, out=low)
        np.subtract(high, low, out=high)
        return int(high.max())


def _means(plane: np.ndarray) -> np.ndarray:
    """The mean of each square of a plane of integers, (height / BLOCK, width / BLOCK)."""
    rows, columns = (size // BLOCK for size in plane.shape)
    whole = plane[: rows * BLOCK, : columns * BLOCK]
    sums = whole.reshape(rows, BLOCK, -1).sum(axis=1, dtype=np.int16).reshape(rows, columns, BLOCK)
    means: np.ndarray = sums.sum(axis=2, dtype=np.int32) / np.float32(BLOCK**2)
    return means


def _squares_off(one: np.ndarray, two: np.ndarray) -> float:
    """The largest difference between the means of two squares."""
    return float(np.abs(_means(np.subtract(one, two, dtype=np.int16))).max())


def _box(shown: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> tuple[int, int, int, int]:
    """Around every pixel and every square that is off by too much."""
    boxes: list[tuple[int, int, int, int] | None] = []
    for one, two in zip(shown, expected, strict=False):
        scale = shown[0].shape[0] // one.shape[0]
        boxes.append(_extent(np.abs(one.astype(np.int16) - two) > WORST, scale))
        boxes.append(_extent(np.abs(_means(one) - _means(two)) > WORST_MEAN, scale * BLOCK))
    found = [box for box in boxes if box]
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _extent(wrong: np.ndarray, scale: int) -> tuple[int, int, int, int] | None:
    """The box around what is true in an array of which each entry stands for `scale` px."""
    rows, columns = np.flatnonzero(wrong.any(axis=1)), np.flatnonzero(wrong.any(axis=0))
    if not len(rows):
        return None
    edges = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    left, top, right, bottom = (int(edge) * scale for edge in edges)
    return left, top, right, bottom


def _causes(found: Sequence[Wrong]) -> list[str]:
    """Why each frame is wrong, where that can be told."""
    causes: list[str] = []
    for i, wrong in enumerate(found):
        follows = i > 0 and found[i - 1].number == wrong.number - 1
        meant = min(found, key=lambda other: _apart_by(other.must, wrong.shows))
        cause = ""
        if wrong.shows.max() < _BLACK < wrong.must.max():
            cause = "is black"
        elif wrong.repeats and (not follows or causes[-1] == _REPEATS):
            cause = _REPEATS
        elif _apart_by(wrong.must, wrong.shows) > WORST_MEAN >= _apart_by(meant.must, wrong.shows):
            cause = "shows what belongs on another frame"
        causes.append(cause)
    return causes


def _apart_by(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.abs(one - two).max())


def _apart(found: Sequence[Wrong], causes: Sequence[str], i: int) -> bool:
    """Whether a stretch of wrong frames ends before the i-th."""
    return found[i].number != found[i - 1].number + 1 or causes[i] != causes[i - 1]


def _named(first: int, last: int, fps: float) -> str:
    if first == last:
        return f"frame {first} ({first / fps:.3f} s)"
    return f"each of frames {first} to {last} ({first / fps:.3f} to {last / fps:.3f} s)"


def _difference(stretch: Sequence[Wrong]) -> str:
    lefts, tops, rights, bottoms = zip(*(wrong.box for wrong in stretch), strict=True)
    left, top = min(lefts), min(tops)
    size = f"{max(rights) - left} x {max(bottoms) - top} px at ({left}, {top})"
    return f"is off by up to {max(wrong.worst for wrong in stretch):.0f} levels within {size}"
