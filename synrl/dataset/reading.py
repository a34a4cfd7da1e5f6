"""Reading rows back: Parquet files of a local folder, or of a Hub dataset fetched once, with plain pyarrow.

Row groups are the unit of reading, so memory stays flat and processes can share the work. Whatever is read
passes `synrl.dataset.gate` first. What a row that has passed can still break, since its parts contradict each
other, breaks inside `reading`, which names the row.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from synrl.dataset.gate import check_rows
from synrl.dataset.layout import check_layout, check_size, damage_told, opened
from synrl.errors import ConfigError, DataError, IllegalOperation, SynRLError, first_line, shown
from synrl.schema import decode_json
from synrl.shares import Share

_SLICE = 2**24
"""Bytes of a table that are made objects of Python at a time, if a row is not larger."""


@dataclass(frozen=True)
class Group:
    """One row group of one file."""

    path: Path
    index: int
    num_rows: int
    first: int = 0
    """Row of the file that is the first of the group."""

    @property
    def split(self) -> str:
        """What its file's name begins with: `train` of `train-00000-of-00001.parquet`."""
        return self.path.stem.split("-")[0]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Its rows, JSON columns decoded.

        Raises:
            DataError: the file is damaged, or holds what no row of ours does.
        """
        for number, row in enumerate(_made(self.table()), start=self.first):
            try:
                decoded = decode_json(row)
            except DataError as error:
                raise DataError(f"{self.path}, row {number}: {error}") from error
            yield decoded

    def columns(self, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Some columns of its rows as they are stored, or all.

        Raises:
            DataError: the file is damaged, or holds what no row of ours does.
        """
        return list(_made(self.table(names)))

    def table(self, names: Sequence[str] | None = None) -> pa.Table:
        """The same as an Arrow table.

        Raises:
            DataError: the file is damaged, or holds what no row of ours does.
        """
        file = opened(self.path)
        with damage_told(self.path):
            check_size(self.path, file, self.index, names)
            table = file.read_row_group(self.index, columns=names)
        if len(table) != self.num_rows:
            raise DataError(f"{self.path} can't be read: {len(table)} of {self.num_rows} rows are there")
        check_rows(table, self.path, self.first)
        return table


@dataclass(frozen=True)
class Source:
    """A dataset's row groups, in the order of its files."""

    groups: tuple[Group, ...]
    folder: Path
    """Where they are; the files' paths below it are those of a generated folder."""
    files: tuple[Path, ...]
    """All of them, with those that hold no row."""

    @classmethod
    def open(cls, data: str) -> Source:
        """A folder with SynRL's Parquet files anywhere below it, or a dataset on the Hub as `org/name`.

        Raises:
            DataError: there is none, a file is damaged, or it isn't SynRL's.
        """
        folder = Path(data)
        if not folder.is_dir():
            if os.path.lexists(folder):
                raise DataError(
                    f"{data} is no folder; allowed: a dataset folder, or one on the Hub (org/name)"
                )
            folder = _download(data)
        paths = tuple(sorted(_parquet_in(folder)))
        if not paths:
            raise DataError(f"no Parquet files in {data}")
        return cls(tuple(group for path in paths for group in _groups(path)), folder, paths)

    @property
    def num_rows(self) -> int:
        return sum(group.num_rows for group in self.groups)

    def of(self, share: Share) -> Source:
        """The files of a share."""
        files = tuple(share.of(self.files))
        mine = set(files)
        return Source(tuple(group for group in self.groups if group.path in mine), self.folder, files)

    def by_file(self) -> Iterator[tuple[Path, list[Group]]]:
        """Each file with its row groups."""
        groups: dict[Path, list[Group]] = {path: [] for path in self.files}
        for group in self.groups:
            groups[group.path].append(group)
        yield from groups.items()

    def digest(self) -> str:
        """Of all files' places, sizes and footers.

        A footer says where each column lies, how long it is, and what its least and greatest values are: rows
        that are other ones have another, and it is read without them. Damage to them may leave it as it is.
        """
        digest = hashlib.sha256()
        for path in self.files:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 8))
                length = int.from_bytes(file.read(4), "little")
                file.seek(max(0, size - 8 - length))
                footer = hashlib.sha256(file.read()).hexdigest()
            digest.update(f"{path.relative_to(self.folder)}\n{size} {footer}\n".encode())
        return digest.hexdigest()

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
        wanted = {total * k // count for k in range(count)} if count < total else range(total)
        for group in self.groups:
            numbers = range(seen, seen + group.num_rows)
            if any(number in wanted for number in numbers):
                for number, row in zip(numbers, group.rows(), strict=True):
                    if number in wanted:
                        yield group, row
            seen += group.num_rows


def place_of(data: str) -> str:
    """What `Source.open` finds a dataset by, wherever it is called."""
    return str(Path(data).resolve()) if Path(data).is_dir() else data


def reading(row: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Work on a row that may be anybody's; what it breaks is an error of the data, which names the row.

    Raises:
        DataError: its parts contradict each other, so that the work can't be done.
    """
    return blaming(f"row {row['id']}")


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Work on rows; whatever they break is an error of the data, which names them as it is told to.

    Raises:
        DataError: they contradict themselves.
    """
    try:
        yield
    except SynRLError as error:
        if not isinstance(error, ConfigError | IllegalOperation):
            raise
        raise DataError(f"{what} contradicts itself: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError) as error:
        said = f"{type(error).__name__}: {shown(str(error))}"
        raise DataError(f"{what} contradicts itself ({said}); `synrl verify` says more") from error


def _parquet_in(folder: Path) -> Iterator[Path]:
    """All Parquet files anywhere below a folder.

    Raises:
        DataError: a folder in it can't be looked into.
    """

    def refuse(error: OSError) -> NoReturn:
        raise DataError(f"{error.filename} can't be read: {error.strerror}") from error

    for place, folders, names in os.walk(folder, onerror=refuse):
        # A folder of such a name is none, and is named as what can't be read.
        yield from (Path(place, name) for name in [*folders, *names] if name.endswith(".parquet"))


def _made(table: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows of a table as objects of Python, a few at a time."""
    step = max(1, _SLICE * table.num_rows // max(1, table.nbytes))
    for start in range(0, table.num_rows, step):
        yield from table.slice(start, step).to_pylist()


def _groups(path: Path) -> list[Group]:
    file = opened(path)
    check_layout(path, file)
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    firsts = accumulate(sizes, initial=0)
    return [
        Group(path, number, size, first)
        for number, (size, first) in enumerate(zip(sizes, firsts, strict=False))
    ]


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
            f"{repo} is not a local folder, and could not be fetched from the Hub: {said}; {remedy}"
        ) from error
    except ValueError as error:  # names that are no names of files, as with ".." in them
        raise DataError(f"{repo} can't be read: {first_line(error)}") from error
