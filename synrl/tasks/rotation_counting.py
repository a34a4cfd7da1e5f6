"""rotation_counting: how far, how often and which way does a shape turn?

Shapes stay in place and turn at constant speed. None of them looks the same before a full turn is
complete. What counts is the way turned, not the direction a shape points in: starts are random. Where it is
asked how far, another shape turns as much further as the asked one turns less, or the bytes that a clip takes
would tell.

Margins: shapes turn by less than `MAX_RATE` degrees in a glance (`Config.glance`), or nobody could tell which
way, the level's rate being from 80 at level 1 up to 135 at level 5; a turn that is to be noticed covers at
least `MIN_TURN` degrees; amounts on offer differ by a quarter turn or more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed, Track
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import (
    Question,
    drawn,
    integer_question,
    with_form,
    with_words,
)
from synrl.tasks.shared.stage import ASKED, arranged, beside, posed, window
from synrl.video.scene import Scene
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline, backwards, in_order

SHAPES = ("arrow", "half disc", "wedge", "letter L")
CW, CCW = "clockwise", "counterclockwise"
WAYS = {
    (CW,): CW,
    (CCW,): CCW,
    (CW, CCW): f"{CW}, then {CCW}",
    (CCW, CW): f"{CCW}, then {CW}",
    (): "it does not turn",
}
AMOUNTS = {
    90: "a quarter turn",
    180: "half a turn",
    270: "three quarters of a turn",
    360: "one full turn",
    450: "one and a quarter turns",
    540: "one and a half turns",
    720: "two full turns",
}
"""By degrees."""
MAX_RATE = 150.0
MIN_TURN = 120
LEAST_LEFT = 60
"""Degrees, at least, of the turn of another shape where it is asked how far one turns."""
LEAST_RATE = 40
"""Degrees in a glance, of such a turn."""
SLOWEST = 0.8
"""Of the level's rate, for every other turn."""
REST_FRAMES = 16
"""The least rest before the first turn and after the last."""
PAUSE = 0.7
"""Glances between two turns, at least."""
FURTHEST = 450
"""Degrees of a turn that is not counted."""


@dataclass(frozen=True, kw_only=True)
class RotationConfig(Config):
    """Knobs: full turns that may be counted, amounts on offer, the rate, other turning shapes."""

    most: int
    amounts: int
    """How many of `AMOUNTS`, from the smallest."""
    rate: float
    """Degrees in a glance, at most."""
    others: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("most", range(4, 9))
        self.require("amounts", range(4, len(AMOUNTS) + 1))
        self.require_range("rate", 60.0, MAX_RATE)
        self.require("others", range(4))


class Turn(NamedTuple):
    """A turn from its last frame of rest to the first one after; degrees are clockwise."""

    start: int
    end: int
    degrees: int


class TurnQuery(Query):
    object: str


class AmountQuery(TurnQuery):
    amounts: int


class SpanQuery(TurnQuery):
    way: str


Drawn = tuple[TurnQuery, list[Turn], int]
"""What is asked, how the asked shape turns, and the number of frames."""


