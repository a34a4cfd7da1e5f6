"""The cast of a short clip: shapes with unique names such as "red circle"."""

from __future__ import annotations

from collections.abc import Sequence

from synrl.seeds import Streams
from synrl.video.outlines import SHAPES
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import textured
from synrl.world.style import Style
from synrl.world.timeline import HEIGHT, WIDTH, SceneObject, Timeline

SOLID_SHAPES = ("circle", "square", "triangle", "diamond", "pentagon", "hexagon", "star")


def cast(
    streams: Streams, style: Style, level: int, count: int, shapes: Sequence[str], size: tuple[int, int]
) -> list[SceneObject]:
    """`count` objects of different colours, sizes in whole pixels from a closed range.

    Shapes and sizes are part of the scene, since they decide what touches what; colours are style.
    """
    colours = streams.style.sample(style.colours(level), count)
    kinds = [streams.scene.choice(shapes) for _ in colours]
    return [
        SceneObject(
            f"{colour} {kind}", kind, style.palette.colours[colour], float(streams.scene.integer(*size))
        )
        for colour, kind in zip(colours, kinds, strict=True)
    ]


def draw_cast(timeline: Timeline, backdrop: Look = ()) -> Scene:
    """Each object as the solid shape that it is named after, over the ground and a backdrop."""
    looks = tuple(((Shape(SHAPES[item.shape](item.size), fill=item.colour),),) for item in timeline.objects)
    style = timeline.style
    ground = textured(style, WIDTH, HEIGHT)
    return Scene(WIDTH, HEIGHT, style.ground, backdrop=(*ground, *backdrop), looks=looks)
