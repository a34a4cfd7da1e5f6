"""The knobs of symbol_operations, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.checks import check_some_of
from synrl.tasks.config import Config

LEAST = 4
"""Operations in as many orders as a question needs."""
KINDS = ("swap", "add", "negate", "rotate", "copy", "insert", "delete")


@dataclass(frozen=True, kw_only=True)
class SymbolConfig(Config):
    """Knobs: slots at the start, how many hold symbols, operations and their kinds, length of plans."""

    slots: int
    symbols: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int
    """The most operations that an asked plan may have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("slots", range(5, 7))
        self.require("symbols", range(3))
        self.require("num_operations", range(LEAST + 1, 21))
        self.require("plan_moves", range(1, 3))
        check_some_of("kinds", self.kinds, KINDS)

    @property
    def most(self) -> int:
        """Slots that there ever are."""
        return self.slots + ("insert" in self.kinds)


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(slots=5, symbols=0, num_operations=5, kinds=KINDS[:2], plan_moves=2),
    2: dict(slots=5, symbols=0, num_operations=6, kinds=KINDS[:3], plan_moves=2),
    3: dict(slots=5, symbols=1, num_operations=7, kinds=KINDS[:5], plan_moves=2),
    4: dict(slots=5, symbols=1, num_operations=8, kinds=KINDS, plan_moves=2),
    5: dict(slots=6, symbols=2, num_operations=10, kinds=KINDS, plan_moves=2),
}
