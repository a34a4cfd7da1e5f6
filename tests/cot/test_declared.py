"""A family that says everything in words of its own, as a new one may: the check reads what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from synrl.cot.check import CheckReport, check
from synrl.cot.facts import ClipFacts
from synrl.cot.trace import write
from synrl.errors import ConfigError
from synrl.tasks import families
from synrl.tasks.shared.telling import both_ways
from synrl.tasks.shell_game.family import ShellGame
from synrl.world.timeline import Operation

Rows = Callable[[str, int], dict[str, Any]]
COUNT = 24


class Guests(ShellGame):
    """The same clips, told of cups that are guests."""

    words: Mapping[str, str] = {"trade chairs": "trade", "at the left": "polite", "hops": "bow"}
    names = (r"chairs? ([A-Z]\d?)(?: and ([A-Z]\d?))?",)
    verbs = ("waits below",)
    noun = "pass"

    def phrases(self, happening: Operation) -> Sequence[str]:
        return both_ways("the guests on chairs {} and {} trade chairs", *happening.arguments["cells"])

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        parts = super().parts(state, query)
        return {label: text.replace("is at", "waits below chair") for label, text in parts.items()}


@pytest.fixture
def guests(undrawn: Rows, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Rows of the family."""
    rows = [undrawn("shell_game", index) for index in range(COUNT)]
    monkeypatch.setitem(families(), "shell_game", Guests())
    return rows


def read(row: Mapping[str, Any], *sentences: str) -> CheckReport:
    return check(f"<think>{' '.join(sentences)}</think><answer>{row['answer']}</answer>", row)


def test_its_chains_pass_and_what_they_say_of_states_is_checked(guests: list[dict[str, Any]]) -> None:
    for row in guests:
        text = write(row)
        report = check(text, row)
        assert report.ok and "trade chairs" in text, report.problems
        assert any(claim.startswith("the ") and "waits below" in claim for claim in report.checked)


def test_what_it_says_of_states_is_held_against_them(guests: list[dict[str, Any]]) -> None:
    for row in guests:
        for number, parts in enumerate(ClipFacts(row).states[1:], start=1):
            for label, text in parts.items():
                assert read(row, f"After operation {number}, {label} {text}.").checked
                wrong = "A1" if text.endswith("B1") else "B1"
                assert not read(row, f"After operation {number}, {label} waits below chair {wrong}.").ok
                assert not read(row, f"After operation {number}, {label} waits below the table.").ok


def test_its_operations_go_by_its_noun(guests: list[dict[str, Any]]) -> None:
    for row in guests:
        clip = ClipFacts(row)
        for fact in clip.facts:
            (phrase, *_), others = fact.phrases, [f for f in clip.facts if f.phrases != fact.phrases]
            for noun in ("Pass", "Operation", "pass"):
                assert read(row, f"{noun} {fact.number}: {phrase}.").checked
                assert not others or not read(row, f"{noun} {others[0].number}: {phrase}.").ok
            ((label, before), *_) = clip.states[fact.number - 1].items()
            assert read(row, f"Before pass {fact.number}, {label} {before}.").ok


def test_several_of_its_operations_go_by_its_noun(guests: list[dict[str, Any]]) -> None:
    verdicts = set()
    for row in guests:
        states = ClipFacts(row).states
        for one in range(1, len(states) - 1):
            (label, *more), kept = states[0], states[one - 1] == states[one] == states[one + 1]
            if not more:
                report = read(row, f"Passes {one} and {one + 1} leave {label} alone.")
                assert report.ok == kept and report.checked + report.problems
                verdicts.add(kept)
    assert verdicts == {True, False}


def test_the_noun_of_another_family_tells_nothing(guests: list[dict[str, Any]]) -> None:
    clip = ClipFacts(guests[0])
    one, *others = clip.facts
    other = next(fact for fact in others if fact.phrases != one.phrases)
    assert not read(clip.row, f"Pass 1: {other.phrases[0]}.").ok
    assert read(clip.row, f"Swap 1: {other.phrases[0]}.").ok


def test_a_word_means_what_the_family_says(guests: list[dict[str, Any]]) -> None:
    terms = ClipFacts(guests[0]).terms("at the left, chairs A and B trade chairs; one hops, one jumps")
    assert terms.words == {"polite", "trade", "bow", "hop"} and terms.names == ("A", "B")


def test_a_state_told_without_a_verb_is_an_error_that_names_the_family(
    guests: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "shell_game says 'waits below chair .*' of a state, which begins with none of its verbs: "
    for verbs, there in (((), "there are none"), (("stands", "wait"), "stands, wait")):
        family = type("Undeclared", (Guests,), {"verbs": verbs})()
        monkeypatch.setitem(families(), "shell_game", family)
        with pytest.raises(ConfigError, match=said + there):
            write(guests[0])


@pytest.mark.parametrize(
    ("name", "noun"), [("shell_game", "swap"), ("sliding_puzzle", "slide"), ("file_system", "command")]
)
def test_operations_of_some_families_have_a_noun(name: str, noun: str, undrawn: Rows) -> None:
    row = next(r for i in range(COUNT) if len((r := undrawn(name, i))["operations"]) > 1)
    one, *others = ClipFacts(row).facts
    other = next(fact for fact in others if fact.phrases != one.phrases)
    assert read(row, f"{noun} 1: {one.phrases[0]}.").checked
    assert not read(row, f"{noun} 1: {other.phrases[0]}.").ok


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("card_stack", ("is at B2", "reads 1, 2", "does not exist", "is /a")),
        ("sliding_puzzle", ("holds 1 2 3", "is empty")),
        ("shell_game", ("holds 3", "is empty", "reads 1")),
    ],
)
def test_a_state_told_in_the_words_of_others_is_refused(
    name: str, claims: Sequence[str], undrawn: Rows
) -> None:
    for row in (undrawn(name, index) for index in range(4)):
        for label in ClipFacts(row).states[1]:
            for claim in claims:
                assert not read(row, f"After operation 1, {label} {claim}.").ok, claim
