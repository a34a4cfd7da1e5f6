"""`synrl sft` and `synrl grpo` from settings to a saved model, on real rows and a model of the real make."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hub.server import Fault, Hub
from safetensors.torch import load_file

from synrl.cot.run import add_chains
from synrl.cot.settings import CotConfig
from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain
from synrl.resources import read_settings, training_settings
from synrl.training import grpo, run, sft
from synrl.training.checkpoints import FILES
from synrl.training.video_sft import VideoSFTTrainer

Tiny = Callable[..., Path]
SMALL = {
    "fps": 1.0,
    "max_frames": 4,
    "keep_unanswerable": True,  # four frames are too few for most rows
    "max_frame_pixels": 1024,
    "use_cpu": True,
    "bf16": False,
    "activation_checkpointing": False,
    "report_to": "none",
    "logging_steps": 1,
    "disable_tqdm": True,
    "seed": 5,
}
SFT = {
    "max_steps": 3,
    "per_device_train_batch_size": 2,
    "learning_rate": 1e-3,
    "max_length": 4096,
    "save_steps": 1,
}
GRPO = {
    "max_steps": 2,
    "per_device_train_batch_size": 4,
    "num_generations": 2,
    "max_completion_length": 6,
    "learning_rate": 1e-3,
    "save_steps": 1,
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight rows of a short and a long family, with chains of thought."""
    folder = tmp_path_factory.mktemp("commands")
    generate(plain(("direction_identification", "shell_game"), 4, seed=2), folder / "rows", progress=False)
    add_chains(str(folder / "rows"), folder / "reasoned", CotConfig(), progress=False)
    return folder / "reasoned"


