"""The renderer: a `Scene` and `Poses` to frames, either as RGB arrays or as YUV 4:2:0 for an encoder.

Both kinds of frame come out of the same drawing code on Matplotlib's Agg canvas, without a figure.
For YUV nothing is converted: anti-aliasing blends linearly, as the colour conversion does, so shapes
are painted in YUV colours to begin with, luma on a canvas of full size and chroma on one of half size.
Colours follow BT.601 with limited range, the one matrix that decoders also assume when they ignore tags.

A frame redraws only what changed: the boxes of the objects that moved are taken back to the ground, and
they are painted again together with every object that touches them, however indirectly. Objects are
never clipped to a box, so each frame is the same to the last bit as one drawn from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import av
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from synrl.video.scene import Look, Scene, Shape
from synrl.world.timeline import HIDDEN, Poses

Colour = tuple[float, float, float]
Window = tuple[slice, slice]
"""Rows and columns of a canvas."""

_MARGIN = 1
_FAR = 1 << 20
# Matplotlib draws in points; at this resolution a point of stroke width is a pixel.
_POINTS_PER_INCH = 72
_NOTHING = (0.0, 0.0, 0.0, 0.0)
_AS_IT_IS, _NO_OFFSETS, _NO_COLOURS = IdentityTransform(), np.empty((0, 2)), np.empty((0, 4))
_SOLID, _SMOOTH, _NO_LINKS = [(0, None)], np.array([True]), [None]


def rgb_colour(colour: str) -> Colour:
    """The red, green and blue of #rrggbb, each 0 to 1."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255


def yuv_colour(colour: str) -> Colour:
    """#rrggbb as Y, U and V of 8-bit limited-range BT.601: whole levels, divided by 255."""
    red, green, blue = rgb_colour(colour)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    levels = 16 + 219 * luma, 128 + 112 * (blue - luma) / 0.886, 128 + 112 * (red - luma) / 0.701
    return round(levels[0]) / 255, round(levels[1]) / 255, round(levels[2]) / 255


class _Brushes:
    """Shapes made ready for Agg: outlines, and fills and strokes in the canvas's colours."""

    def __init__(self, shapes: Sequence[Shape], yuv: bool) -> None:
        def colours(names: Sequence[str | None]) -> np.ndarray:
            convert = yuv_colour if yuv else rgb_colour
            return np.array([(*convert(name), 1.0) if name else _NOTHING for name in names]).reshape(-1, 4)

        self._paths = [shape.outline for shape in shapes]
        self._fills = colours([shape.fill for shape in shapes])
        self._strokes = colours([shape.stroke for shape in shapes])
        self._widths = np.array([shape.stroke_width if shape.stroke else 0.0 for shape in shapes])
        self._picked: dict[bytes, _Ink] = {}

    def pick(self, numbers: np.ndarray) -> _Ink:
        """Some of the shapes, in this order; the same ones are asked for on frame after frame."""
        key = numbers.tobytes()
        if key not in self._picked:
            paths = [self._paths[number] for number in numbers.tolist()]
            columns = self._fills[numbers], self._strokes[numbers], self._widths[numbers]
            self._picked[key] = _Ink(paths, *columns)
        return self._picked[key]


class _Ink(NamedTuple):
    """What Agg is told of some shapes."""

    paths: list[Path]
    fills: np.ndarray
    strokes: np.ndarray
    widths: np.ndarray


