"""The kinds of question about distances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import STORED, Evidence, spans
from synrl.evidence.stretches import phases
from synrl.seeds import Streams
from synrl.tasks.asks import ClipAsk, SpanAsk
from synrl.tasks.base import Counted
from synrl.tasks.distance_estimation.clip import (
    AROUND,
    CHANGES,
    CLOSE,
    FAR,
    GROWS,
    NEAR,
    SHRINKS,
    STOPS,
    TRENDS,
    ChangeQuery,
    NearerQuery,
    TrendQuery,
    VisitQuery,
    draw_course,
    draw_turning,
    free_place,
    paths_around,
    ray,
)
from synrl.tasks.distance_estimation.config import DistanceConfig
from synrl.tasks.distance_estimation.solver import (
    STEADY,
    distance_seen,
    leads_seen,
    steady_value,
    trends_seen,
)
from synrl.tasks.shared.cast import SOLID_SHAPES, cast
from synrl.tasks.shared.questions import Question, drawn, integer_question, with_form, with_words
from synrl.tasks.shared.stage import beside, posed, together, window
from synrl.tasks.shared.telling import say_count
from synrl.world.actions import spread
from synrl.world.style import Style
from synrl.world.timeline import (
    FPS,
    HIDDEN,
    Event,
    Timeline,
    backwards,
    in_order,
)


class Trend(ClipAsk[TrendQuery, DistanceConfig]):
    """How the distance between two shapes develops while a third can be seen, as one of `TRENDS`."""

    name = "trend"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
        """Two shapes whose distance develops in one of five ways for a while, and in any way otherwise."""
        scene, kinds = streams.scene, streams.question.choice(tuple(TRENDS))
        objects = cast(streams, style, config.level, 3, SOLID_SHAPES, (28, 40))
        length = scene.integer(config.glances(6), config.glances(7))
        start = scene.integer(config.glances(4), config.glances(5 + 0.8 * config.level))
        end = start + length
        num_frames = end + scene.integer(config.glances(4), config.glances(5 + 0.8 * config.level))
        turn = start + round(length * scene.uniform(0.46, 0.54))
        while True:
            knots = {start: 0.0, turn: 0.0, end: 0.0, **draw_course(scene, config, kinds, start, turn, end)}
            others = 0, start // 2, (end + num_frames) // 2, num_frames - 1
            knots |= {frame: scene.uniform(NEAR, FAR) for frame in others}
            frames = sorted(knots)
            steps = np.abs(np.diff([knots[frame] for frame in frames]))
            if min(steps[:2].min(), steps[-2:].min()) < 25:
                continue
            share = np.linspace(0.0, 1.0, num_frames)
            apart = ray(
                np.interp(np.arange(num_frames), frames, [knots[frame] for frame in frames]) / 2,
                draw_turning(scene, config, share),
            )
            middle = ray(scene.uniform(20, 80) * share, np.full(num_frames, scene.uniform(0, 360)))
            placed = together(scene, [middle + apart, middle - apart], [item.size for item in objects[:2]])
            spot = None if placed is None else free_place(scene, placed, objects)
            if placed is not None and spot is not None:
                break
        poses = posed([*placed, np.broadcast_to(spot, placed[0].shape)])
        poses.look[:, 2] = HIDDEN
        poses.look[start + 1 : end, 2] = 0
        one, two, sign = (item.name for item in objects)
        ways = [
            GROWS if knots[b] > knots[a] else SHRINKS if knots[b] < knots[a] else ""
            for a, b in itertools.pairwise(frames)
        ]
        events, first = [Event(start, end, "shown", sign)], 0
        for k, way in enumerate(ways):
            if k + 1 == len(ways) or ways[k + 1] != way:
                if way:
                    events.append(Event(frames[first], frames[k + 1], "distance", one, two, way))
                first = k + 1
        query = TrendQuery(ask=self.name, pair=[one, two], sign=sign, form=config.form)
        return Timeline(FPS, tuple(objects), poses, style, events=in_order(events), query=query)

    def aim(self, query: TrendQuery) -> str:
        one, two = query["pair"]
        return (
            f"how the distance between the {one} and the {two} changes while the {query['sign']} can be seen"
        )

    def wordings(self, query: TrendQuery) -> Sequence[str]:
        (one, two), sign = query["pair"], query["sign"]
        whiles = (
            f"while the {sign} can be seen",
            f"during the time that the {sign} is on screen",
            f"from the moment the {sign} appears until it disappears",
        )
        sentences = tuple(
            sentence
            for span in whiles
            for sentence in (
                f"How does the distance between the {one} and the {two} change {span}?",
                f"What happens to the distance between the {one} and the {two} {span}?",
                f"{span[0].upper()}{span[1:]}, what does the distance between the {one} and the {two} do?",
                f"Look at the {one} and the {two} {span}. How does the distance between them change?",
            )
        )
        words = [f'"{word}"' for word in TRENDS.values()]
        return [with_words(sentence, query, words) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: TrendQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        return drawn(text, self.truth(timeline), list(TRENDS.values()), config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        (shown,) = (event for event in timeline.events if event.kind == "shown")
        return TRENDS[
            tuple(
                event.detail
                for event in timeline.events
                if event.kind == "distance"
                and event.frame < shown.end_frame
                and event.end_frame > shown.frame
            )
        ]

    def backwards(self, timeline: Timeline, query: TrendQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if self.truth(turned) == self.truth(timeline) else turned

    def seen(self, evidence: Evidence, query: TrendQuery) -> Iterator[Event]:
        (one, two), sign = query["pair"], query["sign"]
        for start, end in spans(evidence.tracks[sign].visible):
            yield Event(start - 1, end, "shown", sign)
        yield from trends_seen(evidence, (one, two))

    def solve(self, evidence: Evidence, query: TrendQuery) -> str | None:
        """By the best line with one bend in the middle: what it rises, and how far it is bent."""
        seen = np.flatnonzero(evidence.tracks[query["sign"]].visible)
        if len(seen) < 4:
            return None
        times = evidence.frames[seen].astype(float)
        share = (times - times[0]) / (times[-1] - times[0])
        basis = np.stack([np.ones_like(share), share, np.abs(2 * share - 1)], axis=1)
        distances = distance_seen(evidence, *query["pair"])[seen]
        (_, rise, bend), *_ = np.linalg.lstsq(basis, distances, rcond=None)
        if max(abs(rise), abs(bend)) < 4 * evidence.eye.px + 1:
            return TRENDS[()]
        if abs(rise) > abs(bend):
            return TRENDS[(GROWS,) if rise > 0 else (SHRINKS,)]
        return TRENDS[(SHRINKS, GROWS) if bend > 0 else (GROWS, SHRINKS)]

    def conclude(self, query: TrendQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth, sign = row["answer_text"].removeprefix("it "), query["sign"]
        return (
            f"So while the {sign} can be seen, the distance {truth}",
            f"During the time that the {sign} can be seen, the distance {truth}",
        )


class Visit(ClipAsk[VisitQuery, DistanceConfig]):
    """Which shape comes close to another one right after, or before, a given one."""

    name = "visit"
    modes = ("perception",)
    answer_type = "text"
    thing = "visit"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
        """Shapes that come close to another one by turns."""
        question, scene, count = streams.question, streams.scene, config.visitors
        order, then = question.shuffled(range(count)), question.choice(("after", "before"))
        objects = cast(streams, style, config.level, count + 1, SOLID_SHAPES, (24, 32))
        names, other = [item.name for item in objects[:-1]], objects[-1].name
        phase, visits = scene.integer(0, count - 1), count + scene.integer(1, 2)
        turns = [order[(phase + k) % count] for k in range(visits)]
        stays = [scene.integer(config.glances(1.3), config.glances(1.7)) for _ in turns]
        ways = [scene.integer(config.glances(0.8), config.glance) for _ in turns]
        # Nobody sets off before the last one is back: two on their way would be seen to be neighbours.
        lengths = [stay + 2 * way for stay, way in zip(stays, ways, strict=True)]
        gap, spare = config.glances(0.2), scene.integer(config.glance, config.glances(2.5))
        num_frames = sum(lengths) + gap * (visits + 1) + 1 + spare
        starts = spread(scene, lengths, gap, (gap, num_frames - 1 - gap))
        assert starts is not None, "clips are long enough for all visits"
        knots: list[list[float]] = [[0.0] for _ in names]
        far = [scene.uniform(*AROUND) for _ in names]
        values = [[here] for here in far]
        events = []
        for turn, start, stay, way in zip(turns, starts, stays, ways, strict=True):
            near, away = scene.uniform(*CLOSE), scene.uniform(*AROUND)
            knots[turn] += [start, start + way, start + way + stay, start + 2 * way + stay]
            values[turn] += [values[turn][-1], near, near, away]
            events.append(Event(start + way, start + way + stay, "close", names[turn], other))
        every = np.arange(num_frames)
        profiles = [np.interp(every, *pair) for pair in zip(knots, values, strict=True)]
        placed = paths_around(scene, config, profiles, every / num_frames, objects)
        query = VisitQuery(
            ask=self.name,
            other=other,
            visitors=names,
            visitor=names[order[0]],
            then=then,
            form=config.form,
        )
        return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)

    def aim(self, query: VisitQuery) -> str:
        then, visitor = query["then"], query["visitor"]
        return f"which shape comes close to the {query['other']} right {then} the {visitor} does"

    def wordings(self, query: VisitQuery) -> Sequence[str]:
        other, one, then = query["other"], query["visitor"], query["then"]
        turns = (
            f"The other shapes take turns coming close to the {other}, in an order that repeats.",
            f"One after the other, and always in the same order, the shapes come close to the {other} and "
            "leave again.",
            f"The other shapes visit the {other}: each comes close to it in turn, in an order that repeats.",
        )
        asked = (
            f"Which shape comes close to it right {then} the {one} does?",
            f"Whose turn comes right {then} the turn of the {one}?",
            f"Which shape is the {'next' if then == 'after' else 'last'} to come close to it {then} the "
            f"{one} does?",
        )
        return [with_words(f"{turn} {ask}", query, _others(query)) for turn in turns for ask in asked]

    def question(
        self, text: str, timeline: Timeline, query: VisitQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        turns = [event.actor for event in timeline.events]
        pairs = itertools.pairwise(turns if query["then"] == "after" else turns[::-1])
        truth = next(two for one, two in pairs if one == query["visitor"])
        return drawn(text, truth, _others(query), config.form, streams)

    def backwards(self, timeline: Timeline, query: VisitQuery) -> Timeline | None:
        return backwards(timeline, replace)

    def seen(self, evidence: Evidence, query: VisitQuery) -> Iterator[Event]:
        for name in query["visitors"]:
            distances = distance_seen(evidence, name, query["other"])
            still = np.abs(np.diff(distances)) < STEADY
            for start, end in spans(still & (distances[1:] < CLOSE[1] + 1)):
                yield Event(start, end, "close", name, query["other"])

    def solve(self, evidence: Evidence, query: VisitQuery) -> str | None:
        """Whoever is clearly nearer to the other shape than all the rest is visiting it."""
        apart = np.stack([distance_seen(evidence, name, query["other"]) for name in query["visitors"]])
        close = np.argwhere((CLOSE[1] + AROUND[0]) / 2 > apart.T)
        turns = [query["visitors"][number] for number, _ in itertools.groupby(close[:, 1].tolist())]
        pairs = itertools.pairwise(turns if query["then"] == "after" else turns[::-1])
        found = {two for one, two in pairs if one == query["visitor"]}
        return found.pop() if len(found) == 1 else None

    def known(self, event: Event, query: VisitQuery) -> bool:
        return event.actor == query["visitor"]

    def conclude(self, query: VisitQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth, one, then = row["answer_text"], query["visitor"], query["then"]
        return (
            f"The one that comes close right {then} the {one} is the {truth}",
            f"So right {then} the {one}, it is the turn of the {truth}",
        )


class Nearer(ClipAsk[NearerQuery, DistanceConfig]):
    """How many times it changes which of two shapes is nearer to a third one."""

    name = "nearer"
    modes = ("perception",)
    answer_type = "integer"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
        """Two shapes that come and go, and are nearer to a third by turns."""
        scene, count = streams.scene, streams.question.choice(CHANGES)
        objects = cast(streams, style, config.level, 3, SOLID_SHAPES, (28, 38))
        one, two, other = (item.name for item in objects)
        cuts, first = sorted(scene.sample(range(1, STOPS), count)), scene.chance(0.5)
        nearer = [first ^ bool(sum(cut <= k for cut in cuts) % 2) for k in range(STOPS)]
        num_frames = scene.integer(config.glances(20 + config.level), config.glances(23 + config.level))
        hold = config.glances(1.3)
        while True:
            stops = []
            for ahead in nearer:
                near = scene.uniform(CLOSE[0], AROUND[1] - config.gap)
                far = scene.uniform(near + config.gap, min(near + 2 * config.gap, AROUND[1]))
                stops.append((near, far) if ahead else (far, near))
            legs = [scene.integer(config.glances(0.8), config.glance) for _ in stops[1:]]
            starts = spread(scene, legs, hold, (hold, num_frames - 1 - hold))
            assert starts is not None, "clips are long enough for all stops"
            leads = [far - near for near, far in stops]  # of the first shape over the second
            times = [
                start + leg * a / (a - b)
                for start, leg, (a, b) in zip(starts, legs, itertools.pairwise(leads), strict=True)
                if a * b < 0
            ]
            if all(abs(time - round(time)) > 0.01 for time in times):
                break
        frames = [float(f) for start, leg in zip(starts, legs, strict=True) for f in (start, start + leg)]
        knots = [0.0, *frames, num_frames - 1.0]
        every = np.arange(num_frames)
        profiles = [np.interp(every, knots, np.repeat([stop[k] for stop in stops], 2)) for k in (0, 1)]
        placed = paths_around(scene, config, profiles, every / num_frames, objects)
        ends = [0, *(math.floor(time) for time in times), num_frames - 1]
        events = [
            Event(a if k == 0 else a + 1, b, "nearer", one if first ^ bool(k % 2) else two, other)
            for k, (a, b) in enumerate(itertools.pairwise(ends))
        ]
        query = NearerQuery(ask=self.name, pair=[one, two], other=other, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)

    def aim(self, query: NearerQuery) -> str:
        one, two = query["pair"]
        return f"how often it changes which is closer to the {query['other']}, the {one} or the {two}"

    def wordings(self, query: NearerQuery) -> Sequence[str]:
        (one, two), other = query["pair"], query["other"]
        sentences = (
            f"Sometimes the {one} is closer to the {other}, and sometimes the {two} is. How many times does "
            "that change?",
            f"The {one} and the {two} take turns being closer to the {other}. How many times does it "
            "change from one to the other?",
            f"The {one} and the {two} are closer to the {other} by turns. How many times does the closer one "
            "change?",
            f"Compare how far the {one} and the {two} are from the {other}. How many times does the closer "
            "one become the farther one?",
            f"Either the {one} or the {two} is closer to the {other}. How many times in this video do they "
            "swap roles?",
            f"At each moment, either the {one} or the {two} is closer to the {other}. How many times does "
            "the other one take over?",
        )
        return [with_form(sentence, query, "integer") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: NearerQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        return integer_question(text, len(timeline.events) - 1, CHANGES, config.form, streams)

    def seen(self, evidence: Evidence, query: NearerQuery) -> Iterator[Event]:
        (one, two), leads = query["pair"], leads_seen(evidence, query)
        for name, ahead in ((one, leads > 0), (two, leads < 0)):
            for start, end in spans(ahead):
                yield Event(start, end - 1, "nearer", name, query["other"])

    def solve(self, evidence: Evidence, query: NearerQuery) -> str | None:
        changes = len(phases(leads_seen(evidence, query), 3 * evidence.eye.px)) - 1
        return str(changes) if changes in CHANGES else None

    def counted(self, query: NearerQuery, row: Mapping[str, Any]) -> Counted:
        spans = [event["frame"] for event in row["events"] if event["kind"] == "nearer"]
        return Counted("change", "changes", spans[1:])

    def conclude(self, query: NearerQuery, row: Mapping[str, Any]) -> Sequence[str]:
        count = row["answer_text"]
        return (
            f"So the closer one changes {say_count(int(count))}",
            f"In all, the number of changes is {count}",
        )


class WhenChanging(SpanAsk[ChangeQuery, DistanceConfig], ClipAsk[ChangeQuery, DistanceConfig]):
    """When the distance between two shapes grows, or shrinks."""

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
        """A distance that changes one way once, at given times; before and after, only the other way."""
        scene, way = streams.scene, streams.question.choice((GROWS, SHRINKS))
        shortest, longest = config.glances(3.4), config.glances(4.2)
        length = scene.integer(shortest, longest)
        num_frames, start = window(scene, length, config.glance, config.level)
        asked = start, start + length
        spans_of = beside(scene, asked, num_frames, (shortest, longest), config.glances(2.0), 2)
        objects = cast(streams, style, config.level, 2, SOLID_SHAPES, (28, 40))
        every, share = np.arange(num_frames), np.linspace(0.0, 1.0, num_frames)
        placed = None
        while placed is None:
            steps = [scene.uniform(1.2, 1.6) * config.change for _ in spans_of]
            signs = [1 if (span[0] == start) == (way == GROWS) else -1 for span in spans_of]
            knots = scene.uniform(NEAR, FAR) + np.cumsum([0.0, *np.multiply(signs, steps)])
            if knots.min() < NEAR or knots.max() > FAR:
                continue
            times = [frame for span in spans_of for frame in span]
            apart = ray(
                np.interp(every, times, np.repeat(knots, 2)[1:-1]) / 2, draw_turning(scene, config, share)
            )
            middle = ray(scene.uniform(20, 80) * share, np.full(num_frames, scene.uniform(0, 360)))
            placed = together(scene, [middle + apart, middle - apart], [item.size for item in objects])
        one, two = (item.name for item in objects)
        ways = {sign: GROWS if sign > 0 else SHRINKS for sign in signs}
        events = [
            Event(*span, "distance", one, two, ways[sign]) for span, sign in zip(spans_of, signs, strict=True)
        ]
        query = ChangeQuery(ask=self.name, pair=[one, two], way=way, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)

    def aim(self, query: ChangeQuery) -> str:
        one, two = query["pair"]
        return f"when the distance between the {one} and the {two} {query['way']}"

    def wordings(self, query: ChangeQuery) -> Sequence[str]:
        (one, two), way = query["pair"], query["way"]
        verb, closer = {GROWS: ("grow", "farther apart"), SHRINKS: ("shrink", "closer to each other")}[way]
        sentences = (
            f"From when to when does the distance between the {one} and the {two} {verb}?",
            f"Between which seconds of the video does the distance between the {one} and the {two} {verb}?",
            f"At some point, the distance between the {one} and the {two} {way}. From when to when does it "
            "do so?",
            f"During which seconds do the {one} and the {two} get {closer}?",
            f"Watch how far the {one} and the {two} are apart. From when to when do they get {closer}?",
            f"The distance between the {one} and the {two} {way} once. When does that start, and when does "
            "it end?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: ChangeQuery) -> tuple[int, int]:
        (change,) = (event for event in timeline.events if event.detail == query["way"])
        return change.frame, change.end_frame

    def seen(self, evidence: Evidence, query: ChangeQuery) -> Iterator[Event]:
        return trends_seen(evidence, query["pair"])

    def solve(self, evidence: Evidence, query: ChangeQuery) -> str | None:
        """Between the two samples from the first of which to the second the distance changes the most."""
        seen = evidence.thinned()
        apart = distance_seen(seen, *query["pair"]) * (1 if query["way"] == GROWS else -1)
        if len(apart) < 3:
            return None
        gains = apart[None, :] - apart[:, None]
        first, last = np.unravel_index(int(np.argmax(np.triu(gains))), gains.shape)
        low, high = (steady_value(apart, int(k), 3 * seen.eye.px + STORED) for k in (first, last))
        if high - low <= 0:
            return None
        rise = np.maximum.accumulate((apart[first : last + 1] - low) / (high - low))
        early, late = (float(np.interp(share, rise, seen.frames[first : last + 1])) for share in (0.25, 0.75))
        half = (late - early) / 2
        return nearest_span(evidence.options, ((early - half) / evidence.fps, (late + half) / evidence.fps))


def _undone(event: Event) -> Event:
    return replace(event, detail={GROWS: SHRINKS, SHRINKS: GROWS}.get(event.detail, event.detail))


def _others(query: VisitQuery) -> list[str]:
    return [name for name in query["visitors"] if name != query["visitor"]]
