"""Finding every object again in decoded pixels, without the renderer.

Every object that a row says is visible must be found on `LEAST` frames, or on all of them if it is visible on
fewer. Where it is clear of others and inside the frame, everything unlike the ground in the box that its
track gives it is taken for the object: the centroid must lie on the track, its area must be that of its
outline, some of it must have its colour, and if it turns or changes its size it must cover what its outline
covers. The box is a few pixels larger than the object; if something reaches its edge, that frame says
nothing. An object that is never clear must at least fill the part of its outline that no later object covers.
One that can't be checked either way is a problem, not a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from synrl.video.raster import rgb_colour

LEAST = 2
"""Frames on which an object must be found."""
TOLERANCE = 1.0
"""Px between track and pixels."""
MIN_OVERLAP = 0.7
"""Intersection over union of what an object covers and what its outline does."""
AREA = 0.14
"""Share by which the area of an object may differ from that of its outline."""
MIN_FILLED = 0.8
"""Share of what is seen of an object that has its colour, where it is never clear of others."""
_BLUR = 0.6
"""Px by which an object looks wider along its rim."""
_MARGIN = 3
_ROOM = _MARGIN + 2
"""Px around an object's box that others leave free: an edge shows up to two pixels further, because pairs
of pixels share their colour."""
_FEW, _FOR_FEW, _FOR_MANY = 8, 5, 3
"""Frames on which each object is looked for, if there are at most `_FEW` and if there are more: what stands
still, such as a wall, may be in the way on some of them."""
_FOR_HIDDEN = 40
"""Frames on which an object is looked for that was found on fewer than `LEAST` of them."""
_GRID = 7
"""Frames, spread over a clip, of which these are chosen."""
_PAIRS = 1 << 20
"""Pairs of objects that are held against each other at once."""
_NOISE, _GHOST = 20.0, 0.25
"""RGB distance below which the encoder, not an object, made a pixel unlike the ground; and the share of an
object's distance from the ground below which it can have made one outside of the object's outline: pairs of
pixels share their colour, and what moves leaves a ghost behind, which is stronger the more it stands out."""


class Search(NamedTuple):
    """Where to look for the objects of a row."""

    bodies: tuple[_Body, ...]
    boxes: np.ndarray
    """(frames, objects, 4): left, top, right, bottom."""
    clear: np.ndarray
    """(frames, objects): whether the object is visible, in the frame and apart from all others."""
    wanted: dict[int, list[int]]
    """On which frames to look, and there for which objects."""


def plan_search(row: Mapping[str, Any], outlines: Mapping[str, Path], every: int = 0) -> Search:
    """Choose the frames on which to look for each object.

    Args:
        row: a stored row.
        outlines: object name to its outline at the object's size, upright, around its centroid.
        every: look for all objects on each of so many frames; by default where they are seen best.
    """
    bodies = tuple(
        _Body(item, track, outlines[track["name"]])
        for item, track in zip(row["objects"], row["tracks"], strict=True)
    )
    boxes = np.stack([body.boxes() for body in bodies], axis=1)
    visible = np.stack([body.visible for body in bodies], axis=1)
    clear = visible & _apart(boxes, visible, row["width"], row["height"])
    frames = len(boxes)
    wanted: dict[int, set[int]] = {}
    count = frames if every else _FOR_FEW if len(bodies) <= _FEW else _FOR_MANY
    spread = np.linspace(0, frames - 1, min(_GRID, frames)).astype(int).tolist()
    grid = list(range(0, frames, every)) if every else spread
    for number in range(len(bodies)):
        for frame in _some([frame for frame in grid if clear[frame, number]], count):
            wanted.setdefault(frame, set()).add(number)
    for start, end in ((step["start_frame"], step["end_frame"]) for step in row["operations"]):
        middle = min((start + end) // 2, frames - 1)
        moved = (boxes[middle] != boxes[max(middle - 1, 0)]).any(axis=1)
        wanted.setdefault(middle, set()).update(np.flatnonzero(clear[middle] & moved).tolist())
    for number in range(len(bodies)):
        if sum(number in found for found in wanted.values()) < LEAST:
            seen = clear[:, number] if clear[:, number].any() else visible[:, number]
            for frame in _some(np.flatnonzero(seen).tolist(), count):
                wanted.setdefault(frame, set()).add(number)
    return Search(bodies, boxes, clear, {frame: sorted(found) for frame, found in sorted(wanted.items())})


def _some(frames: Sequence[int], count: int) -> list[int]:
    """At most `count` of some frames, evenly spread over them."""
    return [frames[place] for place in np.linspace(0, len(frames) - 1, min(count, len(frames))).astype(int)]


Images = Mapping[int, np.ndarray]
"""RGB arrays (height, width, 3), uint8, by number of the frame."""


def misplaced(search: Search, images: Images, decode: Callable[[Iterable[int]], Images]) -> list[str]:
    """What is wrong with the places of a row's objects.

    Args:
        images: all frames that the search wants.
        decode: gives more frames, for objects that something is in the way of on too many.
    """
    seen = tuple(_Sight() for _ in search.bodies)
    _look(search, search.wanted, images, seen)
    more: dict[int, list[int]] = {}
    for number, (body, sight) in enumerate(zip(search.bodies, seen, strict=True)):
        if sight.is_rare(body):
            for frame in _some(np.flatnonzero(search.clear[:, number]).tolist(), _FOR_HIDDEN):
                more.setdefault(frame, []).append(number)
    if more:
        _look(search, more, decode(more), seen)
    pairs = zip(search.bodies, seen, strict=True)
    return [problem for body, sight in pairs for problem in sight.problems(body)]


def _look(search: Search, wanted: Mapping[int, list[int]], images: Images, seen: Sequence[_Sight]) -> None:
    """Look for objects on frames."""
    for frame, numbers in wanted.items():
        image = images[frame]
        ground = np.median(image[:4, :4].reshape(-1, 3), axis=0).astype(np.float32)
        for number in numbers:
            body, box = search.bodies[number], search.boxes[frame, number]
            if search.clear[frame, number]:
                window = _window(image, ground, box)
                contrast = body.colour - ground
                if not window.is_there(contrast):
                    seen[number].missed.add(frame)
                elif window.is_whole:
                    seen[number].look(body, frame, window, _GHOST * float(np.linalg.norm(contrast)))
            else:
                found = _filled(search, number, frame, image) >= MIN_FILLED
                (seen[number].found if found else seen[number].missed).add(frame)


class _Body:
    """An object with its track and its outline."""

    def __init__(self, item: Mapping[str, Any], track: Mapping[str, Any], outline: Path) -> None:
        self.name, self.outline, self.size = track["name"], outline, item["size"]
        self.x, self.y, self.angle, self.sizes = (
            np.asarray(track[name], np.float64) for name in ("x", "y", "angle", "size")
        )
        self.visible = np.asarray(track["visible"], bool)
        self.colour = 255 * np.array(rgb_colour(item["colour"]), np.float32)
        self.varies = bool(max(np.ptp(self.angle), np.ptp(self.sizes)) > 0.01)
        """Whether it turns or changes its size."""
        self._points = np.concatenate(outline.to_polygons(closed_only=False))
        x, y = self._points.T
        self.area = abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2
        """Px² at its size."""
        self.rim = float(np.hypot(x - np.roll(x, 1), y - np.roll(y, 1)).sum())
        """Px around it at its size."""

    def pose(self, frame: int) -> Affine2D:
        """From the outline at the object's size to where it is on a frame."""
        turned = Affine2D().rotate_deg(self.angle[frame]).scale(self.sizes[frame] / self.size)
        return turned.translate(self.x[frame], self.y[frame])

    def boxes(self) -> np.ndarray:
        """Left, top, right, bottom of the object on each frame, (frames, 4)."""
        if np.ptp(self.angle) == 0:
            turned = Affine2D().rotate_deg(self.angle[0]).transform(self._points)[None]
        else:
            turn = np.radians(self.angle)
            rows = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
            turned = np.einsum("ijf,pj->fpi", rows, self._points)
        scale, middle = (self.sizes / self.size)[:, None], np.stack([self.x, self.y], axis=1)
        low, high = turned.min(axis=1) * scale + middle, turned.max(axis=1) * scale + middle
        return np.concatenate([low, high], axis=1)


