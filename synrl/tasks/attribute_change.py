"""attribute_change: which of some look-alikes changes, in what, through which colours, and when?

Shapes stand side by side and may drift up and down; one is named by its place from the left. They take
their looks from three colours and four outlines, before a change and after it (only colours whose order
is asked may be others), so that no single frame shows what has changed. A shape that changes its colour
or outline is another object in the row from then on: one entry of `objects` per appearance, such as "2:
red circle" and "2: blue circle".

Margins: every appearance lasts at least `hold` frames, from 36 at level 1 down to 15 at level 5; a size
changes by a factor of `GROWTH`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import ORDINALS
from synrl.video.scene import Scene
from synrl.world.actions import spread
from synrl.world.style import Style, draw_style
from synrl.world.timeline import (
    FPS,
    HEIGHT,
    HIDDEN,
    WIDTH,
    Event,
    Poses,
    SceneObject,
    Timeline,
    backwards,
    in_order,
)

SHAPES = ("circle", "square", "triangle", "star")
KINDS = ("colour", "shape", "size")
WHAT = {"colour": "its colour", "shape": "its shape", "size": "its size", "": "nothing"}
NONE = "none of them"
GROWTH = 1.5
GROWING_FRAMES = 10
SHORTEST_HOLD = 15
"""Frames that an appearance lasts at any level: who sees both ends of a clip knows whether it changed."""


@dataclass(frozen=True, kw_only=True)
class AttributeConfig(Config):
    """Knobs: how many shapes, how long they keep their looks, how far they drift, what else changes."""

    shapes: int
    hold: int
    drift: float
    """Px up and down."""
    decoy: bool
    """Whether another shape changes in another respect."""
    colours: int
    """How many colours a shape goes through when their order is asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("shapes", range(3, 6))
        self.require("hold", range(SHORTEST_HOLD, 61))
        self.require("colours", (3, 4))
        self.require("decoy", (False, True))


class Change(NamedTuple):
    """From frame `frame` on, a shape has another value of an attribute."""

    place: int
    kind: str
    frame: int
    value: str
    """A colour, a shape, or `larger` or `smaller`."""


class ShapesQuery(Query):
    shapes: int


class WhichQuery(ShapesQuery):
    kind: str


class WhatQuery(ShapesQuery):
    place: int


class OrderQuery(WhatQuery):
    colours: list[str]
    """In alphabetical order."""


class SpanQuery(WhatQuery):
    kind: str


Look = tuple[str, str]
"""The colour and the shape of an appearance."""


@dataclass(frozen=True)
class Looks:
    """How the shapes of a clip look at first, and the colours that they share."""

    first: list[Look]
    few: Sequence[str]
    palette: Sequence[str]


class Drawn(NamedTuple):
    """What is asked, the number of frames, and what the clip shows."""

    query: ShapesQuery
    num_frames: int
    changes: list[Change]
    looks: list[Look]


