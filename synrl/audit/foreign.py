"""Other people's rows as exams: a question, options if it has any, an answer, and perhaps a video.

Of such a row nothing is known but its text, three frames, and the facts of its file: these are probed.
Chance is one in the number of its options, or the best constant answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from synrl.answers import MAX_LENGTH, normalise
from synrl.audit.exam import Exam, coarse, hashed, picture_frames
from synrl.audit.tables import Record, files_of, records
from synrl.errors import ConfigError, DataError, VideoError, allowed, shown
from synrl.video.decode import read

COLUMNS = ("question", "options", "answer", "video", "kind")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST = {"question": 20_000, "kind": 100}
"""Characters of a text; of any other `MAX_LENGTH`."""
_MOST_ROWS = 2_000_000
_MOST_KINDS = 1000
_MOST_BYTES = 2**30
"""Of a video."""


@dataclass(frozen=True)
class Film:
    """What is kept of a video file."""

    facts: Mapping[str, float] = field(default_factory=dict)
    pixels: np.ndarray | None = None


def mapping(said: str | None) -> dict[str, str]:
    """Which of a table's columns is which of ours, as `question=q,answer=label` says it.

    Raises:
        ConfigError: it says something else.
    """
    found = {name: name for name in COLUMNS}
    for part in said.split(",") if said else ():
        name, equals, column = part.partition("=")
        if name not in COLUMNS or not equals or not column:
            raise ConfigError(f"columns: {shown(part)} is no NAME=COLUMN; names {allowed(COLUMNS)}")
        found[name] = column
    return found


def records_of(data: str, columns: Mapping[str, str]) -> Iterator[tuple[str, str, Path, Record]]:
    """The rows at a path: what each is called, its split, the folder of its file, its columns by our names.

    Raises:
        DataError: there are none, or too many, or a file can't be read.
    """
    path, total = Path(data), 0
    if not path.exists():
        raise DataError(f"{data} is no file and no folder")
    wanted = [*columns.values(), "file_name"]  # the last as the `datasets` library calls a video in a folder
    for file in files_of(path):
        split = file.stem.split("-")[0] if path.is_dir() else "all"
        for number, row in enumerate(records(file, wanted)):
            total += 1
            if total > _MOST_ROWS:
                raise DataError(f"{data} has more than {_MOST_ROWS} rows")
            for name in ("question", "answer"):
                if columns[name] not in row:
                    told = f"--columns {name}=… says what it is called"
                    raise DataError(f"{file}, row {number} has no column {shown(columns[name])}; {told}")
            own = {name: row.get(column) for name, column in columns.items()}
            own["video"] = own["video"] if own["video"] is not None else row.get("file_name")
            yield f"{file}, row {number}", split, file.parent, own
    if not total:
        raise DataError(f"{data} has no rows")


def examine_foreign(name: str, where: tuple[str, str, Path, Record]) -> Exam:
    """Somebody's row as an exam.

    Args:
        name: of the data, which stands where our rows have their family.
        where: what `records_of` says of the row.

    Raises:
        DataError: it is no question with an answer, or its video can't be read.
    """
    row_id, split, folder, row = where
    try:
        question, options = _text(row, "question"), _options(row["options"])
        answer = _answer(row["answer"], options)
        kind = "" if row["kind"] is None else _text(row, "kind")
        film, video = _film(row["video"], folder)
    except DataError as error:
        raise DataError(f"{row_id}: {error}") from error
    form = "choice" if options else "open"
    share = options.count(answer) / len(options) if options else 0.0
    said = hashed((question, *sorted(options)))
    return Exam(
        row_id=row_id,
        family=name,
        kind=f"{kind} {form}".strip(),
        split=split,
        group=video or said,
        question=question,
        options=options,
        answer_type="choice" if options else "text",
        answer=_LETTERS[options.index(answer)] if options else answer,
        answer_text=answer,
        guess_rate=share,
        digest=hashed((video, said)) if video else row_id,  # what isn't told can't be told to be the same
        facts=film.facts,
        pixels=film.pixels,
    )


def check_kinds(exams: Iterable[Exam]) -> None:
    """Hold the kinds of question to a number that a table can show.

    Raises:
        DataError: there are more.
    """
    count = len({exam.kind for exam in exams})
    if count > _MOST_KINDS:
        raise DataError(f"column kind has {count} values; allowed: at most {_MOST_KINDS}")


def _text(row: Record, name: str) -> str:
    value = row[name]
    if isinstance(value, bool | int | float) and name != "question":
        value = str(value)
    most = _MOST.get(name, MAX_LENGTH)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise DataError(f"column {name} is {shown(value)}; allowed: a text of at most {most} characters")
    return (
        "".join(c if c.isprintable() or c == "\n" else " " for c in value)
        if name != "kind"
        else _plain(value)
    )


def _plain(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in value).split()) or "?"


def _options(value: Any) -> tuple[str, ...]:
    """The options of a row: a list, or a list as JSON; nothing for an open question."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise DataError(f"column options is {shown(value)}; allowed: a list of texts") from error
    if not isinstance(value, list) or len(value) > len(_LETTERS):
        raise DataError(f"column options is {shown(value)}; allowed: a list of at most {len(_LETTERS)} texts")
    if len(value) == 1:
        raise DataError(f"column options is {shown(value)}; allowed: none, or two and more")
    return tuple(_text({"options": option}, "options") for option in value)


