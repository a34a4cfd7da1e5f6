"""Runs beside each other: what each reached, how far it is from the first, and how sure that is.

Two runs that were asked the same items are compared item by item, which is far sharper than comparing two
numbers. Composites are the means that the paper forms; they are there only if all their members are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synrl.errors import DataError
from synrl.evaluation import paper
from synrl.evaluation.benchmarks import VARIANTS, Benchmark
from synrl.evaluation.metrics import Metric
from synrl.evaluation.report import intervals
from synrl.evaluation.report.cells import Cells, cells_of, groups_of, of_difference, of_score
from synrl.evaluation.report.intervals import Interval
from synrl.evaluation.results.outcomes import ItemResult, Results, TaskResult
from synrl.evaluation.results.samples import CLOSE


@dataclass(frozen=True)
class Estimate:
    """A score or a difference, in percent."""

    value: float
    interval: Interval | None
    """95 %; None if there is nothing to say how sure it is."""
    method: str
    """`wilson` or `tango`, `jackknife`, `standard error` of lmms-eval, `unpaired` or `mean`; or empty."""
    items: int
    groups: int | None = None
    """How many of them are independent: videos, or what shares one. None if it isn't known."""


@dataclass(frozen=True)
class Line:
    """One metric of one benchmark, or a composite, in all runs."""

    variant: str
    benchmark: str
    """Its name, or that of the composite."""
    title: str
    metric: Metric
    paper: dict[str, float]
    scores: tuple[Estimate | None, ...]
    """Of each run; None where it was not measured."""
    deltas: tuple[Estimate | None, ...]
    """Of each run after the first, against it."""


def compare(runs: Sequence[Results], variant: str, benchmark: Benchmark) -> list[Line]:
    """The lines of a benchmark under a variant, those of its subsets last; none if no run has measured it.

    Raises:
        DataError: scores and samples of a run do not belong together.
    """
    outcomes = [run.outcomes.get(benchmark.task_name(variant)) for run in runs]
    parts = (part for prefix in VARIANTS[variant].prefixes for part in benchmark.parts(prefix))
    metrics = {str(metric): metric for metric in (*benchmark.scores(VARIANTS[variant]), *parts)}
    there = [metric for metric in metrics if any(one and metric in one.scores for one in outcomes)]
    scores = [{} if one is None else _estimates(one, there) for one in outcomes]
    first = outcomes[0]
    deltas = [
        {} if first is None or other is None else _differences(first, other, there, scores[0], scores[k])
        for k, other in enumerate(outcomes[1:], 1)
    ]
    return [
        Line(
            variant,
            benchmark.name,
            benchmark.title,
            metrics[metric],
            paper.numbers(benchmark.name, metric),
            tuple(one.get(metric) for one in scores),
            tuple(one.get(metric) for one in deltas),
        )
        for metric in there
    ]


def composites(lines: Sequence[Line], variant: str, names: Sequence[str]) -> tuple[list[Line], list[str]]:
    """The paper's means over benchmarks, and for those that a run of `names` has not, what is missing."""
    found: list[Line] = []
    missing: list[str] = []
    by_key = {(line.benchmark, line.metric): line for line in lines}
    for name, title in paper.COMPOSITES.items():
        members = paper.members(name)
        for prefix in VARIANTS[variant].prefixes:
            parts = [by_key.get((b.name, Metric(paper.main_metric(b), prefix))) for b in members]
            scores = [_mean([part.scores[k] if part else None for part in parts]) for k in range(len(names))]
            deltas = [_mean([p.deltas[k] if p else None for p in parts]) for k in range(len(names) - 1)]
            if any(scores):
                mean = Metric("mean", prefix)
                said = paper.numbers(name, str(mean))
                line = Line(variant, name, title, mean, said, tuple(scores), tuple(deltas))
                found.append(line)
        for k, run in enumerate(names):
            there = [part is not None and part.scores[k] is not None for part in parts]
            lacking = [b.title for b, has in zip(members, there, strict=True) if not has]
            if lacking:
                missing.append(f"{title} of {run}, {variant}: {'; '.join(lacking)}")
    return found, missing


def shared(one: TaskResult, two: TaskResult) -> list[tuple[ItemResult, ItemResult]]:
    """The items that both were asked, in the order of the first; none without samples."""
    others = {row.key: row for row in two.rows or ()}
    return [(row, others[row.key]) for row in one.rows or () if row.key in others]


def _estimates(outcome: TaskResult, metrics: Sequence[str]) -> dict[str, Estimate]:
    there = [metric for metric in metrics if metric in outcome.scores]
    if outcome.rows is None:
        return {metric: _reported(outcome, metric) for metric in there}
    groups = groups_of(outcome.rows, outcome.benchmark)
    estimates: dict[str, Estimate] = {}
    for metric in there:
        cells = cells_of(outcome.rows, groups, metric, outcome)
        if abs(100 * cells.value - outcome.scores[metric]) > CLOSE:
            raise DataError(
                f"{outcome.file} does not fit its samples of {outcome.task}: {metric} is "
                f"{outcome.scores[metric]:.4f}, of its samples {100 * cells.value:.4f}: not of one run"
            )
        estimates[metric] = _percent(cells, outcome.scores[metric] / 100, *of_score(cells))
    return estimates


def _reported(outcome: TaskResult, metric: str) -> Estimate:
    """By the standard error of lmms-eval: 0, which all right gives, says nothing of how sure that is."""
    value, error = outcome.scores[metric], outcome.errors.get(metric, 0.0)
    if error <= 0:
        return Estimate(value, None, "", outcome.items)
    arm = intervals.Z * error
    return Estimate(
        value, Interval(max(0.0, value - arm), min(100.0, value + arm)), "standard error", outcome.items
    )


def _differences(
    one: TaskResult,
    two: TaskResult,
    metrics: Sequence[str],
    first: dict[str, Estimate],
    second: dict[str, Estimate],
) -> dict[str, Estimate]:
    both = [metric for metric in metrics if metric in first and metric in second]
    pairs = shared(one, two)
    found = {metric: _unpaired(first[metric], second[metric]) for metric in both}
    if not pairs:
        return found
    # The videos of either: one of them may not have said them.
    rows = [replace(before, videos=before.videos or after.videos) for before, after in pairs]
    groups = groups_of(rows, one.benchmark)
    for metric in both:
        before = cells_of(rows, groups, metric, one)
        after = cells_of([pair[1] for pair in pairs], groups, metric, two)
        if before.counted.size and np.array_equal(before.counts, after.counts):
            found[metric] = _percent(before, after.value - before.value, *of_difference(before, after))
    return found


def _unpaired(one: Estimate, two: Estimate) -> Estimate:
    interval = None
    if one.interval and two.interval:
        interval = intervals.square_and_add(one.value, one.interval, two.value, two.interval)
    return Estimate(two.value - one.value, interval, "unpaired" if interval else "", two.items)


def _mean(parts: Sequence[Estimate | None]) -> Estimate | None:
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return None
    values, limits = [part.value for part in there], [part.interval for part in there if part.interval]
    interval = intervals.mean(values, limits) if len(limits) == len(there) else None
    groups = [part.groups for part in there if part.groups is not None]
    return Estimate(
        sum(values) / len(values),
        interval,
        "mean" if interval else "",
        sum(part.items for part in there),
        sum(groups) if len(groups) == len(there) else None,
    )


def _percent(cells: Cells, value: float, interval: Interval | None, method: str) -> Estimate:
    limits = Interval(100 * interval.low, 100 * interval.high) if interval else None
    return Estimate(100 * value, limits, method, cells.counted.size, cells.independent)
