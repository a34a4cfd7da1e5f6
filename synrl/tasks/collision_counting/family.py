"""collision_counting: how often does a shape hit a wall, or another shape?

Shapes move at constant speed in a drawn box and bounce elastically. Levels 1 and 2 have one shape and
four walls; from level 3 on discs also bounce off each other, and the question may ask for the walls
one of them hits, or for the discs it touches.

Margins: the asked shape's contacts are at least `GAP` glances (`Config.glance`) apart, so that three looks
fall on each flight between two; whatever it comes close to without touching stays `CLEAR` pixels away; it
approaches what it hits at no less than `MIN_APPROACH` px in a glance. The other shapes do as they please. A
clip is a window of a longer run, chosen so that all margins hold within it, because most runs break a margin
somewhere; how fast a run is shown is chosen with it.

Localisation asks for the flight between two named contacts, not for a numbered one, so that the
question does not say whether it is early or late.
"""

from __future__ import annotations

from collections.abc import Sequence

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Family
from synrl.tasks.collision_counting import clip, solver
from synrl.tasks.collision_counting.asks import COUNTS, FLIGHT, Count, Flight
from synrl.tasks.collision_counting.clip import BOX
from synrl.tasks.collision_counting.config import LEVELS, CollisionConfig
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.telling import both_ways
from synrl.video.outlines import place, rectangle
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import HEIGHT, WIDTH, Event, Timeline


class CollisionCounting(Family):
    name = "collision_counting"
    summary = "How often a shape hits a wall or another shape, and when it flies from one to the next."
    category = "collision counting"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = CollisionConfig
    asks = (*COUNTS.values(), FLIGHT)
    words = {
        **dict.fromkeys((word for word in told("hit", "touch") if "other" not in word), "contact"),
        **dict.fromkeys(("wall", "edge", "side", "border", "boundary"), "wall"),
        **dict.fromkeys(("bump into each other", "each other", "another shape", "other shape"), "touch"),
    }
    names = (r"(?<!\w)(left|right|top|bottom)(?= (?:wall|edge|side|border|boundary))",)
    levels = LEVELS

    def simulate(self, config: CollisionConfig, streams: Streams) -> Timeline:
        ask: Count | Flight = FLIGHT
        if config.mode != "localisation":
            ask = COUNTS[streams.question.choice(tuple(config.most))]
        return clip.simulate(ask.draw, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        edge = 6.0  # drawn outside the box, so that a shape touches the line and never covers it
        box = place(rectangle(BOX + edge, BOX + edge), WIDTH / 2, HEIGHT / 2)
        wall = Shape(box, stroke=timeline.style.ink, stroke_width=edge)
        return draw_cast(timeline, backdrop=(wall,))

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "hit":
            return f"the {one} bounces off the {two}", f"the {one} hits the {two}"
        return (
            *both_ways("the {} and the {} bump into each other", one, two),
            *both_ways("the {} touches the {}", one, two),
        )

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)


FAMILY = CollisionCounting()
