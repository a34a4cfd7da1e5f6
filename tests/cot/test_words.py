"""The words by which happenings are told: each family says its own, and each tells one thing from another."""

from __future__ import annotations

import pytest
from cot.rows import undrawn_row

from synrl.cot.facts import ClipFacts, vocabulary
from synrl.tasks import families, get_family

SAID = {
    "speed up": ("speeds up", "speeding up", "gets faster", "getting faster", "accelerates"),
    "slow down": ("slows down", "slowing down", "gets slower", "getting slower", "decelerates"),
    "steady": ("constant speed", "steadily"),
    "pulse": ("grows and shrinks back", "pulses"),
    "blink": ("disappears and comes back", "disappears", "vanishes", "blinks"),
    "swing": ("swings to the right and back", "swings"),
    "spin": ("spins around", "spins"),
    "hop": ("hops", "jumps"),
    "step": ("steps to another place",),
    "hit": ("bounces off", "hits"),
    "touch": ("bump into each other", "bumps into", "collides with", "touches"),
    "overtake": ("overtakes",),
    "pass": ("passes",),
    "left of": ("to the left of",),
    "right of": ("to the right of",),
    "counterclockwise": ("counterclockwise", "anticlockwise"),
    "swap": ("change places", "changes places"),
    "bury": ("to the bottom of",),
    "take away": ("taken away", "taken out"),
    "pour": ("is poured",),
    "copy": ("copied",),
    "negate": ("changes its sign",),
    "insert": ("put in",),
    "add": ("drops into", "put into"),
    **{
        word: (word,)
        for word in (
            *("clockwise", "rotate", "nearer", "closest", "above", "below", "inside", "grows", "shrinks"),
            *("larger", "smaller", "up-left", "up-right", "down-left", "down-right", "up", "down", "left"),
            *("right", "straight line", "zigzag", "wave", "spiral", "figure eight", "from inside out"),
            "from outside in",
        )
    },
}
"""What each word has to mean, said here once more, so that a word that a family loses is missed."""


def test_every_word_that_tells_a_happening_is_read_as_what_it_means() -> None:
    assert vocabulary() == {word: meaning for meaning, words in SAID.items() for word in words}


@pytest.mark.parametrize("name", [name for name, family in families().items() if family.words])
def test_a_word_of_another_meaning_is_refused(name: str) -> None:
    tried, words = 0, get_family(name).words
    for row in (undrawn_row(name, index) for index in range(12)):
        facts = ClipFacts(row)
        for fact in facts.facts:
            known = {word for phrase in fact.phrases for word in facts.terms(phrase).words}
            for phrase in fact.phrases:
                told = [word for word in words if word in phrase]
                if len(told) != 1:
                    continue
                assert facts.agrees(fact, facts.terms(phrase))
                for other in (word for word, meaning in words.items() if meaning not in known):
                    assert not facts.agrees(fact, facts.terms(phrase.replace(told[0], other))), other
                    tried += 1
    assert tried or len(set(words.values())) == 1, "a family whose happenings are all alike"


@pytest.mark.parametrize("name", [name for name, family in families().items() if family.words])
def test_a_word_of_the_same_meaning_is_taken(name: str) -> None:
    words = get_family(name).words
    for row in (undrawn_row(name, index) for index in range(12)):
        facts = ClipFacts(row)
        for fact in facts.facts:
            for phrase in fact.phrases:
                told = [word for word in words if word in phrase]
                if len(told) == 1:
                    same = [word for word, meaning in words.items() if meaning == words[told[0]]]
                    assert all(
                        facts.agrees(fact, facts.terms(phrase.replace(told[0], word))) for word in same
                    )
