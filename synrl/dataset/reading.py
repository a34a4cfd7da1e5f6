"""Reading rows back: Parquet files of a local folder, or of a Hub dataset fetched once, with plain pyarrow.

Row groups are the unit of reading, so memory stays flat and processes can share the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from synrl.errors import DataError, first_line
from synrl.schema import COLUMNS, decode_json


@dataclass(frozen=True)
class Group:
    """One row group of one file."""

    path: Path
    index: int
    num_rows: int

    @property
    def split(self) -> str:
        """What its file's name begins with: `train` of `train-00000-of-00001.parquet`."""
        return self.path.stem.split("-")[0]

    def rows(self) -> list[dict[str, Any]]:
        """Its rows, JSON columns decoded.

        Raises:
            DataError: the file is damaged.
        """
        return [decode_json(row) for row in self.columns()]

    def columns(self, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Some columns of its rows as they are stored, or all.

        Raises:
            DataError: the file is damaged.
        """
        read: list[dict[str, Any]] = self.table(names).to_pylist()
        return read

    def table(self, names: Sequence[str] | None = None) -> pa.Table:
        """The same as an Arrow table.

        Raises:
            DataError: the file is damaged.
        """
        try:
            return pq.ParquetFile(self.path).read_row_group(self.index, columns=names)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{self.path} can't be read: {first_line(error)}") from error


@dataclass(frozen=True)
class Source:
    """A dataset's row groups, in the order of its files."""

    groups: tuple[Group, ...]
    folder: Path
    """Where they are; the files' paths below it are those of a generated folder."""

    @classmethod
    def open(cls, data: str) -> Source:
        """A folder with SynRL's Parquet files anywhere below it, or a dataset on the Hub as `org/name`.

        Raises:
            DataError: there is none, a file is damaged, or it isn't SynRL's.
        """
        folder = Path(data)
        if not folder.is_dir():
            folder = _download(data)
        paths = sorted(folder.rglob("*.parquet"))
        if not paths:
            raise DataError(f"no Parquet files in {data}")
        return cls(tuple(group for path in paths for group in _groups(path)), folder)

    @property
    def num_rows(self) -> int:
        return sum(group.num_rows for group in self.groups)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row, in order."""
        for group in self.groups:
            yield from group.rows()

    def spread(self, count: int) -> Iterator[dict[str, Any]]:
        """At most `count` rows, evenly spread over the whole."""
        return (row for _, row in self.pick(count))

    def pick(self, count: int) -> Iterator[tuple[Group, dict[str, Any]]]:
        """The same rows, each with the group that holds it."""
        total, seen = self.num_rows, 0
        wanted = {total * k // count for k in range(count)} if count < total else set(range(total))
        for group in self.groups:
            if wanted & set(range(seen, seen + group.num_rows)):
                for number, row in enumerate(group.rows(), start=seen):
                    if number in wanted:
                        yield group, row
            seen += group.num_rows


def _groups(path: Path) -> list[Group]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} can't be read: {first_line(error)}") from error
    missing = [column for column in COLUMNS if column not in file.schema_arrow.names]
    if missing:
        raise DataError(f"{path} is not a SynRL file: it has no column {', '.join(missing)}")
    sizes = (file.metadata.row_group(i).num_rows for i in range(file.num_row_groups))
    return [Group(path, i, size) for i, size in enumerate(sizes)]


def _download(repo: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(repo, repo_type="dataset", allow_patterns=["*.parquet", "recipes/*.json"])
        )
    except HFValidationError as error:
        raise DataError(f"{repo} is neither a folder nor the name of a Hub dataset (org/name)") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        response = getattr(error, "response", getattr(error.__cause__, "response", None))
        status = getattr(response, "status_code", None)
        remedy = (
            "check the name, and log in if it is private (`hf auth login`, or HF_TOKEN)"
            if status in (401, 403, 404)
            else "the same command goes on with what is missing"
        )
        said = first_line(error)
        raise DataError(
            f"{repo} is no folder here, and not to be had from the Hub: {said}; {remedy}"
        ) from error
