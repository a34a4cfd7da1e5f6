"""What a run has come to: scores of tasks, each item's part in them, and how it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synrl.evaluation.benchmarks import VARIANTS, Benchmark
from synrl.evaluation.data.items import WITHOUT
from synrl.evaluation.scoring.item import TRUNCATED, UNPARSED

PROBLEMS = (TRUNCATED, UNPARSED)


@dataclass(frozen=True)
class ItemResult:
    """An item's part in the metrics of its task."""

    key: tuple[str, int]
    """Its id, and how many of that id came before: in some benchmarks it isn't unique."""
    metrics: Mapping[str, Any]
    """Percentages, and the records of metrics of items that belong together."""
    problems: tuple[str, ...]
    """Of each of its outputs, empty if it had an answer."""
    measured: str = ""
    """The rows that it is one of; empty if it isn't said."""
    videos: tuple[str, ...] = ()
    """The last two parts of their paths; none if they aren't said."""


@dataclass(frozen=True)
class TaskResult:
    """One task of a run."""

    task: str
    benchmark: Benchmark
    variant: str
    scores: Mapping[str, float]
    """In percent, by metric."""
    errors: Mapping[str, float]
    """Standard errors of those for which lmms-eval gives one."""
    items: int
    of: int
    """Items there are; more than `items` under a limit."""
    asked: Mapping[str, Any]
    """What the score depends on: pins, budget, decoding, the model's backend and arguments."""
    rows: tuple[ItemResult, ...] | None
    """None if there is no file of samples."""
    file: Path

    @property
    def left_out(self) -> str:
        """How many items had no video, and were not measured; empty if all had."""
        return (self.asked.get("measured") or "").partition(WITHOUT)[2]

    def answers(self) -> dict[str, int]:
        """How many outputs, of all samples, had an answer, and why the others had none."""
        if self.rows is not None:
            counts = Counter(problem or "answered" for row in self.rows for problem in row.problems)
            return {name: counts[name] for name in ("answered", *PROBLEMS)}
        outputs = self.items * VARIANTS[self.variant].samples
        lost = {name: round(self.scores.get(name, 0) * outputs / 100) for name in PROBLEMS}
        return {"answered": outputs - sum(lost.values()), **lost}


@dataclass(frozen=True)
class Results:
    """A run, by the name that it has in a report."""

    name: str
    model: str
    outcomes: Mapping[str, TaskResult]
    """By task."""
    versions: Mapping[str, str]
    commands: Mapping[str, str]
    """Of tasks: the `synrl eval` that has measured them. Empty if it wasn't `synrl eval`."""
    weights: Mapping[str, str]
    """Of tasks: the name that the model's weights had then, see
    `synrl.evaluation.asking.backends.model_name`."""
    notes: tuple[str, ...] = ()
    """What a reader should know of how it was read."""
