"""What an audit keeps of a row: its question, what single frames of its clip show, and the facts around it.

Everything that probes look at is held here, so that rows are read once and videos are let go at once. Places,
sizes and distances are in heights of the frame, times in seconds.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from synrl.scoring import score

PLACES = ("first", "early", "middle", "late", "last")
"""The frames that are looked at by themselves, evenly from the first to the last."""
READABLE = "readable"
"""The frame that is looked at where a state is hidden on most frames: one on which it can be read."""
PICTURES = ("first", "middle", "last")
"""The frames whose pixels are looked at, one by one."""
SIDE = 16
"""Cells a side that a frame's picture is averaged to."""


class Thing(NamedTuple):
    """Where and how an object is: x, y and size in heights of the frame, angle in degrees."""

    x: float
    y: float
    angle: float
    size: float


@dataclass(frozen=True)
class Sight:
    """What a viewer of one frame can know."""

    said: str
    """All that can be read or named, as text: a readable state, or the visible objects from the left."""
    answer: str | None = None
    """What the answer would be if nothing else happened; None if that can't be told."""
    things: Mapping[str, Thing] = field(default_factory=dict)
    """The visible objects that can be told from each other, by name."""
    carried: tuple[tuple[float, ...], ...] = ()
    """For each option of a question for a plan, how it goes from what is shown; see `carried_out`."""
    seconds: float | None = None
    """When the frame is shown, as a model is told; None if nobody says."""
    empty: bool = False
    """Whether no object is in sight, though all could be told from each other: that may be what tells."""


@dataclass(frozen=True)
class Bag:
    """What all frames together show of the objects that the question and its options name, in no order."""

    things: Mapping[str, Mapping[str, float]]
    """Figures of each by name, with the means of x, y and size among them; see `synrl.audit.bags`."""
    apart: Mapping[tuple[str, str], Mapping[str, float]]
    """Figures of the distance of each two."""


@dataclass(frozen=True)
class Exam:
    """A row as probes see it."""

    row_id: str
    family: str
    kind: str
    """What kind of question it is: mode, ask and form, or what its row says."""
    split: str
    group: str
    """Rows that share a scene, as twins do, share this; none is learnt from while another is tried."""
    question: str
    options: tuple[str, ...]
    answer_type: str
    answer: str
    answer_text: str
    guess_rate: float
    digest: str
    """Of everything that moves and happens, whatever it is called and looks like."""
    about: tuple[str, ...] = ()
    """The objects that the question is about, in the order in which it is, not that of its words."""
    facts: Mapping[str, float] = field(default_factory=dict)
    """The record around the clip: its length in frames and seconds, bytes, level and so on."""
    sights: Mapping[str, Sight] = field(default_factory=dict)
    """By place in the clip: each of `PLACES`, and `READABLE` where states are hidden."""
    bag: Bag | None = None
    pixels: np.ndarray | None = None
    """The frames of `PICTURES`, averaged to `SIDE` x `SIDE` cells: uint8 of shape (3, SIDE, SIDE, 3)."""
    unordered: bool = False
    """Whether it asks for what all frames show in any order: how often something happens, along what."""
    shuffled: bool | None = None
    """Whether the family's solver is right from all frames in random order; None if it says nothing."""

    def right(self, given: str) -> bool:
        """Whether an answer is right; of plans, only the stored one counts."""
        if self.options:
            return given == self.answer_text
        if self.answer_type == "plan":
            return given == self.answer
        row = {"answer_type": self.answer_type, "answer": self.answer, "options": ()}
        return score(given, row) == 1.0

    def fold(self, folds: int, seed: int) -> int:
        """Which part of the rows it belongs to, as if by lot."""
        return draw(f"{seed} {self.group}", folds)


def exam_to_json(exam: Exam) -> dict[str, Any]:
    """An exam as JSON can hold it, with all digits of its numbers."""
    said: dict[str, Any] = {**vars(exam), "facts": dict(exam.facts)}
    said["sights"] = {place: vars(sight) for place, sight in exam.sights.items()}
    if exam.bag is not None:
        apart = [[*names, dict(figures)] for names, figures in exam.bag.apart.items()]
        said["bag"] = {"things": dict(exam.bag.things), "apart": apart}
    if exam.pixels is not None:
        said["pixels"] = base64.b64encode(exam.pixels.tobytes()).decode()
    return said


def exam_from_json(said: Mapping[str, Any]) -> Exam:
    """The exam that `exam_to_json` has made something of."""
    sights = {
        place: Sight(
            **{
                **sight,
                "things": {name: Thing(*thing) for name, thing in sight["things"].items()},
                "carried": tuple(map(tuple, sight["carried"])),
            }
        )
        for place, sight in said["sights"].items()
    }
    bag = said["bag"] and Bag(
        said["bag"]["things"], {(one, two): figures for one, two, figures in said["bag"]["apart"]}
    )
    pixels = said["pixels"] and np.frombuffer(base64.b64decode(said["pixels"]), np.uint8)
    return Exam(
        **{
            **said,
            "options": tuple(said["options"]),
            "about": tuple(said["about"]),
            "sights": sights,
            "bag": bag,
            "pixels": None if pixels is None else pixels.reshape(len(PICTURES), SIDE, SIDE, 3),
        }
    )


@cache
def draw(what: str, sides: int) -> int:
    """A number below `sides`, as if by lot, the same for the same text."""
    return int.from_bytes(hashlib.blake2b(what.encode(), digest_size=8).digest()) % sides


def coarse(image: np.ndarray) -> np.ndarray:
    """A picture of shape (height, width, 3) averaged to `SIDE` x `SIDE` cells, uint8."""
    height, width = image.shape[:2]
    rows, columns = (np.minimum(np.arange(SIDE) * n // SIDE, n - 1) for n in (height, width))
    sums = np.add.reduceat(np.add.reduceat(image.astype(np.float32), rows, axis=0), columns, axis=1)
    counts = np.outer(
        *(np.maximum(np.diff(np.append(r, n)), 1) for r, n in ((rows, height), (columns, width)))
    )
    return np.clip(sums / counts[..., None], 0, 255).astype(np.uint8)


def hashed(parts: Iterable[Any]) -> str:
    """A digest of some values."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def picture_frames(num_frames: int) -> Sequence[int]:
    """The numbers of the frames of `PICTURES`."""
    return sample_frames(num_frames, len(PICTURES))


def sample_frames(num_frames: int, count: int) -> Sequence[int]:
    """Frame numbers, evenly from the first to the last."""
    return [round((num_frames - 1) * k / (count - 1)) for k in range(count)]
