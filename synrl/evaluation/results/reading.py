"""What a run of `synrl eval` has left behind, read.

Files come from lmms-eval, perhaps from another machine, so nothing in them is believed: values are looked
at, and scores must follow from the samples beside them. Of a task that was measured twice, the last time
counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synrl.errors import DataError, first_line
from synrl.evaluation.asking.repeating import eval_command
from synrl.evaluation.benchmarks import TASKS, VARIANTS
from synrl.evaluation.results.outcomes import Results, TaskResult
from synrl.evaluation.results.samples import check_scores, number, read_rows, short
from synrl.evaluation.write_tasks import metric_names

_ENDING = "_results.json"
_PINS = ("version", "dataset", "rows", "prompt", "samples")
_BUDGET = ("fps", "min_frames", "max_frames", "max_frame_pixels", "max_clip_pixels")
_DECODING = ("max_new_tokens", "temperature", "top_p")
_PLACES = ("pretrained", "model", "journal")
"""Arguments of a model that say where something is, not how it is asked."""


@dataclass
class _Notes:
    """What `synrl eval` has noted beside its results."""

    versions: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    weights: str = ""


@dataclass
class _Found:
    """What was read of a run up to now."""

    outcomes: dict[str, TaskResult] = field(default_factory=dict)
    models: dict[str, Path] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    again: Counter[str] = field(default_factory=Counter)

    def add(self, file: Path, top: Path) -> None:
        """Read a file of results, in a folder or itself `top`."""
        said, noted = _read(file), _noted(file, top)
        self.models.setdefault(_model(said), file)
        self.versions |= noted.versions
        groups = {name for name, tasks in said["group_subtasks"].items() if tasks}
        self.others |= said["results"].keys() - TASKS.keys() - groups
        command = eval_command(noted.command)
        for task in said["results"].keys() & TASKS.keys():
            self.again[task] += 1
            self.outcomes[task] = _outcome(task, said, file)
            for known, value in ((self.commands, command), (self.weights, noted.weights)):
                known.pop(task, None)
                if value:
                    known[task] = value

    def notes(self) -> list[str]:
        """What a reader should know of how it was read."""
        said = [
            f"{task} was measured {self.again[task]} times; the last counts"
            for task in TASKS
            if self.again[task] > 1
        ]
        if not self.versions:
            said.append("versions of libraries are not known: there is no runs.jsonl beside the results")
        if self.others:
            said.append(f"left out, as not of `synrl eval`: {_listed(self.others)}")
        silent = [
            task
            for task, outcome in self.outcomes.items()
            if outcome.rows and not all(row.videos for row in outcome.rows)
        ]
        if silent:
            said.append(
                f"samples of {_listed(silent)} don't say their videos: intervals take questions of one video "
                "for independent, and are too narrow where there are such"
            )
        return said


def read_results(name: str, path: Path) -> Results:
    """Read a folder, with all below, or one file of results.

    Raises:
        DataError: there is nothing, it is no result of lmms-eval, or not of our tasks; it is of several
            models; or it is damaged.
    """
    files = [path] if path.is_file() else sorted(path.rglob(f"*{_ENDING}"), key=lambda p: (p.name, str(p)))
    if not files:
        raise DataError(
            f"no results of lmms-eval (*{_ENDING}) in {path}; `synrl eval --out {path}` makes them"
        )
    found = _Found()
    for file in files:
        found.add(file, path)
    if not found.outcomes:
        raise DataError(f"{path} has no task of `synrl eval`, only {_listed(found.others) or 'none at all'}")
    if len(found.models) > 1:
        raise DataError(
            f"{path} has results of several models ({_listed(found.models)}); say them one by one, as "
            "NAME=FOLDER"
        )
    ordered = {task: found.outcomes[task] for task in TASKS if task in found.outcomes}
    (model,) = found.models
    return Results(name, model, ordered, found.versions, found.commands, found.weights, tuple(found.notes()))


def _listed(names: Any) -> str:
    """Names from files, in one line."""
    listed = sorted(names)
    said = ", ".join(name if name.isprintable() else repr(name) for name in (n[:60] for n in listed[:5]))
    return said + (f" and {len(listed) - 5} more" if listed[5:] else "")


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file} can't be read as JSON: {first_line(error)}") from error
    parts = ("results", "configs", "n-samples", "config")
    if not isinstance(said, dict) or not all(isinstance(said.get(part), dict) for part in parts):
        raise DataError(
            f"{file} is no result of lmms-eval: it has no {', '.join(parts[:-1])} and {parts[-1]}"
        )
    if not isinstance(said.setdefault("group_subtasks", {}), dict):
        raise DataError(f"{file} is damaged: group_subtasks is {short(said['group_subtasks'])}")
    return said


def _noted(file: Path, top: Path) -> _Notes:
    """What the nearest `runs.jsonl` says of a file of results."""
    around = [folder for folder in file.parents[:3] if folder.is_relative_to(top) or top == file]
    for path in (folder / "runs.jsonl" for folder in around):
        if not path.is_file():
            continue
        try:
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for line in reversed(lines):
                if file.name in (Path(result).name for result in line["results"]):
                    versions = {str(name): str(version) for name, version in line["versions"].items()}
                    command = [str(word) for word in line["command"]]
                    return _Notes(versions, command, str(line.get("model") or ""))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(f"{path} is not what `synrl eval` has written: {first_line(error)}") from error
    return _Notes()


def _model(said: Mapping[str, Any]) -> str:
    arguments = _arguments(said)
    return arguments.get("pretrained") or arguments.get("model") or str(said.get("model_name"))


def _arguments(said: Mapping[str, Any]) -> dict[str, str]:
    text = said["config"].get("model_args")
    pairs = (pair.partition("=") for pair in text.split(",")) if isinstance(text, str) else ()
    return {name: value for name, _, value in pairs if name}


def _outcome(task: str, said: Mapping[str, Any], file: Path) -> TaskResult:
    benchmark, variant = TASKS[task]
    samples = file.with_name(f"{file.name.removesuffix(_ENDING)}_samples_{task}.jsonl")
    try:
        by_name = {key.partition(",")[0]: value for key, value in said["results"][task].items()}
        wanted = by_name.keys() | {*map(str, benchmark.scores(VARIANTS[variant]))}
        names = [name for name in metric_names(benchmark, VARIANTS[variant]) if name in wanted]
        scores = {name: number(by_name[name]) for name in names}
        errors = {name: error for name in names if (error := _error(by_name.get(f"{name}_stderr"))) > 0}
        counts = said["n-samples"][task]
        items, of = (int(number(counts[name], most=1e9)) for name in ("effective", "original"))
        if not 1 <= items <= of:
            raise ValueError(f"{items} of {of} items")
        asked = _settings(said, task)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{file} is damaged at {task}: {type(error).__name__}: {first_line(error)}"
        ) from error
    rows = read_rows(samples, benchmark, variant) if samples.is_file() else None
    if rows is not None:
        if len(rows) != items:
            raise DataError(f"{samples} has {len(rows)} items, but {file.name} says {items}: not of one run")
        try:
            check_scores(rows, scores)
        except ValueError as error:
            raise DataError(f"{file} does not fit {samples.name}: {error}") from error
    asked["measured"] = (rows[0].measured if rows else "") or None
    return TaskResult(task, benchmark, variant, scores, errors, items, of, asked, rows, file)


def _error(value: Any) -> float:
    """A standard error, 0 if it is none: of some metrics lmms-eval says N/A."""
    try:
        return number(value)
    except ValueError:
        return 0.0


def _settings(said: Mapping[str, Any], task: str) -> dict[str, Any]:
    config = said["configs"][task]
    pins = config.get("metadata") or {}
    budget, decoding = pins.get("budget") or {}, config.get("generation_kwargs") or {}
    parts = ((pins, _PINS), (budget, _BUDGET), (decoding, _DECODING))
    asked = {name: _setting(part.get(name)) for part, names in parts for name in names}
    more = {name: value for name, value in _arguments(said).items() if name not in _PLACES}
    asked["backend"] = _setting(said["config"].get("model"))
    asked["model_args"] = ",".join(f"{name}={value}" for name, value in sorted(more.items()))
    asked["limit"] = _setting(said["config"].get("limit"))
    return asked


def _setting(value: Any) -> Any:
    """A setting that can be compared and written as JSON: itself, or a text that names it."""
    known = value is None or isinstance(value, bool | str)
    return value if known or (isinstance(value, int | float) and abs(value) < 1e15) else short(value)
