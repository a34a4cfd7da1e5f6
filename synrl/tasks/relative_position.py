"""relative_position: where is one shape as seen from another over time, what is it inside, who overtakes?

    pass       a shape goes around another, from one side of it to another side (or stays on one)
    inside     a shape enters, leaves, crosses, stays in or stays out of a square zone
    overtake   in a race to the right, one shape overtakes another

Margins: a shape on a named side is at least `SIDE` px away along that axis, and off the axis by at most
`SLANT` times that distance; a shape is wholly inside or wholly outside the zone, except while it
crosses the border; racers are at least `LEAD` px apart at both ends.

Localisation asks for the time that a shape's centre spends inside the zone.
"""

from __future__ import annotations

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
from synrl.tasks.shared.questions import Question, choice, drawn, with_form, with_words
from synrl.tasks.shared.stage import CLEARANCE, posed, together, window
from synrl.video.scene import Scene
from synrl.world.style import Style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Event, SceneObject, Timeline, backwards, in_order

SIDES = {"to the right of": 0.0, "below": 90.0, "to the left of": 180.0, "above": 270.0}
"""Where one thing is from another, by the angle clockwise from the right as seen on screen."""
ENDS = tuple((first, last) for first in SIDES for last in SIDES)
"""Sides to begin and to end on, which may be the same."""
SIDE = 70.0
SLANT = 0.35
ZONE = "square zone"
CROSSINGS = {
    (False, True): "it goes in and stays in",
    (True, False): "it goes out and stays out",
    (False, True, False): "it goes in and out again",
    (True, False, True): "it goes out and in again",
    (False,): "it stays outside",
    (True,): "it stays inside",
}
"""Whether a shape is inside, in turn."""
SHORTEST_VISIT = 20
"""Frames that a shape stays on one side of the border at the least."""
LEAD = 32.0


