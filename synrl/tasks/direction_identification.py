"""direction_identification: which way does a shape move?

The shape rests, moves along one or two straight legs at constant speed, and rests again; other shapes
may move too. Legs deviate from the named direction by a few degrees, far less than half the angle to
the next one. Levels go from four directions and one shape to two legs in eight directions among three
other moving shapes; the distance per leg (the perceptual margin) shrinks from 150 to 80 px.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence, Observed
from synrl.evidence.legs import straight_legs
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, drawn, with_form
from synrl.tasks.shared.stage import CLEARANCE, STILL_FRAMES
from synrl.video.scene import Scene
from synrl.world.directions import DIRECTIONS, MAIN_DIRECTIONS, opposite
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Event, Poses, SceneObject, Timeline, backwards, in_order

REST = "does not move"


@dataclass(frozen=True, kw_only=True)
class DirectionConfig(Config):
    """Knobs: how many directions there are, legs per shape, other shapes, whether the shape may rest."""

    directions: int
    legs: int
    others: int
    may_rest: bool
    min_distance: int
    """Px per leg."""
    jitter: float
    """Largest deviation from the named direction, in degrees."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("directions", (4, 8))
        self.require("legs", (1, 2))
        self.require("others", range(5))

    @property
    def names(self) -> tuple[str, ...]:
        """The directions that legs may have."""
        return MAIN_DIRECTIONS if self.directions == 4 else tuple(DIRECTIONS)

    @property
    def paths(self) -> list[tuple[str, ...]]:
        """Every sequence of legs that may be the answer; the empty one is rest."""
        if self.legs == 2:
            return [(first, second) for first in self.names for second in self.names if first != second]
        return [(name,) for name in self.names] + ([()] if self.may_rest else [])


class PathQuery(Query):
    object: str
    directions: int
    legs: int
    may_rest: bool


class SpanQuery(Query):
    object: str
    direction: str