def _answer(value: Any, options: tuple[str, ...]) -> str:
    """The text of the right answer, which among options may be a letter, or a number from 0 on."""
    said = _text({"answer": value}, "answer")
    if not options:
        return said
    for option in options:
        if normalise(option) == normalise(said):
            return option
    letter = said.strip().strip("().:").upper()
    place = _LETTERS.find(letter) if len(letter) == 1 else -1
    if isinstance(value, int) and not isinstance(value, bool):
        place = value
    if not 0 <= place < len(options):
        raise DataError(f"column answer is {shown(value)}; allowed: an option, its letter or its number")
    return options[place]


def _film(value: Any, folder: Path) -> tuple[Film, str]:
    """What is kept of a row's video, and what tells it from other videos; nothing of a row without one."""
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if value is None or value == "" or value == b"":
        return Film(), ""
    if isinstance(value, bytes):
        return _filmed(value), hashed((value,))
    if not isinstance(value, str) or "\0" in value:
        raise DataError(f"column video is {shown(value)}; allowed: a path or the bytes of a file")
    path = folder / value
    return _filmed_at(path), str(path)


@lru_cache(maxsize=256)
def _filmed_at(path: Path) -> Film:
    try:
        if not path.is_file():
            raise DataError(f"there is no video {shown(str(path))}")
        if path.stat().st_size > _MOST_BYTES:
            raise DataError(f"video {shown(str(path))} has more than {_MOST_BYTES} bytes")
        return _filmed(path.read_bytes())
    except OSError as error:
        raise DataError(f"video {shown(str(path))} can't be read: {error.strerror}") from error
    except VideoError as error:
        raise DataError(f"video {shown(str(path))}: {error}") from error


def _filmed(data: bytes) -> Film:
    if len(data) > _MOST_BYTES:
        raise DataError(f"the video has more than {_MOST_BYTES} bytes")
    info, images = read(data, lambda info: picture_frames(info.num_frames))
    times = info.times
    facts = {
        "frames": float(info.num_frames),
        "seconds": float(times[-1] - times[0]),
        "frames a second": info.fps,
        "bytes": float(len(data)),
        "bytes per frame": len(data) / info.num_frames,
        "width": float(info.width),
        "height": float(info.height),
    }
    pixels = np.stack([coarse(images[number]) for number in picture_frames(info.num_frames)])
    return Film(facts, pixels)
