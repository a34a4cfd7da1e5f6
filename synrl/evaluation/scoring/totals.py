"""Totals: metrics of items that belong together, such as pairs, videos and tasks.

A total is a weighted mean of ratios, and is defined once, by what each item adds to which ratio (`Parts`):
its percentage follows from that, and so does how much it hangs on single videos
(`synrl.evaluation.report.cells`). A record of an item holds one value for each way of counting its samples,
so the same total gives pass@1 and pass@k. Units that are not complete, as under a limit, are left out where a
total needs them whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Total = Callable[[Sequence[Record]], float]


class Entry(NamedTuple):
    """What an item adds to a ratio of sums."""

    place: int
    """Of the item among the records; of a unit of several, that of its first."""
    ratio: str
    above: float
    below: float


class Parts(NamedTuple):
    """A total as its entries, and the weights of the ratios that don't have one of 1."""

    entries: list[Entry]
    weights: Mapping[str, float] = {}

    def value(self) -> float:
        """From 0 to 1; 0 if there is nothing to count."""
        sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for _, ratio, above, below in self.entries:
            sums[ratio][0] += above
            sums[ratio][1] += below
        counted = {ratio: above / below for ratio, (above, below) in sums.items() if below}
        weight = sum(self.weights.get(ratio, 1.0) for ratio in counted)
        total = sum(self.weights.get(ratio, 1.0) * value for ratio, value in counted.items())
        return total / weight if weight else 0.0


def _mba(records: Sequence[Record]) -> Parts:
    """TemporalBench's multiple binary accuracy: videos of which every question is right."""
    return Parts(_whole_units(records, lambda record: True))


def _task_mean(records: Sequence[Record]) -> Parts:
    """The mean of the tasks' accuracies, whatever their sizes."""
    return Parts(_by(records, "task"))


def _family_mean(records: Sequence[Record]) -> Parts:
    """The mean of the accuracies of our own families, whatever their sizes."""
    return Parts(_by(records, "task"))


def _twin_pairs(records: Sequence[Record]) -> Parts:
    """Pairs of a row and its reversed twin of which both are right; rows without a twin don't count."""
    return Parts(_whole_units(records, _paired, 2))


def _steps(records: Sequence[Record]) -> Parts:
    """VCRBench's step accuracy: right places among the places of all orders."""
    weights = [float(record["weight"]) for record in records]
    return Parts(
        [
            Entry(place, "", _average(record["values"]) * weight, weight)
            for place, (record, weight) in enumerate(zip(records, weights, strict=True))
        ]
    )


def _goals(records: Sequence[Record]) -> Parts:
    """VCRBench's weighted accuracy: the mean over goals of the share of right orders."""
    return Parts(_by(records, "unit"))


def _vsi(records: Sequence[Record]) -> Parts:
    """VSI-Bench's overall score: the mean of its tasks, with the three of relative direction as one."""
    entries = _by(records, "task")
    directions = {entry.ratio for entry in entries if entry.ratio.startswith("object_rel_direction")}
    return Parts(entries, {direction: 1 / len(directions) for direction in directions})


def _text_score(records: Sequence[Record]) -> Parts:
    """Vinoground: pairs of videos for both of which the right caption is chosen."""
    return Parts(_whole_units(records, lambda record: _paired(record, "text"), 2))


def _video_score(records: Sequence[Record]) -> Parts:
    """Vinoground: pairs of captions for both of which the right video is chosen."""
    return Parts(_whole_units(records, lambda record: _paired(record, "video"), 2))


def _group_score(records: Sequence[Record]) -> Parts:
    """Vinoground: pairs with text and video score."""
    return Parts(_whole_units(records, _paired, 4))


def _three_scores(records: Sequence[Record]) -> Parts:
    """Vinoground: the mean of its three scores."""
    nothing = [Entry(0, "", 0.0, 1.0)]  # a score without a whole unit is 0, and counts
    scores = {"text_score": _text_score, "video_score": _video_score, "group_score": _group_score}
    return Parts(
        [
            entry._replace(ratio=name)
            for name, score in scores.items()
            for entry in score(records).entries or nothing
        ]
    )


PARTS: dict[str, Callable[[Sequence[Record]], Parts]] = {
    "mba": _mba,
    "task_mean": _task_mean,
    "family_mean": _family_mean,
    "twin_pairs": _twin_pairs,
    "steps": _steps,
    "goals": _goals,
    "vsi": _vsi,
    "text_score": _text_score,
    "video_score": _video_score,
    "group_score": _group_score,
    "three_scores": _three_scores,
}
"""Every total by its name."""
TOGETHER = ("mba", "twin_pairs", "text_score", "video_score", "group_score", "three_scores")
"""Those whose units (videos, pairs) count whole: the items of one are not independent."""


def _percentage(name: str) -> Total:
    """The function of a total that lmms-eval calls."""
    parts = PARTS[name]

    def total(records: Sequence[Record]) -> float:
        return 100 * parts(records).value()

    total.__name__, total.__doc__ = name, parts.__doc__
    return total


mba = _percentage("mba")
task_mean = _percentage("task_mean")
family_mean = _percentage("family_mean")
twin_pairs = _percentage("twin_pairs")
steps = _percentage("steps")
goals = _percentage("goals")
vsi = _percentage("vsi")
text_score = _percentage("text_score")
video_score = _percentage("video_score")
group_score = _percentage("group_score")
three_scores = _percentage("three_scores")


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
            columns = zip(*(records[place]["values"] for place in places), strict=True)
            found.append(Entry(places[0], "", _average([min(column) for column in columns]), 1.0))
    return found


def _paired(record: Record, part: str = "") -> bool:
    """Whether a record is of a unit, and in a part of it."""
    return bool(record["unit"]) and record["part"].endswith(part)


def _by(records: Sequence[Record], key: str) -> list[Entry]:
    """A ratio for each value of a key."""
    return [
        Entry(place, record[key], _average(record["values"]), 1.0) for place, record in enumerate(records)
    ]


def _average(values: Sequence[float]) -> float:
    return float(sum(values) / len(values))
