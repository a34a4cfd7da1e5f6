"""The knobs of shell_game, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.tasks.config import Config
from synrl.tasks.shared.questions import NUM_OPTIONS


@dataclass(frozen=True, kw_only=True)
class ShellConfig(Config):
    """Knobs: rows and columns, coins, swaps, how far they reach, the screen, length of asked plans."""

    size: int
    coins: int
    num_operations: int
    reach: int
    """Cells, along a row or column."""
    screen: bool
    plan_moves: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("size", (3, 4))
        self.require("coins", range(2, 5))
        self.require("num_operations", range(NUM_OPTIONS, 21))
        self.require("reach", (1, 2))
        self.require("screen", (False, True))
        self.require("plan_moves", (1, 2))


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(size=3, coins=2, num_operations=4, reach=1, screen=False, plan_moves=1),
    2: dict(size=3, coins=2, num_operations=5, reach=1, screen=False, plan_moves=1),
    3: dict(size=3, coins=2, num_operations=6, reach=1, screen=True, plan_moves=2),
    4: dict(size=3, coins=3, num_operations=8, reach=2, screen=True, plan_moves=2),
    5: dict(size=4, coins=4, num_operations=9, reach=2, screen=True, plan_moves=2),
}
