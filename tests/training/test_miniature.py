"""The miniature runs: rows of the right kind, every stage, and a table of what came out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synrl.rows import make_row
from synrl.tasks import get_family
from training import miniature
from training.budget import VideoBudget
from training.miniature import TASKS, Packed, read_rows, run_one, table, write_rows
from training.tiny import TOKEN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(miniature, "SPLITS", {"train": 8, "validation": 2, "test": 4})
    monkeypatch.setattr(miniature, "SFT_STEPS", 2)
    monkeypatch.setattr(miniature, "GRPO_STEPS", 1)
    write_rows(TASKS[0], tmp_path, 1)
    return tmp_path


def test_rows_are_of_the_task_and_splits_share_none(folder: Path) -> None:
    splits = [read_rows(folder, [TASKS[0].name], split) for split in ("train", "validation", "test")]
    assert [len(rows) for rows in splits] == [8, 2, 4]
    ids = [name for rows in splits for name in rows["id"]]
    assert len(set(ids)) == 14 and all(name.startswith(TASKS[0].family) for name in ids)
    row = splits[0][0]
    assert row["completion"] == f"<answer>{row['answer']}</answer>" and "direction" in str(row["prompt"])


def test_longer_clips_have_a_name_of_their_own() -> None:
    assert replace(TASKS[-1], length=2).name == TASKS[-1].name + "_x2"


def test_what_is_kept_of_a_video_is_what_a_budget_shows(folder: Path) -> None:
    task = TASKS[0]
    row = read_rows(folder, [task.name], "test")[1]
    clip = make_row(
        task.family,
        split="test",
        seed=0,
        index=int(row["id"].rpartition("-")[2]),
        config=get_family(task.family).config(1, task.mode, "open"),
    )
    shown = VideoBudget(min_frames=2, max_frames=2, max_frame_pixels=32 * 32).read(clip.video["bytes"], TOKEN)
    kept = Packed().read(row["video"]["bytes"], TOKEN)
    assert (kept.frames == shown.frames).all() and kept.frames.shape == (2, 32, 32, 3)
    assert kept.metadata == shown.metadata


def test_every_stage_is_measured_and_listed(folder: Path) -> None:
    name = TASKS[0].name
    run: dict[str, Any] = run_one(folder, ["sft", "grpo"], 0, [name], [name])
    assert [entry["stage"] for entry in run["found"]] == ["before", "sft", "grpo"]
    assert [entry.get("steps") for entry in run["found"]] == [None, 2, 1]
    assert run["chance"] == {"direction_identification": 0.25}
    assert all(0 <= entry[name] <= 4 for entry in run["found"])
    lines = table([run, {**run, "seed": 1}]).splitlines()
    assert len(lines) == 2 + 3 and lines[2].startswith("| sft, grpo | direction_identification | before |")
