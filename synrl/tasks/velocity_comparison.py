"""velocity_comparison: which of several shapes is the fastest, and in what order are they?

Two to five shapes run along lines, each at one constant speed. All ways are about as long, whatever the
speed, so that no place and no distance tells who is faster. Margin: each speed is at least `ratio` times the
next one, from 2 at level 1 down to 1.25 at level 5.

Localisation: a shape is slower than another one but for a stretch in which it is faster. When? There the
ratio is at least `OUTPACING_RATIO`: nobody sees when a small difference begins.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import fastest_span, moving_pieces, observe_runs
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.runners import FASTEST, LASTS, SLOWEST, staged, steady
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import constant_speed, say_number, tell_speed, told_speeds
from synrl.video.scene import Scene
from synrl.world.speeds import SPEED_STEP, Run, Stretch, speed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

EQUAL = "both are equally fast"
_HIGHEST = {"fastest": "highest", "slowest": "lowest"}
LEVEL_RATIO = 1.4
"""Speeds less apart than this are equal where they may be, at level 1: half of `ratio`, in logarithms."""
OUTPACING_RATIO = 1.6
WAY = 230.0, 310.0
"""Px that a shape goes in all that outpaces another one for a while."""
ASKED = 3.0, 3.6
"""Glances of that while."""


@dataclass(frozen=True, kw_only=True)
class VelocityConfig(Config):
    """Knobs: how many shapes are compared, the least ratio of two speeds, slanted lines."""

    shapes: int
    ratio: float
    slanted: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("shapes", range(2, 6))
        self.require_range("ratio", 1.1, (FASTEST / SLOWEST) ** (1 / (self.shapes - 1)))
        self.require("slanted", (False, True))


class SpanQuery(Query):
    object: str
    other: str


class ShapesQuery(Query):
    shapes: list[str]


class ExtremeQuery(ShapesQuery):
    most: str


@dataclass(frozen=True)
class Drawn:
    """What a question asks of a clip."""

    query: Query
    draw_runs: Callable[[], Sequence[Run]]


class Pair(Ask[ShapesQuery, VelocityConfig]):
    """Which of two shapes is faster, or neither."""

    name = "pair"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(self, config: VelocityConfig, streams: Streams, names: list[str], num_frames: int) -> Drawn:
        # Fastest first; empty if nobody is.
        order: tuple[int, ...] = streams.question.choice(((0, 1), (1, 0), ()))
        query = ShapesQuery(form=config.form, ask=self.name, shapes=names)
        return Drawn(query, _ranked(streams.scene, config, order, num_frames))

    def aim(self, query: ShapesQuery) -> str:
        return f"which is faster, {_listed(query['shapes'], 'or')}"

    def wordings(self, query: ShapesQuery) -> Sequence[str]:
        listed, either = _listed(query["shapes"], "and"), _listed(query["shapes"], "or")
        sentences = (
            f"Which moves faster, {either}, or are both equally fast?",
            f"Compare the speeds of {listed} while they move. Which one is faster, or are both equally fast?",
            f"How far they travel does not matter. Which one moves faster, {either}, or are both equally "
            "fast?",
            f"Which is faster while it moves, {either}, or are both equally fast?",
            f"Judging by speed and not by distance, which is faster, {either}, or are both equally fast?",
            f"Watch {listed}. Which of them moves faster, or are both equally fast?",
            f"Leaving out the time they spend at rest, which is faster, {either}, or are both equally fast?",
            f"Which of the two has the higher speed while it moves, {either}, or are both equally fast?",
            f"Each of the two moves at a steady speed. Which one is faster, {either}, or are both equally "
            "fast?",
            f"Is one of these shapes faster than the other while they move, and if so, which: {either}?",
        )
        return [with_words(sentence, query, [*query["shapes"], EQUAL]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ShapesQuery, config: VelocityConfig, streams: Streams
    ) -> Question:
        paces, names = _paces_of(timeline), _fastest_first(timeline, query)
        truth = EQUAL if paces[names[0]] == paces[names[1]] else names[0]
        return drawn(text, truth, [*query["shapes"], EQUAL], config.form, streams)

    def solve(self, evidence: Evidence, query: ShapesQuery) -> str | None:
        seen = _seen_fastest_first(evidence, query)
        if seen is None:
            return None
        (first, fast), (_, slow) = seen.items()
        return EQUAL if fast / slow < LEVEL_RATIO else first

    def reason(self, query: ShapesQuery, row: Mapping[str, Any]) -> Sequence[str]:
        high, low = _told(query, row)
        if high == low:
            return f"Both are at about {high} pixels a second", f"{high} pixels a second for both"
        return f"{high} pixels a second is more than {low}", f"{low} is less than {high}"

    def conclude(self, query: ShapesQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        if truth in query["shapes"]:
            return f"The faster of the two is the {truth}", f"So the {truth} is faster"
        return f"So {truth}", f"There is no difference: {truth}"


class Extreme(Ask[ExtremeQuery, VelocityConfig]):
    """Which of some shapes is the fastest, or the slowest."""

    name = "extreme"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(
        self,
        config: VelocityConfig,
        streams: Streams,
        names: list[str],
        order: Sequence[int],
        num_frames: int,
    ) -> Drawn:
        most = streams.question.choice(("fastest", "slowest"))
        query = ExtremeQuery(form=config.form, ask=self.name, shapes=names, most=most)
        return Drawn(query, _ranked(streams.scene, config, order, num_frames))

    def aim(self, query: ExtremeQuery) -> str:
        return f"which of the {say_number(len(query['shapes']))} shapes is the {query['most']}"

    def wordings(self, query: ExtremeQuery) -> Sequence[str]:
        most, highest = query["most"], _HIGHEST[query["most"]]
        listed, either = _listed(query["shapes"], "and"), _listed(query["shapes"], "or")
        sentences = (
            f"Which of these shapes is the {most} while it moves: {either}?",
            f"Compare the speeds of {listed}, not the distances they travel. Which shape is the {most}?",
            f"How far a shape travels does not matter. Which one is the {most} while it moves: {either}?",
            f"Each of these shapes moves at a steady speed: {', '.join(query['shapes'])}. Which one is the "
            f"{most}?",
            f"Which shape moves {most}: {either}?",
            f"Watch {listed}. Which of them moves {most}?",
            f"Leaving out the time spent at rest, which shape moves {most}: {either}?",
            f"Judging by speed and not by distance, which shape is the {most}: {either}?",
            f"The speeds of {listed} differ. Which shape has the {highest} speed?",
            f"Which shape has the {highest} speed while it moves: {either}?",
            f"If only their speed while they move counts, which is the {most}: {either}?",
        )
        return [with_words(sentence, query, query["shapes"]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ExtremeQuery, config: VelocityConfig, streams: Streams
    ) -> Question:
        truth = _fastest_first(timeline, query)[0 if query["most"] == "fastest" else -1]
        return drawn(text, truth, query["shapes"], config.form, streams)

    def solve(self, evidence: Evidence, query: ExtremeQuery) -> str | None:
        seen = _seen_fastest_first(evidence, query)
        return None if seen is None else list(seen)[0 if query["most"] == "fastest" else -1]

    def reason(self, query: ExtremeQuery, row: Mapping[str, Any]) -> Sequence[str]:
        most, *rest = _told(query, row)
        word, asked = ("smallest", rest[-1]) if query["most"] == "slowest" else ("largest", most)
        listed = f"{', '.join(map(str, [most, *rest][:-1]))} and {rest[-1]}"
        return f"The {word} of {listed} is {asked}", f"Of {listed} pixels a second, {asked} is the {word}"

    def conclude(self, query: ExtremeQuery, row: Mapping[str, Any]) -> Sequence[str]:
        most, truth = query["most"], row["answer_text"]
        return f"The {most} of them is the {truth}", f"The {truth} has the {_HIGHEST[most]} speed of them"


class Rank(Ask[ShapesQuery, VelocityConfig]):
    """The order of some shapes by speed."""

    name = "rank"
    modes = ("perception",)
    answer_type = "ordering"
    unordered = True

    def draw(
        self,
        config: VelocityConfig,
        streams: Streams,
        names: list[str],
        order: Sequence[int],
        num_frames: int,
    ) -> Drawn:
        query = ShapesQuery(form=config.form, ask=self.name, shapes=names)
        return Drawn(query, _ranked(streams.scene, config, order, num_frames))

    def aim(self, query: ShapesQuery) -> str:
        return f"how the {say_number(len(query['shapes']))} shapes rank by speed"

    def wordings(self, query: ShapesQuery) -> Sequence[str]:
        names, listed = query["shapes"], _listed(query["shapes"], "and")
        sentences = (
            f"Order {listed} by speed, from the fastest to the slowest.",
            f"Rank these shapes by their speed while they move, the fastest first: {', '.join(names)}.",
            f"The speeds of {listed} differ. What is their order, from the fastest to the slowest?",
            f"What is the order of {listed} by speed, the fastest first?",
            f"Compare the speeds of {listed}, not the distances they travel. What is their order, from the "
            "fastest to the slowest?",
            f"Sort {listed} by how fast they move, starting with the fastest.",
            f"Each of these shapes moves at a steady speed: {', '.join(names)}. What is their order, from "
            "the fastest to the slowest?",
            f"How far a shape travels does not matter. Put {listed} in order of speed, the fastest first.",
            f"If only their speed while they move counts, how do {listed} rank, from the fastest to the "
            "slowest?",
            f"Watch {listed}. Which moves fastest, which comes second, and so on down to the slowest?",
        )
        return [with_form(sentence, query, "ordering") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ShapesQuery, config: VelocityConfig, streams: Streams
    ) -> Question:
        orders = [", ".join(order) for order in itertools.permutations(query["shapes"])]
        truth = ", ".join(_fastest_first(timeline, query))
        return drawn(text, truth, orders, config.form, streams, "ordering")

    def solve(self, evidence: Evidence, query: ShapesQuery) -> str | None:
        seen = _seen_fastest_first(evidence, query)
        return None if seen is None else ", ".join(seen)

    def reason(self, query: ShapesQuery, row: Mapping[str, Any]) -> Sequence[str]:
        speeds = _told(query, row)
        return f"In pixels a second, {' > '.join(map(str, speeds))}", " > ".join(map(str, speeds))

    def conclude(self, query: ShapesQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"From the fastest to the slowest: {truth}", f"Sorted by these speeds: {truth}"


class Outpacing(SpanAsk[SpanQuery, VelocityConfig]):
    """When a shape that is mostly slower than another one is faster."""

    def draw(
        self,
        config: VelocityConfig,
        streams: Streams,
        names: list[str],
        num_frames: int,
        start: int,
        length: int,
    ) -> Drawn:
        scene = streams.scene

        def draw_runs() -> list[Run]:
            pair = _outpacing(scene, max(config.ratio, OUTPACING_RATIO), start, length, num_frames)
            others = (speed(scene, SLOWEST / config.glance, FASTEST / 2 / config.glance) for _ in names[2:])
            return [*pair, *(steady(scene, pace, num_frames) for pace in others)]

        query = SpanQuery(form=config.form, ask=self.name, object=names[0], other=names[1])
        return Drawn(query, draw_runs)

    def aim(self, query: SpanQuery) -> str:
        return f"when the {query['object']} is faster than the {query['other']}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, other = query["object"], query["other"]
        sentences = (
            f"Between which seconds does the {name} move faster than the {other}?",
            f"When is the {name} faster than the {other}?",
            f"Most of the time, the {name} is slower than the {other}. During which seconds is the {name} "
            "faster?",
            f"During which seconds is the speed of the {name} higher than that of the {other}?",
            f"From when to when does the {name} move faster than the {other}?",
            f"For a while, the {name} moves faster than the {other}. When does that begin, and when does it "
            "end?",
            f"The {name} is slower than the {other} except for one stretch. From when to when does that "
            "stretch last?",
            f"When does the {name} become faster than the {other}, and when does it become slower again?",
            f"Find the part of the video in which the {name} moves faster than the {other}. From when to "
            "when does it last?",
            f"Watch the {name} and the {other}. When does the {name} move faster than the {other}?",
            f"Which seconds of the video show the {name} moving faster than the {other}?",
            f"Between which seconds is the {other} slower than the {name}?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        paces = _paces_of(timeline)
        own = [event for event in timeline.events if event.actor == query["object"]]
        (fast,) = (
            event
            for event, pace in zip(own, paces[query["object"]], strict=True)
            if pace > paces[query["other"]][0]
        )
        return fast.frame, fast.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        span = fastest_span(evidence, query["object"])
        return None if span is None else nearest_span(evidence.options, span)


PAIR, EXTREME, RANK, OUTPACING = Pair(), Extreme(), Rank(), Outpacing()


class VelocityComparison(Family):
    name = "velocity_comparison"
    summary = "Which of two to five shapes is fastest, their order by speed, when one outpaces another."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = VelocityConfig
    asks = (PAIR, EXTREME, RANK, OUTPACING)
    words = told("move", "steady")
    levels = {
        1: dict(shapes=2, ratio=2.0, slanted=False),
        2: dict(shapes=3, ratio=1.7, slanted=False),
        3: dict(shapes=4, ratio=1.45, slanted=True),
        4: dict(shapes=4, ratio=1.35, slanted=True),
        5: dict(shapes=5, ratio=1.25, slanted=True),
    }

    def simulate(self, config: VelocityConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, config.shapes, SOLID_SHAPES, (28, 42))
        names = [item.name for item in objects]
        length = scene.integer(*map(config.glances, ASKED))
        num_frames, start = window(scene, length, config.glance, config.level)
        if config.mode != "localisation":
            num_frames = scene.integer(*map(config.glances, LASTS))
        if config.mode == "localisation":
            asked = OUTPACING.draw(config, streams, names, num_frames, start, length)
        elif config.shapes == 2:
            asked = PAIR.draw(config, streams, names, num_frames)
        else:
            order = streams.question.shuffled(range(config.shapes))
            ask: Extreme | Rank = EXTREME if config.shapes > 3 and streams.question.chance(0.5) else RANK
            asked = ask.draw(config, streams, names, order, num_frames)
        poses, events = staged(scene, objects, num_frames, asked.draw_runs, slanted=config.slanted)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=asked.query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_speed(happening)

    def speed(self, event: Event) -> float | None:
        return constant_speed(event)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)


FAMILY = VelocityComparison()


def _ranked(
    scene: Stream, config: VelocityConfig, order: Sequence[int], num_frames: int
) -> Callable[[], list[Run]]:
    """Draws a run for each shape: an order has the fastest one first, an empty one makes all equal."""

    def draw_runs() -> list[Run]:
        paces = _paces(scene, config)
        ranks = [order.index(i) if order else 0 for i in range(config.shapes)]
        return [steady(scene, paces[rank], num_frames) for rank in ranks]

    return draw_runs


def _told(query: ShapesQuery, row: Mapping[str, Any]) -> list[int]:
    """The speeds of the shapes in question (px a second), the highest first."""
    own = {event["actor"]: told_speeds(event["detail"])[0] for event in row["events"]}
    return sorted((own[name] for name in query["shapes"]), reverse=True)


def _listed(names: Sequence[str], link: str) -> str:
    return f"{', '.join(f'the {name}' for name in names[:-1])} {link} the {names[-1]}"


def _paces_of(timeline: Timeline) -> dict[str, list[float]]:
    """The speeds of every shape in the log, in order (px per frame)."""
    return {
        item.name: [float(event.detail.split()[0]) for event in timeline.events if event.actor == item.name]
        for item in timeline.objects
    }


def _fastest_first(timeline: Timeline, query: ShapesQuery) -> list[str]:
    paces = _paces_of(timeline)
    return sorted(query["shapes"], key=lambda name: -paces[name][0])


def _seen_fastest_first(evidence: Evidence, query: ShapesQuery) -> dict[str, float] | None:
    """The speed that each shape is seen to hold (px per frame), the highest first; None if one holds none."""
    speeds = {}
    for name in query["shapes"]:
        held = moving_pieces(evidence, name)
        if len(held) != 1:
            return None
        speeds[name] = held[0].speed
    return dict(sorted(speeds.items(), key=lambda item: -item[1]))


def _paces(scene: Stream, config: VelocityConfig) -> list[float]:
    """Speeds from the fastest to the slowest, each at least `ratio` times the next, in px per frame."""
    ratio, slowest, fastest = config.ratio, SLOWEST / config.glance, FASTEST / config.glance
    paces = [speed(scene, slowest, fastest / ratio ** (config.shapes - 1))]
    for left in range(config.shapes - 2, -1, -1):
        low = paces[0] * ratio
        most = fastest / ratio**left
        paces.insert(0, speed(scene, low, max(min(1.4 * low, most), low + SPEED_STEP)))
    return paces


def _outpacing(scene: Stream, ratio: float, start: int, length: int, num_frames: int) -> list[Run]:
    """A shape that is faster than another for a while, and the other, both in motion all the time."""
    rest = num_frames - 1 - start - length
    # The faster of the two in all: the one that hurries, or the one that is never slow.
    parts = max(start + rest + ratio**2 * length, ratio * (num_frames - 1))
    slow = speed(scene, WAY[0] / parts, WAY[1] / parts)
    pace = speed(scene, slow * ratio, slow * ratio + SPEED_STEP)
    fast = speed(scene, pace * ratio, pace * ratio + SPEED_STEP)
    own = Stretch(start, slow, slow), Stretch(length, fast, fast), Stretch(rest, slow, slow)
    return [Run(0, own), Run(0, (Stretch(num_frames - 1, pace, pace),))]
