"""rotation_counting: how far, how often and which way does a shape turn?

Shapes stay in place and turn at constant speed. None of them looks the same before a full turn is
complete. What counts is the way turned, not the direction a shape points in: starts are random.

Margins: turning rates stay below `MAX_RATE` degrees per frame, the level's rate being from 7 at level 1
up to 12 at level 5; a turn that is to be noticed covers at least `MIN_TURN` degrees; amounts on offer
differ by a quarter turn or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed, Track
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import cast, draw_cast
from synrl.tasks.shared.questions import (
    Question,
    drawn,
    integer_question,
    interval_question,
    with_form,
    with_words,
)
from synrl.tasks.shared.stage import arranged, posed, room, window
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
MAX_RATE = 12.5
MIN_TURN = 120
REST_FRAMES = 16
"""The least rest before the first turn and after the last."""
PAUSE_FRAMES = 10
"""The least rest between two turns."""


@dataclass(frozen=True, kw_only=True)
class RotationConfig(Config):
    """Knobs: full turns that may be counted, amounts on offer, the rate, other turning shapes."""

    most: int
    amounts: int
    """How many of `AMOUNTS`, from the smallest."""
    rate: float
    """Degrees per frame."""
    others: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("most", range(4, 9))
        self.require("amounts", range(4, len(AMOUNTS) + 1))
        self.require_range("rate", 3.0, MAX_RATE)
        self.require("others", range(4))


class Turn(NamedTuple):
    """A turn from its last frame of rest to the first one after; degrees are clockwise."""

    start: int
    end: int
    degrees: int


class RotationCounting(Family):
    name = "rotation_counting"
    summary = "How many turns a shape makes, how far it turns, which way, whether it reverses, and when."
    category = "trajectory recognition"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = RotationConfig
    levels = {
        1: dict(most=4, amounts=4, rate=7.0, others=0),
        2: dict(most=4, amounts=4, rate=8.0, others=1),
        3: dict(most=5, amounts=5, rate=9.0, others=1),
        4: dict(most=6, amounts=6, rate=10.0, others=2),
        5: dict(most=7, amounts=7, rate=12.0, others=3),
    }

    def simulate(self, config: RotationConfig, streams: Streams) -> Timeline:
        style, scene, question = draw_style(streams), streams.scene, streams.question
        objects = cast(streams, style, config.level, 1 + config.others, SHAPES, (48, 64))
        query: dict[str, Any] = {"object": objects[0].name, "form": config.form}
        if config.mode == "localisation":
            way, length = question.choice((CW, CCW)), scene.integer(30, 45)
            num_frames, start = window(scene, length)
            query |= {"ask": "span", "way": way}
            turns = _around(scene, config, way, start, length, num_frames)
        else:
            query["ask"] = question.choice(("turns", "amount", "way"))
            if query["ask"] == "way":
                signs = [1 if way == CW else -1 for way in question.choice(tuple(WAYS))]
                degrees = [sign * 15 * scene.integer(MIN_TURN // 15, 30) for sign in signs]
            else:
                if query["ask"] == "turns":
                    amount = 360 * question.integer(1, config.most)
                else:
                    amount = question.choice(tuple(AMOUNTS)[: config.amounts])
                    query["amounts"] = config.amounts
                degrees = [amount if scene.chance(0.5) else -amount]
            frames = [_frames(scene, config, amount) for amount in degrees]
            pauses = [PAUSE_FRAMES + scene.integer(0, 15) for _ in frames[1:]]
            # As long as it may take to turn furthest, whatever there is to see.
            longest = _frames(scene, config, 360 * config.most) if query["ask"] == "turns" else 140
            spare = max(longest - sum(frames) - sum(pauses), 0) + scene.integer(0, 30)
            start = REST_FRAMES + scene.integer(0, spare)
            num_frames = 2 * REST_FRAMES + spare + sum(frames) + sum(pauses)
            turns = []
            for length, amount, pause in zip(frames, degrees, [*pauses, 0], strict=False):
                turns.append(Turn(start, start + length, amount))
                start += length + pause
        scripts = [turns, *([_any_turn(scene, config, num_frames)] for _ in range(config.others))]
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

    def backwards(self, timeline: Timeline) -> Timeline | None:
        turns = sum(event.actor == timeline.query["object"] for event in timeline.events)
        return backwards(timeline, _undone) if timeline.query["ask"] == "way" and turns == 1 else None

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        name = query["object"]
        if query["ask"] == "span":
            sentences = (
                f"Between which seconds does the {name} turn {query['way']}, as seen on screen?",
                f"When in the video is the {name} turning {query['way']}, from the viewer's side?",
                f"During which seconds of the clip does the {name} rotate {query['way']}, as you see it?",
            )
            return [with_form(sentence, query, "interval") for sentence in sentences]
        if query["ask"] == "turns":
            sentences = (
                f"How many full turns does the {name} make?",
                f"How many times does the {name} turn around completely?",
                f"Count the complete rotations of the {name}. How many are there?",
            )
            return [with_form(sentence, query, "integer") for sentence in sentences]
        if query["ask"] == "amount":
            sentences = (
                f"How far does the {name} turn in all?",
                f"By how much does the {name} rotate in this video?",
                f"What share of a turn, or how many turns, does the {name} make?",
            )
            return [with_words(s, query, tuple(AMOUNTS.values())[: query["amounts"]]) for s in sentences]
        sentences = (
            f"Which way does the {name} turn, as seen on screen?",
            f"In which direction or directions does the {name} rotate, from the viewer's side?",
            f"How does the {name} turn in this video, as you see it?",
        )
        return [with_words(sentence, query, (f'"{way}"' for way in WAYS.values())) for sentence in sentences]

    def ask(self, timeline: Timeline, config: RotationConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        own = [event for event in timeline.events if event.actor == query["object"]]
        ways = [event.detail.split()[0] for event in own]
        if query["ask"] == "span":
            turn = own[ways.index(query["way"])]
            span = turn.frame, turn.end_frame
            return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)
        if query["ask"] == "way":
            return drawn(text, WAYS[tuple(ways)], tuple(WAYS.values()), config.form, streams)
        degrees = sum(int(event.detail.split()[1]) for event in own)
        if query["ask"] == "turns":
            return integer_question(text, degrees // 360, range(1, config.most + 1), config.form, streams)
        space = tuple(AMOUNTS.values())[: config.amounts]
        return drawn(text, AMOUNTS[degrees], space, config.form, streams)

    def phrases(self, happening: Event) -> Sequence[str]:
        who = f"the {happening.actor}"
        way, degrees, _ = happening.detail.split()
        return (
            f"{who} turns {way} by {degrees} degrees",
            f"{who} rotates {way}, {degrees} degrees in all",
            f"{who} makes a turn of {degrees} degrees {way}",
        )

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "turns":
            return f"That makes {truth} full turns of 360 degrees", f"Counted in full turns, that is {truth}"
        if query["ask"] == "amount":
            return f"That amounts to {truth}", f"In other words, {truth}"
        return f"Taken together: {truth}", f"As seen on screen: {truth}"

    def observe(self, evidence: Evidence) -> Observed:
        events = [_event(name, turn) for name, track in evidence.tracks.items() for turn in _seen(track)]
        return Observed(events=in_order(events))

    def solve(self, evidence: Evidence) -> str | None:
        query, angles = evidence.query, evidence.tracks[evidence.query["object"]].angle % 360
        steps = (np.diff(angles) + 180) % 360 - 180
        if not len(steps) or np.abs(steps).max() > 150:
            return None  # too far between two samples to tell which way it went
        turning = np.flatnonzero(np.abs(steps) > 0.5)
        if not len(turning) and np.diff(evidence.frames).max() * MAX_RATE > 190:
            return None  # a whole turn could hide between two samples
        signs = np.sign(steps[turning])
        if query["ask"] == "span":
            asked = turning[signs == (1 if query["way"] == CW else -1)]
            if not len(asked):
                return None
            span = float(evidence.times[asked[0]]), float(evidence.times[asked[-1] + 1])
            return nearest_span(evidence.options, span)
        if query["ask"] == "way":
            first_last = dict.fromkeys(signs[[0, -1]]) if len(signs) else ()
            return WAYS[tuple(CW if sign > 0 else CCW for sign in first_last)]
        degrees = round(abs(float(steps.sum())))
        if query["ask"] == "turns":
            return str(degrees // 360) if degrees % 360 == 0 and degrees else None
        return AMOUNTS.get(degrees)


FAMILY = RotationCounting()


def _frames(scene: Stream, config: RotationConfig, degrees: int) -> int:
    """How long a turn takes, at about the rate of the level."""
    return round(abs(degrees) / (config.rate * scene.uniform(0.8, 1.0)))


def _around(
    scene: Stream, config: RotationConfig, way: str, start: int, length: int, num_frames: int
) -> list[Turn]:
    """The asked turn and, where there is time, turns the other way before and after it."""
    sign = 1 if way == CW else -1
    most = int(length * config.rate) // 15
    turns = [Turn(start, start + length, sign * 15 * scene.integer(MIN_TURN // 15, most))]
    low, high = room(num_frames)
    for left, right in ((low, start - PAUSE_FRAMES), (start + length + PAUSE_FRAMES, high)):
        frames = scene.integer(20, 40)
        if right - left >= frames:
            begin = scene.integer(left, right - frames)
            most = int(frames * config.rate) // 15
            turns.append(Turn(begin, begin + frames, -sign * 15 * scene.integer(MIN_TURN // 15, most)))
    return sorted(turns)


def _any_turn(scene: Stream, config: RotationConfig, num_frames: int) -> Turn:
    """What a shape does that nothing is asked about."""
    degrees = 15 * scene.integer(MIN_TURN // 15, 30) * (1 if scene.chance(0.5) else -1)
    frames = min(_frames(scene, config, degrees), num_frames - 2 * REST_FRAMES)
    start = scene.integer(REST_FRAMES, num_frames - REST_FRAMES - frames)
    return Turn(start, start + frames, degrees)


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
