"""What happens in a clip, as data: poses as arrays first, then events, operations and states.

A family simulates into a `Timeline`; drawing, questions and the stored row all read it, and nothing
is ever derived from drawn pixels. Conventions, the same everywhere in SynRL: frames count from 0,
pixels from the top-left corner, angles in degrees clockwise as seen on screen. An interval of frames
is half-open in effect: `frame` is the last instant before a change, `end_frame` the first after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from synrl.world.style import Style

WIDTH = HEIGHT = 448
"""Px of every clip."""
FPS = 30
"""Frames a second of every clip."""
HIDDEN = -1
"""Value of `Poses.look` for an object that is not drawn on a frame."""


@dataclass(frozen=True)
class Poses:
    """Where every object is on every frame; each array has the shape (frames, objects).

    `x`, `y`: the object's area centroid in pixels. `angle`: degrees, clockwise. `scale`: 1.0 is the
    size at which the object's looks are drawn. `look`: which of its looks shows, or `HIDDEN`.
    """

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    scale: np.ndarray
    look: np.ndarray

    @classmethod
    def still(cls, num_frames: int, num_objects: int) -> Poses:
        """Poses that a simulation fills in: everything at the origin, upright, scale 1, look 0."""
        zeros = np.zeros((num_frames, num_objects))
        return cls(zeros, zeros.copy(), zeros.copy(), np.ones_like(zeros), np.zeros(zeros.shape, np.int16))

    @property
    def num_frames(self) -> int:
        return int(self.x.shape[0])

    @property
    def num_objects(self) -> int:
        return int(self.x.shape[1])


@dataclass(frozen=True)
class SceneObject:
    """An object as the row stores it: `name` is unique in the clip, `colour` is #rrggbb, `size` in px."""

    name: str
    shape: str
    colour: str
    size: float


@dataclass(frozen=True)
class Event:
    """Something that an object does between two frames; both are the same for an instant."""

    frame: int
    end_frame: int
    kind: str
    actor: str
    target: str = ""
    detail: str = ""


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events as a row lists them: by start, end, then actor."""
    return tuple(sorted(events, key=lambda event: (event.frame, event.end_frame, event.actor)))


@dataclass(frozen=True)
class Operation:
    """One step of a long clip, animated from `start_frame` (still before) to `end_frame` (still again)."""

    index: int
    start_frame: int
    end_frame: int
    kind: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class State:
    """The whole hidden configuration from `frame` on, and whether a viewer can read it then."""

    frame: int
    state: dict[str, Any]
    visible: bool


@dataclass(frozen=True)
class Timeline:
    """One simulated clip."""

    fps: int
    objects: tuple[SceneObject, ...]
    poses: Poses
    style: Style
    events: tuple[Event, ...] = ()
    operations: tuple[Operation, ...] = ()
    states: tuple[State, ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    """The semantic key of the question that the clip was simulated for."""

    @property
    def num_frames(self) -> int:
        return self.poses.num_frames

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.num_frames / self.fps


def backwards(timeline: Timeline, undone: Callable[[Event], Event]) -> Timeline:
    """A clip with its frames in opposite order.

    Args:
        undone: what an event is when it is seen backwards; its frames are dealt with here.
    """
    last = timeline.num_frames - 1
    poses = Poses(**{name: values[::-1].copy() for name, values in vars(timeline.poses).items()})
    events = in_order(
        replace(undone(event), frame=last - event.end_frame, end_frame=last - event.frame)
        for event in timeline.events
    )
    return replace(timeline, poses=poses, events=events)
