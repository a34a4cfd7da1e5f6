"""speed_perception: how fast is a shape beside a reference, and does its speed stay the same?

The reference is another shape in the same clip that moves at a constant speed. The asked shape moves at
a stated multiple of that, or its speed switches between two values. Shapes move for different times, so
that neither the distance travelled nor the length of the motion gives the speed away.

Margins: any two multiples on offer differ by a factor of at least 1.5 at levels 1 to 3, and of at least
1.33 at levels 4 and 5; a fast stretch is `ratio` times as fast as a slow one and at least `MIN_STRETCH`
frames long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import held_speeds, observe_runs, sampled_speeds
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.runners import run_backwards, staged
from synrl.tasks.shared.stage import STILL_FRAMES, window
from synrl.tasks.shared.telling import tell_speed
from synrl.video.scene import Scene
from synrl.world.speeds import Run, Stretch, speed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

MULTIPLES = {
    "a third as fast": 1 / 3,
    "half as fast": 1 / 2,
    "two thirds as fast": 2 / 3,
    "equally fast": 1.0,
    "one and a half times as fast": 3 / 2,
    "twice as fast": 2.0,
    "three times as fast": 3.0,
}
COARSE = ("half as fast", "equally fast", "twice as fast", "three times as fast")
REFERENCE_SPEEDS = (0.9, 1.2, 1.5)
"""Px per frame: every multiple of them is on the grid of speeds."""
PATTERNS = {
    "f": "its speed stays the same",
    "sf": "first slow, then fast",
    "fs": "first fast, then slow",
    "sfs": "slow, then fast, then slow again",
    "fsf": "fast, then slow, then fast again",
}
"""Slow and fast stretches in order."""
MIN_STRETCH = 24
SLOW, FAST = 0.4, 2.4
"""Px per frame around and in the fast stretch of a localisation question."""


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
        self.require_range("ratio", 1.3, FAST / SLOW)
        self.require("others", range(3))
        self.require("slanted", (False, True))


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

    def others(self, scene: Stream) -> list[Run]:
        """Steady runs of all shapes but the first."""
        return [_steady(scene, scene.choice(REFERENCE_SPEEDS), self.num_frames) for _ in self.names[1:]]


Drawn = tuple[SpeedQuery, Callable[[], Sequence[Run]]]
"""What is asked, and what draws the runs of a clip that has the answer."""


class Multiple(Ask[MultipleQuery, SpeedConfig]):
    """How fast a shape is beside a reference."""

    name = "multiple"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        multiple = streams.question.choice(config.multiples)

        def draw_runs() -> list[Run]:
            others = members.others(streams.scene)
            pace = others[0].stretches[0].before * MULTIPLES[multiple]
            return [_steady(streams.scene, pace, members.num_frames), *others]

        query = MultipleQuery(
            object=members.names[0],
            form=config.form,
            ask=self.name,
            reference=members.names[1],
            multiples=list(config.multiples),
        )
        return query, draw_runs

    def wordings(self, query: MultipleQuery) -> Sequence[str]:
        name, reference = query["object"], query["reference"]
        sentences = (
            f"While each of them is moving, how fast is the {name} compared with the {reference}?",
            f"Compare speeds, not distances: how fast does the {name} move beside the {reference}?",
            f"Taking the speed of the {reference} in motion as the reference, how fast is the {name}?",
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
        levels, reference = (
            held_speeds(sampled_speeds(evidence, evidence.tracks[name]))
            for name in (query["object"], query["reference"])
        )
        if levels is None or reference is None or len(levels) > 1 or len(reference) > 1:
            return None
        multiple = levels[0] / reference[0]
        return min(query["multiples"], key=lambda name: abs(math.log(MULTIPLES[name] / multiple)))

    def conclude(self, query: MultipleQuery, row: Mapping[str, Any]) -> Sequence[str]:
        reference, compared = query["reference"], f"the {query['object']} is {row['answer_text']}"
        return (
            f"Compared with the {reference}, {compared}",
            f"With the {reference} as the measure, {compared}",
        )


class Pattern(Ask[SpeedQuery, SpeedConfig]):
    """Whether and how a shape goes between slow and fast, as one of `PATTERNS`."""

    name = "pattern"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        pattern = streams.question.choice(tuple(PATTERNS))

        def draw_runs() -> list[Run]:
            others = members.others(streams.scene)
            return [_switching(streams.scene, config.ratio, pattern, members.num_frames), *others]

        return SpeedQuery(object=members.names[0], form=config.form, ask=self.name), draw_runs

    def wordings(self, query: SpeedQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How does the speed of the {name} change while it is moving?",
            f"While the {name} is on its way, is it slow or fast, and in which order?",
            f"Which of these describes the speed of the {name} from the start of its motion to the end?",
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
        levels = held_speeds(sampled_speeds(evidence, evidence.tracks[query["object"]]))
        if levels is None:
            return None
        middle = (min(levels) + max(levels)) / 2
        return PATTERNS.get("".join("s" if level < middle - 0.01 else "f" for level in levels))

    def conclude(self, query: SpeedQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"As to the {query['object']}: {truth}", f"All in all: {truth}"


class FastStretch(SpanAsk[SpeedQuery, SpeedConfig]):
    """When a shape that is slow otherwise is fast."""

    def draw(self, config: SpeedConfig, streams: Streams, members: Members) -> Drawn:
        def draw_runs() -> list[Run]:
            others = members.others(streams.scene)
            own = _fast_between(
                streams.scene, config.ratio, members.start, members.length, members.num_frames
            )
            return [own, *others]

        return SpeedQuery(object=members.names[0], form=config.form, ask=self.name), draw_runs

    def wordings(self, query: SpeedQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"Between which seconds does the {name} move faster than in the rest of the video?",
            f"The {name} moves slowly but for one stretch. During which seconds is it fast?",
            f"When in the video is the {name} at its higher speed?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpeedQuery) -> tuple[int, int]:
        own = [event for event in timeline.events if event.actor == query["object"]]
        fast = max(own, key=lambda event: _speed(event.detail))
        return fast.frame, fast.end_frame

    def solve(self, evidence: Evidence, query: SpeedQuery) -> str | None:
        speeds = sampled_speeds(evidence, evidence.tracks[query["object"]])
        if len(speeds) < 3:
            return None
        fast = np.flatnonzero(speeds > (speeds.min() + speeds.max()) / 2)
        span = float(evidence.times[fast[0]]), float(evidence.times[fast[-1] + 1])
        return nearest_span(evidence.options, span)


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
    words = told("steady")
    names = named("pixels")
    levels = {
        1: dict(multiples=COARSE, ratio=3.0, others=0, slanted=False),
        2: dict(multiples=COARSE, ratio=2.6, others=0, slanted=True),
        3: dict(multiples=(*COARSE, "a third as fast"), ratio=2.3, others=1, slanted=True),
        4: dict(multiples=tuple(MULTIPLES), ratio=2.0, others=1, slanted=True),
        5: dict(multiples=tuple(MULTIPLES), ratio=1.7, others=2, slanted=True),
    }

    def simulate(self, config: SpeedConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, 2 + config.others, SOLID_SHAPES, (32, 48))
        length = scene.integer(32, 45)
        num_frames, start = window(scene, length)
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

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)


FAMILY = SpeedPerception()


def _steady(scene: Stream, pace: float, num_frames: int) -> Run:
    """A run at one speed, for some of the clip."""
    frames = scene.integer(50, 80)
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - frames)
    return Run(start, (Stretch(frames, pace, pace),))


def _switching(scene: Stream, ratio: float, pattern: str, num_frames: int) -> Run:
    """A run of slow and fast stretches."""
    slow = speed(scene, 0.5, 0.9)
    paces = {"s": slow, "f": speed(scene, slow * ratio, slow * ratio + 0.3)}
    if pattern == "f":
        paces["f"] = speed(scene, slow, slow * ratio)
    frames = [scene.integer(MIN_STRETCH, 36) for _ in pattern]
    if pattern == "f":
        frames = [scene.integer(2 * MIN_STRETCH, 90)]
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - sum(frames))
    stretches = (Stretch(n, paces[p], paces[p]) for n, p in zip(frames, pattern, strict=True))
    return Run(start, tuple(stretches))


def _fast_between(scene: Stream, ratio: float, start: int, length: int, num_frames: int) -> Run:
    """A slow run through the whole clip with one fast stretch."""
    slow = speed(scene, SLOW, FAST / ratio)
    fast = speed(scene, slow * ratio, max(slow * ratio + 0.1, FAST))
    stretches = (
        Stretch(start, slow, slow),
        Stretch(length, fast, fast),
        Stretch(num_frames - 1 - start - length, slow, slow),
    )
    return Run(0, stretches)


def _speed(detail: str) -> float:
    return float(detail.split()[0])


def _speeds_of(timeline: Timeline, name: str) -> list[float]:
    """The speeds of a shape in the log, in order (px per frame)."""
    return [_speed(event.detail) for event in timeline.events if event.actor == name]
