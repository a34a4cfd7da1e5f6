"""The miniature runs: rows of the right kind, every stage, and a table of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training import miniature
from training.miniature import TASKS, Task, read_rows, run_one, table, write_rows


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
    assert Task("chip_container", "forward", "count", 2).name == "chip_container_x2"


def test_every_stage_is_measured_and_listed(folder: Path) -> None:
    name = TASKS[0].name
    run: dict[str, Any] = run_one(folder, ["sft", "grpo"], 0, [name], [name])
    assert [entry["stage"] for entry in run["found"]] == ["before", "sft", "grpo"]
    assert [entry.get("steps") for entry in run["found"]] == [None, 2, 1]
    assert run["chance"] == {"direction_identification": 0.25}
    assert all(0 <= entry[name] <= 4 for entry in run["found"])
    lines = table([run, {**run, "seed": 1}]).splitlines()
    assert len(lines) == 2 + 3 and lines[2].startswith("| sft, grpo | direction_identification | before |")
