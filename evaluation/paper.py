"""The numbers of the SynRL paper that a run can be held against, in percent, from its tables.

Of Qwen3-VL-4B and 8B, as they are and after SynRL; grounding is reported of 4B only, there also when the
model is asked to reason. The paper says neither frames nor prompts nor decoding, so a difference to a run
of ours is no finding by itself.
"""

from __future__ import annotations

from evaluation.benchmarks import BENCHMARKS, Benchmark

COLUMNS = ("4B", "4B reasoned", "4B SynRL", "8B", "8B SynRL")
_MAIN = {"vinoground": "three_scores"}
"""Where it is not the first metric. The paper does not say which score of Vinoground it reports; 40.8 is far
below what any model has in the accuracy of single items, so it is one of pairs, or their mean."""
_BOTH = ("4B", "4B SynRL", "8B", "8B SynRL")
_GROUNDING = ("4B", "4B reasoned", "4B SynRL")
_TABLES: dict[tuple[str, str], tuple[tuple[str, ...], tuple[float, ...]]] = {
    ("nextgqa", "recall_30"): (_GROUNDING, (32.9, 33.7, 38.8)),
    ("nextgqa", "recall_50"): (_GROUNDING, (20.0, 20.2, 21.8)),
    ("nextgqa", "recall_70"): (_GROUNDING, (9.8, 9.4, 10.2)),
    ("nextgqa", "miou"): (_GROUNDING, (23.5, 23.7, 28.1)),
    ("charades_sta", "recall_30"): (_GROUNDING, (65.1, 53.6, 73.7)),
    ("charades_sta", "recall_50"): (_GROUNDING, (41.6, 33.2, 50.1)),
    ("charades_sta", "recall_70"): (_GROUNDING, (20.5, 14.7, 23.0)),
    ("charades_sta", "miou"): (_GROUNDING, (41.9, 34.5, 47.0)),
    ("rextime", "recall_30"): (_GROUNDING, (26.2, 25.4, 38.8)),
    ("rextime", "recall_50"): (_GROUNDING, (20.1, 18.0, 26.2)),
    ("rextime", "recall_70"): (_GROUNDING, (12.9, 12.6, 16.3)),
    ("rextime", "miou"): (_GROUNDING, (20.9, 20.1, 28.9)),
    ("tomato", "accuracy"): (_BOTH, (32.1, 36.7, 33.2, 38.1)),
    ("videott", "accuracy"): (_BOTH, (38.9, 40.7, 40.6, 41.5)),
    ("mvbench", "accuracy"): (_BOTH, (65.4, 67.1, 67.2, 69.1)),
    ("videomme", "accuracy"): (_BOTH, (60.9, 62.0, 63.4, 65.2)),
    ("temporalbench", "accuracy"): (_BOTH, (67.4, 68.2, 68.3, 69.3)),
    ("temporalbench", "mba"): (_BOTH, (27.1, 27.9, 28.5, 29.4)),
    ("aotbench", "accuracy"): (_BOTH, (52.7, 54.4, 54.8, 57.7)),
    ("vinoground", "three_scores"): (_BOTH, (40.8, 43.2, 43.4, 47.6)),
    ("videommmu", "accuracy"): (_BOTH, (54.1, 54.5, 60.0, 61.0)),
    ("vcrbench", "accuracy"): (_BOTH, (30.1, 31.5, 34.2, 35.6)),
    ("cvbench", "accuracy"): (_BOTH, (54.1, 54.9, 53.8, 54.9)),
    ("tvbench", "accuracy"): (_BOTH, (51.9, 53.6, 54.0, 54.7)),
    ("minerva", "accuracy"): (_BOTH, (32.5, 32.8, 34.4, 35.2)),
}
NUMBERS = {key: dict(zip(*table, strict=True)) for key, table in _TABLES.items()}
"""By benchmark and metric, then by column."""
COMPOSITES = {
    "complex reasoning": "Complex",
    "comprehensive understanding": "Comp. VU",
    "general video QA": "General VideoQA",
}
"""Titles of the paper's means of benchmarks, by the `composite` of their members."""
SAMPLED = {
    ("complex reasoning", "pass1_"): {"4B": 35.5, "4B SynRL": 38.7},
    ("comprehensive understanding", "pass1_"): {"4B": 64.6, "4B SynRL": 65.8},
    ("general video QA", "pass1_"): {"4B": 49.2, "4B SynRL": 50.7},
    ("complex reasoning", "pass4_"): {"4B": 37.8, "4B SynRL": 42.6},
    ("comprehensive understanding", "pass4_"): {"4B": 66.3, "4B SynRL": 68.4},
    ("general video QA", "pass4_"): {"4B": 51.5, "4B SynRL": 53.4},
}
"""Table 10: four samples a question."""


def main_metric(benchmark: Benchmark) -> str:
    """The metric that the paper's number of a benchmark, and so its part of a composite, is held against."""
    return _MAIN.get(benchmark.name, benchmark.metrics[0])


def members(composite: str) -> list[Benchmark]:
    """The benchmarks that a composite is the mean of."""
    return [benchmark for benchmark in BENCHMARKS.values() if benchmark.composite == composite]


def composite_numbers(composite: str) -> dict[str, float]:
    """A composite of the paper by column: the mean of its members, as its appendix forms it."""
    rows = [NUMBERS[benchmark.name, main_metric(benchmark)] for benchmark in members(composite)]
    return {name: round(sum(row[name] for row in rows) / len(rows), 1) for name in _BOTH}
