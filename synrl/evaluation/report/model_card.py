"""`synrl report --model-card`: the scores of a run, handed to the card that `synrl push` writes of its model.

A card says what anyone can measure again, so it takes no part of a benchmark, no scores of another model or
of other weights, and none whose command isn't known.
"""

from __future__ import annotations

import json
from pathlib import Path

from synrl.errors import ConfigError, DataError
from synrl.evaluation.asking.backends import model_name
from synrl.evaluation.benchmarks import BENCHMARKS
from synrl.evaluation.report.findings import Report
from synrl.evaluation.results.outcomes import Results, TaskResult
from synrl.hub.models import RESULTS, is_model
from synrl.output import disk_errors, write_whole


def write_model_card(report: Report, folder: Path) -> Path:
    """Write the scores of the only run, with the commands that gave them, for the card of a trained model.

    Raises:
        ConfigError: there are several runs, or the folder holds no model or another one.
        DataError: the run was under a limit, was not made by `synrl eval`, or was of other weights.
    """
    if len(report.runs) != 1:
        raise ConfigError(f"a model card takes the results of one run, not of {len(report.runs)}")
    (run,) = report.runs
    if not is_model(folder):
        raise ConfigError(f"{folder} holds no model; allowed: a folder that `synrl sft` or `synrl grpo` made")
    if not _is_folder(run.model, folder):
        raise ConfigError(
            f"the results are of the model {run.model!r}, not of {folder}; measure this folder: "
            f"synrl eval --model {folder}"
        )
    for outcome in run.outcomes.values():
        _check(run, outcome)
    found = [
        {
            "dataset": _dataset(line.benchmark),
            "revision": _commit(outcome.asked["measured"]),
            "task": outcome.task,
            "metric": str(line.metric),
            "value": round(score.value, 2),
            "interval": score.interval and [round(limit, 2) for limit in score.interval],
            "items": outcome.items,
            "rows": outcome.asked["measured"],
            "command": run.commands[outcome.task],
        }
        for line in report.lines
        if not line.metric.subset and (score := line.scores[0])
        for outcome in [run.outcomes[BENCHMARKS[line.benchmark].task_name(line.variant)]]
    ]
    path = folder / RESULTS
    with disk_errors(folder):
        write_whole(path, json.dumps({"results": found}, indent=2) + "\n")
    return path


def _is_folder(model: str, folder: Path) -> bool:
    try:
        return Path(model).samefile(folder)
    except (OSError, ValueError):  # no path at all, or not of this machine
        return False


def _check(run: Results, outcome: TaskResult) -> None:
    task = outcome.task
    if outcome.items < outcome.of:
        raise DataError(f"{task} is of {outcome.items} of {outcome.of} items; a model card takes all of them")
    if outcome.left_out:
        raise DataError(f"{task} is without {outcome.left_out}; a model card takes all of them")
    if task not in run.commands:
        raise DataError(
            f"no `synrl eval` is known to have made {outcome.file}; a model card says how it is repeated"
        )
    if run.weights.get(task) not in (None, model_name(run.model)):
        raise DataError(
            f"{run.model} has changed since {task} was measured; measure again: {run.commands[task]}"
        )


def _commit(measured: str | None) -> str | None:
    """That of rows on the Hub, which are named `dataset@commit`."""
    return (measured or "").partition("@")[2] or None


def _dataset(name: str) -> str:
    """That of a benchmark on the Hub; our own test is where the user has made it."""
    repo = BENCHMARKS[name].repo
    return name if repo.startswith("$") else repo
