"""Whether an answer to a row is right: the one place, for verification, rewards and evaluation alike.

An answer that can't be parsed scores 0. A plan has many right answers: it is carried out by the rules of its
family's world. Whoever trains elsewhere judges by this very module, whatever is installed there: it and all
that it imports need nothing but Python, 3.10 or newer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from synrl.answers import (
    ANSWER_TYPES,
    CORRECT_IOU,
    MAX_LENGTH,
    extract,
    interval_iou,
    normalise,
    parse_choice,
    parse_integer,
    parse_interval,
    parse_ordering,
)
from synrl.errors import ConfigError, allowed
from synrl.world.plans import succeeds
from synrl.world.worlds import WORLDS


def judged(row: Mapping[str, Any]) -> str:
    """What it takes to judge answers to a row, as JSON: for rows that travel through other trainers."""
    kept = {name: row[name] for name in ("family", "answer_type", "answer", "options")}
    if row["answer_type"] == "plan":
        kept["config"] = {"query": row["config"]["query"]}
        kept["states"] = [row["states"][0], row["states"][-1]]
    return json.dumps(kept, ensure_ascii=False)


def score_completion(completion: str, judged_by: str) -> float:
    """1.0 if a model's whole output gives the right answer, else 0.0.

    Args:
        judged_by: what `judged` says of the row.

    Raises:
        ConfigError: see `score`.
    """
    return score(extract(completion), json.loads(judged_by))


def score(given: str | None, row: Mapping[str, Any]) -> float:
    """1.0 if an answer to a row is right, else 0.0.

    Args:
        given: the bare answer, without tags or reasoning; None if there was none.
        row: needs `answer_type`, `answer`, `options`, and for plans the whole row.

    Raises:
        ConfigError: the row's answer type is unknown, or it asks for a plan and its family has none.
    """
    answer_type, answer = row["answer_type"], row["answer"]
    if answer_type not in ANSWER_TYPES:
        raise ConfigError(f"answer type {answer_type!r} is unknown; {allowed(ANSWER_TYPES)}")
    if answer_type == "plan" and row["family"] not in WORLDS:
        raise ConfigError(f"family {row['family']!r} has no plans; {allowed(WORLDS)}")
    if given is None or len(given) > MAX_LENGTH or not given.strip():
        return 0.0
    return float(_CHECKS[answer_type](given, answer, row))


def _choice(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    return parse_choice(given, row["options"]) == answer


def _integer(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    return parse_integer(given) == int(answer)


def _text(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    return normalise(given) == normalise(answer)


def _ordering(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    return parse_ordering(given) == parse_ordering(answer)


def _interval(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    parsed, true = parse_interval(given), parse_interval(answer)
    return parsed is not None and true is not None and interval_iou(parsed, true) >= CORRECT_IOU


def _plan(given: str, answer: str, row: Mapping[str, Any]) -> bool:
    return succeeds(WORLDS[row["family"]], row, given)


_CHECKS = {
    "choice": _choice,
    "integer": _integer,
    "text": _text,
    "ordering": _ordering,
    "interval": _interval,
    "plan": _plan,
}
