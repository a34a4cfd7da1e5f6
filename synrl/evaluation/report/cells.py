"""A score as the sum of what each item adds to it, and how much it hangs on single videos.

Questions of one video are not independent: a model that misses what a video shows gets several of its
questions wrong. So the uncertainty of a score is estimated by leaving out one video after another, with all
of its questions, pairs and twins (the jackknife).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synrl.errors import DataError
from synrl.evaluation.benchmarks import VARIANTS, Benchmark
from synrl.evaluation.metrics import Metric
from synrl.evaluation.report import intervals
from synrl.evaluation.report.intervals import Interval
from synrl.evaluation.results.outcomes import ItemResult, TaskResult
from synrl.evaluation.scoring.totals import PARTS, TOGETHER, MeanOfMeans

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]

_NOTHING = 1e-15
"""A variance that comes of rounding."""


@dataclass(frozen=True)
class Cells:
    """A score as a weighted mean of ratios, which every metric here is.

    Ratio g is the sum over units of `numerators[:, g]` by that of `denominators[:, g]`. A ratio with no unit
    is left out.
    """

    numerators: Floats
    denominators: Floats
    weights: Floats
    groups: Groups
    """The group of each unit, as a number: units of two groups are independent."""

    @property
    def value(self) -> float:
        """The score itself, from 0 to 1."""
        return float(self._means(self.numerators.sum(axis=0), self.denominators.sum(axis=0)))

    @cached_property
    def verdicts(self) -> NDArray[np.bool_] | None:
        """Whether each unit is right, if the score counts just that; units that don't count are left out."""
        if self.weights.size != 1:
            return None
        counted = self.denominators[:, 0] > 0
        right = self.numerators[counted, 0]
        whole = (self.denominators[counted, 0] == 1).all() and np.isin(right, (0.0, 1.0)).all()
        return right == 1.0 if whole and right.size else None

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """Which units count."""
        return np.asarray((self.denominators > 0).any(axis=1))

    @property
    def counted(self) -> Groups:
        """The groups of the units that count."""
        return self.groups[self.counts]

    @cached_property
    def independent(self) -> int:
        """How many groups the units that count are of."""
        return int(np.unique(self.counted).size)

    @property
    def alone(self) -> bool:
        """Whether no two units that count are of one group."""
        return self.independent == self.counted.size

    def left_out(self) -> Floats:
        """The score without each of the groups that count, in the order of their numbers."""
        _, places = np.unique(self.groups, return_inverse=True)
        above, below = np.zeros((2, places.max() + 1, self.weights.size))
        np.add.at(above, places, self.numerators)
        np.add.at(below, places, self.denominators)
        there = (below > 0).any(axis=1)
        return self._means(above.sum(axis=0) - above[there], below.sum(axis=0) - below[there])

    def _means(self, above: Floats, below: Floats) -> Floats:
        weights = self.weights * (below > 0)
        ratios = above / np.where(below > 0, below, 1.0)
        total = weights.sum(axis=-1)
        means: Floats = (ratios * weights).sum(axis=-1) / np.where(total > 0, total, 1.0)
        return means


def of_score(cells: Cells) -> tuple[Interval | None, str]:
    """The interval of a score from 0 to 1, and how it was found."""
    right = cells.verdicts
    if right is not None and cells.alone:
        return intervals.wilson(int(right.sum()), right.size), "wilson"
    value, without = cells.value, cells.left_out()
    most = float("inf") if right is None else right.size
    found = intervals.of_groups(value, _jackknife(without, value), without.size, most)
    return found, "jackknife" if found else ""


def of_difference(before: Cells, after: Cells) -> tuple[Interval | None, str]:
    """The interval of the difference of two scores of the same units, and how it was found."""
    was, now = before.verdicts, after.verdicts
    found = after.value - before.value
    without = after.left_out() - before.left_out()
    variance = _jackknife(without, found)
    if was is None or now is None or was.size != now.size:
        interval = intervals.difference_of_groups(found, variance, without.size)
        return interval, "jackknife" if interval else ""
    gained, lost, n = int((now & ~was).sum()), int((was & ~now).sum()), was.size
    if before.alone:
        return intervals.tango(gained, lost, n), "tango"
    worth = float(without.size)
    if variance > 0:
        of_one = (gained + lost - (gained - lost) ** 2 / n) / n
        worth = min(n, intervals.worth(of_one, variance, without.size))
    return intervals.tango(gained * worth / n, lost * worth / n, worth), "jackknife"


