"""event_ordering: what happens first, last, after something else, and in what order?

Three to six things happen one after the other: a shape hops, another spins, one blinks. No two of them
are the same thing done by the same shape, so each has a name of its own, such as "the red square hops".
At higher levels a shape may do several of them.

Margins, in glances (`Config.glance`): each thing lasts at least `SHORTEST`, and the rest between two of them
is at least `gap`, from 1 at level 1 down to a third at level 5.

Localisation asks when a shape hops, swings or spins: at rest it may be anywhere and at any angle, so that
no single frame shows it. Another such thing happens at the time of a wrong option.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.actions import bouts, labels, observe_actions
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.actors import (
    SHAPES_THAT_TURN,
    SHORTEST,
    UNSEEN,
    VERBS,
    actions_backwards,
    staged,
    tell_action,
)
from synrl.tasks.shared.cast import cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.stage import ASKED, beside, room, window
from synrl.tasks.shared.telling import say_number
from synrl.video.scene import Scene
from synrl.world.actions import Action
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

ACTIONS = ("hop", "swing", "pulse", "spin", "blink")
"""Those that leave the shape as it was."""
LONGEST = 1.7
SPARE = 0.4
"""Glances by which a rest may be longer than it must be."""


@dataclass(frozen=True, kw_only=True)
class OrderingConfig(Config):
    """Knobs: how many things happen, among how many shapes, and the rests between them."""

    happenings: int
    shapes: int
    gap: float
    """Glances, at least."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("happenings", range(3, 7))
        self.require("shapes", range(2, 5))
        self.require_range("gap", 0.2, 2.0)

    @property
    def rest(self) -> int:
        """The least frames between two things that happen."""
        return self.glances(self.gap)

    def draw_length(self, scene: Stream) -> int:
        """The frames that one takes."""
        return scene.integer(self.glances(SHORTEST), self.glances(LONGEST))


class Happening(TypedDict):
    object: str
    action: str


class SpanQuery(Query):
    object: str
    action: str


class OrderQuery(Query):
    happenings: list[Happening]
    """In an order that says nothing about when they happen."""


class NeighbourQuery(OrderQuery):
    known: Happening


