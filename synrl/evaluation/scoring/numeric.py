"""Numbers by how near they are, and open answers by what they say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from synrl.answers import normalise
from synrl.conclusions import find_number, find_text

LEAST = tuple(float(least) for least in np.linspace(0.5, 0.95, 10))
"""Of mean relative accuracy (VSI-Bench), in the floats of its official code: they decide ties."""
_SHORT = 12
"""Words of an open answer that may hold the true one among others; a longer text could list them all."""
_HEDGES = frozenset(("and", "or", "nor", "either", "neither", "not", "no", "never", "versus", "vs", "/", "|"))
_LEADS = frozenset(("therefore", "thus", "hence", "so", "then", "finally", "answer"))
"""What may stand with a comma before an answer and is no other answer."""


def read_and_score(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """Mean relative accuracy: the share of thresholds t at which the relative error is at most 1 - t."""
    given, true = find_number(text), float(item["answer"])
    if given is None:
        return None, {"accuracy": 0.0}
    error = abs(given - true) / abs(true) if true else math.inf if given else 0.0
    passed = sum(error <= 1 - least for least in LEAST)
    return f"{given:g}", {"accuracy": passed / len(LEAST)}


def read_and_score_open(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """Accuracy of a number, equal to two decimals, or of a text that is or, if short, holds the true one."""
    true = item["answer"]
    answer = find_text(text)
    if answer is None:
        return None, {"accuracy": 0.0}
    expected = _number(true)
    if expected is not None:
        given = find_number(text)
        said = None if given is None else f"{given:g}"
        return said, {"accuracy": float(given is not None and round(given, 2) == round(expected, 2))}
    words = normalise(answer).split()
    wanted = normalise(true).split()
    right = bool(wanted) and (words == wanted or (len(words) <= _SHORT and _says(answer, true)))
    return " ".join(words[:_SHORT]), {"accuracy": float(right)}


def _says(answer: str, true: str) -> bool:
    """Whether a sentence says the true answer and neither denies it nor lists it among others."""
    words, wanted = normalise(answer).split(), normalise(true).split()
    for start in range(len(words) - len(wanted) + 1):
        end = start + len(wanted)
        if words[start:end] == wanted:
            before = [word for word in words[:start] if word not in ("a", "an", "the")]
            listed = before and before[-1].endswith((",", ";")) and before[-1].rstrip(",;") not in _LEADS
            return not listed and _HEDGES.isdisjoint(before + words[end:])
    return False


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None
