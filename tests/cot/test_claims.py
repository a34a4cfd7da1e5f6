"""Claims in the words of other people: what is true passes, what the record proves false does not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cot.sentences import clips, judge, sentences
from cot.tellings import KINDS, alone, false_sentences, true_sentences

from synrl.cot.check import check
from synrl.tasks import families

Rows = Callable[[str, int], dict[str, Any]]


@pytest.mark.parametrize("name", families())
def test_what_is_true_passes_in_other_words(name: str, undrawn: Rows) -> None:
    held = made = 0
    for index in range(6):
        row = undrawn(name, index)
        for sentence in true_sentences(row, random.Random(index)):
            report = check(alone(sentence, row), row)
            assert report.ok, (sentence, report.problems)
            made += 1
            held += not report.unchecked
    assert held >= 0.9 * made > 0, (held, made)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_record_proves_false_is_refuted(kind: str, undrawn: Rows) -> None:
    made, missed = 0, []
    for name in families():
        for index in range(6):
            row = undrawn(name, index)
            for sentence in false_sentences(kind, row, random.Random(f"{kind} {index}")):
                made += 1
                if check(alone(sentence, row), row).ok:
                    missed.append((name, index, sentence))
    assert made > 50 and len(missed) <= 0.01 * made, (made, missed[:5])


def test_hand_written_sentences_are_hardly_ever_judged_wrongly() -> None:
    rows, counts, wrong = clips(), Counter[str](), []
    for sentence in sentences():
        verdict = judge(sentence, rows[sentence.clip])
        counts[verdict] += 1
        wrong += [sentence] if verdict == "wrong" else []
    assert counts.total() >= 300 and len(wrong) <= 0.03 * counts.total(), wrong
    assert counts["right"] >= 0.85 * counts.total(), counts
