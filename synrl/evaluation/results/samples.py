"""The samples beside a file of results, which say what each item adds to the scores.

They may come from anywhere, so each value is looked at, and the scores must follow from them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from synrl.errors import DataError, first_line
from synrl.evaluation.benchmarks import VARIANTS, Benchmark
from synrl.evaluation.results.outcomes import PROBLEMS, ItemResult
from synrl.evaluation.write_tasks import metric_names

CLOSE = 1e-6
"""Percentage points that a mean may be off by when it was added up in another order."""


def read_rows(path: Path, benchmark: Benchmark, variant: str) -> tuple[ItemResult, ...]:
    """The items of a file of samples, in its order.

    Raises:
        DataError: a line is no sample of this task.
    """
    names = metric_names(benchmark, VARIANTS[variant])
    samples = VARIANTS[variant].samples
    rows: list[ItemResult] = []
    seen: Counter[str] = Counter()
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = _row(json.loads(line), names, samples, seen)
                if rows and row.measured != rows[0].measured:
                    raise ValueError(
                        f"it is of {short(row.measured)}, the first of {short(rows[0].measured)}"
                    )
                rows.append(row)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        where = f"{path} is damaged in line {len(rows) + 1}"
        raise DataError(f"{where}: {type(error).__name__}: {first_line(error)}") from error
    return tuple(rows)


def check_scores(rows: Sequence[ItemResult], scores: Mapping[str, float]) -> None:
    """Hold the scores that are means of items to be just that.

    Raises:
        ValueError: one is not.
    """
    for name, score in scores.items():
        values = [row.metrics[name] for row in rows if isinstance(row.metrics.get(name), float)]
        found = math.fsum(values) / len(values) if values else score
        if abs(found - score) > CLOSE:
            raise ValueError(f"{name} is {score:.4f}, of its samples {found:.4f}: not of one run")


def number(value: Any, most: float = 100.0) -> float:
    """A number from 0 on, as JSON has it.

    Raises:
        ValueError: it is something else, or larger.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{short(value)} is no number from 0 to {most:g}")
    return float(value)


def short(value: Any) -> str:
    """A value for a message, in one line."""
    said = repr(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return said if len(said) < 80 else f"{said[:77]}..."


def _row(said: Any, names: Iterable[str], samples: int, seen: Counter[str]) -> ItemResult:
    answered = said["answered"]
    name, problems, videos = _text(answered["id"]), answered["problem"], answered.get("videos", [])
    if not isinstance(problems, list) or not isinstance(videos, list):
        raise ValueError("problem and videos must be lists")
    if len(problems) != samples or not all(problem in ("", *PROBLEMS) for problem in problems):
        raise ValueError(f"it must have {samples} of no problem, {' and '.join(PROBLEMS)}")
    metrics = {key: _part(key, said[key], samples) for key in names if key in said and key != "answered"}
    measured = _text(answered.get("measured", ""))
    seen[name] += 1
    return ItemResult(
        (name, seen[name] - 1), metrics, tuple(problems), measured, tuple(_text(video) for video in videos)
    )


def _part(name: str, value: Any, samples: int) -> Any:
    """An item's part in a metric: a percentage, or a record for `synrl.evaluation.scoring.totals`."""
    if not isinstance(value, dict):
        return number(value)
    values = value["values"]
    if not isinstance(values, list) or not 1 <= len(values) <= samples:
        raise ValueError(f"{name} must have 1 to {samples} values")
    texts = {key: _text(value[key]) for key in ("unit", "part", "task")}
    weight = number(value["weight"], most=1e6)
    if not weight:
        raise ValueError(f"{name} has the weight 0")
    return {**texts, "values": [number(one, most=1.0) for one in values], "weight": weight}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{short(value)} is no text")
    return value
