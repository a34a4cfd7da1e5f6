"""What a viewer of some frames of a clip can know: the input of every solver.

`Evidence` is a stored row reduced to sampled frames. It keeps positions on those frames, operations of
which a frame was sampled on which they can be told, and states that were readable on one; never the answer,
the events or a hidden state. With all frames it is the full clip, with every k-th it tells whether a
model that samples so could still answer. Places may be off by as much as `eye` says (`synrl.evidence.eye`),
and solvers must make do with that: what they take for rest, or for the same, follows from its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from synrl.view import DEFAULT, glance
from synrl.world.timeline import HEIGHT, WIDTH, Event, Operation, SceneObject, State


@dataclass(frozen=True)
class Track:
    """One object on the sampled frames: arrays of one length, in px, degrees, px and bool."""

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    size: np.ndarray
    visible: np.ndarray

    @property
    def points(self) -> np.ndarray:
        """Positions, shape (frames, 2)."""
        return np.stack([self.x, self.y], axis=1)

    def at(self, frames: slice | np.ndarray) -> Track:
        """The same on fewer frames."""
        return Track(**{name: values[frames] for name, values in vars(self).items()})


class Eye(NamedTuple):
    """By how much, at most, what is seen differs from what is there, on each frame by itself.

    All zero for the stored tracks; `STORED` is what even these are off by.
    """

    px: float = 0.0
    """Of a position, in x and in y."""
    degrees: float = 0.0
    """Of an angle."""
    share: float = 0.0
    """Of a size, as a share of it."""


EXACT = Eye()
"""That of the stored tracks."""
EDGE = 12.0
"""Px from the edge of the frame to the middle of something whose lettering is not cut off."""
STORED = 0.01
"""Px or degrees by which float32 columns and rounding change what was simulated; far more than they do."""


@dataclass(frozen=True)
class Reveal:
    """A state that can be read on the frames from `start_frame` up to, not including, `end_frame`."""

    start_frame: int
    end_frame: int
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """A question and what is seen of the clip on the sampled frames."""

    fps: float
    num_frames: int
    """Of the whole clip."""
    frames: np.ndarray
    """Which frames were sampled, ascending."""
    objects: Mapping[str, SceneObject]
    tracks: Mapping[str, Track]
    operations: tuple[Operation, ...]
    reveals: tuple[Reveal, ...]
    query: Mapping[str, Any]
    """The semantic key of the question: what is asked about whom, as the question's words say it."""
    options: tuple[str, ...]
    glance: int = 1
    """The frames from one shown frame to the next, in the view that the clip was made for."""
    eye: Eye = EXACT
    telling: tuple[np.ndarray, ...] = ()
    """For each operation, the frames on which it can be told."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Evidence:
        """All frames of a stored row (JSON columns decoded)."""
        tracks = {
            track["name"]: Track(
                x=np.asarray(track["x"], np.float64),
                y=np.asarray(track["y"], np.float64),
                angle=np.asarray(track["angle"], np.float64),
                size=np.asarray(track["size"], np.float64),
                visible=np.asarray(track["visible"], bool),
            )
            for track in row["tracks"]
        }
        ends = [state["frame"] for state in row["states"][1:]] + [row["num_frames"]]
        every = cls(
            fps=row["fps"],
            num_frames=row["num_frames"],
            frames=np.arange(row["num_frames"]),
            objects={item["name"]: SceneObject(**item) for item in row["objects"]},
            tracks=tracks,
            operations=tuple(Operation(**operation) for operation in row["operations"]),
            reveals=tuple(
                Reveal(state["frame"], end, state["state"])
                for state, end in zip(row["states"], ends, strict=False)
                if state["visible"]
            ),
            query=row["config"]["query"],
            options=tuple(row["options"]),
            glance=glance(row["config"].get("view", DEFAULT), row["fps"]),
        )
        return replace(every, telling=every.telling_to(EXACT))

    @property
    def times(self) -> np.ndarray:
        """Of the sampled frames, in seconds."""
        return self.frames / self.fps

    def sampled(self, stride: int, phase: int) -> Evidence:
        """What is left when only frames phase, phase + stride, … are seen."""
        return self.on(np.arange(phase, self.num_frames, stride))

    def on(self, frames: Sequence[int] | np.ndarray) -> Evidence:
        """What is left when of all frames of a clip only some are seen; those that come twice, once."""
        assert len(self.frames) == self.num_frames, "the other frames are still known"
        keep = np.unique(frames)
        seen = np.zeros(self.num_frames, bool)
        seen[keep] = True
        return replace(
            self,
            frames=keep,
            tracks={name: track.at(keep) for name, track in self.tracks.items()},
            operations=tuple(
                operation
                for operation, telling in zip(self.operations, self.telling, strict=True)
                if seen[telling].any()
            ),
            telling=(),
            reveals=tuple(
                reveal for reveal in self.reveals if _any_in(keep, reveal.start_frame, reveal.end_frame)
            ),
        )

    def telling_to(self, eye: Eye) -> tuple[np.ndarray, ...]:
        """For each operation, the frames on which an eye can tell it; this is evidence of all frames.

        Something is in sight that was not before, or is neither where it was before nor where it is after.
        Where it rests is seen again and again, and is known; so of the errors in two places only one counts.
        """
        if not self.operations:
            return ()
        tracks = list(self.tracks.values())
        x, y, shows = (np.array([getattr(track, name) for track in tracks]) for name in ("x", "y", "visible"))
        shows = shows & (x > EDGE) & (x < WIDTH - EDGE) & (y > EDGE) & (y < HEIGHT - EDGE)
        least = 2 * eye.px + STORED
        found = []
        for operation in self.operations:
            start, end = operation.start_frame, operation.end_frame
            inner = slice(start + 1, end)
            left, right = (
                ~shows[:, [k]]
                | (np.abs(x[:, inner] - x[:, [k]]) > least)
                | (np.abs(y[:, inner] - y[:, [k]]) > least)
                for k in (start, end)
            )
            told = shows[:, inner] & left & (right | ~shows[:, [start]])
            found.append(start + 1 + np.flatnonzero(told.any(axis=0)))
        return tuple(found)

    def thinned(self) -> Evidence:
        """The frames of a glance or less between two, for measuring motion that shorter steps would blur.

        Where frames lie closer, some are left out, evenly; where they don't, it is the same evidence.
        """
        if len(self.frames) < 2:
            return self
        gap = int(np.diff(self.frames).max())
        stride = self.glance // gap
        if stride < 2:
            return self
        keep = slice(None, None, stride)
        return replace(
            self,
            frames=self.frames[keep],
            tracks={name: track.at(keep) for name, track in self.tracks.items()},
        )


@dataclass(frozen=True)
class Observed:
    """What `observe` reads back from the tracks; each must equal the stored column."""

    events: tuple[Event, ...] = ()
    operations: tuple[Operation, ...] = ()
    states: tuple[State, ...] = ()


def _any_in(frames: np.ndarray, start: int, end: int) -> bool:
    """Whether one of some ascending frames lies in [start, end)."""
    first = int(np.searchsorted(frames, start))
    return first < len(frames) and bool(frames[first] < end)


def spans(seen: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of frames on which something is true, each as [start, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
