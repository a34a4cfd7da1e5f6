"""The knobs of sliding_puzzle, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.tasks.config import Config

LEAST = 5
"""Slides after which a tile may be in enough places, wherever the empty cell has got to."""


@dataclass(frozen=True, kw_only=True)
class SlidingConfig(Config):
    """Knobs: rows and columns, slides, length of asked plans."""

    size: int
    num_operations: int
    plan_moves: int
    """Slides that an asked plan needs, and the most that it may have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("size", range(3, 6))
        self.require("num_operations", range(LEAST + 1, 25))
        self.require("plan_moves", range(3, 6))


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(size=3, num_operations=6, plan_moves=4),
    2: dict(size=3, num_operations=7, plan_moves=4),
    3: dict(size=4, num_operations=8, plan_moves=4),
    4: dict(size=4, num_operations=9, plan_moves=4),
    5: dict(size=5, num_operations=10, plan_moves=5),
}
