"""A report as Markdown. Names and settings come from files, so they are shown as text without a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from evaluation import paper
from evaluation.comparison import Estimate, Line
from evaluation.results import Results

if TYPE_CHECKING:
    from evaluation.report import Report


def markdown(report: Report) -> str:
    """The report as a text with tables."""
    parts = ["# Results", *(f"**Warning:** {_text(warning)}" for warning in report.warnings)]
    for variant in report.variants:
        lines = [line for line in report.lines if line.variant == variant]
        parts += [f"## {variant}", _scores(report, lines)]
        if formed := [line for line in report.composites if line.variant == variant]:
            parts += ["Means of benchmarks, as the paper forms them:", _scores(report, formed)]
    if report.not_formed:
        parts.append("\n".join(["Not formed, because of what is missing:", "", *_items(report.not_formed)]))
    parts.append(_legend(len(report.runs) > 1))
    parts += ["## Answers", _answers(report.runs)]
    if missing := report.missing:
        parts.append("\n".join(["Missing of the paper's 15 benchmarks:", "", *_items(missing)]))
    parts += ["## How it was asked", _asked(report.runs), _runs(report.runs)]
    if notes := [f"{run.name}: {note}" for run in report.runs for note in run.notes]:
        parts.append("\n".join(_items(notes)))
    return "\n\n".join(parts) + "\n"


def _scores(report: Report, lines: Sequence[Line]) -> str:
    columns = [name for name in paper.COLUMNS if any(name in line.paper for line in lines)]
    names = [run.name for run in report.runs]
    head = ["benchmark", "metric", *(f"paper {name}" for name in columns), *names]
    head += [f"{name} − {names[0]}" for name in names[1:]]
    rows = []
    for before, line in pairwise([None, *lines]):
        assert line is not None
        same = before is not None and before.benchmark == line.benchmark
        row = ["" if same else line.title, line.metric]
        row += [f"{line.paper[name]:.1f}" if name in line.paper else "" for name in columns]
        row += ["" if score is None else _estimate(score) for score in line.scores]
        row += ["" if delta is None else _estimate(delta, "+") for delta in line.deltas]
        rows.append(row)
    return _table(head, rows)


def _estimate(one: Estimate, sign: str = "") -> str:
    said = f"{_rounded(one.value):{sign}.1f}"
    if one.interval:
        said += f" ({_rounded(one.interval.low):{sign}.1f} to {_rounded(one.interval.high):{sign}.1f})"
    if sign:
        said += f" n={one.items}" if one.method != "unpaired" else " unpaired"
    return said


def _rounded(value: float) -> float:
    """To what is shown, without a negative zero."""
    return round(value, 1) + 0.0


def _legend(several: bool) -> str:
    said = """\
All numbers are percentages; brackets hold 95 % intervals. For what is right or wrong they are Wilson's and,
of paired differences, Tango's; else those of 2000 resamples of the items, with the questions of one video
and the members of a pair kept together; without samples, by the standard error of lmms-eval.
"""
    if several:
        said += "Differences are of the same n items, item by item, or where that can't be, unpaired.\n"
    return (
        said
        + """\
The paper's numbers are those of its tables for Qwen3-VL. It says neither frames nor prompts nor decoding. It
does not say which score of Vinoground and VCRBench it reports, nor which mean of TVBench and AoTBench."""
    )


def _answers(runs: Sequence[Results]) -> str:
    head = ["task", *(f"{run.name}: {what}" for run in runs for what in ("outputs", "truncated", "unparsed"))]
    rows = []
    for task in _tasks(runs):
        row = [task]
        for run in runs:
            outcome = run.outcomes.get(task)
            if outcome is None:
                row += [""] * 3
                continue
            counts = outcome.answers()
            row += [str(n) for n in (sum(counts.values()), counts["truncated"], counts["unparsed"])]
        rows.append(row)
    return _table(head, rows)


def _asked(runs: Sequence[Results]) -> str:
    names = ["dataset", "measured", "prompt", "fps", "max_frames", "max_frame_pixels", "max_clip_pixels"]
    names += ["max_new_tokens", "temperature", "version"]
    rows = []
    for task in _tasks(runs):
        said: dict[tuple[str, ...], list[str]] = {}
        for run in runs:
            if task in run.outcomes:
                asked = run.outcomes[task].asked
                said.setdefault(tuple(shown(asked[name]) for name in names), []).append(run.name)
        for values, who in said.items():
            rows.append([task if len(said) == 1 else f"{task} ({', '.join(who)})", *values])
    return _table(["task", *names], rows)


def _runs(runs: Sequence[Results]) -> str:
    rows = []
    for run in runs:
        asked = [outcome.asked for outcome in run.outcomes.values()]
        backends = dict.fromkeys(
            f"{shown(one['backend'])} {shown(one['model_args']) if one['model_args'] else ''}".strip()
            for one in asked
        )
        versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
        rows.append([run.name, run.model, "; ".join(backends), versions or "not known"])
    return _table(["run", "model", "backend", "versions"], rows)


def _tasks(runs: Sequence[Results]) -> list[str]:
    return list(dict.fromkeys(task for run in runs for task in run.outcomes))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_text(cell) for cell in line)} |" for line in lines)


def _items(texts: Iterable[str]) -> list[str]:
    return [f"- {_text(text)}" for text in texts]


def _text(text: str) -> str:
    """A text that has no meaning in Markdown beyond itself: names and settings come from files."""
    plain = " ".join(str(text).split())
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", plain)


def shown(value: Any) -> str:
    """A setting as text."""
    if isinstance(value, float):
        return f"{value:g}"
    return "not known" if value is None else str(value)[:200]
