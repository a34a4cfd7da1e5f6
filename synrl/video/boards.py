"""The names of rows and columns beside a board."""

from __future__ import annotations

from synrl.video.outlines import place
from synrl.video.scene import Look, Shape
from synrl.video.style import lettering
from synrl.world.grids import Layout
from synrl.world.style import Style


def labels(layout: Layout, style: Style, distance: float = 14.0) -> Look:
    """The names of rows and columns beside a board, some px away from it."""
    found = []
    for i in range(layout.size):
        x, y = layout.place((i, i))
        names = {(x, layout.top - distance): "ABCDEFGHI"[i], (layout.left - distance, y): str(i + 1)}
        found += [
            Shape(place(lettering(style, name, 14, bold=True), *at), fill=style.ink)
            for at, name in names.items()
        ]
    return tuple(found)
