"""attribute_change: which of some look-alikes changes, in what, through which colours, and when?

Shapes stand side by side and may drift up and down; one is named by its place from the left. They take
their looks from three colours, four outlines and two sizes, before a change and after it, so that no single
frame shows what has changed. Where the order of a shape's colours is asked, it goes through them round after
round (and they may be others), so that no frame shows where a round begins. A shape that changes its colour
or outline is another object in the row from then on: one entry of `objects` per appearance, such as "2: red
circle" and "2: blue circle".

Margins: every appearance lasts at least `hold` glances, from 3 at level 1 down to 1.3 at level 5; the two
sizes differ by a factor of `GROWTH`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synrl.evidence import STORED, Evidence, Observed, spans
from synrl.seeds import Streams
from synrl.tasks.attribute_change.asks import CHANGED, ORDER, WHICH, WHILE_DIFFERENT, Changed, Order, Which
from synrl.tasks.attribute_change.clip import SHAPES, Looks, clip_of
from synrl.tasks.attribute_change.config import LEVELS, AttributeConfig
from synrl.tasks.attribute_change.solver import by_place, seen_looks
from synrl.tasks.base import Family
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.telling import ORDINALS
from synrl.video.scene import Scene
from synrl.world.appearances import change_of
from synrl.world.style import draw_style
from synrl.world.timeline import (
    Event,
    Timeline,
    in_order,
)


class AttributeChange(Family):
    name = "attribute_change"
    summary = "Which of some look-alikes changes its colour, shape or size, or none; in which order; when."
    category = "symbol manipulation"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = AttributeConfig
    asks = (WHICH, CHANGED, ORDER, WHILE_DIFFERENT)
    words = {
        **told("larger", "smaller"),
        **dict.fromkeys(("grows", "expands"), "larger"),
        **dict.fromkeys(("shrinks", "contracts"), "smaller"),
        **dict.fromkeys(
            ("changes", "turns", "becomes", "gets", "switches", "transforms", "goes from"), "change"
        ),
        "colour": "colour",
        "its shape": "shape",
        "its size": "size",
    }
    aspects = frozenset({"colour", "shape", "size"})
    names = (*named("place in a line"), r"from (?:an? )?\w+(?= (?:in)?to\b)")
    levels = LEVELS

    def simulate(self, config: AttributeConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        palette = style.colours(config.level)
        few = scene.sample(palette, 3)  # shared by all shapes, so that there are look-alikes
        first = [(scene.choice(few), scene.choice(SHAPES)) for _ in range(config.shapes)]
        looks = Looks(first, [scene.chance(0.5) for _ in first], few, palette)
        if config.mode == "localisation":
            clip = WHILE_DIFFERENT.draw(config, streams, looks)
        else:
            asks: tuple[Which | Changed | Order, ...] = (WHICH, CHANGED, ORDER)
            clip = streams.question.choice(asks).draw(config, streams, looks)
        return clip_of(scene, config, style, clip)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        place = ORDINALS[int(happening.actor.partition(":")[0]) - 1]
        who = f"the {place} shape from the left"
        if happening.kind == "size":
            does = "grows" if happening.detail == "larger" else "shrinks"
            return (
                f"{who} becomes {happening.detail}",
                f"{who} gets {happening.detail}",
                f"{who} changes its size: it {does}",
            )
        before, after = happening.detail.split(" to ")
        return (
            f"{who} changes its {happening.kind} from {before} to {after}",
            f"{who} turns from {before} to {after}"
            if happening.kind == "colour"
            else f"{who} turns from a {before} into a {after}",
        )

    def effects(self, before: Any, happening: Event, after: Any) -> Sequence[str]:
        if happening.kind != "shape":
            return ()
        old, new = happening.detail.split(" to ")
        return (f"a {old} turns into a {new}",)

    def observe(self, evidence: Evidence) -> Observed:
        events: list[Event] = []
        for names in by_place(evidence).values():
            shown = seen_looks(evidence, names)
            for frame in np.flatnonzero(shown[1:] != shown[:-1]).tolist():
                events.append(change_of(frame, names[shown[frame]], names[shown[frame + 1]]))
            sizes = evidence.tracks[names[0]].size
            for start, end in spans(np.abs(np.diff(sizes)) > STORED):
                detail = "larger" if sizes[end] > sizes[start] else "smaller"
                events.append(Event(start, end, "size", names[shown[start]], detail=detail))
        return Observed(events=in_order(events))


FAMILY = AttributeChange()
