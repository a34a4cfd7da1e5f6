"""What a file of rows looks like before a row is read: its columns, and how large its footer says they are.

A Parquet file of a few kilobytes can stand for gigabytes, because equal values are stored once. So what
columns will take in memory is found out before they are read: from the footer, and where that leaves it open,
by reading a column with equal values kept together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synrl.errors import DataError, SynRLError, first_line, shown

MAX_ROWS = 4096
"""Rows of a row group; ours have 32."""
MAX_BYTES = 2**30
"""What a row group may take in memory; ours take about 10 MB."""
MAX_VALUES = 2**26
"""Values of a row group, each place of a track being one; ours have about a million."""
_MAX_PARTS = 4096
"""Row groups of a file, and entries of every other list in its footer."""
_PLAIN = {"PLAIN", "RLE", "BIT_PACKED", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_LENGTH_BYTE_ARRAY"}
"""Encodings in which no value is longer than what is stored of it."""

_TEXT, _REAL, _INT, _JSON = pa.string(), pa.float32(), pa.int32(), pa.json_()


def _structs(**kinds: pa.DataType) -> pa.DataType:
    return pa.list_(pa.struct(list(kinds.items())))


SCHEMA = pa.schema(
    {
        **dict.fromkeys(("id", "family", "category", "horizon", "primitive", "mode"), _TEXT),
        "level": pa.int8(),
        "video": pa.struct([("bytes", pa.binary()), ("path", _TEXT)]),
        "fps": _REAL,
        "num_frames": _INT,
        "duration": _REAL,
        "width": _INT,
        "height": _INT,
        "question": _TEXT,
        "options": pa.list_(_TEXT),
        **dict.fromkeys(("answer_type", "answer", "answer_text"), _TEXT),
        "min_fps": _REAL,
        "guess_rate": _REAL,
        "twin_id": _TEXT,
        "objects": _structs(name=_TEXT, shape=_TEXT, colour=_TEXT, size=_REAL),
        "tracks": _structs(
            name=_TEXT,
            **dict.fromkeys(("x", "y", "angle", "size"), pa.list_(_REAL)),
            visible=pa.list_(pa.bool_()),
        ),
        "events": _structs(
            **dict.fromkeys(("frame", "time_ms", "end_frame", "end_time_ms"), _INT),
            **dict.fromkeys(("kind", "actor", "target", "detail"), _TEXT),
        ),
        "operations": _structs(index=_INT, start_frame=_INT, end_frame=_INT, kind=_TEXT, arguments=_JSON),
        "states": _structs(frame=_INT, state=_JSON, visible=pa.bool_()),
        "seed": pa.int64(),
        "config": _JSON,
        "generator_version": _TEXT,
        "cot": _TEXT,
    }
)
"""That of `synrl.schema.features()`, which takes seconds to import; a test holds the two together."""


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Read something of a file: what pyarrow says of damage, in whatever form, is an error of the data.

    Raises:
        DataError: the file is damaged.
    """
    try:
        yield
    except SynRLError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:  # a name that is no text is a ValueError
        raise DataError(f"{path} can't be read: {first_line(error)}") from error


def opened(path: Path, **options: Any) -> pq.ParquetFile:
    """A Parquet file, of which only the footer has been read.

    Raises:
        DataError: it is none, is damaged, or is no file at all.
    """
    if not path.is_file():  # a pipe would be waited for
        raise DataError(f"{path} can't be read: it is no file")
    with damage_told(path):
        return pq.ParquetFile(path, thrift_container_size_limit=_MAX_PARTS, **options)


def check_layout(path: Path, file: pq.ParquetFile) -> None:
    """Hold a file's columns and the sizes of its row groups to what ours may have.

    Raises:
        DataError: it has other columns, or too large row groups.
    """
    with damage_told(path):
        if problem := _misfit(file.schema_arrow):
            raise DataError(f"{path} is not a SynRL file: {problem}")
        stored = {file.schema.column(number).path for number in range(len(file.schema))}
        if stored != set(_leaves(SCHEMA)):
            raise DataError(f"{path} is not a SynRL file: its lists are not stored as list.element")
        for number in range(file.num_row_groups):
            _check_claims(f"{path}, row group {number}", file.metadata.row_group(number))


