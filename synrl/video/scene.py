"""What a clip looks like, apart from how it moves: outlines and colours, in pixels.

A `Scene` plus `Poses` is everything a renderer needs. An object has one or more looks (a card has a
face and a back), each a stack of outlines painted in order. Outlines are Matplotlib paths in local
pixels: the origin is the object's centroid, y points down, as on screen. Curves and glyphs are paths
too, so they scale and rotate without a raster in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.path import Path


@dataclass(frozen=True)
class Shape:
    """One outline. Colours are #rrggbb; `stroke_width` is in pixels and does not scale."""

    outline: Path
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.0


Look = tuple[Shape, ...]


@dataclass(frozen=True)
class Scene:
    """Objects are painted in order over `backdrop`, which never moves and is in frame pixels."""

    width: int
    height: int
    background: str
    backdrop: Look
    looks: tuple[tuple[Look, ...], ...]
    """For each object, its looks; `Poses.look` indexes them."""
