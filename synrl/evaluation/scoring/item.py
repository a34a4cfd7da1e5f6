"""The score of one output on one item, whatever the benchmark: by the kind of the item's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synrl.answers import is_cut_off
from synrl.conclusions import conclusion
from synrl.evaluation.scoring import choice, grounding, numeric, ordering

TRUNCATED, UNPARSED = "truncated", "unparsed"


@dataclass(frozen=True)
class Scored:
    """What an output is worth on an item."""

    values: dict[str, float]
    """Shares from 0 to 1 by the name of their metric."""
    given: str | None
    """The answer that was read, as text."""
    problem: str = ""
    """Why there is none: `truncated` inside its reasoning or answer, or `unparsed`."""


_SCORERS: dict[str, Callable[[Mapping[str, Any], str], tuple[str | None, dict[str, float]]]] = {
    "choice": choice.read_and_score,
    "row": choice.read_and_score_row,
    "interval": grounding.read_and_score,
    "ordering": ordering.read_and_score,
    "number": numeric.read_and_score,
    "open": numeric.read_and_score_open,
}
"""Each reads an answer from a conclusion and scores it; None if it finds none, with all scores 0."""


def score_item(item: Mapping[str, Any], completion: str) -> Scored:
    """Score an output; one without an answer scores 0 and says why."""
    given, values = _SCORERS[item["kind"]](item, conclusion(completion) or "")
    if given is not None:
        return Scored(values, given)
    return Scored(values, None, TRUNCATED if is_cut_off(completion) else UNPARSED)
