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
from synrl.dataset.reading import Group, Source
from synrl.errors import DataError
from synrl.output import HOLDS_ELSE, staged, working_folder, write_whole
from synrl.pool import check_num_proc, ordered_map
from synrl.shares import Note, Share, begun, check_whole, notes
from synrl.texts import read_text

T = TypeVar("T")

REQUEST, REPORT = "request.json", "report.json"
_NOTED = "noted"


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
    folder = Path(task.data)
    data = str(folder.resolve()) if folder.is_dir() else task.data
    said = {"kind": task.kind, "settings": dict(task.settings)}
    note = Note(share, said, whole_origin(), data)
    mine = set(share.of(source.paths()))
    groups = [group for group in source.groups if group.path in mine]

    def prepare(staging: Path) -> None:
        write_whole(staging / REQUEST, json.dumps(request, indent=2) + "\n")

    with begun(out, note, prepare, difference) as staging, ordered_map(num_proc) as run:
        if staging is None:
            return
        with tqdm(total=sum(g.num_rows for g in groups), unit="row", disable=not progress) as bar:
            for path in share.of(source.paths()):
                place = staging / _name(source, path)
                own = [group for group in groups if group.path == path]
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
    said = notes(working_folder(out))[0]
    task = Task(said.request["kind"], said.data, said.request["settings"])
    source = Source.open(task.data)
    with staged(out, partial(_difference, request=task.request(source))) as staging:
        if staging is not None:
            names = [_name(source, path) for path in source.paths()]
            check_whole(staging, names, lambda name: (staging / name).is_file())
            found = report(task, _read(staging, names))
            write_whole(staging / REPORT, json.dumps(found, indent=2) + "\n")
            # They are as many as files of rows, and the report says all that came of them.
            for name in names:
                (staging / name).unlink()
            for folder in sorted(staging.rglob("*/"), reverse=True):
                if folder.is_relative_to(staging / _NOTED):
                    folder.rmdir()
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
