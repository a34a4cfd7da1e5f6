"""distance_estimation: do two shapes come closer, which one comes closest, which is nearer and when?

    trend     the distance of two shapes grows, shrinks, stays, or turns around
    closest   of several shapes that come near another one at different times, which came closest
    nearer    which of two shapes is nearer to a third one at first, and which at the end

Distances are between centres. Both shapes move, so that the motion of one of them does not tell.
Margins: a distance that changes does so by at least `change` px, from 120 at level 1 down to 50 at level
5; two distances that are compared differ by a factor of `ratio` or more, from 1.6 down to 1.25.

Localisation asks when one shape is nearer to a third one than another is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.questions import Question, drawn, interval_question, with_form, with_words
from synrl.tasks.shared.stage import posed, room, together, window
from synrl.tasks.shared.telling import both_ways
from synrl.video.scene import Scene
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, Event, SceneObject, Timeline, backwards, in_order

GROWS, SHRINKS = "grows", "shrinks"
TRENDS = {
    (GROWS,): "it grows",
    (SHRINKS,): "it shrinks",
    (): "it stays the same",
    (SHRINKS, GROWS): "it shrinks, then grows",
    (GROWS, SHRINKS): "it grows, then shrinks",
}
NEAR, FAR = 72, 280
"""Px between two centres."""
AROUND = 175
"""Px at most from a shape in the middle."""
SHORTEST_CHANGE = 30
"""Frames that a distance takes to change, or a shape to come near, at the least."""
_STEADY = 0.05
"""Px per frame by which a distance that stays the same may seem to change."""


@dataclass(frozen=True, kw_only=True)
class DistanceConfig(Config):
    """Knobs: what may be asked, shapes that come near, and the margins."""

    asks: tuple[str, ...]
    visitors: int
    change: int
    """Px."""
    ratio: float
    spin: float
    """Degrees that everything turns around the middle, at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "asks", tuple(self.asks))
        if not self.asks or not set(self.asks) <= {"trend", "closest", "nearer"}:
            raise ConfigError(f"asks is {self.asks!r}; allowed: some of trend, closest, nearer")
        self.require("visitors", (3, 4))
        self.require_range("change", 30, (FAR - NEAR) / 1.5)
        self.require_range("ratio", 1.1, 1.7)
        self.require_range("spin", 0.0, 120.0)


