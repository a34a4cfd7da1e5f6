"""The scorers of lmms-eval: where they read an answer right, ours give the same."""

from __future__ import annotations

import itertools
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")

import lmms_eval

from synrl.evaluation.benchmarks import BENCHMARKS
from synrl.evaluation.scoring import totals
from synrl.evaluation.scoring.item import score_item


class _Loader(yaml.SafeLoader):
    """Knows `!function`."""


_Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))


@cache
def upstream_tasks() -> dict[str, dict[str, Any]]:
    """The tasks that lmms-eval brings for the benchmarks that it has."""
    found: dict[str, dict[str, Any]] = {}
    for path in (Path(lmms_eval.__file__).parent / "tasks").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if re.search(
            rf"^task: [\"']?({'|'.join(b.upstream for b in BENCHMARKS.values() if b.upstream)})", text, re.M
        ):
            said = yaml.load(text, Loader=_Loader)
            base = path.parent / said["include"] if "include" in said else path
            found[str(said["task"])] = yaml.load(base.read_text(encoding="utf-8"), Loader=_Loader) | said
    return found


@pytest.mark.parametrize("name", [b.name for b in BENCHMARKS.values() if b.upstream])
def test_datasets_are_those_of_lmms_eval(name: str) -> None:
    benchmark = BENCHMARKS[name]
    for table in benchmark.tables:
        wanted = (benchmark.upstream, f"{benchmark.upstream}_{table.lower()}")
        (said,) = [task for key, task in upstream_tasks().items() if key in wanted]
        kwargs = said.get("dataset_kwargs", {})
        if name == "minerva":  # a file by its address
            assert f"/datasets/{benchmark.repo}/resolve/{benchmark.revision}/{table}" in str(kwargs)
            continue
        assert said["dataset_path"] == benchmark.repo
        assert kwargs.get("revision", "main") == benchmark.revision
        assert kwargs.get("cache_dir", benchmark.cache) == benchmark.cache
        if table.endswith(".json"):  # Vinoground's questions are in files; its split has only their names
            continue
        assert said["test_split"] == benchmark.split
        only = table if len(benchmark.tables) == 1 else ""
        assert said.get("dataset_name", only) == table


def test_numbers_as_vsibench() -> None:
    from lmms_eval.tasks.vsibench.utils import mean_relative_accuracy

    for true, given in itertools.product((1.0, 2.5, 7.0), (0.3, 1.0, 1.9, 2.4, 2.6, 3.3, 6.9, 7.7, 10.0)):
        error = abs(given - true) / true
        if any(abs(error - k / 20) < 1e-9 for k in range(11)):
            continue  # at a threshold theirs depends on rounding
        ours = score_item(dict(kind="number", answer=str(true)), str(given)).values["accuracy"]
        assert ours == pytest.approx(mean_relative_accuracy(given, true, 0.5, 0.95, 0.05))


def test_orders_as_vcrbench() -> None:
    from lmms_eval.tasks.vcrbench import utils

    draw = random.Random(0)
    documents = []
    for number in range(60):
        count = draw.randint(3, 7)
        truth, given = draw.sample(range(count), count), draw.sample(range(1, count + 1), count)
        doc = dict(qid=number, goal=f"goal {number % 5}", ground_truth=truth)
        said = ("Correct order: {}", "<answer>{}</answer>", "<think>x</think>{}", "{}, {}")[number % 4]
        if number % 7 == 0:
            given = [step + 1 for step in truth]
        documents.append((doc, said.format(*[", ".join(map(str, given))] * 2)))
    theirs = [utils.vcrbench_process_results(doc, [said])["vcrbench_accuracy"] for doc, said in documents]
    records = []
    for doc, said in documents:
        answer = ", ".join(str(step + 1) for step in doc["ground_truth"])
        values = score_item(dict(kind="ordering", answer=answer), said).values
        base = dict(unit=doc["goal"], part="", task="", weight=len(doc["ground_truth"]))
        records.append((values, base))
    exact = [{**base, "values": [values["accuracy"]]} for values, base in records]
    steps = [{**base, "values": [values["steps"]]} for values, base in records]
    assert 100 * sum(v["accuracy"] for v, _ in records) / 60 == pytest.approx(
        utils.vcrbench_aggregate_accuracy(theirs)
    )
    assert totals.goals(exact) == pytest.approx(utils.vcrbench_aggregate_weighted_accuracy(theirs))
    assert totals.steps(steps) == pytest.approx(utils.vcrbench_aggregate_step_accuracy(theirs))


def test_spans_as_charades() -> None:
    from lmms_eval.tasks.charades_sta import utils

    for given, true in (((24.3, 30.4), (24.3, 30.4)), ((0.0, 5.0), (2.5, 10.0)), ((1.0, 2.0), (3.0, 4.0))):
        ours = score_item(dict(kind="interval", spans=[true]), f"{given[0]} - {given[1]}").values["miou"]
        assert ours == pytest.approx(utils.iou([list(given)][0], list(true)))


def test_letters_as_tvbench_and_mvbench() -> None:
    from lmms_eval.tasks.mvbench.utils import mcq_acc
    from lmms_eval.tasks.tvbench.utils import tvbench_process_results

    options = ["first", "second", "third"]
    for gold, said in itertools.product("ABC", ("A", "B.", "(C)", "C. third", "B) second")):
        ours = score_item(dict(kind="choice", answer=gold, options=options), said).values["accuracy"]
        doc = dict(candidates=options, answer=options["ABC".index(gold)])
        assert ours == tvbench_process_results(doc, [said])["tvbench_acc"]
        assert ours == mcq_acc(gold, said)
