"""Results of lmms-eval made by hand, in the shape that `synrl eval` leaves behind, without lmms-eval."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from synrl.evaluation.asking.run import EvalRun
from synrl.evaluation.benchmarks import VARIANTS, get_benchmark
from synrl.evaluation.scoring import totals
from synrl.evaluation.write_tasks import TASK_FOLDER

VERSIONS = {"synrl": "0.1.0", "lmms_eval": "0.7.3", "torch": "2.13.0"}


def sample(
    name: str,
    item: str,
    score: float,
    problem: str = "",
    unit: str = "",
    video: str = "",
    subset: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A line of samples of one item; `score` is a share, and its video its own if none is said."""
    benchmark = get_benchmark(name)
    record = {"values": [score], "unit": unit, "part": "", "task": "t", "weight": 1, **more}
    return {
        "doc_id": 0,
        "target": "A",
        "filtered_resps": "<think>so</think><answer>A</answer>",
        "token_counts": [None],
        "doc_hash": "74234e98",
        **dict.fromkeys(benchmark.metrics, 100 * score),
        **dict.fromkeys(benchmark.totals, record),
        **({f"{benchmark.metrics[0]}_{subset}": 100 * score} if subset else {}),
        "answered": {
            "id": item,
            "measured": f"{benchmark.repo}@0123",
            "videos": [video or f"videos/{item}.mp4"],
            "given": ["A"],
            "problem": [problem],
            "score": float(not problem),
        },
        "truncated": 100.0 * (problem == "truncated"),
        "unparsed": 100.0 * (problem == "unparsed"),
        "input": "What?",
    }


def fourfold(name: str, item: str, scores: Sequence[float], **more: Any) -> dict[str, Any]:
    """A line of samples of one item under `pass4`, with the share that each of its samples is right."""
    best = sample(name, item, max(scores), **more)
    mean = sample(name, item, sum(scores) / len(scores), **more)
    names = (*get_benchmark(name).metrics, *get_benchmark(name).totals)
    for total in get_benchmark(name).totals:
        mean[total] = {**mean[total], "values": list(scores)}
    kept = {key: value for key, value in best.items() if key not in names}
    kept["answered"] = {**best["answered"], "problem": [""] * len(scores)}
    return {
        **kept,
        **{f"pass1_{metric}": mean[metric] for metric in names},
        **{f"pass4_{metric}": best[metric] for metric in names},
    }


def write_run(
    out: Path,
    tasks: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    variant: str = "reasoning",
    model: str = "runs/grpo",
    stamp: str = "20260102_030405",
    of: int | None = None,
    samples: bool = True,
    frames: int | None = None,
    versions: Mapping[str, str] | None = VERSIONS,
    weights: str = "",
    settings: Mapping[str, Any] = {},
) -> Path:
    """Write a run over benchmarks, given the lines of their samples, and return its file of results."""
    run = EvalRun(model, tuple(tasks), variants=(variant,), **settings)
    ((benchmarks, _, command),) = run.commands(out)
    results: dict[str, Any] = {}
    configs: dict[str, Any] = {}
    counts: dict[str, Any] = {}
    folder = out / Path(model).name
    folder.mkdir(parents=True, exist_ok=True)
    for benchmark in benchmarks:
        task, lines = f"{benchmark.task}_{variant}", tasks[benchmark.name]
        scores: dict[str, Any] = {"alias": task}
        subsets = [f"{benchmark.metrics[0]}_{subset}" for subset in benchmark.subsets]
        prefixes = VARIANTS[variant].prefixes
        means = [f"{prefix}{metric}" for prefix in prefixes for metric in (*benchmark.metrics, *subsets)]
        for metric in (*means, "truncated", "unparsed"):
            values = [line[metric] for line in lines if metric in line]
            if not values:
                continue
            scores |= {f"{metric},none": sum(values) / len(values), f"{metric}_stderr,none": spread(values)}
        for prefix, total in product(prefixes, benchmark.totals):
            score = getattr(totals, total)([line[f"{prefix}{total}"] for line in lines])
            scores |= {f"{prefix}{total},none": score, f"{prefix}{total}_stderr,none": "N/A"}
        results[task] = scores
        pins = benchmark.pins(VARIANTS[variant])
        if frames:
            pins = {**pins, "budget": {**pins["budget"], "max_frames": frames}}
        configs[task] = {"metadata": pins, "generation_kwargs": VARIANTS[variant].generation()}
        counts[task] = {"original": of or len(lines), "effective": len(lines)}
        if samples:
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (folder / f"{stamp}_samples_{task}.jsonl").write_text(text)
    said = {
        "results": results,
        "group_subtasks": {task: [] for task in results},
        "configs": configs,
        "n-samples": counts,
        "config": {
            "model": run.backend,
            "model_args": command[command.index("--model_args") + 1],
            "limit": None if run.limit is None else float(run.limit),
        },
        "model_name": model,
    }
    file = folder / f"{stamp}_results.json"
    file.write_text(json.dumps(said))
    if versions is not None:
        # As on another machine: Python and our task files were elsewhere.
        there = [
            word.replace(str(TASK_FOLDER), "/elsewhere/tasks") for word in ["/elsewhere/python", *command[1:]]
        ]
        note = {"command": there, "model": weights, "versions": versions, "results": [str(file)]}
        with (out / "runs.jsonl").open("a") as notes:
            notes.write(json.dumps(note) + "\n")
    return file


def spread(values: Sequence[float]) -> float | str:
    """The standard error of a mean, as lmms-eval gives it."""
    n, mean = len(values), sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / (n - 1) / n) ** 0.5 if n > 1 else "N/A"
