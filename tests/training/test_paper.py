"""The settings of the paper's tables: each runs, stage upon stage, with a tiny model and few rows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

import datasets
import torch
from hub.server import Blob, Hub, Repo
from PIL import Image
from test_sources import conversation

from synrl.dataset.recipes import get_recipe, recipes
from synrl.dataset.sources import DECLARED, LLAVA_VIDEO
from synrl.resources import read_settings, shipped
from synrl.training import data, grpo, sft

CHECKOUT = Path(__file__).parents[2]
FOLDER = shipped("training/recipes") / "paper"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SAID = {name: read_settings(FOLDER / f"{name}.yaml") for name in NAMES}
CPU = {
    "use_cpu": "true",
    "bf16": "false",
    "gradient_checkpointing": "false",
    "keep_unanswerable": "true",
    "max_frame_pixels": "1024",
    "max_frames": "8",
    "max_steps": "1",
    "gradient_accumulation_steps": "1",
    "save_strategy": "no",
    "disable_tqdm": "true",
}
GRPO = {
    "use_vllm": "false",
    "per_device_train_batch_size": "8",
    "steps_per_generation": "1",
    "max_completion_length": "4",
}
ROWS = 6


def video_r1(number: int, kind: str = "video") -> dict[str, Any]:
    """A row in the schema of Video-R1-CoT-165k."""
    suffix = "mp4" if kind == "video" else "jpg"
    return {
        "problem_id": number,
        "problem": f"What happens in {number}?",
        "data_type": kind,
        "problem_type": "multiple choice",
        "options": ["A. It turns.", "B. It stops."],
        "process": "<think>It slows down, so it stops.</think>",
        "solution": "<answer>B</answer>",
        "path": f"./General/{number}.{suffix}",
        "data_source": "General",
    }


@pytest.fixture
def sources(hub: Hub, tmp_path_factory: pytest.TempPathFactory, numbered: bytes) -> Path:
    """The datasets that the settings name, on a Hub, and their videos, in the folders that they name."""
    (_, _, _, file) = DECLARED["video_r1_cot"]
    rows = [video_r1(number, "image" if number == 1 else "video") for number in range(ROWS)]
    conversations = [conversation(number) for number in range(3)]
    card = (
        f"---\nconfigs:\n- config_name: {LLAVA_VIDEO.config}\n  data_files:\n"
        f"  - split: {LLAVA_VIDEO.split}\n    path: some/*.json\n---\n"
    )
    for name, files in {
        DECLARED["video_r1_cot"][0]: {str(file): json.dumps(rows)},
        LLAVA_VIDEO.repo: {"README.md": card, "some/one.json": json.dumps(conversations)},
    }.items():
        blobs = {path: Blob(text.encode()) for path, text in files.items()}
        hub.repos["dataset", name] = Repo([(hashlib.sha1(name.encode()).hexdigest(), blobs)])
    folder = tmp_path_factory.getbasetemp() / "paper"
    for place in ("llava_video/academic", "Video-R1-data/General"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for number in range(ROWS):
            (folder / place / f"{number}.mp4").write_bytes(numbered)
    Image.new("RGB", (90, 60), "red").save(folder / "Video-R1-data/General/1.jpg")
    return folder


@pytest.fixture
def run(sources: Path, tiny: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Train by one of the settings, after those whose model it starts from."""
    torch.set_num_threads(1)
    monkeypatch.chdir(sources)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", sources / "cache")
    monkeypatch.setattr(data, "get_recipe", lambda name: get_recipe(name).scaled(ROWS))

    def train(name: str) -> Path:
        said, out = SAID[name], sources / name
        if not (out / "model.safetensors").is_file():
            before = said["model_name_or_path"]
            model = train(before) if before in SAID else tiny()
            more = {} if is_sft(name) else GRPO
            if any("=1000" in entry for entry in said.get("mix", [])):
                more = {"mix": "llava_video=3"}
            flags = {**CPU, **more, "model_name_or_path": str(model)}
            argv = [word for key, value in flags.items() for word in (f"--{key}", value)]
            assert (sft if is_sft(name) else grpo).main(
                ["--config", str(FOLDER / f"{name}.yaml"), *argv]
            ) == 0
        return out

    return train


def is_sft(name: str) -> bool:
    return "num_generations" not in SAID[name]


@pytest.mark.parametrize("name", NAMES)
def test_it_trains_a_tiny_model(name: str, run: Callable[[str], Path]) -> None:
    out = run(name)
    told = json.loads((out / "training.json").read_text())
    assert told["steps"] == 1 and told["stage"] == ("sft" if is_sft(name) else "grpo")
    assert told["data"] == SAID[name]["data"]


def test_models_start_from_a_checkpoint_or_from_settings_before_them() -> None:
    for name, said in SAID.items():
        assert said["output_dir"] == name
        assert said["model_name_or_path"] in {*NAMES, "Qwen/Qwen3-VL-4B-Instruct"}


def test_they_show_what_the_rows_of_their_recipes_are_made_for() -> None:
    for said in SAID.values():
        if said["data"] in recipes():
            assert recipes()[said["data"]].view == f"{said['fps']:g}x{said['max_frames']}"


def test_the_table_names_every_file_and_no_other() -> None:
    text = (CHECKOUT / "training" / "README.md").read_text(encoding="utf-8")
    section = text.split("## The paper's tables\n")[1].split("\n## ")[0]
    assert set(re.findall(r"--config (\w+)", section)) == set(NAMES)
    for number in (5, 6, 7, 8, 9, 10, 11):
        assert f"| {number} |" in section or f"| {number}, " in section
    assert "| 6.2 |" in section


def updates(rows: int, said: dict[str, Any]) -> int:
    """Updates of a run on eight GPUs."""
    samples = 8 * said["per_device_train_batch_size"] * said["gradient_accumulation_steps"]
    each = said.get("num_generations", 1)
    return rows * each // samples * said["num_train_epochs"]


def test_the_numbers_of_updates_are_those_that_the_table_says() -> None:
    text = (CHECKOUT / "training" / "README.md").read_text(encoding="utf-8")
    section = text.split("## The paper's tables\n")[1].split("\n## ")[0]
    for name, rows in {"table5_sft_rl": 7000, "table7_round2": 3000, "table11_rl_15k": 15_000}.items():
        assert re.search(rf"--config {name}`.*\| {updates(rows, SAID[name])} \|", section), name
