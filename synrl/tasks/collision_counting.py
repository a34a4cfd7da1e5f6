"""collision_counting: how often does a shape hit a wall, or another shape?

Shapes move at constant speed in a drawn box and bounce elastically. Levels 1 and 2 have one shape and
four walls; from level 3 on discs also bounce off each other, and the question may ask for the walls
one of them hits, the discs it touches, or all touches in the clip.

Margins: a shape's contacts are at least `gap` frames apart; whatever comes close without touching stays
`CLEAR` pixels away; at every contact, a shape approaches what it hits at no less than `MIN_APPROACH` px
a frame. A clip is a window of a longer run, chosen so that all margins hold within it, because most
runs break a margin somewhere.

Localisation asks for the flight between two named contacts, not for a numbered one, so that the
question does not say whether it is early or late.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.evidence.legs import Kink, kinks
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, integer_question, with_form
from synrl.tasks.shared.telling import both_ways
from synrl.video.outlines import SHAPES, place, rectangle
from synrl.video.scene import Scene, Shape
from synrl.world.collisions import WALLS, Body, Contact, Motion, run
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Event, Poses, SceneObject, Timeline, in_order

INSET = 16
"""Px from the border of the frame to the inner face of the walls."""
BOX = WIDTH - 2 * INSET
CLEAR = 5.0
MIN_APPROACH = 1.5
MIN_SPEED = 1.5
ALL_COUNTS = {"walls": 5, "touches": 4, "total": 6}
RUN_FRAMES = 1500
CLIP_FRAMES = 120, 270
TRIED_LENGTHS = 8
"""Clip lengths that are tried on a run: making one costs more than looking for a clip in it."""
BINS = 8
"""Start times of asked flights are drawn evenly from this many bins, two per option."""


@dataclass(frozen=True, kw_only=True)
class CollisionConfig(Config):
    """Knobs: how many shapes, what is counted, how far the counts go, and the pace."""

    shapes: int
    most: Mapping[str, int]
    """What may be counted, each from 1 up to a number: `walls` (one shape's wall hits), `touches` (its
    touches of other shapes), `total` (all touches of two shapes)."""
    gap: int
    """Least frames between two contacts of a shape."""
    size: tuple[int, int]
    """Px across."""
    speed: tuple[float, float]
    """Px per frame at the start."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "speed", tuple(self.speed))
        self.require("shapes", range(1, 6))
        if not set(self.most) <= set(ALL_COUNTS) or min(self.most.values()) < NUM_OPTIONS:
            raise ConfigError(
                f"most is {dict(self.most)}; allowed: {', '.join(ALL_COUNTS)}, each at least {NUM_OPTIONS}"
            )

    @property
    def outlines(self) -> tuple[str, ...]:
        """Only discs meet each other exactly where they are drawn to."""
        return SOLID_SHAPES if self.shapes == 1 else ("circle",)


class CountQuery(Query):
    object: str


_Ends = TypedDict("_Ends", {"from": str, "to": str})


class FlightQuery(CountQuery, _Ends):
    """`from` and `to` are what the flight is between."""


class Search(NamedTuple):
    """A run in which a clip is looked for."""

    motion: Motion
    objects: Sequence[SceneObject]
    starts: np.ndarray
    """The frames at which a clip of the length may begin."""
    num_frames: int


class Found(NamedTuple):
    """Where in a run a clip starts, and what is asked about it."""

    start: int
    query: CountQuery | FlightQuery


Finder = Callable[[Search], Found | None]


