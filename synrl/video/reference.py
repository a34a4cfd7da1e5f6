"""The renderer that tests trust: one Matplotlib figure per frame, one patch per shape, drawn whole.

Slow and plain on purpose. It shares no drawing code with the renderer that makes datasets, and it lets
Matplotlib compose the transforms, so that agreement between the two means something.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D, Transform

from synrl.video.scene import Look, Scene
from synrl.world.timeline import HIDDEN, Poses

# A power of two, so that a size in pixels survives the detour through inches.
_DPI = 64


def reference_frame(scene: Scene, poses: Poses, frame: int) -> np.ndarray:
    """One frame as an array of shape (height, width, 3), uint8."""
    figure = Figure(figsize=(scene.width / _DPI, scene.height / _DPI), dpi=_DPI, facecolor=scene.background)
    canvas = FigureCanvasAgg(figure)
    screen = Affine2D().scale(1, -1).translate(0, scene.height)
    patches = [*_patches(scene.backdrop, screen)]
    for index, looks in enumerate(scene.looks):
        look = int(poses.look[frame, index])
        if look != HIDDEN:
            # On a screen, where y points down, a positive angle already turns clockwise.
            pose = Affine2D().scale(poses.scale[frame, index]).rotate_deg(poses.angle[frame, index])
            pose.translate(poses.x[frame, index], poses.y[frame, index])
            patches += _patches(looks[look], pose + screen)
    for order, patch in enumerate(patches):
        patch.set_zorder(order)
        figure.add_artist(patch)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _patches(look: Look, transform: Transform) -> Iterator[PathPatch]:
    for shape in look:
        yield PathPatch(
            shape.outline,
            facecolor=shape.fill or "none",
            edgecolor=shape.stroke or "none",
            linewidth=shape.stroke_width * 72 / _DPI if shape.stroke else 0,
            joinstyle="round",
            capstyle="round",
            antialiased=True,
            snap=False,
            transform=transform,
        )
