"""Chains that are composed from the timeline: true, in the right form, and different from row to row."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from synrl.answers import extract
from synrl.cot.check import check
from synrl.cot.trace import write
from synrl.dataset.rows import draft_row
from synrl.scoring import score
from synrl.tasks import families

Rows = Callable[[str, int], dict[str, Any]]
COUNT = 24


@pytest.mark.parametrize("name", families())
def test_every_chain_reaches_the_answer_and_passes_the_check(name: str, undrawn: Rows) -> None:
    modes = set()
    for index in range(COUNT):
        row = undrawn(name, index)
        text = write(row)
        report = check(text, row)
        assert report.ok, (report.problems, text)
        assert score(extract(text), row) == 1.0
        assert report.checked or "nothing" in text, text
        assert not re.search(r"\bNone\b|[{}]|  |\.\.\n|, ,|,\.", text), text
        modes.add(row["mode"])
    assert modes == set(families()[name].modes)


@pytest.mark.parametrize("name", families())
def test_a_chain_is_a_function_of_its_row_and_its_wording_varies(name: str, undrawn: Rows) -> None:
    chains = [write(undrawn(name, index)) for index in range(COUNT)]
    assert chains == [write(copy.deepcopy(undrawn(name, index))) for index in range(COUNT)]
    openings = {chain.splitlines()[1] for chain in chains}
    assert len(openings) >= COUNT // 3, openings


@pytest.mark.parametrize("name", families())
def test_a_chain_opens_with_nobody_whom_the_question_does_not_name(name: str, undrawn: Rows) -> None:
    for index in range(COUNT):
        row = undrawn(name, index)
        opening, asked = write(row).splitlines()[1], " ".join((row["question"], *row["options"]))
        strangers = [f"the {item['name']}" for item in row["objects"] if item["name"] not in asked]
        assert not any(stranger in opening for stranger in strangers), (opening, row["question"])


@pytest.mark.parametrize("name", families())
def test_a_chain_does_not_fit_a_clip_in_which_things_happen_later(name: str, undrawn: Rows) -> None:
    wrong = 0
    told = 0
    for index in range(COUNT):
        row = copy.deepcopy(undrawn(name, index))
        text = write(row)
        for happening in (*row["events"], *row["operations"]):
            for key in ("frame", "end_frame", "start_frame"):
                if key in happening:
                    happening[key] += 45
        told += bool(re.search(r"\d s\b", text)) and "nothing of" not in text
        wrong += not check(text, row).ok
    assert wrong >= told * 0.9, (wrong, told)


def test_at_level_1_every_operation_has_its_span_and_the_whole_state(undrawn: Rows) -> None:
    row = next(row for index in range(COUNT) if (row := undrawn("card_stack", index))["level"] == 1)
    lines = [line for line in write(row).splitlines() if re.search(r"\d (?:to|and) \d.* s\b", line)]
    lines = [line for line in lines if not re.search(r"\b(?:read|see|seen)\b", line)]
    assert len(lines) == len(row["operations"])
    assert all("; pile B" in line for line in lines) or not row["states"][0]["visible"]


def test_long_clips_tell_several_operations_at_once_where_they_leave_alone_what_is_asked(
    undrawn: Rows,
) -> None:
    chains = [write(undrawn("shell_game", index)) for index in range(2 * COUNT)]
    assert any(re.search(r"[Ss]waps \d+ (?:to|and) \d+", chain) for chain in chains)


def test_where_only_the_end_can_be_read_the_chain_goes_back_from_there(undrawn: Rows) -> None:
    row = next(r for i in range(COUNT) if (r := undrawn("sliding_puzzle", i))["mode"] == "retrodictive")
    text = write(row)
    undone = re.findall(r"(?:undoing|undo|before|taking back) slide (\d+)", text.casefold())
    steps, read = (
        [int(number) for number in undone],
        re.search(r"at the end, .*(?:read|see|seen)\b", text.casefold()),
    )
    assert steps == sorted(steps, reverse=True) and steps[-1] == 1
    assert read and read.start() < text.casefold().index(f"slide {steps[0]}", read.start())


def test_what_goes_on_at_once_is_not_told_as_one_after_the_other(undrawn: Rows) -> None:
    after = r"^(Then|Next|After that|Finally|Last), .*"
    span = r"(?:from|between) (\d+\.\d) (?:to|and) (\d+\.\d) s"
    at_once = 0
    for index in range(3 * COUNT):
        lines = write(undrawn("velocity_comparison", index)).splitlines()
        for before, line in zip(lines, lines[1:], strict=False):
            one, two = (re.search(span, text, re.IGNORECASE) for text in (before, line))
            if one and two and not line.startswith("So ") and float(two[1]) < float(one[2]) - 0.2:
                at_once += 1
                assert not re.match(after, line), (before, line)
    assert at_once > COUNT


def test_plans_are_carried_out_step_by_step(undrawn: Rows) -> None:
    row = next(r for i in range(COUNT) if (r := undrawn("chip_container", i))["mode"] == "predict_operations")
    text = write(row)
    for number, step in enumerate(row["answer_text"].split("; "), start=1):
        assert f'Step {number}, "{step}": now container ' in text


def test_options_of_which_some_are_letters_are_not_compared_as_numbers() -> None:
    row = draft_row(
        "symbol_operations", split="cot_6_7k", seed=0, index=93, config=None, twins=False, encoding="fast"
    ).columns
    assert row["answer_text"].isdecimal() and "y" in row["options"]
    assert f"<answer>{row['answer']}</answer>" in write(row)
