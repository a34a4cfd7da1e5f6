"""Beside the rows lies what a run needs: a README, settings and a launch file that say what was exported."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from synrl.cli import main
from synrl.export.export import export
from synrl.export.formats import FORMATS
from synrl.export.showing import Showing, Shown
from synrl.schema import decode_json

LAUNCHED = ("verl", "nemo-gym", "ms-swift", "easyr1", "video-r1")


@pytest.fixture(scope="module")
def folders(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An export in each format, in a folder whose name has a blank and a quote in it."""
    out = tmp_path_factory.mktemp("an 'odd' place")
    for name in FORMATS:
        export(str(data), name, out / name, progress=False)
    return {name: out / name for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_a_readme_of_ten_lines_says_what_is_there_and_nothing_is_left_to_fill_in(
    name: str, folders: dict[str, Path]
) -> None:
    readme = (folders[name] / "README.md").read_text()
    text = readme.rpartition("---\n")[2].strip()
    assert text.startswith("# Rows") and len(text.splitlines()) <= 12
    done = json.loads((folders[name] / "export.json").read_text())
    assert f"Rows: {done['rows']['train']} of split train" in readme
    for count in done["left_out"].values():
        assert f"{count} for which the trainer lacks" in readme
    for path in folders[name].rglob("*"):
        if path.suffix in (".sh", ".md", ".yaml", ".py"):
            assert "{{" not in path.read_text(encoding="utf-8"), path


def launched(name: str, folder: Path, tmp_path: Path) -> list[str]:
    """The command that a launch file ends in; programs stand for those that it would start."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in ("python3", "swift", "torchrun", "uv"):
        (programs / program).write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        (programs / program).chmod(0o755)
    for place in ("rl/3rdparty/Gym-workspace/Gym/resources_servers", "r1"):
        (tmp_path / place).mkdir(parents=True)
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "MODEL": "org/name",
        "NEMO_RL": str(tmp_path / "rl"),
        "VIDEO_R1": str(tmp_path / "r1"),
    }
    command = ["bash", str(folder / "run.sh"), "more=1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "more=1"
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", LAUNCHED)
def test_a_launch_file_names_the_rows_the_reward_eight_samples_and_no_kl_term(
    name: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    said = "\n".join(launched(name, folders[name], tmp_path))
    if name == "easyr1":
        said += (folders[name] / "config.yaml").read_text()
    named = [
        path
        for path in re.findall(r"/[^\n\"]*?\.(?:parquet|jsonl|json|py)\b", said)
        if "deepspeed" not in path
    ]
    ours = {path for path in named if str(folders[name]) in path}
    assert {Path(path).name for path in ours} >= {f"train.{FORMATS[name].suffix}"}
    assert all(Path(path).is_file() for path in ours)
    assert re.search(r"(rollout\.n=|num_generations(_per_prompt)?[=\n]|n: )8\b", said)
    assert re.search(r"use_kl_loss=False|kl_penalty=0|beta\n0\.0|disable_kl: true", said)
    for path in FORMATS[name].rewards:
        assert (folders[name] / path).is_file()


def test_nemo_gym_finds_the_server_where_the_launch_file_puts_it(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    launched("nemo-gym", folders["nemo-gym"], tmp_path)
    server = tmp_path / "rl/3rdparty/Gym-workspace/Gym/resources_servers/synrl"
    config = yaml.safe_load((server / "configs/synrl.yaml").read_text())
    agent = config["synrl_simple_agent"]["responses_api_agents"]["simple_agent"]
    assert agent["resources_server"]["name"] in config and (server / "app.py").is_file()
    first = json.loads((folders["nemo-gym"] / "train.jsonl").read_text().splitlines()[0])
    assert first["agent_ref"]["name"] in config
    assert Path(agent["datasets"][0]["jsonl_fpath"]) == folders["nemo-gym"] / "train.jsonl"


def test_settings_are_yaml_and_name_what_is_there(folders: dict[str, Path]) -> None:
    easyr1 = yaml.safe_load((folders["easyr1"] / "config.yaml").read_text())
    assert Path(easyr1["data"]["train_files"]).is_file() and easyr1["data"]["answer_key"] == "judged"
    file, function = easyr1["worker"]["reward"]["reward_function"].rsplit(":", 1)
    assert Path(file).is_file() and function == "compute_score"
    sft = yaml.safe_load((folders["llama-factory"] / "sft.yaml").read_text())
    info = json.loads((Path(sft["dataset_dir"]) / "dataset_info.json").read_text())
    assert sft["dataset"] in info


def test_one_rate_for_all_shows_no_clip_fewer_frames_and_no_frame_more_pixels(
    folders: dict[str, Path], rows: dict[str, dict[str, Any]]
) -> None:
    """As EasyR1 and LLaMA-Factory choose frames: seconds times rate, rounded down (the former to pairs)."""
    easyr1 = yaml.safe_load((folders["easyr1"] / "config.yaml").read_text())["data"]
    sft = yaml.safe_load((folders["llama-factory"] / "sft.yaml").read_text())
    for row in rows.values():
        shown, seconds = Shown.of(row), row["num_frames"] / row["fps"]
        pairs = int(seconds * easyr1["video_fps"]) // 2 * 2
        assert pairs >= shown.frames and pairs * easyr1["max_pixels"] <= 16 * 448 * 448
        frames = min(int(seconds * sft["video_fps"]), sft["video_maxlen"])
        assert frames >= shown.frames and frames * sft["video_max_pixels"] <= 16 * 448 * 448
        assert (
            easyr1["min_pixels"] < easyr1["max_pixels"] and sft["video_min_pixels"] < sft["video_max_pixels"]
        )


def test_a_clip_of_few_frames_is_shown_whole_pairs_of_them() -> None:
    row = {"config": {"view": "2x32"}, "num_frames": 3, "fps": 30.0}
    assert Shown.of(row).frames == 2
    showing = Showing()
    showing.add(Shown.of(row))
    assert float(showing.settings()["rate"]) * 0.1 >= 2


def test_plain_rows_have_types_that_every_reader_knows_and_videos_that_can_be_fetched_in_part(
    folders: dict[str, Path], rows: dict[str, dict[str, Any]]
) -> None:
    file = pq.ParquetFile(folders["plain"] / "train.rows.parquet")
    assert b"huggingface" not in (file.schema_arrow.metadata or {})
    assert "extension" not in str(file.schema_arrow) and "json" not in str(file.schema_arrow)
    group = file.metadata.row_group(0)
    (video,) = (c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == "video.bytes")
    assert video.compression == "UNCOMPRESSED" and set(video.encodings) == {"PLAIN", "RLE"}
    for row in file.read().to_pylist():
        assert decode_json(row) == rows[row["id"]]
    card = yaml.safe_load((folders["plain"] / "README.md").read_text().split("---\n")[1])
    (config,) = card["configs"]
    assert config["data_files"] == [{"split": "train", "path": "train.rows.parquet"}]


def test_samples_of_a_webdataset_hold_the_video_and_the_row(
    folders: dict[str, Path], rows: dict[str, dict[str, Any]]
) -> None:
    assert not (folders["webdataset"] / "videos").exists()
    with tarfile.open(folders["webdataset"] / "train-000000.tar") as tar:
        names = tar.getnames()
        assert names == [f"{name}.{ending}" for name in rows for ending in ("mp4", "json")]
        for name, row in rows.items():
            assert tar.extractfile(f"{name}.mp4").read() == row["video"]["bytes"]  # type: ignore[union-attr]
            sample = json.loads(tar.extractfile(f"{name}.json").read())  # type: ignore[union-attr]
            assert sample["answer"] == row["answer"] and row["question"] in sample["prompt"]
            assert sample["nframes"] == Shown.of(row).frames


def test_the_command_says_what_is_left_out_and_what_comes_next(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(data), "--format", "video-r1", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "rows left out: video-r1 lacks a reward for answers of type interval" in said
    assert shlex.quote(str(tmp_path / "out")) in said and "README.md" in said
