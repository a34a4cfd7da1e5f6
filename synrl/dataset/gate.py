"""The gate that every row passes when it is read, from wherever it comes and for whatever it is read.

A file from elsewhere may hold anything that its types allow, and some of it would take all memory, or end as
an error of Python far from its cause: a clip of two thousand million frames, a size that is NaN, JSON that is
nested ten thousand deep. What passes has every value that a row must have, no larger than it may be, and its
numbers of frames fit together. Whether it is true is for `synrl verify` to say.

Columns are checked whole, before any value of them becomes an object of Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from synrl.answers import ANSWER_TYPES, LETTERS, parse_integer, parse_interval
from synrl.dataset.values import (
    Check,
    Values,
    anything,
    between,
    even,
    json_text,
    name,
    one_of,
    size,
    text,
)
from synrl.errors import DataError
from synrl.tasks import families
from synrl.tasks.config import MODES

MAX_FRAMES = 100_000
MAX_PLACES = 2_000_000
"""Of all objects of a row, on all frames."""
MAY_LACK = ("twin_id", "cot")
"""The columns without whose value a row is one."""
_LARGEST = 2**31 - 1
_TRACK = ("tracks.x", "tracks.y", "tracks.angle", "tracks.size", "tracks.visible")
_SPANS = (
    ("events.frame", "events.end_frame"),
    ("operations.start_frame", "operations.end_frame"),
    ("states.frame", "states.frame"),
)
"""What begins and ends on frames."""
COUNTS = {
    "options": len(LETTERS),
    "objects": 500,
    "tracks": 500,
    **dict.fromkeys(_TRACK, MAX_FRAMES),
    "events": 10_000,
    "operations": 10_000,
    "states": 10_000,
}
"""How many values a list may have."""
CHECKS: Mapping[str, Check] = {
    "id": name(200),
    "family": one_of(families),
    **dict.fromkeys(("category", "horizon", "primitive", "generator_version"), name(200)),
    "mode": one_of(lambda: MODES),
    "level": between(1, 5),
    "video.bytes": size(512 * 2**20),
    "video.path": name(1000, empty=True),
    "fps": between(1, 240),
    "num_frames": between(1, MAX_FRAMES),
    "duration": between(1 / 1000, MAX_FRAMES),
    "width": even(2, 8192),
    "height": even(2, 8192),
    "question": text(10_000),
    "options": text(10_000),
    "answer_type": one_of(lambda: ANSWER_TYPES),
    "answer": text(10_000),
    "answer_text": text(10_000),
    "min_fps": between(0, 240),
    "guess_rate": between(0, 1),
    "twin_id": name(200),
    **dict.fromkeys(("objects.name", "objects.shape", "objects.colour", "tracks.name"), name(200)),
    "objects.size": between(0, 10_000),
    **dict.fromkeys(("tracks.x", "tracks.y", "tracks.angle"), between(-1_000_000, 1_000_000)),
    "tracks.size": between(0, 10_000),
    "tracks.visible": anything,
    **dict.fromkeys(("events.frame", "events.end_frame"), between(0, MAX_FRAMES)),
    **dict.fromkeys(("events.time_ms", "events.end_time_ms"), between(0, _LARGEST)),
    "events.kind": name(200),
    **dict.fromkeys(("events.actor", "events.target"), name(200, empty=True)),
    "events.detail": name(1000, empty=True),
    "operations.index": between(0, 10_000),
    **dict.fromkeys(("operations.start_frame", "operations.end_frame"), between(0, MAX_FRAMES)),
    "operations.kind": name(200),
    "operations.arguments": json_text,
    "states.frame": between(0, MAX_FRAMES),
    "states.state": json_text,
    "states.visible": anything,
    "seed": between(0, 2**63 - 1),
    "config": json_text,
    "cot": text(1_000_000),
}
"""By column, or part of one, what it may hold."""


def check_rows(table: pa.Table, path: Path, first: int) -> None:
    """Hold rows, of which only some columns may have been read, to what rows may be.

    Args:
        path: the file, for messages.
        first: the row of the file, counted from 0, that is the first of the table.

    Raises:
        DataError: with the file, the row, the column, the value, and what is allowed.
    """
    found: dict[str, Values] = {}
    for column in table.column_names:
        chunks = table.column(column)
        array = chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
        for part in Values(column, array, path, first).parts(MAY_LACK, COUNTS):
            if len(part.array):
                CHECKS[part.name](part)
            found[part.name] = part
    if "num_frames" in found:
        frames = found["num_frames"].numbers
        _check_tracks(found, frames)
        _check_spans(found, frames)
    if "answer_type" in found and "answer" in found:
        _check_answers(found["answer_type"], found["answer"])


def _check_tracks(found: Mapping[str, Values], frames: np.ndarray) -> None:
    """Hold tracks to be as many as objects, as long as their clips, and not too many for that."""
    if "objects.name" in found and "tracks.name" in found:
        objects, own = found["objects.name"].lengths[0], found["tracks.name"]
        for row in np.flatnonzero(objects != own.lengths[0])[:1]:
            raise DataError(
                f"{own.path}, row {own.first + row}: tracks has {own.lengths[0][row]} values; "
                f"allowed: as many as objects, {objects[row]}"
            )
    for track in (found[part] for part in _TRACK if part in found):
        tracks, places = track.lengths
        expected = np.repeat(frames, tracks)
        for wrong in np.flatnonzero(places != expected)[:1]:
            row = track.first + int(np.searchsorted(np.cumsum(tracks), wrong, side="right"))
            raise DataError(
                f"{track.path}, row {row}: {track.name} has {places[wrong]} values; "
                f"allowed: as many as frames, {expected[wrong]}"
            )
        for row in np.flatnonzero(tracks * frames.astype(np.int64) > MAX_PLACES)[:1]:
            raise DataError(
                f"{track.path}, row {track.first + row}: {tracks[row]} tracks have {frames[row]} frames; "
                f"allowed: {MAX_PLACES} places in all"
            )


def _check_spans(found: Mapping[str, Values], frames: np.ndarray) -> None:
    """Hold what begins and ends to do so in this order, within the clip."""
    for before, after in _SPANS:
        if before in found and after in found:
            start, end = found[before], found[after]
            start.hold(start.numbers <= end.numbers, f"up to {after}")
            end.hold(end.numbers <= np.repeat(frames, end.lengths[0]), "up to num_frames")


def _check_answers(types: Values, answers: Values) -> None:
    """Hold true answers to be of their type: whatever compares others with them relies on it."""
    for number, (kind, answer) in enumerate(
        zip(*(v.array.to_pylist() for v in (types, answers)), strict=True)
    ):
        if kind == "choice" and answer not in tuple(LETTERS):
            answers.refuse(number, f"one of {LETTERS}")
        if kind == "integer" and parse_integer(answer) is None:
            answers.refuse(number, "a whole number of up to nine digits")
        if kind == "interval" and parse_interval(answer) is None:
            answers.refuse(number, "a start and an end in seconds")
