"""The miniature runs: rows of the right kind, every stage, and a table of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synrl.budget import VideoBudget
from synrl.dataset.rows import answerable, draft_row, make_row
from synrl.seeds import Streams
from synrl.tasks import get_family
from synrl.training.miniature import rows, stages
from synrl.training.miniature.__main__ import LEARN, TABLES, main
from synrl.training.miniature.report import table
from synrl.training.miniature.rows import (
    LEARNT,
    LONGER,
    Packed,
    Task,
    _indices,
    chance,
    notes,
    read_rows,
    write_rows,
)
from synrl.training.miniature.stages import Trial, carry_out
from synrl.training.tiny import TOKEN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rows, "SPLITS", {"train": 8, "validation": 2, "test": 4})
    monkeypatch.setattr(stages, "SFT_STEPS", 2)
    monkeypatch.setattr(stages, "GRPO_STEPS", 1)
    write_rows(LEARNT[0], tmp_path)
    return tmp_path


def test_rows_are_of_the_task_and_splits_share_none(folder: Path) -> None:
    splits = [read_rows(folder, [LEARNT[0].name], split) for split in ("train", "validation", "test")]
    assert [len(rows) for rows in splits] == [8, 2, 4]
    ids = [name for rows in splits for name in rows["id"]]
    assert len(set(ids)) == 14 and all(name.startswith(LEARNT[0].family) for name in ids)
    row = splits[0][0]
    assert row["completion"] == f"<answer>{row['answer']}</answer>" and "direction" in str(row["prompt"])


@pytest.mark.parametrize("task", LEARNT, ids=lambda task: task.name)
def test_rows_can_be_answered_from_the_frames_that_are_shown(task: Task) -> None:
    family = get_family(task.family)
    config = family.config(1, task.mode, "open", task.length)
    for index in _indices(task, "test", 5):
        row = draft_row(
            task.family, split="test", seed=0, index=index, config=config, twins=False, encoding="fast"
        ).columns
        budget = VideoBudget(fps=row["fps"], min_frames=task.frames, max_frames=task.frames)
        assert answerable(family, row, budget)


def test_longer_clips_have_a_name_of_their_own() -> None:
    assert LONGER.name == LEARNT[-1].name + "_x2"


def test_what_is_kept_of_a_video_is_what_a_budget_shows(folder: Path) -> None:
    task = LEARNT[0]
    row = read_rows(folder, [task.name], "test")[1]
    clip = make_row(
        task.family,
        split="test",
        seed=0,
        index=int(row["id"].rpartition("-")[2]),
        config=get_family(task.family).config(1, task.mode, "open"),
    )
    budget = VideoBudget(min_frames=task.frames, max_frames=task.frames, max_frame_pixels=32 * 32)
    shown = budget.read(clip.video["bytes"], TOKEN)
    kept = Packed().read(row["video"]["bytes"], TOKEN)
    assert (kept.frames == shown.frames).all() and kept.frames.shape == (task.frames, 32, 32, 3)
    assert kept.metadata == shown.metadata


def test_notes_follow_the_operations_to_the_answer() -> None:
    steps = [{"arguments": {"container": container}} for container in "BABB"]
    row = {"operations": steps, "config": {"query": {"container": "A"}}}
    assert notes(row) == "A: 1 B -, 2 A 2, 3 B 2, 4 B 2"


@pytest.mark.parametrize("index", range(3))
def test_notes_end_in_the_answer_of_the_row(index: int) -> None:
    task = LEARNT[-1]
    family = get_family(task.family)
    found = list(_indices(task, "train", index + 1))[-1]
    config = family.config(1, task.mode, "open")
    timeline = family.simulate(config, streams := Streams(task.family, "train", 0, found))
    steps = [{"arguments": step.arguments} for step in timeline.operations]
    told = notes({"operations": steps, "config": {"query": timeline.query}})
    assert told.split()[-1] == family.ask(timeline, config, streams).answer_text


def test_no_two_runs_at_once_train_the_same_model() -> None:
    for runs in (LEARN, TABLES):
        assert len({(*run.trained, run.seed, run.stages[0]) for run in runs}) == len(runs)


def test_every_stage_is_measured_and_listed(folder: Path) -> None:
    name = LEARNT[0].name
    run: dict[str, Any] = carry_out(folder, Trial(["sft", "grpo"], 0, [name], [name]))
    assert [entry["stage"] for entry in run["found"]] == ["before", "sft", "grpo"]
    assert [entry.get("steps") for entry in run["found"]] == [None, 2, 1]
    assert all(0 <= entry[name] <= 4 for entry in run["found"])
    assert chance(folder, name) == pytest.approx(1 / 3)
    lines = table([run, {**run, "seed": 1}]).splitlines()
    assert [line.split(" | ")[:2] for line in lines[2:]] == [
        ["| direction_identification", stages] for stages in ("none", "sft", "sft, grpo")
    ]


def test_a_run_goes_on_from_the_last_whole_stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = LEARNT[0].name
    first = carry_out(folder, Trial(["sft"], 0, [name], [name]))
    monkeypatch.setattr(stages, "SFT_STEPS", 1)
    both = carry_out(folder, Trial(["sft", "grpo"], 0, [name], [name]))
    assert both["found"][:2] == first["found"] and both["found"][1]["steps"] == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "File exists; choose another --out"),
        (["--processes", "0"], "number of processes is 0; allowed: 1 to 1024"),
    ],
)
def test_wrong_input_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main(["learn", "--out", str(file), *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m synrl.training.miniature: ") and line.endswith(said)
