"""Orders of numbered clips: right as a whole, and place by place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synrl.conclusions import find_permutation


def read_and_score(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """Whether an order is the true one, and at how many of its places; no permutation scores 0."""
    true = tuple(int(number) for number in item["answer"].split(","))
    given = find_permutation(text, len(true))
    if given is None:
        return None, {"accuracy": 0.0, "steps": 0.0}
    places = sum(one == other for one, other in zip(given, true, strict=True))
    return ", ".join(map(str, given)), {"accuracy": float(given == true), "steps": places / len(true)}
