"""Knobs and levels of distance_estimation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.checks import check_some_of
from synrl.tasks.config import Config


@dataclass(frozen=True, kw_only=True)
class DistanceConfig(Config):
    """Knobs: what may be asked, shapes that come close, and the margins."""

    asks: tuple[str, ...]
    visitors: int
    change: int
    """Px."""
    gap: int
    """Px."""
    spin: float
    """Degrees that everything turns around the middle, at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "asks", tuple(self.asks))
        check_some_of("asks", self.asks, ("trend", "visit", "nearer"))
        self.require("visitors", (4, 5))
        self.require_range("change", 50, 80)
        self.require_range("gap", 30, 60)
        self.require_range("spin", 0.0, 120.0)


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(asks=("trend",), visitors=4, change=64, gap=60, spin=20.0),
    2: dict(asks=("trend", "nearer"), visitors=4, change=60, gap=56, spin=30.0),
    3: dict(asks=("trend", "nearer", "visit"), visitors=4, change=56, gap=48, spin=45.0),
    4: dict(asks=("trend", "nearer", "visit"), visitors=5, change=52, gap=40, spin=60.0),
    5: dict(asks=("trend", "nearer", "visit"), visitors=5, change=50, gap=32, spin=90.0),
}