class _Canvas:
    """An Agg canvas with the still part of a scene on it, `shrink` times smaller than the frame."""

    def __init__(self, scene: Scene, yuv: bool, shrink: int) -> None:
        width, height = scene.width // shrink, scene.height // shrink
        # Its annotations ask for sequences where it takes arrays as well.
        self._renderer: Any = RendererAgg(width, height, _POINTS_PER_INCH / shrink)
        self._context = GraphicsContextBase()
        # Snapping would move upright edges to whole pixels, so that slow motion would stutter.
        self._context.set_snap(False)
        self._context.set_joinstyle("round")
        self._context.set_capstyle("round")
        self._shrink = shrink
        # Agg counts y upwards from the bottom edge.
        self._flip = np.array([[1 / shrink, 0, 0], [0, -1 / shrink, height], [0, 0, 1]])
        self.pixels: np.ndarray = np.asarray(self._renderer.buffer_rgba())
        convert = yuv_colour if yuv else rgb_colour
        ground = [round(255 * level) for level in (*convert(scene.background), 1.0)]
        # Four channels written as one number: many times as fast.
        self.pixels.view(np.uint32)[:] = np.array(ground, np.uint8).view(np.uint32)
        if scene.backdrop:
            every = np.arange(len(scene.backdrop))
            self.draw(
                _Brushes(scene.backdrop, yuv).pick(every), np.repeat(self._flip[None], len(every), axis=0)
            )
        self._ground = self.pixels.copy()

    def placed(self, matrices: np.ndarray) -> np.ndarray:
        """Matrices from local to frame pixels, continued to this canvas."""
        placed: np.ndarray = self._flip @ matrices
        return placed

    def draw(self, ink: _Ink, matrices: np.ndarray) -> None:
        """Paint some shapes, each by its own matrix, in one call, which spares most of Agg's set-up."""
        self._renderer.draw_path_collection(
            self._context,
            _AS_IT_IS,
            ink.paths,
            matrices,
            _NO_OFFSETS,
            _AS_IT_IS,
            ink.fills,
            ink.strokes,
            ink.widths,
            _SOLID,
            _SMOOTH,
            _NO_LINKS,
            "",
            hatchcolors=_NO_COLOURS,
        )

    def clear(self, window: Window) -> None:
        self.pixels[window] = self._ground[window]

    def windows(self, boxes: np.ndarray) -> list[Window]:
        """The rows and columns of boxes (number, 4), which are given in frame pixels."""
        edges = (boxes // self._shrink).tolist()
        return [(slice(top, bottom), slice(left, right)) for left, top, right, bottom in edges]


def _matrices(poses: Poses) -> np.ndarray:
    """Affine matrices from local to frame pixels, as (frames, objects, 3, 3)."""
    turn = np.radians(poses.angle)
    cos, sin = poses.scale * np.cos(turn), poses.scale * np.sin(turn)
    matrices = np.zeros((*poses.x.shape, 3, 3))
    matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 0, 2] = cos, -sin, poses.x
    matrices[..., 1, 0], matrices[..., 1, 1], matrices[..., 1, 2] = sin, cos, poses.y
    matrices[..., 2, 2] = 1
    return matrices


def _boxes(scene: Scene, poses: Poses, matrices: np.ndarray) -> np.ndarray:
    """What each object covers, as (frames, objects, 4): boxes with even edges, empty when it is hidden."""
    boxes = np.zeros((*poses.x.shape, 4), int)
    limit = np.array([scene.width, scene.height])
    for index, looks in enumerate(scene.looks):
        for number, look in enumerate(looks):
            shown = np.flatnonzero(poses.look[:, index] == number)
            low, high, pad = _extents(look)
            linear, offset = matrices[shown, index, :2, :2], matrices[shown, index, :2, 2]
            centre = linear @ ((low + high) / 2) + offset
            reach = np.abs(linear) @ ((high - low) / 2) + pad + _MARGIN
            # Even edges, so that a box is whole pixels on the half-size canvas too.
            edges = [np.floor((centre - reach) / 2) * 2, np.ceil((centre + reach) / 2) * 2]
            boxes[shown, index] = np.clip(edges, 0, limit).transpose(1, 0, 2).reshape(-1, 4)
    return boxes


def _extents(look: Look) -> tuple[np.ndarray, np.ndarray, float]:
    """The corners of a box around a look in local pixels, and half of its widest stroke."""
    if not look:
        return np.zeros(2), np.zeros(2), 0.0
    # Curves stay inside the hull of their handles, so the points alone bound them, and cheaply.
    points = np.concatenate([shape.outline.vertices for shape in look])
    widest = max(shape.stroke_width if shape.stroke else 0.0 for shape in look)
    return points.min(axis=0), points.max(axis=0), widest / 2


def _changes(poses: Poses) -> np.ndarray:
    """Whether an object looks different from the frame before, as (frames, objects); all do on frame 0."""
    shown = poses.look != HIDDEN
    changed: np.ndarray = shown.copy()
    state = np.stack([poses.x, poses.y, poses.angle, poses.scale, poses.look])
    changed[1:] = (state[:, 1:] != state[:, :-1]).any(axis=0) & (shown[1:] | shown[:-1])
    return changed


def moves(poses: Poses) -> np.ndarray:
    """Whether a frame differs from the one before, (frames,); the first does."""
    moving = np.asarray(_changes(poses).any(axis=1))
    moving[:1] = True
    return moving


def _spans(boxes: np.ndarray) -> np.ndarray:
    """For each object, one box around where it was a frame ago and where it is now; shaped as `boxes`."""
    low, high = boxes[..., :2], boxes[..., 2:]
    covers = (low < high).all(axis=-1, keepdims=True)
    # An empty box must not pull the span to the corner that its zeros stand for.
    low, high = np.where(covers, low, _FAR), np.where(covers, high, -_FAR)
    low[1:], high[1:] = np.minimum(low[1:], low[:-1]), np.maximum(high[1:], high[:-1])
    return np.concatenate([low, high], axis=-1)


