"""Rewards: right answers earn, and what can't be judged is said rather than counted as wrong."""

from __future__ import annotations

from typing import Any

import pytest

from synrl.dataset.rows import make_row
from synrl.prompts import completion_text
from synrl.training.rewards import accuracy_reward, format_reward, overlong_penalty

ROW = {"answer_type": "choice", "answer": "B", "options": ["left", "right"]}


def columns(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_each_completion_is_judged_by_its_own_row() -> None:
    families = ("direction_identification", "motion_counting", "card_stack")
    rows = [
        make_row(family, split="train", seed=3, index=index).to_dict()
        for family in families
        for index in range(8)
    ]
    right = [completion_text(row["answer"], "So it is.") for row in rows]
    messages = [[{"role": "assistant", "content": text}] for text in right]
    assert accuracy_reward(right, **columns(*rows)) == [1.0] * len(rows)
    assert accuracy_reward(messages, **columns(*rows)) == [1.0] * len(rows)
    shifted = [row["answer"] for row in rows[1:] + rows[:1]]
    given = accuracy_reward([completion_text(answer) for answer in shifted], **columns(*rows))
    assert 0 < sum(value for value in given if value is not None) < len(rows) / 2


def test_a_row_without_an_answer_is_left_out() -> None:
    given = accuracy_reward(["<answer>B</answer>"] * 2, **columns({**ROW, "answer": None}, ROW))
    assert given == [None, 1.0]


@pytest.mark.parametrize("name", ROW)
def test_a_missing_column_is_an_error(name: str) -> None:
    rest = {key: value for key, value in columns(ROW).items() if key != name}
    with pytest.raises(ValueError, match=f"no column {name}"):
        accuracy_reward(["<answer>B</answer>"], **rest)


def test_an_unknown_type_of_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="answer type 'essay' is unknown; allowed: choice"):
        accuracy_reward(["<answer>B</answer>"], **columns({**ROW, "answer_type": "essay"}))


@pytest.mark.parametrize(
    ("completion", "reward"),
    [
        ("<think>\nIt turns.\n</think>\n<answer>B</answer>", 1.0),
        ("<answer>B</answer>", 0.0),
        ("<think>x</think><answer>B</answer> indeed", 0.0),
        ("<think>x</think><answer>A</answer><answer>B</answer>", 0.0),
        ("<think></think><answer>B</answer>", 0.0),
    ],
)
def test_the_form_is_reasoning_and_one_answer(completion: str, reward: float) -> None:
    assert format_reward([completion]) == [reward]
    assert format_reward([[{"role": "assistant", "content": completion}]]) == [reward]


def test_the_penalty_falls_over_the_margin() -> None:
    penalty = overlong_penalty(100, 20)
    given = penalty(completion_ids=[[0] * length for length in (1, 80, 90, 100, 120)])
    assert given == [0.0, 0.0, -0.5, -1.0, -1.0]
    with pytest.raises(ValueError, match="margin in tokens is 0; allowed: 1 to"):
        overlong_penalty(100, 0)
