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

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from synrl.evidence import STORED, Evidence, Observed, spans
from synrl.evidence.stretches import stretch
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.questions import Question, drawn, with_ending, with_form, with_words
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import ORDINALS
from synrl.video.scene import Scene
from synrl.world.actions import spread
from synrl.world.appearances import Look, change_of, look_of, name_of, place_of, undone
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
GROWING = 0.65
"""Glances that a size takes to change."""
SHORTEST_HOLD = 1.3
"""Glances that an appearance lasts at any level: who sees both ends of a clip knows whether it changed."""
_SAME_SIZE = math.sqrt(GROWTH)
"""The ratio of two sizes below which they are one, whatever an eye makes of them."""
_NUMBERS = {3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True, kw_only=True)
class AttributeConfig(Config):
    """Knobs: how many shapes, how long they keep their looks, how far they drift, what else changes."""

    shapes: int
    hold: float
    """Glances."""
    drift: float
    """Px up and down."""
    decoys: int
    """How many shapes change their colour or outline, asked about or not."""
    colours: int
    """How many colours a shape goes through when their order is asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("shapes", range(3, 6))
        self.require_range("hold", SHORTEST_HOLD, 4.0)
        self.require("colours", (4, 5))
        self.require("decoys", (1, 2))


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
    first: str
    """The one that the order is to begin with."""


class SpanQuery(WhatQuery):
    kind: str


@dataclass(frozen=True)
class Looks:
    """How the shapes of a clip look at first, and the colours that they share."""

    first: list[Look]
    large: list[bool]
    few: Sequence[str]
    palette: Sequence[str]


class Drawn(NamedTuple):
    """What is asked, the number of frames, and what the clip shows."""

    query: ShapesQuery
    num_frames: int
    changes: list[Change]
    looks: list[Look]
    large: list[bool]


class Which(Ask[WhichQuery, AttributeConfig]):
    """Which shape changes in a certain respect, if any."""

    name = "which"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        kind, place = streams.question.choice(KINDS), streams.question.integer(-1, config.shapes - 1)
        num_frames = _length(streams.scene, config)
        changes = _at_most_one(
            streams.scene, config, place, kind if place >= 0 else "", kind, looks, num_frames
        )
        query = WhichQuery(form=config.form, shapes=config.shapes, ask=self.name, kind=kind)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def wordings(self, query: WhichQuery) -> Sequence[str]:
        count, kind = _NUMBERS[query["shapes"]], query["kind"]
        sentences = (
            f"Counting from the left, which of the {count} shapes changes its {kind}, or does none of them?",
            f"Which shape, counting from the left, changes its {kind} during the video, if any does?",
            f"Does any of the {count} shapes change its {kind}? If so, which one, counting from the left?",
            f"No more than one shape changes its {kind}. Counting from the left, which one does, if any?",
            f"Counting from the left, which of the {count} shapes has a different {kind} at the end of the "
            "video than at the start, if any does?",
            f"Watch each of the {count} shapes. Counting from the left, whose {kind} changes, if any?",
            f"Counting from the left, which shape has a different {kind} at the end than at the start, or "
            "does none of them?",
        )
        words = [*ORDINALS[: query["shapes"]], NONE]
        return [with_words(sentence, query, words) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: WhichQuery, config: AttributeConfig, streams: Streams
    ) -> Question:
        changing = [ORDINALS[place_of(e.actor)] for e in timeline.events if e.kind == query["kind"]]
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
            return f"No shape changes its {kind}", f"So none of the shapes changes its {kind}"
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

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        kind, place = streams.question.choice(tuple(WHAT)), streams.question.integer(0, config.shapes - 1)
        num_frames = _length(streams.scene, config)
        changes = _at_most_one(streams.scene, config, place, kind, "", looks, num_frames)
        query = WhatQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def wordings(self, query: WhatQuery) -> Sequence[str]:
        name = _named(query)
        sentences = (
            f"What changes about the {name}: its colour, its shape, its size, or nothing?",
            f"Does the {name} change its colour, its shape or its size, or does nothing about it change?",
            f"Compared with the start, what is different about the {name} at the end: its colour, its shape, "
            "its size, or nothing?",
            f"Which of these does the {name} change: its colour, its shape, its size, or nothing?",
            f"What does the {name} change: its colour, its shape or its size, or nothing?",
            f"Compare the {name} at the start and at the end. What has changed: its colour, its shape, its "
            "size, or nothing?",
            f"The {name} may change its colour, its shape or its size. What does it change, if anything?",
            f"What about the {name} is not the same at the end as at the start: its colour, its shape, its "
            "size, or nothing?",
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
            return "Nothing about it changes from beginning to end", "It looks the same throughout"
        return f"What changes is {truth}", f"It is {truth} that changes"


class Order(_OfOne, Ask[OrderQuery, AttributeConfig]):
    """In which order a shape goes through its colours, round after round."""

    name = "order"
    modes = ("perception",)
    answer_type = "ordering"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        question, scene = streams.question, streams.scene
        place = question.integer(0, config.shapes - 1)
        round_ = question.sample(looks.palette, config.colours)
        turns, phase = config.colours + scene.integer(1, 2), scene.integer(0, config.colours - 1)
        colours = [round_[(phase + turn) % config.colours] for turn in range(turns)]
        first = list(looks.first)
        first[place] = colours[0], first[place][1]
        hold = config.glances(config.hold)
        num_frames = turns * hold + scene.integer(config.glances(2), config.glances(4))
        starts = spread(scene, [0] * (turns - 1), hold, (hold, num_frames - hold))
        assert starts is not None, "clips are long enough for all colours"
        changes = [
            Change(place, "colour", frame, value) for frame, value in zip(starts, colours[1:], strict=True)
        ]
        query = OrderQuery(
            form=config.form,
            shapes=config.shapes,
            ask=self.name,
            place=place,
            colours=sorted(round_),
            first=round_[0],
        )
        return Drawn(query, num_frames, changes, first, looks.large)

    def wordings(self, query: OrderQuery) -> Sequence[str]:
        name, number = _named(query), _NUMBERS[len(query["colours"])]
        listed = f"{', '.join(query['colours'][:-1])} and {query['colours'][-1]}"
        rounds = (
            f"The {name} goes through {number} colours in a fixed order, then starts again.",
            f"The {name} keeps changing its colour: the same {number} colours come round in one fixed order.",
            f"The {name} takes on the same {number} colours in one order that repeats.",
        )
        asked = (
            f"Beginning with {query['first']}, in which order do they come?",
            f"What is that order, if you start from {query['first']}?",
            f"In which order do they follow each other, beginning with {query['first']}?",
        )
        ending = (
            f"In alphabetical order, the colours are {listed}. "
            "Answer with the colours in the order asked for, separated by commas."
        )
        return [with_ending(f"{one} {two}", query, ending) for one in rounds for two in asked]

    def question(
        self, text: str, timeline: Timeline, query: OrderQuery, config: AttributeConfig, streams: Streams
    ) -> Question:
        own = _own(timeline, query)
        colours = [own[0].detail.split(" to ")[0], *(event.detail.split(" to ")[1] for event in own)]
        start = colours.index(query["first"])
        count = len(query["colours"])
        truth = [colours[(start + k) % count] for k in range(count)]
        rest = [colour for colour in query["colours"] if colour != query["first"]]
        orders = [", ".join((query["first"], *order)) for order in itertools.permutations(rest)]
        return drawn(text, ", ".join(truth), orders, config.form, streams, "ordering")

    def backwards(self, timeline: Timeline, query: OrderQuery) -> Timeline | None:
        return backwards(timeline, undone)

    def solve(self, evidence: Evidence, query: OrderQuery) -> str | None:
        if not len(evidence.frames):
            return None
        names = _by_place(evidence)[query["place"]]
        colours = [
            colour for colour, _ in itertools.groupby(look_of(names[i])[0] for i in _shown(evidence, names))
        ]
        follower: dict[str, set[str]] = {}
        for one, two in itertools.pairwise(colours):
            follower.setdefault(one, set()).add(two)
        if sorted(follower) != query["colours"] or any(len(two) > 1 for two in follower.values()):
            return None
        order = [query["first"]]
        while len(order) < len(follower):
            order += follower[order[-1]]
        return ", ".join(order)

    def conclude(self, query: OrderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth, first = row["answer_text"], query["first"]
        return f"From {first} on, the order is {truth}", f"So a round that begins with {first} is {truth}"


class WhileDifferent(_OfOne, SpanAsk[SpanQuery, AttributeConfig]):
    """When a shape looks different."""

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        scene = streams.scene
        place, kind = streams.question.integer(0, config.shapes - 1), streams.question.choice(KINDS)
        length = scene.integer(config.glances(3.0), config.glances(4.0))
        num_frames, start = window(scene, length, config.glance, config.level)
        changes = _there_and_back(scene, config, place, kind, looks, start, start + length)
        query = SpanQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place, kind=kind)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, kind = _named(query), query["kind"]
        asked = "From when to when does it differ from before?"
        change, back = "change", "does it change it back"
        if kind == "size":  # which takes some time to change
            asked = "When does the first change start, and when is the second one complete?"
            change, back = "start to change", "has it changed it back completely"
        sentences = (
            f"The {name} has a different {kind} for a while. From when to when does that last?",
            f"From when to when is the {kind} of the {name} different from its {kind} in the rest of the "
            "video?",
            f"The {name} changes its {kind} and later changes it back. {asked}",
            f"When does the {name} {change} its {kind}, and when {back}?",
            f"When does the {name} have a {kind} that it has neither at the start nor at the end?",
            f"Between which seconds does the {name} not have its original {kind}?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = _own(timeline, query)
        return own[0].frame, own[1].end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        if not len(evidence.frames):
            return None
        names = _by_place(evidence)[query["place"]]
        shown, sizes = _shown(evidence, names), np.log(evidence.tracks[names[0]].size)
        usual = np.bincount(shown).argmax(), np.median(sizes)
        return stretch(evidence, (shown != usual[0]) | (np.abs(sizes - usual[1]) > math.log(_SAME_SIZE)))


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
        1: dict(shapes=3, hold=3.0, drift=0.0, decoys=1, colours=4),
        2: dict(shapes=4, hold=2.5, drift=0.0, decoys=1, colours=4),
        3: dict(shapes=4, hold=2.0, drift=30.0, decoys=1, colours=4),
        4: dict(shapes=4, hold=1.6, drift=50.0, decoys=2, colours=5),
        5: dict(shapes=5, hold=1.3, drift=70.0, decoys=2, colours=5),
    }

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
            f"{who} turns from {before} to {after}"
            if happening.kind == "colour"
            else f"{who} turns from a {before} into a {after}",
        )

    def observe(self, evidence: Evidence) -> Observed:
        events: list[Event] = []
        for names in _by_place(evidence).values():
            shown = _shown(evidence, names)
            for frame in np.flatnonzero(shown[1:] != shown[:-1]).tolist():
                events.append(change_of(frame, names[shown[frame]], names[shown[frame + 1]]))
            sizes = evidence.tracks[names[0]].size
            for start, end in spans(np.abs(np.diff(sizes)) > STORED):
                detail = "larger" if sizes[end] > sizes[start] else "smaller"
                events.append(Event(start, end, "size", names[shown[start]], detail=detail))
        return Observed(events=in_order(events))


FAMILY = AttributeChange()


def _named(query: WhatQuery) -> str:
    """The shape that is asked about."""
    return f"{ORDINALS[query['place']]} shape from the left"


def _own(timeline: Timeline, query: WhatQuery) -> list[Event]:
    """The changes of the shape that is asked about."""
    return [event for event in timeline.events if place_of(event.actor) == query["place"]]


# --- simulation -------------------------------------------------------------------------------------


def _length(scene: Stream, config: AttributeConfig) -> int:
    """Frames of a clip in which a shape may change once."""
    return scene.integer(config.glances(6 + config.level), config.glances(9 + config.level))


def _there_and_back(
    scene: Stream, config: AttributeConfig, place: int, kind: str, looks: Looks, start: int, end: int
) -> list[Change]:
    """A change and its undoing; `start` and `end` are the last frame before and the first one after."""
    new, look = _new_value(scene, kind, place, looks), looks.first[place]
    if kind == "size":
        back = {"larger": "smaller", "smaller": "larger"}[new]
        return [Change(place, kind, start, new), Change(place, kind, end - config.glances(GROWING), back)]
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
    """The change that is asked about, if it happens, and those of other shapes.

    So many shapes change their colour or outline, whatever is asked, that a row has as many appearances.

    Args:
        happens: the kind of the change, empty if there is none.
        kind: the kind that no other shape's change is of, empty if they may be of any.
    """

    def change(place: int, kind: str) -> Change:
        hold = config.glances(config.hold)
        frame = scene.integer(hold, num_frames - hold - config.glances(GROWING))
        return Change(place, kind, frame, _new_value(scene, kind, place, looks))

    changes = [change(place, happens)] if happens else []
    others = scene.shuffled([other for other in range(config.shapes) if other != place])
    kinds = [other for other in KINDS if other not in (kind, "size")]
    while sum(one.kind != "size" for one in changes) < config.decoys:
        changes.append(change(others.pop(), scene.choice(kinds)))
    if config.decoys > 1 and kind != "size" and scene.chance(0.5):
        changes.append(change(others.pop(), "size"))
    return changes


def _new_value(scene: Stream, kind: str, place: int, looks: Looks) -> str:
    """Another value of an attribute of the shape at a place, as others may have it."""
    colour, shape = looks.first[place]
    if kind == "size":
        return "smaller" if looks.large[place] else "larger"
    if kind == "colour":
        return scene.choice([other for other in looks.few if other != colour])
    return scene.choice([other for other in SHAPES if other != shape])


def _timeline(
    scene: Stream,
    config: AttributeConfig,
    style: Style,
    clip: Drawn,
) -> Timeline:
    """The clip in which some shapes change."""
    query, num_frames, changes, looks, large = clip
    size = 2.0 * scene.integer(16, 19)  # both sizes in whole pixels
    pitch = WIDTH / config.shapes
    objects: list[SceneObject] = []
    columns: list[dict[str, np.ndarray]] = []
    events: list[Event] = []
    every = np.arange(num_frames)
    for place, first in enumerate(looks):
        x = np.full(num_frames, (place + 0.5) * pitch + scene.uniform(-6, 6))
        middle, phase = scene.uniform(0.35, 0.65) * HEIGHT, scene.uniform(0, 2 * math.pi)
        y = middle + config.drift * np.sin(phase + 2 * math.pi * every / scene.uniform(120, 200))
        scale, shown = np.full(num_frames, GROWTH if large[place] else 1.0), [first] * num_frames
        for change in changes:
            if change.place != place:
                continue
            before = shown[change.frame - 1]
            if change.kind == "size":
                end = change.frame + config.glances(GROWING)
                factor = GROWTH if change.value == "larger" else 1 / GROWTH
                scale[change.frame :] *= np.interp(every[change.frame :], [change.frame, end], [1.0, factor])
                events.append(Event(change.frame, end, "size", name_of(place, before), detail=change.value))
                continue
            after = (change.value, before[1]) if change.kind == "colour" else (before[0], change.value)
            shown[change.frame :] = [after] * (num_frames - change.frame)
            events.append(change_of(change.frame - 1, name_of(place, before), name_of(place, after)))
        for look in dict.fromkeys(shown):
            objects.append(SceneObject(name_of(place, look), look[1], style.palette.colours[look[0]], size))
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
    hold = SHORTEST_HOLD * evidence.glance
    return len(frames) > 0 and bool(frames[0] < hold and last - frames[-1] < hold)


def _by_place(evidence: Evidence) -> dict[int, list[str]]:
    """The appearances at each place."""
    found: dict[int, list[str]] = {}
    for name in evidence.tracks:
        found.setdefault(place_of(name), []).append(name)
    return found


def _shown(evidence: Evidence, names: Sequence[str]) -> np.ndarray:
    """Which of a place's appearances shows on each sample."""
    visible = np.stack([evidence.tracks[name].visible for name in names])
    shown: np.ndarray = np.argmax(visible, axis=0)
    return shown


def _kinds_seen(evidence: Evidence, names: Sequence[str]) -> set[str]:
    """In what respects a place has changed between any two samples."""
    looks = {look_of(names[i]) for i in _shown(evidence, names)}
    sizes = evidence.tracks[names[0]].size
    kinds = {
        kind for kind, values in zip(KINDS, zip(*looks, strict=True), strict=False) if len(set(values)) > 1
    }
    return kinds | ({"size"} if sizes.max() > _SAME_SIZE * sizes.min() else set())
