"""Runs of bouncing shapes, and the stretch of one that a clip of collision_counting shows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypedDict

import numpy as np

from synrl.seeds import Stream, Streams
from synrl.tasks.collision_counting.config import CollisionConfig
from synrl.tasks.shared.cast import cast
from synrl.tasks.shared.queries import Query
from synrl.tasks.shared.questions import NUM_OPTIONS
from synrl.video.outlines import SHAPES
from synrl.world.collisions import WALLS, Body, Contact, Motion, run
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, WIDTH, Event, Poses, SceneObject, Timeline, in_order

INSET = 16
"""Px from the border of the frame to the inner face of the walls."""
BOX = WIDTH - 2 * INSET
ALONE, LEAST_ALONE = 5.0, 10
"""Px around a shape that are free on so many frames at least."""
CLEAR = 16.0
"""Px that the asked shape stays away from what it doesn't touch."""
GAP = 3.05
"""Glances between two contacts of the asked shape."""
MIN_APPROACH = 9.0
"""Px in a glance."""
GAP_OF_OTHERS, CHANGE_OF_OTHERS = 6, 1.0
"""Frames between two contacts, and px per frame by which they change a velocity, of other shapes."""
ON_FRAME = 0.04
"""Px by which a contact bends the path before the next frame or after the last one, at least."""
RUN_FRAMES = 1500
RUN_SPEED = 3.0, 6.0
"""Px per frame at the start of a run."""
SLOWER = tuple(0.8 * 1.15**k for k in range(12))
"""How many times as slow as it was simulated a run may be shown: looking for a clip costs less than a run."""
SLOWEST = 6.0
LONG = 390
"""Frames from which on a clip is shown at these paces; a shorter one is shown the faster for it."""
PACE_OFF = 0.85, 1.2
"""Times the pace that fits a count best."""
SAME_ROOM = 30.0
"""Px that a shape may be nearer to a wall, or farther from it, than was drawn."""
PATIENCE = 100
"""Runs in which a shape is looked for at a place before another one is drawn: not every place can be had."""
BINS = 8
"""Start times of asked flights are drawn evenly from this many bins, two per option."""


class CountQuery(Query):
    object: str


_Ends = TypedDict("_Ends", {"from": str, "to": str})


class FlightQuery(CountQuery, _Ends):
    """`from` and `to` are what the flight is between."""


