"""Rows of other people's tables: Parquet, JSON lines, JSON, CSV or Arrow, a file or a folder of them.

Files are read a few rows at a time, and only the columns that are asked for. Nothing that a file says makes
another one be opened: what a folder's card says of it is left unread.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from synrl.dataset.layout import check_size, damage_told, opened
from synrl.errors import DataError, first_line, shown

FORMATS = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".arrow")
OURS = ("generator_version", "guess_rate", "tracks")
"""Columns that only our own rows have."""
_BATCH = 32
"""Rows of a Parquet file that are held at a time."""
_MOST_CHARACTERS = 2**26
"""Of a line, or of a JSON file that is no lines."""

Record = dict[str, Any]


def is_foreign(data: str) -> bool:
    """Whether something is a file, or a folder of files, that holds rows of other people."""
    path = Path(data)
    files = [file for file in files_of(path) if file.suffix in FORMATS and file.exists()]
    parquet = [file for file in files if file.suffix == ".parquet"]
    if not parquet:
        return bool(files)
    with suppress(DataError):
        return not set(OURS) & set(opened(parquet[0]).schema_arrow.names)
    return not path.is_dir()  # it is damaged, which is told where its rows are read


def files_of(path: Path) -> list[Path]:
    """The tables at a path, in order."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in FORMATS and file.is_file())
    kept = {".parquet", ".jsonl", ".ndjson", ".csv", ".arrow"}
    tables = [file for file in found if file.suffix in kept]
    return tables or found  # beside other tables, a JSON file tells about them


def records(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    """The rows of a table, of each the columns that it has.

    Raises:
        DataError: the file can't be read.
    """
    readers = {".parquet": _parquet, ".csv": _csv, ".arrow": _arrow, ".json": _json}
    if file.suffix not in FORMATS:
        raise DataError(f"{file} is no table; allowed: {', '.join(FORMATS)}")
    if not file.is_file():
        raise DataError(f"{file} can't be read: it is no file")
    try:
        yield from readers.get(file.suffix, _lines)(file, columns)
    except (OSError, ValueError, RecursionError, csv.Error, pa.ArrowException) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{file} can't be read: {first_line(error)}") from error


def _parquet(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    table = opened(file)
    names = [name for name in columns if name in table.schema_arrow.names]
    if not names:
        yield {}
        return
    texts = [name for name in names if not _holds_bytes(table.schema_arrow.field(name).type)]
    with damage_told(file):
        for group in range(table.num_row_groups):
            check_size(file, table, group, texts)
            for batch in table.iter_batches(_BATCH, row_groups=[group], columns=names):
                yield from batch.to_pylist()


def _holds_bytes(kind: pa.DataType) -> bool:
    """Whether a column is one of videos, which may be large."""
    if pa.types.is_struct(kind):
        return any(_holds_bytes(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _arrow(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    with pa.memory_map(str(file)) as source:
        try:
            reader = pa.ipc.open_stream(source)
        except pa.ArrowInvalid:
            source.seek(0)
            found = pa.ipc.open_file(source)
            reader = (found.get_batch(k) for k in range(found.num_record_batches))
        for batch in reader:
            names = [name for name in columns if name in batch.schema.names]
            for start in range(0, batch.num_rows, _BATCH):
                yield from batch.select(names).slice(start, _BATCH).to_pylist()


def _lines(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    with file.open(encoding="utf-8") as lines:
        for number in range(10**9):
            line = lines.readline(_MOST_CHARACTERS)
            if not line:
                return
            if len(line) == _MOST_CHARACTERS:
                raise DataError(f"{file}, line {number + 1} has more than {_MOST_CHARACTERS} characters")
            if line.strip():
                yield _record(json.loads(line), columns, f"{file}, line {number + 1}")


def _json(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    with file.open(encoding="utf-8") as text:
        said = text.read(_MOST_CHARACTERS)
    if len(said) == _MOST_CHARACTERS:
        raise DataError(
            f"{file} has more than {_MOST_CHARACTERS} characters; give its rows as lines (.jsonl)"
        )
    if not said.lstrip().startswith("["):
        yield from _lines(file, columns)
        return
    for number, value in enumerate(json.loads(said)):
        yield _record(value, columns, f"{file}, row {number}")


def _csv(file: Path, columns: Sequence[str]) -> Iterator[Record]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {name: row[name] for name in columns if row.get(name) is not None}


def _record(value: Any, columns: Sequence[str], where: str) -> Record:
    if not isinstance(value, Mapping):
        raise DataError(f"{where} is {shown(value)}; allowed: an object")
    return {name: value[name] for name in columns if name in value}


def batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Rows in lists of at most `size`."""
    while batch := list(islice(rows, size)):
        yield batch
