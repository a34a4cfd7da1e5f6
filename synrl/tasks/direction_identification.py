"""direction_identification: which way does a shape move after, or before, it moves another way?

The shape rests, moves along straight legs at constant speed, and rests after each of them, before it goes
another way; other shapes may move too. The leg that is asked for is named by the one before it, or after it.
Its middle is drawn without regard to its direction, and it is any of many legs but the first and the last, so
that the place of the shape on a frame says next to nothing about it.

Margins: legs deviate from the named direction by at most `jitter` degrees, far less than half the angle to
the next one, and are at least `min_distance` px long; rests last longer than two glances. Levels go from
five legs in four directions to six legs in eight directions among three other moving shapes.

Localisation asks when the shape moves a certain way. It moves another way, for as long, at the time
of a wrong option.
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
from synrl.evidence.moves import Move, seen_moves
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, with_form, with_words
from synrl.tasks.shared.stage import ASKED, BETWEEN, CLEARANCE, STILL_FRAMES, beside, window
from synrl.video.scene import Scene
from synrl.world.directions import DIRECTIONS, MAIN_DIRECTIONS, apart, opposite
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Event, Poses, SceneObject, Timeline, backwards, in_order

_NUMBERS = {4: "four", 5: "five", 6: "six"}
_LONGER = 1.1
"""How many times as long as the shortest leg the longest is that is asked for."""
_OTHERS_LONGER = 2.4
"""And any other."""
_PACE = 30.0
"""Px that a shape covers in a glance where its moves are long."""
_TRIES = 60
_EVEN = 1.4, 150.0
"""How much rarer a path is that leads as many px, in all, the way of the asked leg."""


@dataclass(frozen=True, kw_only=True)
class DirectionConfig(Config):
    """Knobs: how many directions there are, moves of the asked shape, other shapes."""

    directions: int
    moves: int
    others: int
    min_distance: int
    """Px per leg."""
    jitter: float
    """Largest deviation from the named direction, in degrees."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("directions", (4, 8))
        self.require("moves", range(4, 7))
        self.require("others", range(5))

    @property
    def names(self) -> tuple[str, ...]:
        """The directions that legs may have."""
        return MAIN_DIRECTIONS if self.directions == 4 else tuple(DIRECTIONS)


class NextQuery(Query):
    object: str
    directions: int
    moves: int
    direction: str
    """That of the leg beside the one that is asked for."""
    then: str
    """`after` or `before` it."""


class SpanQuery(Query):
    object: str
    direction: str


@dataclass(frozen=True)
class Path:
    """The legs of a shape: their directions, the frames at their ends, their corners."""

    ways: tuple[str, ...]
    frames: tuple[tuple[int, int], ...]
    corners: np.ndarray
    """Px, shape (legs + 1, 2)."""

    def along(self, num_frames: int) -> np.ndarray:
        """The place on every frame, shape (num_frames, 2)."""
        times = [frame for leg in self.frames for frame in leg]
        places = np.repeat(self.corners, 2, axis=0)[1:-1]
        every = np.arange(num_frames)
        return np.stack([np.interp(every, times, places[:, axis]) for axis in (0, 1)], axis=1)

    def events(self, name: str) -> list[Event]:
        """The legs as events of a shape."""
        return [
            Event(*leg, "move", name, detail=way) for leg, way in zip(self.frames, self.ways, strict=True)
        ]


