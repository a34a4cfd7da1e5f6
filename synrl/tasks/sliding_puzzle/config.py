"""The knobs of sliding_puzzle, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.tasks.config import Config
from synrl.tasks.shared.questions import NUM_OPTIONS


@dataclass(frozen=True, kw_only=True)
class SlidingConfig(Config):
    """Knobs: rows and columns, slides, length of asked plans."""

    size: int
    num_operations: int
    plan_moves: int
    """Slides that an asked plan needs at least, and may have at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("size", range(3, 6))
        self.require("num_operations", range(NUM_OPTIONS, 25))
        self.require("plan_moves", range(3, 6))


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(size=3, num_operations=4, plan_moves=3),
    2: dict(size=3, num_operations=6, plan_moves=3),
    3: dict(size=4, num_operations=7, plan_moves=3),
    4: dict(size=4, num_operations=9, plan_moves=4),
    5: dict(size=5, num_operations=12, plan_moves=4),
}
