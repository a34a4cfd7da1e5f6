"""Answers: the few spellings that mean the same are right, and no trick wins anything."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stopping import stopped_after

from synrl import answers
from synrl.dataset.reading import Source
from synrl.errors import ConfigError
from synrl.scoring import score
from synrl.training.rewards import accuracy_reward

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
    assert score(given_answer, row) == 1.0


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
    assert [attack for attack in ATTACKS if score(attack, row)] == []
    assert score(None, row) == 0.0


OPTIONS = ("up", "down", "left", "right")


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("A", "A"), ("d", "D"), ("(a)", "A"), ("(C).", "C"), ("D: right", "D"), ("b) Down.", "B"),
        ("E", None), ("Z", None), ("", None), ("AB", None), ("A B", None), ("A,", None), ("A or B", None),
        ("A: down", None), ("a circle", None), ("a) b) c) d)", None), ("not A", None), ("A\nB", None),
        ("А", None), ("Α", None), ("Ａ", None), ("𝐀", None), ("ⓐ", None), ("1", None), ("up", None),
        ("A: up down left right", None),
    ],
)  # fmt: skip
def test_a_choice_is_one_letter_on_offer(text: str, letter: str | None) -> None:
    assert answers.parse_choice(text, OPTIONS) == letter


def test_a_letter_that_is_not_on_offer_is_no_choice() -> None:
    assert [answers.parse_choice(letter, OPTIONS[:2]) for letter in "ABCD"] == ["A", "B", None, None]
    assert answers.parse_choice("A", ()) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("-3", -3), ("+12", 12), ("007", 7), ("5.", 5), ("\t9\n", 9), ("999999999", 999_999_999),
        ("", None), ("5.0", None), ("5 or 6", None), ("5-6", None), ("1,000", None), ("seven", None),
        ("1e3", None), ("0x10", None), ("--3", None), ("+-3", None), ("3!", None), ("²", None), ("７", None),
        ("٧", None), ("nan", None), ("inf", None), ("1_0", None), ("1000000000", None),
        pytest.param("9" * 10**6, None, id="a million digits"),
    ],
)  # fmt: skip
def test_an_integer_is_one_plain_number(text: str, number: int | None) -> None:
    assert answers.parse_integer(text) == number


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("[1.50, 3.25]", (1.5, 3.25)), ("3.25 to 1.5", (1.5, 3.25)), ("0:02 - 1:03.5", (2.0, 63.5)),
        ("from 2s until 4s", (2.0, 4.0)), ("[2, 2]", (2.0, 2.0)),
        ("0:00:02 to 1:01:03.5", (2.0, 3663.5)), ("1:2:3:4", (3723.0, 4.0)[::-1]),
        ("\u200b1 2", None), ("", None), ("2", None), ("1 2 3", None), ("nan, nan", None),
        ("-inf to inf", None), ("[, ]", None),
        pytest.param("1 2 " + "." * 3000, None, id="too long"),
        pytest.param("1 " * 500_000, None, id="a million characters"),
        pytest.param(f"0 {'9' * 400}", None, id="more than any float"),
    ],
)  # fmt: skip
def test_an_interval_is_exactly_two_times(text: str, span: tuple[float, float] | None) -> None:
    assert answers.parse_interval(text) == span


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("[1.00, 2.00]", True), ("[1.00, 1.99]", False), ("[1.00, 5.00]", True), ("[1.00, 5.01]", False),
        ("[1, 1]", False), ("[0, 999999999]", False), ("[3.00, 5.00]", False), ("[2.00, 3.00]", True),
    ],
)  # fmt: skip
def test_an_interval_is_right_from_half_an_overlap_on(text: str, right: bool) -> None:
    assert score(text, INTERVAL) == float(right)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("7♥, K♠", ("7♥", "k♠")),
        (" 7♥,K♠. ", ("7♥", "k♠")),
        ("7♥", ("7♥",)),
        ("7♥,, K♠", ("7♥", "", "k♠")),
        ("7♥ K♠", ("7♥ k♠",)),
        ("", ("",)),
    ],
)
def test_an_ordering_is_every_name_between_commas(text: str, names: tuple[str, ...]) -> None:
    assert answers.parse_ordering(text) == names


def test_a_name_without_case_hyphen_or_article_is_the_same_name() -> None:
    assert answers.normalise("The Up-Left.") == answers.normalise("up left") == "up left"
    assert answers.normalise("A") == "a", "an ace and an option are no articles"
    assert answers.normalise("７♥\ufe0f") == "7♥"
    assert len({answers.normalise(name) for name in ("up", "up-left", "left-up", "left", "7♥", "7♦")}) == 6


@given(st.text(max_size=80))
def test_any_text_gets_a_score_and_never_an_error(text: str) -> None:
    for row in (CHOICE, INTEGER, TEXT, ORDERING, INTERVAL):
        assert score(text, row) in (0.0, 1.0)


@given(st.floats(0, 500), st.floats(0.1, 50))
def test_an_interval_survives_its_own_spelling(start: float, length: float) -> None:
    parsed = answers.parse_interval(answers.format_interval(start, start + length))
    assert parsed is not None
    assert math.isclose(parsed[0], start, abs_tol=0.006)
    assert answers.interval_iou(parsed, (start, start + length)) > 0.8


@given(*[st.floats(0, 1000)] * 4)
def test_overlap_is_symmetric_and_between_zero_and_one(a: float, b: float, c: float, d: float) -> None:
    one, two = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    assert answers.interval_iou(one, two) == answers.interval_iou(two, one)
    assert 0 <= answers.interval_iou(one, two) <= 1
    assert answers.interval_iou(one, one) == float(a != b)


def test_intervals_overlap_as_by_hand() -> None:
    assert answers.interval_iou((0, 2), (1, 3)) == pytest.approx(1 / 3)
    assert answers.interval_iou((0, 1), (2, 3)) == 0.0
    assert answers.interval_iou((1, 1), (1, 1)) == 0.0
    assert answers.nearest_span(["[0.00, 1.00]", "[2.00, 3.00]"], (1.9, 2.5)) == "[2.00, 3.00]"
    assert answers.nearest_span(["[0.00, 1.00]"], (5, 6)) is None
    assert answers.nearest_span([], (5, 6)) == "[5.00, 6.00]"
    assert answers.nearest_span(["up", "[4.00, 9.00]"], (5, 6)) == "[4.00, 9.00]"


def test_an_unknown_answer_type_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ConfigError, match="'poem' is unknown; allowed: choice"):
        score("x", {**TEXT, "answer_type": "poem"})


@pytest.mark.parametrize(
    ("completion", "answer", "cut"),
    [
        ("<think>first B</think><answer>C</answer>", "C", False),
        ("<think>a</think>\n\n C ", "C", False),
        ("reasons that only close</think>C", "C", False),
        ("C", "C", False),
        ("<think>never closed <answer>C</answer>", None, True),
        ("<think>a</think><think>once more <answer>C</answer>", None, True),
        ("<think>x <answer>C</answer></think>", None, False),
        ("<think>x</think><answer>C", None, True),
        ("<think>x</think><answer>A</answer><answer>C</answer>", "C", False),
        ("<answer>A</answer> no, <answer>C</answer>", "C", False),
        ("<answer> </answer>", None, False),
        ("", None, False),
    ],
)
def test_the_answer_is_what_follows_the_reasoning(completion: str, answer: str | None, cut: bool) -> None:
    assert answers.extract(completion) == answer
    assert answers.is_cut_off(completion) == cut


def test_gold_scores_one_and_every_other_option_zero_through_the_reward(folder: Path) -> None:
    for row in Source.open(str(folder)).spread(100):
        columns = {name: [value] for name, value in row.items()}
        gold = f"<think>so</think><answer>{row['answer']}</answer>"
        assert accuracy_reward([gold], **columns) == [1.0], row["id"]
        assert accuracy_reward([[{"role": "assistant", "content": gold}]], **columns) == [1.0]
        for letter, option in zip("ABCD", row["options"], strict=False):
            right = float(letter == row["answer"])
            assert score(letter, row) == score(f"{letter}: {option}", row) == right
            assert score(f"{letter}: {option}x", row) == 0.0, "the text of no option"


def test_no_attack_wins_an_open_row_of_any_family(folder: Path) -> None:
    rows = [row for row in Source.open(str(folder)).spread(100) if not row["options"]]
    assert len({row["answer_type"] for row in rows}) >= 3
    for row in rows:
        assert score(row["answer"], row) == 1.0
        wins = {attack for attack in ATTACKS if score(attack, row)} - {row["answer"]}
        if row["answer_type"] == "interval":  # "7 8" is one
            wins = {attack for attack in wins if answers.parse_interval(attack) is None}
        assert not wins, row["id"]


def test_each_completion_is_judged_by_its_own_row() -> None:
    rows = [CHOICE, INTEGER]
    columns = {name: [row[name] for row in rows] for name in CHOICE}
    assert accuracy_reward(["B", "7"], **columns) == [1.0, 1.0]
    assert accuracy_reward(["7", "B"], **columns) == [0.0, 0.0]


def test_marks_that_are_heaped_up_take_no_longer_than_other_texts() -> None:
    heap = "a" + "\u0301\u0316" * 200_000
    with stopped_after(0.2):
        assert answers.normalise(heap) == heap
        assert answers.parse_ordering(heap) == ()
