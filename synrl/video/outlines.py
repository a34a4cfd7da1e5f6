"""Outlines that scenes are made of: Matplotlib paths in local pixels, y down, as on screen.

Every outline has its area centroid at the origin, because that is the point a pose places and turns;
text is the exception, centred on its ink so that labels sit in the middle of what they label, and a
line stays where its ends are. Only text is slow enough to build that it is kept for the next caller.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, lru_cache

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D


def _polygon(points: list[tuple[float, float]]) -> Path:
    return Path([*points, points[0]], closed=True)


def _ring(radii: list[float]) -> Path:
    """A polygon with corners at equal angles and the given distances, the first one at the top."""
    angles = [2 * np.pi * corner / len(radii) for corner in range(len(radii))]
    return _polygon([(r * np.sin(a), -r * np.cos(a)) for r, a in zip(radii, angles, strict=True)])


def circle(diameter: float) -> Path:
    """A circle."""
    return Path.unit_circle().transformed(Affine2D().scale(diameter / 2))


def rectangle(width: float, height: float) -> Path:
    """An upright rectangle."""
    x, y = width / 2, height / 2
    return _polygon([(-x, -y), (x, -y), (x, y), (-x, y)])


def square(side: float) -> Path:
    """An upright square."""
    return rectangle(side, side)


def regular_polygon(corners: int, diameter: float) -> Path:
    """A regular polygon with a corner at the top, on a circle of `diameter`."""
    return _ring([diameter / 2] * corners)


def triangle(diameter: float) -> Path:
    """An equilateral triangle, pointing up, on a circle of `diameter`."""
    return regular_polygon(3, diameter)


def pentagon(diameter: float) -> Path:
    """A regular pentagon on a circle of `diameter`."""
    return regular_polygon(5, diameter)


def hexagon(diameter: float) -> Path:
    """A regular hexagon on a circle of `diameter`."""
    return regular_polygon(6, diameter)


def star(diameter: float) -> Path:
    """A five-pointed star on a circle of `diameter`; a little fatter than a pentagram, to read when small."""
    return _ring([diameter / 2, 0.42 * diameter / 2] * 5)


def diamond(height: float) -> Path:
    """A rhombus 0.7 times as wide as high, so that a square that has turned never looks like one."""
    x, y = 0.35 * height, height / 2
    return _polygon([(0, -y), (x, 0), (0, y), (-x, 0)])


def rounded_rectangle(width: float, height: float, radius: float) -> Path:
    """An upright rectangle whose corners are quarter circles of `radius`.

    Raises:
        ValueError: `radius` is more than half of the shorter side.
    """
    x, y = width / 2, height / 2
    if radius > min(x, y):
        raise ValueError(f"corner radius {radius} does not fit a rectangle of {width} x {height}")
    # A cubic curve with its handles here departs from a quarter circle by 0.03 % of the radius.
    r, b = radius, 0.44771525 * radius
    points = [
        *[(x - r, -y), (x - b, -y), (x, b - y), (x, r - y)],
        *[(x, y - r), (x, y - b), (x - b, y), (x - r, y)],
        *[(r - x, y), (b - x, y), (-x, y - b), (-x, y - r)],
        *[(-x, r - y), (-x, b - y), (b - x, -y), (r - x, -y)],
    ]
    corner = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path([*points, points[0]], [Path.MOVETO, *corner[1:], *corner * 3, Path.CLOSEPOLY])


def arrow(length: float, width: float) -> Path:
    """An arrow pointing right, its head `width` across; the shaft is two fifths of that."""
    head, x, y, shaft = min(0.5 * length, 0.8 * width), length / 2, width / 2, 0.2 * width
    neck = x - head
    # The shaft and the head each have a known centre; the whole is balanced by their areas.
    areas = np.array([2 * shaft * (length - head), y * head])
    centroid = float(areas @ [(neck - x) / 2, neck + head / 3] / areas.sum())
    points = [(-x, -shaft), (neck, -shaft), (neck, -y), (x, 0), (neck, y), (neck, shaft), (-x, shaft)]
    return _polygon([(px - centroid, py) for px, py in points])


def half_disc(diameter: float) -> Path:
    """The upper half of a circle."""
    angles, r = np.linspace(np.pi, 2 * np.pi, 33), diameter / 2
    # Of the triangles between the middle and an edge, each has its centroid two thirds of the way out.
    step = np.pi / 32
    centroid = 2 / 3 * r * np.cos(step / 2) * np.sin(np.arange(16) * step + step / 2).sum() / 16
    return _polygon([(r * np.cos(a), r * np.sin(a) + centroid) for a in angles])


def ell(size: float) -> Path:
    """The letter L in a square of `size`, its bars two fifths as wide."""
    bar = 0.4 * size
    # The upright bar and the rest of the foot each have a known centre; the whole balances by area.
    areas = np.array([size * bar, (size - bar) * bar])
    x = float(areas @ [bar / 2, bar + (size - bar) / 2] / areas.sum())
    y = float(areas @ [size / 2, size - bar / 2] / areas.sum())
    corners = [(0.0, 0.0), (bar, 0.0), (bar, size - bar), (size, size - bar), (size, size), (0.0, size)]
    return _polygon([(px - x, py - y) for px, py in corners])


def wedge(length: float) -> Path:
    """A narrow triangle, pointing up."""
    x, y = 0.3 * length, length
    return _polygon([(0, -2 * y / 3), (x, y / 3), (-x, y / 3)])


def cup(size: float) -> Path:
    """A cup upside down: a trapezoid of `size` at the foot, seven tenths of that at the top, and as high."""
    top, foot = 0.35 * size, 0.5 * size
    below = size / 3 * (2 * top + foot) / (top + foot)
    y0, y1 = below - size, below
    return _polygon([(-top, y0), (top, y0), (foot, y1), (-foot, y1)])


def line(x0: float, y0: float, x1: float, y1: float) -> Path:
    """A straight line for a stroke; it stays where its ends are."""
    return Path([(x0, y0), (x1, y1)])


FONTS = {"sans": "DejaVuSans", "serif": "DejaVuSerif", "mono": "DejaVuSansMono"}


@cache
def _font(font: str, bold: bool) -> FontProperties:
    # The file that Matplotlib bundles, never a system font of the same name: outlines must not depend
    # on what else is installed.
    name = f"{FONTS[font]}{'-Bold' if bold else ''}.ttf"
    return FontProperties(fname=os.path.join(matplotlib.get_data_path(), "fonts", "ttf", name))


@cache
def _capital_height(font: str, bold: bool) -> float:
    return float(TextPath((0, 0), "H", size=1, prop=_font(font, bold)).get_extents().height)


def text(
    string: str, height_px: float, *, bold: bool = False, font: str = "sans", on_line: bool = False
) -> Path:
    """`string` as glyph outlines of DejaVu, capitals `height_px` high, centred on its bounding box.

    Args:
        font: `sans`, `serif` or `mono`.
        on_line: centre it across only, and put the middle of capitals at 0, so that texts beside each other
            stand on one line.

    Raises:
        ValueError: `string` has no ink.
    """
    if not string.strip():
        raise ValueError(f"nothing to draw in the text {string!r}")
    size = height_px / _capital_height(font, bold)
    return _glyphs(string, font, bold, on_line).transformed(Affine2D().scale(size))


@lru_cache(maxsize=4096)
def _glyphs(string: str, font: str, bold: bool, on_line: bool) -> Path:
    """The outlines at font size 1: finding their box is slow, and the same words come in many sizes."""
    # Matplotlib would read text between two dollar signs as mathematics.
    glyphs = TextPath((0, 0), string.replace("$", r"\$"), size=1, prop=_font(font, bold))
    box = glyphs.get_extents()
    middle = _capital_height(font, bold) / 2 if on_line else (box.y0 + box.y1) / 2
    centred = Affine2D().translate(-(box.x0 + box.x1) / 2, -middle).scale(1, -1)
    return Path(centred.transform(glyphs.vertices), glyphs.codes)


def place(path: Path, x: float, y: float) -> Path:
    """`path` moved by (`x`, `y`) pixels, for parts of a look and for backdrops."""
    return path.transformed(Affine2D().translate(x, y))


SHAPES: dict[str, Callable[[float], Path]] = {
    "circle": circle,
    "square": square,
    "triangle": triangle,
    "diamond": diamond,
    "pentagon": pentagon,
    "hexagon": hexagon,
    "star": star,
    "arrow": lambda size: arrow(size, 0.7 * size),
    "half disc": half_disc,
    "wedge": wedge,
    "letter L": ell,
}
"""Solid shapes by name; each builder takes a size in pixels."""
