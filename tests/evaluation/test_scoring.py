"""Scorers: hand-made mixtures have hand-computed scores, and silence never wins."""

from __future__ import annotations

from typing import Any

import pytest
from attacks import ATTACKS

from synrl.evaluation.scoring import grounding, totals
from synrl.evaluation.scoring.item import score_item
from synrl.prompts import completion_text


def item(kind: str, answer: str, **more: Any) -> dict[str, Any]:
    return dict(kind=kind, answer=answer, options=[], spans=[], row="", **more)


def choice(answer: str, *options: str) -> dict[str, Any]:
    return {**item("choice", answer), "options": list(options)}


SPAN = {**item("interval", ""), "spans": [[2.0, 6.0], [10.0, 12.0]]}


@pytest.mark.parametrize(
    ("text", "iou", "iop", "reached"),
    [
        ("2 - 6", 1.0, 1.0, (1, 1, 1)),
        ("[0, 6]", 4 / 6, 4 / 6, (1, 1, 0)),
        ("3 to 5", 0.5, 1.0, (1, 1, 0)),
        ("10, 15", 0.4, 0.4, (1, 0, 0)),
        ("2 - 12", 0.4, 0.4, (1, 0, 0)),
        ("5 - 11", 1 / 7, 1 / 6, (0, 0, 0)),
        ("0 - 900", 4 / 900, 4 / 900, (0, 0, 0)),
        ("6 - 10", 0.0, 0.0, (0, 0, 0)),
        ("3 - 3", 0.0, 1.0, (0, 0, 0)),
        ("8 - 8", 0.0, 0.0, (0, 0, 0)),
        ("900 - 901", 0.0, 0.0, (0, 0, 0)),
        ("never", 0.0, 0.0, (0, 0, 0)),
    ],
)
def test_spans_meet_the_best_true_one_as_by_hand(
    text: str, iou: float, iop: float, reached: tuple[int, int, int]
) -> None:
    values = score_item(SPAN, completion_text(text)).values
    assert (values["miou"], values["miop"]) == (pytest.approx(iou), pytest.approx(iop))
    assert (values["recall_30"], values["recall_50"], values["recall_70"]) == reached


def test_iou_and_iop_are_those_of_nextgqa() -> None:
    assert grounding.iou((0, 10), (5, 15)) == pytest.approx(5 / 15)
    assert grounding.iop((0, 10), (5, 15)) == pytest.approx(0.5)
    assert grounding.iop((4, 4), (4, 5)) == 1.0 and grounding.iou((4, 4), (4, 5)) == 0.0


@pytest.mark.parametrize(
    ("text", "exact", "steps"),
    [
        ("3, 1, 2", 1, 1.0),
        ("Clip 3, Clip 2, Clip 1", 0, 1 / 3),
        ("3, 1", 0, 0),
        ("3, 1, 1", 0, 0),
        ("", 0, 0),
    ],
)
def test_orders_are_right_as_a_whole_and_place_by_place(text: str, exact: int, steps: float) -> None:
    values = score_item(item("ordering", "3, 1, 2"), text).values
    assert (values["accuracy"], values["steps"]) == (exact, pytest.approx(steps))


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("10", 1.0),
        ("11", 0.9),
        ("9.0", 0.9),
        ("12", 0.6),
        ("12.5", 0.6),
        ("15", 0.1),
        ("16", 0.0),
        ("0", 0.0),
    ],
)
def test_numbers_score_by_mean_relative_accuracy(text: str, score: float) -> None:
    assert score_item(item("number", "10"), text).values["accuracy"] == pytest.approx(score)


def test_open_answers_are_a_number_to_two_decimals_or_words() -> None:
    number, words = item("open", "12.5"), item("open", "perfect fifth")
    assert [
        score_item(number, text).values["accuracy"] for text in ("12.5", "12.504", "12.51", "2 or 12.5")
    ] == [
        1,
        1,
        0,
        0,
    ]
    assert [
        score_item(words, text).values["accuracy"]
        for text in (
            "Perfect fifth.",
            "It is a perfect fifth",
            "perfect",
            "fifth perfect",
            "x " * 20 + "perfect fifth",
        )
    ] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("Therefore, perfect fifth", 1),
        ("In music theory, it is a perfect fifth.", 1),
        ("**A perfect fifth** (P5)", 1),
        ("perfect fifth or minor third", 0),
        ("minor third or perfect fifth", 0),
        ("perfect fifth, minor third", 0),
        ("minor third, perfect fifth", 0),
        ("unison/perfect fifth", 0),
        ("perfect fifth / unison", 0),
        ("It is not a perfect fifth", 0),
        ("neither a third nor a perfect fifth", 0),
    ],
)
def test_open_answers_neither_list_nor_deny_the_true_one(said: str, right: int) -> None:
    assert score_item(item("open", "perfect fifth"), f"<answer>{said}</answer>").values["accuracy"] == right


def test_an_output_that_has_no_answer_says_why() -> None:
    asked = choice("B", "up", "down")
    judged = [
        score_item(asked, text) for text in ("B", "<think>B", "<think>x</think><answer>B", "I can't say", "")
    ]
    assert [j.problem for j in judged] == ["", "truncated", "truncated", "unparsed", "unparsed"]
    assert [j.values["accuracy"] for j in judged] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert score_item(asked, "C").given is None and score_item(asked, "A").given == "A"


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_on_rewards_win_nothing_here(name: str) -> None:
    row: dict[str, Any] = dict(
        question="Which way?", options=["up", "down", "left"], answer="B", answer_text="down"
    )
    row["answer_type"] = "choice"
    judged = score_item({**choice("B", *row["options"])}, ATTACKS[name](row))
    assert judged.values["accuracy"] == 0.0


