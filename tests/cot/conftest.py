"""Rows of every family, each made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cot.rows import undrawn_row


@pytest.fixture(scope="session")
def undrawn() -> Callable[[str, int], dict[str, Any]]:
    """Row `index` of a family; made once."""
    made: dict[tuple[str, int], dict[str, Any]] = {}

    def get(name: str, index: int) -> dict[str, Any]:
        if (name, index) not in made:
            made[name, index] = undrawn_row(name, index)
        return made[name, index]

    return get
