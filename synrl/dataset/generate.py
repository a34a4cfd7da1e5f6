"""From a recipe to a dataset folder: Parquet shards and a card, which `load_dataset(folder)` reads.

Work goes on in `<out>.incomplete`; the folder gets its name only when it is whole. A shard is written
under a temporary name and renamed once its footer has been read back, so every shard that has its name is
complete: the same recipe run again keeps those and makes the rest. What else has befallen a shard since is
noticed by its footer, too, and the shard is made again. Shards and row groups have a fixed number of rows,
whatever the number of processes, so the same recipe always ends in the same bytes.
"""

from __future__ import annotations

import errno
import io
import itertools
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from synrl.dataset.cards import dataset_card
from synrl.dataset.origin import origin
from synrl.dataset.recipes import Batch, Recipe
from synrl.dataset.record import RECIPE, Record, recipe_json, sizes_in, write_recipe
from synrl.dataset.rows import TWINS, make_row
from synrl.errors import DataError
from synrl.output import HOLDS_ELSE, staged, whole_file, write_whole
from synrl.pool import check_num_proc, ordered_map
from synrl.schema import features
from synrl.texts import read_text

ROWS_PER_SHARD = 512
"""About 60 to 100 MB a file."""
ROWS_PER_GROUP = 32
"""One row group is what a random access reads; 32 rows are a few MB."""


class Shard(NamedTuple):
    """A file of the dataset and the rows that go into it."""

    batch: Batch
    name: str
    """Of the file, inside the folder."""
    indices: range


def shards(recipe: Recipe) -> Iterator[Shard]:
    """Every file of a recipe's dataset."""
    for batch in recipe.batches():
        count = math.ceil(batch.num_rows / ROWS_PER_SHARD)
        for number in range(count):
            indices = range(number * ROWS_PER_SHARD, min((number + 1) * ROWS_PER_SHARD, batch.num_rows))
            yield Shard(batch, f"{batch.folder}/{batch.split}-{number:05d}-of-{count:05d}.parquet", indices)


def generate(recipe: Recipe, out: Path, *, num_proc: int = 1, progress: bool = True) -> Path:
    """Write the dataset of a recipe to the folder `out` and return it.

    Raises:
        ConfigError: `num_proc` is out of range.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    check_num_proc(num_proc)
    difference = partial(_difference, recipe=recipe)
    with staged(out, partial(_lack, recipe=recipe), unfinished=difference) as staging:
        if staging is None:
            return out
        # The recipe goes first: a folder without one was killed before it held anything.
        write_recipe(staging, recipe, origin())
        for batch in recipe.batches():
            (staging / batch.folder).mkdir(parents=True, exist_ok=True)
        todo = [shard for shard in shards(recipe) if not is_whole(staging / shard.name)]
        kept = recipe.num_rows - sum(len(shard.indices) for shard in todo)
        with (
            tqdm(total=recipe.num_rows, initial=kept, unit="row", disable=not progress) as bar,
            ordered_map(num_proc) as run,
        ):
            for shard in todo:
                make = partial(make_rows, shard.batch)
                _write_shard(staging / shard.name, _counted(run(make, shard.indices), bar))
        record = Record(recipe, sizes_in(staging), origin())
        write_whole(staging / "README.md", dataset_card([record], {}))
    return out


def _difference(folder: Path, recipe: Recipe) -> str:
    """What a folder holds instead of a recipe's rows as they would be made now; nothing if it holds those."""
    asked = recipe_json(recipe, origin())
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # then it is none of ours
        said = json.loads(read_text(folder / RECIPE))
        if said == asked:
            return ""
        if {**said, "origin": origin()} == asked:
            before = said["origin"]
            changed = (
                f"{name} {before[name]}, now {now}" for name, now in origin().items() if before[name] != now
            )
            return f"holds these rows as others make them ({'; '.join(changed)})"
    return HOLDS_ELSE


def _lack(folder: Path, recipe: Recipe) -> str:
    """The same of a finished folder, in which no shard may be missing or broken."""
    if other := _difference(folder, recipe):
        return other
    broken = [shard.name for shard in shards(recipe) if not is_whole(folder / shard.name)]
    return f"holds these rows, but without a whole {broken[0]}" if broken else ""


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there, with a footer that can be read, which is written last."""
    from synrl.dataset.layout import opened

    if not path.exists():
        return False
    try:
        opened(path)
    except DataError:
        return False
    return True


def make_rows(batch: Batch, index: int) -> list[dict[str, Any]]:
    """A row of a batch and, if asked for and there is one, its twin."""
    make = partial(
        make_row,
        batch.family,
        split=batch.key,
        seed=batch.seed,
        config=batch.config(index),
        encoding=batch.encoding,
    )
    row = make(index=index, twins=batch.twins)
    return [row.to_dict()] + ([make(index=TWINS + index).to_dict()] if row.twin_id else [])


def _counted(made: Iterable[list[dict[str, Any]]], bar: Any) -> Iterator[dict[str, Any]]:
    for rows in made:
        yield from rows
        bar.update()


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


def _write_shard(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    write_tables(path, (_table(group) for group in _groups(rows, ROWS_PER_GROUP)))


def _groups(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while group := list(itertools.islice(waiting, size)):
        yield group


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    from datasets import Dataset

    return Dataset.from_list(list(rows), features=features()).with_format("arrow")[:]
