"""Fine-tuning on rows of ours together with real videos of another dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("trl")

from hub.server import Hub
from test_sources import SOURCE, conversation, publish

from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain
from synrl.training import sft

TINY = {
    "fps": "1.0",
    "max_frames": "4",
    "keep_unanswerable": "true",
    "max_frame_pixels": "1024",
    "use_cpu": "true",
    "bf16": "false",
    "report_to": "none",
    "disable_tqdm": "true",
    "per_device_train_batch_size": "1",
    "num_train_epochs": "1",
    "save_strategy": "no",
    "max_length": "4096",
}


@pytest.fixture
def train(
    tiny: Callable[..., Path], numbered: bytes, hub: Hub, tmp_path: Path
) -> Callable[..., tuple[int, Path]]:
    """Fine-tune on four rows whose recipe mixes in three of somebody's."""
    recipe = replace(plain(("direction_identification",), 4, seed=2), sources=(replace(SOURCE, num_rows=3),))
    generate(recipe, tmp_path / "rows", progress=False)
    publish(hub, {"short/one_mc.json": [conversation(number) for number in range(3)]})
    (tmp_path / "videos" / "academic").mkdir(parents=True)
    for number in range(3):
        (tmp_path / "videos" / "academic" / f"{number}.mp4").write_bytes(numbered)

    def run(**more: str) -> tuple[int, Path]:
        out = tmp_path / "out"
        said = {**TINY, "model_name_or_path": str(tiny()), "data": str(tmp_path / "rows"), **more}
        argv = [word for name, value in said.items() for word in (f"--{name}", value)]
        return sft.main([*argv, "--output_dir", str(out)]), out

    return run


def steps(out: Path) -> int:
    return int(json.loads((out / "training.json").read_text())["steps"])


def test_real_videos_are_learnt_from_beside_our_rows(
    train: Callable[..., tuple[int, Path]], tmp_path: Path
) -> None:
    status, out = train(real_videos=str(tmp_path / "videos"))
    assert status == 0 and steps(out) == 4 + 3


def test_without_their_folder_they_are_left_out_and_told(
    train: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = train()
    assert status == 0 and steps(out) == 4
    assert "left out, as there is no real_videos: 3 rows of somebody/videos" in capsys.readouterr().err


def test_rows_that_can_not_be_used_are_left_out_named_and_counted(
    train: Callable[..., tuple[int, Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "videos" / "academic" / "1.mp4").unlink()
    damaged = tmp_path / "videos" / "academic" / "2.mp4"
    damaged.write_bytes(damaged.read_bytes()[:900])
    status, _ = train(real_videos=str(tmp_path / "videos"))
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("synrl sft:")]
    assert status == 2 and "2 of 7 rows (28.57%) can't be used, and max_bad_rows is 0.01" in line
    assert "row clip-1 (" in line and "academic/1.mp4 can't be read: No such file" in line
    assert "row clip-2 (" in line
    status, out = train(real_videos=str(tmp_path / "videos"), max_bad_rows="0.3")
    assert status == 0 and steps(out) == 4 + 1
    said = capsys.readouterr().err
    assert "2 of 7 rows (28.57%) can't be used and are left out:" in said and "row clip-1 (" in said


def test_a_row_that_is_too_long_is_named(
    train: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = train(max_length="40")
    assert status == 2 and "synrl sft: row direction_identification-train-00000" in capsys.readouterr().err
