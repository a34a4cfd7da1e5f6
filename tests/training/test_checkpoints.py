"""Which checkpoint a run goes on from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("trl")

from killing import check, moments, prepare

from synrl.errors import TrainingError
from synrl.training.checkpoints import FILES, checked, flaw, newest_whole


def written(out: Path, step: int) -> Path:
    """A whole checkpoint."""
    folder = out / f"checkpoint-{step}"
    (folder / "global_step").mkdir(parents=True)
    files = {"trainer_state.json": "{}", "optimizer.pt": "12345", "global_step/rank_0.pt": "1"}
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / FILES).write_text(json.dumps({name: len(text) for name, text in files.items()}))
    return folder


def test_the_newest_is_taken_by_its_number(tmp_path: Path) -> None:
    for step in (5, 100, 20):
        written(tmp_path, step)
    assert newest_whole(tmp_path) == (tmp_path / "checkpoint-100", [])


def test_without_checkpoints_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-best").mkdir()
    assert newest_whole(tmp_path) == (None, [])
    assert newest_whole(tmp_path / "nowhere") == (None, [])


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        (FILES, None, "written when all of it is on the disk"),
        (FILES, "{", "can't be read"),
        (FILES, "{}", "lists no trainer_state.json"),
        ("optimizer.pt", None, "optimizer.pt is missing"),
        ("optimizer.pt", "123", "optimizer.pt has 3 bytes, and had 5"),
        ("global_step/rank_0.pt", None, "rank_0.pt is missing"),
    ],
)
def test_one_that_is_not_whole_is_passed_over_with_the_reason(
    file: str, text: str | None, why: str, tmp_path: Path
) -> None:
    older, broken = written(tmp_path, 5), written(tmp_path, 10)
    if text is None:
        (broken / file).unlink()
    else:
        (broken / file).write_text(text)
    found, passed = newest_whole(tmp_path)
    assert found == older and len(passed) == 1
    assert passed[0].startswith(str(broken)) and why in passed[0]
    with pytest.raises(TrainingError, match="can't go on from"):
        checked(broken)
    assert flaw(older) is None and checked(older) == older


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test forks")
def test_a_run_that_is_killed_around_saving_ends_with_the_same_weights(tmp_path: Path) -> None:
    """At two moments in the middle; `python tests/training/killing.py` tries twenty."""
    argv = prepare(tmp_path)
    last = moments(argv, tmp_path)
    assert last > 20
    for moment in (last // 3, last // 2):
        assert not check(argv, tmp_path, moment)
