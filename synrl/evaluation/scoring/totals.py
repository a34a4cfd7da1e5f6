"""Metrics of items that belong together: pairs, videos, tasks.

Each takes records of items and returns a percentage. A record holds one value for each way of counting its
samples, so the same function gives pass@1 and pass@k. Units that are not complete, as under a limit, are
left out where the metric needs them whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

Record = Mapping[str, Any]
Total = Callable[[Sequence[Record]], float]
_Value = Callable[[Record], float]

NAMES = (
    "mba", "task_mean", "family_mean", "twin_pairs", "steps", "goals", "vsi",
    "text_score", "video_score", "group_score", "three_scores",
)  # fmt: skip


def _over_samples(function: Callable[[Sequence[Record], _Value], float]) -> Total:
    """The mean, over the columns of `values`, of a function of records and one value of each."""

    def total(records: Sequence[Record]) -> float:
        columns = range(len(records[0]["values"]))
        return 100 * _mean(function(records, partial(_value, column)) for column in columns)

    total.__doc__ = function.__doc__
    return total


def _value(column: int, record: Record) -> float:
    return float(record["values"][column])


@_over_samples
def mba(records: Sequence[Record], value: _Value) -> float:
    """TemporalBench's multiple binary accuracy: videos of which every question is right."""
    return _whole_units(records, value)


@_over_samples
def task_mean(records: Sequence[Record], value: _Value) -> float:
    """The mean of the tasks' accuracies, whatever their sizes."""
    return _mean_of_means(records, value, lambda record: record["task"])


@_over_samples
def family_mean(records: Sequence[Record], value: _Value) -> float:
    """The mean of the accuracies of our own families, whatever their sizes."""
    return _mean_of_means(records, value, lambda record: record["task"])


@_over_samples
def goals(records: Sequence[Record], value: _Value) -> float:
    """VCRBench's weighted accuracy: the mean over goals of the share of right orders."""
    return _mean_of_means(records, value, lambda record: record["unit"])


@_over_samples
def steps(records: Sequence[Record], value: _Value) -> float:
    """VCRBench's step accuracy: right places among the places of all orders."""
    right = sum(value(record) * float(record["weight"]) for record in records)
    return right / sum(float(record["weight"]) for record in records)


@_over_samples
def vsi(records: Sequence[Record], value: _Value) -> float:
    """VSI-Bench's overall score: the mean of its tasks, with the three of relative direction as one."""
    means = _means(records, value, lambda record: record["task"])
    directions = [means.pop(name) for name in list(means) if name.startswith("object_rel_direction")]
    return _mean([*means.values(), *([_mean(directions)] if directions else [])])


@_over_samples
def twin_pairs(records: Sequence[Record], value: _Value) -> float:
    """Pairs of a row and its reversed twin of which both are right; rows without a twin don't count."""
    paired = [record for record in records if record["unit"]]
    return _whole_units(paired, value, parts=2)


@_over_samples
def text_score(records: Sequence[Record], value: _Value) -> float:
    """Vinoground: pairs of videos for both of which the right caption is chosen."""
    return _whole_units([record for record in records if record["part"].endswith("text")], value, parts=2)


@_over_samples
def video_score(records: Sequence[Record], value: _Value) -> float:
    """Vinoground: pairs of captions for both of which the right video is chosen."""
    return _whole_units([record for record in records if record["part"].endswith("video")], value, parts=2)


@_over_samples
def group_score(records: Sequence[Record], value: _Value) -> float:
    """Vinoground: pairs with text and video score."""
    return _whole_units(records, value, parts=4)


def three_scores(records: Sequence[Record]) -> float:
    """Vinoground: the mean of its three scores."""
    return _mean(score(records) for score in (text_score, video_score, group_score))


def _whole_units(records: Sequence[Record], value: _Value, parts: int | None = None) -> float:
    units: dict[str, list[float]] = defaultdict(list)
    for record in records:
        units[record["unit"]].append(value(record))
    return _mean(min(values) for values in units.values() if parts is None or len(values) == parts)


def _mean_of_means(records: Sequence[Record], value: _Value, key: Callable[[Record], str]) -> float:
    return _mean(_means(records, value, key).values())


def _means(records: Sequence[Record], value: _Value, key: Callable[[Record], str]) -> dict[str, float]:
    sets: dict[str, list[float]] = defaultdict(list)
    for record in records:
        sets[key(record)].append(value(record))
    return {name: _mean(values) for name, values in sets.items()}


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
