"""A benchmark's tables as they are: from a folder of the user or from the Hub, and then of which commit."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synrl.dataset.reading import Group, Source
from synrl.errors import DataError, first_line
from synrl.evaluation.benchmarks import Benchmark
from synrl.evaluation.digests import commit_of


@dataclass(frozen=True)
class Tables:
    """What a reader makes items of."""

    content: dict[str, Any]
    """By name: rows, or what a JSON file holds."""
    origin: str
    """`org/name@commit` if all of it is of one commit on the Hub; else empty."""


def read_tables(benchmark: Benchmark) -> Tables:
    """The tables of a benchmark.

    Raises:
        DataError: one is neither in the user's folder nor on the Hub, or is damaged.
    """
    if benchmark.name == "synrl_test":
        wanted = os.environ.get("SYNRL_TEST")
        if not wanted:
            raise DataError(f"SYNRL_TEST is not set; {benchmark.how}")
        source = Source.open(wanted)
        commit = None if Path(wanted).is_dir() else commit_of(source.folder)
        rows = (row for group in _test(source.groups) for row in group.rows())
        return Tables({"rows": rows}, f"{wanted}@{commit}" if commit else "")
    found = {table: _table(benchmark, table) for table in benchmark.tables}
    commits = {commit for _, commit in found.values()}
    commit = commits.pop() if len(commits) == 1 else None
    content = {name: rows for name, (rows, _) in found.items()}
    return Tables(content, f"{benchmark.repo}@{commit}" if commit else "")


def _test(groups: Sequence[Group]) -> Sequence[Group]:
    """Those of split `test`, else of others whose names begin so; all, if there is none.

    What a model may have been trained on is left aside, and shifted rows are not mixed with the others.
    """
    exact = [group for group in groups if group.split == "test"]
    return exact or [group for group in groups if group.split.startswith("test")] or groups


def own_folder(benchmark: Benchmark) -> Path | None:
    """The user's folder for a benchmark, if there may be one."""
    root = os.environ.get("SYNRL_EVAL_DATA")
    return Path(root).expanduser() / benchmark.name if root else None


def _table(benchmark: Benchmark, name: str) -> tuple[Any, str | None]:
    """A table, and the commit that it is of."""
    folder = own_folder(benchmark)
    is_file = Path(name).suffix in (".json", ".csv")
    if folder is not None:
        names = (
            [name, Path(name).name] if is_file else [f"{name}{end}" for end in (".jsonl", ".json", ".csv")]
        )
        for path in (folder / each for each in names):
            if path.is_file():
                return _read(path), None
        moved = sorted(folder.rglob(Path(name).name)) if is_file else []
        if len(moved) == 1:
            return _read(moved[0]), None
    if is_file:
        path = _from_hub(benchmark, name)
        return _read(path), commit_of(path)
    return _rows_from_hub(benchmark, name)


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":  # whose cells may hold lines, and JSON signs that end lines elsewhere
            return list(csv.DictReader(io.StringIO(text, newline="")))
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        return json.loads(text)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise DataError(f"{path} can't be read: {first_line(error)}") from error


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


def _rows_from_hub(benchmark: Benchmark, name: str) -> tuple[Iterable[Any], str | None]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        rows = load_dataset(
            benchmark.repo,
            None if name == "default" else name,
            split=benchmark.split,
            revision=benchmark.revision,
        )
    except (DatasetsError, HfHubHTTPError, OSError, ValueError) as error:
        raise _not_there(benchmark, name, error) from error
    # Offline it may be another commit than what was asked for; its file lies in a folder of that name.
    return rows, next((commit_of(Path(file["filename"])) for file in rows.cache_files), None)


def _not_there(benchmark: Benchmark, name: str, error: Exception) -> DataError:
    why = first_line(error)
    return DataError(
        f"{benchmark.title} ({benchmark.repo}, {name}) is not to be had: {why}; {benchmark.how}; "
        f"or put {Path(name).stem}{Path(name).suffix or '.jsonl'} into $SYNRL_EVAL_DATA/{benchmark.name}"
    )
