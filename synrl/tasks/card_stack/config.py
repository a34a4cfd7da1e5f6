"""The knobs of card_stack, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.checks import check_some_of
from synrl.tasks.config import Config

LEAST = 4
"""Operations in as many orders as a question needs."""
KINDS = ("move", "bury", "swap", "add", "remove")


@dataclass(frozen=True, kw_only=True)
class CardConfig(Config):
    """Knobs: piles, cards at the start, operations and their kinds, length of asked plans."""

    piles: int
    cards: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int
    """The most moves that an asked plan may have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("piles", range(2, 5))
        # The truth, the card that can be read in its place, and three wrong options must all differ.
        self.require("cards", range(5, min(10, 4 * self.piles + 1)))
        self.require("num_operations", range(LEAST + 1, 31))
        self.require("plan_moves", range(2, 4))
        check_some_of("kinds", self.kinds, KINDS)


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(piles=3, cards=5, num_operations=5, kinds=("move",), plan_moves=2),
    2: dict(piles=3, cards=5, num_operations=6, kinds=("move", "bury"), plan_moves=2),
    3: dict(piles=3, cards=6, num_operations=7, kinds=("move", "bury", "swap"), plan_moves=2),
    4: dict(piles=3, cards=7, num_operations=8, kinds=KINDS, plan_moves=3),
    5: dict(piles=4, cards=8, num_operations=10, kinds=KINDS, plan_moves=3),
}
