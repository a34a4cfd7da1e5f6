"""Where containers stand and chips lie, and how both travel.

Containers are bags that stand side by side, each over the letter of its place, which names it. While
the bags are seen through, chips lie in two columns in their outlines. Everything that travels does so in
lanes above the bags: a chip hovers there with its face to be read, bags that change places pass each
other in two lanes, and a bag that pours tips over beside the one it pours into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synrl.world.easing import along

CAPACITY = 6
"""Chips that can be laid out in a bag; a matter of drawing, not of the rules."""
_COLUMNS = 2
_GAP = 7.5
"""Between chips that lie side by side, so that each stays a shape of its own when a video is compressed."""
_LANE_GAP = 7.0
_BASE = 410.0
"""Where bags stand."""
_MARGIN = 16.0
_TIP = 120.0
"""Degrees that a pouring bag tips over by."""


@dataclass(frozen=True)
class Key:
    """A pose that a moving object passes, at a share of the time that its way takes."""

    share: float
    x: float
    y: float
    angle: float = 0.0


@dataclass(frozen=True)
class Shelf:
    """The layout for some bags of a height on a frame of a width; all lengths in px."""

    containers: tuple[str, ...]
    height: float
    width: int

    @property
    def bag_width(self) -> float:
        """Of every bag."""
        return bag_width(self.height)

    @property
    def chip(self) -> float:
        """The diameter of a chip."""
        return (self.height - 0.5) / 4

    def x(self, container: str) -> float:
        """The middle of a container's place."""
        pitch = (self.width - 2 * _MARGIN) / len(self.containers)
        return float(round(_MARGIN + (self.containers.index(container) + 0.5) * pitch))

    @property
    def y(self) -> float:
        """The middle of a bag that stands; a hidden chip is held to be there."""
        return float(round(_BASE - self.height / 2))

    @property
    def label_y(self) -> float:
        """The middle of the letters."""
        return _BASE + 18

    @property
    def away(self) -> float:
        """Height, above the frame, from which added chips come and to which removed ones go."""
        return -self.chip

    def _lane(self, number: int) -> float:
        """The middle of a bag in a lane above the standing ones, 1 for the lowest."""
        return self.y - number * float(round(self.height + _LANE_GAP))

    @property
    def _hover(self) -> float:
        return self._lane(1)

    def slots(self, container: str) -> list[tuple[float, float]]:
        """Where the chips of a bag lie while they can be seen, row by row from the top."""
        pitch = self.chip + _GAP
        rows = CAPACITY // _COLUMNS
        return [
            (
                self.x(container) + (column - (_COLUMNS - 1) / 2) * pitch,
                self.y + (row - (rows - 1) / 2) * pitch,
            )
            for row in range(rows)
            for column in range(_COLUMNS)
        ]

    def way_in(self, container: str) -> list[Key]:
        """Of a chip that is added."""
        x = self.x(container)
        heights = (self.away, self._hover, self._hover, self.y)
        return [Key(share, x, y) for share, y in zip((0, 0.3, 0.7, 1), heights, strict=True)]

    def way_out(self, container: str) -> list[Key]:
        """Of a chip that is removed."""
        return [Key(1 - key.share, key.x, key.y) for key in reversed(self.way_in(container))]

    def way_across(self, source: str, target: str) -> list[Key]:
        """Of a chip that is moved."""
        start, end = self.x(source), self.x(target)
        return [
            Key(0, start, self.y),
            Key(0.3, start, self._hover),
            Key(0.7, end, self._hover),
            Key(1, end, self.y),
        ]

    def ways_of_swap(self, one: str, two: str) -> Mapping[str, list[Key]]:
        """Of two bags that change places, each in its own lane."""
        ways = {}
        for lane, (source, target) in enumerate(((one, two), (two, one)), start=1):
            start, end, y = self.x(source), self.x(target), self._lane(lane)
            ways[source] = [
                Key(0, start, self.y),
                Key(0.25, start, y),
                Key(0.75, end, y),
                Key(1, end, self.y),
            ]
        return ways

    def way_of_pour(self, source: str, target: str) -> list[Key]:
        """Of a bag that tips over, with its mouth over another bag, and returns empty."""
        start, end, y = self.x(source), self.x(target), self._lane(1) - 2 * _LANE_GAP
        angle = _TIP if start < end else -_TIP
        beside = end - mouth(self.height, angle)
        home, up = Key(0, start, self.y), Key(0.2, start, y)
        tipped = [Key(share, beside, y, angle) for share in (0.45, 0.6)]
        return [home, up, *tipped, Key(0.8, start, y), Key(1, start, self.y)]


def bag_width(height: float) -> float:
    """The width of a bag of a height."""
    return height / 2 + 27.25


def mouth(height: float, angle: float) -> float:
    """How far to the right of its middle the mouth of a turned bag is."""
    return height / 2 * float(np.sin(np.radians(angle)))


def travel(way: Sequence[Key], num_frames: int) -> np.ndarray:
    """Poses (num_frames + 1, 3) of x, y and angle on a way, each stretch started and ended gently."""
    poses = np.array([(key.x, key.y, key.angle) for key in way])
    return along(poses, [key.share for key in way], np.linspace(0, 1, num_frames + 1))
