"""The kinds of question about bouncing shapes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from synrl.answers import nearest_span
from synrl.evidence import Evidence
from synrl.seeds import Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Counted
from synrl.tasks.collision_counting.clip import (
    BINS,
    CountQuery,
    FlightQuery,
    Found,
    Search,
    Wish,
    any_pace,
    contacts_of,
    find_count,
    find_flight,
    flight_room,
    met,
    pace_of,
)
from synrl.tasks.collision_counting.config import CollisionConfig
from synrl.tasks.collision_counting.solver import seen_contacts
from synrl.tasks.shared.questions import Question, integer_question, with_form
from synrl.world.timeline import Event, Timeline


class Count(Ask[CountQuery, CollisionConfig]):
    """How many contacts of some kind there are."""

    modes = ("perception",)
    answer_type = "integer"
    unordered = True

    def __init__(self, name: str, kind: str, what: str, sentences: Sequence[str]) -> None:
        """Count events of a kind.

        Args:
            what: what they are with, for conclusions.
            sentences: the wordings, with `{}` for the shape.
        """
        self.name, self._kind, self._what = name, kind, what
        self._sentences = sentences

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Wish:
        count = streams.question.choice(config.counts(self.name))

        def find(search: Search) -> Found | None:
            start = find_count(search, self._kind, count, streams.scene)
            query = CountQuery(object=name, form=config.form, ask=self.name)
            return None if start is None else Found(start, query)

        return Wish(find, partial(pace_of, count) if self._kind == "hit" else any_pace)

    def aim(self, query: CountQuery) -> str:
        return f"how often the {query['object']} {_DOES[self._kind]}"

    def wordings(self, query: CountQuery) -> Sequence[str]:
        return [with_form(s.format(query["object"]), query, "integer") for s in self._sentences]

    def question(
        self, text: str, timeline: Timeline, query: CountQuery, config: CollisionConfig, streams: Streams
    ) -> Question:
        events = contacts_of(timeline.events, query["object"])
        count = sum(event.kind == self._kind for event in events)
        return integer_question(text, count, config.counts(self.name), config.form, streams)

    def solve(self, evidence: Evidence, query: CountQuery) -> str | None:
        seen = seen_contacts(evidence, query["object"])
        return None if seen is None else str(sum(event.kind == self._kind for _, event in seen))

    def concerns(self, event: Event, query: CountQuery) -> bool:
        return query["object"] in (event.actor, event.target)

    def counted(self, query: CountQuery, row: Mapping[str, Any]) -> Counted:
        one = {"hit": "contact with a wall", "touch": "contact with another shape"}[self._kind]
        own = (e for e in row["events"] if query["object"] in (e["actor"], e["target"]))
        return Counted(one, f"contacts {self._what}", [e["frame"] for e in own if e["kind"] == self._kind])

    def conclude(self, query: CountQuery, row: Mapping[str, Any]) -> Sequence[str]:
        counted, count = self.counted(query, row), row["answer_text"]
        contacts = counted.one if count == "1" else counted.several
        return (
            f"That makes {count} {contacts}",
            f"In all, there {'is' if count == '1' else 'are'} {count} {contacts}",
        )


class Flight(SpanAsk[FlightQuery, CollisionConfig]):
    """When a shape flies from one contact to another, without one in between."""

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Wish:
        time_bin = streams.question.integer(0, BINS - 1)

        def find(search: Search) -> Found | None:
            found = find_flight(search, name, time_bin, streams.scene, config)
            if found is None:
                return None
            start, (one, two) = found
            query: FlightQuery = {
                "object": name,
                "form": config.form,
                "ask": self.name,
                "from": one,
                "to": two,
            }
            return Found(start, query)

        return Wish(find, any_pace)

    def aim(self, query: FlightQuery) -> str:
        return f"when the {query['object']} is on its way from the {query['from']} to the {query['to']}"

    def wordings(self, query: FlightQuery) -> Sequence[str]:
        name, start, end = query["object"], query["from"], query["to"]
        if start == end:
            return [with_form(sentence, query, "interval") for sentence in _there_and_back(name, end)]
        sentences = (
            f"Between which seconds does the {name} travel from the {start} to the {end}, "
            "touching nothing on the way?",
            f"When does the {name} move straight from the {start} to the {end}, touching nothing on the way?",
            f"During which seconds is the {name} on its way from the {start} to the {end}, "
            "without touching anything else?",
            f"The {name} bounces off the {start} and touches the {end} next. From when to when is it on its "
            "way from one to the other?",
            f"After touching the {start}, the {name} touches the {end} next. Between which seconds does it "
            "travel from one to the other?",
            f"From when to when does the {name} travel from the {start} directly to the {end}?",
            f"Between which seconds does the {name} go from the {start} to the {end} without touching "
            "anything in between?",
            f"When is the {name} on its way from the {start} to the {end}, with no contact in between?",
            f"The {name} travels from the {start} straight to the {end}. During which seconds does it do so?",
            f"The {name} leaves the {start} and touches nothing until it reaches the {end}. Between which "
            "seconds does that happen?",
            f"Find the part of the video in which the {name} moves from the {start} to the {end} without "
            "another contact. From when to when does it last?",
            f"The {end} is the next thing that the {name} touches after the {start}. When does the "
            f"{name} travel between the two?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: FlightQuery) -> tuple[int, int]:
        name = query["object"]
        (span,) = (
            (one.frame, two.frame)
            for one, two in itertools.pairwise(contacts_of(timeline.events, name))
            if (met(one, name), met(two, name)) == (query["from"], query["to"])
        )
        return span

    def room(self, timeline: Timeline, span: tuple[int, int], config: CollisionConfig) -> tuple[int, int]:
        return flight_room(span, timeline.num_frames, config)

    def solve(self, evidence: Evidence, query: FlightQuery) -> str | None:
        name = query["object"]
        seen = seen_contacts(evidence, name) or ()
        for (start, one), (end, two) in itertools.pairwise(seen):
            if (met(one, name), met(two, name)) == (query["from"], query["to"]):
                return nearest_span(evidence.options, (start / evidence.fps, end / evidence.fps))
        return None

    def concerns(self, event: Event, query: FlightQuery) -> bool:
        return query["object"] in (event.actor, event.target)


def _there_and_back(name: str, end: str) -> tuple[str, ...]:
    """The wordings about a flight from another shape back to it."""
    return (
        f"The {name} touches the {end} twice in a row, touching nothing in between. From when to when is it "
        "between these two touches?",
        f"Between which seconds does the {name} leave the {end} and come back to it without touching "
        "anything else?",
        f"The {name} touches the {end} and then comes back to it without another contact. From when to when "
        "is it on its way?",
        f"When does the {name} travel from the {end} straight back to it, touching nothing on the way?",
        f"The next thing that the {name} touches after the {end} is the {end} again. Between which seconds "
        "does it travel from one touch to the next?",
        f"Find the part of the video in which the {name} leaves the {end} and returns to it, with no other "
        "contact in between. From when to when does it last?",
        f"During which seconds is the {name} on its way from one touch of the {end} to the next, without "
        "touching anything else?",
    )


_DOES = {"hit": "hits a wall", "touch": "touches another shape"}
COUNTS = {
    "walls": Count(
        "walls",
        "hit",
        "with the walls",
        (
            "How many times does the {} hit a wall of the box?",
            "How many times does the {} bounce off a wall?",
            "Count how many times the {} hits a wall. What is the total?",
            "Watch the {}. How many times does it hit a wall of the box?",
            "Over the whole video, how many times does the {} bounce off a wall of the box?",
            "How many times does the {} run into a wall of the box?",
            "From the first frame to the last, how many times does the {} hit a wall?",
            "The {} moves around in a box. How many times does it bounce off the walls?",
            "How many times in this video does the {} strike a wall of the box?",
            "In total, how many times does the {} run into the walls of the box?",
            "How many times does the {} bounce back from a wall of the box?",
            "As the {} moves through the box, how many times does it hit a wall?",
            "The {} bounces off the walls of the box. How many times does it do so?",
            "By the end of the video, how many times has the {} hit a wall of the box?",
        ),
    ),
    "touches": Count(
        "touches",
        "touch",
        "with other shapes",
        (
            "How many times does the {} touch another shape?",
            "How many times does the {} bounce off another shape?",
            "Count the collisions of the {} with other shapes, leaving out the walls. What is the total?",
            "Watch the {}. How many times does it collide with another shape?",
            "Over the whole video, how many times does the {} come into contact with another shape?",
            "How many times do the {} and any other shape collide?",
            "From the first frame to the last, how many times does the {} touch another shape?",
            "The {} is not alone in the box. How many times does it collide with another shape?",
            "Not counting the walls, how many collisions is the {} involved in?",
            "In total, how many times does the {} collide with another shape?",
            "As the {} moves through the box, how many times does it touch another shape?",
            "How many times in this video do the {} and another shape touch?",
            "Leaving the walls aside, how many times does the {} bounce off anything?",
            "By the end of the video, how many times has the {} touched another shape?",
        ),
    ),
}
FLIGHT = Flight()
