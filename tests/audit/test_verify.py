"""verify proves what generate writes, and catches every kind of lie in a row."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synrl.audit.row import check_row, examine
from synrl.audit.verify import verify
from synrl.dataset.reading import Source
from synrl.dataset.rows import make_row
from synrl.errors import DataError

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    return [row for group in Source.open(str(folder)).groups for row in group.rows()]


def one(rows: list[Row], family: str, **having: Any) -> Row:
    """A private copy of the first row of a family with some column values."""
    return copy.deepcopy(
        next(r for r in rows if r["family"] == family and all(r[k] == v for k, v in having.items()))
    )


def test_every_generated_row_is_proved(folder: Path) -> None:
    report = verify(str(folder), progress=False)
    assert report.problems == {}
    assert set(report.rows.values()) == {6}


@pytest.mark.parametrize(
    ("family", "index"),
    [
        ("card_stack", 209),  # the corners of the border were taken for ink
        ("card_stack", 1869),
        ("collision_counting", 233),  # a disc never left the wall
        ("file_system", 1797),  # a command was longer than the window is wide
    ],
)
def test_rows_that_are_rare_are_proved(family: str, index: int) -> None:
    row = make_row(family, split="train", seed=20261201, index=index).to_dict()
    assert list(check_row(row)) == []


def test_colour_that_bleeds_beside_a_shape_does_not_move_it() -> None:
    row = make_row("event_ordering", split="test_shift", seed=0, index=2).to_dict()
    assert list(check_row(row)) == []


def shift_track(row: Row) -> None:
    row["tracks"][0]["x"] = [x + 2 for x in row["tracks"][0]["x"]]


def shift_all_tracks(row: Row) -> None:
    for track in row["tracks"]:
        track["y"] = [y - 1.5 for y in track["y"]]


def shift_track_on_one_frame(row: Row) -> None:
    row["tracks"][0]["x"][40] += 1


def turn_track(row: Row) -> None:
    row["tracks"][0]["angle"] = [angle + 90 for angle in row["tracks"][0]["angle"]]


def swell_track(row: Row) -> None:
    row["tracks"][0]["size"] = [size * 1.4 for size in row["tracks"][0]["size"]]


def swap_answer(row: Row) -> None:
    other = next(letter for letter in "ABCD" if letter != row["answer"])
    row["answer"], row["answer_text"] = other, row["options"]["ABCD".index(other)]


def move_event(row: Row) -> None:
    event = row["events"][0]
    event["frame"] += 1
    event["time_ms"] = round(event["frame"] * 1000 / 30)


def drop_event(row: Row) -> None:
    row["events"].pop()


def lie_about_time(row: Row) -> None:
    row["events"][0]["time_ms"] += 10


def raise_min_fps(row: Row) -> None:
    row["min_fps"] = 30.0


def reword(row: Row) -> None:
    row["question"] = row["question"].replace("direction", "colour") + "?"


def rename(row: Row) -> None:
    row["id"] = "direction_identification-train-999999"


def repaint(row: Row) -> None:
    row["objects"][0]["colour"] = "#00ffff"


def truncate(row: Row) -> None:
    row["video"]["bytes"] = row["video"]["bytes"][:-2000]


def no_video(row: Row) -> None:
    row["video"]["bytes"] = b"not a video"


def reencode(row: Row, *, skip: int | None = None, rate: int = 30) -> None:
    """Write the video again without a frame, or at another rate."""
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(row["video"]["bytes"])) as source,
        av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as target,
    ):
        stream = target.add_stream("libx264", rate=rate, options={"crf": "10", "bf": "0", "g": "15"})
        stream.width, stream.height, stream.pix_fmt = row["width"], row["height"], "yuv420p"
        kept = (frame for number, frame in enumerate(source.decode(video=0)) if number != skip)
        for number, frame in enumerate(kept):
            again = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"), format="rgb24")
            again.pts = number
            target.mux(stream.encode(again))
        target.mux(stream.encode(None))
    row["video"]["bytes"] = file.getvalue()


def drop_frame(row: Row) -> None:
    reencode(row, skip=70)


def other_rate(row: Row) -> None:
    reencode(row, rate=25)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (shift_track, "its track"),
        (shift_all_tracks, "its track"),
        (shift_track_on_one_frame, "events differ"),
        (swap_answer, "solver says"),
        (move_event, "events differ"),
        (drop_event, "events differ"),
        (lie_about_time, "other times in ms"),
        (raise_min_fps, "min_fps"),
        (reword, "no wording"),
        (rename, "its config says"),
        (repaint, "not found where its track says"),
        (truncate, "cut short"),
        (no_video, "not a readable video"),
        (drop_frame, "num_frames"),
        (other_rate, "fps is"),
    ],
)
def test_a_lie_about_a_short_clip_is_caught(rows: list[Row], lie: Callable[[Row], None], said: str) -> None:
    row = one(rows, "direction_identification", mode="perception", answer_type="choice")
    assert check_row(row) == []
    lie(row)
    assert said in "; ".join(check_row(row))


def test_the_unchanged_but_reencoded_video_passes(rows: list[Row]) -> None:
    row = one(rows, "direction_identification", mode="perception")
    reencode(row)
    assert examine(row, same_libraries=False).problems == []


@pytest.mark.parametrize("lie", [turn_track, swell_track])
def test_an_angle_or_a_size_that_the_pixels_do_not_show_is_caught(
    rows: list[Row], lie: Callable[[Row], None]
) -> None:
    turning = [row for row in rows if row["family"] == "rotation_counting" and row["events"]]
    row = copy.deepcopy(turning[0])
    assert check_row(row) == []
    lie(row)
    said = "; ".join(check_row(row))
    assert "what its angle and size say" in said or "found where its track says" in said


@pytest.mark.parametrize("column", ["operations", "states"])
def test_a_lie_about_a_long_clip_is_caught(rows: list[Row], column: str) -> None:
    row = one(rows, "card_stack")
    if column == "operations":
        row["operations"][1]["end_frame"] -= 1
    else:
        pile = next(cards for cards in row["states"][2]["state"].values() if len(cards) > 1)
        pile.reverse()
    assert f"{column} differ" in "; ".join(check_row(row))


@pytest.mark.parametrize("family", ["direction_identification", "collision_counting", "card_stack"])
@pytest.mark.parametrize("frame", [3, 40, -20, -1])
def test_a_track_that_is_off_on_one_frame_is_caught(rows: list[Row], family: str, frame: int) -> None:
    row = one(rows, family)
    track = next(track for track in row["tracks"] if track["visible"][frame])
    track["x"][frame] += 1
    assert check_row(row)


def test_a_missing_contact_is_caught(rows: list[Row]) -> None:
    row = one(rows, "collision_counting")
    drop_event(row)
    assert "events differ" in "; ".join(check_row(row))


def test_hostile_columns_are_reported_and_never_raise(rows: list[Row]) -> None:
    for column in ("tracks", "config", "options", "states", "objects", "answer_type", "video", "fps"):
        for junk in (None, [], {}, "x", [{"name": 1}]):
            row = one(rows, "card_stack")
            row[column] = junk
            if row[column] != one(rows, "card_stack")[column]:
                assert check_row(row), (column, junk)


def test_two_rows_with_one_id_are_caught(folder: Path, tmp_path: Path) -> None:
    path = next(folder.glob("card_stack/*.parquet"))
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table, table.slice(0, 1)]), tmp_path / "twice.parquet")
    report = verify(str(tmp_path), progress=False)
    assert list(report.problems.values()) == [["id occurs 2 times"]]


def test_two_processes_give_the_same_report(folder: Path) -> None:
    some = str(folder / "direction_identification")
    assert verify(some, num_proc=2, progress=False) == verify(some, progress=False)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
def test_a_corrupt_shard_is_one_clear_line(folder: Path, tmp_path: Path, cut: float) -> None:
    data = next(folder.glob("card_stack/*.parquet")).read_bytes()
    (tmp_path / "bad.parquet").write_bytes(data[: int(cut * len(data))])
    with pytest.raises(DataError, match=r"^.*bad\.parquet can't be read: [^\n]+$"):
        verify(str(tmp_path), progress=False)


def test_a_parquet_file_of_something_else_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(DataError, match="not a SynRL file"):
        verify(str(tmp_path), progress=False)
    (tmp_path / "other.parquet").unlink()
    with pytest.raises(DataError, match="no Parquet files"):
        verify(str(tmp_path), progress=False)
