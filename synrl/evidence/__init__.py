"""What a viewer of some frames of a clip can know: the input of every solver.

`Evidence` is a stored row reduced to sampled frames. It keeps positions on those frames, operations of
which some frame of the animation was sampled, and states that were readable on one; never the answer,
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
from synrl.world.timeline import Event, Operation, SceneObject, State


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
        return cls(
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

    @property
    def times(self) -> np.ndarray:
        """Of the sampled frames, in seconds."""
        return self.frames / self.fps

    def sampled(self, stride: int, phase: int) -> Evidence:
        """What is left when only frames phase, phase + stride, … are seen."""
        return self.on(np.arange(phase, self.num_frames, stride))

    def on(self, frames: Sequence[int] | np.ndarray) -> Evidence:
        """What is left when of all frames of a clip only some are seen; those that come twice, once."""
        keep = np.unique(frames)
        return replace(
            self,
            frames=keep,
            tracks={name: track.at(keep) for name, track in self.tracks.items()},
            operations=tuple(
                operation
                for operation in self.operations
                # Strictly inside: at both ends everything is still.
                if _any_in(keep, operation.start_frame + 1, operation.end_frame)
            ),
            reveals=tuple(
                reveal for reveal in self.reveals if _any_in(keep, reveal.start_frame, reveal.end_frame)
            ),
        )

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
