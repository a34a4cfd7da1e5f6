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

from synrl.output import whole_file

SAMPLES_A_TAR = 500


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
    "tar": write_tars,
}
"""By the ending of the file: each writes rows, and gives their number."""