class _Sight:
    """What was seen of one object."""

    def __init__(self) -> None:
        self.found: set[int] = set()
        self.missed: set[int] = set()
        """Frames on which it is, and on which there is nothing like it; others say nothing."""
        self.off, self.overlap, self.area = (TOLERANCE, -1), (MIN_OVERLAP, -1), (AREA, -1)
        """The worst of each, with its frame."""

    def look(self, body: _Body, frame: int, window: _Window, ghost: float) -> None:
        """Take in a frame on which the object is clear of others.

        What lies outside of its outline counts from the distance of a ghost on only if nothing else explains
        what is seen, because that takes longer.
        """
        self.found.add(frame)
        outline = body.pose(frame).transform_path(body.outline)
        if self._off(body, frame, window) > TOLERANCE or self._share(body, frame, window) > AREA:
            window = window.without(ghost, window.inside(outline))
        self.off = max(self.off, (self._off(body, frame, window), frame))
        self.area = max(self.area, (self._share(body, frame, window), frame))
        if body.varies:
            self.overlap = min(self.overlap, (window.overlap(window.inside(outline)), frame))

    @staticmethod
    def _off(body: _Body, frame: int, window: _Window) -> float:
        return window.distance(body.x[frame], body.y[frame])

    @staticmethod
    def _share(body: _Body, frame: int, window: _Window) -> float:
        scale = body.sizes[frame] / body.size
        return _share_off(window.area, body.area * scale**2, body.rim * scale)

    def is_rare(self, body: _Body) -> bool:
        """Whether an object was found on too few frames."""
        return len(self.found) < min(LEAST, int(body.visible.sum()))

    def problems(self, body: _Body) -> Iterator[str]:
        """What is wrong with the object."""
        name = body.name
        if not body.visible.any():
            yield f"{name} is visible on no frame"
        elif self.missed:
            yield f"{name} is not found where its track says on frame {min(self.missed)}"
        elif self.is_rare(body):
            yield f"{name} is found where its track says on {len(self.found)} frames, too few to be sure"
        if self.off[1] >= 0:
            yield f"{name} is {self.off[0]:.1f} px from its track on frame {self.off[1]}"
        if self.overlap[1] >= 0:
            overlap, frame = self.overlap
            yield f"{name} covers {overlap:.0%} of what its angle and size say on frame {frame}"
        elif self.area[1] >= 0:
            yield f"{name} has an area {self.area[0]:.0%} off that of its outline on frame {self.area[1]}"


