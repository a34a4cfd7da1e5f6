"""What a run of `synrl eval` has left behind: scores, each item's part in them, and how it was asked.

Files come from lmms-eval, perhaps from another machine, so nothing in them is believed: values are looked
at, and scores must follow from the samples beside them. Of a task that was measured twice, the last time
counts.
"""

from __future__ import annotations

import json
import math
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.benchmarks import BENCHMARKS, VARIANTS, Benchmark
from evaluation.run import Run
from evaluation.write_tasks import metric_names
from synrl.errors import ConfigError, DataError

TASKS = {f"{b.task}_{name}": (b, name) for b in BENCHMARKS.values() for name in VARIANTS}
_ENDING = "_results.json"
_PINS = ("version", "dataset", "rows", "prompt", "samples")
_BUDGET = ("fps", "min_frames", "max_frames", "max_frame_pixels", "max_clip_pixels")
_PLACES = ("pretrained", "model", "journal")
"""Arguments of a model that say where something is, not how it is asked."""


@dataclass(frozen=True)
class Row:
    """An item's part in the metrics of its task."""

    key: tuple[str, int]
    """Its id, and how many of that id came before: in some benchmarks it isn't unique."""
    metrics: Mapping[str, Any]
    """Percentages, and the records of metrics of items that belong together."""
    problems: tuple[str, ...]
    """Of each of its outputs, empty if it had an answer."""
    measured: str = ""
    """The rows that it is one of; empty if it isn't said."""


@dataclass(frozen=True)
class Outcome:
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
    rows: tuple[Row, ...] | None
    """None if there is no file of samples."""
    file: Path

    def answers(self) -> dict[str, int]:
        """How many outputs, of all samples, had an answer, and why the others had none."""
        names = ("truncated", "unparsed")
        if self.rows is not None:
            counts = Counter(problem or "answered" for row in self.rows for problem in row.problems)
            return {name: counts[name] for name in ("answered", *names)}
        outputs = self.items * VARIANTS[self.variant].samples
        lost = {name: round(self.scores.get(name, 0) * outputs / 100) for name in names}
        return {"answered": outputs - sum(lost.values()), **lost}


@dataclass(frozen=True)
class Results:
    """A run, by the name that it has in a report."""

    name: str
    model: str
    outcomes: Mapping[str, Outcome]
    """By task."""
    versions: Mapping[str, str]
    commands: Mapping[str, str]
    """Of tasks: the `synrl eval` that has measured them. Empty if it wasn't `synrl eval`."""
    notes: tuple[str, ...] = ()
    """What a reader should know of how it was read."""


@dataclass
class _Notes:
    """What `synrl eval` has noted beside its results."""

    versions: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)


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
    outcomes: dict[str, Outcome] = {}
    models: dict[str, Path] = {}
    versions: dict[str, str] = {}
    commands: dict[str, str] = {}
    others: set[str] = set()
    groups: set[str] = set()
    again: Counter[str] = Counter()
    for file in files:
        said = _read(file)
        groups |= {str(name) for name, tasks in (said.get("group_subtasks") or {}).items() if tasks}
        noted = _noted(file, path)
        models.setdefault(_model(said), file)
        versions |= noted.versions
        for task in said["results"]:
            if task not in TASKS:
                others.add(str(task))
                continue
            again[task] += task in outcomes
            outcomes[task] = _outcome(task, said, file)
            commands.pop(task, None)
            if noted.command and (command := eval_command(noted.command)):
                commands[task] = command
    if not outcomes:
        raise DataError(
            f"{path} has no task of `synrl eval`, only {', '.join(sorted(others)) or 'none at all'}"
        )
    if len(models) > 1:
        raise DataError(
            f"{path} has results of several models ({', '.join(models)}); say them one by one, as NAME=FOLDER"
        )
    notes = [
        f"{task} was measured {count + 1} times; the last counts" for task, count in again.items() if count
    ]
    if not versions:
        notes.append("versions of libraries are not known: there is no runs.jsonl beside the results")
    if ignored := sorted(others - groups):
        notes.append(f"left out, as not of `synrl eval`: {', '.join(ignored)}")
    ordered = {task: outcomes[task] for task in TASKS if task in outcomes}
    return Results(name, next(iter(models)), ordered, versions, commands, tuple(notes))


