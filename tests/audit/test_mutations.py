"""Every lie in the table is found out, in every family of which it can be told, and for the right reason."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from synrl.audit.row import check_row
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.tasks import families

from .mutations import MUTATIONS, Inapplicable

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """Some rows of each family, as they are stored."""
    out = tmp_path_factory.mktemp("true") / "rows"
    names = tuple(families())
    generate(plain(names, 4, seed=41, twins=True), out, num_proc=2, progress=False)
    found: dict[str, list[Row]] = {name: [] for name in names}
    for row in Source.open(str(out)).rows():
        found[row["family"]].append(row)
    return found


def test_the_table_is_long() -> None:
    assert len(MUTATIONS) >= 80


@pytest.mark.parametrize("family", families())
def test_true_rows_are_proved(rows: dict[str, list[Row]], family: str) -> None:
    for row in rows[family]:
        assert check_row(row) == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_lie_is_found_out(rows: dict[str, list[Row]], name: str) -> None:
    mutation, told = MUTATIONS[name], 0
    for family in families():
        for true in rows[family]:
            row = copy.deepcopy(true)
            try:
                mutation.tell(row)
            except Inapplicable:
                continue
            told += 1
            found = "; ".join(check_row(row))
            assert mutation.said in found, (family, found)
            break
    assert told
