"""Whatever a stranger's file holds, it is met with one line, in little memory and time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synrl.cli import main
from synrl.dataset import layout
from synrl.dataset.gate import CHECKS
from synrl.dataset.json_texts import strange
from synrl.dataset.reading import Source, reading
from synrl.errors import ConfigError, DataError, OutputError
from synrl.schema import features

_spec = spec_from_file_location("hostile", Path(__file__).with_name("hostile.py"))
assert _spec is not None and _spec.loader is not None
hostile = sys.modules["hostile"] = module_from_spec(_spec)
_spec.loader.exec_module(hostile)

Row = dict[str, Any]
FOLDERS = 60
"""Of the seeded ones that each run of the tests tries; `hostile.py` tries any number."""
LONG, SHORT = "card_stack", "direction_identification"
LARGE = '{"a":"%s"}' % ("x" * 900_000)
DEEP = '{"a":' * 20_000 + "1" + "}" * 20_000


def rows_of(folder: Path, family: str = LONG) -> list[Row]:
    path = next((folder / family).glob("*.parquet"))
    rows: list[Row] = pq.ParquetFile(path).read_row_group(0).slice(0, 3).to_pylist()
    return rows


def put(row: Row, place: str, value: Any) -> None:
    """Set what stands at `tracks.0.x.5` of a row; a value that is a function makes it of what was there."""
    *before, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    holder: Any = row
    for part in before:
        holder = holder[part]
    holder[last] = value(holder[last]) if callable(value) else value


def write(tmp_path: Path, table: pa.Table, **options: Any) -> Path:
    folder = tmp_path / "bad"
    folder.mkdir()
    pq.write_table(table, folder / "bad.parquet", **options)
    return folder


def said_of(folder: Path) -> str:
    """What is said when all of a folder is read."""
    with pytest.raises(DataError) as caught:
        list(Source.open(str(folder)).rows())
    said = str(caught.value)
    assert said.isprintable() and len(said) < 1500
    return said


def config(**changes: Any) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), **changes})


VALUES: list[tuple[str, Any, str]] = [
    ("id", None, "id is None; allowed: a value"),
    ("id", "", "id is ''; allowed: one character or more"),
    ("id", "x" * 201, "allowed: at most 200 characters"),
    ("id", "a\nb", r"id is 'a\nb'; allowed: characters that can be shown"),
    ("id", "\x1b[2J", r"id is '\x1b[2J'; allowed: characters that can be shown"),
    ("id", "\u202eabc", r"id is '\u202eabc'; allowed: characters that can be shown"),
    ("id", "a\u2028b", r"id is 'a\u2028b'; allowed: characters that can be shown"),
    ("family", "no_family", "family is 'no_family'; allowed: acceleration_detection, "),
    ("family", None, "family is None"),
    ("category", "", "category is ''"),
    ("mode", "x\x00", r"mode is 'x\x00'; allowed: perception, "),
    ("primitive", "x\x00", r"primitive is 'x\x00'"),
    ("level", 0, "level is 0; allowed: 1 to 5"),
    ("level", 6, "level is 6; allowed: 1 to 5"),
    ("level", -128, "level is -128"),
    ("video", None, "video is None"),
    ("video.bytes", None, "video.bytes is None"),
    ("video.path", "\x00", r"video.path is '\x00'"),
    ("fps", 0.0, "fps is 0.0; allowed: 1 to 240"),
    ("fps", float("nan"), "fps is nan; allowed: 1 to 240"),
    ("fps", float("inf"), "fps is inf"),
    ("fps", -30.0, "fps is -30.0"),
    ("num_frames", 2**31 - 1, "num_frames is 2147483647; allowed: 1 to 100000"),
    ("num_frames", 0, "num_frames is 0"),
    ("num_frames", -1, "num_frames is -1"),
    ("num_frames", lambda count: count + 1, "allowed: as many as frames"),
    ("num_frames", None, "num_frames is None"),
    ("duration", float("nan"), "duration is nan"),
    ("duration", 0.0, "duration is 0.0"),
    ("width", 447, "width is 447; allowed: even numbers"),
    ("width", 8194, "width is 8194; allowed: 2 to 8192"),
    ("height", -2, "height is -2"),
    ("question", "x" * 10_001, "allowed: at most 10000 characters"),
    ("question", None, "question is None"),
    ("options", None, "options is None"),
    ("options", [None], "options is None"),
    ("options", ["x"] * 11, "options has 11 values; allowed: at most 10"),
    ("options", ["x" * 10_001], "allowed: at most 10000 characters"),
    ("answer_type", "guess", "answer_type is 'guess'; allowed: choice, integer"),
    ("answer", None, "answer is None"),
    ("answer_text", "x" * 10_001, "answer_text is 'xxx"),
    ("min_fps", float("nan"), "min_fps is nan"),
    ("min_fps", -1.0, "min_fps is -1.0"),
    ("guess_rate", 1.5, "guess_rate is 1.5; allowed: 0 to 1"),
    ("twin_id", "", "twin_id is ''"),
    ("objects", None, "objects is None"),
    ("objects", [None], "objects is None"),
    ("objects", lambda items: items[:1] * 501, "objects has 501 values; allowed: at most 500"),
    ("objects.0.name", None, "objects.name is None"),
    ("objects.0.name", "a\nb", r"objects.name is 'a\nb'"),
    ("objects.0.size", float("nan"), "objects.size is nan"),
    ("objects.0.size", -1.0, "objects.size is -1.0"),
    ("tracks", [None], "tracks is None"),
    ("tracks.0.x", None, "tracks.x is None"),
    ("tracks.0.x.5", None, "tracks.x is None"),
    ("tracks.0.x.5", float("nan"), "tracks.x is nan; allowed: -1000000 to 1000000"),
    ("tracks.0.y.5", float("-inf"), "tracks.y is -inf"),
    ("tracks.0.angle.5", 1e30, "tracks.angle is 1.0"),
    ("tracks.0.size.5", -1.0, "tracks.size is -1.0"),
    ("tracks", lambda tracks: tracks[1:], "allowed: as many as objects, "),
    ("tracks.0.x", lambda places: places[1:], "tracks.x has "),
    ("tracks.0.visible", [], "tracks.visible has 0 values; allowed: as many as frames"),
    ("tracks.0.visible.0", None, "tracks.visible is None"),
    ("operations", None, "operations is None"),
    ("operations.0", None, "operations is None"),
    ("operations.0.index", -1, "operations.index is -1; allowed: 0 to 10000"),
    ("operations.0.start_frame", 99_999, "allowed: up to operations.end_frame"),
    ("operations.0.end_frame", 99_999, "operations.end_frame is 99999; allowed: up to num_frames"),
    ("operations.0.kind", "", "operations.kind is ''"),
    ("operations.0.arguments", None, "operations.arguments is None"),
    ("operations.0.arguments", "[" * 100_000, "allowed: nested at most 50 deep"),
    ("operations.0.arguments", "7", "column operations.arguments holds int, not an object"),
    ("operations", lambda steps: steps[:1] * 10_001, "operations has 10001 values; allowed: at most 10000"),
    ("states.1.frame", 99_999, "states.frame is 99999; allowed: up to num_frames"),
    ("states.1.frame", -1, "states.frame is -1"),
    ("states.1.state", DEEP, "allowed: nested at most 50 deep"),
    ("states.1.state", '{"a":NaN}', """states.state is '{"a":NaN}'; allowed: finite numbers"""),
    ("states.1.state", '{"a":"x', "column states.state is not JSON"),
    ("states.1.visible", None, "states.visible is None"),
    ("states", lambda all_: [{**all_[0], "state": LARGE}] * 5, "at most 4000000 bytes in a row"),
    ("seed", -1, "seed is -1"),
    ("seed", None, "seed is None"),
    ("config", None, "config is None"),
    ("config", "[]", "column config holds list, not an object"),
    ("config", "not json", "column config is not JSON"),
    ("config", "", "column config is not JSON"),
    ("config", DEEP, "allowed: nested at most 50 deep"),
    ("config", '{"a":-Infinity}', "allowed: finite numbers"),
    ("config", '{"a":1e999}', "allowed: finite numbers"),
    ("config", '{"a":%s}' % ("9" * 5000), "allowed: whole numbers of at most 9223372036854775807"),
    ("config", '{"a":9223372036854775808}', "allowed: whole numbers"),
    ("config", '{"a":"\\ud800"}', "allowed: whole characters"),
    ("config", '{"a":"%s"}' % ("x" * 1_000_000), "allowed: at most 1000000 bytes"),
    ("config", "{}", "column config: split is None; allowed: a text"),
    ("config", config(query=[1]), "column config: query is [1]; allowed: an object"),
    ("config", config(index="x"), "column config: index is 'x'; allowed: a whole number from 0 on"),
    ("generator_version", None, "generator_version is None"),
    ("cot", "x" * 1_000_001, "allowed: at most 1000000 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "said"), VALUES, ids=range(len(VALUES)))
def test_a_value_that_no_row_has_is_named_with_its_row(
    folder: Path, tmp_path: Path, place: str, value: Any, said: str
) -> None:
    rows = rows_of(folder)
    put(rows[1], place, value)
    found = said_of(write(tmp_path, hostile.table_of(rows)))
    assert "bad.parquet, row 1: " in found and said in found


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("events.0.frame", -1, "events.frame is -1; allowed: 0 to 100000"),
        ("events.0.end_frame", 99_999, "events.end_frame is 99999; allowed: up to num_frames"),
        ("events.0.frame", 99_999, "events.frame is 99999; allowed: up to events.end_frame"),
        ("events.0.time_ms", -1, "events.time_ms is -1"),
        ("events.0.kind", None, "events.kind is None"),
        ("events.0.actor", "a\rb", r"events.actor is 'a\rb'"),
        ("events.0.detail", "x" * 1001, "allowed: at most 1000 characters"),
        ("events", lambda events: events[:1] * 10_001, "events has 10001 values"),
    ],
)
def test_an_event_that_no_row_has_is_named_with_its_row(
    folder: Path, tmp_path: Path, place: str, value: Any, said: str
) -> None:
    rows = rows_of(folder, SHORT)
    put(rows[2], place, value)
    found = said_of(write(tmp_path, hostile.table_of(rows)))
    assert "bad.parquet, row 2: " in found and said in found


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        ("choice", "Z", "answer is 'Z'; allowed: one of ABCDEFGHIJ"),
        ("choice", "", "answer is ''; allowed: one of"),
        ("integer", "many", "answer is 'many'; allowed: a whole number"),
        ("integer", "9" * 5000, "allowed: a whole number"),
        ("interval", "later", "allowed: a start and an end in seconds"),
        ("interval", "[nan, nan]", "allowed: a start and an end in seconds"),
    ],
)
def test_an_answer_that_is_not_of_its_type_is_one_line(
    folder: Path, tmp_path: Path, kind: str, answer: str, said: str
) -> None:
    rows = rows_of(folder)
    rows[1] |= {"answer_type": kind, "answer": answer}
    assert said in said_of(write(tmp_path, hostile.table_of(rows)))


def test_too_many_places_of_all_tracks_are_one_line(folder: Path, tmp_path: Path) -> None:
    rows = rows_of(folder)
    long = {name: [1.0] * 100_000 for name in ("x", "y", "angle", "size")} | {"visible": [True] * 100_000}
    rows[1] |= {"num_frames": 100_000, "objects": rows[1]["objects"][:1] * 21}
    rows[1]["tracks"] = [{"name": "a", **long}] * 21
    assert "row 1: 21 tracks have 100000 frames; allowed: 2000000 places" in said_of(
        write(tmp_path, hostile.table_of(rows))
    )


@pytest.mark.parametrize("column", ["id", "question", "options", "config", "answer_type", "objects"])
def test_bytes_that_are_no_text_are_one_line(folder: Path, tmp_path: Path, column: str) -> None:
    rows = rows_of(folder)
    bad = pa.array([b"ok", b"\xff\xfe", b"ok"]).view(pa.string())
    if column == "options":
        bad = pa.ListArray.from_arrays([0, 1, 2, 3], bad)
    if column == "objects":
        sizes, named = pa.array([1.0, 2.0, 3.0], pa.float32()), pa.array(["a", "b", "c"])
        fields = dict(name=bad, shape=named, colour=named, size=sizes)
        bad = pa.ListArray.from_arrays([0, 1, 2, 3], pa.StructArray.from_arrays(fields.values(), fields))
    table = hostile.table_of(rows)
    table = table.set_column(table.column_names.index(column), column, bad)
    assert r"is b'\xff\xfe'; allowed: UTF-8" in said_of(write(tmp_path, table))


def _typed(column: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    """A column as another type, empty where its values don't fit."""

    def change(table: pa.Table) -> pa.Table:
        place = table.column_names.index(column)
        return table.set_column(place, column, pa.array([None] * len(table), kind))

    return change


