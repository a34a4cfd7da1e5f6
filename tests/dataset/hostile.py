"""Folders of rows as a stranger might send them, made from ours by a seed, and every command run on each.

    python tests/dataset/hostile.py --folders 1000 --seed 0

prints how the commands ended, and what is wrong with that.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import random
import re
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synrl.dataset.layout import SCHEMA

Row = dict[str, Any]
COMMANDS = ("verify", "audit", "cot", "export", "stats", "preview")
FORMATS = ("verl", "easyr1", "ms-swift", "llama-factory", "video-r1")
TEXTS = (
    "", "\x00", "a\nb", "\x1b[2J", "x" * 20_000, "\u202eevil", "../../x", "<script>", "nan", "-1", "\uff11",
    "A", "B or C",
)  # fmt: skip
REALS = (float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 1e-30, 1e30, 0.5, 29.97, 1000.0)
WHOLES = (-(2**31), -1, 0, 1, 2, 5, 6, 127, 100_000, 2**31 - 1)
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 10**9, 10**30, 1.5, 1e300, "", "A", "pile Z", [], {}, [[]], [None], ["A", 3],
    {"A": None}, {"": {}}, [[[[[[[]]]]]]], "\ud800", "red square", [1, 2, 3], ["before", 3], {"op": 3},
)  # fmt: skip
RAW = (
    "", "null", "[]", "7", "{", '{"a":NaN}', '{"a":1e999}', '{"a":' + "9" * 5000 + "}", "[" * 100_000,
    '{"a":' * 3000 + "1" + "}" * 3000, '{"a":"\\ud800"}', "{}", '{"a":1,"a":2}', "\ufeff{}",
)  # fmt: skip


JSON = ("config", "arguments", "state")


def _without_json(kind: pa.DataType) -> pa.DataType:
    """A type with text for JSON, of which pyarrow makes no arrays inside of others."""
    if pa.types.is_list(kind):
        return pa.list_(_without_json(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _without_json(field.type)) for field in kind])
    return pa.string() if isinstance(kind, pa.JsonType) else kind


PLAIN = pa.schema([(field.name, _without_json(field.type)) for field in SCHEMA])


def table_of(rows: list[Row]) -> pa.Table:
    """Rows, JSON in them as text, as a table."""
    return pa.Table.from_pylist(rows, PLAIN)


class Ended(NamedTuple):
    """How a command ended on a folder."""

    command: str
    status: int | str
    """Of exit, or the last line of a traceback."""
    said: str
    """What it said on stderr, without progress."""


def load(folder: Path) -> list[pa.Table]:
    """The tables of a folder of ours, of one row group each."""
    return [pq.ParquetFile(path).read_row_group(0) for path in sorted(folder.rglob("*.parquet"))]


def write_folder(tables: list[pa.Table], seed: int, out: Path) -> str:
    """A hostile folder, and what is hostile about it."""
    draw = random.Random(seed)
    table = draw.choice(tables)
    start = draw.randrange(max(1, table.num_rows - 2))
    table = table.slice(start, 3)
    out.mkdir(parents=True)
    change = draw.choices(list(CHANGES), list(CHANGES.values()))[0]
    path = out / "train-00000-of-00001.parquet"
    return f"{change.__name__}: {change(draw, table, path, tables)}"


def of_values(draw: random.Random, table: pa.Table, path: Path, tables: list[pa.Table]) -> str:
    """One to three values of a row are others."""
    rows = table.to_pylist()
    done = [_spoil(draw, draw.choice(rows)) for _ in range(draw.randint(1, 3))]
    pq.write_table(table_of(rows), path)
    return ", ".join(done)


def of_json(draw: random.Random, table: pa.Table, path: Path, tables: list[pa.Table]) -> str:
    """Something inside of JSON is something else."""
    rows = table.to_pylist()
    done = [_spoil_json(draw, draw.choice(rows)) for _ in range(draw.randint(1, 2))]
    pq.write_table(table_of(rows), path)
    return ", ".join(done)


def of_columns(draw: random.Random, table: pa.Table, path: Path, tables: list[pa.Table]) -> str:
    """A column is that of another family."""
    other = draw.choice(tables).slice(0, table.num_rows)
    table = table.slice(0, other.num_rows)
    names = draw.sample(table.column_names, draw.randint(1, 4))
    for name in names:
        table = table.set_column(table.column_names.index(name), name, other.column(name))
    pq.write_table(table, path)
    return ", ".join(names)


def of_schema(draw: random.Random, table: pa.Table, path: Path, tables: list[pa.Table]) -> str:
    """A column is gone, of another type, there twice, or one too many."""
    place = draw.randrange(table.num_columns)
    name = table.column_names[place]
    kind = draw.choice((pa.string(), pa.large_string(), pa.int64(), pa.float64(), pa.binary(), pa.null()))
    junk = pa.nulls(table.num_rows, kind)
    what = draw.choice(("gone", "typed", "twice", "more", "dictionary"))
    if what == "gone":
        table = table.remove_column(place)
    elif what == "typed":
        table = table.set_column(place, name, junk)
    elif what == "twice":
        table = table.append_column(name, table.column(place))
    elif what == "more":
        table = table.append_column("more", junk)
    else:
        table = table.set_column(place, name, pa.array(["x"] * table.num_rows).dictionary_encode())
    pq.write_table(table, path)
    return f"{name} {what}"


def of_bytes(draw: random.Random, table: pa.Table, path: Path, tables: list[pa.Table]) -> str:
    """Some bytes of the file are others, or it is cut short."""
    pq.write_table(table, path)
    data = bytearray(path.read_bytes())
    if draw.random() < 0.3:
        del data[draw.randrange(len(data)) :]
    # Most of a file is video, which hides damage: aim at the footer, too.
    low = draw.choice((0, max(0, len(data) - 20_000)))
    for _ in range(draw.randint(1, 20)):
        if len(data) > low:
            data[draw.randrange(low, len(data))] = draw.randrange(256)
    path.write_bytes(bytes(data))
    return f"{len(data)} bytes"


CHANGES: dict[Callable[..., str], int] = {
    of_values: 45,
    of_json: 30,
    of_columns: 12,
    of_schema: 5,
    of_bytes: 8,
}
"""With how often each comes."""


def _spoil(draw: random.Random, row: Row) -> str:
    holder: Any = row
    key: Any = draw.choice(list(row))
    kind = PLAIN.field(key).type
    said = str(key)
    while True:
        value = holder[key]
        if pa.types.is_list(kind) and value and draw.random() < 0.8:
            holder, key, kind = value, draw.randrange(len(value)), kind.value_type
        elif pa.types.is_struct(kind) and value:
            key, holder = draw.choice([field.name for field in kind]), value
            kind, said = kind.field(key).type, f"{said}.{key}"
        else:
            break
    holder[key] = _other(draw, str(key), kind, value)
    return f"{said} = {str(holder[key])[:40]!r}"


def _other(draw: random.Random, name: str, kind: pa.DataType, value: Any) -> Any:
    if draw.random() < 0.1:
        return None
    if pa.types.is_list(kind):
        value = value or []
        return draw.choice(([], value[1:], value[:-1], value + value, value[::-1], value * 30))
    if pa.types.is_floating(kind):
        return draw.choice(REALS)
    if pa.types.is_integer(kind):
        low, high = (-128, 127) if kind == pa.int8() else (-(2**31), 2**31 - 1)
        return min(max(draw.choice((*WHOLES, (value or 0) + 1, (value or 0) - 1)), low), high)
    if pa.types.is_boolean(kind):
        return not value
    if pa.types.is_binary(kind):
        data = bytearray(value or b"junk")
        for _ in range(20):
            data[draw.randrange(len(data))] = draw.randrange(256)
        return draw.choice((b"", b"junk", bytes(data), data[: draw.randrange(len(data))], data + data))
    if name in JSON:
        return draw.choice(RAW)
    return draw.choice((*TEXTS, (value or "") + "x"))


def _spoil_json(draw: random.Random, row: Row) -> str:
    places: list[tuple[Any, str]] = [(row, "config")] * 3
    places += [(operation, "arguments") for operation in row["operations"]]
    places += [(state, "state") for state in row["states"]]
    holder, name = draw.choice(places)
    try:
        value = json.loads(holder[name])
    except (ValueError, RecursionError):
        return name
    inner: Any = value
    while isinstance(inner, dict | list) and inner:
        key = draw.choice(list(inner)) if isinstance(inner, dict) else draw.randrange(len(inner))
        if isinstance(inner[key], dict | list) and inner[key] and draw.random() < 0.7:
            inner = inner[key]
            continue
        if isinstance(inner, dict) and draw.random() < 0.3:
            del inner[key]
        else:
            inner[key] = copy.deepcopy(draw.choice(JUNK))
        break
    holder[name] = json.dumps(value)
    return f"{name} {str(key)[:40]!r}" if value else name


def run_commands(folder: Path, seed: int, main: Callable[[list[str]], int]) -> list[Ended]:
    """Every command on a folder, one after the other."""
    beside = folder.parent
    more = {
        "cot": ["--out", str(beside / "cot")],
        "export": ["--format", FORMATS[seed % len(FORMATS)], "--out", str(beside / "export")],
        "stats": ["--out", str(beside / "stats.png")],
        "preview": ["--out", str(beside / "page.html")],
    }
    return [_run([name, str(folder), *more.get(name, [])], main) for name in COMMANDS]


def _run(arguments: list[str], main: Callable[[list[str]], int]) -> Ended:
    said = io.StringIO()
    status: int | str
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            status = main(arguments)
        except BaseException as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            status = f"{type(error).__name__} in {Path(where.filename).name}, {where.name}"
    lines = re.split(r"[\r\n]+", said.getvalue())
    # Progress bars write there, too.
    return Ended(arguments[0], status, "\n".join(line for line in lines if line and "row/s" not in line))


def problem(ended: Ended) -> str:
    """What is wrong with how a command ended; nothing if it is a status of ours and says so in one line."""
    if ended.status not in (0, 1, 2):
        return str(ended.status)
    lines = [line for line in ended.said.splitlines() if "it/s" not in line and "?row" not in line]
    if ended.status == 2 and (len(lines) != 1 or not lines[0].startswith(f"synrl {ended.command}: ")):
        return f"status 2 and {len(lines)} lines: {lines[:3]}"
    if any(not line.isprintable() for line in lines):
        return f"not printable: {lines[:3]!r}"
    return ""


def _one(base: str, seed: int) -> tuple[int, str, list[Ended]]:
    from synrl.cli import main

    with tempfile.TemporaryDirectory(prefix="synrl-hostile-") as scratch:
        folder = Path(scratch) / "rows"
        what = write_folder(load(Path(base)), seed, folder)
        return seed, what, run_commands(folder, seed, main)


def _main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folders", type=int, default=1000, metavar="N")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="K", help="of the first folder; the others follow"
    )
    parser.add_argument("--num-proc", type=int, default=2, metavar="P")
    parser.add_argument("--show", action="store_true", help="print what every command said")
    arguments = parser.parse_args()
    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import plain
    from synrl.tasks import families

    base = Path(tempfile.mkdtemp(prefix="synrl-hostile-"))
    statuses: Counter[str] = Counter()
    wrong = 0
    try:
        rows = generate(plain(tuple(families()), 6, seed=11), base / "rows", progress=False)
        seeds = range(arguments.seed, arguments.seed + arguments.folders)
        with ProcessPoolExecutor(arguments.num_proc, mp_context=get_context("spawn")) as pool:
            for seed, what, all_ended in pool.map(_one, [str(rows)] * len(seeds), seeds):
                for ended in all_ended:
                    found = problem(ended)
                    wrong += bool(found)
                    statuses["wrong" if found else f"status {ended.status}"] += 1
                    if found or arguments.show:
                        print(
                            f"{seed} {what} | {ended.command}: {found or ended.status} {ended.said[-200:]!r}"
                        )
    finally:
        shutil.rmtree(base)
    print(f"{arguments.folders} folders, {len(COMMANDS)} commands each: {dict(statuses)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main())
