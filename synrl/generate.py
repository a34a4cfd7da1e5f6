"""From a request to a dataset folder: Parquet shards and a card, which `load_dataset(folder)` reads.

Work goes on in `<out>.incomplete`; the folder gets its name only when it is whole. A shard is written
under a temporary name and renamed, so every shard that has its name is complete: the same request run
again keeps those and makes the rest. Shards and row groups have a fixed number of rows, whatever the
number of processes, so the same request always ends in the same bytes.
"""

from __future__ import annotations

import errno
import io
import itertools
import json
import math
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.errors import ConfigError, OutputError
from synrl.hub.cards import write_dataset_card
from synrl.rows import TWINS, check_split, make_row
from synrl.schema import features
from synrl.seeds import GENERATOR_VERSION
from synrl.tasks import get_family

ROWS_PER_SHARD = 512
"""About 60 to 100 MB a file."""
ROWS_PER_GROUP = 32
"""One row group is what a random access reads; 32 rows are a few MB."""
_REQUEST = "request.json"


@dataclass(frozen=True)
class Request:
    """What to generate: `num_rows` rows of each family.

    Raises:
        ConfigError: an unknown or repeated family, a number or a split name out of range.
    """

    families: tuple[str, ...]
    num_rows: int
    split: str = "train"
    seed: int = 0
    twins: bool = False
    """Whether to write the reversed twin of every row that has one, right behind it."""
    generator_version: str = GENERATOR_VERSION

    def __post_init__(self) -> None:
        for family in self.families:
            get_family(family)
        if not self.families or len(set(self.families)) < len(self.families):
            raise ConfigError(
                f"families are {', '.join(self.families) or 'none'}; name each once, at least one"
            )
        if not 1 <= self.num_rows <= TWINS:
            raise ConfigError(f"number of rows is {self.num_rows}; allowed: 1 to {TWINS}")
        if not 0 <= self.seed < 2**63:
            raise ConfigError(f"seed is {self.seed}; allowed: 0 to 2^63 - 1")
        check_split(self.split)

    def shards(self) -> Iterator[tuple[str, str, range]]:
        """Family, file name inside the folder and row indices of every shard."""
        count = math.ceil(self.num_rows / ROWS_PER_SHARD)
        for family in self.families:
            for shard in range(count):
                rows = range(shard * ROWS_PER_SHARD, min((shard + 1) * ROWS_PER_SHARD, self.num_rows))
                yield family, f"{family}/{self.split}-{shard:05d}-of-{count:05d}.parquet", rows


def generate(request: Request, out: Path, *, num_proc: int = 1, progress: bool = True) -> Path:
    """Write the dataset of a request to the folder `out` and return it.

    Raises:
        ConfigError: `num_proc` is out of range.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    if not 1 <= num_proc <= 1024:
        raise ConfigError(f"number of processes is {num_proc}; allowed: 1 to 1024")
    if _is_done(request, out):
        return out
    staging = out.with_name(out.name + ".incomplete")
    with _disk_errors(out):
        _stage(request, staging)
        done = [name for _, name, _ in request.shards() if (staging / name).exists()]
        todo = [shard for shard in request.shards() if shard[1] not in done]
        total = request.num_rows * len(request.families)
        kept = total - sum(len(rows) for _, _, rows in todo)
        with (
            tqdm(total=total, initial=kept, unit="row", disable=not progress) as bar,
            _mapper(num_proc) as run,
        ):
            for family, name, indices in todo:
                make = partial(_rows, family, request.split, request.seed, request.twins)
                _write_shard(staging / name, _counted(run(make, indices), bar))
        write_dataset_card(staging, asdict(request), _written(request, staging))
        if out.exists():
            out.rmdir()  # an empty folder, as _is_done has made sure
        staging.rename(out)
    return out


def _is_done(request: Request, out: Path) -> bool:
    """Whether `out` already is the result.

    Raises:
        OutputError: it is something else.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    if _read_request(out) == json.loads(json.dumps(asdict(request))):
        return True
    raise OutputError(f"{out} already holds something else; choose another --out, or remove it first")


def _stage(request: Request, staging: Path) -> None:
    """Make the working folder, or take up the one that an interrupted run of the same request left."""
    wanted = json.loads(json.dumps(asdict(request)))
    staging.mkdir(parents=True, exist_ok=True)
    for left in staging.rglob("*.part"):
        left.unlink()
    if any(staging.iterdir()) and _read_request(staging) != wanted:
        raise OutputError(f"{staging} is left from another, unfinished request; finish that, or remove it")
    # The request goes first: a folder without one was killed before it held anything.
    _write_whole(staging / _REQUEST, json.dumps(wanted, indent=2) + "\n")
    for family in request.families:
        (staging / family).mkdir(exist_ok=True)


def _read_request(folder: Path) -> Any:
    try:
        return json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None  # no folder of ours, which is what the callers ask


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _rows(family: str, split: str, seed: int, twins: bool, index: int) -> list[dict[str, Any]]:
    """A row and, if asked for and there is one, its twin."""
    row = make_row(family, split=split, seed=seed, index=index, twins=twins)
    if row.twin_id is None:
        return [row.to_dict()]
    twin = make_row(family, split=split, seed=seed, index=TWINS + index)
    return [row.to_dict(), twin.to_dict()]


def _written(request: Request, staging: Path) -> dict[str, int]:
    """How many rows of each family there are."""
    import pyarrow.parquet as pq

    counts = dict.fromkeys(request.families, 0)
    for family, name, _ in request.shards():
        counts[family] += pq.read_metadata(staging / name).num_rows
    return counts


@contextmanager
def _mapper(num_proc: int) -> Iterator[Any]:
    """An ordered map, in this process or over several."""
    if num_proc == 1:
        yield map
        return
    # Spawned, not forked: pyarrow's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(num_proc, mp_context=context) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            raise OutputError("a worker process was killed; run the same command again to go on") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


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


def _write_shard(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows to a Parquet file that appears only when it is complete."""
    import pyarrow.parquet as pq

    part = path.with_name(path.name + ".part")
    options = dict(compression="snappy", write_page_index=True, use_content_defined_chunking=True)
    sink = _Sink(part)
    try:
        with pq.ParquetWriter(sink, features().arrow_schema, **options) as writer:
            for group in _groups(rows, ROWS_PER_GROUP):
                writer.write_table(_table(group))
                sink.check()
        sink.finish()
    finally:
        sink.abandon()
    os.replace(part, path)


def _groups(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while group := list(itertools.islice(waiting, size)):
        yield group


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    from datasets import Dataset

    return Dataset.from_list(list(rows), features=features()).with_format("arrow")[:]


@contextmanager
def _disk_errors(out: Path) -> Iterator[None]:
    """What the disk refuses, in one line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(_existing(out)).free / 1e6
            raise OutputError(
                f"no space left for {out} ({free:.0f} MB free); make room and run the same command to go on"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise OutputError(f"can't write {out}: {error.strerror}; choose another --out") from error
        raise


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.absolute().parents) if parent.is_dir())
