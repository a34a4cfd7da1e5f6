"""The gold answer wins and nothing else does, by the reward of each exported folder, with nothing installed.

Where a trainer loads the reward through code of its own, test doubles stand for that code; `engines.py`
beside this file does the same with the trainers themselves.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from export.cases import right, wrong

from synrl.answers import extract
from synrl.export.export import export
from synrl.export.formats import FORMATS
from synrl.scoring import judged, score, score_completion

HERE = Path(__file__).parent
JUDGED = {
    "verl": "verl",
    "nemo-gym": "nemo_gym",
    "ms-swift": "ms_swift",
    "easyr1": "easyr1",
    "video-r1": "video_r1",
}
"""The function of `judge.py` for each format."""
OWN_WINS = {
    "the right one first, then another",
    "the answer only inside the reasoning",
    "reasoning that is not closed",
}
"""Attacks that win by Video-R1's own rule, which takes the first `<answer>`."""


def exported(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"train.{FORMATS[name].suffix}"
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)


def source_of(row: Mapping[str, Any], rows: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The row that was exported, by its video."""
    (name,) = {name for name in rows if f"/{name}.mp4" in json.dumps(row, default=str)}
    return rows[name]


def rewards(engine: str, folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    command = [sys.executable, "-I", "-S", str(HERE / "judge.py"), engine, str(folder), str(HERE / "doubles")]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("name", JUDGED)
def test_gold_wins_and_nothing_else_does(
    name: str, data: Path, rows: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    export(str(data), name, tmp_path / "out", progress=False)
    good, bad, names, kinds = [], [], [], set()
    for row in exported(tmp_path / "out", name):
        source = source_of(row, rows)
        good += [(row, said) for said in right(source)]
        attacks = list(wrong(source, long=source["answer_type"] not in kinds))
        bad += [(row, said) for _, said in attacks]
        names += [(source["id"], source["answer"], attack) for attack, _ in attacks]
        kinds.add(source["answer_type"])
    expected = {"choice", "integer", "text", "ordering", "interval", "plan"}
    assert kinds == (expected if name != "video-r1" else {"choice", "integer"})
    given = rewards(JUDGED[name], tmp_path / "out", good + bad)
    assert [case[1] for case, reward in zip(good, given, strict=False) if reward != 1.0] == []
    assert [case for case, reward in zip(names, given[len(good) :], strict=True) if reward != 0.0] == []


def test_video_r1_could_judge_its_rows_itself_but_for_where_it_looks_for_an_answer(
    data: Path, rows: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    export(str(data), "video-r1", tmp_path / "out", progress=False)
    cases, expected = [], []
    for row in exported(tmp_path / "out", "video-r1"):
        source = source_of(row, rows)
        cases.append((row, f"<think>x</think><answer>{source['answer']}</answer>"))
        expected.append(1.0)
        for name, said in wrong(source):
            if name not in OWN_WINS:
                cases.append((row, said))
                expected.append(0.0)
    given = rewards("video_r1_own", tmp_path / "out", cases)
    assert [case[1] for case, one, other in zip(cases, given, expected, strict=True) if one != other] == []


def test_rows_are_judged_alike_with_all_their_columns_and_with_the_few_that_travel(
    rows: dict[str, dict[str, Any]],
) -> None:
    for row in rows.values():
        for said in (*right(row), *(text for _, text in wrong(row))):
            assert score_completion(said, judged(row)) == score(extract(said), row), said


def test_what_travels_says_nothing_of_the_scene_but_what_plans_need(rows: dict[str, dict[str, Any]]) -> None:
    for row in rows.values():
        kept = json.loads(judged(row))
        plan = {"config", "states"} if row["answer_type"] == "plan" else set()
        assert set(kept) == {"family", "answer_type", "answer", "options"} | plan
        assert len(judged(row)) < 4000