class Count(Ask[CountQuery, CollisionConfig]):
    """How many contacts of some kind there are."""

    modes = ("perception",)
    answer_type = "integer"

    def __init__(
        self, name: str, kind: str, what: str, sentences: Sequence[str], *, own: bool = True
    ) -> None:
        """Count events of a kind.

        Args:
            what: what they are with, for conclusions.
            sentences: the wordings, with `{}` for the shape.
            own: whether only those of the named shape count.
        """
        self.name, self._kind, self._what, self._own = name, kind, what, own
        self._sentences = sentences

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Finder:
        count = streams.question.integer(1, config.most[self.name])

        def find(search: Search) -> Found | None:
            start = _find_count(search, self._kind, count, streams.scene, own=self._own)
            query = CountQuery(object=name, form=config.form, ask=self.name)
            return None if start is None else Found(start, query)

        return find

    def wordings(self, query: CountQuery) -> Sequence[str]:
        return [with_form(s.format(query["object"]), query, "integer") for s in self._sentences]

    def question(
        self, text: str, timeline: Timeline, query: CountQuery, config: CollisionConfig, streams: Streams
    ) -> Question:
        events = _of(timeline.events, query["object"]) if self._own else timeline.events
        count = sum(event.kind == self._kind for event in events)
        return integer_question(text, count, range(1, config.most[self.name] + 1), config.form, streams)

    def solve(self, evidence: Evidence, query: CountQuery) -> str | None:
        seen = _seen_contacts(evidence)
        if seen is None:
            return None
        name = query["object"]
        return str(
            sum(
                event.kind == self._kind
                for _, event in seen
                if not self._own or name in (event.actor, event.target)
            )
        )

    def concerns(self, event: Event, query: CountQuery) -> bool:
        return query["object"] in (event.actor, event.target) if self._own else event.kind == self._kind

    def conclude(self, query: CountQuery, row: Mapping[str, Any]) -> Sequence[str]:
        count = row["answer_text"]
        return f"Contacts {self._what}: {count}", f"Counting only contacts {self._what}, I get {count}"


