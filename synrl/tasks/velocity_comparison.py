"""velocity_comparison: which of several shapes is the fastest, and in what order are they?

Two to five shapes run along lines, each at one constant speed. They set off and stop at different times,
so that neither the distance nor the time tells who is faster. Margin: each speed is at least `ratio`
times the next one, from 2 at level 1 down to 1.25 at level 5.

Localisation: a shape is slower than another one but for a stretch in which it is faster. When?
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.speeds import held_speeds, observe_runs, sampled_speeds
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.questions import Question, drawn, interval_question, with_form, with_words
from synrl.tasks.shared.runners import staged
from synrl.tasks.shared.stage import STILL_FRAMES, room, window
from synrl.tasks.shared.telling import tell_speed
from synrl.video.scene import Scene
from synrl.world.speeds import SPEED_STEP, Run, Stretch, speed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

EQUAL = "both are equally fast"
SLOWEST, FASTEST = 0.4, 4.5
"""Px per frame."""


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


class VelocityComparison(Family):
    name = "velocity_comparison"
    summary = "Which of two to five shapes is fastest, their order by speed, when one outpaces another."
    category = "speed perception"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = VelocityConfig
    levels = {
        1: dict(shapes=2, ratio=2.0, slanted=False),
        2: dict(shapes=3, ratio=1.8, slanted=False),
        3: dict(shapes=4, ratio=1.5, slanted=True),
        4: dict(shapes=4, ratio=1.35, slanted=True),
        5: dict(shapes=5, ratio=1.25, slanted=True),
    }

    def simulate(self, config: VelocityConfig, streams: Streams) -> Timeline:
        style, scene, question = draw_style(streams), streams.scene, streams.question
        objects = cast(streams, style, config.level, config.shapes, SOLID_SHAPES, (28, 42))
        names = [item.name for item in objects]
        length = scene.integer(30, 45)
        num_frames, start = window(scene, length)
        query: dict[str, Any] = {"form": config.form}
        if config.mode == "localisation":
            query |= {"ask": "span", "object": names[0], "other": names[1]}
        elif config.shapes == 2:
            order: tuple[int, ...] = question.choice(
                ((0, 1), (1, 0), ())
            )  # fastest first; empty if nobody is
            query |= {"ask": "pair", "shapes": names}
        else:
            order = (*question.shuffled(range(config.shapes)),)
            query |= {
                "ask": "extreme" if config.shapes > 3 and question.chance(0.5) else "rank",
                "shapes": names,
            }
            if query["ask"] == "extreme":
                query["most"] = question.choice(("fastest", "slowest"))

        def draw_runs() -> list[Run]:
            if query["ask"] == "span":
                pair = _outpacing(scene, config.ratio, start, length, num_frames)
                others = (speed(scene, SLOWEST, FASTEST / 2) for _ in names[2:])
                return [*pair, *(_steady(scene, pace, num_frames) for pace in others)]
            paces = _paces(scene, config.ratio, config.shapes)
            ranks = [order.index(i) if order else 0 for i in range(len(names))]
            return [_steady(scene, paces[rank], num_frames) for rank in ranks]

        poses, events = staged(scene, objects, num_frames, draw_runs, slanted=config.slanted)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        if query["ask"] == "span":
            name, other = query["object"], query["other"]
            sentences = (
                f"Between which seconds does the {name} move faster than the {other}?",
                f"Mostly, the {name} is slower than the {other}. During which seconds is it faster?",
                f"When in the video is the {name} at a higher speed than the {other}?",
            )
            return [with_form(sentence, query, "interval") for sentence in sentences]
        names: list[str] = query["shapes"]
        listed = f"{', '.join(f'the {name}' for name in names[:-1])} and the {names[-1]}"
        if query["ask"] == "rank":
            sentences = (
                f"Order {listed} by their speed while moving, from the fastest to the slowest.",
                f"Rank these shapes by speed, not by distance, the fastest one first: {', '.join(names)}.",
                f"In motion, {listed} have different speeds. What is their order, starting with the fastest?",
            )
            return [with_form(sentence, query, "ordering") for sentence in sentences]
        most = query.get("most", "faster")
        either = f"{', '.join(f'the {name}' for name in names[:-1])} or the {names[-1]}"
        sentences = (
            f"Which is the {most} while it is moving: {either}?",
            f"Compare the speeds of {listed} in motion, not the distances. Which shape is {most}?",
            f"How far each shape gets does not matter: which one has the {most} motion, {either}?",
        )
        answers = [*names, EQUAL] if query["ask"] == "pair" else names
        return [with_words(sentence, query, answers) for sentence in sentences]

    def ask(self, timeline: Timeline, config: VelocityConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        paces = {
            item.name: [
                float(event.detail.split()[0]) for event in timeline.events if event.actor == item.name
            ]
            for item in timeline.objects
        }
        if query["ask"] == "span":
            own = [event for event in timeline.events if event.actor == query["object"]]
            (fast,) = (
                event
                for event, pace in zip(own, paces[query["object"]], strict=True)
                if pace > paces[query["other"]][0]
            )
            span = fast.frame, fast.end_frame
            return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)
        names = sorted(query["shapes"], key=lambda name: -paces[name][0])
        if query["ask"] == "pair":
            truth = EQUAL if paces[names[0]] == paces[names[1]] else names[0]
            return drawn(text, truth, [*query["shapes"], EQUAL], config.form, streams)
        if query["ask"] == "extreme":
            truth = names[0 if query["most"] == "fastest" else -1]
            return drawn(text, truth, query["shapes"], config.form, streams)
        orders = [", ".join(order) for order in itertools.permutations(query["shapes"])]
        return drawn(text, ", ".join(names), orders, config.form, streams, "ordering")

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_speed(happening)

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "rank":
            return f"From the fastest to the slowest: {truth}", f"Sorted by these speeds: {truth}"
        if query["ask"] == "extreme":
            return (
                f"The {query['most']} of them is the {truth}",
                f"Of these speeds, the {truth} has the {query['most']}",
            )
        if truth in query["shapes"]:
            return f"The faster of the two is the {truth}", f"So the {truth} is faster"
        return f"Hence {truth}", f"There is no difference: {truth}"

    def observe(self, evidence: Evidence) -> Observed:
        return observe_runs(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        query = evidence.query
        if query["ask"] == "span":
            one, two = (
                sampled_speeds(evidence, evidence.tracks[query[role]]) for role in ("object", "other")
            )
            faster = np.flatnonzero(one > two)
            if not len(faster) or len(one) < 3:
                return None
            span = float(evidence.times[faster[0]]), float(evidence.times[faster[-1] + 1])
            return nearest_span(evidence.options, span)
        speeds = {}
        for name in query["shapes"]:
            held = held_speeds(sampled_speeds(evidence, evidence.tracks[name]))
            if held is None:
                return None
            speeds[name] = held[0]
        names = sorted(speeds, key=lambda name: -speeds[name])
        if query["ask"] == "pair":
            return EQUAL if speeds[names[0]] - speeds[names[1]] < SPEED_STEP / 2 else names[0]
        if query["ask"] == "extreme":
            return str(names[0 if query["most"] == "fastest" else -1])
        return ", ".join(names)


FAMILY = VelocityComparison()


def _paces(scene: Stream, ratio: float, count: int) -> list[float]:
    """Speeds from the fastest to the slowest, each at least `ratio` times the next."""
    paces = [speed(scene, SLOWEST, FASTEST / ratio ** (count - 1) * 0.9)]
    for left in range(count - 2, -1, -1):
        low = paces[0] * ratio
        most = FASTEST / ratio**left
        paces.insert(0, speed(scene, low, max(min(1.4 * low, most), low + SPEED_STEP)))
    return paces


def _steady(scene: Stream, pace: float, num_frames: int) -> Run:
    """A run at one speed, for some of the clip."""
    frames = scene.integer(45, 75)
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - frames)
    return Run(start, (Stretch(frames, pace, pace),))


def _outpacing(scene: Stream, ratio: float, start: int, length: int, num_frames: int) -> list[Run]:
    """A shape that is faster than another for a while, and the other, both in motion all the time."""
    slow = speed(scene, 0.4, 0.6)
    pace = speed(scene, slow * ratio, slow * ratio + 0.2)
    fast = speed(scene, pace * ratio, pace * ratio + 0.3)
    rest = num_frames - 1 - start - length
    own = Stretch(start, slow, slow), Stretch(length, fast, fast), Stretch(rest, slow, slow)
    return [Run(0, own), Run(0, (Stretch(num_frames - 1, pace, pace),))]
