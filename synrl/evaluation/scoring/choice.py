"""Multiple choice: right or wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from synrl.answers import ANSWER_TYPES, LETTERS, format_interval
from synrl.conclusions import find_choice, find_interval, find_number, find_text
from synrl.scoring import score


def read_and_score(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """Accuracy of a choice; of options that read the same, either is right."""
    options = item["options"]
    given = find_choice(text, options)
    if given is None:
        return None, {"accuracy": 0.0}
    said, true = (options[LETTERS.index(letter)] for letter in (given, item["answer"]))
    return given, {"accuracy": float(given == item["answer"] or (bool(true) and said == true))}


def read_and_score_row(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """Accuracy on a row of SynRL: the check is that of rewards, the reading that of all benchmarks."""
    row = json.loads(item["row"])
    given = _read(text, row)
    return given, {"accuracy": score(given, row)}


def _read(text: str, row: Mapping[str, Any]) -> str | None:
    kind = row["answer_type"]
    assert kind in ANSWER_TYPES
    if kind == "choice":
        return find_choice(text, row["options"])
    if kind == "integer":
        number = find_number(text)
        return None if number is None or number != int(number) else str(int(number))
    if kind == "interval":
        span = find_interval(text)
        return None if span is None else format_interval(*span)
    return find_text(text)  # names and plans, to the word