def check_size(path: Path, file: pq.ParquetFile, index: int, columns: Sequence[str] | None) -> None:
    """Hold what columns of a row group will take in memory to what it may be.

    Raises:
        DataError: it is more, or can't be told.
    """
    bounds: dict[str, int] = {}
    group = file.metadata.row_group(index)
    for number in range(group.num_columns):
        chunk = group.column(number)
        name = chunk.path_in_schema
        if columns is None or any(name == one or name.startswith(f"{one}.") for one in columns):
            wide = chunk.num_values if chunk.physical_type == "BYTE_ARRAY" else 1
            bounds[name] = chunk.total_uncompressed_size * max(1, wide)
            if bounds[name] > MAX_BYTES and not set(chunk.encodings) <= _PLAIN:
                raise DataError(f"{path}: column {name} is stored as {chunk.encodings}; allowed: {_PLAIN}")
    for name in sorted(bounds, key=lambda name: -bounds[name]):
        if sum(bounds.values()) <= MAX_BYTES:
            return
        bounds[name] = _measured(path, index, name)
    if sum(bounds.values()) > MAX_BYTES:
        raise DataError(
            f"{path}, row group {index} takes {sum(bounds.values())} bytes in memory; "
            f"allowed: at most {MAX_BYTES}"
        )


def _misfit(schema: pa.Schema) -> str:
    """What columns have that rows have not, or lack; nothing if they are those of rows, in any order."""
    names = set(schema.names)
    if missing := [name for name in SCHEMA.names if name not in names]:
        return f"it has no column {', '.join(missing)}"
    if extra := names - set(SCHEMA.names):
        return f"it has a column {shown(min(extra))}, which rows have not"
    if len(names) < len(schema.names):
        twice = next(name for name in schema.names if schema.names.count(name) > 1)
        return f"it has two columns {twice}"
    for field in SCHEMA:
        found = schema.field(field.name).type
        if not _same(found, field.type):
            return f"column {field.name} is {shown(str(found))}, not {shown(str(field.type))}"
    return ""


def _same(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a type is that of rows; JSON may come as the text that it is."""
    if wanted == _JSON:
        return bool(found in (_JSON, _TEXT))
    if pa.types.is_list(wanted):
        return bool(pa.types.is_list(found) and _same(found.value_type, wanted.value_type))
    if pa.types.is_struct(wanted):
        return bool(
            pa.types.is_struct(found)
            and [field.name for field in found] == [field.name for field in wanted]
            and all(_same(one.type, other.type) for one, other in zip(found, wanted, strict=True))
        )
    return bool(found == wanted)


def _leaves(fields: Any, before: str = "") -> Iterator[str]:
    """The paths under which Parquet stores what columns are made of."""
    for field in fields:
        path, kind = f"{before}{field.name}", field.type
        while pa.types.is_list(kind):
            path, kind = f"{path}.list.element", kind.value_type
        if pa.types.is_struct(kind):
            yield from _leaves(kind, f"{path}.")
        else:
            yield path


def _check_claims(where: str, group: pq.RowGroupMetaData) -> None:
    chunks = [group.column(number) for number in range(group.num_columns)]
    claims = {
        "rows": (group.num_rows, MAX_ROWS),
        "bytes": (sum(chunk.total_uncompressed_size for chunk in chunks), MAX_BYTES),
        "values": (sum(chunk.num_values for chunk in chunks), MAX_VALUES),
    }
    for what, (claimed, most) in claims.items():
        if not 0 <= claimed <= most:
            raise DataError(f"{where} has {claimed} {what}; allowed: at most {most}")
    if any(min(chunk.total_uncompressed_size, chunk.num_values - group.num_rows) < 0 for chunk in chunks):
        raise DataError(f"{where} has columns of fewer values than rows, or of less than nothing")


def _measured(path: Path, index: int, column: str) -> int:
    """The bytes of a column of texts, found without making any of them twice."""
    table = opened(path, read_dictionary=[column]).read_row_group(index, columns=[column])
    total = 0
    for array in table.column(0).chunks:
        while not pa.types.is_dictionary(array.type):
            if isinstance(array, pa.ExtensionArray):
                array = array.storage
            elif pa.types.is_list(array.type):
                array = array.flatten()
            elif pa.types.is_struct(array.type):
                array = array.field(0)
            else:  # kept as it is: no values together
                return int(table.nbytes)
        lengths = pc.cast(pc.binary_length(array.dictionary), pa.int64())
        total += pc.sum(lengths.take(array.indices)).as_py() or 0
    return total