class Flight(SpanAsk[FlightQuery, CollisionConfig]):
    """When a shape flies from one contact to another, without one in between."""

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Finder:
        time_bin = streams.question.integer(0, BINS - 1)

        def find(search: Search) -> Found | None:
            found = _find_flight(search, time_bin, streams.scene)
            if found is None:
                return None
            start, (one, two) = found
            query: FlightQuery = {
                "object": name,
                "form": config.form,
                "ask": self.name,
                "from": one,
                "to": two,
            }
            return Found(start, query)

        return find

    def wordings(self, query: FlightQuery) -> Sequence[str]:
        name, start, end = query["object"], query["from"], query["to"]
        sentences = (
            f"Between which seconds does the {name} travel from the {start} to the {end}, "
            "touching nothing on the way?",
            f"When does the {name} go straight from touching the {start} to touching the {end}?",
            f"During which seconds is the {name} on its way from the {start} to the {end}?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: FlightQuery) -> tuple[int, int]:
        name = query["object"]
        (span,) = (
            (one.frame, two.frame)
            for one, two in itertools.pairwise(_of(timeline.events, name))
            if (_met(one, name), _met(two, name)) == (query["from"], query["to"])
        )
        return span

    def room(self, timeline: Timeline, span: tuple[int, int]) -> tuple[int, int]:
        return _room(span, timeline.num_frames)

    def solve(self, evidence: Evidence, query: FlightQuery) -> str | None:
        name = query["object"]
        own = [seen for seen in _seen_contacts(evidence) or () if name in (seen[1].actor, seen[1].target)]
        for (start, one), (end, two) in itertools.pairwise(own):
            if (_met(one, name), _met(two, name)) == (query["from"], query["to"]):
                return nearest_span(evidence.options, (start / evidence.fps, end / evidence.fps))
        return None

    def concerns(self, event: Event, query: FlightQuery) -> bool:
        return query["object"] in (event.actor, event.target)


COUNTS = {
    "walls": Count(
        "walls",
        "hit",
        "with walls",
        (
            "How many times does the {} hit a wall of the box?",
            "How often does the {} bounce off a wall?",
            "Count the contacts between the {} and the walls of the box. How many are there?",
        ),
    ),
    "touches": Count(
        "touches",
        "touch",
        "with other shapes",
        (
            "How many times does the {} touch another shape?",
            "How often does the {} bounce off another shape?",
            "Count the contacts between the {} and other shapes, not walls. How many are there?",
        ),
    ),
    "total": Count(
        "total",
        "touch",
        "between shapes",
        (
            "How many times do two shapes touch each other, in the whole video?",
            "In total, how often do any two shapes bounce off each other?",
            "Count every contact between two shapes, not with walls. How many are there?",
        ),
        own=False,
    ),
}
FLIGHT = Flight()


class CollisionCounting(Family):
    name = "collision_counting"
    summary = "How often a shape hits a wall or another shape, and when it flies from one to the next."
    category = "collision counting"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = CollisionConfig
    asks = (*COUNTS.values(), FLIGHT)
    words = told("hit", "touch")
    names = named("wall")
    levels = {
        1: dict(shapes=1, most={"walls": 4}, gap=18, size=(44, 64), speed=(4.0, 7.0)),
        2: dict(shapes=1, most={"walls": 6}, gap=14, size=(40, 56), speed=(5.0, 9.0)),
        3: dict(shapes=2, most={"walls": 5, "touches": 4}, gap=10, size=(84, 104), speed=(3.0, 6.0)),
        4: dict(shapes=3, most=ALL_COUNTS | {"total": 5}, gap=8, size=(64, 80), speed=(3.0, 6.0)),
        5: dict(shapes=4, most=ALL_COUNTS, gap=6, size=(50, 62), speed=(3.0, 6.0)),
    }

    def simulate(self, config: CollisionConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        objects = cast(streams, style, config.level, config.shapes, config.outlines, config.size)
        ask: Count | Flight = FLIGHT
        if config.mode != "localisation":
            ask = COUNTS[streams.question.choice(tuple(config.most))]
        search, (start, query) = _search(config, streams, objects, ask.draw(config, streams, objects[0].name))
        contacts = _named(search.motion.contacts, objects, start, search.num_frames)
        poses = Poses.still(search.num_frames, len(objects))
        places = search.motion.positions(RUN_FRAMES)[start : start + search.num_frames] + INSET
        poses.x[:], poses.y[:] = np.moveaxis(places, 2, 0)
        return Timeline(FPS, tuple(objects), poses, style, events=in_order(contacts), query=query)

    def draw(self, timeline: Timeline) -> Scene:
        edge = 6.0  # drawn outside the box, so that a shape touches the line and never covers it
        box = place(rectangle(BOX + edge, BOX + edge), WIDTH / 2, HEIGHT / 2)
        wall = Shape(box, stroke=timeline.style.ink, stroke_width=edge)
        return draw_cast(timeline, backdrop=(wall,))

    def phrases(self, happening: Event) -> Sequence[str]:
        one, two = happening.actor, happening.target
        if happening.kind == "hit":
            return f"the {one} bounces off the {two}", f"the {one} hits the {two}"
        return (
            *both_ways("the {} and the {} bump into each other", one, two),
            *both_ways("the {} touches the {}", one, two),
        )

    def observe(self, evidence: Evidence) -> Observed:
        seen = _seen_contacts(evidence) or ()
        return Observed(events=in_order([*(event for _, event in seen), *_astray(evidence)]))


FAMILY = CollisionCounting()


def _search(
    config: CollisionConfig, streams: Streams, objects: Sequence[SceneObject], find: Finder
) -> tuple[Search, Found]:
    """Runs, and clip lengths in each, until a clip is found."""
    while True:
        motion = run(_bodies(streams.scene, config, objects), BOX, BOX, RUN_FRAMES)
        spoilt = _spoilt(motion, config, objects)
        for num_frames in streams.scene.sample(range(*CLIP_FRAMES), TRIED_LENGTHS):
            starts = _clear_starts(motion, config, spoilt, num_frames)
            search = Search(motion, objects, starts, num_frames)
            found = find(search)
            if found is not None:
                return search, found


def _bodies(scene: Stream, config: CollisionConfig, objects: Sequence[SceneObject]) -> list[Body]:
    """Random places, apart from each other, and random velocities."""
    bodies: list[Body] = []
    for item in objects:
        (x0, x1), (y0, y1) = _reaches(item)
        angle, speed = scene.uniform(0, 2 * math.pi), scene.uniform(*config.speed)
        while True:
            x, y = (scene.uniform(item.size, BOX - item.size) for _ in range(2))
            if all(math.hypot(x - b.x, y - b.y) > item.size / 2 + b.radius + 2 * CLEAR for b in bodies):
                break
        velocity = speed * math.cos(angle), speed * math.sin(angle)
        bodies.append(Body(x, y, *velocity, x0, x1, y0, y1, item.size / 2))
    return bodies


def _reaches(item: SceneObject) -> tuple[tuple[float, float], tuple[float, float]]:
    """How far an outline extends from its centre: left and right, up and down."""
    (x0, y0), (x1, y1) = SHAPES[item.shape](item.size).get_extents().get_points()
    return (-x0, x1), (-y0, y1)


def _clear_starts(motion: Motion, config: CollisionConfig, bad: np.ndarray, num_frames: int) -> np.ndarray:
    """The frames from which a clip of a length would hold every margin of this module's opening."""
    times = np.array([contact.time for contact in motion.contacts])
    # A contact in the first or last `gap` frames would be seen from one side only.
    starts = np.arange(RUN_FRAMES - num_frames)
    ends = starts + num_frames - 1
    early = _between(times, starts, starts + config.gap)
    late = _between(times, ends - config.gap, ends)
    spoilt = np.concatenate([[0], np.cumsum(bad)])
    clear: np.ndarray = (early == 0) & (late == 0) & (spoilt[ends + 1] == spoilt[starts])
    found: np.ndarray = starts[clear]
    return found


def _between(times: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How many of some ascending times lie in each [low, high)."""
    return np.asarray(np.searchsorted(times, high) - np.searchsorted(times, low))


def _spoilt(motion: Motion, config: CollisionConfig, objects: Sequence[SceneObject]) -> np.ndarray:
    """For every frame of a run, whether something happens there that no clip should show."""
    bad = np.zeros(RUN_FRAMES, bool)
    last: dict[int, float] = {}
    changes = np.hypot(*np.moveaxis(np.diff(motion.velocities, axis=0), 2, 0)).max(axis=1)
    for contact, change in zip(motion.contacts, changes, strict=True):
        bodies = [contact.body] if isinstance(contact.other, str) else [contact.body, contact.other]
        hasty = any(contact.time - last.get(body, -math.inf) < config.gap for body in bodies)
        # On a frame boundary, rounding would decide which frame shows the contact first.
        ambiguous = abs(contact.time - round(contact.time)) < 0.01
        if hasty or ambiguous or change < 2 * MIN_APPROACH:
            bad[int(contact.time)] = True
        last |= dict.fromkeys(bodies, contact.time)
    slow = np.hypot(*np.moveaxis(motion.velocities, 2, 0)).min(axis=1) < MIN_SPEED
    stretch = np.searchsorted(motion.times, np.arange(RUN_FRAMES), side="right") - 1
    spoilt: np.ndarray = bad | slow[stretch] | _near_misses(motion, objects)
    return spoilt


def _near_misses(motion: Motion, objects: Sequence[SceneObject]) -> np.ndarray:
    """The frames on which something comes close to a wall or a shape and turns away untouched."""
    places = motion.positions(RUN_FRAMES)
    missed = np.zeros(RUN_FRAMES, bool)
    for i, item in enumerate(objects):
        for axis, reach in enumerate(_reaches(item)):
            gaps = places[:, i, axis] - reach[0], BOX - reach[1] - places[:, i, axis]
            for wall, gap in zip(WALLS[2 * axis :], gaps, strict=False):
                missed |= _turned_away(gap, _times(motion, i, wall))
        for j in range(i + 1, len(objects)):
            gap = np.hypot(*(places[:, i] - places[:, j]).T) - (item.size + objects[j].size) / 2
            missed |= _turned_away(gap, _times(motion, i, j))
    return missed


def _times(motion: Motion, body: int, other: int | str) -> np.ndarray:
    return np.array([c.time for c in motion.contacts if (c.body, c.other) == (body, other)])


def _turned_away(gap: np.ndarray, touched: np.ndarray) -> np.ndarray:
    """Where a gap (frames,) is smallest for a while and too small, with no contact at that time."""
    lowest = np.concatenate([[False], (gap[1:-1] <= gap[:-2]) & (gap[1:-1] <= gap[2:]), [False]])
    close: np.ndarray = lowest & (gap < CLEAR)
    frames = np.arange(len(gap))
    untouched: np.ndarray = _between(touched, frames - 2, frames + 2) == 0
    turned: np.ndarray = close & untouched
    return turned


def _find_count(search: Search, kind: str, count: int, scene: Stream, *, own: bool) -> int | None:
    """A start from which the clip shows so many of the contacts asked for."""
    starts, contacts = search.starts, search.motion.contacts
    asked = [
        contact.time
        for contact in contacts
        if isinstance(contact.other, str) == (kind == "hit")
        and (not own or 0 in (contact.body, contact.other))
    ]
    fitting = starts[_between(np.array(asked), starts, starts + search.num_frames - 1) == count]
    return scene.choice(fitting.tolist()) if len(fitting) else None


def _find_flight(search: Search, time_bin: int, scene: Stream) -> tuple[int, tuple[str, str]] | None:
    """A start from which a flight of the first shape begins in a bin of the clip, and what it is between."""
    starts = search.starts.tolist()
    if not starts:
        return None
    for start in scene.sample(starts, min(len(starts), 20)):
        contacts = _named(search.motion.contacts, search.objects, start, search.num_frames)
        flight = _flight_in_bin(contacts, search.objects[0].name, search.num_frames, time_bin)
        if flight is not None:
            return start, flight
    return None


def _named(
    contacts: Sequence[Contact], objects: Sequence[SceneObject], start: int, num_frames: int
) -> list[Event]:
    """The contacts in a clip of a run as events, on the first frame at or after each."""
    events = []
    for contact in contacts:
        if start < contact.time < start + num_frames - 1:
            frame, actor = math.ceil(contact.time) - start, objects[contact.body].name
            wall = isinstance(contact.other, str)
            target = contact.other if isinstance(contact.other, str) else objects[contact.other].name
            events.append(Event(frame, frame, "hit" if wall else "touch", actor, target))
    return events


def _of(events: Sequence[Event], name: str) -> list[Event]:
    return [event for event in events if name in (event.actor, event.target)]


def _met(event: Event, name: str) -> str:
    """What a shape met in one of its contacts."""
    return event.actor if event.target == name else event.target


def _room(span: tuple[int, int], num_frames: int) -> tuple[int, int]:
    """The clip less the few first frames that keep a flight's slack from being a multiple of four."""
    return (num_frames - (span[1] - span[0])) % NUM_OPTIONS, num_frames


def _flight_in_bin(
    events: Sequence[Event], name: str, num_frames: int, time_bin: int
) -> tuple[str, str] | None:
    """What the flight that starts in a bin of its slack is between, if that names it alone."""
    flights = list(itertools.pairwise(_of(events, name)))
    labels = [(_met(one, name), _met(two, name)) for one, two in flights]
    for (one, two), label in zip(flights, labels, strict=True):
        start, length = one.frame, two.frame - one.frame
        low, _ = _room((start, two.frame), num_frames)
        slack = num_frames - low - length
        fits = labels.count(label) == 1 and slack >= 2 * length and start >= low
        if fits and (start - low) * BINS // slack == time_bin:
            return label
    return None


def _seen_contacts(evidence: Evidence) -> list[tuple[float, Event]] | None:
    """Contacts with their times in frames, from the turns of the sampled paths; None if undetermined."""
    turns: list[tuple[str, Kink]] = []
    for name, track in evidence.tracks.items():
        found = kinks(evidence.frames, track.points)
        if found is None:
            return None
        turns += [(name, kink) for kink in found]
    turns.sort(key=lambda turn: turn[1].time)
    contacts: list[tuple[float, Event]] = []
    while turns:
        name, kink = turns.pop(0)
        frame = math.ceil(kink.time)
        if turns and turns[0][1].time - kink.time < 0.05 and _touching(evidence, name, kink, *turns[0]):
            names = sorted((name, turns.pop(0)[0]), key=list(evidence.tracks).index)
            contacts.append((kink.time, Event(frame, frame, "touch", *names)))
        else:
            contacts.append((kink.time, Event(frame, frame, "hit", name, _wall(kink))))
    return contacts


def _astray(evidence: Evidence) -> Iterator[Event]:
    """Frames on which an object is not on the straight way from one contact to the next."""
    for name, track in evidence.tracks.items():
        bends = kinks(evidence.frames, track.points) or []
        times = [evidence.frames[0], *(bend.time for bend in bends), evidence.frames[-1]]
        places = np.array([track.points[0], *(bend.place for bend in bends), track.points[-1]])
        way = np.stack([np.interp(evidence.frames, times, places[:, axis]) for axis in (0, 1)], axis=1)
        for frame in np.flatnonzero(np.abs(way - track.points).max(axis=1) > 0.1).tolist():
            yield Event(frame, frame, "astray", name)


def _touching(evidence: Evidence, name: str, kink: Kink, other: str, its: Kink) -> bool:
    reach = (evidence.objects[name].size + evidence.objects[other].size) / 2
    return abs(math.dist(kink.place, its.place) - reach) < 1.0


def _wall(kink: Kink) -> str:
    """The wall that turns a velocity so: across it, and nothing else."""
    axis = 0 if abs(kink.after[0] - kink.before[0]) > abs(kink.after[1] - kink.before[1]) else 1
    return WALLS[2 * axis + int(kink.before[axis] > 0)]