def _redrawn(changes: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """What to paint again, as (frames, objects): what changed and all that touches it, however indirectly."""
    left, top, right, bottom = np.moveaxis(spans, -1, 0)
    touch = (left[:, :, None] < right[:, None]) & (left[:, None] < right[:, :, None])
    touch &= (top[:, :, None] < bottom[:, None]) & (top[:, None] < bottom[:, :, None])
    redrawn = changes
    while True:
        more: np.ndarray = redrawn | (touch & redrawn[:, None]).any(axis=-1)
        if (more == redrawn).all():
            return more
        redrawn = more


def _paint(scene: Scene, poses: Poses, canvases: list[_Canvas], yuv: bool) -> Iterator[list[list[Window]]]:
    """Bring the canvases to each frame in turn; yields the windows that were painted, for each canvas."""
    matrices = _matrices(poses)
    spans = _spans(_boxes(scene, poses, matrices))
    redrawn = _redrawn(_changes(poses), spans)
    brushes = _Brushes([shape for looks in scene.looks for look in looks for shape in look], yuv)
    used = _shapes_used(scene, poses, redrawn)
    prepared = [
        (canvas, canvas.windows(spans[redrawn]), canvas.placed(matrices[used.frames, used.objects]))
        for canvas in canvases
    ]
    cleared, drawn = 0, 0
    for to_clear, to_draw in zip(redrawn.sum(axis=1).tolist(), used.per_frame, strict=True):
        clearing, drawing = slice(cleared, cleared + to_clear), slice(drawn, drawn + to_draw)
        cleared, drawn = clearing.stop, drawing.stop
        ink = brushes.pick(used.shapes[drawing])
        painted = []
        for canvas, all_windows, positions in prepared:
            windows = all_windows[clearing]
            painted.append(windows)
            for window in windows:
                canvas.clear(window)
            if to_draw:
                canvas.draw(ink, positions[drawing])
        yield painted


class _Used(NamedTuple):
    """What is painted, in order: of which frame, which object, and which of the scene's shapes."""

    frames: np.ndarray
    objects: np.ndarray
    shapes: np.ndarray
    per_frame: list[int]


def _shapes_used(scene: Scene, poses: Poses, redrawn: np.ndarray) -> _Used:
    """The shapes of all looks that are painted again, frame by frame, in painter's order."""
    lengths = [[len(look) for look in looks] for looks in scene.looks]
    most = max(map(len, lengths), default=0)
    # One column more, empty: a hidden object's look is -1, which finds it.
    counts = np.array([[*row, *[0] * (most + 1 - len(row))] for row in lengths], int).reshape(-1, most + 1)
    firsts = (np.cumsum(counts) - counts.ravel()).reshape(counts.shape)
    frames, objects = redrawn.nonzero()
    looks = poses.look[redrawn]
    count, first = counts[objects, looks], firsts[objects, looks]
    repeat = np.repeat(np.arange(len(frames)), count)
    within = np.arange(len(repeat)) - np.repeat(np.cumsum(count) - count, count)
    per_frame = np.bincount(frames[repeat], minlength=poses.num_frames).tolist()
    return _Used(frames[repeat], objects[repeat], first[repeat] + within, per_frame)


def rgb_frames(scene: Scene, poses: Poses) -> Iterator[np.ndarray]:
    """Every frame in order, each a new array of shape (height, width, 3), uint8."""
    canvas = _Canvas(scene, yuv=False, shrink=1)
    for _ in _paint(scene, poses, [canvas], yuv=False):
        yield canvas.pixels[..., :3].copy()


def yuv_frames(scene: Scene, poses: Poses) -> Iterator[av.VideoFrame]:
    """Every frame in order as yuv420p, BT.601, limited range, chroma in the middle of its four pixels.

    It is one frame object, changed in place between steps, so use it before taking the next.

    Raises:
        ValueError: the scene's width or height is odd.
    """
    if scene.width % 2 or scene.height % 2:
        raise ValueError(f"frame size {scene.width} x {scene.height}; YUV 4:2:0 needs even numbers")
    luma, chroma = _Canvas(scene, yuv=True, shrink=1), _Canvas(scene, yuv=True, shrink=2)
    frame = av.VideoFrame(scene.width, scene.height, "yuv420p")
    planes = []
    for plane, canvas, channel in zip(frame.planes, (luma, chroma, chroma), range(3), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        planes.append((rows[:, : plane.width], canvas.pixels[..., channel]))
    for rows, pixels in planes:
        rows[:] = pixels
    (y, from_y), (u, from_u), (v, from_v) = planes
    for of_luma, of_chroma in _paint(scene, poses, [luma, chroma], yuv=True):
        for window in of_luma:
            y[window] = from_y[window]
        for window in of_chroma:
            u[window] = from_u[window]
            v[window] = from_v[window]
        yield frame
