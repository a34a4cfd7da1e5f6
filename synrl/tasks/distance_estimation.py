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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.checks import check_some_of
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import ClipAsk, ClipAskFamily, SpanAsk
from synrl.tasks.base import Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.questions import Question, drawn, with_form, with_words
from synrl.tasks.shared.stage import posed, together, window
from synrl.tasks.shared.telling import both_ways
from synrl.video.scene import Scene
from synrl.world.style import Style
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
        check_some_of("asks", self.asks, ("trend", "closest", "nearer"))
        self.require("visitors", (3, 4))
        self.require_range("change", 30, (FAR - NEAR) / 1.5)
        self.require_range("ratio", 1.1, 1.7)
        self.require_range("spin", 0.0, 120.0)


class TrendQuery(Query):
    pair: list[str]


class ClosestQuery(Query):
    other: str
    visitors: list[str]


class NearerQuery(Query):
    pair: list[str]
    other: str


class Trend(ClipAsk[TrendQuery, DistanceConfig]):
    """How the distance between two shapes develops, as one of `TRENDS`."""

    name = "trend"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
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
        query = TrendQuery(ask=self.name, pair=names, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)

    def wordings(self, query: TrendQuery) -> Sequence[str]:
        one, two = query["pair"]
        sentences = (
            f"How does the distance between the {one} and the {two} change?",
            f"As the {one} and the {two} come closer or move apart, how does their distance develop?",
            f"What happens to the distance from the {one} to the {two} over the video?",
        )
        words = [f'"{word}"' for word in TRENDS.values()]
        return [with_words(sentence, query, words) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: TrendQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        return drawn(text, self.truth(timeline), list(TRENDS.values()), config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        return TRENDS[tuple(event.detail for event in timeline.events)]

    def backwards(self, timeline: Timeline, query: TrendQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if self.truth(turned) == self.truth(timeline) else turned

    def seen(self, evidence: Evidence, query: TrendQuery) -> Iterator[Event]:
        one, two = query["pair"]
        changes = np.diff(_distances(evidence, one, two))
        signs = [0, *np.where(np.abs(changes) > _STEADY, np.sign(changes), 0).tolist(), 0]
        turns = [k for k in range(len(signs) - 1) if signs[k] != signs[k + 1]]
        for start, end in zip(turns, turns[1:], strict=False):
            if signs[start + 1]:
                yield Event(start, end, "distance", one, two, GROWS if signs[start + 1] > 0 else SHRINKS)

    def solve(self, evidence: Evidence, query: TrendQuery) -> str | None:
        if len(evidence.times) < 2:
            return None
        rates = np.diff(_distances(evidence, *query["pair"])) / np.diff(evidence.frames)
        kinds = [GROWS if rate > 0 else SHRINKS for rate in rates if abs(rate) > _STEADY]
        if not kinds and _sparse(evidence):
            return None  # it may have changed and changed back between two samples
        return TRENDS.get(tuple(kind for kind, _ in itertools.groupby(kinds)))

    def conclude(self, query: TrendQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"As to the distance: {truth}", f"All in all, {truth}"


class Closest(ClipAsk[ClosestQuery, DistanceConfig]):
    """Which of some shapes comes closest to another one."""

    name = "closest"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
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
        query = ClosestQuery(ask=self.name, other=other, visitors=names, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=in_order(events), query=query)

    def wordings(self, query: ClosestQuery) -> Sequence[str]:
        other = query["other"]
        sentences = (
            f"Which shape comes closest to the {other}, at any time in the video?",
            f"Several shapes approach the {other}. Which of them gets nearest to it?",
            f"Whose smallest distance to the {other} is the smallest?",
        )
        return [with_words(sentence, query, query["visitors"]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ClosestQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        nearest = min(timeline.events, key=lambda event: int(event.detail.removesuffix(" px")))
        return drawn(text, nearest.actor, query["visitors"], config.form, streams)

    def seen(self, evidence: Evidence, query: ClosestQuery) -> Iterator[Event]:
        for name in query["visitors"]:
            distances = _distances(evidence, name, query["other"])
            frame = int(distances.argmin())
            yield Event(frame, frame, "closest", name, query["other"], f"{round(distances[frame])} px")

    def solve(self, evidence: Evidence, query: ClosestQuery) -> str | None:
        if len(evidence.times) < 2 or _sparse(evidence):
            return None
        least = {name: float(_distances(evidence, name, query["other"]).min()) for name in query["visitors"]}
        return min(least, key=least.__getitem__)

    def conclude(self, query: ClosestQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return (
            f"The smallest of these distances is that of the {truth}",
            f"Closest of all comes the {truth}",
        )


class Nearer(ClipAsk[NearerQuery, DistanceConfig]):
    """Which of two shapes is nearer to a third one at first, and which at last."""

    name = "nearer"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
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
        query = NearerQuery(ask=self.name, pair=[one, two], other=other, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)

    def wordings(self, query: NearerQuery) -> Sequence[str]:
        (one, two), other = query["pair"], query["other"]
        sentences = (
            f"Which is nearer to the {other} at the beginning, and which at the end, the {one} or the {two}?",
            f"Compare the distances of the {one} and the {two} from the {other}. Which is nearer first, "
            "and which last?",
            f"Of the {one} and the {two}, which starts nearer to the {other}, and which ends nearer?",
        )
        form = f' Answer as "first, then last", each of them one of: {one}, {two}.'
        return [sentence + (form if query["form"] == "open" else "") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: NearerQuery, config: DistanceConfig, streams: Streams
    ) -> Question:
        space = [_say(one, two) for one in query["pair"] for two in query["pair"]]
        return drawn(text, self.truth(timeline), space, config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        first, last = timeline.events
        return _say(first.actor, last.actor)

    def backwards(self, timeline: Timeline, query: NearerQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if self.truth(turned) == self.truth(timeline) else turned

    def seen(self, evidence: Evidence, query: NearerQuery) -> Iterator[Event]:
        one, two = query["pair"]
        ahead = _ahead(evidence, query)
        steps = [np.abs(np.diff(track.points, axis=0)).max(axis=1) for track in evidence.tracks.values()]
        moving = np.flatnonzero(np.max(steps, axis=0) > 0.01)
        for start, end in ((0, int(moving[0])), (int(moving[-1]) + 1, evidence.num_frames - 1)):
            yield Event(start, end, "nearer", one if ahead[start] else two, query["other"])

    def solve(self, evidence: Evidence, query: NearerQuery) -> str | None:
        if len(evidence.times) < 2:
            return None
        (one, two), nearer = query["pair"], _ahead(evidence, query)
        return _say(*(one if nearer[i] else two for i in (0, -1)))

    def conclude(self, query: NearerQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return f"At first and at last: {truth}", f"The nearer one is, in turn: {truth}"


class WhenNearer(SpanAsk[NearerQuery, DistanceConfig], ClipAsk[NearerQuery, DistanceConfig]):
    """When a shape is nearer to a third one than another is, which is nearer mostly."""

    def draw(self, config: DistanceConfig, style: Style, streams: Streams) -> Timeline:
        """A shape that comes nearer to a third one than another is, and leaves again, at given times."""
        scene, length = streams.scene, streams.scene.integer(30, 45)
        num_frames, start = window(scene, length, config.glance, config.level)
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
        query = NearerQuery(ask=self.name, pair=[one, two], other=other, form=config.form)
        return Timeline(FPS, tuple(objects), posed(placed), style, events=events, query=query)

    def wordings(self, query: NearerQuery) -> Sequence[str]:
        (one, two), other = query["pair"], query["other"]
        sentences = (
            f"Between which seconds is the {one} nearer to the {other} than the {two} is?",
            f"When is the distance from the {one} to the {other} smaller than that from the {two} to it?",
            f"Mostly, the {two} is nearer to the {other} than the {one} is. During which seconds is it not?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: NearerQuery) -> tuple[int, int]:
        (stay,) = timeline.events
        return stay.frame, stay.end_frame

    def seen(self, evidence: Evidence, query: NearerQuery) -> Iterator[Event]:
        ahead = _ahead(evidence, query)
        edges = np.flatnonzero(ahead[1:] != ahead[:-1]).tolist()
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            yield Event(start, end + 1, "nearer", query["pair"][0], query["other"])

    def solve(self, evidence: Evidence, query: NearerQuery) -> str | None:
        if len(evidence.times) < 2:
            return None
        nearer, times = _ahead(evidence, query), evidence.times
        there = np.flatnonzero(nearer)
        if not len(there) or there[0] == 0 or there[-1] == len(nearer) - 1:
            return None
        start, end = times[there[0] - 1 : there[0] + 1].mean(), times[there[-1] : there[-1] + 2].mean()
        return nearest_span(evidence.options, (float(start), float(end)))


class DistanceEstimation(ClipAskFamily):
    name = "distance_estimation"
    summary = "Whether a distance grows or shrinks, which shape comes closest, which is nearer and when."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = DistanceConfig
    asks = (Trend(), Closest(), Nearer(), WhenNearer())
    words = told(GROWS, SHRINKS, "nearer", "closest", "pass")
    names = named("pixels")
    levels = {
        1: dict(asks=("trend",), visitors=3, change=120, ratio=1.6, spin=20.0),
        2: dict(asks=("trend", "nearer"), visitors=3, change=100, ratio=1.5, spin=30.0),
        3: dict(asks=("trend", "nearer", "closest"), visitors=3, change=80, ratio=1.4, spin=45.0),
        4: dict(asks=("trend", "nearer", "closest"), visitors=3, change=60, ratio=1.3, spin=60.0),
        5: dict(asks=("trend", "nearer", "closest"), visitors=4, change=50, ratio=1.25, spin=90.0),
    }

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

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


FAMILY = DistanceEstimation()


def _say(first: str, last: str) -> str:
    return f"{first}, then {last}"


def _undone(event: Event) -> Event:
    return replace(event, detail={GROWS: SHRINKS, SHRINKS: GROWS}.get(event.detail, event.detail))


def _distances(evidence: Evidence, one: str, two: str) -> np.ndarray:
    """Px between two shapes on every sample."""
    distances: np.ndarray = np.hypot(*(evidence.tracks[one].points - evidence.tracks[two].points).T)
    return distances


def _ahead(evidence: Evidence, query: NearerQuery) -> np.ndarray:
    """On which samples the first of a pair is nearer to the other shape than the second."""
    (one, two), other = query["pair"], query["other"]
    ahead: np.ndarray = _distances(evidence, one, other) < _distances(evidence, two, other)
    return ahead


def _sparse(evidence: Evidence) -> bool:
    """Whether a distance may have changed between two samples."""
    return bool(np.diff(evidence.frames).max() > SHORTEST_CHANGE)


def _turning(scene: Stream, config: DistanceConfig, progress: np.ndarray) -> np.ndarray:
    """Degrees that everything has turned around the middle, on every frame."""
    turned: np.ndarray = scene.uniform(0, 360) + scene.uniform(-config.spin, config.spin) * progress
    return turned


def _ray(distance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Offsets (frames, 2) from the middle."""
    angle = np.radians(degrees)
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)


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
