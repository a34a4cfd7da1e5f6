"""The tree of errors is as it says it is."""

from __future__ import annotations

import synrl.errors
from synrl.errors import SynRLError


def tree(kind: type[Exception], depth: int = 0) -> list[str]:
    kinds = [one for one in kind.__subclasses__() if one.__module__ == synrl.errors.__name__]
    below = [line for one in kinds for line in tree(one, depth + 1)]
    return ["  " * depth + kind.__name__, *below]


def test_the_tree_that_is_told_is_the_one_there_is() -> None:
    told = [line for line in (synrl.errors.__doc__ or "").splitlines() if line.startswith("    ")]
    assert [line.removeprefix("    ") for line in told] == tree(SynRLError)


def test_every_error_is_a_value_error_so_that_nobody_needs_an_import() -> None:
    assert issubclass(SynRLError, ValueError)
