"""Rows of strangers: what is not whole is one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synrl.dataset.reading import Source
from synrl.errors import DataError
from synrl.schema import decode_json


@pytest.mark.parametrize("column", ["objects", "tracks", "events", "operations", "states"])
@pytest.mark.parametrize("junk", [None, [None], "x", [1]])
def test_gaps_in_nested_columns_are_one_line(folder: Path, column: str, junk: Any) -> None:
    (row,) = Source.open(str(folder)).groups[0].columns()[:1]
    decode_json(row)
    with pytest.raises(DataError, match=rf"^row [^\n]+: column {column} has gaps$"):
        decode_json({**row, column: junk})


def test_a_json_column_that_holds_no_object_is_one_line(folder: Path) -> None:
    (row,) = Source.open(str(folder)).groups[0].columns()[:1]
    for text in ("[]", "7", "not json", "null"):
        with pytest.raises(DataError, match=r"^column config [^\n]+$"):
            decode_json({**row, "config": text})
