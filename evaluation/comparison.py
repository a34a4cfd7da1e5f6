"""Runs beside each other: what each reached, how far it is from the first, and how sure that is.

Two runs that were asked the same items are compared item by item, which is far sharper than comparing two
numbers. Composites are the means that the paper forms; they are there only if all their members are.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import intervals, paper
from evaluation.benchmarks import VARIANTS, Benchmark
from evaluation.intervals import Cells, Floats, Interval
from evaluation.results import Outcome, Results, Row
from evaluation.scoring.totals import Record
from synrl.errors import DataError

_WHOLE = {"mba": None, "twin_pairs": 2, "text_score": 2, "video_score": 2, "group_score": 4}
"""Metrics of units of which everything must be right, and of how many parts; None: however many there are."""
_PARTS = {"text_score": "text", "video_score": "video"}
_TOGETHER = (*_WHOLE, "three_scores")
"""Metrics for whose units (videos, pairs) items are resampled together."""
_CLOSE = 1e-6


@dataclass(frozen=True)
class Estimate:
    """A score or a difference, in percent."""

    value: float
    interval: Interval | None
    """95 %; None if there is nothing to say how sure it is."""
    method: str
    """`wilson` or `tango`, `bootstrap`, `standard error` of lmms-eval, or `unpaired`; empty without any."""
    items: int
    draws: Floats | None = None
    """Of the bootstrap, for means of several."""


@dataclass(frozen=True)
class Line:
    """One metric of one benchmark, or a composite, in all runs."""

    variant: str
    benchmark: str
    """Its name, or that of the composite."""
    title: str
    metric: str
    paper: dict[str, float]
    scores: tuple[Estimate | None, ...]
    """Of each run; None where it was not measured."""
    deltas: tuple[Estimate | None, ...]
    """Of each run after the first, against it."""


def compare(runs: Sequence[Results], variant: str, benchmark: Benchmark) -> list[Line]:
    """The lines of a benchmark under a variant; none if no run has measured it.

    Raises:
        DataError: scores and samples of a run do not belong together.
    """
    task = f"{benchmark.task}_{variant}"
    outcomes = [run.outcomes.get(task) for run in runs]
    metrics = benchmark.metric_names(VARIANTS[variant])
    metrics = [metric for metric in metrics if any(one and metric in one.scores for one in outcomes)]
    seed = zlib.crc32(benchmark.name.encode())
    scores = [{} if one is None else _estimates(one, metrics, seed) for one in outcomes]
    first = outcomes[0]
    deltas = [
        {}
        if first is None or other is None
        else _differences(first, other, metrics, seed, scores[0], scores[k])
        for k, other in enumerate(outcomes[1:], 1)
    ]
    return [
        Line(
            variant,
            benchmark.name,
            benchmark.title,
            metric,
            paper.NUMBERS.get((benchmark.name, metric), {}),
            tuple(one.get(metric) for one in scores),
            tuple(one.get(metric) for one in deltas),
        )
        for metric in metrics
    ]


def composites(lines: Sequence[Line], variant: str, names: Sequence[str]) -> tuple[list[Line], list[str]]:
    """The paper's means over benchmarks, and for those that a run of `names` has not, what is missing."""
    found: list[Line] = []
    missing: list[str] = []
    by_key = {(line.benchmark, line.metric): line for line in lines}
    for name, title in paper.COMPOSITES.items():
        members = paper.members(name)
        for prefix in VARIANTS[variant].prefixes:
            parts = [by_key.get((b.name, f"{prefix}{paper.main_metric(b)}")) for b in members]
            scores = [_mean([part.scores[k] if part else None for part in parts]) for k in range(len(names))]
            deltas = [_mean([p.deltas[k] if p else None for p in parts]) for k in range(len(names) - 1)]
            if any(scores):
                said = paper.SAMPLED[name, prefix] if prefix else paper.composite_numbers(name)
                line = Line(variant, name, title, f"{prefix}mean", said, tuple(scores), tuple(deltas))
                found.append(line)
        for k, run in enumerate(names):
            there = [part is not None and part.scores[k] is not None for part in parts]
            lacking = [b.title for b, has in zip(members, there, strict=True) if not has]
            if lacking:
                missing.append(f"{title} of {run}, {variant}: {'; '.join(lacking)}")
    return found, missing


