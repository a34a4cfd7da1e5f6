"""relative_position: where does one shape go around another, how often does it enter a zone, who overtakes?

    tour       a shape keeps stopping on the four sides of another in one order: which side follows another
    inside     how many times a shape enters a square zone
    overtake   in a race around the middle of the picture, which shape overtakes another

No frame by itself tells an answer. A tour begins on any side and goes on for more than a round. The zone
holds its visitor half of the time, and at as many places, however often it is entered. Of those who race
against a shape, one laps it and all others are lapped by it, so that any of them is ahead as often as behind;
and all of them run whole laps.

Margins: a shape that stops on a side is at least `SIDE` px away along that axis, and no more than `TILT`
degrees off it; a shape is wholly inside or wholly outside the zone, except while it crosses the border;
racers are at least `LEAD` degrees apart at both ends. Every stop lasts longer than a glance.

Localisation asks when a shape moves closer to another one, or farther away. Between its moves it rests at any
distance, so that no frame shows that it is on its way.
"""

from __future__ import annotations

from collections.abc import Sequence

from synrl.tasks.asks import ClipAskFamily
from synrl.tasks.relative_position.asks import Inside, Overtake, Tour, WhenApproaching
from synrl.tasks.relative_position.config import LEVELS, PositionConfig
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.video.scene import Scene
from synrl.world.timeline import Event, Timeline


class RelativePosition(ClipAskFamily):
    name = "relative_position"
    summary = "Which side of another shape is visited next, when one moves closer, zones, who overtakes."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = PositionConfig
    asks = (Tour(), Inside(), WhenApproaching(), Overtake())
    words = {
        **told("move", "overtake", "pass", "left of", "right of", "above", "below", "inside", "closer"),
        **{"to the left": "left of", "to the right": "right of"},
        **dict.fromkeys(("over", "on top of", "higher than"), "above"),
        **dict.fromkeys(("under", "underneath", "beneath", "lower than"), "below"),
        **dict.fromkeys(("farther away", "further away", "away from", "recedes from"), "away"),
        **dict.fromkeys(("around", "all around"), "around"),
    }
    names = named("zone")
    levels = LEVELS

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "side":
            return (
                f"the {one} is {happening.detail} the {two}",
                f"I see the {one} {happening.detail} the {two}",
            )
        if happening.kind == "approach":
            goes = f"{happening.detail} the {two}"
            return f"the {one} moves {goes}", f"the {one} goes {goes}"
        if happening.kind == "overtake":
            return f"the {one} overtakes the {two}", f"the {one} passes the {two}"
        return f"the centre of the {one} is inside the {two}", f"the {one} is inside the {two}"


FAMILY = RelativePosition()
