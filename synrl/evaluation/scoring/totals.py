"""Totals: metrics of items that belong together, such as pairs, videos and tasks.

A total is defined once, by what each item adds to which mean (`MeanOfMeans`): its percentage follows from
that, and so does how much it hangs on single videos (`synrl.evaluation.report.cells`). A record of an item
holds one value for each way of counting its samples, so the same total gives pass@1 and pass@k. Units that
are not complete, as under a limit, are left out where a total needs them whole.

Averages are taken over items first and over samples second: another order would change the last digits of
scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Total = Callable[[Sequence[Record]], float]


class Entry(NamedTuple):
    """What an item adds to a mean."""

    place: int
    """Of the item among the records; of a unit of several, that of its first."""
    mean: str
    """Which of the means of its part."""
    values: Sequence[float]
    """From 0 to 1, one for each sample."""
    weight: float = 1.0


class MeanOfMeans(NamedTuple):
    """A mean of the means of entries."""

    entries: Sequence[Entry]
    as_one: Collection[str] = ()
    """Means that count as one, which is their mean."""

    def weight(self, mean: str) -> float:
        """What a mean counts among the others."""
        return 1 / len(self.as_one) if mean in self.as_one else 1.0

    def percentage(self) -> float:
        """The mean of what it is for each sample; 0 if there is nothing to count."""
        samples = zip(*(entry.values for entry in self.entries), strict=True)
        return 100 * _average([self._value(values) for values in samples])

    def _value(self, values: Sequence[float]) -> float:
        """From 0 to 1, for one value of each entry."""
        above, below = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
        for entry, value in zip(self.entries, values, strict=True):
            above[entry.mean].append(value * entry.weight)
            below[entry.mean].append(entry.weight)
        means = {name: sum(above[name]) / sum(below[name]) for name in above}
        together = [value for name, value in means.items() if name in self.as_one]
        alone = [value for name, value in means.items() if name not in self.as_one]
        return _average([*alone, *([_average(together)] if together else [])])


Parts = Callable[[Sequence[Record]], list[MeanOfMeans]]
PARTS: dict[str, Parts] = {}
"""Every total by its name, as the parts that it is the mean of."""


def _total(parts: Parts) -> Total:
    """Make the function that lmms-eval calls of what a total consists of."""
    PARTS[parts.__name__] = parts

    @wraps(parts)
    def percentage(records: Sequence[Record]) -> float:
        return _average([part.percentage() for part in parts(records)])

    return percentage


@_total
def mba(records: Sequence[Record]) -> list[MeanOfMeans]:
    """TemporalBench's multiple binary accuracy: videos of which every question is right."""
    return [MeanOfMeans(_whole_units(records, lambda record: True))]


@_total
def task_mean(records: Sequence[Record]) -> list[MeanOfMeans]:
    """The mean of the tasks' accuracies, whatever their sizes."""
    return [MeanOfMeans(_by(records, "task"))]


@_total
def family_mean(records: Sequence[Record]) -> list[MeanOfMeans]:
    """The mean of the accuracies of our own families, whatever their sizes."""
    return [MeanOfMeans(_by(records, "task"))]


@_total
def twin_pairs(records: Sequence[Record]) -> list[MeanOfMeans]:
    """Pairs of a row and its reversed twin of which both are right; rows without a twin don't count."""
    return [MeanOfMeans(_whole_units(records, _paired, 2))]


@_total
def steps(records: Sequence[Record]) -> list[MeanOfMeans]:
    """VCRBench's step accuracy: right places among the places of all orders."""
    return [
        MeanOfMeans(
            [
                Entry(place, "", record["values"], float(record["weight"]))
                for place, record in enumerate(records)
            ]
        )
    ]


@_total
def goals(records: Sequence[Record]) -> list[MeanOfMeans]:
    """VCRBench's weighted accuracy: the mean over goals of the share of right orders."""
    return [MeanOfMeans(_by(records, "unit"))]


@_total
def vsi(records: Sequence[Record]) -> list[MeanOfMeans]:
    """VSI-Bench's overall score: the mean of its tasks, with the three of relative direction as one."""
    entries = _by(records, "task")
    directions = {entry.mean for entry in entries if entry.mean.startswith("object_rel_direction")}
    return [MeanOfMeans(entries, directions)]


@_total
def text_score(records: Sequence[Record]) -> list[MeanOfMeans]:
    """Vinoground: pairs of videos for both of which the right caption is chosen."""
    return [MeanOfMeans(_whole_units(records, lambda record: _paired(record, "text"), 2))]


@_total
def video_score(records: Sequence[Record]) -> list[MeanOfMeans]:
    """Vinoground: pairs of captions for both of which the right video is chosen."""
    return [MeanOfMeans(_whole_units(records, lambda record: _paired(record, "video"), 2))]


@_total
def group_score(records: Sequence[Record]) -> list[MeanOfMeans]:
    """Vinoground: pairs with text and video score."""
    return [MeanOfMeans(_whole_units(records, _paired, 4))]


@_total
def three_scores(records: Sequence[Record]) -> list[MeanOfMeans]:
    """Vinoground: the mean of its three scores."""
    nothing = MeanOfMeans([Entry(0, "", [0.0])])  # a score without a whole unit is 0, and counts
    scores = (text_score, video_score, group_score)
    return [part if part.entries else nothing for score in scores for part in PARTS[score.__name__](records)]


TOGETHER = tuple(
    total.__name__ for total in (mba, twin_pairs, text_score, video_score, group_score, three_scores)
)
"""Those whose units (videos, pairs) count whole: the items of one are not independent."""


def _whole_units(
    records: Sequence[Record], counts: Callable[[Record], bool], size: int | None = None
) -> list[Entry]:
    """Units of which everything must be right, of the records that count.

    Args:
        size: how many records a whole unit has; however many there are by default.
    """
    units: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if counts(record):
            units[record["unit"]].append(place)
    found = []
    for places in units.values():
        if size in (None, len(places)):
            samples = zip(*(records[place]["values"] for place in places), strict=True)
            found.append(Entry(places[0], "", [min(values) for values in samples]))
    return found


def _paired(record: Record, part: str = "") -> bool:
    """Whether a record is of a unit, and in a part of it."""
    return bool(record["unit"]) and record["part"].endswith(part)


def _by(records: Sequence[Record], key: str) -> list[Entry]:
    """A mean for each value of a key."""
    return [Entry(place, record[key], record["values"]) for place, record in enumerate(records)]


def _average(values: Sequence[float]) -> float:
    return float(sum(values) / len(values)) if values else 0.0
