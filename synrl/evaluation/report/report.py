"""`synrl report`: runs of `synrl eval` beside the paper's numbers and beside each other.

The same runs give the same bytes: nothing in a report is of the moment or of the machine it was made on.
Runs that were not measured alike are still compared, under a warning that says in what they differ.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.errors import ConfigError, DataError
from synrl.evaluation import paper
from synrl.evaluation.benchmarks import BENCHMARKS, VARIANTS
from synrl.evaluation.report.comparison import Estimate, Line, compare, composites, shared
from synrl.evaluation.report.findings import Report
from synrl.evaluation.report.picture import plot
from synrl.evaluation.report.text import markdown, plain, shown
from synrl.evaluation.results.outcomes import Results, TaskResult
from synrl.evaluation.results.reading import read_results
from synrl.output import disk_errors, write_whole

_DIGITS = 6


def make_report(arguments: Sequence[str], *, progress: bool = True) -> Report:
    """Read runs, each a path or NAME=PATH, and compare them with the first.

    Raises:
        ConfigError: two have one name.
        DataError: one can't be read, or is no result of `synrl eval`.
    """
    named = [_named(argument) for argument in arguments]
    for name, count in Counter(name for name, _ in named).items():
        if count > 1:
            raise ConfigError(f"{count} runs have the name {name!r}; say NAME=PATH")
    runs = tuple(read_results(name, path) for name, path in named)
    wanted = [(v, b) for v in VARIANTS for b in BENCHMARKS.values()]
    wanted = [(v, b) for v, b in wanted if any(b.task_name(v) in run.outcomes for run in runs)]
    lines: list[Line] = []
    for variant, benchmark in tqdm(wanted, unit="task", delay=2, disable=not progress, leave=False):
        lines += compare(runs, variant, benchmark)
    formed: list[Line] = []
    not_formed: list[str] = []
    for variant in dict.fromkeys(line.variant for line in lines):
        whole, missing = composites(
            [line for line in lines if line.variant == variant], variant, [run.name for run in runs]
        )
        formed, not_formed = formed + whole, not_formed + missing
    warnings = tuple(plain(warning) for warning in _warnings(runs))
    return Report(runs, tuple(lines), tuple(formed), tuple(not_formed), warnings)


def write_report(report: Report, out: Path) -> None:
    """Write `report.md`, `report.json` and `report.png` into a folder.

    Raises:
        OutputError: the disk is full, or the folder can't be written.
    """
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / "report.md", markdown(report))
        write_whole(out / "report.json", json.dumps(as_json(report), indent=2) + "\n")
        plot(report, out / "report.png")


def as_json(report: Report) -> dict[str, Any]:
    """The report as a program reads it; values in percent."""
    return {
        "runs": [
            {
                "name": run.name,
                "model": run.model,
                "versions": dict(sorted(run.versions.items())),
                "notes": list(run.notes),
                "tasks": {
                    task: {
                        "items": outcome.items,
                        "of": outcome.of,
                        "answers": outcome.answers(),
                        "command": run.commands.get(task),
                        "weights": run.weights.get(task),
                        **outcome.asked,
                    }
                    for task, outcome in run.outcomes.items()
                },
            }
            for run in report.runs
        ],
        "contradictions": paper.CONTRADICTIONS,
        "lines": [_line(line, report.runs) for line in report.lines],
        "composites": [_line(line, report.runs) for line in report.composites],
        "not_formed": list(report.not_formed),
        "missing": report.missing,
        "empty": report.empty,
        "warnings": list(report.warnings),
    }


def _named(argument: str) -> tuple[str, Path]:
    path = Path(argument)
    if not path.exists() and "=" in argument:
        name, _, place = argument.partition("=")
        path = Path(place)
        if path.exists() and name:
            return name, path
    if not path.exists():
        raise DataError(
            f"{path} is not there; allowed: a folder or file that `synrl eval` made, or NAME=PATH"
        )
    return path.resolve().stem, path


def _warnings(runs: Sequence[Results]) -> Iterable[str]:
    """What makes a comparison of runs less than one of models."""
    first = runs[0]
    for other in runs[1:]:
        tasks = [task for task in first.outcomes if task in other.outcomes]
        different: dict[str, list[str]] = {}
        for task in tasks:
            one, two = first.outcomes[task], other.outcomes[task]
            for name, value in one.asked.items():
                if value != two.asked[name]:
                    what = "measured, which are other rows" if name == "measured" else name
                    said = f"{what} ({shown(value)} and {shown(two.asked[name])})"
                    different.setdefault(said, []).append(task)
            yield from _pairing(first, other, one, two)
        for said, where in different.items():
            yield f"{first.name} and {other.name} differ in {said}: {_few(where)}"
        for library in sorted({*first.versions} & {*other.versions}):
            one_version, two_version = first.versions[library], other.versions[library]
            if one_version != two_version:
                yield f"{first.name} and {other.name} had {library} {one_version} and {two_version}"
    for run in runs:
        for outcome in run.outcomes.values():
            if outcome.left_out:
                yield f"{outcome.task} of {run.name} is without {outcome.left_out}, whose videos were missing"
        if (states := len({*run.weights.values()})) > 1:
            yield f"tasks of {run.name} were measured with {states} states of {run.model}"
        short = [o for o in run.outcomes.values() if o.items < o.of]
        if short:
            counts = ", ".join(f"{o.items} of {o.of} items of {o.task}" for o in short[:3])
            yield f"{run.name} is of {counts}" + (f" and {len(short) - 3} more tasks" if short[3:] else "")


def _pairing(first: Results, other: Results, one: TaskResult, two: TaskResult) -> Iterable[str]:
    names = f"{first.name} and {other.name}"
    lacking = [run.name for run, outcome in ((first, one), (other, two)) if outcome.rows is None]
    if lacking:
        yield f"{one.task} of {names} is compared unpaired: there are no samples of {' and '.join(lacking)}"
        return
    count = len(shared(one, two))
    if not count:
        yield f"{one.task} of {names} is compared unpaired: they share no item"
    elif count < max(one.items, two.items):
        of = f"{one.items} and {two.items}"
        yield f"{names} share {count} of {of} items of {one.task}: the difference is of those"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")


def _line(line: Line, runs: Sequence[Results]) -> dict[str, Any]:
    return {
        "variant": line.variant,
        "benchmark": line.benchmark,
        "metric": str(line.metric),
        "subset": line.metric.subset or None,
        "paper": line.paper,
        "scores": {run.name: _data(one) for run, one in zip(runs, line.scores, strict=True) if one},
        "deltas": {run.name: _data(one) for run, one in zip(runs[1:], line.deltas, strict=True) if one},
    }


def _data(one: Estimate) -> dict[str, Any]:
    return {
        "value": round(one.value, _DIGITS),
        "interval": None if one.interval is None else [round(limit, _DIGITS) for limit in one.interval],
        "method": one.method or None,
        "items": one.items,
        "independent": one.groups,
    }
