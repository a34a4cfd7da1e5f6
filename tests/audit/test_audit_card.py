"""What cards say of an audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from synrl.audit.kinds import Kind
from synrl.audit.verdict import Finding, untested
from synrl.dataset.cards import dataset_card
from synrl.dataset.recipes import plain
from synrl.dataset.record import Record, Size
from synrl.leads import LEADS, leads_table
from synrl.tasks import families

RECIPE = plain(("card_stack",), 40, seed=1)
SHARD = f"{next(iter(RECIPE.batches())).folder}/train-00000-of-00001.parquet"
RECORD = Record(RECIPE, {SHARD: Size(40, 1, 1)}, {}, proved=40)
FOUND = {
    "family": "card_stack",
    "kind": "forward top choice",
    "shortcut": "text: learnt",
    "answered": 40,
    "accuracy": 0.75,
    "chance": 0.25,
    "p_value": 1e-9,
    "judged": True,
}


def test_what_does_best_on_a_family_is_shown_with_its_kind_of_question() -> None:
    better = {**FOUND, "shortcut": "one frame: a rule", "accuracy": 0.8}
    card = dataset_card([replace(RECORD, audit=(FOUND, better))], {})
    assert "| card_stack | forward top choice | one frame: a rule | 40 | 80.0% | 25.0% | 1e-09 |" in card
    assert "`synrl audit`: no shortcut beats chance." in card


def test_findings_are_counted_and_listed() -> None:
    card = dataset_card([replace(RECORD, audit=(FOUND,), findings=("one thing", "another"))], {})
    assert "`synrl audit`: 2 findings, listed below." in card and "\n- one thing\n- another" in card


def test_a_record_of_before_names_no_kind() -> None:
    old = {name: value for name, value in FOUND.items() if name != "kind"}
    assert "| card_stack | all | text: learnt | 40 |" in dataset_card([replace(RECORD, audit=(old,))], {})


def test_what_was_too_little_to_test_is_not_said_to_pass() -> None:
    card = dataset_card([RECORD], {})
    assert "`synrl audit`: too few rows of each kind of question to test." in card
    assert "| family | kind of question |" not in card


def test_known_leads_are_those_of_the_families_in_the_card() -> None:
    assert "None is known for the families in here." in dataset_card([RECORD], {})
    lead = LEADS[0]
    recipe = plain((lead.family, "card_stack"), 1, seed=1)
    shards = {f"{one.folder}/train-00000-of-00001.parquet": Size(1, 1, 1) for one in recipe.batches()}
    card = dataset_card([Record(recipe, shards, {}, proved=0)], {})
    told = [other for other in LEADS if other.family == lead.family]
    listed = [line for line in card.splitlines() if line.startswith("| ") and line.endswith(" % |")]
    assert (
        len(listed) == len(told) and f"{lead.asks} | {lead.sees} | {lead.right} % | {lead.chance} % |" in card
    )


def test_the_readme_lists_all_known_leads() -> None:
    assert leads_table(families()) in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_a_lead_is_known_of_what_it_sees_and_of_nothing_else() -> None:
    def found(family: str, kind: str, shortcut: str) -> Finding:
        return untested(Kind(family, kind, (), (), np.empty(0)), shortcut, "")

    known = found("relative_position", "perception overtake choice", "frames without order: learnt")
    assert known.known and "a known lead" in known.said()
    text = found("relative_position", "perception overtake choice", "text: learnt")
    assert not text.known and "known" not in text.said()
    assert not found("card_stack", "forward top choice", "frames without order: learnt").known
    for shortcut in ("one frame: a rule", "middle frame: learnt"):
        assert found("file_system", "forward cwd open", shortcut).known
    assert not found("file_system", "forward cwd open", "frames without order: learnt").known
