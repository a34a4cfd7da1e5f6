"""What is found out about a dataset's rows by many machines: a file of notes for each file of rows.

`verify` and `audit` look at every row by itself, which takes nearly all their time, and then at all of them
together. Each share does the first for some files; who gathers does the second, in the order in which one
machine would have met the rows, so that the report is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tqdm.auto import tqdm

from synrl.dataset.origin import whole_origin
from synrl.dataset.reading import Group, Source, place_of
from synrl.errors import DataError, OutputError, first_line
from synrl.output import HOLDS_ELSE, SHARDS, staged, working_folder, write_whole
from synrl.pool import check_num_proc, ordered_map
from synrl.shares import Note, Share, begun, check_whole, notes
from synrl.texts import read_text

T = TypeVar("T")

REQUEST, REPORT = "request.json", "report.json"
_NOTED = f"{SHARDS}/noted"
"""It goes when the folder is whole."""


@dataclass(frozen=True)
class Task:
    """What to find out of which dataset."""

    kind: str
    data: str
    settings: Mapping[str, Any]
    """What the report depends on beside the rows."""

    def request(self, source: Source) -> dict[str, Any]:
        """What tells this task from others, whatever the dataset's folder is called."""
        return {
            "kind": self.kind,
            "data": source.digest(),
            "settings": dict(self.settings),
            "origin": whole_origin(),
        }


def note_share(
    task: Task,
    out: Path,
    share: Share,
    look: Callable[[Group], list[Any]],
    to_json: Callable[[Any], Any],
    *,
    num_proc: int = 1,
    progress: bool = True,
) -> None:
    """Look at the rows of a share's files, and write what is found into the working folder of `out`.

    Args:
        look: from a row group to what is found of each row.
        to_json: from that to something that JSON can hold.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    check_num_proc(num_proc)
    source = Source.open(task.data)
    request = task.request(source)
    difference = partial(_difference, request=request)
    said = {"kind": task.kind, "settings": dict(task.settings)}
    note = Note(share, said, whole_origin(), {"data": place_of(task.data)})
    mine = source.of(share)

    def prepare(staging: Path) -> None:
        write_whole(staging / REQUEST, json.dumps(request, indent=2) + "\n")

    with begun(out, note, prepare, difference) as staging, ordered_map(num_proc) as run:
        if staging is None:
            return
        with tqdm(total=mine.num_rows, unit="row", disable=not progress) as bar:
            for path, own in mine.by_file():
                place = staging / _name(source, path)
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    lines = [json.dumps(to_json(one)) for found in run(look, own) for one in found]
                    write_whole(place, "".join(f"{line}\n" for line in lines))
                bar.update(sum(group.num_rows for group in own))


def gather_notes(out: Path, report: Callable[[Task, Iterator[Any]], Mapping[str, Any]]) -> Path:
    """Write the report on all rows from what shares have noted, and return its path.

    Args:
        report: from the task and what was noted, row by row in the order of the dataset, to the report.

    Raises:
        Incomplete: something is missing.
        DataError: the dataset can't be found or read any more, or has changed.
        OutputError: `out` holds something else, a share is being made, or some were made by others.
    """
    working = working_folder(out)
    request = _said_of(working if working.is_dir() else out)
    with staged(out, partial(_difference, request=request)) as staging:
        # Notes go when the report is there, which may have been interrupted.
        if staging is not None and not (staging / REPORT).is_file():
            said = notes(staging)
            if not said:
                raise OutputError(f"{staging} holds no note of a shard; make one of them again")
            task = Task(request["kind"], str(said[0].here["data"]), request["settings"])
            source = Source.open(task.data)
            if other := _difference(staging, task.request(source)):
                raise OutputError(f"{staging} {other}: the dataset or what looks at it has changed")
            names = [_name(source, path) for path in source.files]
            check_whole(staging, names, lambda name: (staging / name).is_file())
            found = report(task, _read(staging, names))
            write_whole(staging / REPORT, json.dumps(found, indent=2) + "\n")
    return out / REPORT


def _name(source: Source, path: Path) -> str:
    return f"{_NOTED}/{path.relative_to(source.folder).as_posix()}.jsonl"


def _read(staging: Path, names: list[str]) -> Iterator[Any]:
    for name in names:
        with (staging / name).open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise DataError(f"{staging / name} is damaged in line {number}; remove it") from error


def _difference(folder: Path, request: Mapping[str, Any]) -> str:
    """What a folder holds instead of what is found out by a request."""
    with suppress(OSError, ValueError, LookupError, TypeError):  # then it is none of ours
        said = json.loads(read_text(folder / REQUEST))
        changed = [name for name in request if said[name] != request[name]]
        return f"holds the same of other {', '.join(changed)}" if changed else ""
    return HOLDS_ELSE


def _said_of(folder: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(read_text(folder / REQUEST))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{folder} is no folder of shards: {first_line(error)}") from error
    return said
