"""Answers: the few spellings that mean the same are right, and no trick wins anything."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synrl import answers
from synrl.audit.reading import Source
from synrl.errors import ConfigError
from training.rewards import accuracy_reward

CHOICE = dict(answer_type="choice", answer="B", options=["up", "down", "left", "right"])
INTEGER = dict(answer_type="integer", answer="7", options=[])
TEXT = dict(answer_type="text", answer="up, then down-left", options=[])
ORDERING = dict(answer_type="ordering", answer="7♥, K♠", options=[])
INTERVAL = dict(answer_type="interval", answer="[1.00, 3.00]", options=[])


@pytest.mark.parametrize(
    ("row", "given_answer"),
    [
        *((CHOICE, text) for text in ("B", "b", "(B)", "B.", "B)", "B: down", "(B) down", " B\n", "B. down")),
        *((INTEGER, text) for text in ("7", " 7 ", "7.", "+7", "07")),
        *((TEXT, text) for text in ("up, then down-left", "Up, then down left.", "  up,  then down-left ")),
        *((ORDERING, text) for text in ("7♥, K♠", "7♥,K♠", "7♥\ufe0f, k♠.")),
        *(
            (INTERVAL, text)
            for text in ("[1.0, 3.0]", "1-3", "from 1 s to 3.2 seconds", "0:01 to 0:03", "3 to 1")
        ),
    ],
)
def test_an_equal_answer_in_another_spelling_is_right(row: dict[str, Any], given_answer: str) -> None:
    assert answers.score(given_answer, row) == 1.0


ATTACKS = [
    "", " ", "A B C D", "A, B, C, D", "A or B", "B or C", "B. or C", "(B) (C)", "B: down or up", "a circle",
    "В", "Ｂ B", "answer", "B" * 10_000, "nan", "inf", "-inf", "1e9", "6 or 7", "7 8", "77", "٧",
    "0-100000", "[0, 1e9]", "[-inf, inf]", "1 2 3", "[1, 3, 1, 3]", "up", "up, then down-left or left",
    "7♥", "K♠, 7♥", "7♥, K♠, 7♥", "move A B", "x" * 1_000_000, "<answer>B</answer>",
]  # fmt: skip


@pytest.mark.parametrize(
    "row", [CHOICE, INTEGER, TEXT, ORDERING, INTERVAL], ids=lambda row: row["answer_type"]
)
def test_no_attack_wins(row: dict[str, Any]) -> None:
    assert [attack for attack in ATTACKS if answers.score(attack, row)] == []
    assert answers.score(None, row) == 0.0


@given(st.text(max_size=80))
def test_any_text_gets_a_score_and_never_an_error(text: str) -> None:
    for row in (CHOICE, INTEGER, TEXT, ORDERING, INTERVAL):
        assert answers.score(text, row) in (0.0, 1.0)


@given(st.floats(0, 500), st.floats(0.1, 50))
def test_an_interval_survives_its_own_spelling(start: float, length: float) -> None:
    parsed = answers.parse_interval(answers.format_interval(start, start + length))
    assert parsed is not None
    assert math.isclose(parsed[0], start, abs_tol=0.006)
    assert answers.interval_iou(parsed, (start, start + length)) > 0.8


def test_intervals_overlap_as_by_hand() -> None:
    assert answers.interval_iou((0, 2), (1, 3)) == pytest.approx(1 / 3)
    assert answers.interval_iou((0, 1), (2, 3)) == 0.0
    assert answers.interval_iou((1, 1), (1, 1)) == 0.0
    assert answers.nearest_span(["[0.00, 1.00]", "[2.00, 3.00]"], (1.9, 2.5)) == "[2.00, 3.00]"
    assert answers.nearest_span(["[0.00, 1.00]"], (5, 6)) is None


def test_an_unknown_answer_type_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ConfigError, match="'poem' is unknown; allowed: choice"):
        answers.score("x", {**TEXT, "answer_type": "poem"})


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("<think>first B</think><answer>C</answer>", "C"),
        ("<think>a</think>\n\n C ", "C"),
        ("C", "C"),
        ("<think>never closed <answer>C</answer>", None),
        ("<think>x <answer>C</answer></think>", None),
        ("<think>x</think><answer>C", None),
        ("<think>x</think><answer>A</answer><answer>C</answer>", "C"),
        ("", None),
    ],
)
def test_the_answer_is_what_follows_the_reasoning(completion: str, answer: str | None) -> None:
    assert answers.extract(completion) == answer


def test_gold_scores_one_and_every_other_option_zero_through_the_reward(folder: Path) -> None:
    for row in Source.open(str(folder)).spread(100):
        columns = {name: [value] for name, value in row.items()}
        gold = f"<think>so</think><answer>{row['answer']}</answer>"
        assert accuracy_reward([gold], **columns) == [1.0], row["id"]
        assert accuracy_reward([[{"role": "assistant", "content": gold}]], **columns) == [1.0]
        for letter in "ABCD"[: len(row["options"])]:
            assert answers.score(letter, row) == float(letter == row["answer"])


def test_each_completion_is_judged_by_its_own_row() -> None:
    rows = [CHOICE, INTEGER]
    columns = {name: [row[name] for row in rows] for name in CHOICE}
    assert accuracy_reward(["B", "7"], **columns) == [1.0, 1.0]
    assert accuracy_reward(["7", "B"], **columns) == [0.0, 0.0]
