"""The shapes of a clip of attribute_change, and how they change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synrl.seeds import Stream
from synrl.tasks.attribute_change.config import AttributeConfig
from synrl.tasks.shared.queries import Query
from synrl.world.appearances import Look, change_of, name_of
from synrl.world.style import Style
from synrl.world.timeline import (
    FPS,
    HEIGHT,
    HIDDEN,
    WIDTH,
    Event,
    Poses,
    SceneObject,
    Timeline,
    in_order,
)

SHAPES = ("circle", "square", "triangle", "star")
KINDS = ("colour", "shape", "size")
WHAT = {"colour": "its colour", "shape": "its shape", "size": "its size", "": "nothing"}
NONE = "none of them"
GROWTH = 1.5
GROWING = 0.65
"""Glances that a size takes to change."""


class Change(NamedTuple):
    """From frame `frame` on, a shape has another value of an attribute."""

    place: int
    kind: str
    frame: int
    value: str
    """A colour, a shape, or `larger` or `smaller`."""


class ShapesQuery(Query):
    shapes: int


class WhichQuery(ShapesQuery):
    kind: str


class WhatQuery(ShapesQuery):
    place: int


class OrderQuery(WhatQuery):
    colours: list[str]
    """In alphabetical order."""
    first: str
    """The one that the order is to begin with."""


class SpanQuery(WhatQuery):
    kind: str


@dataclass(frozen=True)
class Looks:
    """How the shapes of a clip look at first, and the colours that they share."""

    first: list[Look]
    large: list[bool]
    few: Sequence[str]
    palette: Sequence[str]


class Drawn(NamedTuple):
    """What is asked, the number of frames, and what the clip shows."""

    query: ShapesQuery
    num_frames: int
    changes: list[Change]
    looks: list[Look]
    large: list[bool]


def draw_length(scene: Stream, config: AttributeConfig) -> int:
    """Frames of a clip in which a shape may change once."""
    return scene.integer(config.glances(6 + config.level), config.glances(9 + config.level))


def there_and_back(
    scene: Stream, config: AttributeConfig, place: int, kind: str, looks: Looks, start: int, end: int
) -> list[Change]:
    """A change and its undoing; `start` and `end` are the last frame before and the first one after."""
    new, look = _new_value(scene, kind, place, looks), looks.first[place]
    if kind == "size":
        back = {"larger": "smaller", "smaller": "larger"}[new]
        return [Change(place, kind, start, new), Change(place, kind, end - config.glances(GROWING), back)]
    return [Change(place, kind, start + 1, new), Change(place, kind, end, look[KINDS.index(kind)])]


def at_most_one(
    scene: Stream,
    config: AttributeConfig,
    place: int,
    happens: str,
    kind: str,
    looks: Looks,
    num_frames: int,
) -> list[Change]:
    """The change that is asked about, if it happens, and those of other shapes.

    So many shapes change their colour or outline, whatever is asked, that a row has as many appearances.

    Args:
        happens: the kind of the change, empty if there is none.
        kind: the kind that no other shape's change is of, empty if they may be of any.
    """

    def change(place: int, kind: str) -> Change:
        hold = config.glances(config.hold)
        frame = scene.integer(hold, num_frames - hold - config.glances(GROWING))
        return Change(place, kind, frame, _new_value(scene, kind, place, looks))

    changes = [change(place, happens)] if happens else []
    others = scene.shuffled([other for other in range(config.shapes) if other != place])
    kinds = [other for other in KINDS if other not in (kind, "size")]
    while sum(one.kind != "size" for one in changes) < config.decoys:
        changes.append(change(others.pop(), scene.choice(kinds)))
    if config.decoys > 1 and kind != "size" and scene.chance(0.5):
        changes.append(change(others.pop(), "size"))
    return changes


def _new_value(scene: Stream, kind: str, place: int, looks: Looks) -> str:
    """Another value of an attribute of the shape at a place, as others may have it."""
    colour, shape = looks.first[place]
    if kind == "size":
        return "smaller" if looks.large[place] else "larger"
    if kind == "colour":
        return scene.choice([other for other in looks.few if other != colour])
    return scene.choice([other for other in SHAPES if other != shape])


def clip_of(
    scene: Stream,
    config: AttributeConfig,
    style: Style,
    clip: Drawn,
) -> Timeline:
    """The clip in which some shapes change."""
    query, num_frames, changes, looks, large = clip
    size = 2.0 * scene.integer(16, 19)  # both sizes in whole pixels
    pitch = WIDTH / config.shapes
    objects: list[SceneObject] = []
    columns: list[dict[str, np.ndarray]] = []
    events: list[Event] = []
    every = np.arange(num_frames)
    for place, first in enumerate(looks):
        x = np.full(num_frames, (place + 0.5) * pitch + scene.uniform(-6, 6))
        middle, phase = scene.uniform(0.35, 0.65) * HEIGHT, scene.uniform(0, 2 * math.pi)
        y = middle + config.drift * np.sin(phase + 2 * math.pi * every / scene.uniform(120, 200))
        scale, shown = np.full(num_frames, GROWTH if large[place] else 1.0), [first] * num_frames
        for change in changes:
            if change.place != place:
                continue
            before = shown[change.frame - 1]
            if change.kind == "size":
                end = change.frame + config.glances(GROWING)
                factor = GROWTH if change.value == "larger" else 1 / GROWTH
                scale[change.frame :] *= np.interp(every[change.frame :], [change.frame, end], [1.0, factor])
                events.append(Event(change.frame, end, "size", name_of(place, before), detail=change.value))
                continue
            after = (change.value, before[1]) if change.kind == "colour" else (before[0], change.value)
            shown[change.frame :] = [after] * (num_frames - change.frame)
            events.append(change_of(change.frame - 1, name_of(place, before), name_of(place, after)))
        for look in dict.fromkeys(shown):
            objects.append(SceneObject(name_of(place, look), look[1], style.palette.colours[look[0]], size))
            visible = np.array([0 if other == look else HIDDEN for other in shown])
            columns.append({"x": x, "y": y, "scale": scale, "look": visible})
    poses = Poses.still(num_frames, len(objects))
    for number, column in enumerate(columns):
        for name, values in column.items():
            getattr(poses, name)[:, number] = values
    return Timeline(FPS, tuple(objects), poses, style, events=in_order(events), query=query)