def records(*values: Any) -> list[dict[str, Any]]:
    """From (unit, part, task, weight, value or values)."""
    names = ("unit", "part", "task", "weight")
    rows = [dict(zip(names, value, strict=False)) for value in values]
    return [
        {**row, "values": value[4] if isinstance(value[4], list) else [value[4]]}
        for row, value in zip(rows, values, strict=True)
    ]


def test_units_count_only_as_a_whole() -> None:
    videos = records(
        ("a", "", "", 1, 1),
        ("a", "", "", 1, 1),
        ("b", "", "", 1, 1),
        ("b", "", "", 1, 0),
        ("c", "", "", 1, 1),
    )
    assert totals.mba(videos) == pytest.approx(100 * 2 / 3)
    pairs = records(("p", "", "", 1, 1), ("p", "", "", 1, 1), ("q", "", "", 1, 0), ("", "", "", 1, 0))
    assert totals.twin_pairs(pairs) == 100.0, "q has lost its twin, the last row never had one"


def test_vinoground_has_three_scores_and_their_mean() -> None:
    parts = ("pos_text", "neg_text", "pos_video", "neg_video")
    right = {"0": (1, 1, 1, 1), "1": (1, 1, 1, 0), "2": (1, 0, 1, 1), "3": (1, 0, 0, 1)}
    made = records(
        *((u, part, "", 1, v) for u, vs in right.items() for part, v in zip(parts, vs, strict=True))
    )
    assert [f(made) for f in (totals.text_score, totals.video_score, totals.group_score)] == [
        50.0,
        50.0,
        25.0,
    ]
    assert totals.three_scores(made) == pytest.approx(125 / 3)


def test_means_of_tasks_goals_and_steps() -> None:
    made = records(("g", "", "x", 3, 1), ("g", "", "x", 3, 0), ("h", "", "y", 5, 1), ("h", "", "x", 4, 0.5))
    assert totals.task_mean(made) == pytest.approx(100 * (0.5 + 1) / 2)
    assert totals.goals(made) == pytest.approx(100 * (0.5 + 0.75) / 2)
    assert totals.steps(made) == pytest.approx(100 * (3 + 0 + 5 + 2) / 15)


def test_vsi_takes_the_three_directions_as_one_task() -> None:
    made = records(
        ("", "", "object_rel_direction_easy", 1, 1),
        ("", "", "object_rel_direction_medium", 1, 0),
        ("", "", "object_rel_direction_medium", 1, 0),
        ("", "", "object_rel_direction_hard", 1, 0.5),
        ("", "", "room_size_estimation", 1, 1),
    )
    assert totals.vsi(made) == pytest.approx(100 * (0.5 + 1) / 2)


def test_samples_are_averaged_after_units_are_put_together() -> None:
    made = records(("a", "", "", 1, [1, 0]), ("a", "", "", 1, [0, 1]), ("b", "", "", 1, [1, 1]))
    assert totals.mba(made) == 50.0


def test_scores_are_the_same_to_the_last_digit_whoever_adds_them_up() -> None:
    """Items are put together first, then samples, then scores: another order gives other last digits."""
    parts = ("pos_text", "neg_text", "pos_video", "neg_video")
    right = {"0": (1, 1, 1, 1), "1": (1, 1, 0, 1)}
    pairs = [(u, part, "", 1, v) for u, vs in right.items() for part, v in zip(parts, vs, strict=True)]
    assert totals.three_scores(records(*pairs)) == 66.66666666666667
    videos = [("a", "", "", 1, [0.0, 1.0]), ("b", "", "", 1, [1.0, 1.0]), ("c", "", "", 1, [1.0, 1.0])]
    assert totals.mba(records(*videos)) == 83.33333333333333
    orders = [("g", "", "x", 4, [0.0, 0.0]), ("h", "", "x", 5, [0.2, 0.4])]
    assert totals.steps(records(*orders)) == 16.666666666666664
    tasks = {
        "object_rel_direction_easy": 0.0,
        "room_size_estimation": 0.1,
        "object_rel_direction_hard": 0.1,
        "object_counting": 1.0,
    }
    assert totals.vsi(records(*(("", "", t, 1, v) for t, v in tasks.items()))) == 38.333333333333336


@pytest.mark.parametrize(
    ("true", "given", "score"),
    [
        ("5", "4", 0.6),
        ("5", "6", 0.6),
        ("10", "8", 0.6),
        ("10", "12", 0.6),
        ("5", "5", 1.0),
        ("20", "16", 0.6),
    ],
)
def test_ties_of_mean_relative_accuracy_fall_as_in_the_official_code(
    true: str, given: str, score: float
) -> None:
    item = {"kind": "number", "answer": true, "options": []}
    assert score_item(item, given).values == {"accuracy": score}


def test_of_options_that_read_the_same_either_is_right() -> None:
    item = {"kind": "choice", "answer": "B", "options": ["up", "down", "down"]}
    assert [score_item(item, letter).values["accuracy"] for letter in "ABC"] == [0.0, 1.0, 1.0]