class Which(Ask[WhichQuery, AttributeConfig]):
    """Which shape changes in a certain respect, if any."""

    name = "which"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks, num_frames: int) -> Drawn:
        kind, place = streams.question.choice(KINDS), streams.question.integer(-1, config.shapes - 1)
        changes = _at_most_one(
            streams.scene, config, place, kind if place >= 0 else "", kind, looks, num_frames
        )
        query = WhichQuery(form=config.form, shapes=config.shapes, ask=self.name, kind=kind)
        return Drawn(query, num_frames, changes, looks.first)

    def wordings(self, query: WhichQuery) -> Sequence[str]:
        count, kind = query["shapes"], query["kind"]
        sentences = (
            f"Which of the {count} shapes, counted from the left, changes its {kind}? Perhaps none does.",
            f"Counted from the left, which shape has another {kind} at the end than at the beginning, "
            "if any?",
            f"One of the {count} shapes in the row may change its {kind}. Which one, from the left?",
        )
        return [with_words(sentence, query, [*ORDINALS[:count], NONE]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: WhichQuery, config: AttributeConfig, streams: Streams
    ) -> Question:
        changing = [ORDINALS[_place(e.actor)] for e in timeline.events if e.kind == query["kind"]]
        truth = changing[0] if changing else NONE
        return drawn(text, truth, (*ORDINALS[: config.shapes], NONE), config.form, streams)

    def solve(self, evidence: Evidence, query: WhichQuery) -> str | None:
        places = _by_place(evidence)
        found = [place for place in sorted(places) if query["kind"] in _kinds_seen(evidence, places[place])]
        if len(found) > 1 or not (found or _ends_seen(evidence)):
            return None
        return ORDINALS[found[0]] if found else NONE

    def concerns(self, event: Event, query: WhichQuery) -> bool:
        return True

    def conclude(self, query: WhichQuery, row: Mapping[str, Any]) -> Sequence[str]:
        kind, truth = query["kind"], row["answer_text"]
        if truth == NONE:
            return f"No shape changes its {kind}", f"As to the {kind}, none of them changes"
        return (
            f"Only the {truth} shape changes its {kind}",
            f"The one that changes its {kind} is the {truth}",
        )


class _OfOne:
    """What questions about the shape at one place share."""

    def concerns(self, event: Event, query: WhatQuery) -> bool:
        return event.actor.startswith(f"{query['place'] + 1}:")

    def about(self, query: WhatQuery) -> str:
        return f"the {ORDINALS[query['place']]} shape from the left"


class Changed(_OfOne, Ask[WhatQuery, AttributeConfig]):
    """What changes about a shape, if anything."""

    name = "what"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks, num_frames: int) -> Drawn:
        kind, place = streams.question.choice(tuple(WHAT)), streams.question.integer(0, config.shapes - 1)
        changes = _at_most_one(streams.scene, config, place, kind, kind, looks, num_frames)
        query = WhatQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place)
        return Drawn(query, num_frames, changes, looks.first)

    def wordings(self, query: WhatQuery) -> Sequence[str]:
        name = _named(query)
        sentences = (
            f"What changes about the {name}: its colour, its shape, its size, or nothing?",
            f"Does the {name} change its colour, its shape or its size, or does nothing change about it?",
            f"In what respect, if any, is the {name} different at the end from the beginning?",
        )
        return [with_words(sentence, query, WHAT.values()) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: WhatQuery, config: AttributeConfig, streams: Streams
    ) -> Question:
        own = _own(timeline, query)
        kind = own[0].kind if own else ""
        return drawn(text, WHAT[kind], tuple(WHAT.values()), config.form, streams)

    def solve(self, evidence: Evidence, query: WhatQuery) -> str | None:
        if not len(evidence.frames):
            return None
        kinds = _kinds_seen(evidence, _by_place(evidence)[query["place"]])
        if len(kinds) > 1 or not (kinds or _ends_seen(evidence)):
            return None
        return WHAT[kinds.pop() if kinds else ""]

    def conclude(self, query: WhatQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        if truth == WHAT[""]:
            return "Nothing about it changes from beginning to end", "It looks the same all the time"
        return f"What changes is {truth}", f"It is {truth} that changes"


class Order(_OfOne, Ask[OrderQuery, AttributeConfig]):
    """Through which colours a shape goes."""

    name = "order"
    modes = ("perception",)
    answer_type = "ordering"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks, num_frames: int) -> Drawn:
        place = streams.question.integer(0, config.shapes - 1)
        colours = streams.question.sample(looks.palette, config.colours)
        first = list(looks.first)
        first[place] = colours[0], first[place][1]
        around = config.hold, num_frames - config.hold
        starts = spread(streams.scene, [0] * (config.colours - 1), config.hold, around) or []
        changes = [
            Change(place, "colour", frame, value) for frame, value in zip(starts, colours[1:], strict=True)
        ]
        query = OrderQuery(
            form=config.form, shapes=config.shapes, ask=self.name, place=place, colours=sorted(colours)
        )
        return Drawn(query, num_frames, changes, first)

    def wordings(self, query: OrderQuery) -> Sequence[str]:
        name, listed = _named(query), ", ".join(query["colours"])
        sentences = (
            f"In which order does the {name} have these colours: {listed}?",
            f"The {name} changes its colour more than once. Put its colours in order: {listed}.",
            f"Through which colours does the {name} go, from first to last? In alphabetical order they "
            f"are: {listed}.",
        )
        return [with_form(sentence, query, "ordering") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: OrderQuery, config: AttributeConfig, streams: Streams
    ) -> Question:
        own = _own(timeline, query)
        colours = [own[0].detail.split(" to ")[0], *(event.detail.split(" to ")[1] for event in own)]
        orders = [", ".join(order) for order in itertools.permutations(query["colours"])]
        return drawn(text, ", ".join(colours), orders, config.form, streams, "ordering")

    def backwards(self, timeline: Timeline, query: OrderQuery) -> Timeline | None:
        return backwards(timeline, _undone)

    def solve(self, evidence: Evidence, query: OrderQuery) -> str | None:
        if not len(evidence.frames):
            return None
        names = _by_place(evidence)[query["place"]]
        looks = (_look(names[i])[0] for i in _shown(evidence, names))
        colours = [name for name, _ in itertools.groupby(looks)]
        return ", ".join(colours) if sorted(colours) == list(query["colours"]) else None

    def conclude(self, query: OrderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"Its colours are, one after the other, {truth}", f"In order: {truth}"


class WhileDifferent(_OfOne, SpanAsk[SpanQuery, AttributeConfig]):
    """When a shape looks different."""

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        scene = streams.scene
        place, kind = streams.question.integer(0, config.shapes - 1), streams.question.choice(KINDS)
        length = scene.integer(max(config.hold, 30), 45)
        num_frames, start = window(scene, length, config.glance, config.level)
        changes = _there_and_back(scene, place, kind, looks.first[place], looks.few, start, start + length)
        query = SpanQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place, kind=kind)
        return Drawn(query, num_frames, changes, looks.first)

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, kind = _named(query), query["kind"]
        sentences = (
            f"Between which seconds does the {name} have another {kind} than in the rest of the video?",
            f"The {name} changes its {kind} for a while. From when until when?",
            f"During which seconds of the video is the {kind} of the {name} different from usual?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = _own(timeline, query)
        return own[0].frame, own[1].end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        if not len(evidence.frames):
            return None
        names = _by_place(evidence)[query["place"]]
        shown, sizes = _shown(evidence, names), evidence.tracks[names[0]].size
        unusual = np.flatnonzero((shown != shown[0]) | (np.abs(sizes - sizes[0]) > 0.01))
        if not len(unusual) or unusual[-1] == len(evidence.frames) - 1:
            return None
        times = evidence.times
        start, end = (
            times[unusual[0] - 1 : unusual[0] + 1].mean(),
            times[unusual[-1] : unusual[-1] + 2].mean(),
        )
        return nearest_span(evidence.options, (float(start), float(end)))


WHICH, CHANGED, ORDER, WHILE_DIFFERENT = Which(), Changed(), Order(), WhileDifferent()


class AttributeChange(Family):
    name = "attribute_change"
    summary = "Which of some look-alikes changes its colour, shape or size, or none; in which order; when."
    category = "symbol manipulation"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = AttributeConfig
    asks = (WHICH, CHANGED, ORDER, WHILE_DIFFERENT)
    words = told("larger", "smaller")
    names = named("place in a line")
    levels = {
        1: dict(shapes=3, hold=36, drift=0.0, decoy=False, colours=3),
        2: dict(shapes=4, hold=30, drift=0.0, decoy=False, colours=3),
        3: dict(shapes=4, hold=24, drift=30.0, decoy=False, colours=3),
        4: dict(shapes=4, hold=18, drift=50.0, decoy=True, colours=4),
        5: dict(shapes=5, hold=15, drift=70.0, decoy=True, colours=4),
    }

    def simulate(self, config: AttributeConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        palette = style.colours(config.level)
        few = scene.sample(palette, 3)  # shared by all shapes, so that there are look-alikes
        looks = Looks([(scene.choice(few), scene.choice(SHAPES)) for _ in range(config.shapes)], few, palette)
        if config.mode == "localisation":
            clip = WHILE_DIFFERENT.draw(config, streams, looks)
        else:
            num_frames = (config.colours + 1) * config.hold + scene.integer(30, 60)
            ask = streams.question.choice(
                [ask for ask in (WHICH, CHANGED, ORDER) if config.mode in ask.modes]
            )
            clip = ask.draw(config, streams, looks, num_frames)
        return _timeline(scene, config, style, clip)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        place = ORDINALS[int(happening.actor.partition(":")[0]) - 1]
        who = f"the {place} shape from the left"
        if happening.kind == "size":
            return f"{who} becomes {happening.detail}", f"{who} gets {happening.detail}"
        before, after = happening.detail.split(" to ")
        return (
            f"{who} changes its {happening.kind} from {before} to {after}",
            f"{who}, which was a {before} one, turns into a {after} one"
            if happening.kind == "colour"
            else f"{who} turns from a {before} into a {after}",
        )

    def observe(self, evidence: Evidence) -> Observed:
        events: list[Event] = []
        for names in _by_place(evidence).values():
            shown = _shown(evidence, names)
            for frame in np.flatnonzero(shown[1:] != shown[:-1]).tolist():
                events.append(_event(frame, names[shown[frame]], names[shown[frame + 1]]))
            sizes = evidence.tracks[names[0]].size
            moving = np.concatenate([[False], np.abs(np.diff(sizes)) > 0.01, [False]])
            edges = np.flatnonzero(moving[1:] != moving[:-1]).tolist()
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                detail = "larger" if sizes[end] > sizes[start] else "smaller"
                events.append(Event(start, end, "size", names[shown[start]], detail=detail))
        return Observed(events=in_order(events))


FAMILY = AttributeChange()


# --- names ------------------------------------------------------------------------------------------


def _name(place: int, look: Look) -> str:
    return f"{place + 1}: {look[0]} {look[1]}"


def _place(name: str) -> int:
    return int(name.partition(":")[0]) - 1


def _look(name: str) -> Look:
    """Colour and shape of an appearance."""
    colour, _, shape = name.partition(": ")[2].partition(" ")
    return colour, shape


def _named(query: WhatQuery) -> str:
    """The shape that is asked about."""
    return f"{ORDINALS[query['place']]} shape from the left"


def _own(timeline: Timeline, query: WhatQuery) -> list[Event]:
    """The changes of the shape that is asked about."""
    return [event for event in timeline.events if _place(event.actor) == query["place"]]


def _event(frame: int, before: str, after: str) -> Event:
    """One appearance gives way to another between two frames."""
    (colour, shape), (new_colour, new_shape) = _look(before), _look(after)
    if shape == new_shape:
        return Event(frame, frame + 1, "colour", before, after, f"{colour} to {new_colour}")
    return Event(frame, frame + 1, "shape", before, after, f"{shape} to {new_shape}")


def _undone(event: Event) -> Event:
    if event.kind == "size":
        return replace(event, detail={"larger": "smaller", "smaller": "larger"}[event.detail])
    before, after = event.detail.split(" to ")
    return replace(event, actor=event.target, target=event.actor, detail=f"{after} to {before}")


# --- simulation -------------------------------------------------------------------------------------


def _there_and_back(
    scene: Stream,
    place: int,
    kind: str,
    look: Look,
    few: Sequence[str],
    start: int,
    end: int,
) -> list[Change]:
    """A change and its undoing; `start` and `end` are the last frame before and the first one after."""
    new = _new_value(scene, kind, look, few)
    if kind == "size":
        back = {"larger": "smaller", "smaller": "larger"}[new]
        return [Change(place, kind, start, new), Change(place, kind, end - GROWING_FRAMES, back)]
    return [Change(place, kind, start + 1, new), Change(place, kind, end, look[KINDS.index(kind)])]


def _at_most_one(
    scene: Stream,
    config: AttributeConfig,
    place: int,
    happens: str,
    kind: str,
    looks: Looks,
    num_frames: int,
) -> list[Change]:
    """The change that is asked about, if it happens, and perhaps one of another shape in another respect.

    Args:
        happens: the kind of the change, empty if there is none.
        kind: the kind that no other shape's change is of.
    """

    def change(place: int, kind: str) -> Change:
        frame = scene.integer(config.hold, num_frames - config.hold - GROWING_FRAMES)
        return Change(place, kind, frame, _new_value(scene, kind, looks.first[place], looks.few))

    changes = [change(place, happens)] if happens else []
    if config.decoy:
        others = [other for other in range(config.shapes) if other != place]
        changes.append(change(scene.choice(others), scene.choice([k for k in KINDS if k != kind])))
    return changes


def _new_value(scene: Stream, kind: str, look: Look, few: Sequence[str]) -> str:
    if kind == "size":
        return scene.choice(("larger", "smaller"))
    if kind == "colour":
        return scene.choice([colour for colour in few if colour != look[0]])
    return scene.choice([shape for shape in SHAPES if shape != look[1]])


def _timeline(
    scene: Stream,
    config: AttributeConfig,
    style: Style,
    clip: Drawn,
) -> Timeline:
    """The clip in which some shapes change."""
    query, num_frames, changes, looks = clip
    size = float(scene.integer(36, 44))
    pitch = WIDTH / config.shapes
    objects: list[SceneObject] = []
    columns: list[dict[str, np.ndarray]] = []
    events: list[Event] = []
    every = np.arange(num_frames)
    for place, first in enumerate(looks):
        x = np.full(num_frames, (place + 0.5) * pitch + scene.uniform(-6, 6))
        middle, phase = scene.uniform(0.35, 0.65) * HEIGHT, scene.uniform(0, 2 * math.pi)
        y = middle + config.drift * np.sin(phase + 2 * math.pi * every / scene.uniform(120, 200))
        scale, shown = np.ones(num_frames), [first] * num_frames
        for change in changes:
            if change.place != place:
                continue
            before = shown[change.frame - 1]
            if change.kind == "size":
                end = change.frame + GROWING_FRAMES
                factor = GROWTH if change.value == "larger" else 1 / GROWTH
                scale[change.frame :] *= np.interp(every[change.frame :], [change.frame, end], [1.0, factor])
                events.append(Event(change.frame, end, "size", _name(place, before), detail=change.value))
                continue
            after = (change.value, before[1]) if change.kind == "colour" else (before[0], change.value)
            shown[change.frame :] = [after] * (num_frames - change.frame)
            events.append(_event(change.frame - 1, _name(place, before), _name(place, after)))
        for look in dict.fromkeys(shown):
            objects.append(SceneObject(_name(place, look), look[1], style.palette.colours[look[0]], size))
            visible = np.array([0 if other == look else HIDDEN for other in shown])
            columns.append({"x": x, "y": y, "scale": scale, "look": visible})
    poses = Poses.still(num_frames, len(objects))
    for number, column in enumerate(columns):
        for name, values in column.items():
            getattr(poses, name)[:, number] = values
    return Timeline(FPS, tuple(objects), poses, style, events=in_order(events), query=query)


# --- reading ----------------------------------------------------------------------------------------


def _ends_seen(evidence: Evidence) -> bool:
    """Whether both ends of the clip are seen, so that no change can have been missed."""
    frames, last = evidence.frames, evidence.num_frames - 1
    return len(frames) > 0 and bool(frames[0] < SHORTEST_HOLD and last - frames[-1] < SHORTEST_HOLD)


def _by_place(evidence: Evidence) -> dict[int, list[str]]:
    """The appearances at each place."""
    found: dict[int, list[str]] = {}
    for name in evidence.tracks:
        found.setdefault(_place(name), []).append(name)
    return found


def _shown(evidence: Evidence, names: Sequence[str]) -> np.ndarray:
    """Which of a place's appearances shows on each sample."""
    visible = np.stack([evidence.tracks[name].visible for name in names])
    shown: np.ndarray = np.argmax(visible, axis=0)
    return shown


def _kinds_seen(evidence: Evidence, names: Sequence[str]) -> set[str]:
    """In what respects a place has changed between any two samples."""
    looks = {_look(names[i]) for i in _shown(evidence, names)}
    sizes = evidence.tracks[names[0]].size
    kinds = {
        kind for kind, values in zip(KINDS, zip(*looks, strict=True), strict=False) if len(set(values)) > 1
    }
    return kinds | ({"size"} if np.ptp(sizes) > 0.01 else set())
