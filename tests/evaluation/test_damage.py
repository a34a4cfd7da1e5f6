"""Results that are no results: one line each, whatever is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.report import Report, make_report
from synrl.cli import main
from synrl.errors import DataError

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
