"""Nothing but the right answer wins: over every row of a recipe that has all families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS
from stopping import stopped_after

from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import get_recipe
from synrl.prompts import completion_text
from synrl.training.rewards import accuracy_reward, format_reward


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    out = generate(get_recipe("smoke"), tmp_path_factory.mktemp("smoke") / "rows", progress=False)
    return list(Source.open(str(out)).rows())


def rewards(rows: list[dict[str, Any]], completions: list[str]) -> list[float | None]:
    return accuracy_reward(completions, **{name: [row[name] for row in rows] for name in rows[0]})


def test_the_right_answer_of_every_row_wins(rows: list[dict[str, Any]]) -> None:
    assert {row["answer_type"] for row in rows} >= {"choice", "integer", "interval", "text", "ordering"}
    for said in (None, "It is so."):
        assert set(rewards(rows, [completion_text(row["answer"], said) for row in rows])) == {1.0}


def test_no_wrong_option_of_any_row_wins(rows: list[dict[str, Any]]) -> None:
    for number, letter in enumerate("ABCDEFGHIJ"):
        some = [row for row in rows if number < len(row["options"]) and row["answer"] != letter]
        if some:
            assert set(rewards(some, [completion_text(letter, "x") for _ in some])) == {0.0}
            named = [row for row in some if len(row["options"][number]) > 1]  # containers have letters, too
            texts = [completion_text(row["options"][number], "x") for row in named]
            assert set(rewards(named, texts)) <= {0.0}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_win_nothing_and_hold_up_nothing(name: str, rows: list[dict[str, Any]]) -> None:
    completions = [ATTACKS[name](row) for row in rows]
    with stopped_after(minutes=5):  # what goes back and forth over a megabyte takes hours
        won = [row["id"] for row, reward in zip(rows, rewards(rows, completions), strict=True) if reward]
        format_reward(completions)
    assert won == []


def test_a_row_is_judged_alone_whatever_stands_beside_it(rows: list[dict[str, Any]], folder: Path) -> None:
    completions = [completion_text(row["answer"], "x") for row in rows]
    together = rewards(rows, completions)
    alone = [rewards([row], [text])[0] for row, text in zip(rows, completions, strict=True)]
    assert together == alone == rewards(rows[::-1], completions[::-1])[::-1]
