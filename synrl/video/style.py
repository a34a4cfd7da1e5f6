"""Drawing in the style of a clip: its lettering, and the texture of its ground."""

from __future__ import annotations

from matplotlib.path import Path

from synrl.video.outlines import circle, line, place, text
from synrl.video.scene import Look, Shape
from synrl.world.style import Style

_PITCH = 28.0
"""Px from one mark of a texture to the next."""


def lettering(
    style: Style, string: str, height_px: float, *, bold: bool = False, on_line: bool = False
) -> Path:
    """A string in the clip's font, centred, or on a line; capitals are `height_px` high."""
    return text(string, height_px, bold=bold, font=style.font, on_line=on_line)


def textured(style: Style, width: int, height: int) -> Look:
    """The texture of the ground (px): so faint that no shape is mistaken for a part of it."""
    shade = _shifted(style.ground)
    columns = [(i + 0.5) * _PITCH for i in range(int(width / _PITCH))]
    rows = [(i + 0.5) * _PITCH for i in range(int(height / _PITCH))]
    if style.texture == "dots":
        dots = [Path.make_compound_path(*(place(circle(5), x, y) for x in columns for y in rows))]
        return tuple(Shape(dot, fill=shade) for dot in dots)
    upright = [line(x, 0, x, height) for x in columns] if style.texture in ("lines", "grid") else []
    level = [line(0, y, width, y) for y in rows] if style.texture == "grid" else []
    if not upright:
        return ()
    return (Shape(Path.make_compound_path(*upright, *level), stroke=shade, stroke_width=2.0),)


def _shifted(colour: str) -> str:
    """A colour seven levels nearer to middle grey in each channel."""
    levels = bytes.fromhex(colour[1:])
    return "#" + bytes(level - 7 if level > 127 else level + 7 for level in levels).hex()
