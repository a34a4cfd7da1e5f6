"""The knobs of collision_counting, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.errors import ConfigError
from synrl.tasks.config import Config
from synrl.tasks.shared.cast import SOLID_SHAPES
from synrl.tasks.shared.questions import NUM_OPTIONS

LEAST = {"walls": 1, "touches": 0}
"""What may be counted, and from which number on: few runs touch so often that margins hold all the way."""


@dataclass(frozen=True, kw_only=True)
class CollisionConfig(Config):
    """Knobs: how many shapes, what is counted, how far the counts go, how large and how fast they are."""

    shapes: int
    most: Mapping[str, int]
    """What may be counted, and up to which number: `walls` (one shape's wall hits), `touches` (its touches of
    other shapes)."""
    size: tuple[int, int]
    """Px across."""
    lasts: tuple[float, float]
    """Glances that the clip takes: drawn before its count is, which it would tell."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "lasts", tuple(self.lasts))
        self.require("shapes", range(1, 6))
        known = set(self.most) <= set(LEAST)
        if not (self.most and known and all(len(self.counts(name)) >= NUM_OPTIONS for name in self.most)):
            least = ", ".join(f"{name} (at least {low + NUM_OPTIONS - 1})" for name, low in LEAST.items())
            raise ConfigError(f"most is {dict(self.most)}; allowed: {least}")

    def counts(self, name: str) -> range:
        """The numbers that a count may be."""
        return range(LEAST[name], self.most[name] + 1)

    @property
    def outlines(self) -> tuple[str, ...]:
        """Only discs meet each other exactly where they are drawn to."""
        return SOLID_SHAPES if self.shapes == 1 else ("circle",)


LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(shapes=1, most={"walls": 4}, size=(44, 64), lasts=(26.0, 31.0)),
    2: dict(shapes=1, most={"walls": 5}, size=(36, 48), lasts=(26.0, 31.0)),
    3: dict(shapes=2, most={"walls": 4, "touches": 3}, size=(80, 100), lasts=(26.0, 31.0)),
    4: dict(shapes=3, most={"walls": 4, "touches": 3}, size=(64, 80), lasts=(26.0, 31.0)),
    5: dict(shapes=4, most={"walls": 4, "touches": 3}, size=(50, 62), lasts=(26.0, 31.0)),
}
