"""The kinds of question about where shapes are."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import STORED, Evidence, spans
from synrl.evidence.moves import Move, seen_moves
from synrl.evidence.stretches import phases
from synrl.seeds import Streams
from synrl.tasks.asks import ClipAsk, SpanAsk
from synrl.tasks.base import Counted
from synrl.tasks.relative_position.clip import (
    CLOSER,
    ENTRIES,
    LANE,
    LANE_OFF,
    MIDDLE,
    OTHER_WAYS,
    OUTERMOST,
    RADII,
    SIDE,
    SIDES,
    TILT,
    ZONE,
    ApproachQuery,
    RaceQuery,
    TourQuery,
    ZoneQuery,
    draw_gaps,
    draw_rests,
    draw_zone,
    straight_path,
    unit_vectors,
    zone_clip,
)
from synrl.tasks.relative_position.config import PositionConfig
from synrl.tasks.relative_position.solver import angle_seen, depth_inside, side_of, visits_seen, way_of
from synrl.tasks.shared.cast import SOLID_SHAPES, cast
from synrl.tasks.shared.questions import Question, drawn, integer_question, with_form, with_words
from synrl.tasks.shared.stage import ASKED, BETWEEN, beside, posed, together, window
from synrl.world.actions import spread
from synrl.world.style import Style
from synrl.world.timeline import FPS, Event, Timeline, backwards, in_order
from synrl.world.zones import crossing, draw_stops, place_zone, plan_stops


class Tour(ClipAsk[TourQuery, PositionConfig]):
    """On which side of another shape a shape stops right after, or before, it was on a given side."""

    name = "tour"
    modes = ("perception",)
    answer_type = "text"
    thing = "stop"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape jumps around another one, from stop to stop; the other one may drift."""
        question, scene = streams.question, streams.scene
        order, then = question.shuffled(tuple(SIDES)), question.choice(("after", "before"))
        objects = cast(streams, style, config.level, 2, SOLID_SHAPES, (32, 46))
        phase, count = scene.integer(0, len(order) - 1), len(order) + scene.integer(1, 2)
        sides = [order[(phase + k) % len(order)] for k in range(count)]
        # It jumps, because half way between two sides a shape shows that they are neighbours in the tour.
        legs = [1 for _ in sides[1:]]
        slow = config.glances(3.6 - 0.2 * config.level)
        rests = [scene.integer(config.glances(2.2), slow) for _ in sides]
        lasting = [rests[0], *(n for pair in zip(legs, rests[1:], strict=True) for n in pair)]
        knots = [0, *itertools.accumulate(lasting)]
        stops = list(zip(knots[::2], knots[1::2], strict=True))
        num_frames = stops[-1][1] + 1
        while True:
            turned = [SIDES[side] + scene.uniform(-TILT, TILT) for side in sides]
            every = np.arange(num_frames)
            angle = np.radians(np.interp(every, knots, np.repeat(turned, 2)))
            far = [scene.uniform(SIDE, 120) for _ in sides]
            radius = np.interp(every, knots, np.repeat(far, 2))
            around = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
            heading = math.radians(scene.uniform(0, 360))
            middle = np.outer(config.drift * every / num_frames, [math.cos(heading), math.sin(heading)])
            placed = together(scene, [middle + around, middle], [item.size for item in objects])
            if placed is not None:
                break
        name, other = (item.name for item in objects)
        events = in_order(
            Event(start, end, "side", name, other, _preposition(side))
            for (start, end), side in zip(stops, sides, strict=True)
        )
        query = TourQuery(ask=self.name, object=name, other=other, side=order[0], then=then, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)

    def aim(self, query: TourQuery) -> str:
        place = _preposition(query["side"])
        return (
            f"where the {query['object']} stops right {query['then']} its stop {place} the {query['other']}"
        )

    def wordings(self, query: TourQuery) -> Sequence[str]:
        one, two, place = query["object"], query["other"], _preposition(query["side"])
        tours = (
            f"The {one} jumps to the four sides of the {two} in a fixed order, then starts again.",
            f"The {one} visits the four sides of the {two} in a fixed order that repeats.",
            f"The {one} jumps around the {two} and stops on each of its sides, in an order that repeats.",
            f"The {one} tours the four sides of the {two} in one order that repeats, with a stop on each.",
        )
        asked = {
            "after": (
                f"Where does it stop immediately after its stop {place} the {two}?",
                f"Once it has stopped {place} the {two}, on which side does it stop next?",
                f"On which side is the stop that follows the one {place} the {two}?",
            ),
            "before": (
                f"Where does it stop just before its stop {place} the {two}?",
                f"On which side is its last stop before the one {place} the {two}?",
                f"On which side is the stop just before the one {place} the {two}?",
            ),
        }[query["then"]]
        words = [side for side in SIDES if side != query["side"]]
        return [with_words(f"{tour} {ask}", query, words) for tour in tours for ask in asked]

    def question(
        self, text: str, timeline: Timeline, query: TourQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        others = [side for side in SIDES if side != query["side"]]
        return drawn(text, self.truth(timeline), others, config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        query, stops = timeline.query, [event.detail for event in timeline.events]
        pairs = list(itertools.pairwise(stops if query["then"] == "after" else stops[::-1]))
        found = next(two for one, two in pairs if one == _preposition(query["side"]))
        return found.removesuffix(" of")

    def backwards(self, timeline: Timeline, query: TourQuery) -> Timeline | None:
        return backwards(timeline, replace)

    def seen(self, evidence: Evidence, query: TourQuery) -> Iterator[Event]:
        name, other = query["object"], query["other"]
        offsets = evidence.tracks[name].points - evidence.tracks[other].points
        still = np.abs(np.diff(offsets, axis=0)).max(axis=1) < 0.05
        for start, end in spans(still):
            yield Event(start, end, "side", name, other, _preposition(side_of(offsets[start])))

    def solve(self, evidence: Evidence, query: TourQuery) -> str | None:
        """The shape stops where two samples in a row show it in the same place, as far as can be seen."""
        shown = evidence.thinned()
        if len(shown.frames) < 2:
            return None
        offsets = shown.tracks[query["object"]].points - shown.tracks[query["other"]].points
        steps = np.hypot(*np.diff(offsets, axis=0).T)
        # Each of two places is off by as much as its two shapes are, in x and in y.
        still = np.flatnonzero(steps < math.hypot(4, 4) * shown.eye.px + 0.1)
        stops = [name for name, _ in itertools.groupby(side_of(offsets[i] + offsets[i + 1]) for i in still)]
        pairs = itertools.pairwise(stops if query["then"] == "after" else stops[::-1])
        found = {two for one, two in pairs if one == query["side"]}
        return found.pop() if len(found) == 1 else None

    def known(self, event: Event, query: TourQuery) -> bool:
        return event.detail == _preposition(query["side"])

    def conclude(self, query: TourQuery, row: Mapping[str, Any]) -> Sequence[str]:
        place, answer = f"{_preposition(query['side'])} the {query['other']}", row["answer_text"]
        then = "immediately after" if query["then"] == "after" else "just before"
        return (
            f"{then.capitalize()} the stop {place}, it stops {answer}",
            f"So it stops {answer} {then} it stops {place}",
        )


class Inside(ClipAsk[ZoneQuery, PositionConfig]):
    """How many times a shape enters a zone."""

    name = "inside"
    modes = ("perception",)
    answer_type = "integer"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape moves between places inside and outside of a zone."""
        question, scene = streams.question, streams.scene
        entries, first, last = question.choice(ENTRIES), question.chance(0.5), question.chance(0.5)
        zone, item = draw_zone(style, streams, config)
        num_frames = scene.integer(config.glances(22 + config.level), config.glances(25 + config.level))
        plan = plan_stops(scene, entries, first, last)
        least, around = config.glances(1.3), (config.glances(1.3), num_frames - 1 - config.glances(1.3))
        while True:
            corner = place_zone(scene, zone.size)
            stops = draw_stops(scene, corner, zone.size, item.size, plan)
            legs = [scene.integer(config.glances(0.7), config.glance) for _ in plan[1:]]
            starts = spread(scene, legs, least, around)
            assert starts is not None, "clips are long enough for all entries"
            crossings = [
                start + leg * crossing(one, two, corner, zone.size)
                for start, leg, one, two, here, there in zip(
                    starts, legs, stops, stops[1:], plan, plan[1:], strict=False
                )
                if here != there
            ]
            if all(abs(time - round(time)) > 0.01 for time in crossings):
                break
        times = [float(t) for start, leg in zip(starts, legs, strict=True) for t in (start, start + leg)]
        corners = [stop for stop in stops for _ in range(2)]
        path = straight_path([0.0, *times, num_frames - 1.0], corners, num_frames)
        changes = [math.floor(time) for time in crossings]
        comes = [not first if k % 2 == 0 else first for k in range(len(changes))]
        came = ([0] if first else []) + [f for f, there in zip(changes, comes, strict=True) if there]
        left = [f + 1 for f, there in zip(changes, comes, strict=True) if not there]
        stays = [
            Event(entry, leaving, "inside", item.name, ZONE)
            for entry, leaving in zip(came, [*left, num_frames - 1], strict=False)
        ]
        query = ZoneQuery(ask=self.name, object=item.name, form=config.form)
        return zone_clip(style, zone, item, corner, path, stays, query)

    def aim(self, query: ZoneQuery) -> str:
        return f"how often the {query['object']} goes into the square zone"

    def wordings(self, query: ZoneQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How many times does the {name} enter the {ZONE}?",
            f"How many times does the {name} move into the {ZONE}?",
            f"How many times does the {name} go from outside the {ZONE} to inside it?",
            f"Count the times that the {name} enters the {ZONE}. How many are there?",
            f"How many times in this video does the {name} cross the border of the {ZONE} from outside?",
        )
        notes = (
            "If it is inside when the video starts, that does not count.",
            "Being inside from the start does not count as entering.",
        )
        return [with_form(f"{ask} {note}", query, "integer") for ask in sentences for note in notes]

    def question(
        self, text: str, timeline: Timeline, query: ZoneQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        return integer_question(text, self.truth(timeline), ENTRIES, config.form, streams)

    def truth(self, timeline: Timeline) -> int:
        return sum(event.frame > 0 for event in timeline.events)

    def backwards(self, timeline: Timeline, query: ZoneQuery) -> Timeline | None:
        turned = backwards(timeline, replace)
        same = self.truth(turned) == self.truth(timeline)
        return None if same or self.truth(turned) not in ENTRIES else turned

    def seen(self, evidence: Evidence, query: ZoneQuery) -> Iterator[Event]:
        return visits_seen(evidence)

    def solve(self, evidence: Evidence, query: ZoneQuery) -> str | None:
        there = phases(*depth_inside(evidence))
        entries = sum(two and not one for one, two in itertools.pairwise(there))
        return str(entries) if entries in ENTRIES else None

    def counted(self, query: ZoneQuery, row: Mapping[str, Any]) -> Counted:
        own = (event["frame"] for event in row["events"] if event["kind"] == "inside")
        return Counted("entry", "entries", [frame for frame in own if frame > 0])

    def conclude(self, query: ZoneQuery, row: Mapping[str, Any]) -> Sequence[str]:
        count, times = row["answer_text"], "time" if row["answer_text"] == "1" else "times"
        return (
            f"In all, the {query['object']} enters the {ZONE} {count} {times}",
            f"So it enters the {ZONE} {count} {times}",
        )


class WhenApproaching(SpanAsk[ApproachQuery, PositionConfig], ClipAsk[ApproachQuery, PositionConfig]):
    """When a shape comes closer to another one, or goes farther away."""

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape moves closer once, or away once, at given times; before and after, otherwise."""
        scene, way = streams.scene, streams.question.choice(tuple(OTHER_WAYS))
        shortest, longest = map(config.glances, ASKED)
        length = scene.integer(shortest, longest)
        num_frames, start = window(scene, length, config.glance, config.level)
        asked = start, start + length
        legs = beside(scene, asked, num_frames, (shortest, longest), config.glances(BETWEEN), 3)
        objects = cast(streams, style, config.level, 2, SOLID_SHAPES, (30, 42))
        placed = None
        while placed is None:
            # Two moves in a row that lead away may not fit; then others are drawn.
            ways = [way if leg[0] == start else scene.choice(OTHER_WAYS[way]) for leg in legs]
            radii, turns = draw_rests(scene, ways, [(end - begin) / config.glance for begin, end in legs])
            if not (RADII[0] <= radii.min() and radii.max() <= RADII[1]):
                continue
            times = [frame for leg in legs for frame in leg]
            every = np.arange(num_frames)
            distance, degrees = (
                np.interp(every, times, np.repeat(stops, 2)[1:-1]) for stops in (radii, turns)
            )
            path = distance[:, None] * unit_vectors(degrees)
            placed = together(scene, [path, np.zeros_like(path)], [item.size for item in objects])
        one, two = (item.name for item in objects)
        events = [Event(*leg, "approach", one, two, way) for leg, way in zip(legs, ways, strict=True)]
        query = ApproachQuery(ask=self.name, object=one, other=two, way=way, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)

    def aim(self, query: ApproachQuery) -> str:
        return f"when the {query['object']} moves {query['way']} the {query['other']}"

    def wordings(self, query: ApproachQuery) -> Sequence[str]:
        name, goes = query["object"], f"{query['way']} the {query['other']}"
        settings = (
            f"The {name} makes one or more moves, with rests in between, while the {query['other']} stays "
            "where it is.",
            f"Watch how far the {name} is from the {query['other']}.",
            f"The {name} moves and rests by turns.",
        )
        asked = (
            f"From when to when does it move {goes}?",
            f"Between which seconds does it move {goes}?",
            f"During which seconds of the video does it move {goes}?",
        )
        sentences = (f"{one} {two}" for one in settings for two in asked)
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: ApproachQuery) -> tuple[int, int]:
        (move,) = (event for event in timeline.events if event.detail == query["way"])
        return move.frame, move.end_frame

    def seen(self, evidence: Evidence, query: ApproachQuery) -> Iterator[Event]:
        one, two = query["object"], query["other"]
        offsets = evidence.tracks[one].points - evidence.tracks[two].points
        moving = (np.abs(np.diff(offsets, axis=0)) > STORED).any(axis=1)
        for start, end in spans(moving):
            change = float(np.diff(np.hypot(*offsets[[start, end]].T))[0])
            yield Event(start, end, "approach", one, two, way_of(change))

    def solve(self, evidence: Evidence, query: ApproachQuery) -> str | None:
        """The move that changes the distance the most, that way."""
        middle = np.median(evidence.tracks[query["other"]].points, axis=0)

        def change(move: Move) -> float:
            here = np.array(move.here) - middle
            return float(np.hypot(*(here + move.step)) - np.hypot(*here))

        moves = seen_moves(evidence, query["object"])
        if not moves:
            return None
        best = min(moves, key=lambda move: change(move) * (1 if query["way"] == CLOSER else -1))
        return nearest_span(evidence.options, (best.start / evidence.fps, best.end / evidence.fps))


class Overtake(ClipAsk[RaceQuery, PositionConfig]):
    """Who overtakes a shape in a race."""

    name = "overtake"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """Shapes in lanes around the middle; one laps the first of them, which laps all others."""
        scene, count = streams.scene, config.racers
        objects = cast(streams, style, config.level, count, SOLID_SHAPES, (20, 26))
        names = [item.name for item in objects]
        winner = streams.question.integer(1, count - 1)
        num_frames = scene.integer(config.glances(16 + config.level), config.glances(20 + config.level))
        clockwise, share = scene.choice((1, -1)), np.linspace(0.0, 1.0, num_frames)
        lead = scene.uniform(0, 360) + 720 * share
        ways, events = [lead], []
        for number in range(1, count):
            gaps, passes = draw_gaps(scene, share, faster=number == winner)
            ways.append(lead + gaps)
            actors = (names[number], names[0]) if number == winner else (names[0], names[number])
            events += [Event(frame, frame, "overtake", *actors) for frame in passes]
        lanes = scene.shuffled(range(count))
        paths = [
            MIDDLE
            + (OUTERMOST - lane * LANE + scene.uniform(-LANE_OFF, LANE_OFF)) * unit_vectors(clockwise * way)
            for lane, way in zip(lanes, ways, strict=True)
        ]
        query = RaceQuery(ask=self.name, other=names[0], racers=names[1:], form=config.form)
        return Timeline(FPS, tuple(objects), posed(paths), style, events=in_order(events), query=query)

    def aim(self, query: RaceQuery) -> str:
        return f"which shape overtakes the {query['other']}"

    def wordings(self, query: RaceQuery) -> Sequence[str]:
        other = query["other"]
        races = (
            "The shapes race around the middle of the picture, each in a lane of its own.",
            "This is a race: the shapes run round and round, each in its own lane.",
        )
        asked = (
            f"Which shape overtakes the {other}?",
            f"Only one shape overtakes the {other}. Which one?",
            f"Which shape comes up from behind and passes the {other}?",
            f"By which shape is the {other} overtaken?",
            f"The {other} is faster than all the other shapes but one. Which one overtakes it?",
        )
        return [with_words(f"{race} {ask}", query, query["racers"]) for race in races for ask in asked]

    def question(
        self, text: str, timeline: Timeline, query: RaceQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        (overtaking,) = {event.actor for event in timeline.events if event.target == query["other"]}
        return drawn(text, overtaking, query["racers"], config.form, streams)

    def seen(self, evidence: Evidence, query: RaceQuery) -> Iterator[Event]:
        """Changes of order, on the first frame that shows them."""
        lead = angle_seen(evidence, query["other"])
        forward = np.sign(lead[-1] - lead[0])
        for name in query["racers"]:
            gaps = forward * (angle_seen(evidence, name) - lead)
            actors = (name, query["other"]) if gaps[-1] > gaps[0] else (query["other"], name)
            for frame in (np.flatnonzero(np.diff(np.floor(gaps / 360))) + 1).tolist():
                yield Event(frame, frame, "overtake", *actors)

    def solve(self, evidence: Evidence, query: RaceQuery) -> str | None:
        """The racer that gets on faster than the one that is asked about: over the clip, it gains a lap."""
        shown = evidence.thinned()
        if len(shown.frames) < 3:
            return None
        way = {name: angle_seen(shown, name) for name in (query["other"], *query["racers"])}
        total = {name: float(turned[-1] - turned[0]) for name, turned in way.items()}
        forward = math.copysign(1.0, total[query["other"]])
        found = [name for name in query["racers"] if forward * (total[name] - total[query["other"]]) > 180]
        return found[0] if len(found) == 1 else None

    def conclude(self, query: RaceQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return (
            f"So the shape that overtakes the {query['other']} is the {truth}",
            f"Only the {truth} gets past the {query['other']}",
        )


def _preposition(side: str) -> str:
    return f"{side} of" if side.startswith("to ") else side
