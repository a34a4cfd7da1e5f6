"""The score of one output on one item, whatever the benchmark: by the kind of the item's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synrl.answers import extract, is_cut_off
from synrl.evaluation.scoring import choice, grounding, numeric, ordering

TRUNCATED, UNPARSED = "truncated", "unparsed"


@dataclass(frozen=True)
class Judged:
    """What an output is worth on an item."""

    values: dict[str, float]
    """Shares from 0 to 1 by the name of their metric."""
    given: str | None
    """The answer that was read, as text."""
    problem: str = ""
    """Why there is none: `truncated` inside its reasoning or answer, or `unparsed`."""


_JUDGES: dict[str, Callable[[Mapping[str, Any], str], tuple[str | None, dict[str, float]]]] = {
    "choice": choice.judge,
    "row": choice.judge_row,
    "interval": grounding.judge,
    "ordering": ordering.judge,
    "number": numeric.judge,
    "open": numeric.judge_open,
}
"""Each reads an answer from a conclusion and scores it; None if it finds none, with all scores 0."""


def judge(item: Mapping[str, Any], completion: str) -> Judged:
    """Score an output; one without an answer scores 0 and says why."""
    given, values = _JUDGES[item["kind"]](item, extract(completion) or "")
    if given is not None:
        return Judged(values, given)
    return Judged(values, None, TRUNCATED if is_cut_off(completion) else UNPARSED)
