"""Outputs that must win, and outputs that must not, for a row of any type of answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attacks import ATTACKS

from synrl.answers import LETTERS, format_interval
from synrl.prompts import completion_text

Row = Mapping[str, Any]
_LONG = 100_000
"""Characters from which on an output is tried on few rows."""


def right(row: Row) -> Iterator[str]:
    """The gold answer, bare, behind reasoning, and in every other spelling that is accepted."""
    answer = row["answer"]
    yield completion_text(answer)
    yield f"<answer>\n{answer}\n</answer>"
    for spelling in (answer, *_spellings(row)):
        yield completion_text(spelling, "First this is so, then <that>.")


def _spellings(row: Row) -> Iterator[str]:
    answer = row["answer"]
    if row["answer_type"] == "choice":
        yield from (answer.lower(), f"({answer})", f"{answer}.", f"{answer}. {row['answer_text']}")
    elif row["answer_type"] == "integer":
        yield f"{answer}."
        if not answer.startswith("-"):
            yield f"+{answer}"
    elif row["answer_type"] == "interval":
        start, end = _times(row)
        yield from (
            f"{start} to {end}",
            f"from {start} s to {end} s",
            format_interval(start, end - 0.2 * (end - start)),
        )
    elif row["answer_type"] == "plan":
        yield answer.replace("; ", "\n")
    else:
        yield from (answer.upper(), f"{answer}.")
        if row["answer_type"] == "ordering":
            yield answer.replace(", ", " ,  ")


def wrong(row: Row, *, long: bool = False) -> Iterator[tuple[str, str]]:
    """Distractors, near misses and attacks, each with a name.

    Args:
        long: with the attacks of a megabyte.
    """
    for letter, option in zip(LETTERS, row["options"], strict=False):
        if letter != row["answer"]:
            yield f"option {letter}", completion_text(letter, "x")
            yield f"option {letter} in full", completion_text(f"{letter}. {option}", "x")
    for near in _near(row):
        yield f"near: {near}", completion_text(near, "x")
    for name, attack in ATTACKS.items():
        if long or len(said := attack(row)) < _LONG:
            yield name, attack(row) if long else said


def _near(row: Row) -> Iterator[str]:
    answer = row["answer"]
    if row["answer_type"] == "integer":
        yield from (
            str(int(answer) + 1),
            str(int(answer) - 1),
            f"{answer}.5",
            f"{answer}0",
            f"{answer} or so",
        )
    elif row["answer_type"] == "interval":
        start, end = _times(row)
        length = end - start
        yield f"{end}"
        yield f"[{start}]"
        yield from (format_interval(start + length, end), format_interval(end, end + length))
        yield format_interval(start, end + 1.2 * length)
    elif row["answer_type"] == "plan":
        steps = re.split("; ", answer)
        yield "; ".join(steps[:-1]) or "nothing"
        yield from (f"{answer}; nonsense", f"{answer} and {answer}")
    elif row["answer_type"] in ("text", "ordering"):
        yield f"not {answer}"
        if "-" in answer:
            yield answer.replace("-", "")  # -4 is not 4
        for one, other in ("♥♦", "♠♣", "♦♥", "♣♠"):
            if one in answer:
                yield answer.replace(one, other)
        parts = answer.split(", ")
        if len(set(parts)) > 1:
            yield ", ".join(parts[::-1] if parts[::-1] != parts else [*parts[1:], parts[0]])
            yield ", ".join(parts[:-1])
        if digit := re.search(r"\d", answer):
            yield f"{answer[: digit.start()]}{(int(digit[0]) + 1) % 10}{answer[digit.end() :]}"


def _times(row: Row) -> tuple[float, float]:
    start, end = map(float, re.findall(r"\d+\.\d+", row["answer"]))
    return start, end
