"""Claims in the words of other people: what is true passes, what the record proves false does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
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