def _jackknife(without: Floats, value: float) -> float:
    """The variance of a score, from what it is without each of the groups."""
    variance = float((without.size - 1) / without.size * ((without - value) ** 2).sum())
    return variance if variance > _NOTHING else 0.0


def groups_of(rows: Sequence[ItemResult], benchmark: Benchmark) -> Groups:
    """The number of the group that each item belongs to: what shares a video or is scored together."""
    totals = [name for name in benchmark.totals if name in TOGETHER]
    names: list[list[Hashable]] = [list(row.videos) for row in rows]
    if totals:
        for row, of_row in zip(rows, names, strict=True):
            if unit := record_of(row, totals[0])["unit"]:
                of_row.append(("unit", unit))
    return tied(names)


def tied(names: Sequence[Sequence[Hashable]]) -> Groups:
    """The number of the group that each of some things is in, if those that share a name are in one."""
    parents = list(range(len(names)))

    def top(place: int) -> int:
        while parents[place] != place:
            parents[place] = place = parents[parents[place]]
        return place

    first: dict[Hashable, int] = {}
    for place, of_place in enumerate(names):
        for name in of_place:
            parents[top(place)] = top(first.setdefault(name, place))
    return np.array([top(place) for place in range(len(names))], dtype=np.intp)


def cells_of(rows: Sequence[ItemResult], groups: Groups, metric: str, outcome: TaskResult) -> Cells:
    """What each item adds to a metric.

    Raises:
        DataError: a sample does not say what its item is worth.
    """
    totals = {
        str(total): total.name
        for prefix in VARIANTS[outcome.variant].prefixes
        for total in outcome.benchmark.sums(prefix)
    }
    try:
        if metric not in totals:
            whole = metric in map(str, outcome.benchmark.scores(VARIANTS[outcome.variant]))
            values = [row.metrics[metric] if whole else row.metrics.get(metric) for row in rows]
            there = np.array([value is not None for value in values], dtype=float)[:, None]
            shares = np.array([value or 0.0 for value in values], dtype=float)[:, None] / 100
            return Cells(shares, there, np.ones(1), groups)
        return _placed(PARTS[totals[metric]]([row.metrics[metric] for row in rows]), groups)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"samples of {outcome.task} beside {outcome.file} are damaged at {metric}: "
            f"{type(error).__name__}: {error}"
        ) from error


def record_of(row: ItemResult, total: str) -> Mapping[str, Any]:
    """An item's record of a total, in whichever way samples are counted.

    Raises:
        DataError: it has none.
    """
    names = {str(Metric(total, variant.prefixes[0])) for variant in VARIANTS.values()}
    record = next((row.metrics[name] for name in names if name in row.metrics), None)
    if not isinstance(record, dict):
        raise DataError(f"the sample of item {row.key[0]!r} has no record of {total}")
    return record


def _placed(parts: Sequence[MeanOfMeans], groups: Groups) -> Cells:
    """The parts of a total, each entry at its item's place and in the column of its mean."""
    columns: dict[tuple[int, str], int] = {}
    for k, part in enumerate(parts):
        for entry in part.entries:
            columns.setdefault((k, entry.mean), len(columns))
    assert len(parts) == 1 or len(columns) == len(parts), "a part of several is one mean"
    above, below = np.zeros((2, groups.size, max(1, len(columns))))
    for k, part in enumerate(parts):
        for entry in part.entries:
            column = columns[k, entry.mean]
            above[entry.place, column] += sum(entry.values) / len(entry.values) * entry.weight
            below[entry.place, column] += entry.weight
    weights = [parts[k].weight(mean) for k, mean in columns] or [1.0]
    return Cells(above, below, np.array(weights), groups)
