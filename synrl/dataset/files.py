"""From a recipe to its files: which rows go into each, and their bytes.

Files and row groups have a fixed number of rows, so a file is the same whoever makes it, beside whichever
others. This module and what it imports are all that decides on the bytes (`synrl.dataset.origin`).
"""

from __future__ import annotations

import errno
import io
import itertools
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from synrl.dataset.layout import opened
from synrl.dataset.recipes import Batch, Recipe
from synrl.dataset.rows import index_of, make_row, twin_index
from synrl.errors import DataError
from synrl.output import whole_file
from synrl.schema import features

ROWS_PER_SHARD = 512
"""About 60 to 100 MB a file."""
ROWS_PER_GROUP = 32
"""One row group is what a random access reads; 32 rows are a few MB."""


class Shard(NamedTuple):
    """A file of the dataset and the rows that go into it."""

    batch: Batch
    name: str
    """Of the file, inside the folder."""
    numbers: range
    """Of its rows without twins, counted within the batch."""


def shards(recipe: Recipe) -> Iterator[Shard]:
    """Every file of a recipe's dataset."""
    for batch in recipe.batches():
        count = math.ceil(batch.num_rows / ROWS_PER_SHARD)
        for number in range(count):
            numbers = range(number * ROWS_PER_SHARD, min((number + 1) * ROWS_PER_SHARD, batch.num_rows))
            yield Shard(batch, f"{batch.folder}/{batch.split}-{number:05d}-of-{count:05d}.parquet", numbers)


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there, with a footer that can be read, which is written last."""
    if not path.exists():
        return False
    try:
        opened(path)
    except DataError:
        return False
    return True


def make_rows(batch: Batch, number: int) -> list[dict[str, Any]]:
    """A row of a batch, counted from 0, and, if asked for and there is one, its twin."""
    index = index_of(number)
    make = partial(
        make_row,
        batch.family,
        split=batch.key,
        seed=batch.seed,
        config=batch.config(index),
        encoding=batch.encoding,
    )
    row = make(index=index, twins=batch.twins)
    return [row.to_dict()] + ([make(index=twin_index(index)).to_dict()] if row.twin_id else [])


class _Sink(io.RawIOBase):
    """A file for pyarrow that keeps the error of a failed write until it is asked for.

    Arrow aborts the whole process if a write fails while it closes a Parquet file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")
        self._error: OSError | None = None
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        if self._error is None:
            try:
                self._file.write(data)
            except OSError as error:
                self._error = error
        self._size += size
        return size

    def check(self) -> None:
        """Raise the error that a write met, if any."""
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """Bring everything to the disk."""
        self.check()
        self._file.flush()
        os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Close the file, whatever is still in its buffer."""
        with suppress(OSError):  # a full disk refuses the rest; its error has been raised already
            self._file.close()


def write_tables(path: Path, tables: Iterable[Any]) -> None:
    """Write tables of rows, each as a row group, to a Parquet file that appears only when it is complete."""
    import pyarrow.parquet as pq

    options = dict(compression="snappy", write_page_index=True, use_content_defined_chunking=True)
    with whole_file(path) as part:
        sink = _Sink(part)
        try:
            with pq.ParquetWriter(sink, features().arrow_schema, **options) as writer:
                for table in tables:
                    writer.write_table(table)
                    sink.check()
            sink.finish()
        finally:
            sink.abandon()
        if not is_whole(part):
            raise OSError(errno.EIO, "what was written can't be read back", str(path))


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows to a file that appears only when it is complete."""
    write_tables(path, (_table(group) for group in _groups(rows, ROWS_PER_GROUP)))


def _groups(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while group := list(itertools.islice(waiting, size)):
        yield group


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    from datasets import Dataset

    return Dataset.from_list(list(rows), features=features()).with_format("arrow")[:]