class Path(Ask[PathQuery, DirectionConfig]):
    """Which way, or which two ways, a shape moves."""

    name = "path"
    modes = ("perception",)
    answer_type = "text"

    def query(self, config: DirectionConfig, name: str) -> PathQuery:
        return PathQuery(
            ask=self.name,
            object=name,
            form=config.form,
            directions=config.directions,
            legs=config.legs,
            may_rest=config.may_rest,
        )

    def wordings(self, query: PathQuery) -> Sequence[str]:
        name = query["object"]
        if query["legs"] == 2:
            sentences = (
                f"The {name} moves in one direction and then in another. Which two, as seen on screen?",
                f"In which two directions does the {name} move, one after the other, as seen on screen?",
                f"What path does the {name} take across the screen: which direction first, which second?",
            )
        else:
            sentences = (
                f"In which direction does the {name} move, as seen on screen?",
                f"Which way does the {name} go on the screen?",
                f"What is the direction of motion of the {name}, from the viewer's side?",
            )
        return [_with_words(sentence, query) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: PathQuery, config: DirectionConfig, streams: Streams
    ) -> Question:
        truth = _legs(timeline)
        if config.legs == 2 and config.form == "choice":
            rivals = [_say(path) for path in _rivals(truth, config, streams)]
            return choice(text, _say(truth), rivals, streams)
        return drawn(text, _say(truth), [_say(path) for path in config.paths], config.form, streams)

    def backwards(self, timeline: Timeline, query: PathQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if _legs(timeline) == _legs(turned) else turned

    def solve(self, evidence: Evidence, query: PathQuery) -> str | None:
        _, ways = _ways_seen(evidence, query["object"])
        if not ways:
            return _say(())
        # The step over a turn mixes two legs; the first and the last step are pure if there are others.
        return _say(tuple(dict.fromkeys((ways[0], ways[-1]))))

    def conclude(self, query: PathQuery, row: Mapping[str, Any]) -> Sequence[str]:
        if row["answer_text"] == REST:
            return "It stays where it is all the time", "It never leaves its place"
        return f"Its direction is {row['answer_text']}", f"So it moves {row['answer_text']}"


class WhenMoving(SpanAsk[SpanQuery, DirectionConfig]):
    """When a shape moves a certain way."""

    def query(self, config: DirectionConfig, name: str, direction: str) -> SpanQuery:
        return SpanQuery(ask=self.name, object=name, form=config.form, direction=direction)

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, direction = query["object"], query["direction"]
        sentences = (
            f"Between which seconds does the {name} move {direction}, as seen on screen?",
            f"When in the video is the {name} moving {direction} on the screen?",
            f"During which seconds of the clip is the {name} on its way {direction}, as you see it?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = (event for event in timeline.events if event.actor == query["object"])
        (leg,) = (event for event in own if event.detail == query["direction"])
        return leg.frame, leg.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        moving, ways = _ways_seen(evidence, query["object"])
        steps = [i for i, way in zip(moving, ways, strict=True) if way == query["direction"]]
        if not steps:
            return None
        span = (float(evidence.times[steps[0]]), float(evidence.times[steps[-1] + 1]))
        return nearest_span(evidence.options, span)


PATH, WHEN_MOVING = Path(), WhenMoving()


class DirectionIdentification(Family):
    name = "direction_identification"
    summary = "Which way does a shape move: 4 or 8 directions, two-leg paths, or not at all."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = DirectionConfig
    asks = (PATH, WHEN_MOVING)
    words = told(*DIRECTIONS)
    levels = {
        1: dict(directions=4, legs=1, others=0, may_rest=False, min_distance=150, jitter=4.0),
        2: dict(directions=8, legs=1, others=0, may_rest=False, min_distance=130, jitter=5.0),
        3: dict(directions=8, legs=1, others=2, may_rest=True, min_distance=110, jitter=6.0),
        4: dict(directions=4, legs=2, others=1, may_rest=False, min_distance=100, jitter=8.0),
        5: dict(directions=8, legs=2, others=3, may_rest=False, min_distance=80, jitter=8.0),
    }

    def simulate(self, config: DirectionConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        objects = cast(streams, style, config.level, 1 + config.others, SOLID_SHAPES, (36, 56))
        localise = config.mode == "localisation"
        asked = streams.question.choice([path for path in config.paths if path or not localise])
        num_frames, schedule, leg = _schedule(streams.scene, len(asked))
        paths, schedules = [asked], [schedule]
        for _ in range(config.others):
            path = streams.scene.choice(config.paths)
            paths.append(path)
            schedules.append(_any_schedule(streams.scene, num_frames, len(path)))
        corners = _scatter(streams.scene, config, objects, paths, schedules)

        poses = Poses.still(num_frames, len(objects))
        for i, (path_corners, frames) in enumerate(zip(corners, schedules, strict=True)):
            poses.x[:, i], poses.y[:, i] = _along(path_corners, frames, num_frames).T
        events = in_order(
            Event(start, end, "move", item.name, detail=direction)
            for item, path, frames in zip(objects, paths, schedules, strict=True)
            for start, end, direction in zip(frames, frames[1:], path, strict=False)
        )
        name = objects[0].name
        query = WHEN_MOVING.query(config, name, asked[leg]) if localise else PATH.query(config, name)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        who, way = f"the {happening.actor}", happening.detail
        return f"{who} moves {way}", f"{who} goes {way}", f"{who} travels {way} across the screen"

    def observe(self, evidence: Evidence) -> Observed:
        events = []
        for name, track in evidence.tracks.items():
            legs = straight_legs(evidence.frames, track.points)
            joints = [(0, 0), *((leg.start, leg.end) for leg in legs), (len(evidence.frames) - 1,) * 2]
            events += [
                Event(one[1], two[0], "jump", name)  # no leg explains it, and no row has such an event
                for one, two in itertools.pairwise(joints)
                if one[1] != two[0]
            ]
            for leg in legs:
                if math.hypot(*leg.velocity) > 0.5:
                    start, end = int(evidence.frames[leg.start]), int(evidence.frames[leg.end])
                    events.append(Event(start, end, "move", name, detail=_nearest(*leg.velocity)))
        return Observed(events=in_order(events))


FAMILY = DirectionIdentification()


def _legs(timeline: Timeline) -> tuple[str, ...]:
    """The directions of the asked shape's legs, from the log."""
    return tuple(event.detail for event in timeline.events if event.actor == timeline.query["object"])


def _ways_seen(evidence: Evidence, name: str) -> tuple[list[int], list[str]]:
    """The steps from one sample to the next in which a shape is seen to move, and which way."""
    steps = np.diff(evidence.tracks[name].points, axis=0)
    moving = np.flatnonzero(np.hypot(*steps.T) > 1.0).tolist()
    return moving, [_nearest(*steps[i]) for i in moving]


def _nearest(dx: float, dy: float) -> str:
    """The direction of a displacement in pixels (y down); each covers 45 degrees."""
    octant = round(math.degrees(math.atan2(dy, dx)) / 45) % 8
    return tuple(DIRECTIONS)[octant]


def _undone(event: Event) -> Event:
    return replace(event, detail=opposite(event.detail))


def _schedule(scene: Stream, legs: int) -> tuple[int, tuple[int, ...], int]:
    """Clip length, the frames at which the shape sets off, turns and stops, and the leg to ask about.

    The start of that leg is drawn first and evenly over the room; the other leg goes before or after
    it, wherever it fits, so that the time of the asked leg can't be guessed from the question.
    """
    length, other = scene.integer(20, 40), scene.integer(20, 40)
    slack = NUM_OPTIONS * scene.integer(24, 36)
    num_frames = slack + length + 2 * STILL_FRAMES
    start = STILL_FRAMES + scene.integer(0, slack - 1)
    if legs < 2:
        return num_frames, (start, start + length)[: legs + 1], 0
    after = scene.chance(0.5)
    if start - other < STILL_FRAMES:
        after = True
    elif start + length + other > num_frames - STILL_FRAMES:
        after = False
    if after:
        return num_frames, (start, start + length, start + length + other), 0
    return num_frames, (start - other, start, start + length), 1


def _any_schedule(scene: Stream, num_frames: int, legs: int) -> tuple[int, ...]:
    """When a shape that nothing is asked about sets off, turns and stops."""
    lengths = [scene.integer(20, 40) for _ in range(legs)]
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - sum(lengths))
    return tuple(start + sum(lengths[:k]) for k in range(legs + 1))


def _scatter(
    scene: Stream,
    config: DirectionConfig,
    objects: Sequence[SceneObject],
    paths: Sequence[tuple[str, ...]],
    schedules: Sequence[tuple[int, ...]],
) -> list[np.ndarray]:
    """Corners of every shape's path (legs + 1, 2), such that shapes never come near each other."""
    while True:
        corners = [_path(scene, config, path, item.size) for path, item in zip(paths, objects, strict=True)]
        if _apart(corners, schedules, objects):
            return corners


def _path(scene: Stream, config: DirectionConfig, path: tuple[str, ...], size: float) -> np.ndarray:
    """Random corners of a path inside the frame."""
    border = size / 2 + CLEARANCE
    while True:
        steps = []
        for name in path:
            angle = math.radians(DIRECTIONS[name] + scene.uniform(-config.jitter, config.jitter))
            distance = scene.uniform(config.min_distance, 1.6 * config.min_distance)
            steps.append((distance * math.cos(angle), distance * math.sin(angle)))
        corners = np.vstack([np.zeros((1, 2)), np.cumsum(np.array(steps).reshape(-1, 2), axis=0)])
        low, high = border - corners.min(axis=0), np.array([WIDTH, HEIGHT]) - border - corners.max(axis=0)
        if (low < high).all():
            return corners + [scene.uniform(low[0], high[0]), scene.uniform(low[1], high[1])]


def _apart(
    corners: Sequence[np.ndarray], schedules: Sequence[tuple[int, ...]], objects: Sequence[SceneObject]
) -> bool:
    last = max(frames[-1] for frames in schedules)
    places = [_along(path, frames, last + 1) for path, frames in zip(corners, schedules, strict=True)]
    return all(
        np.hypot(*(places[i] - places[j]).T).min() > (objects[i].size + objects[j].size) / 2 + CLEARANCE
        for i in range(len(objects))
        for j in range(i)
    )


def _along(corners: np.ndarray, frames: tuple[int, ...], num_frames: int) -> np.ndarray:
    """Position on every frame (num_frames, 2) of a shape that is at corner k on frames[k]."""
    every = np.arange(num_frames)
    return np.stack([np.interp(every, frames, corners[:, axis]) for axis in (0, 1)], axis=1)


def _rivals(truth: tuple[str, ...], config: DirectionConfig, streams: Streams) -> list[tuple[str, ...]]:
    """Three more two-leg paths that make an exchangeable set with the true one.

    Either both orders of two pairs of directions, or every first leg with every second: each member
    leads to the same set with the same probability.
    """
    first, second = truth
    third, fourth = streams.options.sample([name for name in config.names if name not in truth], 2)
    if streams.options.chance(0.5):
        return [(second, first), (third, fourth), (fourth, third)]
    return [(first, fourth), (third, second), (third, fourth)]


def _say(path: tuple[str, ...]) -> str:
    return ", then ".join(path) or REST


def _with_words(sentence: str, query: PathQuery) -> str:
    """The question, and for an open one the words that its answer may have."""
    if query["may_rest"]:
        sentence += " It may also stay where it is."
    if query["form"] == "choice":
        return sentence
    words = ", ".join(MAIN_DIRECTIONS if query["directions"] == 4 else DIRECTIONS)
    if query["legs"] == 2:
        return f'{sentence} Answer as "first, then second", each one of: {words}.'
    return f"{sentence} Answer with one of: {words}{', ' + REST if query['may_rest'] else ''}."