def eval_command(argv: list[str]) -> str | None:
    """The `synrl eval` that runs this command of lmms-eval; None if there is none that does."""
    flags = {word: argv[k + 1] for k, word in enumerate(argv[:-1]) if word.startswith("--")}
    tasks = [TASKS[task] for task in flags.get("--tasks", "").split(",") if task in TASKS]
    said = flags.get("--model_args", "")
    model = said.partition(",")[0].partition("=")[2]
    if not tasks or not model:
        return None
    names = tuple(dict.fromkeys(benchmark.name for benchmark, _ in tasks))
    settings: dict[str, Any] = dict(variants=tuple(dict.fromkeys(variant for _, variant in tasks)))
    try:
        out, limit = Path(flags["--output_path"]), flags.get("--limit")
        settings |= dict(backend=flags["--model"], batch_size=int(flags["--batch_size"]))
        settings |= dict(limit=None if limit is None else int(limit))
        timed = "is_qwen3_vl=True" in said.split(",")
        ((_, plain),) = Run(model, names, **settings).commands(out, timed)
        more = said.removeprefix(plain[plain.index("--model_args") + 1]).removeprefix(",")
        ((_, again),) = Run(model, names, **settings, model_args=more).commands(out, timed)
    except (ConfigError, KeyError, ValueError):
        return None
    if _portable(again) != _portable(argv):
        return None
    variants = (word for variant in settings["variants"] for word in ("--variant", variant))
    command = ["synrl", "eval", "--model", model, *variants, "--backend", settings["backend"]]
    command += ["--model-args", more] if more else []
    command += ["--batch-size", flags["--batch_size"]] if settings["batch_size"] > 1 else []
    command += ["--limit", limit] if limit else []
    return shlex.join([*command, "--out", str(out), *names])


def _portable(argv: list[str]) -> list[str]:
    """A command without the places of Python and of our task files."""
    return [word for k, word in enumerate(argv) if k and argv[k - 1] != "--include_path"]


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file} can't be read as JSON: {error}") from error
    parts = ("results", "configs", "n-samples", "config")
    if not isinstance(said, dict) or not all(isinstance(said.get(part), dict) for part in parts):
        raise DataError(
            f"{file} is no result of lmms-eval: it has no {', '.join(parts[:-1])} and {parts[-1]}"
        )
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
                    return _Notes(versions, [str(word) for word in line["command"]])
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise DataError(f"{path} is not what `synrl eval` has written: {error}") from error
    return _Notes()


def _model(said: Mapping[str, Any]) -> str:
    arguments = _arguments(said)
    return arguments.get("pretrained") or arguments.get("model") or str(said.get("model_name"))


def _arguments(said: Mapping[str, Any]) -> dict[str, str]:
    text = said["config"].get("model_args")
    pairs = (pair.partition("=") for pair in text.split(",")) if isinstance(text, str) else ()
    return {name: value for name, _, value in pairs if name}


def _outcome(task: str, said: Mapping[str, Any], file: Path) -> Outcome:
    benchmark, variant = TASKS[task]
    try:
        by_name = {key.partition(",")[0]: value for key, value in said["results"][task].items()}
        names = [name for name in metric_names(benchmark, VARIANTS[variant]) if name in by_name]
        scores = {name: _number(by_name[name]) for name in names}
        errors = {
            name: float(error)
            for name in names
            if isinstance(error := by_name.get(f"{name}_stderr"), int | float) and math.isfinite(error)
        }
        counts = said["n-samples"][task]
        items, of = int(counts["effective"]), int(counts["original"])
        asked = _asked(said, task)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{file} is damaged at {task}: {type(error).__name__}: {error}") from error
    samples = file.with_name(f"{file.name.removesuffix(_ENDING)}_samples_{task}.jsonl")
    rows = _rows(samples) if samples.is_file() else None
    if rows is not None and len(rows) != items:
        raise DataError(f"{samples} has {len(rows)} items, but {file.name} says {items}: not of one run")
    asked["measured"] = (rows[0].measured if rows else "") or None
    return Outcome(task, benchmark, variant, scores, errors, items, of, asked, rows, file)


def _asked(said: Mapping[str, Any], task: str) -> dict[str, Any]:
    config = said["configs"][task]
    pins = config.get("metadata") or {}
    asked = {name: pins.get(name) for name in _PINS}
    asked |= {name: pins.get("budget", {}).get(name) for name in _BUDGET}
    decoding = config.get("generation_kwargs") or {}
    asked |= {name: decoding.get(name) for name in ("max_new_tokens", "temperature", "top_p")}
    more = {name: value for name, value in _arguments(said).items() if name not in _PLACES}
    asked["backend"] = said["config"].get("model")
    asked["model_args"] = ",".join(f"{name}={value}" for name, value in sorted(more.items()))
    asked["limit"] = said["config"].get("limit")
    return asked


def _rows(path: Path) -> tuple[Row, ...]:
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                said = json.loads(line)
                answered = said["answered"]
                name, problems = str(answered["id"]), tuple(str(problem) for problem in answered["problem"])
                metrics = {key: value for key, value in said.items() if _is_part(value)}
                measured = str(answered.get("measured", ""))
                rows.append(Row((name, seen[name]), metrics, problems, measured))
                seen[name] += 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        where = f"{path} is damaged in line {len(rows) + 1}"
        raise DataError(f"{where}: {type(error).__name__}: {error}") from error
    return tuple(rows)


def _is_part(value: Any) -> bool:
    """Whether it is an item's part in a metric."""
    if isinstance(value, dict):
        return isinstance(value.get("values"), list) and bool(value["values"])
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no score")
    return float(value)
