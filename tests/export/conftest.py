"""Rows with every type of answer, four of them with a chain of thought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain

FAMILIES = ("direction_identification", "sliding_puzzle", "motion_counting", "card_stack")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "rows"
    generate(plain(FAMILIES, 12, seed=4), out, progress=False)
    path = next((out / "motion_counting").glob("*.parquet"))
    table = pq.read_table(path)
    texts = ["<think>It grows at 1.0 s.</think>\n<answer>2</answer>"] * 4 + [None] * 8
    place = table.column_names.index("cot")
    pq.write_table(table.set_column(place, "cot", pa.array(texts, pa.string())), path)
    return out


@pytest.fixture(scope="session")
def rows(data: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in Source.open(str(data)).rows()}
