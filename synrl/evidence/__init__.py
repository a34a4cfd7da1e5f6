"""What a viewer of some frames of a clip can know: the input of every solver.

`Evidence` is a stored row reduced to sampled frames. It keeps positions on those frames, operations of
which some frame of the animation was sampled, and states that were readable on one; never the answer,
the events or a hidden state. With all frames it is the full clip, with every k-th it tells whether a
model that samples so could still answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

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

    def at(self, frames: slice) -> Track:
        """The same on fewer frames."""
        return Track(**{name: values[frames] for name, values in vars(self).items()})


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
        )

    @property
    def times(self) -> np.ndarray:
        """Of the sampled frames, in seconds."""
        return self.frames / self.fps

    def sampled(self, stride: int, phase: int) -> Evidence:
        """What is left when only frames phase, phase + stride, … are seen."""
        keep = slice(phase, None, stride)
        frames = self.frames[keep]
        return replace(
            self,
            frames=frames,
            tracks={name: track.at(keep) for name, track in self.tracks.items()},
            operations=tuple(
                operation
                for operation in self.operations
                # Strictly inside: at both ends everything is still.
                if _any_in(frames, operation.start_frame + 1, operation.end_frame)
            ),
            reveals=tuple(
                reveal for reveal in self.reveals if _any_in(frames, reveal.start_frame, reveal.end_frame)
            ),
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
