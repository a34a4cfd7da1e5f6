"""The numbers of the SynRL paper that a run can be held against, in percent: all of its tables.

The paper says neither frames nor prompts nor decoding, so a difference to a run of ours is no finding by
itself. It contradicts itself in places: the first table that gives a number counts, and `CONTRADICTIONS`
names the others. Of the subsets in Table 9, this module has only those whose items the paper names: it
doesn't say which tasks are "action", "move" and "motion". The paper says that it reports mIoP, but no table
contains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synrl.evaluation.benchmarks import BENCHMARKS, Benchmark

COLUMNS = (
    "4B", "4B reasoned", "4B RL only", "4B SFT", "4B SynRL", "4B SynRL, 2 rounds", "8B", "8B SynRL",
)  # fmt: skip
"""Qwen3-VL as it is, at stages of SynRL, and after it. A report has other columns in a table of their own."""
_MAIN = {"vinoground": "three_scores"}
"""Where it is not the first metric. The paper does not say which score of Vinoground it reports; 40.8 is far
below what any model has in the accuracy of single items, so it is one of pairs, or their mean."""
_RECALLS = ("recall_30", "recall_50", "recall_70", "miou")
_Row = Sequence[float | None]

_TABLES: tuple[tuple[int, tuple[str, ...], Mapping[str, _Row]], ...] = (
    (1, ("tomato", "videott", "mvbench", "videomme", "temporalbench", "temporalbench.mba"), {
        "4B": (32.1, 38.9, 65.4, 60.9, 67.4, 27.1),
        "4B SynRL": (36.7, 40.7, 67.1, 62.0, 68.2, 27.9),
        "8B": (33.2, 40.6, 67.2, 63.4, 68.3, 28.5),
        "8B SynRL": (38.1, 41.5, 69.1, 65.2, 69.3, 29.4),
        "LLaVA-OneVision-7B": (25.5, None, 58.6, 63.3, 61.9, 21.2),
        "NVILA-8B": (None, None, 68.1, 64.2, None, None),
        "Apollo-7B": (None, None, None, 61.3, None, None),
        "VideoLLaMA-2-7B": (10.1, None, 57.3, 54.9, None, None),
        "VideoLLaMA3-7B": (30.1, None, 69.7, 66.2, 69.1, 29.4),
        "Video-R1-7B": (25.1, None, 63.9, 59.3, 63.7, 21.2),
        "Video-Jigsaw-7B": (25.3, None, 53.1, None, 60.8, 20.4),
    }),
    (2, ("aotbench", "vinoground", "videommmu", "vcrbench", "cvbench", "tvbench", "minerva"), {
        "4B": (52.7, 40.8, 54.1, 30.1, 54.1, 51.9, 32.5),
        "4B SynRL": (54.4, 43.2, 54.5, 31.5, 54.9, 53.6, 32.8),
        "8B": (54.8, 43.4, 60.0, 34.2, 53.8, 54.0, 34.4),
        "8B SynRL": (57.7, 47.6, 61.0, 35.6, 54.9, 54.7, 35.2),
    }),
    (3, tuple(f"{name}.{metric}" for name in ("nextgqa", "rextime") for metric in _RECALLS), {
        "4B": (32.9, 20.0, 9.8, 23.5, 26.2, 20.1, 12.9, 20.9),
        "4B reasoned": (33.7, 20.2, 9.4, 23.7, 25.4, 18.0, 12.6, 20.1),
        "4B SynRL": (38.8, 21.8, 10.2, 28.1, 38.8, 26.2, 16.3, 28.9),
        "Qwen2.5-VL-7B": (31.6, 18.1, 7.5, 20.9, 10.3, 6.1, 3.0, 8.1),
        "Qwen2.5-VL-32B": (38.0, 22.3, 10.0, 25.4, 16.8, 10.0, 5.1, 13.0),
        "VTimeLLM": (37.9, 20.2, 9.7, 24.4, 28.8, 17.4, 7.2, 20.1),
        "TimeChat": (34.1, 17.9, 6.2, 20.6, 14.4, 7.6, 3.1, 11.7),
        "VideoChat-TPO": (41.2, 23.4, 8.2, 27.7, 34.5, 19.3, 9.8, 25.2),
    }),
    (4, tuple(f"charades_sta.{metric}" for metric in _RECALLS), {
        "4B": (65.1, 41.6, 20.5, 41.9),
        "4B reasoned": (53.6, 33.2, 14.7, 34.5),
        "4B SynRL": (73.7, 50.1, 23.0, 47.0),
        "VTimeLLM": (55.3, 34.3, 14.7, 34.6),
        "TimeChat": (51.5, 32.2, 13.4, None),
        "VideoChat-TPO": (58.3, 40.2, 18.4, 38.1),
    }),
    (5, ("vinoground", "tomato", "mvbench", "tvbench"), {
        "4B": (40.8, 32.1, 65.4, 51.9),
        "4B RL only": (41.2, 32.8, 65.8, 52.1),
        "4B SFT": (42.6, 34.2, 66.1, 52.8),
        "4B SynRL": (43.4, 36.9, 66.8, 53.7),  # each but the first is another number in Tables 1 and 2
    }),
    (6, ("vinoground", "tomato", "mvbench", "tvbench", "charades_sta.miou", "temporalbench",
         "temporalbench.mba"), {
        "4B": (40.8, 32.1, 65.4, 51.9, 41.9, 67.4, 27.1),
        "4B SFT on Video-R1": (36.6, 28.2, 64.7, 51.2, 41.4, 63.7, 22.9),
        "4B SFT": (42.6, 34.2, 66.1, 52.8, 43.4, 67.9, 27.5),
    }),
    (7, ("videomme", "aotbench", "minerva", "tomato"), {
        "4B": (60.9, 52.7, 32.5, 32.1),
        "4B SynRL": (62.0, 54.4, 32.8, 36.7),
        "4B SynRL, 2 rounds": (62.4, 54.9, 33.5, 37.0),
    }),
    (8, ("complex reasoning", "comprehensive understanding", "general video QA"), {
        "4B": (35.5, 64.6, 49.2),
        "4B SynRL": (38.7, 65.8, 50.7),  # "Mixed"
        "4B SFT on Video-R1": (32.4, 62.7, 47.6),
        "4B SynRL, synthetic only": (39.2, 65.6, 49.9),
    }),
    (9, ("tomato", "videomme.accuracy_short", "videomme.accuracy_long", "vsibench"), {
        "4B": (32.1, 71.7, 51.1, 35.0),
        "4B SynRL": (36.7, 73.4, 54.5, 38.2),
        "4B SynRL, spatial": (33.8, 72.3, 51.8, 38.4),
        "4B SynRL, temporal": (35.9, 72.1, 53.6, 35.9),
        "4B SynRL, short": (33.2, 73.1, 51.5, 36.7),
        "4B SynRL, long": (36.2, 71.9, 54.1, 36.1),
    }),
    # Below "Pass@1" stands a fourth column, VideoMME, and none below "Pass@4".
    (10, ("complex reasoning.pass1_mean", "comprehensive understanding.pass1_mean",
          "general video QA.pass1_mean", "videomme.pass1_accuracy"), {
        "4B": (35.5, 64.6, 49.2, 58.2),
        "4B SynRL": (38.7, 65.8, 50.7, 60.5),
    }),
    (10, ("complex reasoning.pass4_mean", "comprehensive understanding.pass4_mean",
          "general video QA.pass4_mean"), {
        "4B": (37.8, 66.3, 51.5),
        "4B SynRL": (42.6, 68.4, 53.4),
    }),
    (11, ("complex reasoning", "comprehensive understanding", "general video QA"), {
        "4B": (35.5, 64.6, 49.2),
        "4B SynRL": (38.7, 65.8, 50.7),
        "4B RL only": (37.1, 65.2, 50.0),
        "4B RL only, 15K rows": (39.0, 65.6, 50.9),
    }),
)  # fmt: skip
_MORE = (
    "Video-MME, 4B: 60.9 (Table 1) and, as Pass@1 beside means that are those of Table 8, 58.2 (Table 10)",
    "Comp. VU at Pass@4: 68.4 is said to be 3.1 more than 66.3 (Table 10)",
    "4B SynRL from Pass@1 to Pass@4: 3.9 on average by the text, 3.1 by Table 10",
)
"""Contradictions of other kinds than two numbers for one thing."""
COMPOSITES = {
    "complex reasoning": "Complex",
    "comprehensive understanding": "Comp. VU",
    "general video QA": "General VideoQA",
}
"""Titles of the paper's means of benchmarks, by the `composite` of their members."""


