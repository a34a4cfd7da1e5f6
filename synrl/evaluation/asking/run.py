"""`synrl eval`: lmms-eval in a process of its own, with settings pinned that it leaves to a command line.

`synrl eval` looks for rows and videos beforehand, because lmms-eval loads the model first. It does not repeat
finished work: it reuses results if the command, weights, rows, videos and versions of libraries are the same.
Stock models have one budget for a whole run and lose it when interrupted, so each benchmark has a run of its
own; our model has the budget of each benchmark by itself, and a journal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from synrl.checks import check_one_of, check_range
from synrl.errors import ConfigError, DataError, EvaluationError, allowed, first_line
from synrl.evaluation.asking.backends import BACKENDS, environment, is_timed, model_args, model_name
from synrl.evaluation.benchmarks import BENCHMARKS, GROUPS, TASKS, VARIANTS, Benchmark, Variant
from synrl.evaluation.digests import digest, files_digest
from synrl.evaluation.scoring.item import TRUNCATED, UNPARSED
from synrl.evaluation.write_tasks import TASK_FOLDER
from synrl.output import disk_errors

_LIBRARIES = ("synrl", "lmms_eval", "torch", "transformers", "vllm", "av", "qwen-vl-utils")


@dataclass(frozen=True)
class EvalRun:
    """What to measure, on which model.

    Raises:
        ConfigError: a name or number is not one of those allowed.
    """

    model: str
    names: tuple[str, ...]
    """Benchmarks and groups, as lmms-eval names them or without the prefix."""
    variants: tuple[str, ...] = ("reasoning",)
    backend: str = "synrl"
    model_args: str = ""
    batch_size: int = 1
    limit: int | None = None

    def __post_init__(self) -> None:
        known = (*(b.task for b in BENCHMARKS.values()), *(f"synrl_{group}" for group in (*GROUPS, "all")))
        for name in self.names:
            if name in known or f"synrl_{name}" in known:
                continue
            task, _, variant = name.rpartition("_")
            if task in known and variant in VARIANTS:
                raise ConfigError(f"task {name!r} is task {task!r} with --variant {variant}: say so")
            raise ConfigError(f"no task {name!r}; {allowed(known)}")
        for variant in self.variants:
            check_one_of("variant", variant, VARIANTS)
        check_one_of("backend", self.backend, BACKENDS)
        for name, number in (("batch size", self.batch_size), ("limit", self.limit)):
            if number is not None:
                check_range(name, number, 1)
        if "," in self.model:
            raise ConfigError(
                f"model is {self.model!r}; lmms-eval takes no comma in it: link it to another name"
            )

    def benchmarks(self) -> list[Benchmark]:
        """Those that are named, each once, in the order of the table."""
        named = {name.removeprefix("synrl_") for name in self.names}
        return [b for b in BENCHMARKS.values() if {b.task.removeprefix("synrl_"), b.group, "all"} & named]

    def commands(
        self, out: Path, timed: bool = False
    ) -> Iterator[tuple[list[Benchmark], list[Variant], list[str]]]:
        """The commands of lmms-eval and what each of them measures.

        Args:
            timed: see `synrl.evaluation.asking.backends.is_timed`; it takes a look at the model.
        """
        wanted = [VARIANTS[name] for name in self.variants]
        parts = [(self.benchmarks(), wanted)]
        if self.backend != "synrl":
            parts = [
                (
                    [benchmark],
                    [variant for variant in wanted if benchmark.shown(variant) == budget],
                )
                for benchmark in self.benchmarks()
                for budget in dict.fromkeys(map(benchmark.shown, wanted))
            ]
        for benchmarks, variants in parts:
            tasks = [b.task_name(variant.name) for b in benchmarks for variant in variants]
            pinned = model_args(
                self.backend,
                self.model,
                benchmarks[0],
                variants,
                journal=out / "answers.jsonl",
                timed=timed,
            )
            command = [sys.executable, "-m", "lmms_eval", "--model", self.backend, "--model_args"]
            command += [f"{pinned},{self.model_args}" if self.model_args else pinned]
            command += ["--tasks", ",".join(tasks), "--include_path", str(TASK_FOLDER)]
            command += ["--batch_size", str(self.batch_size), "--seed", "0"]
            command += ["--output_path", str(out), "--log_samples"]
            yield benchmarks, variants, command + ([] if self.limit is None else ["--limit", str(self.limit)])


def evaluate(run: EvalRun, out: Path) -> dict[str, dict[str, float]]:
    """Run lmms-eval into a folder and return each task's main metrics, in percent.

    Raises:
        ConfigError: lmms-eval is not installed, the folder's name won't do, there is no such model, or the
            backend doesn't know it.
        DataError: rows or videos of benchmarks are missing, and the message names all of them; or the notes
            of earlier runs are damaged.
        OutputError: the folder can't be written.
        EvaluationError: lmms-eval failed; what it had to say is on stderr.
    """
    if find_spec("lmms_eval") is None:
        raise ConfigError("evaluation needs more libraries: pip install 'synrl[eval]'")
    if "," in str(out):
        raise ConfigError(f"folder of results is {str(out)!r}; lmms-eval takes no comma in it: take another")
    timed = is_timed(run.backend, run.model)
    data = _check(run.benchmarks())
    model = model_name(run.model)
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    notes = _notes(out)
    found: dict[str, dict[str, float]] = {}
    for benchmarks, variants, command in run.commands(out, timed):
        variables = environment(run.backend, benchmarks[0].shown(variants[0]))
        note = {
            "command": command,
            "environment": variables,
            "model": model,
            "versions": dict(_versions()),
            **_of_data(benchmarks, variants, data),
        }
        done = next((said for said in reversed(notes) if note.items() <= said.items()), None)
        results = [Path(name) for name in done["results"]] if done else []
        while not results or not all(path.is_file() for path in results):
            try:
                results = _lmms_eval(command, variables, out)
            except EvaluationError:
                again = _check(benchmarks)
                if all(again[b.name] == data[b.name] for b in benchmarks):
                    raise
                data |= again  # a video could not be shown: its items are left out now
                note |= _of_data(benchmarks, variants, data)
            with disk_errors(out), (out / "runs.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps({**note, "results": [str(path) for path in results]}) + "\n")
        for path in results:
            found |= _main_metrics(json.loads(path.read_text(encoding="utf-8"))["results"])
    return found


def _of_data(
    benchmarks: list[Benchmark], variants: list[Variant], data: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """What a note says of rows and videos."""
    return {
        "data": {b.name: data[b.name]["digest"] for b in benchmarks},
        "pins": [{**b.pins(v), "measured": data[b.name]["measured"]} for b in benchmarks for v in variants],
    }


def _lmms_eval(command: list[str], environment: dict[str, str], out: Path) -> list[Path]:
    before = set(out.rglob("*_results.json"))
    status = subprocess.run(
        command, check=False, stdout=sys.stderr, env={**os.environ, **environment}
    ).returncode
    if status:
        raise EvaluationError(f"lmms-eval ended with exit status {status}; what it says stands above")
    results = sorted(set(out.rglob("*_results.json")) - before)
    if not results:  # it also ends well when it has failed
        raise EvaluationError(f"lmms-eval has written no results into {out}; what it says stands above")
    return results


def _check(benchmarks: list[Benchmark]) -> dict[str, dict[str, str]]:
    """Of each benchmark: a name for its rows (`measured`), and one for rows and videos here (`digest`)."""
    from synrl.evaluation.data.loading import load

    data: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    for benchmark in benchmarks:
        try:
            documents = load(benchmark).to_list()
        except DataError as error:
            problems.append(f"{benchmark.name}: {error}")
            continue
        measured = documents[0]["measured"]
        print(f"{benchmark.title}: {len(documents)} items of {measured}", file=sys.stderr)
        videos = sorted({Path(path) for document in documents for path in document["videos"]})
        here = digest(documents, files_digest(videos))
        data[benchmark.name] = {"measured": measured, "digest": here}
    if problems:
        raise DataError("\n".join(problems))
    return data


def _notes(out: Path) -> list[dict[str, Any]]:
    """What has been run into a folder."""
    path = out / "runs.jsonl"
    if not path.is_file():
        return []
    try:
        notes = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if not all(isinstance(note["results"], list) for note in notes):
            raise TypeError("results are no list")
        return notes
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {first_line(error)}"
        raise DataError(f"{path} can't be read ({why}); remove it, or choose another --out") from error


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _main_metrics(results: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for task, values in results.items():
        if task in TASKS:
            benchmark, variant = TASKS[task]
            names = [*map(str, benchmark.scores(VARIANTS[variant])), TRUNCATED, UNPARSED]
            by_name = {key.split(",")[0]: value for key, value in values.items()}
            found[task] = {n: float(by_name[n]) for n in names if n in by_name}
    return found