class Order(Ask[OrderQuery, OrderingConfig]):
    """The order of everything that happens."""

    name = "order"
    modes = ("perception",)
    answer_type = "ordering"

    def draw(
        self, config: OrderingConfig, streams: Streams, named: list[Happening], order: Sequence[Happening]
    ) -> OrderQuery:
        return OrderQuery(form=config.form, ask=self.name, happenings=named)

    def aim(self, query: OrderQuery) -> str:
        return f"in which order the {say_number(len(query['happenings']))} events happen"

    def wordings(self, query: OrderQuery) -> Sequence[str]:
        listed = "; ".join(map(_say, query["happenings"]))
        sentences = (
            f"In which order do these things happen: {listed}?",
            f"In what order does the video show these events: {listed}?",
            f"These events happen one after the other: {listed}. What is their order, from first to last?",
            f"What is the right order of these events, from the first to the last: {listed}?",
            f"Put these events in the order in which they happen: {listed}.",
            f"The video shows these events, listed here in no particular order: {listed}. In which order do "
            "they happen?",
            f"List these events in the order in which they happen: {listed}.",
            f"From first to last, in what order do these events happen: {listed}?",
            f"Sort these events by time, the earliest first: {listed}.",
            f"Watch the video. In which order do you see these events: {listed}?",
        )
        return [with_form(sentence, query, "ordering") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: OrderQuery, config: OrderingConfig, streams: Streams
    ) -> Question:
        orders = [", ".join(other) for other in itertools.permutations(map(_say, query["happenings"]))]
        return drawn(text, ", ".join(_order(timeline)), orders, config.form, streams, "ordering")

    def backwards(self, timeline: Timeline, query: OrderQuery) -> Timeline | None:
        return actions_backwards(timeline)

    def solve(self, evidence: Evidence, query: OrderQuery) -> str | None:
        order = _order_seen(evidence, query)
        return None if order is None else ", ".join(order)

    def conclude(self, query: OrderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"One after the other: {truth}", f"In the order of these times: {truth}"


class End(Ask[OrderQuery, OrderingConfig]):
    """What happens first, or last."""

    modes = ("perception",)
    answer_type = "text"

    def __init__(self, which: str) -> None:
        self.name = which
        self._place = {"first": 0, "last": -1}[which]

    def draw(
        self, config: OrderingConfig, streams: Streams, named: list[Happening], order: Sequence[Happening]
    ) -> OrderQuery:
        return OrderQuery(form=config.form, ask=self.name, happenings=named)

    def aim(self, query: OrderQuery) -> str:
        return f"which of the {say_number(len(query['happenings']))} events comes {self.name}"

    def wordings(self, query: OrderQuery) -> Sequence[str]:
        names = [_say(happening) for happening in query["happenings"]]
        listed, which = "; ".join(names), self.name
        sentences = (
            f"Which of these happens {which}: {listed}?",
            f"Which of these events is the {which} in the video: {listed}?",
            f"These things happen one after the other: {listed}. Which of them happens {which}?",
            f"What happens {which} in this video: {listed}?",
            f"The video shows these events, listed here in no particular order: {listed}. Which one comes "
            f"{which}?",
            f"Of these events, which one does the video show {which}: {listed}?",
            f"Watch the video. Which of these events do you see {which}: {listed}?",
            f"These events happen at different times: {listed}. Which is the {which} of them?",
        )
        return [with_words(sentence, query, names) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: OrderQuery, config: OrderingConfig, streams: Streams
    ) -> Question:
        names = [_say(happening) for happening in query["happenings"]]
        return drawn(text, _order(timeline)[self._place], names, config.form, streams)

    def backwards(self, timeline: Timeline, query: OrderQuery) -> Timeline | None:
        return actions_backwards(timeline)

    def solve(self, evidence: Evidence, query: OrderQuery) -> str | None:
        order = _order_seen(evidence, query)
        return None if order is None else order[self._place]

    def reason(self, query: OrderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        frames = [event["frame"] for event in row["events"]]
        word, frame = ("earliest", min(frames)) if self.name == "first" else ("latest", max(frames))
        time = f"{frame / row['fps']:.1f} s"
        return f"Of these times, {time} is the {word}", f"The {word} of these times is {time}"

    def conclude(self, query: OrderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        which, truth = self.name, row["answer_text"]
        return f"What happens {which} is that {truth}", f"The {which} of these events: {truth}"


class Neighbour(Ask[NeighbourQuery, OrderingConfig]):
    """What happens right after a known thing, or right before it."""

    modes = ("perception",)
    answer_type = "text"

    def __init__(self, side: str) -> None:
        self.name = side
        self._step = {"after": 1, "before": -1}[side]

    def draw(
        self, config: OrderingConfig, streams: Streams, named: list[Happening], order: Sequence[Happening]
    ) -> NeighbourQuery:
        known = streams.question.integer(0, config.happenings - 2) + (self._step < 0)
        return NeighbourQuery(form=config.form, ask=self.name, happenings=named, known=order[known])

    def aim(self, query: NeighbourQuery) -> str:
        return f"what happens right {self.name} {_say(query['known'])}"

    def wordings(self, query: NeighbourQuery) -> Sequence[str]:
        known, side = _say(query["known"]), self.name
        sentences = (
            f"What happens right {side} {known}?",
            f"What is the next thing to happen after {known}?"
            if side == "after"
            else f"What is the last thing to happen before {known}?",
            f"At some point {known}. What happens right {side} that?",
            f"Which event comes immediately {side} this one: {known}?",
            f"Several things happen one after the other. Which of them comes directly {side} this one: "
            f"{known}?",
            f"Which event directly {'follows' if side == 'after' else 'precedes'} this one: {known}?",
            f"Watch for the moment when {known}. What happens right {side} it?",
            f"Which event does the video show right {side} this one: {known}?",
            f"What is the event right {side} this one: {known}?",
        )
        return [with_words(sentence, query, _others(query)) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: NeighbourQuery, config: OrderingConfig, streams: Streams
    ) -> Question:
        order = _order(timeline)
        truth = order[order.index(_say(query["known"])) + self._step]
        return drawn(text, truth, _others(query), config.form, streams)

    def solve(self, evidence: Evidence, query: NeighbourQuery) -> str | None:
        order = _order_seen(evidence, query)
        if order is None:
            return None
        place = order.index(_say(query["known"])) + self._step
        return order[place] if 0 <= place < len(order) else None

    def known(self, event: Event, query: NeighbourQuery) -> bool:
        return {"object": event.actor, "action": event.kind} == query["known"]

    def conclude(self, query: NeighbourQuery, row: Mapping[str, Any]) -> Sequence[str]:
        side, known, truth = self.name, _say(query["known"]), row["answer_text"]
        return f"Right {side} {known}, {truth}", f"So {truth} right {side} {known}"


class WhenDone(SpanAsk[SpanQuery, OrderingConfig]):
    """When one of the things happens."""

    def draw(self, config: OrderingConfig, happening: Happening) -> SpanQuery:
        return SpanQuery(form=config.form, ask=self.name, **happening)

    def aim(self, query: SpanQuery) -> str:
        return f"when {_say({'object': query['object'], 'action': query['action']})}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, (verb, does) = query["object"], VERBS[query["action"]]
        sentences = (
            f"Between which seconds does the {name} {verb}?",
            f"Several things happen in turn. When does the {name} {verb}?",
            f"During which seconds of the video does the {name} {verb}?",
            f"At some point the {name} {does}. From when to when does it do so?",
            f"When does the {name} {verb}?",
            f"Find the part of the video in which the {name} {does}. From when to when does it last?",
            f"From when to when does the {name} {verb}?",
            f"Watch the {name}. Between which seconds does it {verb}?",
            f"The {name} {does} once in this video. When does it do so?",
            f"Among other events, the {name} {does}. When does it start, and when does it finish?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        (span,) = (
            (event.frame, event.end_frame)
            for event in timeline.events
            if (event.actor, event.kind) == (query["object"], query["action"])
        )
        return span

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        times = evidence.times
        found = [bout for bout in _seen(evidence) if bout[2:] == (query["object"], query["action"])]
        if len(found) != 1:
            return None
        start, end = found[0][0], min(found[0][1], len(times) - 1)
        span = (times[max(start - 1, 0)] + times[start]) / 2, (times[end - 1] + times[end]) / 2
        return nearest_span(evidence.options, (float(span[0]), float(span[1])))


ABOUT_ORDER = Order(), End("first"), End("last"), Neighbour("after"), Neighbour("before")
WHEN_DONE = WhenDone()


class EventOrdering(Family):
    name = "event_ordering"
    summary = "In which order three to six things happen, what is first, last, next, and when."
    category = "symbol manipulation"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = OrderingConfig
    asks = (*ABOUT_ORDER, WHEN_DONE)
    words = told(*ACTIONS)
    levels = {
        1: dict(happenings=3, shapes=3, gap=1.0),
        2: dict(happenings=4, shapes=4, gap=0.8),
        3: dict(happenings=4, shapes=3, gap=0.6),
        4: dict(happenings=5, shapes=4, gap=0.5),
        5: dict(happenings=6, shapes=4, gap=0.35),
    }

    def simulate(self, config: OrderingConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, config.shapes, SHAPES_THAT_TURN, (30, 42))
        # One frame tells when something happens that shows on it.
        happenings = _happenings(scene, config, UNSEEN if config.mode == "localisation" else ACTIONS)
        named = [Happening(object=objects[i].name, action=action) for i, action in happenings]
        query: Query
        if config.mode == "localisation":
            length = scene.integer(*map(config.glances, ASKED))
            num_frames, start = window(scene, length, config.glance, config.level)
            actions = _around(scene, config, happenings, (start, start + length), num_frames)
            query = WHEN_DONE.draw(config, named[0])
        else:
            most = config.happenings * (config.glances(LONGEST) + config.rest + config.glances(SPARE))
            # Twice as long as what happens: so that whatever happens at some time may be any of it.
            num_frames = min(2 * most + scene.integer(0, config.glances(4)), config.longest)
            order = streams.question.shuffled(happenings)
            actions = _in_turn(scene, config, order, num_frames)
            ask = streams.question.choice([ask for ask in ABOUT_ORDER if config.mode in ask.modes])
            query = ask.draw(config, streams, named, [named[happenings.index(one)] for one in order])
        scripts = [[action for j, action in actions if j == i] for i in range(config.shapes)]
        poses, events = staged(scene, objects, num_frames, scripts)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_action(happening)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_actions(evidence)


FAMILY = EventOrdering()


def _say(happening: Happening) -> str:
    return f"the {happening['object']} {VERBS[happening['action']][1]}"


def _others(query: NeighbourQuery) -> list[str]:
    """All that happens but the known thing."""
    return [name for name in map(_say, query["happenings"]) if name != _say(query["known"])]


def _order(timeline: Timeline) -> list[str]:
    """What happens, in order, from the log."""
    return [_say({"object": event.actor, "action": event.kind}) for event in timeline.events]


def _seen(evidence: Evidence) -> list[tuple[int, int, str, str]]:
    """What is seen to happen, in order: first sample, sample after the last, shape, action."""
    return sorted(
        (start, end, name, action)
        for name, track in evidence.tracks.items()
        for start, end, action in bouts(labels(track, evidence.eye, steps=False))
    )


def _order_seen(evidence: Evidence, query: OrderQuery) -> list[str] | None:
    """What is seen to happen, in order; None if it isn't what the question names."""
    order = [_say({"object": name, "action": action}) for _, _, name, action in _seen(evidence)]
    return order if sorted(order) == sorted(map(_say, query["happenings"])) else None


def _happenings(scene: Stream, config: OrderingConfig, actions: Sequence[str]) -> list[tuple[int, str]]:
    """Different things that shapes do; every shape does at least one."""
    actors = [*range(config.shapes), *(scene.integer(0, config.shapes - 1) for _ in range(config.happenings))]
    found: list[tuple[int, str]] = []
    for actor in actors[: config.happenings]:
        left = [action for action in actions if (actor, action) not in found]
        found.append((actor, scene.choice(left)))
    return scene.shuffled(found)


def _in_turn(
    scene: Stream, config: OrderingConfig, order: Sequence[tuple[int, str]], num_frames: int
) -> list[tuple[int, Action]]:
    """Happenings shortly one after the other, from any time on."""
    lengths = [config.draw_length(scene) for _ in order]
    rests = [config.rest + scene.integer(0, config.glances(SPARE)) for _ in order[1:]]
    low, high = room(num_frames)
    start, actions = scene.integer(low, high - sum(lengths) - sum(rests)), []
    for (i, action), length, rest in zip(order, lengths, [*rests, 0], strict=True):
        actions.append((i, Action(start, start + length, action)))
        start += length + rest
    return actions


def _around(
    scene: Stream,
    config: OrderingConfig,
    happenings: Sequence[tuple[int, str]],
    asked: tuple[int, int],
    num_frames: int,
) -> list[tuple[int, Action]]:
    """The first happening at a given time, and others beside it."""
    lengths, others = (config.glances(ASKED[0]), config.glances(ASKED[1])), iter(happenings[1:])
    spans = beside(scene, asked, num_frames, lengths, config.rest, len(happenings) - 1)
    doers = [happenings[0] if span == asked else next(others) for span in spans]
    return [(i, Action(*span, action)) for (i, action), span in zip(doers, spans, strict=True)]
