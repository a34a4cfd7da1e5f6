"""Knobs and levels of attribute_change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.tasks.config import Config

SHORTEST_HOLD = 1.3
"""Glances that an appearance lasts at any level: who sees both ends of a clip knows whether it changed."""


@dataclass(frozen=True, kw_only=True)
class AttributeConfig(Config):
    """Knobs: how many shapes, how long they keep their looks, how far they drift, what else changes."""

    shapes: int
    hold: float
    """Glances."""
    drift: float
    """Px up and down."""
    decoys: int
    """How many shapes change their colour or outline, asked about or not."""
    colours: int
    """How many colours a shape goes through when their order is asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("shapes", range(3, 6))
        self.require_range("hold", SHORTEST_HOLD, 4.0)
        self.require("colours", (4, 5))
        self.require("decoys", (1, 2))


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(shapes=3, hold=3.0, drift=0.0, decoys=1, colours=4),
    2: dict(shapes=4, hold=2.5, drift=0.0, decoys=1, colours=4),
    3: dict(shapes=4, hold=2.0, drift=30.0, decoys=1, colours=4),
    4: dict(shapes=4, hold=1.6, drift=50.0, decoys=2, colours=5),
    5: dict(shapes=5, hold=1.3, drift=70.0, decoys=2, colours=5),
}
