"""collision_counting: how often does a shape hit a wall, or another shape?

Shapes move at constant speed in a drawn box and bounce elastically. Levels 1 and 2 have one shape and
four walls; from level 3 on discs also bounce off each other, and the question may ask for the walls
one of them hits, the discs it touches, or all touches in the clip.

Margins: contacts are at least `gap` frames apart; whatever comes close without touching stays `CLEAR`
pixels away; every contact meets its target at no less than `MIN_APPROACH` px a frame. Localisation
asks for the flight between two named contacts, not for a numbered one, so that the question does not
say whether it is early or late.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from synrl.video.outlines import SHAPES, place, rectangle

from synrl.answers import nearest_span
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.base import FPS, HEIGHT, WIDTH, Config, Family, Observed, Question
from synrl.tasks.cast import SOLID_SHAPES, cast, draw_cast
from synrl.tasks.questions import NUM_OPTIONS, integer_question, interval_question, with_form
from synrl.video.scene import Scene, Shape
from synrl.world.collisions import WALLS, Body, Contact, Run, run
from synrl.world.legs import Kink, kinks
from synrl.world.timeline import Event, Poses, SceneObject, Timeline, in_order

INSET = 16
"""Px from the border of the frame to the inner face of the walls."""
BOX = WIDTH - 2 * INSET
CLEAR = 5.0
MIN_APPROACH = 1.5
MIN_SPEED = 1.5
WALL_HITS, TOUCHES = ("walls",), ("touches",)
COUNTED = (*WALL_HITS, *TOUCHES, "total")
BINS = 8
"""Start times of asked flights are drawn evenly from this many bins, two per option."""


@dataclass(frozen=True, kw_only=True)
class CollisionConfig(Config):
    """Knobs: how many shapes, what is counted, how far the counts go, and the pace."""

    shapes: int
    counted: tuple[str, ...]
    """Of `walls` (one shape's wall hits), `touches` (its touches of others), `total` (all touches)."""
    most: int
    """Counts are drawn from 1 to this."""
    gap: int
    """Least frames between two contacts of a shape."""
    size: tuple[int, int]
    """Px across."""
    speed: tuple[float, float]
    """Px per frame at the start."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "counted", tuple(self.counted))
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "speed", tuple(self.speed))
        self.require("shapes", range(1, 6))
        self.require("most", range(NUM_OPTIONS, 13))

    @property
    def outlines(self) -> tuple[str, ...]:
        """Only discs meet each other exactly where they are drawn to."""
        return SOLID_SHAPES if self.shapes == 1 else ("circle",)


class CollisionCounting(Family):
    name = "collision_counting"
    summary = "How often a shape hits a wall or another shape, and when it flies from one to the next."
    category = "collision counting"
    horizon = "short"
    primitive = "spatial"
    modes = ("perception", "localisation")
    config_type = CollisionConfig
    levels = {
        1: dict(shapes=1, counted=WALL_HITS, most=4, gap=18, size=(44, 64), speed=(4.0, 7.0)),
        2: dict(shapes=1, counted=WALL_HITS, most=6, gap=14, size=(40, 56), speed=(5.0, 9.0)),
        3: dict(shapes=2, counted=WALL_HITS + TOUCHES, most=4, gap=12, size=(60, 76), speed=(3.0, 6.0)),
        4: dict(shapes=3, counted=COUNTED, most=5, gap=10, size=(52, 68), speed=(3.0, 6.0)),
        5: dict(shapes=4, counted=COUNTED, most=6, gap=8, size=(48, 60), speed=(3.0, 6.0)),
    }

    def simulate(self, config: CollisionConfig, streams: Streams) -> Timeline:
        objects = cast(streams.style, config.shapes, config.outlines, config.size)
        query: dict[str, Any] = {"object": objects[0].name, "form": config.form}
        localise = config.mode == "localisation"
        if localise:
            query["ask"] = "span"
            time_bin = streams.question.integer(0, BINS - 1)
        else:
            query["ask"] = streams.question.choice(config.counted)
            count = streams.question.integer(1, config.most)
        while True:
            num_frames = streams.scene.integer(120, 240)
            motion = run(_bodies(streams.scene, config, objects), BOX, BOX, num_frames)
            if not _clear(motion, config, objects, num_frames):
                continue
            contacts = _named(motion.contacts, objects)
            if localise:
                span = _span_in_bin(contacts, objects[0].name, num_frames, time_bin)
                if span is not None:
                    query |= {"from": _met(span[0], objects[0].name), "to": _met(span[1], objects[0].name)}
                    break
            elif _count(contacts, query) == count:
                break
        poses = Poses.still(num_frames, len(objects))
        poses.x[:], poses.y[:] = np.moveaxis(motion.positions(num_frames) + INSET, 2, 0)
        return Timeline(FPS, tuple(objects), poses, events=in_order(contacts), query=query)

    def draw(self, timeline: Timeline, style: Stream) -> Scene:
        edge = 6.0  # drawn outside the box, so that a shape touches the line and never covers it
        box = place(rectangle(BOX + edge, BOX + edge), WIDTH / 2, HEIGHT / 2)
        wall = Shape(box, stroke="#404040", stroke_width=edge)
        return draw_cast(timeline.objects, style, WIDTH, HEIGHT, backdrop=(wall,))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        name = query["object"]
        if query["ask"] == "span":
            start, end = query["from"], query["to"]
            sentences = (
                f"Between which seconds does the {name} travel from the {start} to the {end}, "
                "touching nothing on the way?",
                f"When does the {name} go straight from touching the {start} to touching the {end}?",
                f"During which seconds is the {name} on its way from the {start} to the {end}?",
            )
            return [with_form(sentence, query, "interval") for sentence in sentences]
        sentences = {
            "walls": (
                f"How many times does the {name} hit a wall of the box?",
                f"How often does the {name} bounce off a wall?",
                f"Count the contacts between the {name} and the walls of the box. How many are there?",
            ),
            "touches": (
                f"How many times does the {name} touch another shape?",
                f"How often does the {name} bounce off another shape?",
                f"Count the contacts between the {name} and other shapes, not walls. How many are there?",
            ),
            "total": (
                "How many times do two shapes touch each other, in the whole video?",
                "In total, how often do any two shapes bounce off each other?",
                "Count every contact between two shapes, not with walls. How many are there?",
            ),
        }[query["ask"]]
        return [with_form(sentence, query, "integer") for sentence in sentences]

    def ask(self, timeline: Timeline, config: CollisionConfig, streams: Streams) -> Question:
        query = timeline.query
        text = streams.wording.choice(self.wordings(query))
        if query["ask"] == "span":
            own = _of(timeline.events, query["object"])
            (span,) = (
                (one.frame, two.frame)
                for one, two in itertools.pairwise(own)
                if (_met(one, query["object"]), _met(two, query["object"])) == (query["from"], query["to"])
            )
            room = _room(span, timeline.num_frames)
            return interval_question(text, span, room, FPS, config.form, streams)
        count = _count(timeline.events, query)
        return integer_question(text, count, range(1, config.most + 1), config.form, streams)

    def observe(self, evidence: Evidence) -> Observed:
        seen = _seen_contacts(evidence)
        return Observed(events=in_order(event for _, event in seen or ()))

    def solve(self, evidence: Evidence) -> str | None:
        seen = _seen_contacts(evidence)
        if seen is None:
            return None
        query, name = evidence.query, evidence.query["object"]
        own = [(time, event) for time, event in seen if name in (event.actor, event.target)]
        if query["ask"] == "span":
            for (start, one), (end, two) in itertools.pairwise(own):
                if (_met(one, name), _met(two, name)) == (query["from"], query["to"]):
                    span = (start / evidence.fps, end / evidence.fps)
                    return nearest_span(evidence.options, span)
            return None
        if query["ask"] == "total":
            return str(sum(event.kind == "touch" for _, event in seen))
        kind = "hit" if query["ask"] == "walls" else "touch"
        return str(sum(event.kind == kind for _, event in own))


FAMILY = CollisionCounting()


def _bodies(scene: Stream, config: CollisionConfig, objects: Sequence[SceneObject]) -> list[Body]:
    """Random places, apart from each other, and random velocities."""
    bodies: list[Body] = []
    for item in objects:
        (x0, y0), (x1, y1) = SHAPES[item.shape](item.size).get_extents().get_points()
        angle, speed = scene.uniform(0, 2 * math.pi), scene.uniform(*config.speed)
        while True:
            x, y = (scene.uniform(item.size, BOX - item.size) for _ in range(2))
            if all(math.hypot(x - b.x, y - b.y) > item.size / 2 + b.radius + 2 * CLEAR for b in bodies):
                break
        velocity = speed * math.cos(angle), speed * math.sin(angle)
        bodies.append(Body(x, y, *velocity, -x0, x1, -y0, y1, item.size / 2))
    return bodies


def _clear(motion: Run, config: CollisionConfig, objects: Sequence[SceneObject], num_frames: int) -> bool:
    """Whether every margin of this module's opening holds."""
    contacts = motion.contacts
    for body in range(len(objects)):
        own = [contact.time for contact in contacts if body in (contact.body, contact.other)]
        if any(b - a < config.gap for a, b in itertools.pairwise([0.0, *own, float(num_frames - 1)])):
            return False
    # On a frame boundary, rounding would decide which frame shows the contact first.
    if any(abs(contact.time - round(contact.time)) < 0.01 for contact in contacts):
        return False
    if np.hypot(motion.velocities[..., 0], motion.velocities[..., 1]).min() < MIN_SPEED:
        return False
    return _approaches(motion) and not _near_miss(motion, objects, num_frames)


def _approaches(motion: Run) -> bool:
    """Whether every contact changes a velocity by enough to be seen as a bounce."""
    change = np.diff(motion.velocities, axis=0)
    return bool((np.hypot(change[..., 0], change[..., 1]).max(axis=1, initial=0) >= 2 * MIN_APPROACH).all())


def _near_miss(motion: Run, objects: Sequence[SceneObject], num_frames: int) -> bool:
    """Whether two shapes pass close by each other, or end close, without touching."""
    places = motion.positions(num_frames)
    for i, j in itertools.combinations(range(len(objects)), 2):
        gaps = np.hypot(*(places[:, i] - places[:, j]).T) - (objects[i].size + objects[j].size) / 2
        touched = [contact.time for contact in motion.contacts if (contact.body, contact.other) == (i, j)]
        for frame in np.flatnonzero(gaps < CLEAR):
            lowest = gaps[max(frame - 1, 0) : frame + 2].min() == gaps[frame]
            if lowest and not any(abs(time - frame) < 2 for time in touched):
                return True
    return False


def _named(contacts: Sequence[Contact], objects: Sequence[SceneObject]) -> list[Event]:
    """Contacts as events, on the first frame at or after each."""
    events = []
    for contact in contacts:
        frame, actor = math.ceil(contact.time), objects[contact.body].name
        if isinstance(contact.other, str):
            events.append(Event(frame, frame, "hit", actor, contact.other))
        else:
            events.append(Event(frame, frame, "touch", actor, objects[contact.other].name))
    return events


def _of(events: Sequence[Event], name: str) -> list[Event]:
    return [event for event in events if name in (event.actor, event.target)]


def _met(event: Event, name: str) -> str:
    """What a shape met in one of its contacts."""
    return event.actor if event.target == name else event.target


def _count(events: Sequence[Event], query: Mapping[str, Any]) -> int:
    if query["ask"] == "total":
        return sum(event.kind == "touch" for event in events)
    kind = {"walls": "hit", "touches": "touch"}[query["ask"]]
    return sum(event.kind == kind for event in _of(events, query["object"]))


def _room(span: tuple[int, int], num_frames: int) -> tuple[int, int]:
    """The clip less the few first frames that keep a flight's slack from being a multiple of four."""
    return (num_frames - (span[1] - span[0])) % NUM_OPTIONS, num_frames


def _span_in_bin(
    events: Sequence[Event], name: str, num_frames: int, time_bin: int
) -> tuple[Event, Event] | None:
    """A flight between two contacts that starts in a bin of its slack, named by what it is between."""
    flights = list(itertools.pairwise(_of(events, name)))
    labels = [(_met(one, name), _met(two, name)) for one, two in flights]
    for (one, two), label in zip(flights, labels, strict=True):
        start, length = one.frame, two.frame - one.frame
        low, _ = _room((start, two.frame), num_frames)
        slack = num_frames - low - length
        if labels.count(label) == 1 and slack >= 2 * length and start >= low:
            if (start - low) * BINS // slack == time_bin:
                return one, two
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


def _touching(evidence: Evidence, name: str, kink: Kink, other: str, its: Kink) -> bool:
    reach = (evidence.objects[name].size + evidence.objects[other].size) / 2
    return abs(math.dist(kink.place, its.place) - reach) < 1.0


def _wall(kink: Kink) -> str:
    """The wall that turns a velocity so: across it, and nothing else."""
    axis = 0 if abs(kink.after[0] - kink.before[0]) > abs(kink.after[1] - kink.before[1]) else 1
    return WALLS[2 * axis + int(kink.before[axis] > 0)]
