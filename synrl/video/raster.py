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

from collections.abc import Iterator

import av
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from synrl.video.scene import Look, Scene, Shape
from synrl.world.timeline import HIDDEN, Poses

Colour = tuple[float, float, float]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in whole pixels; right and bottom lie outside. Empty if left >= right."""

_MARGIN = 1
# Matplotlib draws in points; at this resolution a point of stroke width is a pixel.
_POINTS_PER_INCH = 72


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


class _Brush:
    """A shape made ready for Agg: its path, its fill in the canvas's colours, and the stroke."""

    def __init__(self, shape: Shape, yuv: bool) -> None:
        convert = yuv_colour if yuv else rgb_colour
        self.path: Path = shape.outline
        self.fill = None if shape.fill is None else convert(shape.fill)
        self.context = GraphicsContextBase()
        self.context.set_antialiased(True)
        # Snapping would move upright edges to whole pixels, so that slow motion would stutter.
        self.context.set_snap(False)
        self.context.set_joinstyle("round")
        self.context.set_capstyle("round")
        self.context.set_linewidth(0.0)
        if shape.stroke is not None:
            self.context.set_foreground(convert(shape.stroke))
            self.context.set_linewidth(shape.stroke_width)


Brushes = tuple[_Brush, ...]


class _Canvas:
    """An Agg canvas with the still part of a scene on it, `shrink` times smaller than the frame."""

    def __init__(self, scene: Scene, yuv: bool, shrink: int) -> None:
        width, height = scene.width // shrink, scene.height // shrink
        self._renderer = RendererAgg(width, height, _POINTS_PER_INCH / shrink)
        self._transform = Affine2D()
        self._shrink = shrink
        # Agg counts y upwards from the bottom edge.
        self._flip = np.array([[1 / shrink, 0, 0], [0, -1 / shrink, height], [0, 0, 1]])
        self.pixels: np.ndarray = np.asarray(self._renderer.buffer_rgba())
        convert = yuv_colour if yuv else rgb_colour
        self.pixels[:] = [round(255 * level) for level in (*convert(scene.background), 1.0)]
        self.draw(tuple(_Brush(shape, yuv) for shape in scene.backdrop), self._flip)
        self._ground = self.pixels.copy()

    def placed(self, matrices: np.ndarray) -> np.ndarray:
        """Matrices from local to frame pixels, continued to this canvas."""
        placed: np.ndarray = self._flip @ matrices
        return placed

    def draw(self, brushes: Brushes, matrix: np.ndarray) -> None:
        self._transform.set_matrix(matrix)
        for brush in brushes:
            self._renderer.draw_path(brush.context, brush.path, self._transform, brush.fill)

    def clear(self, box: Box) -> None:
        window = self.window(box)
        self.pixels[window] = self._ground[window]

    def window(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of a box, given in frame pixels."""
        left, top, right, bottom = (edge // self._shrink for edge in box)
        return slice(top, bottom), slice(left, right)


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


def _apart(one: Box, other: Box) -> bool:
    return one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def _redrawn(changed: list[int], before: list[Box], after: list[Box]) -> tuple[list[int], list[Box]]:
    """The objects to paint again, in painter's order, and the boxes to clear for that."""
    dirty = [box for index in changed for box in {before[index], after[index]} if box[0] < box[2]]
    inside = set(changed)
    waiting = list(dirty)
    while waiting:
        box = waiting.pop()
        for index, other in enumerate(after):
            if index not in inside and not _apart(box, other):
                inside.add(index)
                dirty.append(other)
                waiting.append(other)
    return sorted(inside), dirty


def _paint(scene: Scene, poses: Poses, canvases: list[_Canvas], yuv: bool) -> Iterator[list[Box]]:
    """Bring the canvases to each frame in turn; yields the boxes that are different from the last one's."""
    brushes = [[tuple(_Brush(shape, yuv) for shape in look) for look in looks] for looks in scene.looks]
    matrices = _matrices(poses)
    placed = [(canvas, canvas.placed(matrices)) for canvas in canvases]
    boxes: list[list[Box]] = [[tuple(box) for box in row] for row in _boxes(scene, poses, matrices).tolist()]
    looks = poses.look.tolist()
    for frame, changes in enumerate(_changes(poses)):
        if not changes.any():
            yield []
            continue
        objects, dirty = _redrawn(np.flatnonzero(changes).tolist(), boxes[max(frame - 1, 0)], boxes[frame])
        for canvas, positions in placed:
            for box in dirty:
                canvas.clear(box)
            for index in objects:
                if looks[frame][index] != HIDDEN:
                    canvas.draw(brushes[index][looks[frame][index]], positions[frame, index])
        yield dirty


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
        planes.append((canvas, rows[:, : plane.width], canvas.pixels[..., channel]))
    whole = [(0, 0, scene.width, scene.height)]
    for number, dirty in enumerate(_paint(scene, poses, [luma, chroma], yuv=True)):
        for canvas, rows, pixels in planes:
            for box in dirty if number else whole:
                window = canvas.window(box)
                rows[window] = pixels[window]
        yield frame
