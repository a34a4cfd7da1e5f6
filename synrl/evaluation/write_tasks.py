"""Write the task files of lmms-eval, and the tables in the README: `python -m synrl.evaluation.write_tasks`.

A test holds them to `synrl.evaluation.benchmarks`, so edit that and run this, in a checkout.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from synrl.evaluation.benchmarks import BENCHMARKS, GROUPS, VARIANTS, Benchmark, Variant
from synrl.evaluation.overview import README, readme
from synrl.evaluation.scoring.item import TRUNCATED, UNPARSED
from synrl.resources import is_checkout, shipped

TASK_FOLDER = shipped("evaluation/tasks")
_TOTALS = "synrl.evaluation.scoring.totals"
_HOOKS = "synrl.evaluation.asking.hooks"
_HEAD = "# Written by `python -m synrl.evaluation.write_tasks`.\n"


def task_names(benchmarks: list[Benchmark], variant: Variant) -> list[str]:
    """The names of tasks."""
    return [benchmark.task_name(variant.name) for benchmark in benchmarks]


def metric_names(benchmark: Benchmark, variant: Variant) -> dict[str, str]:
    """The metrics of a task and how each is put together from the items."""
    names: dict[str, str] = {}
    for prefix in variant.prefixes:
        names |= {str(metric): "mean" for metric in benchmark.means(prefix)}
        names |= {str(metric): f"!function {_TOTALS}.{metric.name}" for metric in benchmark.sums(prefix)}
        names |= {str(metric): "mean" for metric in benchmark.parts(prefix)}
    return names | {
        "answered": f"!function {_HOOKS}.answered",
        TRUNCATED: "mean",
        UNPARSED: "mean",
    }


def files() -> Iterator[tuple[str, str]]:
    """Every task file: its path below `tasks` and its text."""
    yield "_base", _HEAD + _base()
    for variant in VARIANTS.values():
        yield f"_{variant.name}", _HEAD + _variant(variant)
    for benchmark in BENCHMARKS.values():
        yield f"{benchmark.name}/benchmark.json", json.dumps({"benchmark": benchmark.name}) + "\n"
        for variant in VARIANTS.values():
            yield f"{benchmark.name}/{variant.name}.yaml", _HEAD + _task(benchmark, variant)
    for group in (*GROUPS, "all"):
        for one in VARIANTS.values():
            if group == "all":
                tasks = [f"synrl_{each}_{one.name}" for each in GROUPS]
            else:
                tasks = task_names([b for b in BENCHMARKS.values() if b.group == group], one)
            yield f"groups/{group}_{one.name}.yaml", _HEAD + _group(f"synrl_{group}_{one.name}", tasks)
        both = [f"synrl_{group}_{name}" for name in ("direct", "reasoning")]
        yield f"groups/{group}.yaml", _HEAD + _group(f"synrl_{group}", both)


def _base() -> str:
    functions = ("doc_to_visual", "doc_to_text", "doc_to_messages", "doc_to_target", "process_results")
    return "\n".join(
        [
            "dataset_path: json",
            "dataset_kwargs: {data_files: {test: benchmark.json}}",
            "test_split: test",
            f"process_docs: !function {_HOOKS}.documents",
            *(f"{name}: !function {_HOOKS}.{name}" for name in functions),
            "output_type: generate_until",
            "reasoning_tags: none  # the one reader of answers sees whole outputs",
            "",
        ]
    )


def _variant(variant: Variant) -> str:
    lines = [
        "include: _base",
        f"generation_kwargs: {_flow(variant.generation())}",
        f"lmms_eval_specific_kwargs: {{default: {{variant: {variant.name}}}}}",
    ]
    if variant.samples > 1:
        taken = f"[{{function: take_first_k, k: {variant.samples}}}]"
        lines += [f"repeats: {variant.samples}", f"filter_list: [{{name: samples, filter: {taken}}}]"]
    return "\n".join([*lines, ""])


def _task(benchmark: Benchmark, variant: Variant) -> str:
    lines = [f"include: ../_{variant.name}", f"task: {benchmark.task_name(variant.name)}", "metric_list:"]
    for name, aggregation in metric_names(benchmark, variant).items():
        better = "false" if name in (TRUNCATED, UNPARSED) else "true"
        lines.append(f"  - {{metric: {name}, aggregation: {aggregation}, higher_is_better: {better}}}")
    pins = benchmark.pins(variant)
    lines += ["metadata:", *(f"  {name}: {_flow(value)}" for name, value in pins.items()), ""]
    return "\n".join(lines)


def _group(name: str, tasks: list[str]) -> str:
    return "\n".join([f"group: {name}", "task:", *(f"  - {task}" for task in tasks), ""])


def _flow(value: Any) -> str:
    return json.dumps(value)  # JSON is YAML


def main() -> int:
    """Write them all, in a checkout and nowhere else."""
    if not is_checkout():
        print(
            f"{TASK_FOLDER} belongs to an installed SynRL, where nothing is written: run this in a checkout",
            file=sys.stderr,
        )
        return 2
    for name, text in files():
        path = TASK_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
