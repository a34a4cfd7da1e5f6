"""The functions that lmms-eval calls, the same for every task: a document says which benchmark it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.errors import SynRLError
from synrl.evaluation import media
from synrl.evaluation.benchmarks import VARIANTS, get_benchmark, prefixes
from synrl.evaluation.loading import load
from synrl.evaluation.scoring.judge import TRUNCATED, UNPARSED, judge
from synrl.prompts import CHOOSE, prompt_text

if TYPE_CHECKING:
    from datasets import Dataset

Document = Mapping[str, Any]


def documents(dataset: Dataset) -> Dataset:
    """The items of the benchmark that a task's one stored row names.

    lmms-eval loads one configuration of one dataset; benchmarks are several, or CSV files, or have columns of
    their own. So that row is all it loads, and the rest is ours.
    """
    benchmark = get_benchmark(dataset[0]["benchmark"])
    try:
        return load(benchmark)
    except SynRLError as error:  # an exception would be tried again, and end in a traceback
        raise SystemExit(f"{benchmark.task}: {error}") from error


def doc_to_visual(doc: Document) -> list[str]:
    """The files that a model is shown."""
    return media.clips(doc)


def doc_to_text(doc: Document, lmms_eval_specific_kwargs: Mapping[str, Any]) -> str:
    """The prompt, which asks for reasoning or not."""
    variant = VARIANTS[lmms_eval_specific_kwargs["variant"]]
    row = {"question": doc["question"], "options": doc["options"]}
    if doc["listed"]:
        row = {"question": f"{doc['question']}\n{CHOOSE}", "options": []}
    return prompt_text(row, reasoned=variant.reasoned)


def doc_to_messages(doc: Document, lmms_eval_specific_kwargs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The user's turn, for chat models."""
    return media.messages(doc, doc_to_text(doc, lmms_eval_specific_kwargs))


def doc_to_target(doc: Document) -> str:
    """The true answer, as shown in the log of samples."""
    return str(doc["answer"])


def process_results(doc: Document, results: Sequence[str]) -> dict[str, Any]:
    """An item's part of every metric, in percent, from one output or several samples."""
    benchmark = get_benchmark(doc["benchmark"])
    judged = [judge(doc, text or "") for text in results]
    metrics: dict[str, Any] = {}
    main = benchmark.metrics[0]
    for prefix, best in zip(prefixes(len(judged)), (False, True), strict=False):
        scores = {name: [j.values[name] for j in judged] for name in judged[0].values}
        if best:
            scores = {name: [max(values)] for name, values in scores.items()}
        percent = {name: 100 * sum(values) / len(values) for name, values in scores.items()}
        metrics |= {f"{prefix}{name}": percent[name] for name in benchmark.metrics}
        metrics |= {f"{prefix}{main}_{s}": percent[main] for s in doc["subsets"] if s in benchmark.subsets}
        for total in benchmark.totals:
            metrics[f"{prefix}{total}"] = {
                "values": scores["steps" if total == "steps" else main],
                "unit": doc["unit"],
                "part": doc["part"],
                "task": next(iter(doc["subsets"]), ""),
                "weight": doc["answer"].count(",") + 1,
            }
    problems = [j.problem for j in judged]
    return metrics | {
        "answered": {
            "id": doc["id"],
            "measured": doc["measured"],
            # Of the path what is the same on every machine, and tells two videos of one name from each other.
            "videos": ["/".join(Path(path).parts[-2:]) for path in doc["videos"]],
            "given": [j.given for j in judged],
            "problem": problems,
            "score": problems.count("") / len(problems),
        },
        TRUNCATED: 100 * problems.count(TRUNCATED) / len(problems),
        UNPARSED: 100 * problems.count(UNPARSED) / len(problems),
    }


def answered(records: Sequence[Mapping[str, Any]]) -> float:
    """How many outputs have an answer, in percent."""
    return 100 * sum(float(record["score"]) for record in records) / len(records)
