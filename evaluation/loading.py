"""A benchmark's items: its tables from a folder of the user or from the Hub, its videos from where they are.

`$SYNRL_EVAL_DATA/<benchmark>/` is looked at first: tables as `<table>.json`, `.jsonl` or `.csv`, videos
anywhere below. Else tables come from the Hub. Videos are looked for in `$<BENCHMARK>_VIDEO_DIR`, or in that
folder, or in HF_HOME: where lmms-eval unpacks them, or in what `hf download` has fetched. One that is missing
is an error, because a score over the rest is another benchmark's; `SYNRL_EVAL_SKIP_MISSING=1` leaves such
items out and says how many.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks import Benchmark
from evaluation.items import Item, features
from evaluation.media import Videos
from evaluation.readers import get_reader
from synrl.audit.reading import Source
from synrl.errors import DataError, first_line

if TYPE_CHECKING:
    from datasets import Dataset


def load(benchmark: Benchmark) -> Dataset:
    """The documents that lmms-eval asks a model about.

    Raises:
        DataError: rows or videos are missing, or are not what they should be.
    """
    from datasets import Dataset

    try:
        items = list(get_reader(benchmark.reader)(tables(benchmark)))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{benchmark.title} has other columns: {type(error).__name__}: {error}") from error
    found = with_videos(benchmark, items)
    if not found:
        raise DataError(f"{benchmark.title} has no items; {benchmark.how}")
    if len(benchmark.tables) > 1 and benchmark.subsets:
        found = _in_turn(found)
    return Dataset.from_list([item.to_dict(benchmark.name) for item in found], features=features())


def tables(benchmark: Benchmark) -> dict[str, Any]:
    """The tables of a benchmark by name.

    Raises:
        DataError: one is neither in the user's folder nor on the Hub, or is damaged.
    """
    if benchmark.name == "synrl_test":
        wanted = os.environ.get("SYNRL_TEST")
        if not wanted:
            raise DataError(f"SYNRL_TEST is not set; {benchmark.how}")
        return {"rows": Source.open(wanted).rows()}
    return {table: _table(benchmark, table) for table in benchmark.tables}


def with_videos(benchmark: Benchmark, items: Sequence[Item]) -> list[Item]:
    """Items with the paths of their videos.

    Raises:
        DataError: some are missing, and the user has not said to go on without.
    """
    videos = Videos(folder for folder in _video_folders(benchmark) if folder.is_dir())
    found: list[Item] = []
    missing: list[str] = []
    for item in items:
        paths = [_file(path) or videos.find(path) for path in item.videos]
        lacking = [path for path, place in zip(item.videos, paths, strict=True) if place is None]
        missing += lacking
        if not lacking:
            found.append(replace(item, videos=tuple(str(path) for path in paths)))
    if missing:
        count = f"{len(set(missing))} of {_count(items)} videos"
        said = f"{count} of {benchmark.title} are missing, {missing[0]} first"
        if os.environ.get("SYNRL_EVAL_SKIP_MISSING") != "1":
            raise DataError(f"{said}; {benchmark.how}; or set SYNRL_EVAL_SKIP_MISSING=1 to do without them")
        print(f"{said}: {len(items) - len(found)} of {len(items)} items are left out", file=sys.stderr)
    return found


def _table(benchmark: Benchmark, name: str) -> Any:
    folder = _own_folder(benchmark)
    is_file = Path(name).suffix in (".json", ".csv")
    if folder is not None:
        names = (
            [name, Path(name).name] if is_file else [f"{name}{end}" for end in (".jsonl", ".json", ".csv")]
        )
        for path in (folder / each for each in names):
            if path.is_file():
                return _read(path)
    if is_file:
        return _read(_from_hub(benchmark, name))
    return _rows_from_hub(benchmark, name)


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            return list(csv.DictReader(text.splitlines()))
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise DataError(f"{path} can't be read: {error}") from error


def _from_hub(benchmark: Benchmark, name: str) -> Path:
    """A file of the repository, under its path or, if it has been moved, in another folder."""
    from huggingface_hub import hf_hub_download, list_repo_files
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

    where: dict[str, Any] = dict(repo_type="dataset", revision=benchmark.revision)
    try:
        try:
            return Path(hf_hub_download(benchmark.repo, name, **where))
        except EntryNotFoundError:
            moved = [p for p in list_repo_files(benchmark.repo, **where) if Path(p).name == Path(name).name]
            if len(moved) != 1:
                raise
            return Path(hf_hub_download(benchmark.repo, moved[0], **where))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _not_there(benchmark, name, error) from error


def _rows_from_hub(benchmark: Benchmark, name: str) -> Iterable[Any]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        rows: Iterable[Any] = load_dataset(
            benchmark.repo,
            None if name == "default" else name,
            split=benchmark.split,
            revision=benchmark.revision,
        )
        return rows
    except (DatasetsError, HfHubHTTPError, OSError, ValueError) as error:
        raise _not_there(benchmark, name, error) from error


def _not_there(benchmark: Benchmark, name: str, error: Exception) -> DataError:
    why = first_line(error)
    return DataError(
        f"{benchmark.title} ({benchmark.repo}, {name}) is not to be had: {why}; {benchmark.how}; "
        f"or put {Path(name).stem}{Path(name).suffix or '.jsonl'} into $SYNRL_EVAL_DATA/{benchmark.name}"
    )


def _own_folder(benchmark: Benchmark) -> Path | None:
    root = os.environ.get("SYNRL_EVAL_DATA")
    return Path(root).expanduser() / benchmark.name if root else None


def _video_folders(benchmark: Benchmark) -> list[Path]:
    """The first that are set count alone, so that a video is not found twice."""
    if said := os.environ.get(benchmark.video_variable):
        return [Path(folder).expanduser() for folder in said.split(os.pathsep)]
    own = _own_folder(benchmark)
    if own is not None and own.is_dir():
        return [own]
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    unpacked = home / benchmark.cache
    if benchmark.cache and unpacked.is_dir():
        return [unpacked]
    return [snapshot] if (snapshot := _snapshot(benchmark)) else []


def _snapshot(benchmark: Benchmark) -> Path | None:
    """What has been downloaded of its repository."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    if benchmark.name == "synrl_test":  # its rows hold their videos
        return None
    try:
        return Path(
            snapshot_download(
                benchmark.repo, repo_type="dataset", revision=benchmark.revision, local_files_only=True
            )
        )
    except LocalEntryNotFoundError:
        return None


def _in_turn(items: Sequence[Item]) -> list[Item]:
    """Items of each task in turn, so that the first ones, under a limit, are of all of them."""
    seen: Counter[str] = Counter()
    turns = []
    for item in items:
        seen[item.subsets[0]] += 1
        turns.append(seen[item.subsets[0]])
    return [item for _, item in sorted(zip(turns, items, strict=True), key=lambda pair: pair[0])]


def _file(path: str) -> Path | None:
    return Path(path) if Path(path).is_absolute() and Path(path).is_file() else None


def _count(items: Sequence[Item]) -> int:
    return len({path for item in items for path in item.videos})
