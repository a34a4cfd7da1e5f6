"""distance_estimation: what does a distance do for a while, who comes close next, who is nearer, and when?

    trend     while a third shape can be seen, the distance of two grows, shrinks, stays, or turns around
    visit     shapes come close to another one by turns, in an order that repeats: which one follows another
    nearer    how many times it changes which of two shapes is nearer to a third one

Distances are between centres. Both shapes of a pair move, so that the motion of one of them does not tell. No
frame by itself tells an answer: what a distance does before and after has nothing to do with what is asked,
turns begin anywhere, and either of two shapes is nearer half of the time, however often that changes.

Margins: a distance that changes does so by at least `change` px; two distances that are compared differ by
at least `gap` px, from 56 at level 2 down to 32 at level 5. What is asked about lasts longer than a glance.

Localisation asks when a distance grows, or shrinks. Before and after, it stays at any value and changes the
other way, so that no frame shows that it is changing.
"""

from __future__ import annotations

from collections.abc import Sequence

from synrl.tasks.asks import ClipAskFamily
from synrl.tasks.distance_estimation.asks import Nearer, Trend, Visit, WhenChanging
from synrl.tasks.distance_estimation.clip import GROWS, SHRINKS
from synrl.tasks.distance_estimation.config import LEVELS, DistanceConfig
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.telling import both_ways
from synrl.video.scene import Scene
from synrl.world.timeline import (
    Event,
    Timeline,
)


class DistanceEstimation(ClipAskFamily):
    name = "distance_estimation"
    summary = "Whether a distance grows or shrinks, and when; which shape comes close next; which is closer."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = DistanceConfig
    asks = (Trend(), Visit(), Nearer(), WhenChanging())
    words = {
        **told(GROWS, SHRINKS, "closer"),
        **dict.fromkeys(("gets larger", "becomes larger", "gets bigger", "move apart", "drift apart"), GROWS),
        **dict.fromkeys(
            ("gets smaller", "becomes smaller", "get closer to each other", "come together"), SHRINKS
        ),
        **dict.fromkeys(
            ("can be seen", "could be seen", "visible", "is seen", "is shown", "on screen"), "shown"
        ),
        **dict.fromkeys(("close to", "near", "next to", "close by"), "close"),
    }
    levels = LEVELS

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "distance":
            (way,) = (word for word in (GROWS, SHRINKS) if word == happening.detail)
            return both_ways(f"the distance between the {{}} and the {{}} {way}", one, two)
        if happening.kind == "shown":
            return (f"the {one} can be seen",)
        if happening.kind == "close":
            return f"the {one} is close to the {two}", f"the {one} stays close to the {two}"
        return f"the {one} is closer to the {two}", f"the {one} is the closer one to the {two}"


FAMILY = DistanceEstimation()
