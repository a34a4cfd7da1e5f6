"""The scorers of lmms-eval: where they read an answer right, ours give the same."""

from __future__ import annotations

import itertools
import random

import pytest

pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")

from evaluation.scoring import totals
from evaluation.scoring.judge import judge


def test_numbers_as_vsibench() -> None:
    from lmms_eval.tasks.vsibench.utils import mean_relative_accuracy

    for true, given in itertools.product((1.0, 2.5, 7.0), (0.3, 1.0, 1.9, 2.4, 2.6, 3.3, 6.9, 7.7, 10.0)):
        error = abs(given - true) / true
        if any(abs(error - k / 20) < 1e-9 for k in range(11)):
            continue  # at a threshold theirs depends on rounding
        ours = judge(dict(kind="number", answer=str(true)), str(given)).values["accuracy"]
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
        values = judge(dict(kind="ordering", answer=answer), said).values
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
        ours = judge(dict(kind="interval", spans=[true]), f"{given[0]} - {given[1]}").values["miou"]
        assert ours == pytest.approx(utils.iou([list(given)][0], list(true)))


def test_letters_as_tvbench_and_mvbench() -> None:
    from lmms_eval.tasks.mvbench.utils import mcq_acc
    from lmms_eval.tasks.tvbench.utils import tvbench_process_results

    options = ["first", "second", "third"]
    for gold, said in itertools.product("ABC", ("A", "B.", "(C)", "C. third", "B) second")):
        ours = judge(dict(kind="choice", answer=gold, options=options), said).values["accuracy"]
        doc = dict(candidates=options, answer=options["ABC".index(gold)])
        assert ours == tvbench_process_results(doc, [said])["tvbench_acc"]
        assert ours == mcq_acc(gold, said)
