"""The command that measures again what a note of `synrl eval` says was measured."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from synrl.errors import ConfigError
from synrl.evaluation.asking.run import EvalRun
from synrl.evaluation.benchmarks import TASKS


def eval_command(argv: list[str]) -> str | None:
    """The `synrl eval` that runs this command of lmms-eval; None if there is none that does."""
    flags = {word: argv[k + 1] for k, word in enumerate(argv[:-1]) if word.startswith("--")}
    tasks = [TASKS[task] for task in flags.get("--tasks", "").split(",") if task in TASKS]
    said = flags.get("--model_args", "")
    model = said.partition(",")[0].partition("=")[2]
    if not tasks or not model:
        return None
    names = tuple(dict.fromkeys(benchmark.task for benchmark, _ in tasks))
    settings: dict[str, Any] = dict(variants=tuple(dict.fromkeys(variant for _, variant in tasks)))
    try:
        out, limit = Path(flags["--output_path"]), flags.get("--limit")
        settings |= dict(backend=flags["--model"], batch_size=int(flags["--batch_size"]))
        settings |= dict(limit=None if limit is None else int(limit))
        timed = "is_qwen3_vl=True" in said.split(",")
        ((_, _, plain),) = EvalRun(model, names, **settings).commands(out, timed)
        more = said.removeprefix(plain[plain.index("--model_args") + 1]).removeprefix(",")
        ((_, _, again),) = EvalRun(model, names, **settings, model_args=more).commands(out, timed)
    except (ConfigError, KeyError, ValueError):
        return None
    if _portable(again) != _portable(argv):
        return None
    variants = (word for variant in settings["variants"] for word in ("--variant", variant))
    command = ["synrl", "eval", "--model", model, *variants, "--backend", settings["backend"]]
    command += ["--model-args", more] if more else []
    command += ["--batch-size", flags["--batch_size"]] if settings["batch_size"] > 1 else []
    command += ["--limit", limit] if limit else []
    said = shlex.join([*command, "--out", str(out), "--tasks", *names])
    return said if said.isprintable() and "`" not in said else None  # it goes into a card on the Hub


def _portable(argv: list[str]) -> list[str]:
    """A command without the places of Python and of our task files."""
    return [word for k, word in enumerate(argv) if k and argv[k - 1] != "--include_path"]
