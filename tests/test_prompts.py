"""The prompt shows everything a row asks, and what it asks for is what the answer parser reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synrl.answers import extract
from synrl.dataset.reading import Source
from synrl.prompts import DIRECT, REASONED, completion_text, prompt_text, question_text, target_text
from synrl.scoring import score


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    return list(Source.open(str(folder)).spread(20))


def test_a_prompt_holds_the_question_every_option_and_how_to_answer(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        text = prompt_text(row)
        assert text.startswith(row["question"]) and text.endswith(REASONED)
        assert [line[3:] for line in text.splitlines() if line[1:3] == ". "] == row["options"]
        assert prompt_text(row, reasoned=False) == f"{question_text(row)}\n{DIRECT}"


def test_options_are_lettered_in_order() -> None:
    row = {"question": "Which way?", "options": ["left", "right"]}
    assert question_text(row).splitlines()[1:3] == ["A. left", "B. right"]


def test_an_open_question_stands_alone() -> None:
    assert question_text({"question": "How many?", "options": []}) == "How many?"


@pytest.mark.parametrize("reasoning", [None, "At 1.0 s it turns. <answer>C</answer> is a trap."])
def test_a_completion_is_read_back_and_scores(rows: list[dict[str, Any]], reasoning: str | None) -> None:
    for row in rows:
        given = extract(completion_text(row["answer"], reasoning))
        assert given == row["answer"] and score(given, row) == 1.0


def test_the_target_is_the_chain_of_thought_or_else_the_answer(rows: list[dict[str, Any]]) -> None:
    row = rows[0]
    assert target_text({**row, "cot": None}) == f"<answer>{row['answer']}</answer>"
    assert target_text({**row, "cot": "<think>x</think><answer>B</answer>"}).startswith("<think>x")
