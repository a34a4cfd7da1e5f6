"""toy_slide: which way does a shape slide? A whole family in one module, as small as one can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.questions import Question, drawn
from synrl.tasks.shared.stage import STILL_FRAMES, arranged, posed
from synrl.video.scene import Scene
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

WAYS = ("to the west", "to the east")


@dataclass(frozen=True, kw_only=True)
class SlideConfig(Config):
    """Knob: how far the shape slides, in px."""

    distance: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("distance", 20, 300)


class WayQuery(Query):
    object: str


class Way(Ask[WayQuery, SlideConfig]):
    name = "way"
    modes = ("perception",)
    answer_type = "text"

    def wordings(self, query: WayQuery) -> Sequence[str]:
        name, ways = query["object"], " or ".join(WAYS)
        return f"Does the {name} slide {ways}?", f"Which way does the {name} slide, {ways}?"

    def question(
        self, text: str, timeline: Timeline, query: WayQuery, config: SlideConfig, streams: Streams
    ) -> Question:
        return drawn(text, timeline.events[0].detail, WAYS, config.form, streams)

    def solve(self, evidence: Evidence, query: WayQuery) -> str | None:
        x = evidence.tracks[query["object"]].x
        return None if len(x) < 2 or x[-1] == x[0] else WAYS[int(x[-1] > x[0])]

    def aim(self, query: WayQuery) -> str:
        return f"which way the {query['object']} slides"

    def conclude(self, query: WayQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return f"The way is {row['answer_text']}", f"It goes {row['answer_text']}"


class ToySlide(Family):
    name = "toy_slide"
    summary = "Which way a shape slides."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception",)
    config_type = SlideConfig
    asks = (Way(),)
    words = {"slides": "slide", "to the west": "west", "to the east": "east"}
    levels = {level: dict(distance=240.0 - 40 * level) for level in (1, 2, 3, 4, 5)}

    def simulate(self, config: SlideConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        (shape,) = cast(streams, style, config.level, 1, SOLID_SHAPES, (32, 48))
        way, frames = streams.question.choice(WAYS), 60
        share = np.clip((np.arange(frames + 2 * STILL_FRAMES) - STILL_FRAMES) / frames, 0, 1)
        sign = 1 if way == WAYS[1] else -1
        path = np.stack([sign * config.distance * share, 0 * share], axis=1)
        placed = arranged(scene, [path], [shape.size])
        assert placed is not None, "a single shape always finds a place"
        event = Event(STILL_FRAMES, STILL_FRAMES + frames, "slide", shape.name, detail=way)
        query = WayQuery(ask="way", form=config.form, object=shape.name)
        return Timeline(FPS, (shape,), posed(placed), style, events=(event,), query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return (
            f"the {happening.actor} slides {happening.detail}",
            f"{happening.detail} the {happening.actor} slides",
        )

    def observe(self, evidence: Evidence) -> Observed:
        ((name, track),) = evidence.tracks.items()
        moving = np.flatnonzero(np.diff(track.x))
        way = WAYS[int(track.x[-1] > track.x[0])]
        return Observed(events=(Event(int(moving[0]), int(moving[-1]) + 1, "slide", name, detail=way),))


FAMILY = ToySlide()
