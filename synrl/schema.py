"""The row: its columns, for every family alike, as one `datasets.Features` and one dataclass.

Columns keep their meaning whatever the family, so any rows concatenate. Nested columns are lists of
structs; a track holds one list per coordinate, because columns of floats compress and a struct per
frame does not. `Json` columns hold objects, never bare strings, which `datasets` would parse again.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from synrl.errors import DataError, shown

if TYPE_CHECKING:
    from datasets import Features


@dataclass(frozen=True)
class Row:
    """One video with its question, answer and everything known about it."""

    id: str
    """`<family>-<split>-<index:06d>`, unique in a dataset."""
    family: str
    category: str
    horizon: str
    primitive: str
    mode: str
    level: int
    """1 (easiest) to 5."""
    video: dict[str, Any]
    """`bytes`: MP4 (H.264); `path`: `<id>.mp4`, the name to give the file."""
    fps: float
    num_frames: int
    duration: float
    """Seconds."""
    width: int
    height: int
    question: str
    """Without the options."""
    options: list[str]
    """Empty for open questions."""
    answer_type: str
    answer: str
    """Canonical: the letter for a choice."""
    answer_text: str
    """What stands behind the letter; the answer itself otherwise."""
    min_fps: float
    """Lowest sampling rate at which the solver, shown only sampled frames, still answers, at any phase."""
    guess_rate: float
    """Best accuracy without seeing the video, by construction."""
    twin_id: str | None
    """The row whose video is this one's frames in reversed order, with another answer."""
    objects: list[dict[str, Any]]
    tracks: list[dict[str, Any]]
    """Per object, a list per coordinate with one value per frame."""
    events: list[dict[str, Any]]
    operations: list[dict[str, Any]]
    states: list[dict[str, Any]]
    seed: int
    config: dict[str, Any]
    """With `seed` and `generator_version`, all it takes to make this row again."""
    generator_version: str
    cot: str | None

    def to_dict(self) -> dict[str, Any]:
        """Column name to value, each as a reader of the dataset gets it: with the bits that are stored."""
        floats = ("fps", "duration", "min_fps", "guess_rate")
        numbers = {name: _stored(getattr(self, name)) for name in floats}
        objects = [item | {"size": _stored(item["size"])} for item in self.objects]
        return vars(self) | numbers | {"objects": objects, "config": json.loads(json.dumps(self.config))}


def _stored(number: float) -> float:
    """A number as a column of 32 bits holds it."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


COLUMNS = tuple(field.name for field in fields(Row))


@cache
def features() -> Features:
    """The `datasets.Features` of every family. A function, because importing `datasets` takes seconds."""
    from datasets import Features, Json, List, Value, Video

    text, number, whole = Value("string"), Value("float32"), Value("int32")
    return Features(
        {
            "id": text,
            "family": text,
            "category": text,
            "horizon": text,
            "primitive": text,
            "mode": text,
            "level": Value("int8"),
            "video": Video(decode=False),
            "fps": number,
            "num_frames": whole,
            "duration": number,
            "width": whole,
            "height": whole,
            "question": text,
            "options": List(text),
            "answer_type": text,
            "answer": text,
            "answer_text": text,
            "min_fps": number,
            "guess_rate": number,
            "twin_id": text,
            "objects": List({"name": text, "shape": text, "colour": text, "size": number}),
            "tracks": List(
                {
                    "name": text,
                    "x": List(number),
                    "y": List(number),
                    "angle": List(number),
                    "size": List(number),
                    "visible": List(Value("bool")),
                }
            ),
            "events": List(
                {
                    "frame": whole,
                    "time_ms": whole,
                    "end_frame": whole,
                    "end_time_ms": whole,
                    "kind": text,
                    "actor": text,
                    "target": text,
                    "detail": text,
                }
            ),
            "operations": List(
                {"index": whole, "start_frame": whole, "end_frame": whole, "kind": text, "arguments": Json()}
            ),
            "states": List({"frame": whole, "state": Json(), "visible": Value("bool")}),
            "seed": Value("int64"),
            "config": Json(),
            "generator_version": text,
            "cot": text,
        }
    )


def decode_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row read with plain pyarrow, its JSON texts turned into objects.

    Raises:
        DataError: a JSON column does not hold an object that can be read, or a list of structs has gaps.
    """
    row = dict(row)
    for name in ("objects", "tracks", "events", "operations", "states"):
        if not isinstance(row[name], list) or not all(isinstance(item, dict) for item in row[name]):
            raise DataError(f"row {row.get('id')}: column {name} has gaps")
    row["config"] = _key_and_query(_json_object(row["config"], "config"))
    row["operations"] = [
        {**operation, "arguments": _json_object(operation["arguments"], "operations.arguments")}
        for operation in row["operations"]
    ]
    row["states"] = [
        {**state, "state": _json_object(state["state"], "states.state")} for state in row["states"]
    ]
    return row


def _json_object(value: Any, column: str) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            if value != value.strip():
                raise ValueError("blanks around it")
            value = json.loads(value, object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError) as error:
            raise DataError(f"column {column} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise DataError(f"column {column} holds {type(value).__name__}, not an object")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, if it gives each name one value: of two, readers would not take the same."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in it")
    return found


def _key_and_query(config: dict[str, Any]) -> dict[str, Any]:
    """A config, if it has what every reader asks it for."""
    wanted: dict[str, tuple[type, str]] = {
        "split": (str, "a text"),
        "index": (int, "a whole number from 0 on"),
        "query": (dict, "an object"),
    }
    for name, (kind, said) in wanted.items():
        value = config.get(name)
        if type(value) is not kind or (isinstance(value, int) and value < 0):
            raise DataError(f"column config: {name} is {shown(value)}; allowed: {said}")
    return config


def time_ms(frame: int, fps: float) -> int:
    """The time at which a frame is shown, in whole milliseconds."""
    return round(frame * 1000 / fps)