@dataclass(frozen=True, kw_only=True)
class PositionConfig(Config):
    """Knobs: what may be asked, how many shapes race, how far the shape in the middle moves."""

    asks: tuple[str, ...]
    racers: int
    drift: float
    """Px that the shape in the middle moves itself."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "asks", tuple(self.asks))
        check_some_of("asks", self.asks, ("pass", "inside", "overtake"))
        self.require("racers", range(4, 6))
        self.require_range("drift", 0.0, 80.0)


class PassQuery(Query):
    object: str
    other: str


class ZoneQuery(Query):
    object: str


class RaceQuery(Query):
    other: str
    racers: list[str]


class Pass(ClipAsk[PassQuery, PositionConfig]):
    """On which side of another shape a shape begins, and on which it ends."""

    name = "pass"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape goes around another one, which may drift."""
        scene, (first, last) = streams.scene, streams.question.choice(ENDS)
        objects = cast(streams, style, config.level, 2, SOLID_SHAPES, (32, 46))
        length = scene.integer(60, 90)
        start = scene.integer(15, 35)
        num_frames = start + length + scene.integer(15, 35)
        progress = np.clip((np.arange(num_frames) - start) / length, 0, 1)
        while True:
            tilt = [SIDES[side] + scene.uniform(-15, 15) for side in (first, last)]
            way = (tilt[1] - tilt[0]) % 360 if first != last else scene.choice((0.0, 360.0))
            if first != last and scene.chance(0.5):
                way -= 360
            near, far = scene.uniform(78, 128), scene.uniform(78, 128)
            radius = near + (far - near) * progress
            angle = np.radians(tilt[0] + way * progress)
            around = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
            heading = math.radians(scene.uniform(0, 360))
            middle = np.outer(config.drift * progress, [math.cos(heading), math.sin(heading)])
            placed = together(scene, [middle + around, middle], [item.size for item in objects])
            if placed is not None and np.ptp(np.abs(np.diff(placed[0], axis=0)).max(axis=1)) > 0.1:
                break
        poses = posed(placed)
        name, other = (item.name for item in objects)
        events = (
            Event(0, start, "side", name, other, first),
            Event(start + length, num_frames - 1, "side", name, other, last),
        )
        query = PassQuery(ask=self.name, object=name, other=other, form=config.form)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def wordings(self, query: PassQuery) -> Sequence[str]:
        name, other = query["object"], query["other"]
        sentences = (
            f"Where is the {name} relative to the {other}, as seen on screen, first and last?",
            f"On which side of the {other}, as seen on screen, does the {name} begin, and where end?",
            f"How does the place of the {name} relative to the {other} change from start to end?",
        )
        form = f' Answer as "first side, then last side", each of them one of: {", ".join(SIDES)}.'
        return [sentence + (form if query["form"] == "open" else "") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: PassQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        truth = self.truth(timeline)
        if config.form == "choice":
            first, last = (event.detail for event in timeline.events)
            rivals = [", then ".join(ends) for ends in _rival_ends(first, last, streams)]
            return choice(text, truth, rivals, streams)
        return drawn(text, truth, [", then ".join(ends) for ends in ENDS], config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        return ", then ".join(event.detail for event in timeline.events)

    def backwards(self, timeline: Timeline, query: PassQuery) -> Timeline | None:
        turned = backwards(timeline, replace)
        return None if self.truth(turned) == self.truth(timeline) else turned

    def seen(self, evidence: Evidence, query: PassQuery) -> Iterator[Event]:
        name, other = query["object"], query["other"]
        own, its = evidence.tracks[name].points, evidence.tracks[other].points
        steps = [np.abs(np.diff(points, axis=0)).max(axis=1) > 0.01 for points in (own, its)]
        moving = np.flatnonzero(steps[0] | steps[1])
        offsets = own - its
        for start, end in ((0, int(moving[0])), (int(moving[-1]) + 1, evidence.num_frames - 1)):
            yield Event(start, end, "side", name, other, _side(offsets[start]) or "?")

    def solve(self, evidence: Evidence, query: PassQuery) -> str | None:
        if len(evidence.frames) < 2:
            return None
        offsets = evidence.tracks[query["object"]].points - evidence.tracks[query["other"]].points
        sides = _side(offsets[0]), _side(offsets[-1])
        return None if None in sides else f"{sides[0]}, then {sides[1]}"

    def conclude(self, query: PassQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return f"First and last: {row['answer_text']}", f"In short: {row['answer_text']}"


class Inside(ClipAsk[ZoneQuery, PositionConfig]):
    """Whether a shape goes into a zone, or out of it, as one of `CROSSINGS`."""

    name = "inside"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape moves between places inside and outside of a zone."""
        scene, pattern = streams.scene, streams.question.choice(tuple(CROSSINGS))
        zone, item = _zone(style, streams, config)
        # One that stays on its side of the border still moves.
        plan = pattern if len(pattern) > 1 else pattern * 2
        while True:
            corner = _place_zone(scene, zone.size)
            stops = [_stop(scene, corner, zone.size, item.size, inside) for inside in plan]
            legs = [scene.integer(30, 50) for _ in plan[1:]]
            rests = [scene.integer(SHORTEST_VISIT, 30) for _ in plan]
            frames = np.cumsum(
                [rests[0], *(n for pair in zip(legs, rests[1:], strict=True) for n in pair)]
            ).tolist()
            corners = [stop for stop in stops for _ in range(2)]
            num_frames = frames[-1] + 1
            path = _straight([0, *frames], corners, num_frames)
            crossings = [
                frames[2 * k] + legs[k] * _crossing(stops[k], stops[k + 1], corner, zone.size)
                for k in range(len(legs))
                if plan[k] != plan[k + 1]
            ]
            if len(pattern) == 1 and not _keeps(path, pattern[0], corner, zone.size, item.size):
                continue
            if all(abs(time - round(time)) > 0.01 for time in crossings):
                break
        stays = []
        changes = [math.floor(time) for time in crossings]
        entries = ([0] if pattern[0] else []) + [
            f for f, inside in zip(changes, pattern[1:], strict=False) if inside
        ]
        exits = [f + 1 for f, inside in zip(changes, pattern[1:], strict=False) if not inside]
        for entry, leaving in zip(entries, [*exits, num_frames - 1], strict=False):
            stays.append(Event(entry, leaving, "inside", item.name, ZONE))
        query = ZoneQuery(ask=self.name, object=item.name, form=config.form)
        return _in_zone(style, zone, item, corner, path, stays, query)

    def wordings(self, query: ZoneQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"How does the {name} move with respect to the {ZONE}?",
            f"Does the {name} enter or leave the {ZONE}, both in turn, or neither?",
            f"What happens between the {name} and the {ZONE} in this video?",
        )
        # Used up by the first sentence, so that the others list nothing: rows of version 3 are like that.
        words = (f'"{crossing}"' for crossing in CROSSINGS.values())
        return [with_words(sentence, query, words) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ZoneQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        return drawn(text, self.truth(timeline), list(CROSSINGS.values()), config.form, streams)

    def truth(self, timeline: Timeline) -> str:
        events, last = timeline.events, timeline.num_frames - 1
        pattern = [bool(events) and events[0].frame == 0]
        for event in events:
            pattern += [True] if event.frame > 0 else []
            pattern += [False] if event.end_frame < last else []
        return CROSSINGS[tuple(pattern)]

    def backwards(self, timeline: Timeline, query: ZoneQuery) -> Timeline | None:
        turned = backwards(timeline, replace)
        return None if self.truth(turned) == self.truth(timeline) else turned

    def seen(self, evidence: Evidence, query: ZoneQuery) -> Iterator[Event]:
        return _visits(evidence)

    def solve(self, evidence: Evidence, query: ZoneQuery) -> str | None:
        if len(evidence.frames) < 2:
            return None
        inside = _inside(evidence)
        changes = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        if not len(changes) and np.diff(evidence.frames).max() > SHORTEST_VISIT:
            return None  # it may have been elsewhere between two samples
        return CROSSINGS.get(tuple(bool(value) for value in inside[[0, *changes]]))

    def conclude(self, query: ZoneQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return f"So {row['answer_text']}", f"In short: {row['answer_text']}"


class WhenInside(SpanAsk[ZoneQuery, PositionConfig], ClipAsk[ZoneQuery, PositionConfig]):
    """When a shape is inside a zone."""

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """A shape goes into a zone and out again, at given times."""
        scene, length = streams.scene, streams.scene.integer(36, 46)
        num_frames, start = window(scene, length, config.glance, config.level)
        zone, item = _zone(style, streams, config)
        corner = _place_zone(scene, zone.size)
        stops = [_stop(scene, corner, zone.size, item.size, inside) for inside in (False, True, False)]
        before = _crossing(stops[0], stops[1], corner, zone.size)
        after = 1 - _crossing(stops[1], stops[2], corner, zone.size)
        # The centre crosses the border midway between two frames.
        enter, leave = start + 0.5, start + length - 0.5
        legs = [
            min(scene.uniform(16, 30), (enter - 1) / before),
            min(scene.uniform(16, 30), (num_frames - 2 - leave) / after),
        ]
        times = [
            enter - legs[0] * before,
            enter + legs[0] * (1 - before),
            leave - legs[1] * (1 - after),
            leave + legs[1] * after,
        ]
        path = _straight(times, [stops[0], stops[1], stops[1], stops[2]], num_frames)
        query = ZoneQuery(ask=self.name, object=item.name, form=config.form)
        stay = Event(start, start + length, "inside", item.name, ZONE)
        return _in_zone(style, zone, item, corner, path, [stay], query)

    def wordings(self, query: ZoneQuery) -> Sequence[str]:
        name = query["object"]
        sentences = (
            f"Between which seconds is the centre of the {name} inside the {ZONE}?",
            f"When is the {name} in the {ZONE}, going by its centre?",
            f"During which seconds of the video does the {ZONE} contain the centre of the {name}?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: ZoneQuery) -> tuple[int, int]:
        (stay,) = timeline.events
        return stay.frame, stay.end_frame

    def seen(self, evidence: Evidence, query: ZoneQuery) -> Iterator[Event]:
        return _visits(evidence)

    def solve(self, evidence: Evidence, query: ZoneQuery) -> str | None:
        if len(evidence.frames) < 2:
            return None
        inside, times = _inside(evidence), evidence.times
        there = np.flatnonzero(inside)
        if not len(there) or there[0] == 0 or there[-1] == len(inside) - 1:
            return None
        start, end = times[there[0] - 1 : there[0] + 1].mean(), times[there[-1] : there[-1] + 2].mean()
        return nearest_span(evidence.options, (float(start), float(end)))


class Overtake(ClipAsk[RaceQuery, PositionConfig]):
    """Who overtakes a shape in a race."""

    name = "overtake"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: PositionConfig, style: Style, streams: Streams) -> Timeline:
        """Shapes in lanes; one overtakes the first of them, nobody else does."""
        scene, count = streams.scene, config.racers
        objects = cast(streams, style, config.level, count, SOLID_SHAPES, (30, 40))
        winner = streams.question.integer(1, count - 1)
        while True:
            first, last = scene.shuffled(range(count)), scene.shuffled(range(count))  # from the back
            passing = {
                i
                for i in range(1, count)
                if first.index(i) < first.index(0) and last.index(i) > last.index(0)
            }
            if passing == {winner}:
                break
        start, length = scene.integer(10, 20), scene.integer(80, 120)
        num_frames = start + length + scene.integer(10, 20)
        while True:
            begin, end = _grid_line(scene, 32, count), _grid_line(scene, 226, count)
            ways = [(begin[first.index(i)], end[last.index(i)]) for i in range(count)]
            events = _crossings(ways, start, length, [item.name for item in objects])
            if events is not None:
                break
        lanes = scene.shuffled(range(count))
        progress = np.clip((np.arange(num_frames) - start) / length, 0, 1)
        pitch = HEIGHT / count
        paths = [
            np.stack([x0 + (x1 - x0) * progress, np.full(num_frames, (lane + 0.5) * pitch)], axis=1)
            for (x0, x1), lane in zip(ways, lanes, strict=True)
        ]
        names = [item.name for item in objects]
        query = RaceQuery(ask=self.name, other=names[0], racers=names[1:], form=config.form)
        return Timeline(FPS, tuple(objects), posed(paths), style, events=in_order(events), query=query)

    def wordings(self, query: RaceQuery) -> Sequence[str]:
        other = query["other"]
        sentences = (
            f"The shapes race to the right. Which one overtakes the {other}?",
            f"Which shape is behind the {other} at first and ahead of it later, in this race to the right?",
            f"In this race from left to right, who passes the {other}?",
        )
        return [with_words(sentence, query, query["racers"]) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: RaceQuery, config: PositionConfig, streams: Streams
    ) -> Question:
        (overtaking,) = (event for event in timeline.events if event.target == query["other"])
        return drawn(text, overtaking.actor, query["racers"], config.form, streams)

    def seen(self, evidence: Evidence, query: RaceQuery) -> Iterator[Event]:
        """Changes of order between two racers, on the first frame that shows them."""
        for name, track in evidence.tracks.items():
            for other, its in evidence.tracks.items():
                ahead = track.x > its.x
                for frame in (np.flatnonzero(ahead[1:] & ~ahead[:-1]) + 1).tolist():
                    yield Event(frame, frame, "overtake", name, other)

    def solve(self, evidence: Evidence, query: RaceQuery) -> str | None:
        if len(evidence.frames) < 2:
            return None
        tracks = evidence.tracks
        ahead = {name: tracks[name].x - tracks[query["other"]].x > 0 for name in query["racers"]}
        passed = [name for name, there in ahead.items() if there[-1] and not there[0]]
        return passed[0] if len(passed) == 1 else None

    def conclude(self, query: RaceQuery, row: Mapping[str, Any]) -> Sequence[str]:
        truth = row["answer_text"]
        return (
            f"The one that gets past the {query['other']} is the {truth}",
            f"It is the {truth} that does it",
        )


class RelativePosition(ClipAskFamily):
    name = "relative_position"
    summary = "From which side to which side of another a shape goes, in and out of a zone, who overtakes."
    category = "direction identification"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = PositionConfig
    asks = (Pass(), Inside(), WhenInside(), Overtake())
    words = told("overtake", "pass", "left of", "right of", "above", "below", "inside")
    names = named("zone")
    levels = {
        1: dict(asks=("pass",), racers=4, drift=0.0),
        2: dict(asks=("pass", "inside"), racers=4, drift=0.0),
        3: dict(asks=("pass", "inside", "overtake"), racers=4, drift=30.0),
        4: dict(asks=("pass", "inside", "overtake"), racers=4, drift=50.0),
        5: dict(asks=("pass", "inside", "overtake"), racers=5, drift=80.0),
    }

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "side":
            return (
                f"the {one} is {happening.detail} the {two}",
                f"I see the {one} {happening.detail} the {two}",
            )
        if happening.kind == "overtake":
            return f"the {one} overtakes the {two}", f"the {one} passes the {two}"
        return f"the centre of the {one} is inside the {two}", f"the {one} is inside the {two}"


FAMILY = RelativePosition()


# --- around another shape ---------------------------------------------------------------------------


def _rival_ends(first: str, last: str, streams: Streams) -> list[tuple[str, str]]:
    """Three more pairs of sides: either of two to begin on with either of two to end on.

    Whoever sees one end only is left with two of the four, whichever end it is.
    """
    other_first = streams.options.choice([side for side in SIDES if side != first])
    other_last = streams.options.choice([side for side in SIDES if side != last])
    return [(first, other_last), (other_first, last), (other_first, other_last)]


def _side(offset: np.ndarray) -> str | None:
    """The side that an offset (px) is clearly on."""
    along, across = np.abs(offset).max(), np.abs(offset).min()
    if along < SIDE or across > SLANT * along:
        return None
    quarter = round(math.degrees(math.atan2(offset[1], offset[0])) / 90) % 4
    return list(SIDES)[quarter]


# --- in and out of a zone ---------------------------------------------------------------------------


def _zone(style: Style, streams: Streams, config: PositionConfig) -> tuple[SceneObject, SceneObject]:
    """The zone, and the shape that moves."""
    zone = SceneObject(ZONE, "square", style.panel, float(streams.scene.integer(140, 180)))
    (item,) = cast(streams, style, config.level, 1, SOLID_SHAPES, (30, 42))
    return zone, item


def _place_zone(scene: Stream, side: float) -> np.ndarray:
    """The top left corner of the zone."""
    return np.array([scene.uniform(30, WIDTH - 30 - side), scene.uniform(30, HEIGHT - 30 - side)])


def _stop(scene: Stream, corner: np.ndarray, side: float, size: float, inside: bool) -> np.ndarray:
    """A place wholly inside or wholly outside of the zone."""
    reach = 0.6 * size + CLEARANCE
    if inside:
        return corner + [scene.uniform(reach, side - reach), scene.uniform(reach, side - reach)]
    while True:
        stop = np.array([scene.uniform(reach, WIDTH - reach), scene.uniform(reach, HEIGHT - reach)])
        if not _near(stop[None], corner, side, reach)[0]:
            return stop


def _near(points: np.ndarray, corner: np.ndarray, side: float, margin: float) -> np.ndarray:
    """Which points (n, 2) lie in the zone widened by a margin."""
    offsets = np.abs(points - corner - side / 2)
    near: np.ndarray = offsets.max(axis=1) < side / 2 + margin
    return near


def _keeps(path: np.ndarray, inside: bool, corner: np.ndarray, side: float, size: float) -> bool:
    """Whether a shape stays wholly on one side of the border all along its path."""
    reach = 0.6 * size + 2
    return bool(
        _near(path, corner, side, -reach).all() if inside else not _near(path, corner, side, reach).any()
    )


def _crossing(start: np.ndarray, end: np.ndarray, corner: np.ndarray, side: float) -> float:
    """At which share of the way from one place to another the border lies between them."""
    outside, inside = (start, end) if ((end > corner) & (end < corner + side)).all() else (end, start)
    shares = []
    for axis in range(2):
        for border in (corner[axis], corner[axis] + side):
            if (outside[axis] - border) * (inside[axis] - border) < 0:
                shares.append((border - outside[axis]) / (inside[axis] - outside[axis]))
    share = float(max(shares))  # of the lines that it crosses, the last one is the border itself
    return share if outside is start else 1 - share


def _in_zone(
    style: Style,
    zone: SceneObject,
    item: SceneObject,
    corner: np.ndarray,
    path: np.ndarray,
    stays: Sequence[Event],
    query: ZoneQuery,
) -> Timeline:
    centre = np.broadcast_to(corner + zone.size / 2, path.shape)
    return Timeline(FPS, (zone, item), posed([centre, path]), style, events=in_order(stays), query=query)


def _inside(evidence: Evidence) -> np.ndarray:
    """On which samples the asked shape's centre is in the zone."""
    zone, side = evidence.tracks[ZONE].points, evidence.objects[ZONE].size
    offsets = np.abs(evidence.tracks[evidence.query["object"]].points - zone)
    inside: np.ndarray = offsets.max(axis=1) < side / 2
    return inside


def _visits(evidence: Evidence) -> Iterator[Event]:
    """When the asked shape is seen to be in the zone."""
    inside = np.concatenate([[False], _inside(evidence), [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1]).tolist()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        last = min(end, evidence.num_frames - 1)
        yield Event(max(start - 1, 0), last, "inside", evidence.query["object"], ZONE)


# --- a race -----------------------------------------------------------------------------------------


def _grid_line(scene: Stream, left: float, count: int) -> list[float]:
    """Places along the race, from the back, at least `LEAD` apart."""
    places, x = [], left
    for _ in range(count):
        places.append(x + scene.uniform(0, 190 / count - LEAD))
        x = places[-1] + LEAD
    return places


def _crossings(
    ways: Sequence[tuple[float, float]], start: int, length: int, names: Sequence[str]
) -> list[Event] | None:
    """When one racer overtakes another; None if that falls on a frame, where rounding would decide."""
    events = []
    for i, (x0, x1) in enumerate(ways):
        for j, (other0, other1) in enumerate(ways):
            if x0 < other0 and x1 > other1:
                time = start + length * (other0 - x0) / ((other0 - x0) + (x1 - other1))
                if abs(time - round(time)) < 0.01:
                    return None
                frame = math.ceil(time)
                events.append(Event(frame, frame, "overtake", names[i], names[j]))
    return events


# --- paths ------------------------------------------------------------------------------------------


def _straight(times: Sequence[float], stops: Sequence[np.ndarray], num_frames: int) -> np.ndarray:
    """The path (num_frames, 2) of a shape that is at each stop at its time."""
    every = np.arange(num_frames)
    return np.stack([np.interp(every, times, [stop[axis] for stop in stops]) for axis in range(2)], axis=1)
