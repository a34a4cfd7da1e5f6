"""The tables of the README: what is measured, and how, by `synrl.evaluation.benchmarks`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synrl.budget import VideoBudget
from synrl.evaluation.benchmarks import BENCHMARKS, METRICS, REASONING, VARIANTS, Benchmark
from synrl.evaluation.scoring import totals
from synrl.resources import shipped

README = shipped("evaluation/README.md")
_BEGIN = "<!-- Written by `python -m synrl.evaluation.write_tasks`. -->\n"
_END = "<!-- End of what is written. -->\n"


def readme(text: str) -> str:
    """The README with today's tables in the place of those that it has."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{overview()}\n{_END}{after}"


def overview() -> str:
    """Benchmarks, variants and metrics, in Markdown."""
    parts = [
        _table(
            (
                "task",
                "benchmark",
                "dataset",
                "revision",
                "rows",
                "metrics",
                "frames",
                "frames in `training`",
                "px a frame, a clip",
            ),
            (_benchmark(benchmark) for benchmark in BENCHMARKS.values()),
        ),
        _table(
            ("variant", "asked for reasoning", "samples", "temperature", "top_p", "max_new_tokens"),
            (
                (
                    f"`{one.name}`",
                    "yes" if one.reasoned else "no",
                    str(one.samples),
                    f"{one.temperature:g}",
                    f"{one.top_p:g}",
                    str(one.max_new_tokens),
                )
                for one in VARIANTS.values()
            ),
        ),
        _table(
            ("metric, in percent", "what it is"), ((f"`{name}`", text) for name, text in _metrics().items())
        ),
    ]
    return "\n".join(parts)


def _benchmark(benchmark: Benchmark) -> Sequence[str]:
    budget = benchmark.shown(REASONING)
    return (
        f"`{benchmark.task}`",
        benchmark.title,
        benchmark.repo,
        benchmark.revision,
        _rows(benchmark),
        ", ".join(f"`{name}`" for name in (*benchmark.metrics, *benchmark.totals)),
        _frames(budget),
        "the same" if benchmark.protocol is None else _frames(benchmark.budget),
        f"{budget.max_frame_pixels}, {budget.max_clip_pixels}",
    )


def _frames(budget: VideoBudget) -> str:
    if budget.min_frames == budget.max_frames:
        return str(budget.max_frames)
    return f"{budget.min_frames} to {budget.max_frames}, {budget.fps:g} a second"


def _rows(benchmark: Benchmark) -> str:
    tables = benchmark.tables
    if not tables:
        return "all"
    if "." in tables[0]:
        return ", ".join(tables)
    if len(tables) > 1:
        return f"split {benchmark.split} of {len(tables)} configurations"
    return f"split {benchmark.split}" + ("" if tables[0] == "default" else f" of {tables[0]}")


def _metrics() -> dict[str, str]:
    used = dict.fromkeys(name for b in BENCHMARKS.values() for name in (*b.metrics, *b.totals))
    return {name: METRICS.get(name) or _first(getattr(totals, name).__doc__) for name in used}


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).rstrip(".")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
