"""T-GRPO: a bonus for right answers that are not to be had without the order of the frames (Video-R1).

Before each rollout, half as many completions are sampled from the same prompts with their frames in random
order. Right completions of the rollout earn a bonus, unless the completions from shuffled frames were clearly
more accurate. The paper that this project follows has no such bonus, so it is off by default.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from synrl.budget import Clip
from synrl.training.rewards import accuracy_reward
from synrl.training.rollout import Rollout
from synrl.training.video_grpo import VideoGRPOTrainer

BONUS, MARGIN = 0.3, 0.8
"""What a right completion earns, and the share of the accuracy on shuffled frames that the rollout has to
reach for it: 0.3 and 0.8 in Video-R1's code."""
COLUMN = "shuffled_accuracy"


class ContrastGRPOTrainer(VideoGRPOTrainer):
    """`VideoGRPOTrainer` whose rows have a column `shuffled_accuracy` in training; see `order_bonus`."""

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        if self.model.training and "video" in inputs[0]:
            inputs = self._contrasted(inputs)
        return super()._generate_and_score_completions(inputs)

    def _contrasted(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        some = inputs[::2]  # the rows of a group are one prompt, again and again
        process = self.accelerator.process_index
        shuffling = np.random.default_rng([self.args.seed, self.state.global_step, process])

        def shuffled(clip: Clip) -> Clip:
            return replace(clip, frames=clip.frames[shuffling.permutation(len(clip.frames))])

        rollout = Rollout(arrange=shuffled)
        with self._working_on(rollout):
            prompts = [self._named(row, rollout.files)["prompt"] for row in some]
            ids, _, fields = self._tokenize_prompts(prompts)
            given, _ = self._generate_single_turn(ids, None, fields, max(1, self.num_generations // 2))
        texts = self.processing_class.batch_decode(given, skip_special_tokens=True)
        columns: dict[str, Any] = {name: [row[name] for row in some] for name in some[0] if name != "prompt"}
        right: dict[str, list[float]] = defaultdict(list)
        for row, reward in zip(some, accuracy_reward(texts, **columns), strict=True):
            right[row["id"]].append(reward or 0.0)
        return [{**row, COLUMN: float(np.mean(right.get(row["id"], [1.0])))} for row in inputs]


def order_bonus(completions: Sequence[Any], **columns: Any) -> list[float]:
    """`BONUS` for right completions of prompts that were not answered better with their frames shuffled.

    Without the column `shuffled_accuracy`, as in evaluation, nothing is earned.
    """
    rewards = [0.0] * len(completions)
    if COLUMN not in columns:
        return rewards
    right = accuracy_reward(completions, **columns)
    for _, group in groupby(range(len(completions)), key=lambda number: columns["id"][number]):
        numbers = list(group)
        accuracy = float(np.mean([right[number] or 0.0 for number in numbers]))
        if accuracy >= MARGIN * columns[COLUMN][numbers[0]]:
            for number in numbers:
                rewards[number] = BONUS * (right[number] or 0.0)
    return rewards
