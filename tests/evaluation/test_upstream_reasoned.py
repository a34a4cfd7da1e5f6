"""What the scorers of lmms-eval 0.7.3 make of right answers: where they lose them, ours must not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest

try:
    INSTALLED = version("lmms_eval")
except PackageNotFoundError:
    INSTALLED = ""
if INSTALLED != "0.7.3":
    pytest.skip("what is said here is of lmms-eval 0.7.3", allow_module_level=True)

from lmms_eval.api.reasoning import strip_reasoning_tags

from synrl.evaluation.benchmarks import get_benchmark
from synrl.evaluation.data.readers import get_reader
from synrl.evaluation.data.tables import read_tables
from synrl.evaluation.scoring.item import score_item

from .benchmarks_made import STYLES, Folder

TAGS = [["<think>", "</think>"], ["<analysis>", "</analysis>"]]
"""What lmms-eval takes out of every output, unless it is told otherwise."""
Answered = Sequence[tuple[dict[str, Any], str]]
"""Rows and what was answered."""


def _each(task: str, score: Callable[[Any, dict[str, Any], str], float]) -> Callable[[Answered], float]:
    def percent(answered: Answered) -> float:
        utils = import_module(f"lmms_eval.tasks.{task}.utils")
        return 100 * sum(float(score(utils, dict(row), text)) for row, text in answered) / len(answered)

    return percent


def _first(text: str, row: dict[str, Any]) -> bool:
    """The rule of Vinoground and TemporalBench, which stop at an output without a first character."""
    return text[0].lower() == row["GT"].lower()


def _charades(utils: Any, row: dict[str, Any], text: str) -> float:
    said = utils.temporal_grounding_process_results_generation(row, [text])["charades_sta_mIOU"]
    return float(utils._temporal_grounding_compute_metrics([said])["mIOU"]) / 100


def _vsibench(utils: Any, row: dict[str, Any], text: str) -> float:
    done = utils.vsibench_process_results(row, [text])["vsibench_overall"]
    return float(done.get("accuracy", done.get("MRA:.5:.95:.05")))


def _videommmu(utils: Any, row: dict[str, Any], text: str) -> float:
    said = utils.videommmu_process_results(row, [text])["mmmu_acc"]
    return float(utils.evaluate_videommmu([said])[1]["acc"])


UPSTREAM: dict[str, Callable[[Answered], float]] = {
    "charades_sta": _each("charades_sta", _charades),
    "tomato": _each("tomato", lambda u, row, t: u.tomato_process_results(row, [t])["tomato_score"]["score"]),
    "temporalbench": _each("temporalbench", lambda u, row, t: _first(t, row)),
    "videott": _each("video-tt", lambda u, row, t: u.extract_characters_regex(t) == row["answer"][0]),
    "vcrbench": _each(
        "vcrbench", lambda u, row, t: u.vcrbench_process_results(row, [t])["vcrbench_accuracy"]["score"]
    ),
    "tvbench": _each("tvbench", lambda u, row, t: u.tvbench_process_results(row, [t])["tvbench_acc"]),
    "minerva": _each(
        "minerva", lambda u, row, t: u.minerva_process_results(row, [t])["minerva_acc"]["score"]
    ),
    "videomme": _each("videomme", lambda u, row, t: u.extract_characters_regex(t) == row["answer"]),
    "mvbench": _each(
        "mvbench", lambda u, row, t: u.mvbench_process_results(row, [t])["mvbench_accuracy"]["score"]
    ),
    "videommmu": _each("videommmu", _videommmu),
    "vinoground": _each("vinoground", lambda u, row, t: _first(t, row)),
    "vsibench": _each("vsibench", _vsibench),
}


LOST = {
    "charades_sta": "",
    "tomato": "plain bold",
    "temporalbench": "tags tags_only plain boxed bold",
    "videott": "plain bold",
    "vcrbench": "",
    "tvbench": "plain",
    "minerva": "",
    "videomme": "plain",
    "mvbench": "plain",
    "videommmu": "tags tags_only closing_tag plain bare boxed bold",  # letters where it expects open answers
    "vinoground": "tags tags_only plain boxed bold",
    "vsibench": "tags tags_only plain boxed bold",
}
"""The styles in which a perfect model has less than 100 from them, after their stripping."""


@pytest.mark.parametrize("name", UPSTREAM)
def test_styles_that_lose_right_answers_upstream_lose_none_here(name: str, made: Folder) -> None:
    benchmark = get_benchmark(name)
    content = read_tables(benchmark).content
    items = [item.to_dict(name, "") for item in get_reader(benchmark.reader)(content)]
    rows = [row for table in content.values() for row in table]
    if name == "vinoground":  # whose reader puts the questions of a pair together
        parts = [part for part, table in zip(("text", "video"), content.values(), strict=True) for _ in table]
        by_id = {item["id"]: item for item in items}
        items = [by_id[f"{row['idx']}_{part}"] for row, part in zip(rows, parts, strict=True)]
    lost = []
    for style, said in STYLES.items():
        texts = [said(made.gold[name][item["id"]]) for item in items]
        random.seed(0)  # of Minerva's guesses
        stripped = [strip_reasoning_tags(text, TAGS) for text in texts]
        lost += [style] if UPSTREAM[name](list(zip(rows, stripped, strict=True))) < 100 else []
        scores = (score_item(item, text).values for item, text in zip(items, texts, strict=True))
        assert {value for each in scores for value in each.values()} == {1.0}
    assert lost == LOST[name].split()
