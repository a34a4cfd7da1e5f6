"""A report as Markdown. Names and settings come from files, so they are shown as text without a meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from synrl.evaluation import paper
from synrl.evaluation.report.comparison import Estimate, Line
from synrl.evaluation.report.findings import Report
from synrl.evaluation.results.outcomes import PROBLEMS, Results


def markdown(report: Report) -> str:
    """The report as a text with tables."""
    parts = ["# Results", *(f"**Warning:** {_text(warning)}" for warning in report.warnings)]
    for variant in report.variants:
        lines = [line for line in report.lines if line.variant == variant]
        parts += [f"## {variant}", _scores(report, [line for line in lines if not line.metric.subset])]
        if formed := [line for line in report.composites if line.variant == variant]:
            said = "Means of benchmarks, as the paper forms them (it prints none of 8B):"
            parts += [said, _scores(report, formed)]
        if subsets := [line for line in lines if line.metric.subset]:
            parts += ["Subsets:", _scores(report, subsets)]
    parts += _listed("Not formed, because of what is missing:", report.not_formed)
    parts.append(_legend(len(report.runs) > 1))
    if others := _others([*report.lines, *report.composites]):
        parts += ["More numbers of the paper, of other models and trainings:", others]
    parts += _listed(
        "Where the paper contradicts itself; of two numbers the first is taken:", paper.CONTRADICTIONS
    )
    parts += ["## Answers", _answers(report.runs)]
    parts += _listed("Missing of the paper's 15 benchmarks:", report.missing)
    parts += _listed("Subsets without a single item:", report.empty)
    parts += ["## How it was asked", _settings(report.runs), _runs(report.runs)]
    parts += _listed("Notes:", [f"{run.name}: {note}" for run in report.runs for note in run.notes])
    return "\n\n".join(parts) + "\n"


def _scores(report: Report, lines: Sequence[Line]) -> str:
    columns = [name for name in paper.COLUMNS if any(name in line.paper for line in lines)]
    names = [run.name for run in report.runs]
    subsets = any(line.metric.subset for line in lines)
    head = ["benchmark", "metric", *(f"paper {name}" for name in columns), *names]
    head[1:2] = ["subset", "metric", "items"] if subsets else ["metric"]
    head += [f"{name} − {names[0]}" for name in names[1:]]
    rows = []
    for before, line in pairwise([None, *lines]):
        assert line is not None
        same = before is not None and before.benchmark == line.benchmark
        row = ["" if same else line.title, str(line.metric)]
        if subsets:
            items = {score.items for score in line.scores if score}
            whole = str(replace(line.metric, subset=""))
            row[1:] = [line.metric.subset, whole, " and ".join(str(count) for count in sorted(items))]
        row += [f"{line.paper[name]:.1f}" if name in line.paper else "" for name in columns]
        row += ["" if score is None else _estimate(score) for score in line.scores]
        row += ["" if delta is None else _estimate(delta, "+") for delta in line.deltas]
        rows.append(row)
    return _table(head, rows)


def _others(lines: Sequence[Line]) -> str:
    """What the paper says of models and trainings that have no column beside the runs."""
    said: dict[tuple[str, str], str] = {}
    for line in lines:
        others = [f"{name} {value:.1f}" for name, value in line.paper.items() if name not in paper.COLUMNS]
        if others:
            said[line.title, str(line.metric)] = "; ".join(others)
    rows = [[*key, text] for key, text in said.items()]
    return _table(["benchmark", "metric", "paper"], rows) if rows else ""


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
of paired differences, Tango's. Questions that share a video are not independent, nor are members of a pair:
where there are such, intervals follow from leaving out one video after another (jackknife), as do those of
overlaps and of means of samples. Without samples they are by the standard error of lmms-eval.
"""
    if several:
        said += """\
Differences are of the same n items (or videos or pairs, if a metric counts those), one by one, or where
that can't be, unpaired. An interval that leaves out 0 is a difference that a two-sided test at 5 % finds.
"""
    return (
        said
        + """\
The paper's numbers are those of its tables for Qwen3-VL. It says neither frames nor prompts nor decoding. It
does not say which score of Vinoground and VCRBench it reports, nor which mean of TVBench and AoTBench."""
    )


def _answers(runs: Sequence[Results]) -> str:
    head = ["task", *(f"{run.name}: {what}" for run in runs for what in ("outputs", *PROBLEMS))]
    rows = []
    for task in _tasks(runs):
        row = [task]
        for run in runs:
            outcome = run.outcomes.get(task)
            if outcome is None:
                row += [""] * 3
                continue
            counts = outcome.answers()
            row += [str(n) for n in (sum(counts.values()), *(counts[name] for name in PROBLEMS))]
        rows.append(row)
    return _table(head, rows)


def _settings(runs: Sequence[Results]) -> str:
    names = ["dataset", "rows", "measured", "prompt"]
    names += ["fps", "min_frames", "max_frames", "max_frame_pixels", "max_clip_pixels"]
    names += ["samples", "max_new_tokens", "temperature", "top_p", "version"]
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
        weights = "; ".join(sorted({*run.weights.values()})) or "not known"
        rows.append([run.name, run.model, weights, "; ".join(backends), versions or "not known"])
    return _table(["run", "model", "weights", "backend", "versions"], rows)


def _tasks(runs: Sequence[Results]) -> list[str]:
    return list(dict.fromkeys(task for run in runs for task in run.outcomes))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_text(cell) for cell in line)} |" for line in lines)


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    """A list under a title; nothing if it is empty."""
    return ["\n".join([title, "", *(f"- {_text(text)}" for text in texts)])] if texts else []


def _text(text: str) -> str:
    """A text that has no meaning in Markdown beyond itself: names and settings come from files."""
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", plain(text))


def plain(text: str) -> str:
    """A text from a file in one line, without what a terminal obeys or a file can't hold."""
    said = " ".join(text.split())
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in said)


def shown(value: Any) -> str:
    """A setting as text."""
    if isinstance(value, float):
        return f"{value:g}"
    return "not known" if value is None else str(value)[:200]
