"""event_ordering: what happens first, last, after something else, and in what order?

Three to six things happen one after the other: a shape hops, another spins, one blinks. No two of them
are the same thing done by the same shape, so each has a name of its own, such as "the red square hops".
At higher levels a shape may do several of them.

Margins: each thing lasts at least `frames` and the rest between two of them at least `gap` frames, from
24 and 16 at level 1 down to 12 and 6 at level 5.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.actions import bouts, labels, observe_actions
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.actors import SHAPES_THAT_TURN, VERBS, actions_backwards, staged
from synrl.tasks.shared.cast import cast, draw_cast
from synrl.tasks.shared.questions import Question, drawn, interval_question, with_form, with_words
from synrl.tasks.shared.stage import room, window
from synrl.video.scene import Scene
from synrl.world.actions import Action, spread
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

ACTIONS = ("hop", "swing", "pulse", "spin", "blink")
"""Those that leave the shape as it was."""


@dataclass(frozen=True, kw_only=True)
class OrderingConfig(Config):
    """Knobs: how many things happen, among how many shapes, how long each takes, and the rests."""

    happenings: int
    shapes: int
    frames: tuple[int, int]
    """Shortest and longest."""
    gap: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "frames", tuple(self.frames))
        self.require("happenings", range(3, 7))
        self.require("shapes", range(2, 5))


class EventOrdering(Family):
    name = "event_ordering"
    summary = "In which order three to six things happen, what is first, last, next, and when."
    category = "symbol manipulation"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = OrderingConfig
    levels = {
        1: dict(happenings=3, shapes=3, frames=(24, 30), gap=16),
        2: dict(happenings=4, shapes=4, frames=(20, 26), gap=12),
        3: dict(happenings=4, shapes=3, frames=(18, 24), gap=10),
        4: dict(happenings=5, shapes=4, frames=(15, 20), gap=8),
        5: dict(happenings=6, shapes=4, frames=(12, 18), gap=6),
    }

    def simulate(self, config: OrderingConfig, streams: Streams) -> Timeline:
        style, scene, question = draw_style(streams), streams.scene, streams.question
        objects = cast(streams, style, config.level, config.shapes, SHAPES_THAT_TURN, (30, 42))
        happenings = _happenings(scene, config)
        named = [{"object": objects[i].name, "action": action} for i, action in happenings]
        query: dict[str, Any] = {"form": config.form}
        if config.mode == "localisation":
            length = scene.integer(24, 36)
            num_frames, start = window(scene, length)
            actions = _around(scene, config, happenings, start, length, num_frames)
            query |= {"ask": "span", **named[0]}
        else:
            num_frames = config.happenings * (config.frames[1] + config.gap) + scene.integer(30, 70)
            order = question.shuffled(happenings)
            lengths = [scene.integer(*config.frames) for _ in order]
            starts = spread(scene, lengths, config.gap, room(num_frames)) or []
            actions = [
                (i, Action(start, start + length, action))
                for (i, action), start, length in zip(order, starts, lengths, strict=True)
            ]
            query |= {"ask": question.choice(("order", "first", "last", "after", "before"))}
            # Named in an order that says nothing about when they happen.
            query["happenings"] = named
            if query["ask"] in ("after", "before"):
                known = question.integer(0, config.happenings - 2) + (query["ask"] == "before")
                query["known"] = named[happenings.index(order[known])]
        scripts = [[action for j, action in actions if j == i] for i in range(config.shapes)]
        poses, events = staged(scene, objects, num_frames, scripts)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def backwards(self, timeline: Timeline) -> Timeline | None:
        if timeline.query["ask"] in ("order", "first", "last"):
            return actions_backwards(timeline)
        return None

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        if query["ask"] == "span":
            name, (verb, does) = query["object"], VERBS[query["action"]]
            sentences = (
                f"Between which seconds does the {name} {verb}?",
                f"Several things happen in turn. When is it that the {name} {does}?",
                f"During which seconds of the video do you see the {name} {verb}?",
            )
            return [with_form(sentence, query, "interval") for sentence in sentences]
        names = [_say(happening) for happening in query["happenings"]]
        listed = "; ".join(names)
        if query["ask"] == "order":
            sentences = (
                f"In which order do these things happen: {listed}?",
                f"Put these events in the order in which the video shows them: {listed}.",
                f"These events happen one after the other: {listed}. What is their order, first to last?",
            )
            return [with_form(sentence, query, "ordering") for sentence in sentences]
        if query["ask"] in ("first", "last"):
            sentences = (
                f"Which of these happens {query['ask']}: {listed}?",
                f"What is the {query['ask']} thing that happens in this video: {listed}?",
                f"These things happen one after the other: {listed}. Which one is the {query['ask']}?",
            )
            return [with_words(sentence, query, names) for sentence in sentences]
        known = _say(query["known"])
        others = [name for name in names if name != known]
        sentences = (
            f"What happens right {query['ask']} this: {known}?",
            f"Of all that happens in this video, what comes right {query['ask']} this: {known}?",
            f"Which event is the one right {query['ask']} this one: {known}?",
        )
        return [with_words(sentence, query, others) for sentence in sentences]

    def ask(self, timeline: Timeline, config: OrderingConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        if query["ask"] == "span":
            (span,) = (
                (event.frame, event.end_frame)
                for event in timeline.events
                if (event.actor, event.kind) == (query["object"], query["action"])
            )
            return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)
        names = [_say(happening) for happening in query["happenings"]]
        order = [_say({"object": event.actor, "action": event.kind}) for event in timeline.events]
        if query["ask"] == "order":
            orders = [", ".join(other) for other in itertools.permutations(names)]
            return drawn(text, ", ".join(order), orders, config.form, streams, "ordering")
        if query["ask"] in ("first", "last"):
            return drawn(text, order[0 if query["ask"] == "first" else -1], names, config.form, streams)
        known = _say(query["known"])
        truth = order[order.index(known) + (1 if query["ask"] == "after" else -1)]
        others = [name for name in names if name != known]
        return drawn(text, truth, others, config.form, streams)

    def phrases(self, happening: Event) -> Sequence[str]:
        return (f"the {happening.actor} {VERBS[happening.kind][1]}",)

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "order":
            return f"One after the other: {truth}", f"In the order of these times: {truth}"
        if query["ask"] in ("first", "last"):
            return f"What comes {query['ask']} is this: {truth}", f"The {query['ask']} of these: {truth}"
        known = f"{query['known']['object']} {VERBS[query['known']['action']][1]}"
        return (
            f"Right {query['ask']} the {known}, {truth}",
            f"The one right {query['ask']} that is this: {truth}",
        )

    def observe(self, evidence: Evidence) -> Observed:
        return observe_actions(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        query, times = evidence.query, evidence.times
        seen = sorted(
            (start, end, name, action)
            for name, track in evidence.tracks.items()
            for start, end, action in bouts(labels(track, steps=False))
        )
        if query["ask"] == "span":
            found = [bout for bout in seen if bout[2:] == (query["object"], query["action"])]
            if len(found) != 1:
                return None
            start, end = found[0][0], min(found[0][1], len(times) - 1)
            span = (times[max(start - 1, 0)] + times[start]) / 2, (times[end - 1] + times[end]) / 2
            return nearest_span(evidence.options, (float(span[0]), float(span[1])))
        order = [_say({"object": name, "action": action}) for _, _, name, action in seen]
        if sorted(order) != sorted(_say(happening) for happening in query["happenings"]):
            return None
        if query["ask"] == "order":
            return ", ".join(order)
        if query["ask"] in ("first", "last"):
            return order[0 if query["ask"] == "first" else -1]
        place = order.index(_say(query["known"])) + (1 if query["ask"] == "after" else -1)
        return order[place] if 0 <= place < len(order) else None


FAMILY = EventOrdering()


def _say(happening: Mapping[str, str]) -> str:
    return f"the {happening['object']} {VERBS[happening['action']][1]}"


def _happenings(scene: Stream, config: OrderingConfig) -> list[tuple[int, str]]:
    """Different things that shapes do; every shape does at least one."""
    actors = [*range(config.shapes), *(scene.integer(0, config.shapes - 1) for _ in range(config.happenings))]
    found: list[tuple[int, str]] = []
    for actor in actors[: config.happenings]:
        left = [action for action in ACTIONS if (actor, action) not in found]
        found.append((actor, scene.choice(left)))
    return scene.shuffled(found)


def _around(
    scene: Stream,
    config: OrderingConfig,
    happenings: Sequence[tuple[int, str]],
    start: int,
    length: int,
    num_frames: int,
) -> list[tuple[int, Action]]:
    """The first happening at a given time, and as many others as fit before and after it."""
    (actor, kind), *others = happenings
    found = [(actor, Action(start, start + length, kind))]
    low, high = room(num_frames)
    sides = scene.shuffled([(low, start - config.gap), (start + length + config.gap, high)])
    for number, (left, right) in enumerate(sides):
        share = others[: len(others) // 2] if number == 0 else others[len(others) // 2 :]
        while share:
            starts = spread(scene, [config.frames[0]] * len(share), config.gap, (left, right))
            if starts is not None:
                found += [
                    (i, Action(frame, frame + config.frames[0], action))
                    for (i, action), frame in zip(share, starts, strict=True)
                ]
                break
            share = share[1:]
    return found
