"""speed_perception: how fast is a shape beside a reference, and does its speed stay the same?

The reference is another shape in the same clip that moves at a constant speed. The asked shape moves at
a stated multiple of that, or its speed switches between two values. Shapes go about as far whatever their
speed, so that no place and no distance gives it away.

Margins: any two multiples on offer differ by a factor of at least 1.5 at levels 1 to 3, and of at least
1.33 at levels 4 and 5; a fast stretch is `ratio` times as fast as a slow one, and each lasts `STRETCH`
glances (`Config.glance`) or longer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import fastest_span, moving_pieces, observe_runs
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.runners import FASTEST, LASTS, SLOWEST, midway, run_backwards, staged, steady
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import constant_speed, tell_speed, told_speeds
from synrl.video.scene import Scene
from synrl.world.speeds import SPEED_STEP, Run, Stretch, speed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

MULTIPLES = {
    "a third as fast": Fraction(1, 3),
    "half as fast": Fraction(1, 2),
    "two thirds as fast": Fraction(2, 3),
    "equally fast": Fraction(1),
    "one and a half times as fast": Fraction(3, 2),
    "twice as fast": Fraction(2),
    "three times as fast": Fraction(3),
}
COARSE = ("half as fast", "equally fast", "twice as fast", "three times as fast")
MEAN = SLOWEST * 3**0.5, FASTEST / 3**0.5
"""Px in a glance: the geometric mean of the speeds of a shape and of its reference, whatever the multiple."""
PATTERNS = {
    "f": "its speed stays the same",
    "sf": "first slow, then fast",
    "fs": "first fast, then slow",
    "sfs": "slow, then fast, then slow again",
    "fsf": "fast, then slow, then fast again",
}
"""Slow and fast stretches in order."""
STRETCH = 3.0, 3.6
"""Glances of each stretch at one speed."""
WAY = 250.0, 320.0
"""Px that a shape goes in all, whether its speed switches or not."""


@dataclass(frozen=True, kw_only=True)
class SpeedConfig(Config):
    """Knobs: multiples on offer, ratio of fast to slow stretches, other shapes, slanted lines."""

    multiples: tuple[str, ...]
    ratio: float
    others: int
    slanted: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "multiples", tuple(self.multiples))
        if not set(self.multiples) <= set(MULTIPLES) or len(self.multiples) < 4:
            raise ConfigError(
                f"multiples is {self.multiples!r}; allowed: four or more of {', '.join(MULTIPLES)}"
            )
        self.require_range("ratio", 1.3, 6.0)
        self.require("others", range(3))
        self.require("slanted", (False, True))

    def draw_stretch(self, scene: Stream) -> int:
        """The frames of a stretch at one speed."""
        return scene.integer(*map(self.glances, STRETCH))


class SpeedQuery(Query):
    object: str


class MultipleQuery(SpeedQuery):
    reference: str
    multiples: list[str]


@dataclass(frozen=True)
class Members:
    """The shapes of a clip, the first of which is asked about, and a stretch of its frames."""

    names: Sequence[str]
    num_frames: int
    start: int
    length: int

    def others(self, scene: Stream, config: SpeedConfig, count: int) -> list[Run]:
        """Steady runs of the last shapes."""
        low, high = SLOWEST / config.glance, FASTEST / config.glance
        return [steady(scene, speed(scene, low, high), self.num_frames) for _ in range(count)]


Drawn = tuple[SpeedQuery, Callable[[], Sequence[Run]]]
"""What is asked, and what draws the runs of a clip that has the answer."""


class Multiple(Ask[MultipleQuery, SpeedConfig]):
    """How fast a shape is beside a reference."""

    name = "multiple"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        multiple = streams.question.choice(config.multiples)

        def draw_runs() -> list[Run]:
            paces = _compared(streams.scene, config, MULTIPLES[multiple])
            pair = [steady(streams.scene, pace, members.num_frames) for pace in paces]
            return [*pair, *members.others(streams.scene, config, len(members.names) - 2)]

        query = MultipleQuery(
            object=members.names[0],
            form=config.form,
            ask=self.name,
            reference=members.names[1],
            multiples=list(config.multiples),
        )
        return query, draw_runs

    def aim(self, query: MultipleQuery) -> str:
        return f"how fast the {query['object']} is compared with the {query['reference']}"

    def wordings(self, query: MultipleQuery) -> Sequence[str]:
        name, reference = query["object"], query["reference"]
        sentences = (
            f"While they are moving, how fast is the {name} compared with the {reference}?",
            f"How fast does the {name} move compared with the {reference}?",
            f"While they move, how does the speed of the {name} compare with that of the {reference}?",
            f"Compare speeds, not distances: how fast is the {name} compared with the {reference}?",
            f"Measured against the speed of the {reference}, how fast does the {name} move?",
            f"Take the speed of the {reference} as the unit. How fast does the {name} move?",
            f"Leaving out the time they spend at rest, how fast is the {name} compared with the {reference}?",
            f"Both the {name} and the {reference} move for a while. How fast is the {name} compared with "
            f"the {reference}?",
            f"The {reference} moves at a steady speed. Compared with it, how fast does the {name} move?",
            f"Watch the {name} and the {reference}. How fast does the {name} move compared with the "
            f"{reference}?",
            f"Judge by speed rather than by distance. How fast does the {name} move compared with the "
            f"{reference}?",
            f"When the {name} is in motion, how fast is it compared with the {reference} in motion?",
            f"Compared with the {reference}, how fast is the {name} once it is on its way?",
        )
        return [with_words(sentence, query, query["multiples"]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: MultipleQuery, config: SpeedConfig, streams: Streams
    ) -> Question:
        (own, *_), (reference, *_) = (
            _speeds_of(timeline, name) for name in (query["object"], query["reference"])
        )
        fitting = (name for name in config.multiples if abs(MULTIPLES[name] - own / reference) < 1e-6)
        (truth,) = fitting
        return drawn(text, truth, config.multiples, config.form, streams)

    def solve(self, evidence: Evidence, query: MultipleQuery) -> str | None:
        own, reference = (moving_pieces(evidence, query[name]) for name in ("object", "reference"))
        if len(own) != 1 or len(reference) != 1:
            return None
        multiple = own[0].speed / reference[0].speed
        return min(query["multiples"], key=lambda name: abs(math.log(MULTIPLES[name] / multiple)))

    def reason(self, query: MultipleQuery, row: Mapping[str, Any]) -> Sequence[str]:
        paces = {event["actor"]: told_speeds(event["detail"]) for event in row["events"]}
        (own, *_), (other, *_) = paces[query["object"]], paces[query["reference"]]
        share = f"{own} / {other} = {own / other:.3g}"
        return f"In pixels a second, {share}", f"In numbers, {share}"

    def conclude(self, query: MultipleQuery, row: Mapping[str, Any]) -> Sequence[str]:
        reference, compared = query["reference"], f"the {query['object']} is {row['answer_text']}"
        return (
            f"Compared with the {reference}, {compared}",
            f"Measured against the {reference}, {compared}",
        )


class Pattern(Ask[SpeedQuery, SpeedConfig]):
    """Whether and how a shape goes between slow and fast, as one of `PATTERNS`."""

    name = "pattern"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        pattern = streams.question.choice(tuple(PATTERNS))

        def draw_runs() -> list[Run]:
            others = members.others(streams.scene, config, len(members.names) - 1)
            return [_switching(streams.scene, config, pattern, members.num_frames), *others]

        return SpeedQuery(object=members.names[0], form=config.form, ask=self.name), draw_runs

    def aim(self, query: SpeedQuery) -> str:
        return f"how the speed of the {query['object']} changes while it moves"

    def wordings(self, query: SpeedQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How does the speed of the {name} change while it moves?",
            f"How does the {name}'s speed change while it is moving?",
            f"From the moment it sets off until it stops, how does the speed of the {name} change?",
            f"Does the {name} change its speed while it moves, and if so, how?",
            f"While the {name} is moving, does it keep one speed, or is it slow and fast by turns, and in "
            "which order?",
            f"What happens to the speed of the {name} between the time it sets off and the time it stops?",
            f"Leaving out its rests before and after, how does the speed of the {name} change?",
            f"How would you describe the speed of the {name} while it is on its way?",
            f"The {name} sets off, moves along a line and stops. How does its speed change on the way?",
            f"Watch the {name} while it moves. How does its speed change?",
            f"Does the speed of the {name} stay the same while it moves, or does it switch between slow and "
            "fast?",
            f"In what order is the {name} slow and fast while it moves, if its speed changes at all?",
            f"As the {name} moves along its line, what does its speed do?",
            f"Once the {name} has set off, how does its speed change before it stops?",
        )
        return [with_words(sentence, query, (f'"{p}"' for p in PATTERNS.values())) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: SpeedQuery, config: SpeedConfig, streams: Streams
    ) -> Question:
        own = _speeds_of(timeline, query["object"])
        truth = PATTERNS["".join("f" if value == max(own) else "s" for value in own)]
        return drawn(text, truth, tuple(PATTERNS.values()), config.form, streams)

    def backwards(self, timeline: Timeline, query: SpeedQuery) -> Timeline | None:
        return run_backwards(timeline) if len(_speeds_of(timeline, query["object"])) == 2 else None

    def solve(self, evidence: Evidence, query: SpeedQuery) -> str | None:
        speeds = [piece.speed for piece in moving_pieces(evidence, query["object"])]
        if not speeds:
            return None
        middle = (min(speeds) + max(speeds)) / 2
        return PATTERNS.get("".join("s" if speed < middle else "f" for speed in speeds))

    def conclude(self, query: SpeedQuery, row: Mapping[str, Any]) -> Sequence[str]:
        name, truth = query["object"], row["answer_text"]
        if truth == PATTERNS["f"]:
            return f"While the {name} moves, {truth}", f"So {truth}"
        return f"While it moves, the {name} is {truth}", f"So the {name} is {truth}"


class FastStretch(SpanAsk[SpeedQuery, SpeedConfig]):
    """When a shape that is slow otherwise is fast."""

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        def draw_runs() -> list[Run]:
            others = members.others(streams.scene, config, len(members.names) - 1)
            return [_fast_between(streams.scene, config, members), *others]

        return SpeedQuery(object=members.names[0], form=config.form, ask=self.name), draw_runs

    def aim(self, query: SpeedQuery) -> str:
        return f"when the {query['object']} is fastest"

    def wordings(self, query: SpeedQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"Between which seconds does the {name} move faster than in the rest of the video?",
            f"When does the {name} move at its higher speed?",
            f"The {name} moves slowly except for one stretch. During which seconds is it fast?",
            f"The {name} becomes fast and later becomes slow again. From when to when is it fast?",
            f"From when to when does the {name} move at its higher speed?",
            f"For a while, the {name} moves faster than before and after. When does that begin, and when "
            "does it end?",
            f"Find the stretch in which the {name} is fastest. From when to when does it last?",
            f"The {name} switches to a higher speed and back. Between which seconds does it move at the "
            "higher speed?",
            f"Watch the {name}. When is it faster than in the rest of the video?",
            f"The {name} speeds up and later slows down again. From when to when is it faster?",
            f"When does the {name} switch to its higher speed, and when does it switch back?",
            f"Between which seconds of the video does the {name} move faster?",
            f"The {name} moves all the time, but not always at the same speed. When is it faster?",
            f"Which seconds of the video show the {name} at its higher speed?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpeedQuery) -> tuple[int, int]:
        own = [event for event in timeline.events if event.actor == query["object"]]
        fast = max(own, key=lambda event: _speed(event.detail))
        return fast.frame, fast.end_frame

    def solve(self, evidence: Evidence, query: SpeedQuery) -> str | None:
        span = fastest_span(evidence, query["object"])
        return None if span is None else nearest_span(evidence.options, span)


MULTIPLE, PATTERN, FAST_STRETCH = Multiple(), Pattern(), FastStretch()


class SpeedPerception(Family):
    name = "speed_perception"
    summary = "How fast a shape is beside a reference, whether its speed varies, when it is fast."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = SpeedConfig
    asks = (MULTIPLE, PATTERN, FAST_STRETCH)
    words = told("move", "steady")
    levels = {
        1: dict(multiples=COARSE, ratio=3.0, others=0, slanted=False),
        2: dict(multiples=COARSE, ratio=2.7, others=0, slanted=True),
        3: dict(multiples=(*COARSE, "a third as fast"), ratio=2.4, others=1, slanted=True),
        4: dict(multiples=tuple(MULTIPLES), ratio=2.2, others=1, slanted=True),
        5: dict(multiples=tuple(MULTIPLES), ratio=2.0, others=2, slanted=True),
    }

    def simulate(self, config: SpeedConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, 2 + config.others, SOLID_SHAPES, (32, 48))
        length = config.draw_stretch(scene)
        num_frames, start = window(scene, length, config.glance, config.level)
        if config.mode != "localisation":
            num_frames = scene.integer(*map(config.glances, LASTS))
        members = Members([item.name for item in objects], num_frames, start, length)
        if config.mode == "localisation":
            query, draw_runs = FAST_STRETCH.draw(config, streams, members)
        else:
            ask: Multiple | Pattern = MULTIPLE if streams.question.chance(0.5) else PATTERN
            query, draw_runs = ask.draw(config, streams, members)
        poses, events = staged(scene, objects, num_frames, draw_runs, slanted=config.slanted)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_speed(happening)

    def speed(self, event: Event) -> float | None:
        return constant_speed(event)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)


FAMILY = SpeedPerception()


def _compared(scene: Stream, config: SpeedConfig, multiple: Fraction) -> tuple[float, float]:
    """The speeds of a shape and of its reference (px per frame), both of which have names."""
    step = multiple.denominator * SPEED_STEP
    low, high = (mean / config.glance / float(multiple) ** 0.5 / step for mean in MEAN)
    reference = scene.integer(math.ceil(low - 1e-9), math.floor(high + 1e-9)) * step
    return reference * multiple.numerator / multiple.denominator, reference


def _switching(scene: Stream, config: SpeedConfig, pattern: str, num_frames: int) -> Run:
    """A run of slow and fast stretches, or at one speed, which goes as far in the same time."""
    frames = [config.draw_stretch(scene) for _ in pattern]
    if pattern == "f":
        frames = [sum(config.draw_stretch(scene) for _ in range(scene.integer(2, 3)))]
    ratio = config.ratio if len(pattern) > 1 else 1.0
    parts = sum(n * (ratio if p == "f" else 1.0) for n, p in zip(frames, pattern, strict=True))
    slow = speed(scene, WAY[0] / parts, WAY[1] / parts)
    paces = {"s": slow, "f": speed(scene, slow * ratio, slow * ratio + SPEED_STEP)}
    stretches = (Stretch(n, paces[p], paces[p]) for n, p in zip(frames, pattern, strict=True))
    return midway(scene, tuple(stretches), num_frames)


def _fast_between(scene: Stream, config: SpeedConfig, members: Members) -> Run:
    """A slow run through the whole clip with one fast stretch."""
    rest = members.num_frames - 1 - members.start - members.length
    parts = members.start + config.ratio * members.length + rest
    slow = speed(scene, WAY[0] / parts, WAY[1] / parts)
    fast = speed(scene, slow * config.ratio, slow * config.ratio + 2 * SPEED_STEP)
    stretches = (
        Stretch(members.start, slow, slow),
        Stretch(members.length, fast, fast),
        Stretch(rest, slow, slow),
    )
    return Run(0, stretches)


def _speed(detail: str) -> float:
    return float(detail.split()[0])


def _speeds_of(timeline: Timeline, name: str) -> list[float]:
    """The speeds of a shape in the log, in order (px per frame)."""
    return [_speed(event.detail) for event in timeline.events if event.actor == name]
