"""trajectory_shape: along what figure does a shape move?

A shape rests, traces a figure at constant speed, and rests again; other shapes trace theirs. Figures may
be turned any way and run in either direction, and nothing remains of them on screen. Their extent, the
perceptual margin, shrinks from 200 px at level 1 to 170 px at level 5, and they take so long that a look in
every glance (`Config.glance`) shows each side of them. Where a shape is on a single frame does not tell its
figure (`synrl.world.figures`), and it may set off at any time.

Localisation: a shape traces several figures with rests in between; when does it trace a certain one? There
are no spirals among them, which would take longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError, allowed
from synrl.evidence import Evidence, Observed
from synrl.evidence.actions import steps_seen
from synrl.evidence.figures import recognise
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.stage import arranged, beside, posed, window
from synrl.video.scene import Scene
from synrl.world.figures import (
    CIRCLE,
    EIGHT,
    INWARDS,
    LINE,
    OUTWARDS,
    SPIRAL,
    SQUARE,
    TRIANGLE,
    WAVE,
    ZIGZAG,
    anchor,
    trace,
)
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline, backwards, in_order

FIGURES = (LINE, CIRCLE, ZIGZAG, SQUARE, TRIANGLE, SPIRAL, EIGHT, WAVE, OUTWARDS, INWARDS)
FIGURE_WORDS = (
    "straight line",
    "zigzag",
    "wave",
    "spiral",
    "figure eight",
    "from the inside out",
    "from the outside in",
)
"""What tells figures apart; a circle, a square and a triangle go by the names of shapes."""
PAUSE = 2.1
"""Glances between two figures, at least: two looks show that the shape rests."""
TAKES, TAKES_ONE_OF_SEVERAL = (12.0, 15.0), (6.5, 7.5)
"""Glances that a figure takes, alone in its clip or among others."""
SPARE = 4.0, 14.0
"""Glances that a shape rests for in all, beside one before and one after."""
LARGER = 1.15
"""Times the extent, at most, that a figure is large."""
ROOM = 0.55
"""Of the extent, on either side of the point that a figure is placed by."""
ONE_OF_SEVERAL = 1.35
"""Times the extent, of one figure among several: it is seen for half as long, and its place tells nothing."""
OF_OTHERS = 0.6
"""Extent of what other shapes trace, as a share, so that all find room."""


@dataclass(frozen=True, kw_only=True)
class TrajectoryConfig(Config):
    """Knobs: the figures, how large they are, other shapes."""

    figures: tuple[str, ...]
    extent: float
    """Px of a straight line, at least; other figures are as large as it."""
    others: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "figures", tuple(self.figures))
        if not set(self.figures) <= set(FIGURES) or len(self.figures) < 4:
            raise ConfigError(f"figures is {self.figures!r}; {allowed(FIGURES)}, four or more")
        if SPIRAL in self.figures and {OUTWARDS, INWARDS} & set(self.figures):
            raise ConfigError(f"figures is {self.figures!r}; name spirals with their way, or without")
        self.require_range("extent", 120.0, 280.0)
        self.require("others", range(3))


class TrajectoryQuery(Query):
    object: str
    spirals: bool
    """Whether the two ways of a spiral are told apart."""


class SpanQuery(TrajectoryQuery):
    figure: str


class FigureQuery(TrajectoryQuery):
    figures: list[str]


Drawn = tuple[TrajectoryQuery, int, list[Event]]
"""What is asked, the number of frames, and what the asked shape traces."""


class Figure(Ask[FigureQuery, TrajectoryConfig]):
    """Along which figure a shape moves."""

    name = "figure"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(self, config: TrajectoryConfig, scene: Stream, name: str, figure: str) -> Drawn:
        query = FigureQuery(
            object=name,
            spirals=OUTWARDS in config.figures,
            form=config.form,
            ask=self.name,
            figures=list(config.figures),
        )
        length, pause = scene.integer(*map(config.glances, TAKES)), config.glance
        spare = scene.integer(*map(config.glances, SPARE))
        start = pause + scene.integer(0, spare)
        num_frames = min(pause + spare + length + pause, config.longest)
        return query, num_frames, [Event(start, start + length, "trace", name, detail=figure)]

    def aim(self, query: FigureQuery) -> str:
        return f"what figure the path of the {query['object']} has"

    def wordings(self, query: FigureQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"What figure does the {name} trace?",
            f"What is the shape of the path that the {name} takes?",
            f"If the {name} left a trail, what figure would the trail be?",
            f"Along what figure does the {name} move?",
            f"The {name} moves and then stops. What figure has it traced?",
            f"What does the path of the {name} look like?",
            f"Watch the {name}. What figure does it trace as it moves?",
            f"As it moves, the {name} traces a figure. Which one?",
            f"From the first frame to the last, what figure does the {name} trace?",
            f"Imagine that the {name} is the tip of a pen. What figure does it draw?",
            f"What figure does the path of the {name} form?",
            f"The {name} leaves no mark. What figure would you see if it did?",
            f"Over the whole video, which figure does the {name} trace?",
            f"If you followed the {name} with a pencil, what figure would you draw?",
            f"By the time the {name} comes to rest again, what figure has it traced?",
            f"The {name} moves along a path. What figure does that path form?",
            f"How would you describe the path of the {name}?",
            f"Along which figure does the {name} travel?",
            f"What figure is formed by the places that the {name} passes through?",
            f"Which figure best describes the path of the {name}?",
            f"Look only at the {name}. What figure does it trace?",
        )
        return [with_words(sentence, query, query["figures"]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: FigureQuery, config: TrajectoryConfig, streams: Streams
    ) -> Question:
        return drawn(text, _own(timeline)[0].detail, config.figures, config.form, streams)

    def backwards(self, timeline: Timeline, query: FigureQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if _own(turned)[0].detail == _own(timeline)[0].detail else turned

    def solve(self, evidence: Evidence, query: FigureQuery) -> str | None:
        evidence = evidence.thinned()
        motions = _motions(evidence, query["object"])
        if not motions:
            return None
        # One motion: a slow step of it may have looked like rest.
        start, end = motions[0][0], motions[-1][1]
        points = evidence.tracks[query["object"]].points[start : end + 1]
        figure = recognise(points, spirals=query["spirals"])
        return figure if figure in query["figures"] else None

    def conclude(self, query: FigureQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return f"Its path is {row['answer_text']}", f"The figure is {row['answer_text']}"


class WhenTraced(SpanAsk[SpanQuery, TrajectoryConfig]):
    """When a shape traces a certain figure among several."""

    def draw(self, config: TrajectoryConfig, scene: Stream, name: str, figure: str) -> Drawn:
        query = SpanQuery(
            object=name, spirals=OUTWARDS in config.figures, form=config.form, ask=self.name, figure=figure
        )
        length = scene.integer(*map(config.glances, TAKES_ONE_OF_SEVERAL))
        num_frames, start = window(scene, length, config.glance, config.level)
        asked = Event(start, start + length, "trace", name, detail=figure)
        return query, num_frames, _around(scene, config, asked, num_frames)

    def aim(self, query: SpanQuery) -> str:
        return f"when the {query['object']} traces {query['figure']}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, figure = query["object"], query["figure"]
        # The sides of a square are straight lines, too.
        what = f"a single {figure.removeprefix('a ')}" if figure == LINE else figure
        settings = (
            f"The {name} traces one figure or more and rests after each.",
            f"Each time the {name} moves, it traces one figure, and then it rests.",
            f"Watch the {name}, which rests before and after each figure that it traces.",
        )
        asked = (
            f"When does it trace {what}?",
            f"Between which seconds does it trace {what}?",
            f"From when to when does it draw {what}?",
            f"When does it start to trace {what}, and when does it finish?",
            f"During which seconds of the video does it move along {what}?",
            f"If it left a trail, between which seconds would it draw {what}?",
            f"In which part of the video does it trace {what}?",
            f"Which seconds of the video show it tracing {what}?",
        )
        sentences = (f"{one} {two}" for one in settings for two in asked)
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        (asked,) = (event for event in _own(timeline) if event.detail == query["figure"])
        return asked.frame, asked.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        evidence = evidence.thinned()
        seen, times = _seen(evidence, query["object"]), evidence.times
        found = [(start, end) for start, end, figure in seen if figure == query["figure"]]
        if len(found) != 1:
            return None
        start, end = found[0]
        # It may have moved for a part of the first step and of the last one: half of each, most likely.
        span = (times[start] + times[start + 1]) / 2, (times[end - 1] + times[end]) / 2
        return nearest_span(evidence.options, (float(span[0]), float(span[1])))


FIGURE, WHEN_TRACED = Figure(), WhenTraced()


class TrajectoryShape(Family):
    name = "trajectory_shape"
    summary = "Along what figure a shape moves: line, circle, zigzag, wave, spiral, eight, polygon; when."
    category = "trajectory recognition"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = TrajectoryConfig
    asks = (FIGURE, WHEN_TRACED)
    words = {
        **told(*FIGURE_WORDS),
        **dict.fromkeys(
            (
                "moves along",
                "moves in",
                "has the form of",
                "draws",
                "traces",
                "follows",
                "describes",
                "path is",
            ),
            "trace",
        ),
    }
    levels = {
        1: dict(figures=(LINE, CIRCLE, ZIGZAG, SQUARE), extent=200.0, others=0),
        2: dict(figures=FIGURES[:6], extent=195.0, others=0),
        3: dict(figures=FIGURES[:7], extent=190.0, others=1),
        4: dict(figures=(*FIGURES[:5], *FIGURES[6:]), extent=180.0, others=1),
        5: dict(figures=(*FIGURES[:5], *FIGURES[6:]), extent=170.0, others=2),
    }

    def simulate(self, config: TrajectoryConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, 1 + config.others, SOLID_SHAPES, (22, 32))
        ask: Figure | WhenTraced = WHEN_TRACED if config.mode == "localisation" else FIGURE
        figure = streams.question.choice(config.figures if ask is FIGURE else _short(config))
        query, num_frames, plan = ask.draw(config, scene, objects[0].name, figure)
        plans = [plan]
        for item in objects[1:]:
            length = scene.integer(*map(config.glances, TAKES_ONE_OF_SEVERAL))
            start = scene.integer(config.glance, num_frames - config.glance - length)
            other = scene.choice(config.figures)
            plans.append([Event(start, start + length, "trace", item.name, detail=other)])
        while True:
            own = config.extent * (1.0 if ask is FIGURE else ONE_OF_SEVERAL)
            extents = [own, *(OF_OTHERS * config.extent for _ in plans[1:])]
            paths = [
                _path(scene, extent, plan, num_frames) for extent, plan in zip(extents, plans, strict=True)
            ]
            rooms = {0: _room_of(paths[0], config.extent)} if ask is FIGURE else {}
            placed = arranged(scene, paths, [item.size for item in objects], rooms)
            if placed is not None:
                break
        events = in_order(event for plan in plans for event in plan)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        who, figure = f"the {happening.actor}", happening.detail
        return (
            f"{who} moves along {figure}",
            f"the path of {who} has the form of {figure}",
            f"{who} draws {figure}",
        )

    def observe(self, evidence: Evidence) -> Observed:
        events = [
            Event(start, end, "trace", name, detail=figure or "?")
            for name in evidence.tracks
            for start, end, figure in _seen(evidence, name, exact=True)
        ]
        return Observed(events=in_order(events))


FAMILY = TrajectoryShape()


def _own(timeline: Timeline) -> list[Event]:
    return [event for event in timeline.events if event.actor == timeline.query["object"]]


def _undone(event: Event) -> Event:
    return replace(event, detail={OUTWARDS: INWARDS, INWARDS: OUTWARDS}.get(event.detail, event.detail))


def _short(config: TrajectoryConfig) -> list[str]:
    """The figures that one of several may be."""
    return [figure for figure in config.figures if figure not in (SPIRAL, OUTWARDS, INWARDS)]


def _around(scene: Stream, config: TrajectoryConfig, asked: Event, num_frames: int) -> list[Event]:
    """The asked figure and other ones beside it."""
    span, (shortest, longest) = (asked.frame, asked.end_frame), map(config.glances, TAKES_ONE_OF_SEVERAL)
    others = [figure for figure in _short(config) if figure != asked.detail]
    plan = []
    for start, end in beside(scene, span, num_frames, (shortest, longest), config.glances(PAUSE), 2):
        figure = asked.detail if (start, end) == span else scene.choice(others)
        plan.append(replace(asked, frame=start, end_frame=end, detail=figure))
    return plan


def _path(scene: Stream, extent: float, plan: Sequence[Event], num_frames: int) -> np.ndarray:
    """The path (num_frames, 2) of a shape that traces some figures one after the other."""
    path = np.zeros((num_frames, 2))
    for event in plan:
        figure = trace(
            scene, event.detail, extent * scene.uniform(1.0, LARGER), event.end_frame - event.frame
        )
        path[event.frame : event.end_frame + 1] = path[event.frame] + figure
        path[event.end_frame :] = path[event.end_frame]
    return path


def _room_of(path: np.ndarray, extent: float) -> np.ndarray:
    """The corners of the room that a shape has, as large whatever figure it traces."""
    way = path[np.flatnonzero(np.hypot(*np.diff(path, axis=0).T))]
    reach = ROOM * LARGER * extent
    corners: np.ndarray = anchor(way, extent) + np.array([(-reach, -reach), (reach, reach)])
    return corners


def _seen(evidence: Evidence, name: str, *, exact: bool = False) -> list[tuple[int, int, str | None]]:
    """The motions of a shape: first and last sample of each, and the figure, None if it can't be told.

    Args:
        exact: whether all frames are known, so that motion begins and ends with a sample.
    """
    points, spirals = evidence.tracks[name].points, evidence.query["spirals"]
    return [
        (start, end, recognise(points[start : end + 1], spirals=spirals, exact=exact))
        for start, end in _motions(evidence, name)
    ]


def _motions(evidence: Evidence, name: str) -> list[tuple[int, int]]:
    """First and last sample of every motion, rests included at both ends."""
    moving = np.concatenate([[False], steps_seen(evidence, name), [False]])
    edges = np.flatnonzero(moving[1:] != moving[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
