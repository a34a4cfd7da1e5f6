"""acceleration_detection: does a shape speed up, slow down, keep its speed, or stop and go on; and when?

A shape rests, moves along a straight line, and rests again; on the way its speed changes evenly, or not at
all, or it stops for a while. Other shapes do the same or something else. Whatever a shape does, it goes as
far, takes as long and sets off at the same times, so that no frame by itself tells what it does.

Margins: the higher speed is at least `ratio` times the lower one, from 4 at level 1 down to 2.2 at level 5. A
pause lasts at least `MIN_PAUSE` glances.

Localisation asks for the stretch in which the speed changes, in a motion that is steady before and
after; such clips begin and end in motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import observe_runs
from synrl.evidence.ways import Way, changing
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.runners import run_backwards, staged
from synrl.tasks.shared.stage import window
from synrl.tasks.shared.telling import constant_speed, tell_speed
from synrl.video.scene import Scene
from synrl.world.speeds import DOWN, SPEED_STEP, STEADY, UP, Run, Stretch
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

ANSWERS = {
    (UP,): "it speeds up",
    (DOWN,): "it slows down",
    (STEADY,): "it keeps the same speed",
    (STEADY, STEADY): "it stops and then goes on",
}
"""What a shape does on its way, by the phases of its motion."""
_VERBS = {UP: ("speed up", "getting faster"), DOWN: ("slow down", "getting slower")}
MIN_PAUSE, MAX_PAUSE = 2.8, 3.8
"""Glances."""
SHORT, FAR = 230.0, 320.0
"""Px of a way."""
_UNEVEN = 1.13
"""How many times as long as for the other half of its way a shape takes for the slower one, at least."""


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
        self.require_range("ratio", 2.0, 5.0)


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
    unordered = True

    def draw(self, config: AccelerationConfig, streams: Streams, name: str) -> Drawn:
        scene, kind = streams.scene, streams.question.choice(tuple(ANSWERS))
        num_frames = scene.integer(config.glances(13 + config.level), config.glances(15 + config.level))

        def draw_runs() -> list[Run]:
            kinds = [kind, *(scene.choice(tuple(ANSWERS)) for _ in range(config.others))]
            return [_run(scene, config, phases, num_frames) for phases in kinds]

        return Drawn(KindQuery(object=name, form=config.form, ask=self.name), num_frames, draw_runs)

    def aim(self, query: KindQuery) -> str:
        return f"what happens to the speed of the {query['object']} on its way"

    def wordings(self, query: KindQuery) -> Sequence[str]:
        name = query["object"]
        settings = (
            f"The {name} rests, moves to another place and rests there.",
            f"The {name} sets off, crosses part of the screen and comes to rest.",
            f"The {name} makes one journey along a straight line.",
            f"Follow the {name} from its first resting place to its last.",
            f"The {name} goes from where it rests at the start to where it rests at the end.",
        )
        asked = (
            "What does it do on the way?",
            "What happens to its speed on the way?",
            "Which statement about its journey is true?",
            "Between setting off and arriving, how does its speed change?",
            "How does it move on the way?",
        )
        alone = (
            f"While the {name} moves, does it speed up, slow down, keep the same speed, or stop and go on?",
            f"How does the speed of the {name} change between its first rest and its last?",
            f"Which statement about the journey of the {name} is true?",
            f"What does the {name} do between setting off and arriving?",
        )
        sentences = (*(f"{one} {two}" for one in settings for two in asked), *alone)
        return [with_words(sentence, query, ANSWERS.values()) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: KindQuery, config: AccelerationConfig, streams: Streams
    ) -> Question:
        truth = ANSWERS[tuple(_phases(timeline, query["object"]))]
        return drawn(text, truth, tuple(ANSWERS.values()), config.form, streams)

    def backwards(self, timeline: Timeline, query: KindQuery) -> Timeline | None:
        return run_backwards(timeline) if _phases(timeline, query["object"]) in ([UP], [DOWN]) else None

    def solve(self, evidence: Evidence, query: KindQuery) -> str | None:
        """By how long it takes for the two halves of its way, and whether it stays anywhere."""
        way = Way.seen(evidence, query["object"])
        if way is None:
            return None
        if way.longest_stay(0.1, 0.9) > 2.2 * evidence.glance:
            return ANSWERS[STEADY, STEADY]
        halves = (way.time(0.5) - way.time(0.1)) / (way.time(0.9) - way.time(0.5))
        if max(halves, 1 / halves) < _UNEVEN:
            return ANSWERS[STEADY,]
        return ANSWERS[(UP,) if halves > 1 else (DOWN,)]

    def conclude(self, query: KindQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"So on its way {truth}", f"In short, {truth}"


_DOES = {UP: "speeds up", DOWN: "slows down"}


class Change(SpanAsk[SpanQuery, AccelerationConfig]):
    """When the speed of a shape changes."""

    def draw(self, config: AccelerationConfig, streams: Streams, name: str) -> Drawn:
        scene, change = streams.scene, streams.question.choice((UP, DOWN))
        length = scene.integer(config.glances(4.5), config.glances(5.5))
        num_frames, start = window(scene, length, config.glance, config.level)

        def draw_runs() -> list[Run]:
            others = (_any_change(scene, config, num_frames) for _ in range(config.others))
            return [_change(scene, config, change, start, length, num_frames), *others]

        query = SpanQuery(object=name, form=config.form, ask=self.name, change=change)
        return Drawn(query, num_frames, draw_runs)

    def aim(self, query: SpanQuery) -> str:
        return f"when the {query['object']} {_DOES[query['change']]}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name = query["object"]
        verb, noun = _VERBS[query["change"]]
        sentences = (
            f"The {name} moves all the time. From when to when does it {verb}?",
            f"The {name} has one constant speed at the start and another at the end. Between which seconds "
            f"does it {verb}?",
            f"When in the video is the {name} {noun}, rather than moving at a constant speed?",
            f"The {name} moves at one speed at the start and at another speed at the end. From when to when "
            "does its speed change?",
            f"During which seconds of the video is the {name} {noun}?",
            f"At what time does the {name} begin to {verb}, and at what time has it reached its final speed?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = (event for event in timeline.events if event.actor == query["object"])
        (change,) = (event for event in own if event.kind == query["change"])
        return change.frame, change.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        span = changing(evidence, query["object"], (4.0, 6.0))
        return None if span is None else nearest_span(evidence.options, span)


class AccelerationDetection(Family):
    name = "acceleration_detection"
    summary = "Does a shape speed up, slow down, keep its speed, or stop and go on; and when."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = AccelerationConfig
    asks = (Kind(), Change())
    words = told("move", "speed up", "slow down", "steady")
    levels = {
        1: dict(others=0, ratio=4.0, slanted=False),
        2: dict(others=1, ratio=3.5, slanted=False),
        3: dict(others=1, ratio=3.0, slanted=True),
        4: dict(others=2, ratio=2.5, slanted=True),
        5: dict(others=3, ratio=2.2, slanted=True),
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

    def speed(self, event: Event) -> float | None:
        return constant_speed(event)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)


FAMILY = AccelerationDetection()


def _run(scene: Stream, config: AccelerationConfig, kinds: tuple[str, ...], num_frames: int) -> Run:
    """A run with some phases, somewhere in the clip."""
    frames = scene.integer(config.glances(7), config.glances(9))
    still = config.glances(1.2)
    start = scene.integer(still, num_frames - 1 - still - frames)
    way, ratio = scene.uniform(SHORT, FAR), scene.uniform(1.0, 1.25) * config.ratio
    if kinds in ((UP,), (DOWN,)):
        slow = 2 * way / (frames * (1 + ratio))
        ends = (slow, slow * ratio) if kinds == (UP,) else (slow * ratio, slow)
        return Run(start, (Stretch(frames, *map(_on_grid, ends)),))
    if kinds == (STEADY,):
        pace = _on_grid(way / frames)
        return Run(start, (Stretch(frames, pace, pace),))
    pause = scene.integer(config.glances(MIN_PAUSE), config.glances(MAX_PAUSE))
    pace = _on_grid(way / (frames - pause))
    first = round(scene.uniform(0.25, 0.75) * (frames - pause))
    moving = Stretch(first, pace, pace), Stretch(frames - pause - first, pace, pace)
    return Run(start, (moving[0], Stretch(pause, 0.0, 0.0), moving[1]))


def _change(
    scene: Stream, config: AccelerationConfig, kind: str, start: int, length: int, num_frames: int
) -> Run:
    """A run through the whole clip in which the speed changes once."""
    way, ratio = scene.uniform(SHORT, FAR), scene.uniform(1.0, 1.25) * config.ratio
    rest = num_frames - 1 - start - length
    shares = (1.0, ratio) if kind == UP else (ratio, 1.0)
    pace = way / (shares[0] * start + sum(shares) / 2 * length + shares[1] * rest)
    before, after = (_on_grid(pace * share) for share in shares)
    stretches = (
        Stretch(start, before, before),
        Stretch(length, before, after),
        Stretch(rest, after, after),
    )
    return Run(0, stretches)


def _any_change(scene: Stream, config: AccelerationConfig, num_frames: int) -> Run:
    length = scene.integer(config.glances(4.5), config.glances(5.5))
    start = scene.integer(config.glances(1), num_frames - config.glances(1) - length)
    return _change(scene, config, scene.choice((UP, DOWN)), start, length, num_frames)


def _on_grid(pace: float) -> float:
    """The nearest speed that a run may have."""
    return max(1, round(pace / SPEED_STEP)) * SPEED_STEP


def _phases(timeline: Timeline, name: str) -> list[str]:
    """What a shape does, phase by phase."""
    return [event.kind for event in timeline.events if event.actor == name]
