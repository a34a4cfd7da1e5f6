"""Results that are no results: one line each, whatever is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.cli import main
from synrl.errors import DataError, SynRLError
from synrl.evaluation.report.findings import Report
from synrl.evaluation.report.report import as_json, make_report, write_report
from synrl.evaluation.report.text import markdown

from .results_made import sample, write_run


def answers(name: str, right: str, **more: Any) -> list[dict[str, Any]]:
    """Samples of items 0, 1, …: right where the text says 1."""
    return [sample(name, str(k), float(mark == "1"), **more) for k, mark in enumerate(right)]


def report(*arguments: object) -> Report:
    return make_report([str(argument) for argument in arguments], progress=False)


def damaged(tmp_path: Path, what: str) -> Path:
    """A run with something wrong in it."""
    file = write_run(tmp_path / "run", {"tomato": answers("tomato", "110")})
    (samples,) = file.parent.glob("*.jsonl")
    lines, said = samples.read_text().splitlines(keepends=True), json.loads(file.read_text())
    if what == "other":
        file.write_text(json.dumps({**said, "results": {"mmlu": {"acc,none": 1.0}}}))
    elif what == "list":
        file.write_text("[]")
    elif what == "text":
        file.write_text("{")
    elif what == "nan":
        file.write_text(
            file.read_text().replace('"accuracy,none": 66.66666666666667', '"accuracy,none": NaN')
        )
    elif what == "edited":
        samples.write_text("".join([lines[0].replace('"accuracy": 100.0', '"accuracy": 0.0'), *lines[1:]]))
    elif what == "short":
        samples.write_text("".join(lines[:2]))
    elif what == "line":
        samples.write_text("".join([*lines[:2], "no json\n"]))
    elif what == "models":
        write_run(tmp_path / "run", {"tomato": answers("tomato", "110")}, model="runs/sft")
    elif what == "notes":
        (tmp_path / "run" / "runs.jsonl").write_text("{}\n")
    return tmp_path / ("none" if what == "none" else "empty" if what == "empty" else "run")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("none", "is not there"),
        ("empty", "no results of lmms-eval"),
        ("other", "has no task of `synrl eval`, only mmlu"),
        ("list", "is no result of lmms-eval"),
        ("text", "can't be read as JSON"),
        ("nan", "is damaged at synrl_tomato_reasoning"),
        ("edited", "accuracy is 66.6667, of its samples 33.3333"),
        ("short", "has 2 items, but .* says 3"),
        ("line", "is damaged in line 3"),
        ("models", "results of several models"),
        ("notes", "runs.jsonl is not what `synrl eval` has written"),
    ],
)
def test_what_is_no_result_is_one_line(
    what: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    path = damaged(tmp_path, what)
    with pytest.raises(DataError, match=said):
        report(path)
    assert main(["report", str(path), "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


HOSTILE = (
    None, True, -1, 101.0, 0.5, 10**400, 1e308, float("nan"), float("inf"), [], {}, [[]], ["\ud800"],
    {"values": [1.0]}, {"values": [2], "unit": "", "part": "", "task": "", "weight": 1},
    "", "x" * 2000, "\ud800", "a\nb\x1b[2J", "</td>|<script>", "pretrained=x,dtype=\n",
)  # fmt: skip
FILES = ("results", "samples", "notes")
ROWS = {
    "tomato": answers("tomato", "110", subset="count"),
    "vinoground": [
        sample("vinoground", f"0_{part}", 1.0, unit="0", part=part)
        for part in ("pos_text", "neg_text", "pos_video", "neg_video")
    ],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to all that is in a value of JSON."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def damage(path: Path, draw: st.DataObject) -> None:
    """Put something else at one place of a file, or leave it out; or cut the file, or a line of it twice."""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = draw.draw(st.integers(0, len(lines) - 1), label="line")
    how = draw.draw(st.sampled_from(["put", "put", "put", "drop", "cut", "twice", "bytes"]), label="how")
    if how == "cut":
        lines[number] = lines[number][: draw.draw(st.integers(0, len(lines[number])), label="length")]
    elif how == "twice":
        lines.insert(number, lines[number])
    elif how in ("put", "drop"):
        said = json.loads(lines[number])
        *way, last = draw.draw(st.sampled_from(list(places(said))), label="place")
        inner = said
        for key in way:
            inner = inner[key]
        if how == "drop":
            del inner[last]
        else:
            inner[last] = draw.draw(st.sampled_from(HOSTILE), label="value")
        lines[number] = json.dumps(said)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if how == "bytes":
        data = bytearray(path.read_bytes())
        data[draw.draw(st.integers(0, len(data) - 1), label="byte")] = draw.draw(st.integers(0, 255))
        path.write_bytes(data)


def attempt(*paths: Path) -> tuple[Report | None, str]:
    """A report, or the message of the error that a user sees."""
    try:
        return report(*paths), ""
    except SynRLError as error:
        return None, str(error)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(FILES), st.booleans(), st.data())
def test_whatever_a_file_holds_there_is_a_report_or_one_line(
    which: str, first: bool, draw: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        whole, other = Path(name, "whole"), Path(name, "other")
        write_run(whole, ROWS, model="org/model")
        file = write_run(other, ROWS, model="org/model")
        damage(
            {
                "results": file,
                "samples": file.with_name(
                    file.name.replace("results.json", "samples_synrl_tomato_reasoning.jsonl")
                ),
                "notes": other / "runs.jsonl",
            }[which],
            draw,
        )
        said, line = attempt(*((other, whole) if first else (whole, other)))
        if said is None:
            assert len(line) < 1000 and line.isprintable()
            return
        json.dumps(as_json(said), allow_nan=False)
        text = markdown(said)
        text.encode()
        assert all(line.isprintable() for line in (*text.splitlines(), *said.warnings))
        assert "<script>" not in text
        assert all(score is None or 0 <= score.value <= 100 for line in said.lines for score in line.scores)


def test_hostile_names_are_text_in_all_that_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "a|b<script>`x`[y](z)\x1b[2J\n# c\ud800$\\frac$"
    rows = [{**row, "answered": {**row["answered"], "measured": evil}} for row in ROWS["tomato"]]
    for name, lines in (("one", ROWS["tomato"]), ("two", rows)):
        file = write_run(
            tmp_path / name, {"tomato": lines}, model="MODEL", versions={"torch": f"{name}{evil}"}
        )
        file.write_text(file.read_text().replace("MODEL", json.dumps(evil)[1:-1]))
    paths = [f"<b>$x^2$={tmp_path / 'one'}", f"_|two={tmp_path / 'two'}"]
    assert main(["report", *paths, "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    for text in (out, err, (tmp_path / "out" / "report.md").read_text()):
        assert all(line.isprintable() for line in text.splitlines())
    assert "<script>" not in out and "<b>" not in out and "\n# c" not in out
    assert r"a\|b\<script\>\`x\`\[y\](z)" in out


def test_numbers_beyond_all_bounds_are_one_line(tmp_path: Path) -> None:
    file = write_run(tmp_path / "run", {"tomato": ROWS["tomato"]})
    text = file.read_text()
    for value in ("1e999", "1" + "0" * 400, "-0.5", "100.5", "true", '"7"', "null"):
        file.write_text(text.replace('"accuracy,none": 66.66666666666667', f'"accuracy,none": {value}'))
        with pytest.raises(
            DataError, match=r"damaged at synrl_tomato_reasoning: ValueError: .* is no number"
        ):
            report(tmp_path / "run")


def test_settings_that_are_no_numbers_are_text(tmp_path: Path) -> None:
    file = write_run(tmp_path / "run", {"tomato": ROWS["tomato"]})
    text = file.read_text()
    for value in ("NaN", "Infinity", "1" + "0" * 400, '{"a": [1]}'):
        file.write_text(text.replace('"fps": 2.0', f'"fps": {value}'))
        said = report(f"one={tmp_path / 'run'}", f"two={tmp_path / 'run'}")
        assert said.warnings == ()
        asked = json.dumps(as_json(said)["runs"][0]["tasks"], allow_nan=False)
        assert '"fps": "' in asked and len(asked) < 2000
    file.write_text(text)
    assert '"fps": 2.0' in json.dumps(as_json(report(tmp_path / "run")))


def test_samples_must_be_of_one_set_of_rows(tmp_path: Path) -> None:
    rows = answers("tomato", "110")
    rows[2]["answered"]["measured"] = "org/other@1"
    write_run(tmp_path / "run", {"tomato": rows})
    with pytest.raises(
        DataError, match="line 3: ValueError: it is of 'org/other@1', the first of 'lmms-eval"
    ):
        report(tmp_path / "run")


def test_scores_of_subsets_and_counts_of_problems_must_follow_from_samples_too(tmp_path: Path) -> None:
    file = write_run(tmp_path / "run", {"tomato": answers("tomato", "110", subset="count")})
    text = file.read_text()
    for name in ("accuracy_count,none", "truncated,none"):
        said = json.loads(text)
        said["results"]["synrl_tomato_reasoning"][name] = 50.0
        file.write_text(json.dumps(said))
        with pytest.raises(DataError, match=f"{name.partition(',')[0]} is 50.0000, of its samples"):
            report(tmp_path / "run")


def test_a_report_is_written_of_what_has_no_interval(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"charades_sta": [sample("charades_sta", "a", 0.5)]})
    write_report(report(tmp_path / "run"), tmp_path / "out")
    assert "| 50.0 |" in (tmp_path / "out" / "report.md").read_text()
