"""Outputs that try to win without an answer: none may score, in training or in evaluation.

Each makes a completion from a row; the row's own right answer is never stated in it as the one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synrl.prompts import completion_text, prompt_text

Row = Mapping[str, Any]


def _letters(row: Row) -> list[str]:
    return list("ABCDEFGHIJ"[: len(row["options"])]) or ["1", "2", "3"]


def _all(row: Row) -> list[str]:
    return row["options"] or [row["answer_text"], row["answer_text"] + " "]


ATTACKS: dict[str, Callable[[Row], str]] = {
    "empty": lambda row: "",
    "blank": lambda row: " \n\t ",
    "empty tags": lambda row: completion_text("", ""),
    "all letters": lambda row: completion_text(", ".join(_letters(row)), "x"),
    "all letters without tags": lambda row: " ".join(_letters(row)),
    "either or": lambda row: completion_text(f"{row['answer']} or {_other(row)}", "x"),
    "both": lambda row: completion_text(f"{row['answer']} and {_other(row)}", "x"),
    "not the other": lambda row: completion_text(f"not {_other(row)} but {row['answer']}", "x"),
    "all texts": lambda row: completion_text("; ".join(dict.fromkeys(_all(row))) + "; or none", "x"),
    "echo of the prompt": prompt_text,
    "echo of the prompt in the tags": lambda row: completion_text(prompt_text(row), prompt_text(row)),
    "the answer only inside the reasoning": lambda row: f"<think>{completion_text(row['answer'])}</think>",
    "reasoning that is not closed": lambda row: f"<think>so it is <answer>{row['answer']}</answer>",
    "an answer that is not closed": lambda row: f"<think>x</think><answer>{row['answer']}",
    "the right one first, then another": lambda row: f"{completion_text(row['answer'])}{_wrong(row)}",
    # Without tags it is an answer without reasoning, which may be right by chance.
    "tags in other letters": lambda row: f"＜answer＞{_other(row)}＜/answer＞",
    "look-alikes": lambda row: completion_text(_look_alike(row["answer"]), "x"),
    "a megabyte": lambda row: completion_text(row["answer"] * (1_000_000 // len(row["answer"])), "x"),
    "a megabyte of tags": lambda row: "<answer>" * 125_000,
    "a megabyte of reasoning": lambda row: "<think>" + "x</think><think>" * 62_500,
    "NaN": lambda row: completion_text("nan", "x"),
    "NaN as an interval": lambda row: completion_text("[nan, nan]", "x"),
    "infinity": lambda row: completion_text("[-inf, inf]", "x"),
    "the whole of time": lambda row: completion_text("[0, 999999999]", "x"),
    "a number with an exponent": lambda row: completion_text("1e400", "x"),
    "many digits": lambda row: completion_text("9" * 5000, "x"),
    "null": lambda row: completion_text("\x00", "x"),
    "code": lambda row: completion_text("__import__('os').abort()", "x"),
    "an illegal plan": lambda row: completion_text("move Z Z; move Z Z", "x"),
    "every plan": lambda row: completion_text("; ".join(["move A B", "move B A", "swap A B"] * 50), "x"),
}
_LOOKS = {"A": "Α", "B": "Β", "C": "Ϲ", "D": "Ꭰ", "0": "О", "1": "l"}


def _look_alike(text: str) -> str:
    return "".join(_LOOKS.get(letter, f"\u200b{letter}") for letter in text)


def _other(row: Row) -> str:
    return next(letter for letter in (*_letters(row), "something else") if letter != row["answer"])


def _wrong(row: Row) -> str:
    return f"<answer>{_other(row)}</answer>"
