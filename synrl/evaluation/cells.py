"""A score as the sum of what each item adds to it, and how much it hangs on single videos.

Questions of one video are not independent: who misses what it shows misses several. So how sure a score is
follows from leaving out one video after another, with all of its questions, pairs and twins (the jackknife).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synrl.errors import DataError
from synrl.evaluation import intervals
from synrl.evaluation.benchmarks import VARIANTS, Benchmark
from synrl.evaluation.intervals import Interval
from synrl.evaluation.outcomes import Outcome, Row

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]

_WHOLE = {"mba": None, "twin_pairs": 2, "text_score": 2, "video_score": 2, "group_score": 4}
"""Metrics of units of which everything must be right, and of how many parts; None: however many there are."""
_PARTS = {"text_score": "text", "video_score": "video"}
_TOGETHER = (*_WHOLE, "three_scores")
"""Metrics whose units (videos, pairs) are parts of one group."""
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


def groups_of(rows: Sequence[Row], benchmark: Benchmark) -> Groups:
    """The number of the group that each item belongs to: what shares a video or is scored together."""
    totals = [name for name in benchmark.totals if name in _TOGETHER]
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


def cells_of(rows: Sequence[Row], groups: Groups, metric: str, outcome: Outcome) -> Cells:
    """What each item adds to a metric.

    Raises:
        DataError: a sample does not say what its item is worth.
    """
    prefix = next(p for p in reversed(VARIANTS[outcome.variant].prefixes) if metric.startswith(p))
    name = metric.removeprefix(prefix)
    try:
        if name not in outcome.benchmark.totals:
            subset = name not in outcome.benchmark.metrics
            values = [row.metrics.get(metric) if subset else row.metrics[metric] for row in rows]
            there = np.array([value is not None for value in values], dtype=float)[:, None]
            shares = np.array([value or 0.0 for value in values], dtype=float)[:, None] / 100
            return Cells(shares, there, np.ones(1), groups)
        return _placed(*_of_records(name, [row.metrics[metric] for row in rows]), groups)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"samples of {outcome.task} beside {outcome.file} are damaged at {metric}: "
            f"{type(error).__name__}: {error}"
        ) from error


def record_of(row: Row, total: str) -> Mapping[str, Any]:
    """An item's record of a total, in whichever way samples are counted.

    Raises:
        DataError: it has none.
    """
    record = next((row.metrics[name] for name in (total, f"pass1_{total}") if name in row.metrics), None)
    if not isinstance(record, dict):
        raise DataError(f"the sample of item {row.key[0]!r} has no record of {total}")
    return record


_Entry = tuple[int, str, float, float]
"""The place of an item, the ratio that it counts in, and what it adds above and below."""


def _of_records(name: str, records: Sequence[Mapping[str, Any]]) -> tuple[list[_Entry], dict[str, float]]:
    """A total of `synrl.evaluation.scoring.totals` as entries, and the weights of ratios that don't have one
    of 1.

    What needs a whole unit stands at the place of the unit's first item.
    """
    if name == "three_scores":
        nothing = [(0, "", 0.0, 1.0)]  # a score without a whole unit is 0 there
        parts = [
            (part, _of_records(part, records)[0]) for part in ("text_score", "video_score", "group_score")
        ]
        return [(place, part, a, b) for part, some in parts for place, _, a, b in some or nothing], {}
    if name in _WHOLE:
        units: dict[str, list[int]] = {}
        for place, record in enumerate(records):
            if record["part"].endswith(_PARTS.get(name, "")) and (record["unit"] or name == "mba"):
                units.setdefault(record["unit"], []).append(place)
        whole = [places for places in units.values() if _WHOLE[name] in (None, len(places))]
        each = ([records[place]["values"] for place in places] for places in whole)
        least = [_average([min(column) for column in zip(*values, strict=True)]) for values in each]
        return [(places[0], "", value, 1.0) for places, value in zip(whole, least, strict=True)], {}
    placed = [(place, record, _average(record["values"])) for place, record in enumerate(records)]
    if name == "steps":
        return [(place, "", value * r["weight"], r["weight"]) for place, r, value in placed], {}
    key = "unit" if name == "goals" else "task"
    entries = [(place, record[key], value, 1.0) for place, record, value in placed]
    weights: dict[str, float] = {}
    if name == "vsi":
        directions = {k for _, k, _, _ in entries if k.startswith("object_rel_direction")}
        weights = {direction: 1 / len(directions) for direction in directions}
    return entries, weights


def _placed(entries: Sequence[_Entry], weights: Mapping[str, float], groups: Groups) -> Cells:
    keys = {key: number for number, key in enumerate(dict.fromkeys(key for _, key, _, _ in entries))}
    above, below = np.zeros((2, groups.size, max(1, len(keys))))
    for place, key, value, weight in entries:
        above[place, keys[key]] += value
        below[place, keys[key]] += weight
    return Cells(above, below, np.array([weights.get(key, 1.0) for key in keys] or [1.0]), groups)


def _average(values: Sequence[float]) -> float:
    return float(sum(values) / len(values))
