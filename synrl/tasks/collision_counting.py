"""collision_counting: how often does a shape hit a wall, or another shape?

Shapes move at constant speed in a drawn box and bounce elastically. Levels 1 and 2 have one shape and
four walls; from level 3 on discs also bounce off each other, and the question may ask for the walls
one of them hits, or for the discs it touches.

Margins: the asked shape's contacts are at least `GAP` glances (`Config.glance`) apart, so that three looks
fall on each flight between two; whatever it comes close to without touching stays `CLEAR` pixels away; it
approaches what it hits at no less than `MIN_APPROACH` px in a glance. The other shapes do as they please. A clip is a
window of a longer run, chosen so that all margins hold within it, because most runs break a margin somewhere;
how fast a run is shown, is chosen with it.

Localisation asks for the flight between two named contacts, not for a numbered one, so that the
question does not say whether it is early or late.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypedDict

import numpy as np

from synrl.answers import nearest_span
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.evidence.legs import Kink, kinks
from synrl.evidence.pieces import bounds, seen_pieces
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
CLEAR = 16.0
GAP = 3.05
MIN_APPROACH = 14.0
"""Px in a glance."""
COUNTED = ("walls", "touches")
GAP_OF_OTHERS, CHANGE_OF_OTHERS = 6, 1.0
"""Frames between two contacts, and px per frame by which they change a velocity, of other shapes."""
RUN_FRAMES = 1500
RUN_SPEED = 3.0, 6.0
"""Px per frame at the start of a run."""
SLOWER = tuple(0.8 * 1.15**k for k in range(12))
"""How many times as slow as it was simulated a run may be shown: looking for a clip costs less than a run."""
_NEAR = 6.0
"""Px by which a bend may seem to lie beside the place of a contact, where the eye is exact."""
BINS = 8
"""Start times of asked flights are drawn evenly from this many bins, two per option."""


@dataclass(frozen=True, kw_only=True)
class CollisionConfig(Config):
    """Knobs: how many shapes, what is counted, how far the counts go, how large and how fast they are."""

    shapes: int
    most: Mapping[str, int]
    """What may be counted, each from 1 up to a number: `walls` (one shape's wall hits), `touches` (its
    touches of other shapes)."""
    size: tuple[int, int]
    """Px across."""
    lasts: tuple[float, float]
    """Glances that the clip takes: drawn before its count is, which it would tell."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "lasts", tuple(self.lasts))
        self.require("shapes", range(1, 6))
        if not set(self.most) <= set(COUNTED) or min(self.most.values()) < NUM_OPTIONS:
            raise ConfigError(
                f"most is {dict(self.most)}; allowed: {', '.join(COUNTED)}, each at least {NUM_OPTIONS}"
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

    def __init__(self, name: str, kind: str, what: str, sentences: Sequence[str]) -> None:
        """Count events of a kind.

        Args:
            what: what they are with, for conclusions.
            sentences: the wordings, with `{}` for the shape.
        """
        self.name, self._kind, self._what = name, kind, what
        self._sentences = sentences

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Finder:
        count = streams.question.integer(1, config.most[self.name])

        def find(search: Search) -> Found | None:
            start = _find_count(search, self._kind, count, streams.scene)
            query = CountQuery(object=name, form=config.form, ask=self.name)
            return None if start is None else Found(start, query)

        return find

    def wordings(self, query: CountQuery) -> Sequence[str]:
        return [with_form(s.format(query["object"]), query, "integer") for s in self._sentences]

    def question(
        self, text: str, timeline: Timeline, query: CountQuery, config: CollisionConfig, streams: Streams
    ) -> Question:
        events = _of(timeline.events, query["object"])
        count = sum(event.kind == self._kind for event in events)
        return integer_question(text, count, range(1, config.most[self.name] + 1), config.form, streams)

    def solve(self, evidence: Evidence, query: CountQuery) -> str | None:
        seen = _seen_contacts(evidence, query["object"])
        return None if seen is None else str(sum(event.kind == self._kind for _, event in seen))

    def concerns(self, event: Event, query: CountQuery) -> bool:
        return query["object"] in (event.actor, event.target)

    def conclude(self, query: CountQuery, row: Mapping[str, Any]) -> Sequence[str]:
        count = row["answer_text"]
        return f"Contacts {self._what}: {count}", f"Counting only contacts {self._what}, I get {count}"


class Flight(SpanAsk[FlightQuery, CollisionConfig]):
    """When a shape flies from one contact to another, without one in between."""

    def draw(self, config: CollisionConfig, streams: Streams, name: str) -> Finder:
        time_bin = streams.question.integer(0, BINS - 1)

        def find(search: Search) -> Found | None:
            found = _find_flight(search, time_bin, streams.scene, config)
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
            f"When does the {name} move straight from the {start} to the {end}, touching nothing on the way?",
            f"During which seconds is the {name} on its way from the {start} to the {end}, "
            "without touching anything else?",
            f"The {name} bounces off the {start} and touches the {end} next. From when to when does it travel "
            "between the two?",
            f"After touching the {start}, the {name} touches the {end} next. Between which seconds does it "
            "travel from the one to the other?",
            f"From when to when does the {name} travel from the {start} directly to the {end}?",
            f"Between which seconds does the {name} go from the {start} to the {end} without touching "
            "anything in between?",
            f"When is the {name} on its way from the {start} to the {end}, with no contact in between?",
            f"The {name} travels from the {start} straight to the {end}. During which seconds is that?",
            f"At some point the {name} leaves the {start} and touches nothing before it reaches the {end}. "
            "Between which seconds is that?",
            f"Find the part of the video in which the {name} moves from the {start} to the {end} without "
            "another contact. From when to when does it last?",
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

    def room(self, timeline: Timeline, span: tuple[int, int], config: CollisionConfig) -> tuple[int, int]:
        return _room(span, timeline.num_frames, config)

    def solve(self, evidence: Evidence, query: FlightQuery) -> str | None:
        name = query["object"]
        seen = _seen_contacts(evidence, name) or ()
        for (start, one), (end, two) in itertools.pairwise(seen):
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
            "How many times does the {} bounce off a wall?",
            "Count how many times the {} hits a wall. What is the total?",
            "Watch the {}. How many times does it hit a wall of the box?",
            "Over the whole video, how many times does the {} bounce off a wall of the box?",
            "How often does the {} run into a wall of the box?",
            "From the first frame to the last, how many times does the {} hit a wall?",
            "The {} moves around in a box. How many times does it bounce off the walls?",
            "How many wall hits does the {} make in this video?",
            "In total, how many times does the {} run into the walls of the box?",
            "How many bounces off the walls of the box does the {} make?",
            "As the {} moves through the box, how many times does it hit a wall?",
            "The {} bounces off walls. How many times does that happen in the video?",
            "By the end of the video, how many times has the {} hit a wall of the box?",
        ),
    ),
    "touches": Count(
        "touches",
        "touch",
        "with other shapes",
        (
            "How many times does the {} touch another shape?",
            "How many times does the {} bounce off another shape?",
            "Count the collisions of the {} with other shapes, leaving out the walls. What is the total?",
            "Watch the {}. How many times does it collide with another shape?",
            "Over the whole video, how many times does the {} bump into another shape?",
            "How often does the {} run into one of the other shapes?",
            "From the first frame to the last, how many times does the {} touch another shape?",
            "The {} moves around among other shapes. How many times does it bump into one of them?",
            "Not counting walls, how many collisions does the {} have in this video?",
            "In total, how many times does the {} collide with another shape?",
            "As the {} moves through the box, how many times does it touch another shape?",
            "How many bounces off other shapes does the {} make?",
            "Leaving the walls aside, how many times does the {} bounce off something?",
            "By the end of the video, how many times has the {} touched another shape?",
        ),
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
        1: dict(shapes=1, most={"walls": 4}, size=(44, 64), lasts=(18.0, 23.0)),
        2: dict(shapes=1, most={"walls": 6}, size=(40, 56), lasts=(25.0, 30.0)),
        3: dict(shapes=2, most={"walls": 4, "touches": 4}, size=(80, 100), lasts=(22.0, 27.0)),
        4: dict(shapes=3, most={"walls": 4, "touches": 4}, size=(64, 80), lasts=(24.0, 29.0)),
        5: dict(shapes=4, most={"walls": 4, "touches": 4}, size=(50, 62), lasts=(26.0, 31.0)),
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
        places = search.motion.positions(start + search.num_frames)[start:] + INSET
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
        seen = _exact_contacts(evidence) or ()
        return Observed(events=in_order([*(event for _, event in seen), *_astray(evidence)]))


FAMILY = CollisionCounting()


def _search(
    config: CollisionConfig, streams: Streams, objects: Sequence[SceneObject], find: Finder
) -> tuple[Search, Found]:
    """Runs, at several paces each, until a clip is found."""
    num_frames = streams.scene.integer(*map(config.glances, config.lasts))
    while True:
        simulated = run(_bodies(streams.scene, objects), BOX, BOX, RUN_FRAMES)
        missed, waits = _near_misses(simulated, objects), _waits(simulated)
        for slower in streams.scene.shuffled(SLOWER):
            every = np.arange(int((RUN_FRAMES - 1) * slower))
            spoilt = missed[(every / slower).astype(int)]
            spoilt[_spoilt(simulated, waits, slower, config)] = True
            motion = simulated.slowed(slower)
            search = Search(motion, objects, _clear_starts(motion, config, spoilt, num_frames), num_frames)
            found = find(search) if len(search.starts) else None
            if found is not None:
                return search, found


def _bodies(scene: Stream, objects: Sequence[SceneObject]) -> list[Body]:
    """Random places, apart from each other, and random velocities."""
    bodies: list[Body] = []
    for item in objects:
        (x0, x1), (y0, y1) = _reaches(item)
        angle, speed = scene.uniform(0, 2 * math.pi), scene.uniform(*RUN_SPEED)
        while True:
            x, y = (scene.uniform(item.size, BOX - item.size) for _ in range(2))
            if all(math.hypot(x - b.x, y - b.y) > item.size / 2 + b.radius + 2 * CLEAR for b in bodies):
                break
        velocity = speed * math.cos(angle), speed * math.sin(angle)
        bodies.append(Body(x, y, *velocity, x0, x1, y0, y1, item.size / 2))
    return bodies


def _reaches(item: SceneObject) -> tuple[tuple[float, float], tuple[float, float]]:
    """How far an outline extends from its centre: left and right, up and down."""
    return _reaches_of(item.shape, item.size)


@cache
def _reaches_of(shape: str, size: float) -> tuple[tuple[float, float], tuple[float, float]]:
    (x0, y0), (x1, y1) = SHAPES[shape](size).get_extents().get_points()
    return (-x0, x1), (-y0, y1)


def _clear_starts(motion: Motion, config: CollisionConfig, bad: np.ndarray, num_frames: int) -> np.ndarray:
    """The frames from which a clip of a length would hold every margin of this module's opening."""
    starts = np.arange(len(bad) - num_frames)
    ends = starts + num_frames - 1
    spoilt = np.concatenate([[0], np.cumsum(bad)])
    clear: np.ndarray = spoilt[ends + 1] == spoilt[starts]
    # A contact close to an end of the clip would be seen from one side only.
    for times, gap in ((_times(motion), GAP_OF_OTHERS), (_times(motion, 0), config.glances(GAP))):
        clear &= (_between(times, starts, starts + gap) == 0) & (_between(times, ends - gap, ends) == 0)
    found: np.ndarray = starts[clear]
    return found


def _between(times: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How many of some ascending times lie in each [low, high)."""
    return np.asarray(np.searchsorted(times, high) - np.searchsorted(times, low))


def _waits(motion: Motion) -> np.ndarray:
    """For each contact, the time since the asked shape's last one, and since any other shape's (contacts, 2).

    Infinite where it is none of theirs, or their first.
    """
    waits, last = np.full((len(motion.contacts), 2), math.inf), dict[int, float]()
    for number, contact in enumerate(motion.contacts):
        for body in (contact.body, contact.other):
            if isinstance(body, int):
                column = int(body > 0)
                waits[number, column] = min(waits[number, column], contact.time - last.get(body, -math.inf))
                last[body] = contact.time
    return waits


def _spoilt(motion: Motion, waits: np.ndarray, slower: float, config: CollisionConfig) -> np.ndarray:
    """The frames of a slowed run on which a contact falls that no clip should show."""
    times = np.array([contact.time for contact in motion.contacts]) * slower
    own = np.array([0 in (contact.body, contact.other) for contact in motion.contacts])
    changes = np.hypot(*np.moveaxis(np.diff(motion.velocities, axis=0), 2, 0)).max(axis=1) / slower
    hasty = (waits * slower < [config.glances(GAP), GAP_OF_OTHERS]).any(axis=1)
    # On a frame boundary, rounding would decide which frame shows the contact first.
    ambiguous = np.abs(times - times.round()) < 0.01
    faint = changes < np.where(own, 2 * MIN_APPROACH / config.glance, CHANGE_OF_OTHERS)
    bad = times[(hasty | ambiguous | faint) & (times < int((RUN_FRAMES - 1) * slower))]
    return bad.astype(int)


def _near_misses(motion: Motion, objects: Sequence[SceneObject]) -> np.ndarray:
    """The frames on which the asked shape comes close to something and turns away untouched."""
    places = motion.positions(RUN_FRAMES)
    missed = np.zeros(RUN_FRAMES, bool)
    item, others = objects[0], objects[1:]
    for axis, reach in enumerate(_reaches(item)):
        gaps = places[:, 0, axis] - reach[0], BOX - reach[1] - places[:, 0, axis]
        for wall, gap in zip(WALLS[2 * axis :], gaps, strict=False):
            missed |= _turned_away(gap, _times(motion, 0, wall))
    for j, other in enumerate(others, 1):
        gap = np.hypot(*(places[:, 0] - places[:, j]).T) - (item.size + other.size) / 2
        missed |= _turned_away(gap, _times(motion, 0, j))
    return missed


def _times(motion: Motion, body: int | None = None, other: int | str | None = None) -> np.ndarray:
    """When contacts happen: all, those of a body, or those of a body with something."""
    return np.array(
        [
            contact.time
            for contact in motion.contacts
            if (body is None or body in (contact.body, contact.other))
            and (other is None or other in (contact.body, contact.other))
        ]
    )


def _turned_away(gap: np.ndarray, touched: np.ndarray) -> np.ndarray:
    """Where a gap (frames,) is smallest for a while and too small, with no contact at that time."""
    lowest = np.concatenate([[False], (gap[1:-1] <= gap[:-2]) & (gap[1:-1] <= gap[2:]), [False]])
    close: np.ndarray = lowest & (gap < CLEAR)
    frames = np.arange(len(gap))
    untouched: np.ndarray = _between(touched, frames - 2, frames + 2) == 0
    turned: np.ndarray = close & untouched
    return turned


def _find_count(search: Search, kind: str, count: int, scene: Stream) -> int | None:
    """A start from which the clip shows so many of the contacts asked for."""
    starts = search.starts
    asked = [
        contact.time
        for contact in search.motion.contacts
        if isinstance(contact.other, str) == (kind == "hit") and 0 in (contact.body, contact.other)
    ]
    fitting = starts[_between(np.array(asked), starts, starts + search.num_frames - 1) == count]
    return scene.choice(fitting.tolist()) if len(fitting) else None


def _find_flight(
    search: Search, time_bin: int, scene: Stream, config: CollisionConfig
) -> tuple[int, tuple[str, str]] | None:
    """A start from which a flight of the first shape begins in a bin of the clip, and what it is between."""
    starts = search.starts.tolist()
    if not starts:
        return None
    for start in scene.sample(starts, min(len(starts), 20)):
        contacts = _named(search.motion.contacts, search.objects, start, search.num_frames)
        flight = _flight_in_bin(contacts, search.objects[0].name, search.num_frames, time_bin, config)
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


def _room(span: tuple[int, int], num_frames: int, config: CollisionConfig) -> tuple[int, int]:
    """The clip without its ends, less the few frames that keep a flight's slack from being a multiple of four."""
    end = config.glances(GAP)
    return end + (num_frames - 2 * end - (span[1] - span[0])) % NUM_OPTIONS, num_frames - end


def _flight_in_bin(
    events: Sequence[Event], name: str, num_frames: int, time_bin: int, config: CollisionConfig
) -> tuple[str, str] | None:
    """What the flight that starts in a bin of its slack is between, if that names it alone."""
    flights = list(itertools.pairwise(_of(events, name)))
    labels = [(_met(one, name), _met(two, name)) for one, two in flights]
    for (one, two), label in zip(flights, labels, strict=True):
        start, length = one.frame, two.frame - one.frame
        low, high = _room((start, two.frame), num_frames, config)
        slack = high - low - length
        fits = labels.count(label) == 1 and slack >= 2 * length and low <= start < low + slack
        if fits and (start - low) * BINS // slack == time_bin:
            return label
    return None


class _Bend(NamedTuple):
    """Where the asked shape is seen to change its velocity (px per frame), at a time in frames."""

    time: float
    place: np.ndarray
    change: np.ndarray


def _seen_contacts(evidence: Evidence, name: str) -> list[tuple[float, Event]] | None:
    """The contacts of a shape with their times in frames, as an eye sees them; None if that can't be told."""
    evidence = evidence.thinned()
    found = seen_pieces(evidence, name)
    if found is None or not all(piece.is_trusted for piece in found):
        return None
    contacts = []
    for (one, two), time in zip(itertools.pairwise(found), bounds(found, evidence.frames)[1:-1], strict=True):
        bend = _Bend(time, (one.at(time) + two.at(time)) / 2, two.velocity - one.velocity)
        fits = {
            **_walls_met(evidence, name, bend),
            **{
                other: _unlike_touch(evidence, name, bend, other)
                for other in evidence.tracks
                if other != name
            },
        }
        met = min(fits, key=lambda thing: fits[thing])
        if fits[met] == math.inf:
            return None
        kind, frame = ("hit" if met in WALLS else "touch"), round(time)
        contacts.append((time, Event(frame, frame, kind, name, met)))
    return contacts


def _unlike_touch(evidence: Evidence, name: str, bend: _Bend, other: str) -> float:
    """How badly a bend fits a touch, which pushes a shape straight away from the other; infinite if not."""
    place = np.array(
        [np.interp(bend.time, evidence.frames, values) for values in evidence.tracks[other].points.T]
    )
    way = bend.place - place
    reach = (evidence.objects[name].size + evidence.objects[other].size) / 2
    if abs(np.hypot(*way) - reach) > _NEAR + 4 * evidence.eye.px:
        return math.inf
    return 1 - float(bend.change @ way / (np.hypot(*bend.change) * np.hypot(*way)))


def _walls_met(evidence: Evidence, name: str, bend: _Bend) -> dict[str, float]:
    """How badly a bend fits a bounce off each wall, which pushes a shape straight away from it."""
    fits = {}
    for axis, (low, high) in enumerate(_reaches(evidence.objects[name])):
        gaps = bend.place[axis] - INSET - low, BOX + INSET - high - bend.place[axis]
        for wall, gap, inwards in zip(WALLS[2 * axis :], gaps, (1, -1), strict=False):
            near = abs(gap) <= _NEAR + 2 * evidence.eye.px
            along = inwards * float(bend.change[axis] / np.hypot(*bend.change))
            fits[wall] = 1 - along if near else math.inf
    return fits


def _exact_contacts(evidence: Evidence) -> list[tuple[float, Event]] | None:
    """Contacts of the full clip, on their very frames, from the turns of the stored paths."""
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
