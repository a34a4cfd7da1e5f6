"""The knobs of chip_container, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.errors import ConfigError
from synrl.tasks.config import Config
from synrl.tasks.shared.questions import NUM_OPTIONS

KINDS = ("add", "remove", "move", "swap", "pour")


@dataclass(frozen=True, kw_only=True)
class ChipConfig(Config):
    """Knobs: containers, chips at the readable end, operations and their kinds, length of asked plans."""

    containers: int
    chips: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int
    """Moves that an asked plan needs at least, and may have at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("containers", range(2, 5))
        self.require("chips", range(2, 11))
        self.require("num_operations", range(NUM_OPTIONS, 31))
        self.require("plan_moves", range(1, 4))
        # Without additions and removals few states could be reached, and counts might not fit.
        if not {"add", "remove"} <= set(self.kinds) <= set(KINDS):
            raise ConfigError(
                f"kinds is {self.kinds!r}; allowed: add, remove and any of {', '.join(KINDS[2:])}"
            )


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(containers=2, chips=3, num_operations=4, kinds=KINDS[:2], plan_moves=1),
    2: dict(containers=2, chips=4, num_operations=5, kinds=KINDS[:3], plan_moves=1),
    3: dict(containers=3, chips=5, num_operations=6, kinds=KINDS[:4], plan_moves=2),
    4: dict(containers=4, chips=6, num_operations=8, kinds=KINDS, plan_moves=2),
    5: dict(containers=4, chips=8, num_operations=10, kinds=KINDS, plan_moves=3),
}
