"""Knobs and levels of relative_position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.checks import check_some_of
from synrl.tasks.config import Config


@dataclass(frozen=True, kw_only=True)
class PositionConfig(Config):
    """Knobs: what may be asked, how many shapes race, how far a shape moves that another one tours."""

    asks: tuple[str, ...]
    racers: int
    drift: float
    """Px that the shape in the middle of a tour moves itself."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "asks", tuple(self.asks))
        check_some_of("asks", self.asks, ("tour", "inside", "overtake"))
        self.require("racers", range(4, 6))
        self.require_range("drift", 0.0, 80.0)


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(asks=("tour",), racers=4, drift=0.0),
    2: dict(asks=("tour", "inside"), racers=4, drift=0.0),
    3: dict(asks=("tour", "inside", "overtake"), racers=4, drift=30.0),
    4: dict(asks=("tour", "inside", "overtake"), racers=4, drift=50.0),
    5: dict(asks=("tour", "inside", "overtake"), racers=5, drift=80.0),
}