def _share_off(area: float, of_outline: float, rim: float) -> float:
    """By which share an area is larger or smaller than that of an outline can look.

    A pixel on the rim that an object covers by a tenth is already unlike the ground.
    """
    most = of_outline + _BLUR * rim
    return max(area / most - 1, 1 - area / of_outline)


def _apart(boxes: np.ndarray, visible: np.ndarray, width: int, height: int) -> np.ndarray:
    """Whether each object's widened box lies in the frame and apart from every visible object's box."""
    apart: np.ndarray = np.empty(visible.shape, bool)
    step = max(1, _PAIRS // boxes.shape[1] ** 2)  # every object is held against every other, so in portions
    for start in range(0, len(boxes), step):
        some = slice(start, start + step)
        apart[some] = _apart_on(boxes[some], visible[some], width, height)
    return apart


def _apart_on(boxes: np.ndarray, visible: np.ndarray, width: int, height: int) -> np.ndarray:
    left, top, right, bottom = np.moveaxis(boxes + np.array([-_ROOM, -_ROOM, _ROOM, _ROOM]), 2, 0)
    inside: np.ndarray = (left >= 0) & (top >= 0) & (right <= width) & (bottom <= height)
    others = np.moveaxis(boxes[:, None], 3, 0)
    touch = (others[0] < right[..., None]) & (others[2] > left[..., None])
    touch &= (others[1] < bottom[..., None]) & (others[3] > top[..., None]) & visible[:, None]
    touch[:, np.arange(boxes.shape[1]), np.arange(boxes.shape[1])] = False
    apart: np.ndarray = inside & ~touch.any(axis=2)
    return apart


def _filled(search: Search, number: int, frame: int, image: np.ndarray) -> float:
    """The share of an object's colour in what is seen of it: not covered by a later one, inside the frame."""
    body, boxes = search.bodies[number], search.boxes[frame]
    rows, columns = np.mgrid[2 : image.shape[0] : 4, 2 : image.shape[1] : 4]
    points = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
    seen = body.pose(frame).transform_path(body.outline).contains_points(points, radius=-_MARGIN)
    for later in range(number + 1, len(search.bodies)):
        if search.bodies[later].visible[frame]:
            left, top, right, bottom = boxes[later] + np.array([-_ROOM, -_ROOM, _ROOM, _ROOM])
            seen &= ~((points >= (left, top)) & (points <= (right, bottom))).all(axis=1)
    if not seen.any():
        return 0.0
    pixels = image[rows.ravel()[seen], columns.ravel()[seen]].astype(np.float32)
    return float((np.linalg.norm(pixels - body.colour, axis=1) < 2 * _NOISE).mean())


@dataclass(frozen=True)
class _Window:
    """Some pixels of a frame."""

    left: int
    top: int
    apart: np.ndarray
    """How far each channel is from the ground, (3, height, width)."""
    there: np.ndarray
    """How far each pixel is unlike the ground, 0 to 1."""

    def is_there(self, colour: np.ndarray) -> bool:
        """Whether something of a colour, given by how far it is from the ground, is there."""
        near = _length(self.apart[:, ::2, ::2] - colour[:, None, None]) < float(np.linalg.norm(colour)) / 3
        return bool(np.count_nonzero(near) >= 0.05 * near.size and self.there.mean() >= 0.1)

    @property
    def is_whole(self) -> bool:
        """Whether nothing reaches the edge."""
        there = self.there
        rim = max(there[0].max(), there[-1].max(), there[:, 0].max(), there[:, -1].max())
        # Colour that bleeds over a sudden edge stays below this; anything that is drawn there is above.
        return bool(rim <= 0.9)

    @property
    def area(self) -> float:
        """Px² of what is there."""
        return float(self.there.sum())

    def distance(self, x: float, y: float) -> float:
        """Px from a place to the centroid of what is there."""
        columns, rows = np.arange(self.there.shape[1]), np.arange(self.there.shape[0])
        here = (
            self.there.sum(axis=0) @ columns / self.area + self.left + 0.5,
            self.there.sum(axis=1) @ rows / self.area + self.top + 0.5,
        )
        return float(np.hypot(here[0] - x, here[1] - y))

    def inside(self, outline: Path) -> np.ndarray:
        """Which pixels lie inside an outline in frame pixels, (height, width)."""
        rows, columns = np.mgrid[: self.there.shape[0], : self.there.shape[1]]
        points = np.stack([columns.ravel() + self.left + 0.5, rows.ravel() + self.top + 0.5], axis=1)
        return outline.contains_points(points).reshape(self.there.shape)

    def without(self, ghost: float, inside: np.ndarray) -> _Window:
        """The window without what is unlike the ground by less than a ghost, outside of some pixels."""
        unlike = np.clip((_length(self.apart) - ghost) / _NOISE, 0, 1)
        return replace(self, there=np.where(inside, self.there, np.minimum(self.there, unlike)))

    def overlap(self, inside: np.ndarray) -> float:
        """Intersection over union with some pixels."""
        covered = self.there > 0.5
        return float((inside & covered).sum() / max(1, (inside | covered).sum()))


def _window(image: np.ndarray, ground: np.ndarray, box: np.ndarray) -> _Window:
    """What is in a box."""
    left, top = int(box[0]) - _MARGIN + 1, int(box[1]) - _MARGIN + 1
    right, bottom = int(box[2]) + _MARGIN, int(box[3]) + _MARGIN
    apart = np.array(image[top:bottom, left:right].transpose(2, 0, 1), np.float32, order="C")
    apart -= ground[:, None, None]
    there = np.clip((_length(apart) - _NOISE) / _NOISE, 0, 1)
    return _Window(left, top, apart, there)


def _length(apart: np.ndarray) -> np.ndarray:
    """The length of each pixel's vector, (height, width), of an array (3, height, width)."""
    length: np.ndarray = np.sqrt(apart[0] ** 2 + apart[1] ** 2 + apart[2] ** 2)
    return length
