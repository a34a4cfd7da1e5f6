"""acceleration_detection: does a shape speed up, slow down, keep its speed, rest, or stop and go on?

A shape moves along a straight line; its speed changes evenly or not at all. Other shapes do the same or
something else. Margin: the higher speed is at least `ratio` times the lower one, from 4 at level 1 down
to 2 at level 5. A pause lasts at least `MIN_PAUSE` frames.

Localisation asks for the stretch in which the speed changes, in a motion that is steady before and
after; such clips begin and end in motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import observe_runs, sampled_speeds
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
from synrl.world.speeds import DOWN, STEADY, UP, Run, Stretch, speed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

ANSWERS = {
    (UP,): "it speeds up",
    (DOWN,): "it slows down",
    (STEADY,): "it keeps a constant speed",
    (): "it does not move",
    (STEADY, STEADY): "it stops and then goes on",
}
"""What a shape does, by the phases of its motion."""
_VERBS = {UP: ("speed up", "getting faster"), DOWN: ("slow down", "getting slower")}
MIN_PAUSE = 18
MAX_SPEED = 3.0
MIN_SPEED = 0.4
"""Px per frame."""
SLOW, FAST = 0.5, 2.0
"""Px per frame before and after a change that is to be found: slow enough for a long clip."""


@dataclass(frozen=True, kw_only=True)
class AccelerationConfig(Config):
    """Knobs: other shapes, the least ratio of two speeds, and whether lines may be slanted."""

    others: int
    ratio: float
    slanted: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("others", range(4))
        self.require("slanted", (False, True))
        self.require_range("ratio", 1.5, FAST / SLOW)


@dataclass(frozen=True)
class Drawn:
    """What a question asks of a clip."""

    query: Query
    num_frames: int
    draw_runs: Callable[[], Sequence[Run]]


class KindQuery(Query):
    object: str


class SpanQuery(Query):
    object: str
    change: str


class Kind(Ask[KindQuery, AccelerationConfig]):
    """What a shape does, as one of `ANSWERS`."""

    name = "kind"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: AccelerationConfig, streams: Streams, name: str) -> Drawn:
        scene, kind = streams.scene, streams.question.choice(tuple(ANSWERS))
        num_frames = scene.integer(105, 150)

        def draw_runs() -> list[Run]:
            kinds = [kind, *(scene.choice(tuple(ANSWERS)) for _ in range(config.others))]
            return [_run(scene, config, phases, num_frames) for phases in kinds]

        return Drawn(KindQuery(object=name, form=config.form, ask=self.name), num_frames, draw_runs)

    def wordings(self, query: KindQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How does the speed of the {name} change while it moves?",
            f"What does the {name} do in this video, as to its speed?",
            f"Which statement about the motion of the {name} is true?",
        )
        return [with_words(sentence, query, ANSWERS.values()) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: KindQuery, config: AccelerationConfig, streams: Streams
    ) -> Question:
        truth = ANSWERS[tuple(_phases(timeline, query["object"]))]
        return drawn(text, truth, tuple(ANSWERS.values()), config.form, streams)

    def backwards(self, timeline: Timeline, query: KindQuery) -> Timeline | None:
        return run_backwards(timeline) if _phases(timeline, query["object"]) in ([UP], [DOWN]) else None

    def solve(self, evidence: Evidence, query: KindQuery) -> str | None:
        speeds = sampled_speeds(evidence, evidence.tracks[query["object"]])
        moving = np.flatnonzero(speeds > 0.02)
        if not len(speeds):
            return None
        if not len(moving):
            return ANSWERS[()]
        if len(moving) <= moving[-1] - moving[0]:
            return ANSWERS[STEADY, STEADY]
        clean = speeds[moving[1:-1]]  # the first and the last step may be partly rest
        if len(clean) < 2:
            return None
        ratio = clean[-1] / clean[0]
        return ANSWERS[(STEADY,) if 0.95 < ratio < 1.05 else (UP,) if ratio > 1 else (DOWN,)]

    def conclude(self, query: KindQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"Taken together, {truth}", f"All in all, {truth}"


class Change(SpanAsk[SpanQuery, AccelerationConfig]):
    """When the speed of a shape changes."""

    def draw(self, config: AccelerationConfig, streams: Streams, name: str) -> Drawn:
        scene, change = streams.scene, streams.question.choice((UP, DOWN))
        length = scene.integer(30, 45)
        num_frames, start = window(scene, length, config.glance, config.level)

        def draw_runs() -> list[Run]:
            others = (_any_change(scene, config, num_frames) for _ in range(config.others))
            return [_change(scene, config, change, start, length, num_frames), *others]

        query = SpanQuery(object=name, form=config.form, ask=self.name, change=change)
        return Drawn(query, num_frames, draw_runs)

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name = query["object"]
        verb, noun = _VERBS[query["change"]]
        sentences = (
            f"Between which seconds does the {name} {verb}? Before and after, its speed is constant.",
            f"The {name} moves all the time. During which seconds is it {noun}?",
            f"When in the video is the {name} {noun}, rather than moving at a constant speed?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = (event for event in timeline.events if event.actor == query["object"])
        (change,) = (event for event in own if event.kind == query["change"])
        return change.frame, change.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        """The span of the steps whose speed is neither that of the first nor that of the last step."""
        speeds = sampled_speeds(evidence, evidence.tracks[query["object"]])
        if len(speeds) < 4:
            return None
        between = (np.abs(speeds - speeds[0]) > 0.01) & (np.abs(speeds - speeds[-1]) > 0.01)
        steps = np.flatnonzero(between)
        if not len(steps):
            return None
        span = float(evidence.times[steps[0]]), float(evidence.times[steps[-1] + 1])
        return nearest_span(evidence.options, span)


class AccelerationDetection(Family):
    name = "acceleration_detection"
    summary = "Does a shape speed up, slow down, keep its speed, rest, or stop and go on; and when."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = AccelerationConfig
    asks = (Kind(), Change())
    words = told("speed up", "slow down", "steady")
    names = named("pixels")
    levels = {
        1: dict(others=0, ratio=4.0, slanted=False),
        2: dict(others=1, ratio=3.5, slanted=False),
        3: dict(others=1, ratio=3.0, slanted=True),
        4: dict(others=2, ratio=2.5, slanted=True),
        5: dict(others=3, ratio=2.0, slanted=True),
    }

    def simulate(self, config: AccelerationConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        objects = cast(streams, style, config.level, 1 + config.others, SOLID_SHAPES, (32, 48))
        ask = Change() if config.mode == "localisation" else Kind()
        drawn_clip = ask.draw(config, streams, objects[0].name)
        poses, events = staged(
            streams.scene, objects, drawn_clip.num_frames, drawn_clip.draw_runs, slanted=config.slanted
        )
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=drawn_clip.query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_speed(happening)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)


FAMILY = AccelerationDetection()


def _run(scene: Stream, config: AccelerationConfig, kinds: tuple[str, ...], num_frames: int) -> Run:
    """A run with some phases, somewhere in the clip."""
    frames = scene.integer(60, num_frames - 2 * STILL_FRAMES - 5)
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - frames)
    fast = speed(scene, 0.6 * MAX_SPEED, MAX_SPEED)
    slow = speed(scene, MIN_SPEED, fast / config.ratio)
    if kinds in ((UP,), (DOWN,)):
        return Run(start, (Stretch(frames, *((slow, fast) if kinds == (UP,) else (fast, slow))),))
    if kinds == (STEADY,):
        steady = speed(scene, slow, fast)
        return Run(start, (Stretch(frames, steady, steady),))
    if not kinds:
        return Run(start, ())
    steady = speed(scene, 2 * MIN_SPEED, fast)
    pause = scene.integer(MIN_PAUSE, frames // 2)
    first = scene.integer(frames // 6, frames - pause - frames // 6)
    moving = Stretch(first, steady, steady), Stretch(frames - pause - first, steady, steady)
    return Run(start, (moving[0], Stretch(pause, 0.0, 0.0), moving[1]))


def _change(
    scene: Stream, config: AccelerationConfig, kind: str, start: int, length: int, num_frames: int
) -> Run:
    """A run through the whole clip in which the speed changes once."""
    slow = speed(scene, SLOW, FAST / config.ratio)
    fast = speed(scene, slow * config.ratio, FAST)
    before, after = (slow, fast) if kind == UP else (fast, slow)
    stretches = (
        Stretch(start, before, before),
        Stretch(length, before, after),
        Stretch(num_frames - 1 - start - length, after, after),
    )
    return Run(0, stretches)


def _any_change(scene: Stream, config: AccelerationConfig, num_frames: int) -> Run:
    length = scene.integer(30, 45)
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - length)
    return _change(scene, config, scene.choice((UP, DOWN)), start, length, num_frames)


def _phases(timeline: Timeline, name: str) -> list[str]:
    """What a shape does, phase by phase."""
    return [event.kind for event in timeline.events if event.actor == name]