class DistanceEstimation(Family):
    name = "distance_estimation"
    summary = "Whether a distance grows or shrinks, which shape comes closest, which is nearer and when."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = DistanceConfig
    levels = {
        1: dict(asks=("trend",), visitors=3, change=120, ratio=1.6, spin=20.0),
        2: dict(asks=("trend", "nearer"), visitors=3, change=100, ratio=1.5, spin=30.0),
        3: dict(asks=("trend", "nearer", "closest"), visitors=3, change=80, ratio=1.4, spin=45.0),
        4: dict(asks=("trend", "nearer", "closest"), visitors=3, change=60, ratio=1.3, spin=60.0),
        5: dict(asks=("trend", "nearer", "closest"), visitors=4, change=50, ratio=1.25, spin=90.0),
    }

    def simulate(self, config: DistanceConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        ask = "span" if config.mode == "localisation" else streams.question.choice(config.asks)
        stage = {"span": _span, "trend": _trend, "closest": _closest, "nearer": _nearer}[ask]
        return stage(config, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def backwards(self, timeline: Timeline) -> Timeline | None:
        if timeline.query["ask"] not in ("trend", "nearer"):
            return None
        turned = backwards(timeline, _undone)
        return None if _truth(turned) == _truth(timeline) else turned

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        if query["ask"] == "trend":
            one, two = query["pair"]
            sentences = (
                f"How does the distance between the {one} and the {two} change?",
                f"As the {one} and the {two} come closer or move apart, how does their distance develop?",
                f"What happens to the distance from the {one} to the {two} over the video?",
            )
            return [
                with_words(sentence, query, (f'"{word}"' for word in TRENDS.values()))
                for sentence in sentences
            ]
        other = query["other"]
        if query["ask"] == "closest":
            sentences = (
                f"Which shape comes closest to the {other}, at any time in the video?",
                f"Several shapes approach the {other}. Which of them gets nearest to it?",
                f"Whose smallest distance to the {other} is the smallest?",
            )
            return [with_words(sentence, query, query["visitors"]) for sentence in sentences]
        one, two = query["pair"]
        if query["ask"] == "nearer":
            sentences = (
                f"Which is nearer to the {other} at the beginning, and which at the end, the {one} or the "
                f"{two}?",
                f"Compare the distances of the {one} and the {two} from the {other}. Which is nearer first, "
                "and which last?",
                f"Of the {one} and the {two}, which starts nearer to the {other}, and which ends nearer?",
            )
            form = f' Answer as "first, then last", each of them one of: {one}, {two}.'
            return [sentence + (form if query["form"] == "open" else "") for sentence in sentences]
        sentences = (
            f"Between which seconds is the {one} nearer to the {other} than the {two} is?",
            f"When is the distance from the {one} to the {other} smaller than that from the {two} to it?",
            f"Mostly, the {two} is nearer to the {other} than the {one} is. During which seconds is it not?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def ask(self, timeline: Timeline, config: DistanceConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        if query["ask"] == "span":
            (stay,) = timeline.events
            span = stay.frame, stay.end_frame
            return interval_question(text, span, room(timeline.num_frames), FPS, config.form, streams)
        space = {
            "trend": list(TRENDS.values()),
            "closest": query.get("visitors", []),
            "nearer": [_say(one, two) for one in query.get("pair", ()) for two in query["pair"]],
        }[query["ask"]]
        return drawn(text, _truth(timeline), space, config.form, streams)

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "distance":
            (way,) = (word for word in (GROWS, SHRINKS) if word == happening.detail)
            return both_ways(f"the distance between the {{}} and the {{}} {way}", one, two)
        if happening.kind == "closest":
            far = happening.detail.split()[0]
            return (
                f"the {one} is as close to the {two} as it gets, about {far} pixels away",
                f"the {one} passes the {two} at its closest, {far} pixels away",
            )
        return f"the {one} is nearer to the {two}", f"the {one} is the nearer one to the {two}"

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] == "trend":
            return f"As to the distance: {truth}", f"All in all, {truth}"
        if query["ask"] == "closest":
            return (
                f"The smallest of these distances is that of the {truth}",
                f"Closest of all comes the {truth}",
            )
        return f"At first and at last: {truth}", f"The nearer one is, in turn: {truth}"

    def observe(self, evidence: Evidence) -> Observed:
        query, last = evidence.query, evidence.num_frames - 1
        if query["ask"] == "trend":
            one, two = query["pair"]
            changes = np.diff(_distances(evidence, one, two))
            signs = [0, *np.where(np.abs(changes) > _STEADY, np.sign(changes), 0).tolist(), 0]
            turns = [k for k in range(len(signs) - 1) if signs[k] != signs[k + 1]]
            return Observed(
                events=tuple(
                    Event(start, end, "distance", one, two, GROWS if signs[start + 1] > 0 else SHRINKS)
                    for start, end in zip(turns, turns[1:], strict=False)
                    if signs[start + 1]
                )
            )
        other = query["other"]
        if query["ask"] == "closest":
            events = []
            for name in query["visitors"]:
                distances = _distances(evidence, name, other)
                frame = int(distances.argmin())
                events.append(Event(frame, frame, "closest", name, other, f"{round(distances[frame])} px"))
            return Observed(events=in_order(events))
        one, two = query["pair"]
        ahead = _distances(evidence, one, other) < _distances(evidence, two, other)
        if query["ask"] == "nearer":
            steps = [np.abs(np.diff(track.points, axis=0)).max(axis=1) for track in evidence.tracks.values()]
            moving = np.flatnonzero(np.max(steps, axis=0) > 0.01)
            stays = ((0, int(moving[0])), (int(moving[-1]) + 1, last))
            return Observed(
                events=tuple(
                    Event(start, end, "nearer", one if ahead[start] else two, other) for start, end in stays
                )
            )
        edges = np.flatnonzero(ahead[1:] != ahead[:-1]).tolist()
        return Observed(
            events=tuple(
                Event(start, end + 1, "nearer", one, other)
                for start, end in zip(edges[::2], edges[1::2], strict=True)
            )
        )

    def solve(self, evidence: Evidence) -> str | None:
        query, times = evidence.query, evidence.times
        if len(times) < 2:
            return None
        sparse = np.diff(evidence.frames).max() > SHORTEST_CHANGE
        if query["ask"] == "trend":
            rates = np.diff(_distances(evidence, *query["pair"])) / np.diff(evidence.frames)
            kinds = [GROWS if rate > 0 else SHRINKS for rate in rates if abs(rate) > _STEADY]
            if not kinds and sparse:
                return None  # it may have changed and changed back between two samples
            return TRENDS.get(tuple(kind for kind, _ in itertools.groupby(kinds)))
        other = query["other"]
        if query["ask"] == "closest":
            least = {name: float(_distances(evidence, name, other).min()) for name in query["visitors"]}
            return None if sparse else min(least, key=least.__getitem__)
        one, two = query["pair"]
        nearer = _distances(evidence, one, other) < _distances(evidence, two, other)
        if query["ask"] == "nearer":
            return _say(*(one if nearer[i] else two for i in (0, -1)))
        there = np.flatnonzero(nearer)
        if not len(there) or there[0] == 0 or there[-1] == len(nearer) - 1:
            return None
        start, end = times[there[0] - 1 : there[0] + 1].mean(), times[there[-1] : there[-1] + 2].mean()
        return nearest_span(evidence.options, (float(start), float(end)))


FAMILY = DistanceEstimation()


def _truth(timeline: Timeline) -> str:
    """The answer of a perception question, from the log."""
    query, events = timeline.query, timeline.events
    if query["ask"] == "trend":
        return TRENDS[tuple(event.detail for event in events)]
    if query["ask"] == "closest":
        return min(events, key=lambda event: int(event.detail.removesuffix(" px"))).actor
    return _say(events[0].actor, events[1].actor)


def _say(first: str, last: str) -> str:
    return f"{first}, then {last}"


def _undone(event: Event) -> Event:
    return replace(event, detail={GROWS: SHRINKS, SHRINKS: GROWS}.get(event.detail, event.detail))


def _distances(evidence: Evidence, one: str, two: str) -> np.ndarray:
    """Px between two shapes on every sample."""
    distances: np.ndarray = np.hypot(*(evidence.tracks[one].points - evidence.tracks[two].points).T)
    return distances


def _turning(scene: Stream, config: DistanceConfig, progress: np.ndarray) -> np.ndarray:
    """Degrees that everything has turned around the middle, on every frame."""
    turned: np.ndarray = scene.uniform(0, 360) + scene.uniform(-config.spin, config.spin) * progress
    return turned


def _ray(distance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Offsets (frames, 2) from the middle."""
    angle = np.radians(degrees)
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)


def _trend(config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
    """Two shapes whose distance develops in one of five ways."""
    scene, kinds = streams.scene, streams.question.choice(tuple(TRENDS))
    objects = cast(streams, style, config.level, 2, SOLID_SHAPES, (30, 44))
    lengths = [scene.integer(SHORTEST_CHANGE, 60) for _ in kinds or "-"]
    start = scene.integer(12, 30)
    frames = [start + sum(lengths[:k]) for k in range(len(lengths) + 1)]
    num_frames = frames[-1] + scene.integer(12, 30)
    every = np.arange(num_frames)
    while True:
        distances = [float(scene.integer(NEAR, FAR))]
        for kind in kinds or ("same",):
            change = {GROWS: 1, SHRINKS: -1, "same": 0}[kind] * scene.uniform(1, 1.5) * config.change
            distances.append(distances[-1] + change)
        if not all(NEAR <= distance <= FAR for distance in distances):
            continue
        progress = np.clip((every - start) / sum(lengths), 0, 1)
        apart = _ray(np.interp(every, frames, distances) / 2, _turning(scene, config, progress))
        heading = scene.uniform(0, 360)
        middle = _ray(scene.uniform(20, 80) * progress, np.full(num_frames, heading))
        placed = together(scene, [middle + apart, middle - apart], [item.size for item in objects])
        if placed is not None:
            break
    names = [item.name for item in objects]
    events = tuple(
        Event(one, two, "distance", names[0], names[1], kind)
        for one, two, kind in zip(frames, frames[1:], kinds, strict=False)
    )
    query = {"ask": "trend", "pair": names, "form": config.form}
    return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)


def _around(
    scene: Stream,
    config: DistanceConfig,
    profiles: Sequence[np.ndarray],
    progress: np.ndarray,
    objects: Sequence[SceneObject],
) -> list[np.ndarray]:
    """Paths of shapes at given distances (frames,) around the last of some objects, well apart."""
    pitch = 360 / len(profiles)
    while True:
        turned = _turning(scene, config, progress)
        heading = scene.uniform(0, 360)
        middle = _ray(scene.uniform(10, 60) * progress, np.full(len(progress), heading))
        jitter = 0.15 * pitch
        paths = [
            middle + _ray(profile, turned + k * pitch + scene.uniform(-jitter, jitter))
            for k, profile in enumerate(profiles)
        ]
        placed = together(scene, [*paths, middle], [item.size for item in objects])
        if placed is not None:
            return placed


def _closest(config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
    """Shapes that come near another one at different times, each to another distance."""
    scene, count = streams.scene, config.visitors
    winner = streams.question.integer(0, count - 1)
    objects = cast(streams, style, config.level, count + 1, SOLID_SHAPES, (26, 36))
    ranks = scene.shuffled(range(1, count))
    ranks.insert(winner, 0)
    num_frames = scene.integer(130, 170)
    every = np.arange(num_frames)
    names, other = [item.name for item in objects[:-1]], objects[-1].name
    profiles, events = [], []
    least = scene.uniform(58, 64)
    for name, rank in zip(names, ranks, strict=True):
        near = math.ceil(least * config.ratio**rank)
        frame = scene.integer(SHORTEST_CHANGE, num_frames - 1 - SHORTEST_CHANGE)
        far = [min(near + scene.uniform(35, 70), AROUND) for _ in range(2)]
        profiles.append(
            np.interp(
                every, [frame - SHORTEST_CHANGE, frame, frame + SHORTEST_CHANGE], [far[0], near, far[1]]
            )
        )
        events.append(Event(frame, frame, "closest", name, other, f"{near} px"))
    placed = _around(scene, config, profiles, every / num_frames, objects)
    query = {"ask": "closest", "other": other, "visitors": names, "form": config.form}
    return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)


def _nearer(config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
    """Two shapes of which one is nearer to a third at first, and one at the end."""
    scene, order = streams.scene, [streams.question.integer(0, 1) for _ in range(2)]
    objects = cast(streams, style, config.level, 3, SOLID_SHAPES, (28, 40))
    one, two, other = (item.name for item in objects)
    start, length = scene.integer(15, 35), scene.integer(50, 80)
    num_frames = start + length + scene.integer(15, 35)
    progress = np.clip((np.arange(num_frames) - start) / length, 0, 1)
    ends = []
    for nearer in order:
        near = scene.uniform(65, AROUND / config.ratio)
        pair = [near, scene.uniform(near * config.ratio, AROUND)]
        ends.append(pair if nearer == 0 else pair[::-1])
    profiles = [ends[0][k] + (ends[1][k] - ends[0][k]) * progress for k in range(2)]
    placed = _around(scene, config, profiles, progress, objects)
    events = (
        Event(0, start, "nearer", (one, two)[order[0]], other),
        Event(start + length, num_frames - 1, "nearer", (one, two)[order[1]], other),
    )
    query = {"ask": "nearer", "pair": [one, two], "other": other, "form": config.form}
    return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)


def _span(config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
    """A shape that comes nearer to a third one than another is, and leaves again, at given times."""
    scene, length = streams.scene, streams.scene.integer(30, 45)
    num_frames, start = window(scene, length)
    objects = cast(streams, style, config.level, 3, SOLID_SHAPES, (28, 40))
    one, two, other = (item.name for item in objects)
    between = scene.uniform(95, 110)
    # As far above the other's distance as below it, so that they are equal midway between two frames.
    half = between * (config.ratio - 1) / (config.ratio + 1) * scene.uniform(1.0, 1.2)
    every, ramp = np.arange(num_frames), scene.uniform(4, 7)
    times = [start + 0.5 + ramp * side for side in (-1, 1)]
    times += [start + length - 0.5 + ramp * side for side in (-1, 1)]
    own = between + np.interp(every, times, [half, -half, -half, half])
    placed = _around(scene, config, [own, np.full(num_frames, between)], every / num_frames, objects)
    events = (Event(start, start + length, "nearer", one, other),)
    query = {"ask": "span", "pair": [one, two], "other": other, "form": config.form}
    return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)
