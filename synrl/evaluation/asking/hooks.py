"""The functions that lmms-eval calls, the same for every task: a document says which benchmark it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.errors import SynRLError
from synrl.evaluation.benchmarks import VARIANTS, get_benchmark
from synrl.evaluation.data import media
from synrl.evaluation.data.loading import load
from synrl.evaluation.metrics import prefixes
from synrl.evaluation.scoring.item import TRUNCATED, UNPARSED, score_item
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
    scored = [score_item(doc, text or "") for text in results]
    metrics: dict[str, Any] = {}
    main = benchmark.metrics[0]
    for prefix, best in zip(prefixes(len(scored)), (False, True), strict=False):
        scores = {name: [one.values[name] for one in scored] for name in scored[0].values}
        if best:
            scores = {name: [max(values)] for name, values in scores.items()}
        percent = {name: 100 * sum(values) / len(values) for name, values in scores.items()}
        metrics |= {str(metric): percent[metric.name] for metric in benchmark.means(prefix)}
        metrics |= {str(m): percent[main] for m in benchmark.parts(prefix) if m.subset in doc["subsets"]}
        for total in benchmark.sums(prefix):
            metrics[str(total)] = {
                "values": scores["steps" if total.name == "steps" else main],
                "unit": doc["unit"],
                "part": doc["part"],
                "task": next(iter(doc["subsets"]), ""),
                "weight": doc["answer"].count(",") + 1,
            }
    problems = [one.problem for one in scored]
    return metrics | {
        "answered": {
            "id": doc["id"],
            "measured": doc["measured"],
            # Of the path what is the same on every machine, and tells two videos of one name from each other.
            "videos": ["/".join(Path(path).parts[-2:]) for path in doc["videos"]],
            "given": [one.given for one in scored],
            "problem": problems,
            "score": problems.count("") / len(problems),
        },
        TRUNCATED: 100 * problems.count(TRUNCATED) / len(problems),
        UNPARSED: 100 * problems.count(UNPARSED) / len(problems),
    }


def answered(records: Sequence[Mapping[str, Any]]) -> float:
    """How many outputs have an answer, in percent."""
    return 100 * sum(float(record["score"]) for record in records) / len(records)