def shared(one: Outcome, two: Outcome) -> list[tuple[Row, Row]]:
    """The items that both were asked, in the order of the first; none without samples."""
    others = {row.key: row for row in two.rows or ()}
    return [(row, others[row.key]) for row in one.rows or () if row.key in others]


def _estimates(outcome: Outcome, metrics: Sequence[str], seed: int) -> dict[str, Estimate]:
    there = [metric for metric in metrics if metric in outcome.scores]
    if outcome.rows is None:
        return {metric: _reported(outcome, metric) for metric in there}
    units = _units(outcome.rows, outcome.benchmark)
    cells = [_cells(outcome.rows, units, metric, outcome) for metric in there]
    for metric, one in zip(there, cells, strict=True):
        if abs(100 * one.value - outcome.scores[metric]) > _CLOSE:
            raise DataError(
                f"{outcome.file} says {metric} {outcome.scores[metric]:.4f} of {outcome.task}, its samples "
                f"{100 * one.value:.4f}: they are not of one run"
            )
    estimates: dict[str, Estimate] = {}
    for metric, one, draws in zip(there, cells, intervals.draw(cells, seed), strict=True):
        right = one.verdicts()
        if right is None:
            interval: Interval | None = intervals.percentiles(draws)
            method = "bootstrap"
        else:
            interval, method = intervals.wilson(int(right.sum()), right.size), "wilson"
        estimates[metric] = _percent(outcome.scores[metric] / 100, interval, method, outcome.items, draws)
    return estimates


def _reported(outcome: Outcome, metric: str) -> Estimate:
    """By the standard error of lmms-eval: 0, which all right gives, says nothing of how sure that is."""
    value, error = outcome.scores[metric], outcome.errors.get(metric, 0.0)
    if error <= 0:
        return Estimate(value, None, "", outcome.items)
    arm = intervals.Z * error
    return Estimate(
        value, Interval(max(0.0, value - arm), min(100.0, value + arm)), "standard error", outcome.items
    )


def _differences(
    one: Outcome,
    two: Outcome,
    metrics: Sequence[str],
    seed: int,
    first: dict[str, Estimate],
    second: dict[str, Estimate],
) -> dict[str, Estimate]:
    both = [metric for metric in metrics if metric in first and metric in second]
    pairs = shared(one, two)
    if not pairs:
        return {metric: _unpaired(first[metric], second[metric]) for metric in both}
    rows = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    units = _units(rows[0], one.benchmark)
    cells = [_cells(rows[k], units, metric, (one, two)[k]) for metric in both for k in (0, 1)]
    drawn = intervals.draw(cells, seed)
    found: dict[str, Estimate] = {}
    for k, metric in enumerate(both):
        before, after = cells[2 * k], cells[2 * k + 1]
        draws = drawn[2 * k + 1] - drawn[2 * k]
        was, now = before.verdicts(), after.verdicts()
        if was is None or now is None or was.size != now.size:
            interval: Interval | None = intervals.percentiles(draws)
            method = "bootstrap"
        else:
            gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
            interval, method = intervals.tango(gained, lost, was.size), "tango"
        found[metric] = _percent(after.value - before.value, interval, method, len(pairs), draws)
    return found


def _unpaired(one: Estimate, two: Estimate) -> Estimate:
    interval = None
    if one.interval and two.interval:
        interval = intervals.square_and_add(one.value, one.interval, two.value, two.interval)
    draws = None
    if one.draws is not None and two.draws is not None:
        # The two were drawn from the same seed; turned by one, they are not drawn alike.
        draws = two.draws - np.roll(one.draws, 1)
    method = "unpaired" if interval else ""
    return Estimate(two.value - one.value, interval, method, two.items, draws)


def _mean(parts: Sequence[Estimate | None]) -> Estimate | None:
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return None
    value, items = sum(part.value for part in there) / len(there), sum(part.items for part in there)
    drawn = [part.draws for part in there if part.draws is not None]
    if len(drawn) < len(there):
        return Estimate(value, None, "", items)
    draws: Floats = np.mean(drawn, axis=0)
    interval = intervals.percentiles(draws)
    return Estimate(value, interval, "bootstrap" if interval else "", items, draws)


