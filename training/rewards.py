"""The accuracy reward, in the form that TRL's trainers call: one value per completion and row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from synrl.answers import extract, score


def accuracy_reward(completions: Sequence[Any], **columns: Sequence[Any]) -> list[float]:
    """1.0 for a right answer, else 0.0, each completion judged by its own row.

    Args:
        completions: texts, or TRL's conversations (lists of messages, the last one counts).
        columns: the dataset's columns as TRL passes them, each a list as long as `completions`;
            `answer_type`, `answer` and `options` are needed, for plans the whole row.
    """
    rewards = []
    for number, completion in enumerate(completions):
        text = completion if isinstance(completion, str) else completion[-1]["content"]
        row = {name: values[number] for name, values in columns.items() if isinstance(values, (list, tuple))}
        rewards.append(score(extract(text), row))
    return rewards


def verl_score(data_source: str, solution_str: str, ground_truth: str, extra_info: dict[str, Any]) -> float:
    """The same for verl, as its `custom_reward_function`, over rows that `synrl export` has written."""
    return score(extract(solution_str), json.loads(extra_info["row"]))
