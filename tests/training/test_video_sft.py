"""Fine-tuning on video: completions are learned from prompts that hold the whole video, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, TrainerCallback
from trl import SFTConfig

from synrl.budget import VideoBudget
from synrl.errors import DataError
from synrl.training.video_sft import VideoCollator, VideoSFTTrainer

BUDGET = VideoBudget(max_frame_pixels=32 * 16)
Rows = list[dict[str, Any]]


@pytest.fixture
def collator(processor: Any) -> VideoCollator:
    return VideoCollator(processor, BUDGET)


@pytest.fixture
def make(tiny: Callable[[str], Path], tmp_path: Path) -> Callable[..., VideoSFTTrainer]:
    def trainer(rows: Rows, *, kind: str = "qwen3_vl", **settings: Any) -> VideoSFTTrainer:
        defaults: dict[str, Any] = dict(
            output_dir=str(tmp_path),
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            per_device_train_batch_size=4,
            max_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        return VideoSFTTrainer(
            str(tiny(kind)),
            SFTConfig(**(defaults | settings)),
            processing_class=AutoProcessor.from_pretrained(tiny(kind)),
            budget=BUDGET,
            train_dataset=datasets.Dataset.from_list(rows),
        )

    return trainer


def test_only_the_completion_and_its_end_are_learned(collator: Any, processor: Any, rows: Rows) -> None:
    batch = collator(rows)
    for row, labels in zip(rows, batch["labels"], strict=True):
        learned = processor.tokenizer.decode(labels[labels != -100])
        assert learned == row["completion"] + processor.tokenizer.eos_token
    assert not torch.isin(batch["labels"], torch.tensor(sorted(collator._visual_ids))).any()


def test_each_batch_holds_the_tokens_of_its_videos(collator: Any, processor: Any, rows: Rows) -> None:
    batch = collator(rows)
    video = batch["input_ids"] == processor.video_token_id
    pieces = batch["video_grid_thw"].prod(dim=1) // 4
    assert video.sum(dim=1).tolist() == pieces.tolist()
    assert torch.equal(batch["mm_token_type_ids"], 2 * video.long())
    assert batch["attention_mask"].sum(dim=1).max() == batch["input_ids"].size(1)


def test_rows_of_text_and_of_images_need_no_video(collator: Any, rows: Rows) -> None:
    text = {name: rows[0][name] for name in ("prompt", "completion")}
    batch = collator([text, {**text, "video": None}])
    assert "pixel_values_videos" not in batch
    assert batch["labels"].tolist()[0] == batch["labels"].tolist()[1]
    mixed = collator([text, rows[1], {**text, "images": [Image.new("RGB", (32, 32))]}])
    assert len(mixed["video_grid_thw"]) == len(mixed["image_grid_thw"]) == 1


def test_a_batch_equals_its_rows_one_by_one(collator: Any, tiny: Any, rows: Rows) -> None:
    model = AutoModelForImageTextToText.from_pretrained(tiny("qwen3_vl")).eval()
    with torch.no_grad():
        together = model(**collator(rows)).logits
        for number, row in enumerate(rows):
            alone = model(**collator([row])).logits[0]
            torch.testing.assert_close(together[number, : len(alone)], alone, atol=1e-5, rtol=1e-4)


def test_nothing_is_cut(processor: Any, rows: Rows) -> None:
    longest = VideoCollator(processor, BUDGET)(rows)["input_ids"].size(1)
    assert VideoCollator(processor, BUDGET, longest)(rows)["input_ids"].size(1) == longest
    with pytest.raises(ValueError, match=f"{longest} tokens, "):
        VideoCollator(processor, BUDGET, longest - 1)(rows)


def test_a_completion_can_not_pretend_to_hold_a_video(collator: Any, rows: Rows) -> None:
    with pytest.raises(ValueError, match="stand for a video"):
        collator([{**rows[0], "completion": "<|video_pad|>"}])


@pytest.mark.parametrize("kind", ["qwen3_vl", "qwen2_5_vl"])
def test_a_step_gives_every_weight_of_the_vision_tower_a_gradient(make: Any, rows: Rows, kind: str) -> None:
    trainer, seen = make(rows, kind=kind, logging_steps=1), {}

    class Look(TrainerCallback):
        def on_pre_optimizer_step(self, *args: Any, **kwargs: Any) -> None:
            tower = trainer.model.model.visual
            seen.update({name: weight.grad for name, weight in tower.named_parameters()})

    trainer.add_callback(Look())
    trainer.train()
    assert seen and all(gradient is not None for gradient in seen.values())
    assert sum(gradient.norm() > 0 for gradient in seen.values()) > 0.9 * len(seen)


def test_training_stops_if_the_video_is_lost(make: Any, rows: Rows, monkeypatch: Any) -> None:
    trainer = make(rows)
    tower = trainer.model.model.visual
    forward = tower.forward

    def forgetful(pixels: torch.Tensor, **kwargs: Any) -> Any:
        return forward(torch.zeros_like(pixels), **kwargs)

    monkeypatch.setattr(tower, "forward", forgetful)
    with pytest.raises(ValueError, match="blind"):
        trainer.train()


@pytest.mark.parametrize(("first", "adds"), [(0, []), (1, ["video"]), (2, ["video", "image"])])
def test_a_batch_holds_what_all_processes_are_to_hold_and_learns_nothing_more(
    first: int, adds: list[str], processor: Any, rows: Rows
) -> None:
    """Batches of a row with a video and one with an image, of an image alone, and of text alone."""
    words = {"prompt": [{"role": "user", "content": "What?"}], "completion": "<answer>A</answer>"}
    batch = [rows[0], {**words, "image": Image.new("RGB", (64, 64))}, words][first : 3 if first else 2]
    plain = VideoCollator(processor, BUDGET)(batch)
    held = VideoCollator(processor, BUDGET, media=("video", "image"))(batch)
    assert len(held["labels"]) == len(plain["labels"]) + len(adds)
    assert {"pixel_values_videos", "pixel_values"} <= set(held)
    learnt = [ids[ids != -100].tolist() for ids in held["labels"]]
    assert learnt[: len(batch)] == [ids[ids != -100].tolist() for ids in plain["labels"]]
    assert not any(learnt[len(batch) :])


def test_a_row_that_can_not_be_encoded_is_named(processor: Any, rows: Rows) -> None:
    broken = {**rows[0], "id": "clip-7", "video": {"bytes": b"no video", "path": "7.mp4"}}
    with pytest.raises(DataError, match=r"^row clip-7: "):
        VideoCollator(processor, BUDGET)([rows[1], broken])