def main_metric(benchmark: Benchmark) -> str:
    """The metric that the paper's number of a benchmark, and so its part of a composite, is held against."""
    return _MAIN.get(benchmark.name, benchmark.metrics[0])


def members(composite: str) -> list[Benchmark]:
    """The benchmarks that a composite is the mean of."""
    return [benchmark for benchmark in BENCHMARKS.values() if benchmark.composite == composite]


def numbers(name: str, metric: str) -> dict[str, float]:
    """The paper's numbers of a benchmark or composite, by column.

    Composites of 8B are in no table: they are formed here as its appendix forms those of 4B.
    """
    return {column: value for column, (value, _table) in _NUMBERS.get((name, metric), {}).items()}


def _key(said: str) -> tuple[str, str]:
    """The benchmark or composite and the metric that a column of a table is of."""
    name, _, metric = said.partition(".")
    if name == "vsibench":
        return name, "vsi"
    return name, metric or ("mean" if name in COMPOSITES else main_metric(BENCHMARKS[name]))


def _gather() -> tuple[dict[tuple[str, str], dict[str, tuple[float, int]]], list[str]]:
    found: dict[tuple[str, str], dict[str, tuple[float, int]]] = {}
    contradictions = []
    for table, heads, rows in _TABLES:
        for column, row in rows.items():
            for key, value in zip(map(_key, heads), row, strict=True):
                if value is None:
                    continue
                first, where = found.setdefault(key, {}).setdefault(column, (value, table))
                if first != value:
                    title = BENCHMARKS[key[0]].title
                    contradictions.append(
                        f"{title}, {column}: {first} (Table {where}) and {value} (Table {table})"
                    )
    for name in COMPOSITES:
        for column in ("8B", "8B SynRL"):
            parts = [found[benchmark.name, main_metric(benchmark)][column][0] for benchmark in members(name)]
            found[name, "mean"][column] = round(sum(parts) / len(parts), 1), 0
    return found, contradictions


_NUMBERS, _TWICE = _gather()
"""Of all tables: by benchmark and metric, then by column; and two numbers for one thing."""
CONTRADICTIONS = (*_TWICE, *_MORE)
"""Where the paper says what it says otherwise elsewhere."""
