"""What is said of a value that is not allowed: its name, the value, and what could stand there."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from synrl.checks import check_above, check_one_of, check_range, check_ranges, check_some_of
from synrl.errors import ConfigError


def test_what_is_allowed_passes_limits_included() -> None:
    check_one_of("form", "open", ("choice", "open"))
    check_some_of("kinds", ("move",), ("move", "swap"))
    for value in (1, 1.5, 2):
        check_range("ratio", value, 1, 2)
    check_range("rows", 10**9, 1)
    check_above("fps", 1e-9, 0)
    check_ranges(SimpleNamespace(ratio=2, rows=1), ratio=(1, 2), rows=(1, 3))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: check_one_of("form", "free", ("choice", "open")), "form is 'free'; allowed: choice, open"),
        (lambda: check_some_of("kinds", (), ("a", "b")), "kinds is (); allowed: some of a, b"),
        (lambda: check_some_of("kinds", ("a", "c"), ("a",)), "kinds is ('a', 'c'); allowed: some of a"),
        (lambda: check_range("ratio", 2.1, 1.0, 2.0), "ratio is 2.1; allowed: 1 to 2"),
        (lambda: check_range("ratio", 0, 1, 2), "ratio is 0; allowed: 1 to 2"),
        (lambda: check_range("ratio", float("nan"), 1.25, 2), "ratio is nan; allowed: 1.25 to 2"),
        (lambda: check_range("rows", 0, 1), "rows is 0; allowed: 1 or more"),
        (lambda: check_above("fps", 0, 0), "fps is 0; allowed: more than 0"),
        (lambda: check_above("fps", float("nan"), 0), "fps is nan; allowed: more than 0"),
        (lambda: check_ranges(SimpleNamespace(a=1, b=5), a=(0, 1), b=(0, 4)), "b is 5; allowed: 0 to 4"),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(check: Callable[[], None], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        check()
    assert str(error.value) == said
