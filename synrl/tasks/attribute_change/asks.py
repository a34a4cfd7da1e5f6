"""The kinds of question about changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synrl.evidence import Evidence
from synrl.evidence.stretches import stretch
from synrl.seeds import Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.attribute_change.clip import (
    KINDS,
    NONE,
    WHAT,
    Change,
    Drawn,
    Looks,
    OrderQuery,
    SpanQuery,
    WhatQuery,
    WhichQuery,
    at_most_one,
    draw_length,
    there_and_back,
)
from synrl.tasks.attribute_change.config import AttributeConfig
from synrl.tasks.attribute_change.solver import SAME_SIZE, by_place, ends_seen, kinds_seen, seen_looks
from synrl.tasks.base import Ask
from synrl.tasks.shared.questions import Question, drawn, with_ending, with_form, with_words
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import ORDINALS
from synrl.world.actions import spread
from synrl.world.appearances import look_of, place_of, undone
from synrl.world.timeline import (
    Event,
    Timeline,
    backwards,
)

_NUMBERS = {3: "three", 4: "four", 5: "five"}


class Which(Ask[WhichQuery, AttributeConfig]):
    """Which shape changes in a certain respect, if any."""

    name = "which"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: AttributeConfig, streams: Streams, looks: Looks) -> Drawn:
        kind, place = streams.question.choice(KINDS), streams.question.integer(-1, config.shapes - 1)
        num_frames = draw_length(streams.scene, config)
        changes = at_most_one(
            streams.scene, config, place, kind if place >= 0 else "", kind, looks, num_frames
        )
        query = WhichQuery(form=config.form, shapes=config.shapes, ask=self.name, kind=kind)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def aim(self, query: WhichQuery) -> str:
        return f"which shape changes its {query['kind']}, if any does"

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
        places = by_place(evidence)
        found = [place for place in sorted(places) if query["kind"] in kinds_seen(evidence, places[place])]
        if len(found) > 1 or not (found or ends_seen(evidence)):
            return None
        return ORDINALS[found[0]] if found else NONE

    def concerns(self, event: Event, query: WhichQuery) -> bool:
        return True

    def reason(self, query: WhichQuery, row: Mapping[str, Any]) -> Sequence[str]:
        others = {event["kind"] for event in row["events"]} - {query["kind"]}
        return [f"Only the {kind} changes there" for kind in others] if len(others) == 1 else ()

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
        num_frames = draw_length(streams.scene, config)
        changes = at_most_one(streams.scene, config, place, kind, "", looks, num_frames)
        query = WhatQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def aim(self, query: WhatQuery) -> str:
        return f"what about the {_named(query)} changes, if anything"

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
        kinds = kinds_seen(evidence, by_place(evidence)[query["place"]])
        if len(kinds) > 1 or not (kinds or ends_seen(evidence)):
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

    def aim(self, query: OrderQuery) -> str:
        return f"in which order the {_named(query)} takes on its colours"

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
        names = by_place(evidence)[query["place"]]
        colours = [
            colour
            for colour, _ in itertools.groupby(look_of(names[i])[0] for i in seen_looks(evidence, names))
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
        changes = there_and_back(scene, config, place, kind, looks, start, start + length)
        query = SpanQuery(form=config.form, shapes=config.shapes, ask=self.name, place=place, kind=kind)
        return Drawn(query, num_frames, changes, looks.first, looks.large)

    def aim(self, query: SpanQuery) -> str:
        return f"when the {_named(query)} has another {query['kind']} than at the start and at the end"

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
        names = by_place(evidence)[query["place"]]
        shown, sizes = seen_looks(evidence, names), np.log(evidence.tracks[names[0]].size)
        usual = np.bincount(shown).argmax(), np.median(sizes)
        return stretch(evidence, (shown != usual[0]) | (np.abs(sizes - usual[1]) > math.log(SAME_SIZE)))


WHICH, CHANGED, ORDER, WHILE_DIFFERENT = Which(), Changed(), Order(), WhileDifferent()


def _named(query: WhatQuery) -> str:
    """The shape that is asked about."""
    return f"{ORDINALS[query['place']]} shape from the left"


def _own(timeline: Timeline, query: WhatQuery) -> list[Event]:
    """The changes of the shape that is asked about."""
    return [event for event in timeline.events if place_of(event.actor) == query["place"]]
