"""Tables, and tar files of samples: each file appears when it is whole."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from synrl.dataset.layout import SCHEMA
from synrl.output import whole_file


def _plain(kind: pa.DataType) -> pa.DataType:
    """A type with texts in the place of JSON."""
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return pa.string() if isinstance(kind, pa.JsonType) else kind


SAMPLES_A_TAR = 500
ROWS_A_GROUP = 32
PLAIN = pa.schema([(field.name, _plain(field.type)) for field in SCHEMA])
"""The columns of a row without extension types, and without what `datasets` writes of its features."""


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """JSON Lines."""
    written = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
    return written


def write_list(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """One JSON list, written row by row."""
    written = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(("," if written else "") + "\n" + json.dumps(row, ensure_ascii=False))
            written += 1
        file.write("\n]\n")
    return written


def write_parquet(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Parquet, of plain columns."""
    # Paths and texts only, a few kilobytes a row: any dataset of ours fits in memory.
    table = pa.Table.from_pylist(list(rows))
    with whole_file(path) as part:
        pq.write_table(table, part)
    return int(table.num_rows)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Parquet of whole rows, with types that every reader knows, and nothing compressed.

    Remote readers can so fetch a part of a video. JSON columns are texts.
    """
    left = iter(rows)
    written = 0
    with (
        whole_file(path) as part,
        pq.ParquetWriter(part, PLAIN, compression="none", use_dictionary=False) as writer,
    ):
        while some := list(islice(left, ROWS_A_GROUP)):
            writer.write_table(pa.Table.from_pylist(some, PLAIN))
            written += len(some)
    return written


def write_tars(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Tar files `<split>-000000.tar`, in which each sample is its files, one after the other.

    Args:
        path: `<split>.tar` in the folder.
        rows: of each, the name of the sample (`__key__`) and what stands behind it: the content of a file of
            bytes or an object to write as JSON, by the ending of its name.
    """
    left = iter(rows)
    written = number = 0
    while (some := list(islice(left, SAMPLES_A_TAR))) or not number:
        with (
            whole_file(path.with_name(f"{path.stem}-{number:06d}.tar")) as part,
            tarfile.open(part, "w") as tar,
        ):
            for name, data in _files(some):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        written += len(some)
        number += 1
    return written


def _files(samples: Iterable[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for sample in samples:
        for ending, content in sample.items():
            if ending != "__key__":
                text = (
                    content
                    if isinstance(content, bytes)
                    else json.dumps(content, ensure_ascii=False).encode()
                )
                yield f"{sample['__key__']}.{ending}", text


WRITERS: dict[str, Callable[[Path, Iterable[dict[str, Any]]], int]] = {
    "jsonl": write_lines,
    "json": write_list,
    "parquet": write_parquet,
    "rows.parquet": write_rows,
    "tar": write_tars,
}
"""By the ending of the file: each writes rows, and gives their number."""
