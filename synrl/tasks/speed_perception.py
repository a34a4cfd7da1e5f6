"""speed_perception: how fast is a shape beside a reference, and does its speed stay the same?

The reference is another shape in the same clip that moves at a constant speed. The asked shape moves at
a stated multiple of that, or its speed switches between two values. Shapes move for different times, so
that neither the distance travelled nor the length of the motion gives the speed away.

Margins: two multiples on offer differ by a factor of `MULTIPLES[level]`'s closest pair (1.5 at levels 1
to 3, 1.33 at 4 and 5); a fast stretch is `ratio` times as fast as a slow one and at least `MIN_STRETCH`
frames long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import held_speeds, observe_runs, sampled_speeds
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.questions import Question, drawn, interval_question, with_form, with_words
from synrl.tasks.shared.runners import run_backwards, staged
from synrl.tasks.shared.stage import STILL_FRAMES, room, window
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


class SpeedPerception(Family):
    name = "speed_perception"
    summary = "How fast a shape is beside a reference, whether its speed varies, when it is fast."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = SpeedConfig
    levels = {
        1: dict(multiples=COARSE, ratio=3.0, others=0, slanted=False),
        2: dict(multiples=COARSE, ratio=2.6, others=0, slanted=True),
        3: dict(multiples=(*COARSE, "a third as fast"), ratio=2.3, others=1, slanted=True),
        4: dict(multiples=tuple(MULTIPLES), ratio=2.0, others=1, slanted=True),
        5: dict(multiples=tuple(MULTIPLES), ratio=1.7, others=2, slanted=True),
    }

    def simulate(self, config: SpeedConfig, streams: Streams) -> Timeline:
        style, scene, question = draw_style(streams), streams.scene, streams.question
        objects = cast(streams, style, config.level, 2 + config.others, SOLID_SHAPES, (32, 48))
        query: dict[str, Any] = {"object": objects[0].name, "form": config.form}
        length = scene.integer(32, 45)
        num_frames, start = window(scene, length)
        if config.mode == "localisation":
            query["ask"] = "span"
        elif question.chance(0.5):
            multiple = question.choice(config.multiples)
            query |= {"ask": "multiple", "reference": objects[1].name, "multiples": list(config.multiples)}
        else:
            pattern = question.choice(tuple(PATTERNS))
            query["ask"] = "pattern"

        def draw_runs() -> list[Run]:
            others = [_steady(scene, scene.choice(REFERENCE_SPEEDS), num_frames) for _ in objects[1:]]
            if query["ask"] == "span":
                return [_fast_between(scene, config.ratio, start, length, num_frames), *others]
            if query["ask"] == "pattern":
                return [_switching(scene, config.ratio, pattern, num_frames), *others]
            return [_steady(scene, others[0].stretches[0].before * MULTIPLES[multiple], num_frames), *others]

        poses, events = staged(scene, objects, num_frames, draw_runs, slanted=config.slanted)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def backwards(self, timeline: Timeline) -> Timeline | None:
        runs = sum(event.actor == timeline.query["object"] for event in timeline.events)
        return run_backwards(timeline) if timeline.query["ask"] == "pattern" and runs == 2 else None

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        name = query["object"]
        if query["ask"] == "span":
            sentences = (
                f"Between which seconds does the {name} move faster than in the rest of the video?",
                f"The {name} moves slowly but for one stretch. During which seconds is it fast?",
                f"When in the video is the {name} at its higher speed?",
            )
            return [with_form(sentence, query, "interval") for sentence in sentences]
        if query["ask"] == "multiple":
            reference = query["reference"]
            sentences = (
                f"While each of them is moving, how fast is the {name} compared with the {reference}?",
                f"Compare speeds, not distances: how fast does the {name} move beside the {reference}?",
                f"Taking the speed of the {reference} in motion as the reference, how fast is the {name}?",
            )
            return [with_words(sentence, query, query["multiples"]) for sentence in sentences]
        sentences = (
            f"How does the speed of the {name} change while it is moving?",
            f"While the {name} is on its way, is it slow or fast, and in which order?",
            f"Which of these describes the speed of the {name} from the start of its motion to the end?",
        )
        return [with_words(sentence, query, (f'"{p}"' for p in PATTERNS.values())) for sentence in sentences]

    def ask(self, timeline: Timeline, config: SpeedConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        speeds = {
            item.name: [_speed(event.detail) for event in timeline.events if event.actor == item.name]
            for item in timeline.objects
        }
        own = speeds[query["object"]]
        if query["ask"] == "span":
            stretches = [event for event in timeline.events if event.actor == query["object"]]
            fast = stretches[own.index(max(own))]
            span = fast.frame, fast.end_frame
            return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)
        if query["ask"] == "multiple":
            multiple = own[0] / speeds[query["reference"]][0]
            (truth,) = (name for name in config.multiples if abs(MULTIPLES[name] - multiple) < 1e-6)
            return drawn(text, truth, config.multiples, config.form, streams)
        truth = PATTERNS["".join("f" if value == max(own) else "s" for value in own)]
        return drawn(text, truth, tuple(PATTERNS.values()), config.form, streams)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_speed(happening)

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "multiple":
            compared = f"the {query['object']} is {truth}"
            return (
                f"Compared with the {query['reference']}, {compared}",
                f"With the {query['reference']} as the measure, {compared}",
            )
        return f"As to the {query['object']}: {truth}", f"All in all: {truth}"

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        query = evidence.query
        speeds = sampled_speeds(evidence, evidence.tracks[query["object"]])
        if query["ask"] == "span":
            if len(speeds) < 3:
                return None
            fast = np.flatnonzero(speeds > (speeds.min() + speeds.max()) / 2)
            span = float(evidence.times[fast[0]]), float(evidence.times[fast[-1] + 1])
            return nearest_span(evidence.options, span)
        levels = held_speeds(speeds)
        if query["ask"] == "pattern":
            if levels is None:
                return None
            middle = (min(levels) + max(levels)) / 2
            return PATTERNS.get("".join("s" if level < middle - 0.01 else "f" for level in levels))
        reference = held_speeds(sampled_speeds(evidence, evidence.tracks[query["reference"]]))
        if levels is None or reference is None or len(levels) > 1 or len(reference) > 1:
            return None
        multiple = levels[0] / reference[0]
        names: list[str] = query["multiples"]
        return min(names, key=lambda name: abs(math.log(MULTIPLES[name] / multiple)))


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
