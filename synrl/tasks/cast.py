"""The cast of a short clip: shapes with unique names such as "red circle".

Named colours are far apart from each other and from every ground, so that a name has one meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from synrl.seeds import Stream, Streams
from synrl.video.outlines import SHAPES
from synrl.video.scene import Look, Scene, Shape
from synrl.world.timeline import SceneObject

COLOURS = {
    "red": "#d62728",
    "blue": "#1f5fd0",
    "green": "#1e8c3a",
    "orange": "#f28e1c",
    "purple": "#8e3fb8",
    "black": "#202020",
    "pink": "#f06eaa",
    "brown": "#7a4a21",
}
GROUNDS = ("#ffffff", "#f4f1ea", "#e9eef5", "#eef3ea", "#f2f2f2")
"""Plain backgrounds: pale, so that every named colour stands out."""

SOLID_SHAPES = ("circle", "square", "triangle", "diamond", "pentagon", "hexagon", "star")


def cast(streams: Streams, count: int, shapes: Sequence[str], size: tuple[int, int]) -> list[SceneObject]:
    """`count` objects with different names, sizes in whole pixels from a closed range.

    Shapes and sizes are part of the scene, since they decide what touches what; colours are style.
    """
    colours = streams.style.sample(tuple(COLOURS), count)
    kinds = [streams.scene.choice(shapes) for _ in colours]
    return [
        SceneObject(f"{colour} {kind}", kind, COLOURS[colour], float(streams.scene.integer(*size)))
        for colour, kind in zip(colours, kinds, strict=True)
    ]


def draw_cast(
    objects: Sequence[SceneObject], style: Stream, width: int, height: int, backdrop: Look = ()
) -> Scene:
    """Plain shapes on a plain ground."""
    looks = tuple(((Shape(SHAPES[item.shape](item.size), fill=item.colour),),) for item in objects)
    return Scene(width, height, style.choice(GROUNDS), backdrop=backdrop, looks=looks)