def _of(column: str, change: Callable[[pa.Array], pa.Array]) -> Callable[[pa.Table], pa.Table]:
    def changed(table: pa.Table) -> pa.Table:
        array = change(table.column(column).combine_chunks())
        return table.set_column(table.column_names.index(column), column, array)

    return changed


def _reordered(array: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays([array.field("path"), array.field("bytes")], ["path", "bytes"])


TABLES: list[tuple[Callable[[pa.Table], pa.Table], str]] = [
    (lambda table: pa.table({"a": [1]}), "it has no column id, family"),
    (lambda table: table.drop_columns("cot"), "it has no column cot"),
    (lambda table: table.append_column("a\nb", table.column("id")), r"a column 'a\nb', which rows have not"),
    (lambda table: table.append_column("id", table.column("id")), "it has two columns id"),
    (_of("id", lambda array: array.cast(pa.large_string())), "column id is 'large_string', not 'string'"),
    (_of("id", lambda array: array.dictionary_encode()), "column id is 'dictionary<values=string"),
    (_of("id", lambda array: array.cast(pa.string_view())), "column id is 'string_view'"),
    (_of("id", lambda array: array.cast(pa.binary())), "column id is 'binary'"),
    (_of("num_frames", lambda array: array.cast(pa.int64())), "column num_frames is 'int64', not 'int32'"),
    (_of("num_frames", lambda array: array.cast(pa.string())), "column num_frames is 'string'"),
    (_of("fps", lambda array: array.cast(pa.float64())), "column fps is 'double', not 'float'"),
    (_of("level", lambda array: array.cast(pa.uint8())), "column level is 'uint8'"),
    (_of("options", lambda array: array.cast(pa.large_list(pa.string()))), "column options is 'large_list"),
    (_typed("options", pa.list_view(pa.string())), "column options is 'list_view"),
    (_of("options", lambda array: array.cast(pa.list_(pa.large_string()))), "column options is 'list<"),
    (_of("video", lambda array: array.field("bytes")), "column video is 'binary', not 'struct<"),
    (_of("video", _reordered), "column video is 'struct<path"),
    (_typed("options", pa.list_(pa.string(), 4)), "column options is 'fixed_size_list"),
    (_typed("cot", pa.null()), "column cot is 'null'"),
    (_typed("objects", pa.list_(pa.struct([("name", pa.string())]))), "column objects is 'list<"),
    (_typed("objects", pa.string()), "column objects is 'string'"),
    (_typed("question", pa.json_()), "column question is 'extension<arrow.json>'"),
    (_typed("config", pa.struct([("split", pa.string())])), "column config is 'struct<split"),
    (_typed("seed", pa.timestamp("us")), "column seed is 'timestamp"),
    (_typed("fps", pa.decimal128(9)), "column fps is 'decimal128"),
    (_typed("tracks", pa.map_(pa.string(), pa.string())), "column tracks is \"map<"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), TABLES, ids=range(len(TABLES)))
def test_columns_of_something_else_are_one_line(
    folder: Path, tmp_path: Path, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    found = said_of(write(tmp_path, change(hostile.table_of(rows_of(folder)))))
    assert "bad.parquet is not a SynRL file: " in found and said in found


def test_lists_stored_under_other_names_are_one_line(folder: Path, tmp_path: Path) -> None:
    table = hostile.table_of(rows_of(folder))
    said = said_of(write(tmp_path, table, use_compliant_nested_type=False))
    assert "its lists are not stored as list.element" in said


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("id,family\n")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-4000:-3000] = bytes(1000)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("change", [_cut, _emptied, _text, _folder, _pipe, _dangling, _damaged])
def test_what_is_no_parquet_file_is_one_line(
    folder: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    bad = write(tmp_path, hostile.table_of(rows_of(folder)))
    change(bad / "bad.parquet")
    assert "bad.parquet can't be read: " in said_of(bad)


def small(folder: Path) -> Row:
    """A row that takes next to nothing."""
    row = rows_of(folder)[0]
    nothing: Row = {name: [] for name in ("objects", "tracks", "events", "operations", "states", "options")}
    return row | nothing | {"video": {"bytes": b"", "path": "x.mp4"}}


def test_a_group_of_too_many_rows_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    bad = write(tmp_path, hostile.table_of([small(folder)] * 4097))
    assert "row group 0 has 4097 rows; allowed: at most 4096" in said_of(bad)


def test_a_group_of_too_many_values_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    rows = rows_of(folder)
    rows[0]["tracks"] = [{**rows[0]["tracks"][0], "visible": [True] * 1000}]
    table = hostile.table_of([rows[0]])
    place = table.column_names.index("tracks")
    tracks = table.column("tracks").combine_chunks()
    many = pa.concat_arrays([tracks.flatten()] * 70_000)
    table = table.set_column(place, "tracks", pa.ListArray.from_arrays([0, len(many)], many))
    assert re.search("has [0-9]{8,} values; allowed: at most 67108864", said_of(write(tmp_path, table)))


@pytest.mark.parametrize("column", ["question", "video", "events"])
def test_gigabytes_in_a_small_file_are_refused_unread(folder: Path, tmp_path: Path, column: str) -> None:
    row = small(folder)
    event = dict(frame=1, time_ms=33, end_frame=2, end_time_ms=67, kind="x", actor="", target="", detail="")
    row |= {
        "question": {"question": "x" * 1_000_000},
        "video": {"video": {"bytes": bytes(1_000_000), "path": "x.mp4"}},
        "events": {"events": [{**event, "detail": "x" * 1_000_000}] * 3},
    }[column]
    table = pa.concat_tables([hostile.table_of([row])] * 1200)  # of one array, so this takes no gigabytes
    bad = write(tmp_path, table, dictionary_pagesize_limit=2**26)
    assert (bad / "bad.parquet").stat().st_size < 4_000_000
    assert re.search("row group 0 takes [0-9]{10} bytes in memory; allowed: ", said_of(bad))


def _number(value: int) -> bytes:
    """As a footer stores it."""
    value, digits = 2 * value, bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes((*digits, value))


@pytest.mark.parametrize(("claim", "said"), [(8000, "has 8000 rows; allowed: at most 4096"), (4000, "")])
def test_a_footer_that_lies_is_one_line(folder: Path, tmp_path: Path, claim: int, said: str) -> None:
    bad = write(tmp_path, hostile.table_of([small(folder)] * 3001))
    data = (bad / "bad.parquet").read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8].replace(_number(3001), _number(claim))
    (bad / "bad.parquet").write_bytes(data[: -8 - length] + footer + data[-8:])
    assert said in said_of(bad)


def test_a_column_in_which_texts_share_their_beginnings_is_refused(folder: Path, tmp_path: Path) -> None:
    row = small(folder)
    table = hostile.table_of([row | {"cot": "x" * 900_000}] + [row | {"cot": ""}] * 1999)
    encoding = {"cot": "DELTA_BYTE_ARRAY"}
    bad = write(tmp_path, table, use_dictionary=False, column_encoding=encoding, compression="zstd")
    assert "column cot is stored as " in said_of(bad)


def test_columns_in_another_order_and_json_as_text_are_read(folder: Path, tmp_path: Path) -> None:
    table = hostile.table_of(rows_of(folder))
    bad = write(tmp_path, table.select(table.column_names[::-1]), store_schema=False, compression="zstd")
    own = list(Source.open(str(folder / LONG)).rows())[:3]
    assert list(Source.open(str(bad)).rows()) == own


def test_the_layout_is_that_of_the_features() -> None:
    wanted = features().arrow_schema
    assert layout.SCHEMA.names == wanted.names
    for field in wanted:
        assert layout.SCHEMA.field(field.name).type == field.type


def test_every_part_of_a_row_has_its_check() -> None:
    parts = {path.replace(".list.element", "") for path in layout._leaves(layout.SCHEMA)}
    assert parts == set(CHECKS)


def test_rows_are_numbered_through_the_groups_of_a_file(folder: Path, tmp_path: Path) -> None:
    rows = rows_of(folder)
    rows[2]["level"] = 9
    assert "row 2: level is 9" in said_of(write(tmp_path, hostile.table_of(rows), row_group_size=2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a":"[[[[NaN 1e999 %s"}' % ("{" * 100), None),
        ('{"a":0.12345678901234567890123}', None),
        ('{"a":"\\ud83d\\ude00"}', None),
        ("[" * 50 + "]" * 50, None),
        ("[" * 51 + "]" * 51, "nested at most 50 deep"),
        ('["\\"' + "[" * 60, None),
        ('"\\' + '"[' * 60, None),
        ('{"a":-1e400}', "finite numbers"),
        ("1" * 400 + ".5", "finite numbers"),
    ],
)
def test_json_is_strange_for_what_is_outside_of_its_strings(text: str, said: str | None) -> None:
    found = strange(pa.array(["{}", text]))
    assert found == (None if said is None else (1, said))


def test_strange_json_of_a_megabyte_takes_no_quadratic_time() -> None:
    for piece in ('\\"', '"', "\\", "[", '[{"', "é"):
        strange(pa.array([piece * (1_000_000 // len(piece.encode())), '"' + piece * 400_000 + "\\"]))


def test_what_a_row_breaks_names_it_and_what_others_break_does_not() -> None:
    row = {"id": "card_stack-train-000001"}
    for error in (KeyError("pile Z"), TypeError("x\ny"), ConfigError("no such ask"), AssertionError()):
        with pytest.raises(DataError, match=r"^row card_stack-train-000001 contradicts itself"), reading(row):
            raise error
    for passed in (OutputError("disk full"), DataError("as it is"), OSError("gone")):
        with pytest.raises(type(passed), match=f"^{passed}$"), reading(row):
            raise passed


WORST: list[tuple[str, Any]] = [
    ("num_frames", 2**31 - 1),
    ("config", DEEP),
    ("states.1.state", '{"a":' + "9" * 900_000 + "}"),
    ("tracks.0.size.5", float("nan")),
]
IN_LITTLE_MEMORY = """\
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
from synrl.cli import main
for number, folder in enumerate(sys.argv[1:]):
    for command in (
        ["verify", folder],
        ["audit", folder],
        ["cot", folder, "--out", f"{folder}-cot"],
        ["export", folder, "--format", "verl", "--out", f"{folder}-export"],
        ["stats", folder, "--out", f"{folder}.png"],
        ["preview", folder, "--out", f"{folder}.html"],
    ):
        print(number, command[0], main(command))
"""


def test_the_worst_of_them_end_every_command_in_little_memory(folder: Path, tmp_path: Path) -> None:
    folders = []
    for number, (place, value) in enumerate(WORST):
        rows = rows_of(folder)
        put(rows[1], place, value)
        (tmp_path / str(number)).mkdir()
        folders.append(write(tmp_path / str(number), hostile.table_of(rows)))
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY, *map(str, folders)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    ended = [line.split() for line in done.stdout.splitlines() if re.fullmatch(r"\d \w+ \d", line)]
    fine = [["1", "stats", "0"], ["2", "stats", "0"], ["3", "stats", "0"]]  # it reads none of these columns
    assert len(ended) == 24 and [one for one in ended if one[2] != "2"] == fine
    told = [line for line in done.stderr.replace("\r", "\n").splitlines() if "row 1: " in line]
    assert len(told) == 21


@pytest.mark.parametrize("command", hostile.COMMANDS)
def test_a_file_without_rows_ends_no_command_in_a_traceback(
    folder: Path, tmp_path: Path, command: str
) -> None:
    bad = write(tmp_path, hostile.table_of([]))
    ended = {one.command: one for one in hostile.run_commands(bad, 0, main)}
    assert hostile.problem(ended[command]) == ""


@pytest.mark.parametrize("part", range(6))
def test_no_command_ends_in_a_traceback_on_any_of_many_folders(
    folder: Path, tmp_path: Path, part: int
) -> None:
    tables = hostile.load(folder)
    count = FOLDERS // 6
    for seed in range(part * count, (part + 1) * count):
        rows = tmp_path / str(seed) / "rows"
        what = hostile.write_folder(tables, seed, rows)
        told = {ended.command: hostile.problem(ended) for ended in hostile.run_commands(rows, seed, main)}
        wrong = {command: said for command, said in told.items() if said}
        assert not wrong, (seed, what)


def test_the_seeds_give_the_same_folders_and_different_ones(folder: Path, tmp_path: Path) -> None:
    tables = hostile.load(folder)
    told = [hostile.write_folder(tables, seed, tmp_path / f"{n}") for n, seed in enumerate((1, 1, 2, 3, 4))]
    assert told[0] == told[1] and len(set(told)) > 2
    one, other = (next((tmp_path / name).iterdir()).read_bytes() for name in ("0", "1"))
    assert one == other and all(a != b for a, b in pairwise(sorted(set(told))))