def _percent(value: float, interval: Interval | None, method: str, items: int, draws: Floats) -> Estimate:
    if interval is None:
        return Estimate(100 * value, None, "", items, 100 * draws)
    limits = Interval(100 * interval.low, 100 * interval.high)
    return Estimate(100 * value, limits, method, items, 100 * draws)


def _units(rows: Sequence[Row], benchmark: Benchmark) -> list[int]:
    """The number of the unit that each item is resampled with: itself, or its video or pair."""
    totals = [name for name in benchmark.totals if name in _TOGETHER]
    numbers: dict[object, int] = {}
    found = []
    for place, row in enumerate(rows):
        unit = _record(row, totals[0])["unit"] if totals else ""
        found.append(numbers.setdefault(unit or place, len(numbers)))
    return found


def _record(row: Row, total: str) -> Record:
    record = next((row.metrics[name] for name in (total, f"pass1_{total}") if name in row.metrics), None)
    if not isinstance(record, dict) or not all(
        isinstance(record.get(key), str) for key in ("unit", "part", "task")
    ):
        raise DataError(f"the sample of item {row.key[0]} has no record of {total}")
    return record


def _cells(rows: Sequence[Row], units: Sequence[int], metric: str, outcome: Outcome) -> Cells:
    """What each unit adds to a metric.

    Raises:
        DataError: a sample does not say what its item is worth.
    """
    prefix = next(p for p in reversed(VARIANTS[outcome.variant].prefixes) if metric.startswith(p))
    name = metric.removeprefix(prefix)
    entries: list[tuple[int, str, float, float]] = []
    weights: dict[str, float] = {}
    try:
        if name in outcome.benchmark.metrics:
            entries = [(u, "", row.metrics[metric] / 100, 1.0) for row, u in zip(rows, units, strict=True)]
        else:
            records = [row.metrics[metric] for row in rows]
            entries, weights = _of_records(name, records, units)
        keys = list(dict.fromkeys(key for _, key, _, _ in entries)) or [""]
        above, below = np.zeros((2, max(units) + 1, len(keys)))
        for unit, key, value, weight in entries:
            above[unit, keys.index(key)] += value
            below[unit, keys.index(key)] += weight
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"samples of {outcome.task} beside {outcome.file} are damaged at {metric}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return Cells(above, below, np.array([weights.get(key, 1.0) for key in keys]))


def _of_records(
    name: str, records: Sequence[Record], units: Sequence[int]
) -> tuple[list[tuple[int, str, float, float]], dict[str, float]]:
    """A total of `evaluation.scoring.totals` as entries (unit, ratio, numerator, denominator) and weights."""
    if name == "three_scores":
        nothing = [(0, "", 0.0, 1.0)]  # a score without a whole unit is 0 there
        parts = [
            (part, _of_records(part, records, units)[0])
            for part in ("text_score", "video_score", "group_score")
        ]
        return [(u, part, a, b) for part, entries in parts for u, _, a, b in entries or nothing], {}
    placed = list(zip(records, units, strict=True))
    if name in _WHOLE:
        members: dict[int, list[list[float]]] = {}
        for record, unit in placed:
            if record["part"].endswith(_PARTS.get(name, "")) and (record["unit"] or name == "mba"):
                members.setdefault(unit, []).append([float(value) for value in record["values"]])
        whole = {u: v for u, v in members.items() if _WHOLE[name] in (None, len(v))}
        return [(u, "", _average([min(c) for c in zip(*v, strict=True)]), 1.0) for u, v in whole.items()], {}
    values = [_average([float(value) for value in record["values"]]) for record in records]
    if name == "steps":
        each = [float(record["weight"]) for record in records]
        return [(u, "", v * w, w) for u, v, w in zip(units, values, each, strict=True)], {}
    key = "unit" if name == "goals" else "task"
    entries = [(u, str(r[key]), v, 1.0) for (r, u), v in zip(placed, values, strict=True)]
    weights: dict[str, float] = {}
    if name == "vsi":
        directions = {k for _, k, _, _ in entries if k.startswith("object_rel_direction")}
        weights = {direction: 1 / len(directions) for direction in directions}
    return entries, weights


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