class Next(Ask[NextQuery, DirectionConfig]):
    """Which way a shape moves right after, or right before, it moves another way."""

    name = "next"
    modes = ("perception",)
    answer_type = "text"
    thing = "move"

    def draw(
        self, config: DirectionConfig, streams: Streams, item: SceneObject
    ) -> tuple[NextQuery, int, Path]:
        """What is asked, the number of frames, and the path of the shape."""
        question, scene = streams.question, streams.scene
        # Never the first move or the last: the place of a shape that has not moved yet tells where it can go.
        after, asked = question.chance(0.5), question.integer(1, config.moves - 2)
        known = asked - 1 if after else asked + 1
        ways = _draw_ways(question, config, known, asked)
        # Rests at the ends are long or short, so that a frame may be of any move.
        spare = config.glances(4.5 if config.moves < 6 else 2.5)
        frames, start = [], config.glances(2.2) + scene.integer(0, spare)
        for _ in ways:
            end = start + scene.integer(config.glances(1.5), config.glances(1.7))
            frames.append((start, end))
            start = end + scene.integer(config.glances(2.2), config.glances(2.3))
        num_frames = start + scene.integer(0, spare)
        corners = None
        while corners is None or not _even(scene, corners, ways[asked]):
            corners = _corners(scene, config, ways, asked, item.size)
        query = NextQuery(
            ask=self.name,
            object=item.name,
            form=config.form,
            directions=config.directions,
            moves=config.moves,
            direction=ways[known],
            then="after" if after else "before",
        )
        return query, num_frames, Path(ways, tuple(frames), corners)

    def aim(self, query: NextQuery) -> str:
        return f"which way the {query['object']} moves right {query['then']} it moves {query['direction']}"

    def wordings(self, query: NextQuery) -> Sequence[str]:
        name, way, number = query["object"], query["direction"], _NUMBERS[query["moves"]]
        settings = (
            f"The {name} moves {number} times and changes its direction after each move.",
            f"The {name} makes {number} moves across the screen, one after the other.",
            f"The {name} makes {number} straight moves, with a rest after each.",
            f"Watch the {name}, which moves {number} times and rests after each move.",
        )
        asked = {
            "after": (
                f"In which direction does it move immediately after moving {way}?",
                f"Which way does it go next after it has gone {way}?",
                f"After the move that goes {way}, what is the direction of the next one?",
            ),
            "before": (
                f"In which direction does it move just before moving {way}?",
                f"Which way does it go just before it goes {way}?",
                f"What is the direction of the last move before the one that goes {way}?",
            ),
        }[query["then"]]
        alone = {
            "after": (
                f"In which direction does the {name} move immediately after it has moved {way}?",
                f"The {name} moves {way} and then rests. Which way does it move next?",
                f"Once the {name} has moved {way}, what is the direction of its next move?",
            ),
            "before": (
                f"In which direction does the {name} move just before it moves {way}?",
                f"The {name} moves {way} at some point. Which way does it move just before that?",
                f"Of the moves that the {name} makes before it moves {way}, what is the direction of the "
                "last one?",
            ),
        }[query["then"]]
        sentences = (*(f"{one} {two}" for one in settings for two in asked), *alone)
        names = MAIN_DIRECTIONS if query["directions"] == 4 else tuple(DIRECTIONS)
        return [with_words(sentence, query, _others(names, way)) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: NextQuery, config: DirectionConfig, streams: Streams
    ) -> Question:
        ways = _ways(timeline)
        truth = _beside(ways, query)
        assert truth is not None, "there is such a move"
        space = _others(config.names, query["direction"])
        if config.form == "open":
            return Question(text, self.answer_type, truth, guess_rate=1 / len(space))
        # The directions of its other moves come first: each of them could be the one.
        others = dict.fromkeys(way for way in ways if way not in (truth, query["direction"]))
        shown = streams.options.shuffled(list(others))
        rest = streams.options.shuffled([way for way in space if way not in (truth, *shown)])
        return choice(text, truth, [*shown, *rest][: NUM_OPTIONS - 1], streams)

    def backwards(self, timeline: Timeline, query: NextQuery) -> Timeline | None:
        turned = backwards(timeline, _undone)
        return None if _beside(_ways(turned), query) in (None, _beside(_ways(timeline), query)) else turned

    def solve(self, evidence: Evidence, query: NextQuery) -> str | None:
        moves = seen_moves(evidence, query["object"])
        ways = [way for way, _ in itertools.groupby(_nearest(*move.step) for move in moves)]
        if ways.count(query["direction"]) != 1:
            return None
        number = ways.index(query["direction"]) + (1 if query["then"] == "after" else -1)
        return ways[number] if 0 <= number < len(ways) else None

    def known(self, event: Event, query: NextQuery) -> bool:
        return event.detail == query["direction"]

    def conclude(self, query: NextQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth, way = row["answer_text"], query["direction"]
        then = "immediately after" if query["then"] == "after" else "just before"
        return (
            f"{then.capitalize()} moving {way}, it moves {truth}",
            f"So it moves {truth} {then} it moves {way}",
        )


class WhenMoving(SpanAsk[SpanQuery, DirectionConfig]):
    """When a shape moves a certain way."""

    def draw(
        self, config: DirectionConfig, streams: Streams, item: SceneObject
    ) -> tuple[SpanQuery, int, Path]:
        """What is asked, the number of frames, and the path of the shape.

        The start of the asked leg is drawn first and evenly over the room; other legs go before or after it,
        wherever they fit, so that the time of the asked leg can't be guessed from the question.
        """
        scene, way = streams.scene, streams.question.choice(config.names)
        lengths = config.glances(ASKED[0]), config.glances(ASKED[1])
        length = scene.integer(*lengths)
        num_frames, start = window(scene, length, config.glance, config.level)
        leg = start, start + length
        frames = tuple(beside(scene, leg, num_frames, lengths, config.glances(BETWEEN), 3))
        asked = frames.index(leg)
        others = [name for name in config.names if apart(name, way) >= 90]
        ways = scene.sample(others, len(frames) - 1)
        ways.insert(asked, way)
        distances = [_PACE * (end - begin) / config.glance for begin, end in frames]
        corners = None
        while corners is None:
            corners = _corners(scene, config, ways, asked, item.size, distances)
        query = SpanQuery(ask=self.name, object=item.name, form=config.form, direction=way)
        return query, num_frames, Path(tuple(ways), frames, corners)

    def aim(self, query: SpanQuery) -> str:
        return f"when the {query['object']} moves {query['direction']}"

    def wordings(self, query: SpanQuery) -> Sequence[str]:
        name, direction = query["object"], query["direction"]
        sentences = (
            f"From when to when does the {name} move {direction}?",
            f"Between which seconds does the {name} move {direction} on the screen?",
            f"When in the video is the {name} moving {direction}?",
            f"The {name} moves {direction} once. From when to when does it do so?",
            f"During which seconds of the video does the {name} move {direction}?",
            f"At what time does the {name} start to move {direction}, and at what time does that move end?",
            f"One of the moves of the {name} goes {direction}. From when to when does it last?",
            f"The {name} rests before and after it moves {direction}. Between which seconds does it "
            "make that move?",
            f"From which second to which second does the {name} go {direction}?",
            f"For some time, the {name} moves {direction}. When does that begin, and when does it end?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: SpanQuery) -> tuple[int, int]:
        own = (event for event in timeline.events if event.actor == query["object"])
        (leg,) = (event for event in own if event.detail == query["direction"])
        return leg.frame, leg.end_frame

    def solve(self, evidence: Evidence, query: SpanQuery) -> str | None:
        """The longest move that leads that way, as far as can be seen."""

        def along(move: Move) -> float:
            angle = math.radians(DIRECTIONS[query["direction"]])
            return move.step[0] * math.cos(angle) + move.step[1] * math.sin(angle)

        moves = seen_moves(evidence, query["object"])
        if not moves:
            return None
        best = max(moves, key=along)
        return nearest_span(evidence.options, (best.start / evidence.fps, best.end / evidence.fps))


NEXT, WHEN_MOVING = Next(), WhenMoving()


class DirectionIdentification(Family):
    name = "direction_identification"
    summary = "Which way does a shape move after, or before, it moves another way; and when."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = DirectionConfig
    asks = (NEXT, WHEN_MOVING)
    words = {
        **told("move", *DIRECTIONS),
        "from left to right": "right",
        "from right to left": "left",
        "from top to bottom": "down",
        "from bottom to top": "up",
    }
    levels = {
        1: dict(directions=4, moves=5, others=0, min_distance=44, jitter=4.0),
        2: dict(directions=8, moves=6, others=0, min_distance=50, jitter=5.0),
        3: dict(directions=8, moves=6, others=1, min_distance=50, jitter=5.0),
        4: dict(directions=8, moves=6, others=2, min_distance=50, jitter=6.0),
        5: dict(directions=8, moves=6, others=3, min_distance=50, jitter=6.0),
    }

    def simulate(self, config: DirectionConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        objects = cast(streams, style, config.level, 1 + config.others, SOLID_SHAPES, (28, 40))
        ask = WHEN_MOVING if config.mode == "localisation" else NEXT
        paths = None
        while paths is None:
            query, num_frames, path = ask.draw(config, streams, objects[0])
            paths = _among_others(streams.scene, config, objects, path, num_frames)
        poses = Poses.still(num_frames, len(objects))
        for i, path in enumerate(paths):
            poses.x[:, i], poses.y[:, i] = path.along(num_frames).T
        events = in_order(
            event for item, path in zip(objects, paths, strict=True) for event in path.events(item.name)
        )
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


def _draw_ways(question: Stream, config: DirectionConfig, known: int, asked: int) -> tuple[str, ...]:
    """Directions of legs, of which no two in a row are the same and the known one comes once.

    Others may be that of the asked leg: if none were, they would lead away from where it leads.
    """
    named, answer = question.sample(config.names, 2)
    while True:
        ways = [question.choice(_others(config.names, named)) for _ in range(config.moves)]
        ways[known], ways[asked] = named, answer
        if all(one != two for one, two in itertools.pairwise(ways)):
            return tuple(ways)


def _ways(timeline: Timeline) -> tuple[str, ...]:
    """The directions of the asked shape's legs, from the log."""
    return tuple(event.detail for event in timeline.events if event.actor == timeline.query["object"])


def _beside(ways: Sequence[str], query: NextQuery) -> str | None:
    """The direction right after, or before, the one that the query names; None if there is none."""
    known = query["direction"]
    once = ways.count(known) == 1
    number = ways.index(known) + (1 if query["then"] == "after" else -1) if once else -1
    return ways[number] if 0 <= number < len(ways) else None


def _others(names: Sequence[str], way: str) -> list[str]:
    return [name for name in names if name != way]


def _nearest(dx: float, dy: float) -> str:
    """The direction of a displacement in pixels (y down); each covers 45 degrees."""
    octant = round(math.degrees(math.atan2(dy, dx)) / 45) % 8
    return tuple(DIRECTIONS)[octant]


def _undone(event: Event) -> Event:
    return replace(event, detail=opposite(event.detail))


def _corners(
    scene: Stream,
    config: DirectionConfig,
    ways: Sequence[str],
    asked: int,
    size: float,
    distances: Sequence[float] | None = None,
) -> np.ndarray | None:
    """Random corners of a path inside the frame; None if they were not found.

    Args:
        asked: the leg whose middle is drawn first, from all places where it fits in any direction.
        distances: px of each leg, if they matter.
    """
    border = 0.6 * size + CLEARANCE
    asked_px = distances[asked] if distances else scene.uniform(1, _LONGER) * config.min_distance
    low, high = border + asked_px / 2, np.array([WIDTH, HEIGHT]) - border - asked_px / 2
    middle = np.array([scene.uniform(low, high[0]), scene.uniform(low, high[1])])
    for _ in range(_TRIES):
        steps = []
        for leg, way in enumerate(ways):
            angle = math.radians(DIRECTIONS[way] + scene.uniform(-config.jitter, config.jitter))
            px = asked_px
            if leg != asked:
                longer = scene.uniform(1, _OTHERS_LONGER)
                px = distances[leg] if distances else longer * config.min_distance
            steps.append((px * math.cos(angle), px * math.sin(angle)))
        corners = np.vstack([np.zeros((1, 2)), np.cumsum(np.array(steps), axis=0)])
        corners += middle - (corners[asked] + corners[asked + 1]) / 2
        if corners.min() > border and (corners.max(axis=0) < np.array([WIDTH, HEIGHT]) - border).all():
            return corners
    return None


def _even(scene: Stream, corners: np.ndarray, way: str) -> bool:
    """Whether to keep a path, so that its ends do not tell which way the asked leg leads.

    Paths lead that way a little on the whole, since that leg does; of those that do, some are drawn again.
    """
    angle = math.radians(DIRECTIONS[way])
    led = float((corners[-1] - corners[0]) @ (math.cos(angle), math.sin(angle)))
    rarer, px = _EVEN
    return scene.uniform(0, 1) < min(1.0, math.exp(-rarer * led / px - 0.4))


def _among_others(
    scene: Stream, config: DirectionConfig, objects: Sequence[SceneObject], path: Path, num_frames: int
) -> list[Path] | None:
    """The path of the first shape with those of others, which never come near; None if there is no room."""
    paths = [path]
    places = [path.along(num_frames)]
    for item in objects[1:]:
        for _ in range(_TRIES):
            other = _any_path(scene, config, item.size, num_frames)
            if other is None:
                continue
            its = other.along(num_frames)
            if all(
                np.hypot(*(its - place).T).min() > 0.6 * (item.size + one.size) + CLEARANCE
                for place, one in zip(places, objects, strict=False)
            ):
                paths.append(other)
                places.append(its)
                break
        else:
            return None
    return paths


def _any_path(scene: Stream, config: DirectionConfig, size: float, num_frames: int) -> Path | None:
    """One or two legs of a shape that nothing is asked about."""
    ways = tuple(scene.sample(config.names, scene.integer(1, 2)))
    lengths = [scene.integer(config.glances(1.6), config.glances(2.2)) for _ in ways]
    start = scene.integer(STILL_FRAMES, num_frames - STILL_FRAMES - sum(lengths) - config.glances(3))
    frames = []
    for length in lengths:
        frames.append((start, start + length))
        start += length + scene.integer(config.glances(1), config.glances(2))
    corners = _corners(scene, config, ways, 0, size)
    return None if corners is None else Path(ways, tuple(frames), corners)
