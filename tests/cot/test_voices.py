"""Chains by code do not all sound alike: how many ways they begin in, and how frequent one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cot.patterns import chains, openings, sentences

from synrl.tasks import families

Rows = Callable[[str, int], dict[str, Any]]


@pytest.mark.parametrize("name", families())
def test_chains_of_a_family_begin_in_many_ways_none_of_them_frequent(name: str, undrawn: Rows) -> None:
    told = list(chains((undrawn(name, index) for index in range(20)), 15))
    begun = openings(told)
    assert begun.total() == 300 and len(begun) >= 30, begun
    assert begun.most_common(1)[0][1] <= 0.1 * begun.total(), begun.most_common(3)
    assert len(sentences(told)) >= 100


@pytest.mark.parametrize("name", families())
def test_no_sentence_says_the_same_twice_in_a_chain(name: str, undrawn: Rows) -> None:
    for _, text in chains((undrawn(name, index) for index in range(20)), 2):
        lines = text.splitlines()[1:-2]
        assert len(set(lines)) == len(lines), text
