"""The bonus for order: who earns it, and that the other rollout really is shown shuffled frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from trl import GRPOConfig

from synrl.budget import VideoBudget
from synrl.training.contrast import BONUS, ContrastGRPOTrainer, order_bonus
from synrl.training.rewards import accuracy_reward
from synrl.training.rollout import Rollout

RIGHT, WRONG = "<answer>A</answer>", "<answer>B</answer>"


def given(shuffled: list[float] | None, completions: list[str]) -> list[float]:
    count = len(completions)
    columns: dict[str, Any] = dict(
        id=["one", "one", "two", "two"][:count],
        answer_type=["choice"] * count,
        answer=["A"] * count,
        options=[["left", "right"]] * count,
    )
    if shuffled is not None:
        columns["shuffled_accuracy"] = shuffled
    return order_bonus(completions, **columns)


def test_right_answers_earn_it_unless_shuffled_frames_do_clearly_better() -> None:
    completions = [RIGHT, WRONG, RIGHT, WRONG]
    assert given([0.0, 0.0, 0.5, 0.5], completions) == [BONUS, 0.0, BONUS, 0.0]
    assert given([1.0, 1.0, 0.6, 0.6], completions) == [0.0, 0.0, BONUS, 0.0]


def test_nothing_is_earned_in_evaluation() -> None:
    assert given(None, [RIGHT, RIGHT]) == [0.0, 0.0]


def test_the_other_rollout_is_shown_the_same_frames_in_another_order(
    rows: list[dict[str, Any]], tiny: Callable[..., Path], processor: Any, tmp_path: Path
) -> None:
    some = [{**row, "id": str(number)} for number, row in enumerate(rows)]
    args = GRPOConfig(
        output_dir=str(tmp_path),
        use_cpu=True,
        bf16=False,
        per_device_train_batch_size=4,
        num_generations=2,
        max_completion_length=4,
        max_steps=1,
        report_to="none",
        save_strategy="no",
    )
    seen: list[tuple[bool, np.ndarray]] = []

    class Spy(ContrastGRPOTrainer):
        def _clip(self, rollout: Rollout, name: str) -> Any:
            clip = super()._clip(rollout, name)
            seen.append((rollout.arrange is not Rollout().arrange, clip.frames))
            return clip

    trainer = Spy(
        str(tiny("qwen3_vl")),
        [accuracy_reward, order_bonus],
        args,
        budget=VideoBudget(fps=30.0, max_frame_pixels=1024),
        processing_class=processor,
        train_dataset=Dataset.from_list(some),
    )
    trainer.train()
    shuffled = [frames for other, frames in seen if other]
    plain = [frames for other, frames in seen if not other]
    assert len(shuffled) == len(plain) > 0

    def key(frames: np.ndarray) -> list[bytes]:
        return [frame.tobytes() for frame in frames]

    matched = [(one, two) for one in shuffled for two in plain if sorted(key(one)) == sorted(key(two))]
    assert len(matched) >= len(shuffled)
    assert any(key(one) != key(two) for one, two in matched)