class Turns(Ask[TurnQuery, RotationConfig]):
    """How many full turns a shape makes."""

    name = "turns"
    modes = ("perception",)
    answer_type = "integer"
    unordered = True

    def draw(self, config: RotationConfig, streams: Streams, name: str) -> Drawn:
        scene, amount = streams.scene, 360 * streams.question.integer(1, config.most)
        query = TurnQuery(object=name, form=config.form, ask=self.name)
        return query, *_one_after_the_other(
            scene, config, [_either_way(scene, amount)], self.furthest(config)
        )

    def furthest(self, config: RotationConfig) -> int:
        """The most degrees that may be asked for."""
        return 360 * config.most

    def aim(self, query: TurnQuery) -> str:
        return f"how many full turns the {query['object']} makes"

    def wordings(self, query: TurnQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How many full turns does the {name} make?",
            f"How many times does the {name} turn all the way around?",
            f"Count the full rotations of the {name}. How many are there?",
            f"How many complete turns does the {name} make in this video?",
            f"The {name} rotates in place. How many full turns of 360 degrees does it make?",
            f"From start to finish, how many full rotations does the {name} complete?",
            f"Watch the {name} turn. How many times does it go all the way around?",
            f"Over the whole video, how many complete rotations does the {name} make?",
            f"The {name} turns at a steady rate and then stops. How many full turns has it made?",
            f"How many times in this video does the {name} turn through 360 degrees?",
            f"By the end of the video, how many full turns has the {name} made?",
        )
        return [with_form(sentence, query, "integer") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: TurnQuery, config: RotationConfig, streams: Streams
    ) -> Question:
        turns = _degrees(timeline, query) // 360
        return integer_question(text, turns, range(1, config.most + 1), config.form, streams)

    def solve(self, evidence: Evidence, query: TurnQuery) -> str | None:
        steps = _steps(evidence, query)
        if steps is None:
            return None
        turns = round(abs(float(steps.sum())) / 360)
        return str(turns) if turns else None

    def reason(self, query: TurnQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _added(query, row)

    def conclude(self, query: TurnQuery, row: Mapping[str, Any]) -> Sequence[str]:
        turns = "1 full turn" if (truth := row["answer_text"]) == "1" else f"{truth} full turns"
        more = sum(event["actor"] == query["object"] for event in row["events"]) > 1
        return f"That makes {turns}", f"Added up, that is {turns}" if more else f"That is {turns}"


def _added(query: TurnQuery, row: Mapping[str, Any]) -> Sequence[str]:
    """How many turns the degrees of all turns are."""
    own = (event for event in row["events"] if event["actor"] == query["object"])
    degrees = [int(event["detail"].split()[1]) for event in own]
    if not degrees:
        return ()
    total, turns = sum(degrees), f"{sum(degrees) / 360:g}"
    if len(degrees) == 1:
        return f"In full turns, {total} / 360 = {turns}", f"{total} / 360 = {turns}"
    added = f"{' + '.join(map(str, degrees))} = {total} degrees"
    return f"{added}, and {total} / 360 = {turns}", f"Together these are {added}; {total} / 360 = {turns}"


class Amount(Ask[AmountQuery, RotationConfig]):
    """How far a shape turns, as one of `AMOUNTS`."""

    name = "amount"
    modes = ("perception",)
    answer_type = "text"
    unordered = True

    def draw(self, config: RotationConfig, streams: Streams, name: str) -> Drawn:
        scene, amount = streams.scene, streams.question.choice(tuple(AMOUNTS)[: config.amounts])
        query = AmountQuery(object=name, form=config.form, ask=self.name, amounts=config.amounts)
        return query, *_one_after_the_other(
            scene, config, [_either_way(scene, amount)], self.furthest(config)
        )

    def furthest(self, config: RotationConfig) -> int:
        """The most degrees that may be asked for."""
        return tuple(AMOUNTS)[config.amounts - 1]

    def aim(self, query: AmountQuery) -> str:
        return f"how far the {query['object']} turns in all"

    def wordings(self, query: AmountQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How far does the {name} turn in all?",
            f"How far does the {name} rotate in this video?",
            f"What fraction of a turn, or how many turns, does the {name} make?",
            f"From start to finish, how far does the {name} turn?",
            f"The {name} rotates in place. How far does it turn before it stops?",
            f"By how much does the {name} turn, from the moment it starts until it stops?",
            f"Watch the {name}. How far does it turn over the whole video?",
            f"How large is the turn that the {name} makes?",
            f"When the {name} stops turning, how far has it turned?",
            f"How much of a turn, or how many turns, does the {name} complete?",
            f"Follow the {name} as it turns. How far does it get before it stops?",
        )
        return [with_words(s, query, tuple(AMOUNTS.values())[: query["amounts"]]) for s in sentences]

    def question(
        self, text: str, timeline: Timeline, query: AmountQuery, config: RotationConfig, streams: Streams
    ) -> Question:
        space = tuple(AMOUNTS.values())[: config.amounts]
        return drawn(text, AMOUNTS[_degrees(timeline, query)], space, config.form, streams)

    def solve(self, evidence: Evidence, query: AmountQuery) -> str | None:
        steps = _steps(evidence, query)
        return None if steps is None else AMOUNTS.get(90 * round(abs(float(steps.sum())) / 90))

    def reason(self, query: AmountQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _added(query, row)

    def conclude(self, query: AmountQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return f"That amounts to {row['answer_text']}", f"In all, that is {row['answer_text']}"


class Way(Ask[TurnQuery, RotationConfig]):
    """Which way a shape turns, and whether it reverses, as one of `WAYS`."""

    name = "way"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: RotationConfig, streams: Streams, name: str) -> Drawn:
        signs = [1 if way == CW else -1 for way in streams.question.choice(tuple(WAYS))]
        degrees = [sign * 15 * streams.scene.integer(MIN_TURN // 15, FURTHEST // 15) for sign in signs]
        query = TurnQuery(object=name, form=config.form, ask=self.name)
        return query, *_one_after_the_other(streams.scene, config, degrees, 2 * FURTHEST)

    def aim(self, query: TurnQuery) -> str:
        return f"which way the {query['object']} turns, if it does"

    def wordings(self, query: TurnQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"Which way does the {name} turn, as seen on screen?",
            f"In which direction does the {name} rotate, as seen on screen, and does it reverse?",
            f"Does the {name} turn, and if so, which way, as you see it?",
            f"How does the {name} turn in this video, as you see it?",
            f"As seen on screen, does the {name} turn clockwise, counterclockwise, both in turn, or not at "
            "all?",
            f"Does the {name} turn one way, first one way and then the other, or not at all, as seen on "
            "screen?",
            f"Watch the {name}. Which way does it turn, as you see it, if it turns at all?",
            f"As you see it, in which direction does the {name} turn, and does it change direction?",
            f"How would you describe the rotation of the {name}, as seen on screen?",
            f"If the {name} turns, which way does it turn, as seen on screen?",
            f"As seen on screen, which way does the {name} turn, and does it turn back?",
        )
        return [with_words(sentence, query, (f'"{way}"' for way in WAYS.values())) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: TurnQuery, config: RotationConfig, streams: Streams
    ) -> Question:
        ways = tuple(event.detail.split()[0] for event in _own(timeline, query))
        return drawn(text, WAYS[ways], tuple(WAYS.values()), config.form, streams)

    def backwards(self, timeline: Timeline, query: TurnQuery) -> Timeline | None:
        return backwards(timeline, _undone) if len(_own(timeline, query)) == 1 else None

    def solve(self, evidence: Evidence, query: TurnQuery) -> str | None:
        steps = _steps(evidence, query)
        if steps is None:
            return None
        signs = np.sign(steps[_turning(evidence, steps)])
        first_last = dict.fromkeys(signs[[0, -1]]) if len(signs) else ()
        return WAYS[tuple(CW if sign > 0 else CCW for sign in first_last)]

    def conclude(self, query: TurnQuery, row: Mapping[str, Any]) -> Sequence[str]:
        name, truth = query["object"], row["answer_text"]
        if truth == WAYS[()]:
            return f"The {name} stays as it is, so {truth}", f"So {truth}"
        return f"As seen on screen, the {name} turns {truth}", f"So it turns {truth}"


class WhenTurning(SpanAsk[SpanQuery, RotationConfig]):
    """When a shape turns a certain way."""

    def draw(self, config: RotationConfig, streams: Streams, name: str) -> Drawn:
        way, length = streams.question.choice((CW, CCW)), streams.scene.integer(*map(config.glances, ASKED))
        num_frames, start = window(streams.scene, length, config.glance, config.level)
        query = SpanQuery(object=name, form=config.form, ask=self.name, way=way)
        return query, _around(streams.scene, config, way, (start, start + length), num_frames), num_frames

    def aim(self, query: SpanQuery) -> str:
        return f"when the {query['object']} turns {query['way']}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, way = query["object"], query["way"]
        sentences = (
            f"Between which seconds does the {name} turn {way}, as seen on screen?",
            f"When does the {name} turn {way}, as you see it?",
            f"During which seconds of the video does the {name} rotate {way}, as seen on screen?",
            f"From when to when does the {name} turn {way}, as you see it?",
            f"At some point the {name} turns {way}, as seen on screen. Between which seconds does it do so?",
            f"As seen on screen, the {name} turns {way} once. When does that turn start, and when does it "
            "end?",
            f"Find the {way} turn of the {name}, as seen on screen. From when to when does it last?",
            f"As you see it, between which seconds is the {name} turning {way}?",
            f"Watch the {name}. When does it turn {way}, as seen on screen?",
            f"As you see it, when does the {name} start to turn {way}, and when does it stop?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        turn = next(one for one in _own(timeline, query) if one.detail.split()[0] == query["way"])
        return turn.frame, turn.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        steps = _steps(evidence, query)
        if steps is None:
            return None
        turning = _turning(evidence, steps)
        asked = turning[np.sign(steps[turning]) == (1 if query["way"] == CW else -1)]
        if not len(asked):
            return None
        # Of the first and the last step it may have turned for a part only: as large as the part of its turn.
        times, whole = evidence.thinned().times, float(np.abs(steps[asked]).max())
        first, last = (min(1.0, abs(float(steps[k])) / whole) for k in asked[[0, -1]])
        gap = float(np.diff(times).mean())
        span = float(times[asked[0] + 1]) - gap * first, float(times[asked[-1]]) + gap * last
        return nearest_span(evidence.options, span)


HOW_TURNED = Turns(), Amount(), Way()
WHEN_TURNING = WhenTurning()


class RotationCounting(Family):
    name = "rotation_counting"
    summary = "How many turns a shape makes, how far it turns, which way, whether it reverses, and when."
    category = "trajectory recognition"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = RotationConfig
    asks = (*HOW_TURNED, WHEN_TURNING)
    words = {
        **told(CCW, CW),
        **dict.fromkeys(("turns", "rotates", "makes a turn", "spins", "revolves", *told("spin")), "turn"),
    }
    levels = {
        1: dict(most=4, amounts=4, rate=80.0, others=1),
        2: dict(most=4, amounts=4, rate=90.0, others=1),
        3: dict(most=5, amounts=5, rate=105.0, others=1),
        4: dict(most=6, amounts=6, rate=120.0, others=2),
        5: dict(most=7, amounts=7, rate=135.0, others=3),
    }

    def simulate(self, config: RotationConfig, streams: Streams) -> Timeline:
        style, scene = draw_style(streams), streams.scene
        objects = cast(streams, style, config.level, 1 + config.others, SHAPES, (48, 64))
        ask: Turns | Amount | Way | WhenTurning = WHEN_TURNING
        if config.mode == "perception":
            ask = streams.question.choice([ask for ask in HOW_TURNED if config.mode in ask.modes])
        query, turns, num_frames = ask.draw(config, streams, objects[0].name)
        others = [15 * scene.integer(MIN_TURN // 15, FURTHEST // 15) for _ in range(config.others)]
        if isinstance(ask, Turns | Amount) and others:
            left = ask.furthest(config) - sum(abs(turn.degrees) for turn in turns)
            others[0] = left + 15 * scene.integer(LEAST_LEFT // 15, MIN_TURN // 15)
        scripts = [turns, *([_any_turn(scene, config, num_frames, amount)] for amount in others)]
        still = [np.zeros((num_frames, 2)) for _ in objects]
        while (placed := arranged(scene, still, [1.3 * item.size for item in objects])) is None:
            pass
        poses = posed(placed)
        every, events = np.arange(num_frames), []
        for column, (item, script) in enumerate(zip(objects, scripts, strict=True)):
            poses.angle[:, column] = scene.uniform(0, 360)
            for turn in script:
                poses.angle[:, column] += np.interp(every, turn[:2], (0, turn.degrees))
                events.append(_event(item.name, turn))
        return Timeline(FPS, tuple(objects), poses, style, events=in_order(events), query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        who = f"the {happening.actor}"
        way, degrees, _ = happening.detail.split()
        return (
            f"{who} turns {way} by {degrees} degrees",
            f"{who} rotates {way}, {degrees} degrees in all",
            f"{who} makes a turn of {degrees} degrees {way}",
        )

    def observe(self, evidence: Evidence) -> Observed:
        events = [_event(name, turn) for name, track in evidence.tracks.items() for turn in _seen(track)]
        return Observed(events=in_order(events))


FAMILY = RotationCounting()


def _either_way(scene: Stream, amount: int) -> int:
    return amount if scene.chance(0.5) else -amount


def _one_after_the_other(
    scene: Stream, config: RotationConfig, degrees: Sequence[int], furthest: int
) -> tuple[list[Turn], int]:
    """Turns at random times in a clip as long as the furthest turn may take, whatever it shows.

    Args:
        furthest: degrees that could have been asked for, in all.
    """
    frames = [_frames(scene, config, amount) for amount in degrees]
    pauses = [config.glances(PAUSE) + scene.integer(0, config.glance) for _ in frames[1:]]
    longest = math.ceil(furthest / (SLOWEST * config.rate) * config.glance) + config.glances(PAUSE + 1)
    spare = longest - sum(frames) - sum(pauses) + scene.integer(0, 2 * config.glance)
    start = REST_FRAMES + scene.integer(0, spare)
    num_frames = 2 * REST_FRAMES + spare + sum(frames) + sum(pauses)
    turns = []
    for length, amount, pause in zip(frames, degrees, [*pauses, 0], strict=False):
        turns.append(Turn(start, start + length, amount))
        start += length + pause
    return turns, num_frames


def _frames(scene: Stream, config: RotationConfig, degrees: int) -> int:
    """How long a turn takes, at about the rate of the level."""
    return math.ceil(abs(degrees) / (config.rate * scene.uniform(SLOWEST, 1.0)) * config.glance)


def _around(
    scene: Stream, config: RotationConfig, way: str, asked: tuple[int, int], num_frames: int
) -> list[Turn]:
    """The asked turn, and turns the other way beside it."""
    lengths, sign = (config.glances(ASKED[0]), config.glances(ASKED[1])), 1 if way == CW else -1
    return [
        Turn(start, end, (sign if (start, end) == asked else -sign) * _amount(scene, config, end - start))
        for start, end in beside(scene, asked, num_frames, lengths, config.glances(PAUSE), 2)
    ]


def _amount(scene: Stream, config: RotationConfig, frames: int) -> int:
    """Degrees that a shape turns in some frames, not too slowly to be noticed."""
    glances = frames / config.glance
    return 15 * scene.integer(math.ceil(LEAST_RATE * glances / 15), int(config.rate * glances / 15))


def _any_turn(scene: Stream, config: RotationConfig, num_frames: int, amount: int) -> Turn:
    """What a shape does that nothing is asked about."""
    frames = min(_frames(scene, config, amount), num_frames - 2 * REST_FRAMES)
    start = scene.integer(REST_FRAMES, num_frames - REST_FRAMES - frames)
    return Turn(start, start + frames, _either_way(scene, amount))


def _own(timeline: Timeline, query: TurnQuery) -> list[Event]:
    """The turns of the asked shape."""
    return [event for event in timeline.events if event.actor == query["object"]]


def _degrees(timeline: Timeline, query: TurnQuery) -> int:
    """How far the asked shape turns in all, whichever way."""
    return sum(int(event.detail.split()[1]) for event in _own(timeline, query))


def _steps(evidence: Evidence, query: TurnQuery) -> np.ndarray | None:
    """Degrees from each sample to the next, clockwise; None if they don't tell which way it went."""
    evidence = evidence.thinned()
    angles = evidence.tracks[query["object"]].angle % 360
    steps: np.ndarray = (np.diff(angles) + 180) % 360 - 180
    if not len(steps) or np.abs(steps).max() > 180 - 2 * evidence.eye.degrees:
        return None  # too far between two samples to tell which way it went
    hidden = 360 / MAX_RATE * evidence.glance
    if not len(_turning(evidence, steps)) and np.diff(evidence.frames).max() > hidden:
        return None  # a whole turn could hide between two samples
    return steps


def _turning(evidence: Evidence, steps: np.ndarray) -> np.ndarray:
    """Which steps (degrees) are turning."""
    return np.flatnonzero(np.abs(steps) > max(0.5, 2 * evidence.eye.degrees))


def _event(name: str, turn: Turn) -> Event:
    way = CW if turn.degrees > 0 else CCW
    return Event(turn.start, turn.end, "turn", name, detail=f"{way} {abs(turn.degrees)} degrees")


def _undone(event: Event) -> Event:
    way, _, rest = event.detail.partition(" ")
    return replace(event, detail=f"{CCW if way == CW else CW} {rest}")


def _seen(track: Track) -> list[Turn]:
    """The turns of a track that is known on every frame."""
    steps = np.diff(track.angle)
    turning = np.concatenate([[0], np.where(np.abs(steps) > 0.5, np.sign(steps), 0), [0]])
    edges = np.flatnonzero(turning[1:] != turning[:-1]).tolist()
    return [
        Turn(start, end, round(float(track.angle[end] - track.angle[start])))
        for start, end in zip(edges, edges[1:], strict=False)
        if turning[start + 1]
    ]
