"""A model that has learned some rows of ours has in lmms-eval the accuracy that training says it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")
pytest.importorskip("trl", reason="TRL is not installed: pip install 'synrl[train]'")

from datasets import Dataset
from lmms_eval.evaluator import simple_evaluate
from lmms_eval.tasks import TaskManager

from synrl.budget import VideoBudget
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.evaluation.benchmarks import BENCHMARKS
from synrl.evaluation.write_tasks import TASK_FOLDER
from synrl.prompts import completion_text, question_text
from synrl.training.inputs import prompt_messages
from synrl.training.miniature import stages
from synrl.training.rewards import accuracy_reward

ROWS, LEARNED, STEPS = 16, 8, 40
BUDGET = VideoBudget(min_frames=2, max_frames=2, max_frame_pixels=32 * 32)


def learn(folder: Path, rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    """A tiny model that knows some rows by heart, saved into a folder; itself and its processor."""
    import torch
    from transformers import AutoProcessor
    from trl import SFTConfig

    from synrl.training.tiny import write_tiny
    from synrl.training.video_sft import VideoSFTTrainer

    torch.set_num_threads(1)
    write_tiny(folder, texts=[question_text(row) for row in rows])
    processor = AutoProcessor.from_pretrained(folder, padding_side="left")
    settings: dict[str, Any] = dict(bf16=False, save_strategy="no", report_to="none", disable_tqdm=True)
    settings |= dict(learning_rate=1e-3, warmup_steps=5, lr_scheduler_type="constant_with_warmup")
    trainer = VideoSFTTrainer(
        str(folder),
        SFTConfig(
            str(folder / "runs"),
            use_cpu=True,
            activation_checkpointing=False,
            per_device_train_batch_size=LEARNED,
            max_steps=STEPS,
            adam_beta2=0.98,
            **settings,
        ),
        processing_class=processor,
        budget=BUDGET,
        train_dataset=Dataset.from_list(
            [{name: row[name] for name in ("prompt", "completion", "video")} for row in rows]
        ),
    )
    trainer.train()
    trainer.save_model(str(folder))
    return trainer.model, processor


def test_a_trained_model_is_as_right_in_lmms_eval_as_in_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = generate(plain(("direction_identification",), ROWS, "test", seed=3), tmp_path / "rows")
    rows = [
        {**row, "prompt": prompt_messages(row, reasoned=False), "completion": completion_text(row["answer"])}
        for row in Source.open(str(data)).rows()
    ]
    model, processor = learn(tmp_path / "model", rows[:LEARNED])
    right = stages.accuracy(model, processor, rows, BUDGET)
    assert LEARNED <= right < ROWS, "it knows the rows that it was shown, and not all of the others"

    monkeypatch.setenv("SYNRL_TEST", str(data))
    shown = replace(BENCHMARKS["synrl_test"], budget=BUDGET)
    monkeypatch.setitem(BENCHMARKS, "synrl_test", shown)
    done = simple_evaluate(
        model="synrl",
        model_args=f"pretrained={tmp_path / 'model'},device=cpu,dtype=float32,max_new_tokens=24",
        tasks=["synrl_test_direct"],
        task_manager=TaskManager(include_path=str(TASK_FOLDER), include_defaults=False),
        bootstrap_iters=0,
    )
    said = {
        sample["answered"]["id"]: sample["resps"][0][0] for sample in done["samples"]["synrl_test_direct"]
    }
    rewards = accuracy_reward(
        [said[row["id"]] for row in rows], **{name: [row[name] for row in rows] for name in rows[0]}
    )
    assert sum(reward or 0.0 for reward in rewards) == right
    scores = done["results"]["synrl_test_direct"]
    assert scores["accuracy,none"] == scores["family_mean,none"] == pytest.approx(100 * right / ROWS)
