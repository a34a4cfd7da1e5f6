"""What is found in runs that are put beside each other: what a text, a picture and a model's card are made
of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from synrl.evaluation.benchmarks import BENCHMARKS, VARIANTS
from synrl.evaluation.report.comparison import Line
from synrl.evaluation.results.outcomes import Results

PAPERS = tuple(benchmark for benchmark in BENCHMARKS.values() if benchmark.group != "own")
"""The fifteen."""


@dataclass(frozen=True)
class Report:
    """What is said of some runs."""

    runs: tuple[Results, ...]
    lines: tuple[Line, ...]
    composites: tuple[Line, ...]
    not_formed: tuple[str, ...]
    """Composites and what is missing for them."""
    warnings: tuple[str, ...]

    @property
    def variants(self) -> list[str]:
        """Those that were measured, in the order of the table."""
        there = {line.variant for line in self.lines}
        return [variant for variant in VARIANTS if variant in there]

    @property
    def missing(self) -> list[str]:
        """Benchmarks of the paper that were not measured, by run and variant."""
        found = []
        for run, variant in product(self.runs, self.variants):
            lacking = [b.title for b in PAPERS if b.task_name(variant) not in run.outcomes]
            if len(lacking) == len(PAPERS):
                found.append(f"{run.name}, {variant}: all")
            elif lacking:
                found.append(f"{run.name}, {variant}: {'; '.join(lacking)}")
        return found

    @property
    def empty(self) -> list[str]:
        """Subsets of the paper's benchmarks of which no item was measured, by run and task."""
        found = []
        for run, benchmark, variant in product(self.runs, PAPERS, self.variants):
            outcome = run.outcomes.get(benchmark.task_name(variant))
            parts = benchmark.parts(VARIANTS[variant].prefixes[0])
            lacking = [part.subset for part in parts if outcome and str(part) not in outcome.scores]
            if lacking:
                found.append(f"{run.name}, {variant}: {benchmark.title}: {'; '.join(lacking)}")
        return found
