"""attribute_change: which of some look-alikes changes, in what, through which colours, and when?

Shapes stand side by side and may drift up and down; one is named by its place from the left. Several
share colours and shapes, and what one changes into others have too, so that no single frame tells what
has changed. A shape that changes its colour or outline is another object in the row from then on: one
entry of `objects` per appearance, such as "2: red circle" and "2: blue circle".

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
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import draw_cast
from synrl.tasks.shared.questions import Question, drawn, interval_question, with_form, with_words
from synrl.tasks.shared.stage import room, window
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


class AttributeChange(Family):
    name = "attribute_change"
    summary = "Which of some look-alikes changes its colour, shape or size, or none; in which order; when."
    category = "symbol manipulation"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = AttributeConfig
    levels = {
        1: dict(shapes=3, hold=36, drift=0.0, decoy=False, colours=3),
        2: dict(shapes=4, hold=30, drift=0.0, decoy=False, colours=3),
        3: dict(shapes=4, hold=24, drift=30.0, decoy=False, colours=3),
        4: dict(shapes=4, hold=18, drift=50.0, decoy=True, colours=4),
        5: dict(shapes=5, hold=15, drift=70.0, decoy=True, colours=4),
    }

    def simulate(self, config: AttributeConfig, streams: Streams) -> Timeline:
        style, scene, question = draw_style(streams), streams.scene, streams.question
        palette = style.colours(config.level)
        few = scene.sample(palette, 3)  # shared by all shapes, so that there are look-alikes
        looks = [(scene.choice(few), scene.choice(SHAPES)) for _ in range(config.shapes)]
        query: dict[str, Any] = {"form": config.form, "shapes": config.shapes}
        if config.mode == "localisation":
            place, kind = question.integer(0, config.shapes - 1), question.choice(KINDS)
            query |= {"ask": "span", "place": place, "kind": kind}
            length = scene.integer(max(config.hold, 30), 45)
            num_frames, start = window(scene, length)
            changes = _there_and_back(scene, place, kind, looks[place], few, start, start + length)
        else:
            num_frames = (config.colours + 1) * config.hold + scene.integer(30, 60)
            query["ask"] = question.choice(("which", "what", "order"))
            if query["ask"] == "order":
                place = question.integer(0, config.shapes - 1)
                colours = question.sample(palette, config.colours)
                query |= {"place": place, "colours": sorted(colours)}
                looks[place] = colours[0], looks[place][1]
                room_ = config.hold, num_frames - config.hold
                starts = spread(scene, [0] * (config.colours - 1), config.hold, room_) or []
                changes = [
                    Change(place, "colour", frame, value)
                    for frame, value in zip(starts, colours[1:], strict=True)
                ]
            else:
                changes = _at_most_one(scene, question, config, query, looks, few, num_frames)
        return _timeline(scene, config, style, query, looks, changes, num_frames)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def backwards(self, timeline: Timeline) -> Timeline | None:
        return backwards(timeline, _undone) if timeline.query["ask"] == "order" else None

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        count = query["shapes"]
        if query["ask"] == "which":
            kind, words = query["kind"], [*ORDINALS[:count], NONE]
            sentences = (
                f"Which of the {count} shapes, counted from the left, changes its {kind}? Perhaps none does.",
                f"Counted from the left, which shape has another {kind} at the end than at the beginning, "
                "if any?",
                f"One of the {count} shapes in the row may change its {kind}. Which one, from the left?",
            )
            return [with_words(sentence, query, words) for sentence in sentences]
        name = f"{ORDINALS[query['place']]} shape from the left"
        if query["ask"] == "what":
            sentences = (
                f"What changes about the {name}: its colour, its shape, its size, or nothing?",
                f"Does the {name} change its colour, its shape or its size, or does nothing change about it?",
                f"In what respect, if any, is the {name} different at the end from the beginning?",
            )
            return [with_words(sentence, query, WHAT.values()) for sentence in sentences]
        if query["ask"] == "order":
            listed = ", ".join(query["colours"])
            sentences = (
                f"In which order does the {name} have these colours: {listed}?",
                f"The {name} changes its colour more than once. Put its colours in order: {listed}.",
                f"Through which colours does the {name} go, from first to last? In alphabetical order they "
                f"are: {listed}.",
            )
            return [with_form(sentence, query, "ordering") for sentence in sentences]
        kind = query["kind"]
        sentences = (
            f"Between which seconds does the {name} have another {kind} than in the rest of the video?",
            f"The {name} changes its {kind} for a while. From when until when?",
            f"During which seconds of the video is the {kind} of the {name} different from usual?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def ask(self, timeline: Timeline, config: AttributeConfig, streams: Streams) -> Question:
        query, events = timeline.query, timeline.events
        text = streams.wording.choice(self.wordings(query))
        if query["ask"] == "which":
            changing = [ORDINALS[_place(e.actor)] for e in events if e.kind == query["kind"]]
            truth = changing[0] if changing else NONE
            return drawn(text, truth, (*ORDINALS[: config.shapes], NONE), config.form, streams)
        own = [event for event in events if _place(event.actor) == query["place"]]
        if query["ask"] == "what":
            kind = own[0].kind if own else ""
            return drawn(text, WHAT[kind], tuple(WHAT.values()), config.form, streams)
        if query["ask"] == "order":
            colours = [own[0].detail.split(" to ")[0], *(event.detail.split(" to ")[1] for event in own)]
            orders = [", ".join(order) for order in itertools.permutations(query["colours"])]
            return drawn(text, ", ".join(colours), orders, config.form, streams, "ordering")
        span = own[0].frame, own[1].end_frame
        return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)

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

    def concerns(self, event: Event, query: Mapping[str, Any]) -> bool:
        return "place" not in query or event.actor.startswith(f"{query['place'] + 1}:")

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "order":
            return f"Its colours are, one after the other, {truth}", f"In order: {truth}"
        if query["ask"] == "what":
            if truth == WHAT[""]:
                return "Nothing about it changes from beginning to end", "It looks the same all the time"
            return f"What changes is {truth}", f"It is {truth} that changes"
        if truth == NONE:
            return f"No shape changes its {query['kind']}", f"As to the {query['kind']}, none of them changes"
        return (
            f"Only the {truth} shape changes its {query['kind']}",
            f"The one that changes its {query['kind']} is the {truth}",
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

    def solve(self, evidence: Evidence) -> str | None:
        query, places = evidence.query, _by_place(evidence)
        frames, last = evidence.frames, evidence.num_frames - 1
        if not len(frames):
            return None
        ends_seen = frames[0] < SHORTEST_HOLD and last - frames[-1] < SHORTEST_HOLD
        if query["ask"] == "which":
            found = [
                place for place in sorted(places) if query["kind"] in _kinds_seen(evidence, places[place])
            ]
            if len(found) > 1 or not (found or ends_seen):
                return None
            return ORDINALS[found[0]] if found else NONE
        names = places[query["place"]]
        if query["ask"] == "what":
            kinds = _kinds_seen(evidence, names)
            if len(kinds) > 1 or not (kinds or ends_seen):
                return None
            return WHAT[kinds.pop() if kinds else ""]
        shown, sizes = _shown(evidence, names), evidence.tracks[names[0]].size
        if query["ask"] == "order":
            colours = [name for name, _ in itertools.groupby(_look(names[i])[0] for i in shown)]
            return ", ".join(colours) if sorted(colours) == list(query["colours"]) else None
        unusual = np.flatnonzero((shown != shown[0]) | (np.abs(sizes - sizes[0]) > 0.01))
        if not len(unusual) or unusual[-1] == len(frames) - 1:
            return None
        times = evidence.times
        start, end = (
            times[unusual[0] - 1 : unusual[0] + 1].mean(),
            times[unusual[-1] : unusual[-1] + 2].mean(),
        )
        return nearest_span(evidence.options, (float(start), float(end)))


FAMILY = AttributeChange()


# --- names ------------------------------------------------------------------------------------------


def _name(place: int, look: tuple[str, str]) -> str:
    return f"{place + 1}: {look[0]} {look[1]}"


def _place(name: str) -> int:
    return int(name.partition(":")[0]) - 1


def _look(name: str) -> tuple[str, str]:
    """Colour and shape of an appearance."""
    colour, _, shape = name.partition(": ")[2].partition(" ")
    return colour, shape


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
    look: tuple[str, str],
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
    question: Stream,
    config: AttributeConfig,
    query: dict[str, Any],
    looks: Sequence[tuple[str, str]],
    few: Sequence[str],
    num_frames: int,
) -> list[Change]:
    """The change that is asked about, or none, and perhaps one of another shape in another respect."""
    if query["ask"] == "which":
        kind: str = question.choice(KINDS)
        place = question.integer(-1, config.shapes - 1)
        query["kind"] = kind
        happens = place >= 0
    else:
        kind, place = question.choice(tuple(WHAT)), question.integer(0, config.shapes - 1)
        query["place"] = place
        happens = bool(kind)

    def change(place: int, kind: str) -> Change:
        frame = scene.integer(config.hold, num_frames - config.hold - GROWING_FRAMES)
        return Change(place, kind, frame, _new_value(scene, kind, looks[place], few))

    changes = [change(place, kind)] if happens else []
    if config.decoy:
        others = [other for other in range(config.shapes) if other != place]
        changes.append(change(scene.choice(others), scene.choice([k for k in KINDS if k != kind])))
    return changes


def _new_value(scene: Stream, kind: str, look: tuple[str, str], few: Sequence[str]) -> str:
    if kind == "size":
        return scene.choice(("larger", "smaller"))
    if kind == "colour":
        return scene.choice([colour for colour in few if colour != look[0]])
    return scene.choice([shape for shape in SHAPES if shape != look[1]])


def _timeline(
    scene: Stream,
    config: AttributeConfig,
    style: Style,
    query: dict[str, Any],
    looks: Sequence[tuple[str, str]],
    changes: Sequence[Change],
    num_frames: int,
) -> Timeline:
    """The clip in which some shapes change."""
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