class Search(NamedTuple):
    """A run, shown at some pace, in which a clip is looked for."""

    contacts: Contacts
    slower: float
    starts: np.ndarray
    """The frames at which a clip of the length may begin."""
    num_frames: int
    rooms: np.ndarray
    """Px from the asked shape to the nearest wall of either direction, the nearer one first, on every frame
    of the run as it was simulated (frames, 2)."""

    room: np.ndarray
    """The same as it is wanted in the middle of the clip (2,)."""

    def at_place(self) -> np.ndarray:
        """Which starts leave the shape about as far from the walls as wanted in the middle of the clip."""
        rooms = self.rooms[((self.starts + self.num_frames // 2) / self.slower).astype(int)]
        found: np.ndarray = (np.abs(rooms - self.room) < SAME_ROOM).all(axis=1)
        return found

    def named(self, start: int) -> list[Event]:
        """The contacts in a clip as events, on the first frame at or after each."""
        times, names = self.contacts.times * self.slower, self.contacts.names
        first, last = (
            np.searchsorted(times, start, side="right"),
            np.searchsorted(times, start + self.num_frames - 1),
        )
        events = []
        for k in range(int(first), int(last)):
            contact, frame = self.contacts.of[k], math.ceil(times[k]) - start
            other = contact.other
            kind, target = ("hit", other) if isinstance(other, str) else ("touch", names[other])
            events.append(Event(frame, frame, kind, names[contact.body], target))
        return events


class Found(NamedTuple):
    """Where in a run a clip starts, and what is asked about it."""

    start: int
    query: CountQuery | FlightQuery


class Wish(NamedTuple):
    """What a clip is to show."""

    find: Callable[[Search], Found | None]
    """Looks for a clip that has the answer."""
    paces: Callable[[Contacts, int, Stream], Sequence[float]]
    """How many times as slow as it was simulated a run may be shown, in a clip of so many frames."""


@dataclass(frozen=True)
class Contacts:
    """The contacts of a run, and what of them does not hang on the pace at which it is shown."""

    of: Sequence[Contact]
    names: Sequence[str]
    """Of the shapes."""
    times: np.ndarray
    own: np.ndarray
    """Which are the asked shape's."""
    hits: np.ndarray
    """Which are with a wall."""
    waits: np.ndarray
    """For each, the time since the asked shape's last one and since another's, if they take part."""
    changes: np.ndarray
    """By how much the velocities change, the most of both."""

    @classmethod
    def in_run(cls, motion: Motion, names: Sequence[str]) -> Contacts:
        """Those of a run."""
        contacts = motion.contacts
        waits, last = np.full((len(contacts), 2), math.inf), [-math.inf] * len(names)
        for number, contact in enumerate(contacts):
            for body in (contact.body, contact.other):
                if isinstance(body, int):
                    column = int(body > 0)
                    waits[number, column] = min(waits[number, column], contact.time - last[body])
                    last[body] = contact.time
        return cls(
            contacts,
            names,
            np.array([contact.time for contact in contacts]),
            np.array([0 in (contact.body, contact.other) for contact in contacts], bool),
            np.array([isinstance(contact.other, str) for contact in contacts], bool),
            waits,
            np.hypot(*np.moveaxis(np.diff(motion.velocities, axis=0), 2, 0)).max(axis=1),
        )


def simulate(
    draw: Callable[[CollisionConfig, Streams, str], Wish], config: CollisionConfig, streams: Streams
) -> Timeline:
    """A clip that has the answer that a kind of question draws."""
    style = draw_style(streams)
    objects = cast(streams, style, config.level, config.shapes, config.outlines, config.size)
    wish = draw(config, streams, objects[0].name)
    num_frames = streams.scene.integer(*map(config.glances, config.lasts))
    places, runs = None, 0
    while places is None:
        if runs % PATIENCE == 0:
            room = _draw_room(config, streams.scene)
        motion, runs = run(_bodies(streams.scene, objects), BOX, BOX, RUN_FRAMES), runs + 1
        found = _found(motion, objects, num_frames, room, wish, config, streams.scene)
        if found is not None:
            search, (start, query) = found
            shown = motion.slowed(search.slower).positions(start + num_frames)[start:] + INSET
            places = shown if _stand_alone(shown, objects) else None
    poses = Poses.still(num_frames, len(objects))
    poses.x[:], poses.y[:] = np.moveaxis(places, 2, 0)
    events = in_order(search.named(start))
    return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)


def _stand_alone(places: np.ndarray, objects: Sequence[SceneObject]) -> bool:
    """Whether each shape is apart from walls and others on some frames, so that all of it can be seen there.

    Args:
        places: (frames, shapes, 2) in px.
    """
    half = np.array([item.size for item in objects]) / 2 + ALONE
    inside = (np.abs(places - WIDTH / 2) < BOX / 2 - half[:, None]).all(axis=2)
    apart = np.abs(places[:, :, None] - places[:, None]).max(axis=3) > half[:, None] + half
    apart |= np.eye(len(objects), dtype=bool)
    return bool(((inside & apart.all(axis=2)).sum(axis=0) >= LEAST_ALONE).all())


def find_count(search: Search, kind: str, count: int, scene: Stream) -> int | None:
    """A start from which the clip shows so many of the contacts asked for.

    Hits of walls come regularly. So that a place doesn't tell how many there are, the shape is about as far
    from the walls in the middle of the clip as the search wants it to be.
    """
    contacts, starts = search.contacts, search.starts
    asked = contacts.times[contacts.own & (contacts.hits == (kind == "hit"))] * search.slower
    seen = np.searchsorted(asked, starts + search.num_frames - 1) - np.searchsorted(asked, starts)
    fits = seen == count
    if kind == "hit":
        fits &= search.at_place()
    fitting = starts[fits]
    return scene.choice(fitting.tolist()) if len(fitting) else None


def any_pace(contacts: Contacts, num_frames: int, scene: Stream) -> Sequence[float]:
    """All paces, in random order."""
    return [pace * _haste(num_frames) for pace in scene.shuffled(SLOWER)]


def pace_of(count: int, contacts: Contacts, num_frames: int, scene: Stream) -> Sequence[float]:
    """Paces at which so many hits of the asked shape are what a clip shows most often.

    At others, clips with so many would be odd ones, with the shape in odd places.
    """
    hits = int((contacts.own & contacts.hits).sum())
    best = hits / RUN_FRAMES * num_frames / count
    fastest = SLOWER[0] * _haste(num_frames)
    return [min(max(best * scene.uniform(*PACE_OFF), fastest), SLOWEST) for _ in SLOWER]


def _haste(num_frames: int) -> float:
    return min(1.0, num_frames / LONG)


def find_flight(
    search: Search, name: str, time_bin: int, scene: Stream, config: CollisionConfig
) -> tuple[int, tuple[str, str]] | None:
    """A start from which a flight of a shape begins in a bin of the clip, and what it is between."""
    starts = search.starts.tolist()
    for start in scene.sample(starts, min(len(starts), 20)):
        flight = _flight_in_bin(search.named(start), name, search.num_frames, time_bin, config)
        if flight is not None:
            return start, flight
    return None


def flight_room(span: tuple[int, int], num_frames: int, config: CollisionConfig) -> tuple[int, int]:
    """The clip without its ends, less the few frames that keep the slack from being a multiple of four."""
    end = config.glances(GAP)
    return end + (num_frames - 2 * end - (span[1] - span[0])) % NUM_OPTIONS, num_frames - end


def contacts_of(events: Sequence[Event], name: str) -> list[Event]:
    """The contacts of one shape."""
    return [event for event in events if name in (event.actor, event.target)]


def met(event: Event, name: str) -> str:
    """What a shape met in one of its contacts."""
    return event.actor if event.target == name else event.target


def reaches(item: SceneObject) -> tuple[tuple[float, float], tuple[float, float]]:
    """How far an outline extends from its centre: left and right, up and down."""
    return _reaches_of(item.shape, item.size)


@cache
def _reaches_of(shape: str, size: float) -> tuple[tuple[float, float], tuple[float, float]]:
    (x0, y0), (x1, y1) = SHAPES[shape](size).get_extents().get_points()
    return (-x0, x1), (-y0, y1)


def _bodies(scene: Stream, objects: Sequence[SceneObject]) -> list[Body]:
    """Random places, apart from each other, and random velocities."""
    bodies: list[Body] = []
    for item in objects:
        (x0, x1), (y0, y1) = reaches(item)
        angle, speed = scene.uniform(0, 2 * math.pi), scene.uniform(*RUN_SPEED)
        while True:
            x, y = (scene.uniform(item.size, BOX - item.size) for _ in range(2))
            if all(math.hypot(x - b.x, y - b.y) > item.size / 2 + b.radius + 2 * CLEAR for b in bodies):
                break
        velocity = speed * math.cos(angle), speed * math.sin(angle)
        bodies.append(Body(x, y, *velocity, x0, x1, y0, y1, item.size / 2))
    return bodies


def _found(
    motion: Motion,
    objects: Sequence[SceneObject],
    num_frames: int,
    room: np.ndarray,
    wish: Wish,
    config: CollisionConfig,
    scene: Stream,
) -> tuple[Search, Found] | None:
    """A clip of a run, at one pace or another."""
    contacts = Contacts.in_run(motion, [item.name for item in objects])
    gaps = _gaps(motion, objects)
    missed = _near_misses(motion, gaps)
    across = [np.minimum(gaps[one], gaps[two]) for one, two in (WALLS[:2], WALLS[2:])]
    rooms = np.sort(np.stack(across, axis=1), axis=1)
    for slower in wish.paces(contacts, num_frames, scene):
        starts = _clear_starts(contacts, missed, slower, num_frames, config)
        search = Search(contacts, slower, starts, num_frames, rooms, room)
        found = wish.find(search) if len(starts) else None
        if found is not None:
            return search, found
    return None


def _clear_starts(
    contacts: Contacts, missed: np.ndarray, slower: float, num_frames: int, config: CollisionConfig
) -> np.ndarray:
    """The frames of a slowed run from which a clip would hold every margin of this family."""
    times, gap = contacts.times * slower, config.glances(GAP)
    bad = np.ceil(np.concatenate([_spoilt(contacts, slower, config), missed * slower])).astype(int)
    count = int((RUN_FRAMES - 1) * slower)
    starts = np.arange(count - num_frames)
    ends = starts + num_frames - 1
    spoilt = _up_to(bad, count)
    clear: np.ndarray = spoilt[ends] == spoilt[starts]
    # A contact close to an end of the clip would be seen from one side only.
    for some, apart in ((times, GAP_OF_OTHERS), (times[contacts.own], gap)):
        seen = _up_to(np.ceil(some).astype(int), count)
        clear &= (seen[starts + apart] == seen[starts]) & (seen[ends] == seen[ends - apart])
    found: np.ndarray = starts[clear]
    return found


def _up_to(frames: np.ndarray, count: int) -> np.ndarray:
    """How many of some frames, which must not be negative, lie at or before each frame (count,)."""
    upto: np.ndarray = np.bincount(frames[frames < count], minlength=count).cumsum()
    return upto


def _spoilt(contacts: Contacts, slower: float, config: CollisionConfig) -> np.ndarray:
    """When, in a slowed run, there are contacts that no clip should show."""
    times = contacts.times * slower
    hasty = (contacts.waits * slower < [config.glances(GAP), GAP_OF_OTHERS]).any(axis=1)
    # On a frame boundary, rounding would decide which frame shows the contact first.
    ambiguous = np.abs(times - times.round()) * contacts.changes / slower < ON_FRAME
    least = np.where(contacts.own, 2 * MIN_APPROACH / config.glance, CHANGE_OF_OTHERS)
    faint = contacts.changes < least * slower
    bad: np.ndarray = times[hasty | ambiguous | faint]
    return bad


def _draw_room(config: CollisionConfig, scene: Stream) -> np.ndarray:
    """How far a shape that is anywhere in the box is from the walls, the nearer one first."""
    half = (BOX - config.size[1]) / 2
    return np.sort([scene.uniform(0, half), scene.uniform(0, half)])


def _gaps(motion: Motion, objects: Sequence[SceneObject]) -> dict[int | str, np.ndarray]:
    """Px from the asked shape to each wall and each other shape, on every frame of a run."""
    places = motion.positions(RUN_FRAMES)
    item, others = objects[0], objects[1:]
    gaps: dict[int | str, np.ndarray] = {}
    for axis, (low, high) in enumerate(reaches(item)):
        gaps[WALLS[2 * axis]] = places[:, 0, axis] - low
        gaps[WALLS[2 * axis + 1]] = BOX - high - places[:, 0, axis]
    for j, other in enumerate(others, 1):
        gaps[j] = np.hypot(*(places[:, 0] - places[:, j]).T) - (item.size + other.size) / 2
    return gaps


def _near_misses(motion: Motion, gaps: Mapping[int | str, np.ndarray]) -> np.ndarray:
    """The frames of a run on which the asked shape comes close to something and turns away untouched."""
    missed = [np.empty(0, int)]
    for thing, gap in gaps.items():
        lowest = np.flatnonzero((gap[1:-1] <= gap[:-2]) & (gap[1:-1] <= gap[2:]) & (gap[1:-1] < CLEAR)) + 1
        touched = np.array([one.time for one in motion.contacts if {0, thing} == {one.body, one.other}])
        untouched = np.searchsorted(touched, lowest + 2) == np.searchsorted(touched, lowest - 2)
        missed.append(lowest[untouched])
    return np.concatenate(missed)


def _flight_in_bin(
    events: Sequence[Event], name: str, num_frames: int, time_bin: int, config: CollisionConfig
) -> tuple[str, str] | None:
    """What the flight that starts in a bin of its slack is between, if that names it alone."""
    flights = list(itertools.pairwise(contacts_of(events, name)))
    labels = [(met(one, name), met(two, name)) for one, two in flights]
    for (one, two), label in zip(flights, labels, strict=True):
        start, length = one.frame, two.frame - one.frame
        low, high = flight_room((start, two.frame), num_frames, config)
        slack = high - low - length
        fits = labels.count(label) == 1 and slack >= 2 * length and low <= start < low + slack
        if fits and (start - low) * BINS // slack == time_bin:
            return label
    return None
