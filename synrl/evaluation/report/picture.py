"""A report as a picture: main metrics of each run with their intervals, and the paper's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.evaluation import paper
from synrl.evaluation.benchmarks import BENCHMARKS, VARIANTS
from synrl.evaluation.metrics import Metric
from synrl.evaluation.report.comparison import Line
from synrl.evaluation.report.findings import Report
from synrl.evaluation.report.text import plain
from synrl.evaluation.results.outcomes import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(report: Report, path: Path) -> None:
    """Write the picture into a PNG file."""
    picture(report).savefig(path, format="png", dpi=90, metadata={"Software": None})


def picture(report: Report) -> Figure:
    """Each benchmark's main metric with its interval, and the paper's numbers; a panel for each variant."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = {
        variant: [
            line for line in (*report.lines, *report.composites) if line.variant == variant and _is_main(line)
        ]
        for variant in report.variants
    }
    rows = max(len(lines) for lines in shown.values())
    figure = Figure(figsize=(7 * len(shown), 1.8 + 0.42 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    marks: dict[str, Any] = {}
    for axes, (variant, lines) in zip(
        figure.subplots(1, len(shown), squeeze=False, sharex=True)[0], shown.items(), strict=True
    ):
        _draw(axes, report.runs, lines)
        axes.set_title(variant)
        handles, labels = axes.get_legend_handles_labels()
        marks |= dict(zip(labels, handles, strict=True))
    figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=3, fontsize="small")
    return figure


def _is_main(line: Line) -> bool:
    if line.benchmark not in BENCHMARKS:
        return True
    main = paper.main_metric(BENCHMARKS[line.benchmark])
    return line.metric in [Metric(main, prefix) for prefix in VARIANTS[line.variant].prefixes]


def _draw(axes: Any, runs: Sequence[Results], lines: Sequence[Line]) -> None:
    names = [
        line.title if str(line.metric) in ("accuracy", "mean") else f"{line.title}, {line.metric}"
        for line in lines
    ]
    places = range(len(lines))
    # Above the runs of each line, where no bar hides them, stand the paper's numbers.
    shifts = [0.6 * ((lane + 0.5) / (len(runs) + 1) - 0.5) for lane in range(len(runs) + 1)]
    for column, marker in zip(paper.COLUMNS, "|123x4_+", strict=True):
        there = [
            (line.paper[column], place + shifts[0])
            for place, line in zip(places, lines, strict=True)
            if column in line.paper
        ]
        if there:
            axes.scatter(
                *zip(*there, strict=True), marker=marker, color="#404040", lw=1, label=f"paper {column}"
            )
    for number, (run, shift) in enumerate(zip(runs, shifts[1:], strict=True)):
        points = [(place + shift, line.scores[number]) for place, line in zip(places, lines, strict=True)]
        known = [(place, one, one.interval or (one.value, one.value)) for place, one in points if one]
        if known:
            values = [one.value for _, one, _ in known]
            arms = [[max(0.0, one.value - limits[0]) for _, one, limits in known]]
            arms += [[max(0.0, limits[1] - one.value) for _, one, limits in known]]
            axes.errorbar(
                values,
                [place for place, _, _ in known],
                xerr=arms,
                color=f"C{number % 10}",  # the same in all panels, whatever is missing in one
                fmt="o",
                ms=4,
                capsize=2,
                label=_label(run.name),
            )
    axes.set_yticks(list(places), names)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    for place in places[::2]:
        axes.axhspan(place - 0.5, place + 0.5, color="#f4f4f4", zorder=0)
    axes.set_xlabel("percent")
    axes.grid(axis="x", alpha=0.3)


def _label(name: str) -> str:
    """A name as text: dollars would be formulas, and a leading underscore hides it."""
    return plain(name).replace("$", r"\$").lstrip("_")[:60] or "run"