@pytest.fixture
def train(tiny: Tiny, rows: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run a command with settings from a file; the folder that it trained."""

    def command(module: Any, out: str = "out", expect: int = 0, **changes: Any) -> Path:
        own = SFT if module is sft else GRPO
        said = dict(
            SMALL, **own, model_name_or_path=str(tiny()), data=str(rows), output_dir=str(tmp_path / out)
        )
        config = tmp_path / "config.yaml"
        config.write_text(yaml.safe_dump({k: v for k, v in {**said, **changes}.items() if v is not None}))
        assert module.main(["--config", str(config)]) == expect
        return tmp_path / out

    return command


def losses(out: Path) -> list[float]:
    state = json.loads(sorted(out.glob("checkpoint-*"))[-1].joinpath("trainer_state.json").read_text())
    return [entry["loss"] for entry in state["log_history"] if "loss" in entry]


def test_fine_tuning_and_then_reinforcement_leave_models_with_their_records(
    train: Callable[..., Any], tiny: Tiny, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned = train(sft, "tuned")
    assert f"next: synrl eval --model {tuned}" in capsys.readouterr().err
    reinforced = train(
        grpo, "reinforced", model_name_or_path=str(tuned), eval_split="train", eval_strategy="steps"
    )
    before, after, last = (
        load_file(folder / "model.safetensors")["model.visual.patch_embed.proj.weight"]
        for folder in (tiny(), tuned, reinforced)
    )
    assert not torch.equal(before, after)  # the vision tower was trained
    said = json.loads((reinforced / "training.json").read_text())
    assert (said["stage"], said["base_model"], said["steps"]) == ("grpo", str(tuned), 2)
    assert said["budget"]["max_frame_pixels"] == 1024 and said["recipe"]["digest"]
    assert "GRPO with an accuracy reward for 2 steps" in (reinforced / "README.md").read_text()
    assert last.shape == after.shape
    state = json.loads((reinforced / "checkpoint-2" / "trainer_state.json").read_text())
    logged = {key for entry in state["log_history"] for key in entry}
    assert {"accuracy/shell_game", "cut/shell_game", "same_reward/shell_game", "eval_reward"} <= logged


def tells_apart(completion_ids: list[list[int]], **_: Any) -> list[float]:
    """A reward from which a model with random weights has something to learn."""
    return [float(sum(ids) % 97) for ids in completion_ids]


@pytest.mark.parametrize("module", [sft, grpo], ids=["sft", "grpo"])
def test_a_run_that_was_interrupted_ends_with_the_same_weights(
    module: Any,
    train: Callable[..., Any],
    tiny: Tiny,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    more = {} if module is sft else {"max_steps": 3}
    monkeypatch.setattr(grpo, "accuracy_reward", tells_apart)
    whole = train(module, "whole", **more)
    with monkeypatch.context() as patch:

        class Stops(run.Finite):
            def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
                if state.global_step == 2:
                    raise KeyboardInterrupt

        patch.setattr(run, "Finite", Stops)
        train(module, "cut", expect=130, **more)
    assert "goes on from the last checkpoint" in capsys.readouterr().err
    cut = train(module, "cut", **more)
    assert "going on from" in capsys.readouterr().err
    one, other = load_file(whole / "model.safetensors"), load_file(cut / "model.safetensors")
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert losses(whole) == losses(cut)
    start = load_file(tiny() / "model.safetensors")
    assert not any(torch.equal(start[name], one[name]) for name in one if name.endswith("proj.weight"))


def test_a_trained_model_is_published_with_its_card_and_no_pickles(
    train: Callable[..., Any], hub: Hub
) -> None:
    from huggingface_hub import HfApi, ModelCard

    out = train(sft, push_to_hub=True, hub_model_id="org/tuned", max_steps=1)
    files = set(HfApi().list_repo_files("org/tuned"))
    assert {"model.safetensors", "config.json", "tokenizer.json", "training.json", "README.md"} <= files
    assert not {name for name in files if name.endswith((".bin", ".pt", ".py")) or "checkpoint" in name}
    assert "Supervised fine-tuning for 1 steps" in ModelCard.load("org/tuned").text
    assert (out / "model.safetensors").exists()


def test_who_may_not_publish_learns_it_before_training(
    train: Callable[..., Any], hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults.append(Fault("POST /api/repos/create", times=1, status=403))
    out = train(sft, expect=2, push_to_hub=True, hub_model_id="org/tuned")
    assert "does not let you write to org/tuned" in capsys.readouterr().err
    assert not out.exists()


def test_accumulated_steps_are_the_same_as_large_ones(train: Callable[..., Any]) -> None:
    large = train(sft, "large", per_device_train_batch_size=4, max_steps=2, save_steps=2)
    small = train(
        sft, "small", per_device_train_batch_size=1, gradient_accumulation_steps=4, max_steps=2, save_steps=2
    )
    assert losses(large) == pytest.approx(losses(small), rel=1e-4)


GOLDEN = [6.4707, 5.7177, 5.2360]


def test_the_losses_of_the_first_steps_stay_what_they_were(train: Callable[..., Any]) -> None:
    assert losses(train(sft, "golden")) == pytest.approx(GOLDEN, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": None}, "data is missing"),
        ({"data": "no/such/place"}, "no/such/place can't be loaded"),
        ({"data_split": "validation"}, "can't be loaded"),
        ({"model_name_or_path": None}, "model_name_or_path is missing"),
        ({"max_frames": 1}, "max_frames is 1; allowed: 4 or more"),
        ({"learning_rat": 1e-3}, "learning_rat"),
        ({"max_length": 40}, "are too many; allowed: up to 40"),
        ({"push_to_hub": True}, "hub_model_id is None"),
        ({"push_to_hub": True, "hub_model_id": "org/a", "hub_strategy": "end"}, "at the end; leave it out"),
        (
            {"learning_rate": 1e30, "max_grad_norm": 0.0, "logging_nan_inf_filter": False},
            "lower learning_rate",
        ),
    ],
)
def test_a_users_mistake_is_one_line(
    changes: dict[str, Any], message: str, train: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    train(sft, expect=2, **changes)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("synrl sft:")]
    assert len(lines) == 1 and message in lines[0]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory.\nMore."),
            "lower per_device_train",
        ),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "show fewer frames or pixels"),
    ],
    ids=["gpu", "machine"],
)
def test_memory_that_runs_out_is_one_line_of_advice(
    error: RuntimeError,
    message: str,
    train: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(VideoSFTTrainer, "compute_loss", full)
    train(sft, expect=2)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("synrl sft:")]
    assert len(lines) == 1 and message in lines[0] and "memory is full" in lines[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"use_transformers_continuous_batching": True}, "continuous batching takes no videos"),
        ({"generation_chunk_size": 0}, "generation chunk size is 0"),
    ],
)
def test_what_carries_no_video_is_refused_in_one_line(
    changes: dict[str, Any], message: str, train: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    train(grpo, expect=2, **changes)
    assert message in capsys.readouterr().err


def test_reinforcement_goes_on_from_an_adapter_that_fine_tuning_left(
    train: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lora = dict(use_peft=True, lora_r=2, lora_target_modules=["q_proj", "v_proj"], max_steps=1)
    adapter = train(sft, "adapter", **lora)
    assert (adapter / "adapter_model.safetensors").exists() and not (adapter / "model.safetensors").exists()
    out = train(grpo, "reinforced", model_name_or_path=str(adapter), max_steps=1)
    assert f"adding it to its base, in {adapter}-merged" in capsys.readouterr().err
    assert (out / "model.safetensors").exists()
    assert json.loads((out / "training.json").read_text())["base_model"] == str(adapter)


PAPER = dict(num_generations=8, temperature=1.0, beta=0.0, entropy_coef=0.0, top_p=1.0)


@pytest.mark.parametrize("path", training_settings().values(), ids=lambda path: path.stem)
def test_recipes_hold_known_settings_and_those_of_the_paper(path: Path) -> None:
    from dataclasses import fields

    from trl import GRPOConfig, ModelConfig, SFTConfig

    from synrl.budget import VideoBudget
    from synrl.training.settings import GRPOArguments, SFTArguments

    said = read_settings(path)
    kind = (GRPOArguments, GRPOConfig) if "num_generations" in said else (SFTArguments, SFTConfig)
    known = {entry.name for one in (*kind, VideoBudget, ModelConfig) for entry in fields(one)}
    assert set(said) <= known
    if kind[0] is GRPOArguments:
        assert PAPER.items() <= said.items()
        processes = 1 if "lora" in path.stem or "tiny" in path.stem else 8
        completions = processes * said["per_device_train_batch_size"] * said["steps_per_generation"]
        assert processes == 1 or completions == 512
        assert said["gradient_accumulation_steps"] == said["steps_per_generation"]


@pytest.mark.parametrize("module", [sft, grpo], ids=["sft", "grpo"])
def test_a_checkpoint_cut_off_while_it_is_written_is_passed_over(
    module: Any,
    train: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grpo, "accuracy_reward", tells_apart)
    whole = train(module, "whole", max_steps=3)
    with monkeypatch.context() as patch:
        kept = VideoSFTTrainer._save_optimizer_and_scheduler

        def cut(self: Any, folder: str) -> None:
            if folder.endswith("-2"):
                raise KeyboardInterrupt
            kept(self, folder)

        patch.setattr("transformers.Trainer._save_optimizer_and_scheduler", cut)
        out = train(module, "cut", expect=130, max_steps=3, save_total_limit=1)
    assert (out / "checkpoint-2").is_dir() and not (out / "checkpoint-2" / FILES).exists()
    train(module, "cut", max_steps=3, save_total_limit=1)
    said = capsys.readouterr().err
    assert f"passed over: {out / 'checkpoint-2'}" in said and f"going on from {out / 'checkpoint-1'}" in said
    one, other = load_file(whole / "model.safetensors"), load_file(out / "model.safetensors")
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert [folder.name for folder in out.glob("checkpoint-*")] == ["checkpoint-3"]


def test_completions_are_logged_as_texts_which_every_tracker_takes(train: Callable[..., Any]) -> None:
    import pyarrow.parquet as pq

    out = train(grpo, "logged", log_completions=True, num_completions_to_print=1, max_steps=1)
    rows = pq.read_table(out / "completions" / "completions_00001.parquet").to_pylist()
    assert rows and all(row["prompt"].startswith("[video]\n") for row in rows)
    assert all(isinstance(row["completion"], str) for row in rows)
    assert {"answer read", "answer", "advantage", "accuracy_reward"} <= set(rows[0])
    assert all(row["answer"] for row in rows)
    assert (out / "run.png").read_bytes().startswith(b"\x89PNG")
