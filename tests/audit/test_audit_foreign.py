"""audit on other people's rows: every format, what they may call things, and what they may not send."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit.planted import stream

from synrl.audit.foreign import COLUMNS, examine_foreign, mapping, records_of
from synrl.cli import main
from synrl.dataset.reading import Source
from synrl.errors import DataError

Rows = list[dict[str, Any]]


def rows(count: int = 120, longest: bool = True) -> Rows:
    draw = stream(20)
    made = []
    for number in range(count):
        options = ["walks", "runs", "sleeps", "sings"]
        right = draw.integer(0, 3)
        options[right] += " slowly along the road" if longest else ""
        made.append(
            {"question": f"What does person {number} do?", "options": options, "answer": options[right]}
        )
    return made


def as_parquet(path: Path, given: Rows) -> Path:
    pq.write_table(pa.Table.from_pylist(given), path / "rows.parquet")
    return path / "rows.parquet"


def as_lines(path: Path, given: Rows) -> Path:
    (path / "rows.jsonl").write_text("\n".join(map(json.dumps, given)))
    return path / "rows.jsonl"


def as_json(path: Path, given: Rows) -> Path:
    (path / "rows.json").write_text(json.dumps(given, indent=1))
    return path / "rows.json"


def as_csv(path: Path, given: Rows) -> Path:
    with (path / "rows.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(given[0]))
        writer.writeheader()
        writer.writerows({**row, "options": json.dumps(row["options"])} for row in given)
    return path / "rows.csv"


def as_saved(path: Path, given: Rows) -> Path:
    from datasets import Dataset

    Dataset.from_list(given).save_to_disk(path / "saved")
    return path / "saved"


def as_folder(path: Path, given: Rows) -> Path:
    (path / "data").mkdir()
    half = len(given) // 2
    for name, part in (("train-00000", given[:half]), ("test-00000", given[half:])):
        pq.write_table(pa.Table.from_pylist(part), path / "data" / f"{name}.parquet")
    (path / "README.md").write_text(
        "---\nconfigs: [{data_files: 'https://example.org/other.parquet'}]\n---\n"
    )
    return path


WAYS = (as_parquet, as_lines, as_json, as_csv, as_saved, as_folder)


@pytest.mark.parametrize("written", WAYS)
def test_every_format_is_read_and_a_shortcut_in_it_found(
    written: Callable[[Path, Rows], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, rows())
    assert main(["audit", str(path)]) == 1
    captured = capsys.readouterr()
    assert "choice: text: a rule (greatest: characters) is right in 100.0% of 120 rows" in captured.err
    assert main(["audit", str(path), "--json"]) == 1
    assert sum(json.loads(capsys.readouterr().out)["rows"].values()) == 120


def test_fair_rows_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(as_lines(tmp_path, rows(longest=False)))]) == 0
    assert "no shortcut beats chance" in capsys.readouterr().err


def test_columns_may_have_other_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = [
        {"q": r["question"], "choices": r["options"], "label": r["answer"], "type": "act"} for r in rows()
    ]
    path = as_parquet(tmp_path, renamed)
    named = "question=q,options=choices,answer=label,kind=type"
    assert main(["audit", str(path), "--columns", named]) == 1
    assert "act choice" in capsys.readouterr().out
    assert mapping("answer=label") == {**{name: name for name in COLUMNS}, "answer": "label"}


@pytest.mark.parametrize("answer", ["runs", "Runs.", "B", "(b)", 1])
def test_an_answer_may_be_a_text_a_letter_or_a_number(answer: Any, tmp_path: Path) -> None:
    path = as_lines(
        tmp_path, [{"question": "What?", "options": ["walks", "runs", "sings"], "answer": answer}]
    )
    (where,) = records_of(str(path), mapping(None))
    exam = examine_foreign("rows", where)
    assert (exam.answer, exam.answer_text, exam.kind) == ("B", "runs", "choice")
    assert exam.guess_rate == pytest.approx(1 / 3) and exam.right("runs") and not exam.right("walks")


def test_an_open_question_has_no_options_and_the_best_constant_answer_is_chance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        {"question": f"Who? {k}", "options": None, "answer": "Ann" if k % 2 else f"Bob {k}"}
        for k in range(80)
    ]
    main(["audit", str(as_lines(tmp_path, given)), "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {one["kind"] for one in findings} == {"open"}


def test_videos_are_looked_at_as_paths_and_as_bytes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = next(Source.open(str(folder / "trajectory_shape")).rows())["video"]["bytes"]
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mp4").write_bytes(data)
    given = [
        {"question": f"What? {k}", "options": ["a", "b"], "answer": "ab"[k % 2], "video": "clips/a.mp4"}
        for k in range(3)
    ]
    path = as_lines(tmp_path, given)
    exams = [examine_foreign("rows", where) for where in records_of(str(path), mapping(None))]
    assert len({exam.group for exam in exams}) == 1 and len({exam.digest for exam in exams}) == 3
    assert exams[0].pixels is not None and exams[0].pixels.shape == (3, 16, 16, 3)
    assert exams[0].facts["bytes"] == len(data) and exams[0].facts["frames"] > 10
    held = [{**row, "video": {"bytes": data, "path": "a.mp4"}} for row in given]
    table = as_parquet(tmp_path, held)
    (first, *_) = (examine_foreign("rows", where) for where in records_of(str(table), mapping(None)))
    assert first.facts == exams[0].facts and (first.pixels == exams[0].pixels).all()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.mp4").write_bytes(data)
    named = [{**{k: v for k, v in row.items() if k != "video"}, "file_name": "a.mp4"} for row in given]
    (tmp_path / "folder" / "metadata.jsonl").write_text("\n".join(map(json.dumps, named)))
    assert main(["audit", str(tmp_path / "folder")]) == 0
    assert "rows" in capsys.readouterr().out


def test_a_picture_that_tells_is_found_in_their_videos(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = [row["video"]["bytes"] for row in Source.open(str(folder)).spread(40)]
    given = []
    for number in range(160):
        clip = number % len(clips)
        (tmp_path / f"{clip}.mp4").write_bytes(clips[clip])
        right = len(clips[clip]) > sorted(map(len, clips))[len(clips) // 2]
        given.append({"question": "Long?", "options": ["yes", "no"], "answer": "yes" if right else "no"})
        given[-1]["video"] = f"{clip}.mp4"
        given[-1]["question"] += str(number)
    assert main(["audit", str(as_lines(tmp_path, given))]) == 1
    assert "record: learnt" in capsys.readouterr().err


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"question": None}, "column question is None; allowed: a text"),
    ({"question": ""}, "column question is ''"),
    ({"question": ["a"]}, "column question is ['a']"),
    ({"question": "x" * 30_000}, "allowed: a text of at most 20000 characters"),
    ({"options": "walks or runs"}, "column options is 'walks or runs'; allowed: a list of texts"),
    ({"options": [["a"], ["b"]]}, "column options is ['a']"),
    ({"options": ["one"]}, "allowed: none, or two and more"),
    ({"options": list("abcdefghijklmnopqrstuvwxyz") + ["27"]}, "a list of at most 26 texts"),
    ({"options": ["a", None]}, "column options is None"),
    ({"answer": None}, "column answer is None"),
    ({"answer": "flies"}, "column answer is 'flies'; allowed: an option, its letter"),
    ({"answer": 4}, "column answer is 4"),
    ({"answer": -1}, "column answer is -1"),
    ({"answer": "x" * 10_000}, "allowed: a text of at most 2000 characters"),
    ({"kind": {"a": 1}}, "column kind is {'a': 1}"),
    ({"kind": "k" * 101}, "allowed: a text of at most 100 characters"),
    ({"video": "no/such.mp4"}, "there is no video"),
    ({"video": "https://example.org/a.mp4"}, "there is no video"),
    ({"video": "/dev/zero"}, "there is no video"),
    ({"video": "."}, "there is no video"),
    ({"video": "a\0b"}, "column video is"),
    ({"video": 7}, "column video is 7; allowed: a path or the bytes of a file"),
    ({"video": "rows.jsonl"}, "not a readable video"),
    ({"video": "x" * 5000}, "can't be read"),
]


@pytest.mark.parametrize(("change", "said"), HOSTILE)
def test_a_row_that_is_none_is_one_line_and_exit_status_2(
    change: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = rows(4)
    given[2] |= change
    assert main(["audit", str(as_lines(tmp_path, given))]) == 2
    captured = capsys.readouterr()
    told = [line for line in captured.err.splitlines() if line.strip() and "row/s" not in line]
    assert len(told) == 1 and said in told[0] and "rows.jsonl, row 2: " in told[0] and captured.out == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", b"PAR1 nothing"),
        ("a.jsonl", b"{"),
        ("a.jsonl", b"[1]"),
        ("a.jsonl", b"\xff\xfe"),
        ("a.jsonl", b"[" * 100_000),
        ("a.json", b"[1, 2"),
        ("a.json", b"7"),
        ("a.csv", b'a,b\n"' + b"x" * 200_000),
        ("a.csv", b"a\x00,b\n1,2"),
        ("a.arrow", b"ARROW1"),
        ("a.jsonl", b""),
        ("a.parquet", b""),
        ("a.jsonl", b'{"something": "else"}'),
    ],
)
def test_a_file_that_is_none_is_one_line_and_exit_status_2(
    name: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert main(["audit", str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    told = [line for line in captured.err.splitlines() if line.strip() and "row/s" not in line]
    assert len(told) == 1 and told[0].startswith("synrl audit: ") and captured.out == ""


@pytest.mark.parametrize("said", ["question", "nonsense=a", "question=", "=a", "question=a,,"])
def test_names_of_columns_that_are_none_are_one_line(
    said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(as_lines(tmp_path, rows(3))), "--columns", said]) == 2
    assert "allowed: question, options, answer, video, kind" in capsys.readouterr().err


@pytest.mark.parametrize("written", [as_parquet, as_lines])
def test_a_table_without_a_question_is_told_how_to_name_it(
    written: Callable[[Path, Rows], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [{"q": "What?", "a": "this"}])
    assert main(["audit", str(path)]) == 2
    said = capsys.readouterr().err
    assert "row 0 has no column 'question'; --columns question=… says what it is called" in said
    assert main(["audit", str(path), "--columns", "question=q"]) == 2
    assert "has no column 'answer'" in capsys.readouterr().err


def test_a_file_of_our_own_rows_is_not_taken_for_somebody_elses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = (folder / "card_stack").glob("*.parquet")
    assert main(["audit", str(path)]) == 2
    assert "is no folder; allowed: a dataset folder, or one on the Hub" in capsys.readouterr().err


def test_a_place_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tmp_path / "none"), "--columns", "question=q"]) == 2
    assert "is no file and no folder" in capsys.readouterr().err


def test_kinds_are_shown_on_one_line_and_are_not_countless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [{**row, "kind": "a\nb\x1b[31m"} for row in rows(30)]
    main(["audit", str(as_lines(tmp_path, given))])
    assert "a b [31m choice" in capsys.readouterr().out
    given = [{**row, "kind": str(k)} for k, row in enumerate(rows(1001))]
    assert main(["audit", str(as_lines(tmp_path, given))]) == 2
    assert "column kind has 1001 values; allowed: at most 1000" in capsys.readouterr().err


def test_a_small_file_that_stands_for_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    bomb = pa.table({"question": pa.array(["x" * 2**20]).take(pa.array([0] * 2000)), "answer": ["a"] * 2000})
    pq.write_table(bomb, tmp_path / "bomb.parquet", compression="zstd")
    with pytest.raises(DataError, match="bytes in memory"):
        next(records_of(str(tmp_path / "bomb.parquet"), mapping(None)))


def test_the_same_question_about_the_same_video_in_two_splits_is_an_overlap(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = next(Source.open(str(folder / "trajectory_shape")).rows())["video"]["bytes"]
    (tmp_path / "a.mp4").write_bytes(data)
    row = {"question": "What?", "options": ["a", "b"], "answer": "a", "video": "a.mp4"}
    for split in ("train", "test"):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(row))
    assert main(["audit", str(tmp_path)]) == 1
    assert "overlapping splits: 1" in capsys.readouterr().err
