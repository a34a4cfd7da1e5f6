"""Where containers stand and chips lie, and how both travel.

Containers are bags that stand side by side, each over the letter of its place, which names it. While they
are open, chips lie on the tray of each, in one column or two, as large as there is room for. Everything that
travels does so above the bags: a chip passes in front of the upper part of a bag and over the bags with its
face to be read all the time, bags that change places pass each other in two lanes, as if further away, and a
bag that pours goes upright to above the one it pours into, and tips over there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from synrl.world.easing import along

CAPACITY = 6
"""Chips that can be laid out in a bag; a matter of drawing, not of the rules."""
CHIPS = {2: (52.5, 56.5), 3: (46.5, 50.5), 4: (40.5,)}
"""Diameters of chips in px, by the number of containers: as large as there is room for. With them all edges
of bags and chips at rest lie a quarter of a pixel within a whole one. There the blur of compression is
farthest from the edges of the boxes in which the check of pixels looks."""
TRAY = 9.0
"""Height of a tray, px."""
_COLUMNS = 2
LARGEST = 88.5
"""The diameter, in px, of chips that lie open at most."""
_NEAR = 1.4
"""The scale of a chip that is on its way, so that it can be read well."""
_GAP = 7.5
"""Between chips that lie side by side, so that each stays a shape of its own when a video is compressed."""
_BASE = 414.0
"""Where bags stand."""
_MARGIN = 4.0
_LANE_GAP = 6.0
_FAR = 0.6
"""The scale of a bag that is on its way, at most."""
_TIP = 120.0
"""Degrees that a pouring bag tips over by."""


@dataclass(frozen=True)
class Key:
    """A pose that a moving object passes, at a share of the time that its way takes."""

    share: float
    x: float
    y: float
    angle: float = 0.0
    scale: float = 1.0


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
        return chip_size(self.height)

    def x(self, container: str) -> float:
        """The middle of a container's place."""
        return float(round(_MARGIN + (self.containers.index(container) + 0.5) * self._pitch))

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

    @property
    def tray_y(self) -> float:
        """The middle of the trays."""
        return self.y + (self.height - TRAY) / 2

    @property
    def _free(self) -> float:
        """Height of the room above the bags."""
        return self.y - self.height / 2

    @property
    def _far(self) -> float:
        """The scale of two bags that pass each other there."""
        return min(_FAR, (self._free - 3 * _LANE_GAP) / 2 / self.height)

    def _lane(self, number: int) -> float:
        """The middle of a bag in a lane above the standing ones, 1 for the lowest."""
        return self._free - (number - 0.5) * self._far * self.height - number * _LANE_GAP

    @property
    def _hover(self) -> float:
        return self._free / 2

    @property
    def _mouth(self) -> float:
        """Where a chip is, in front of a bag, right before it is in it."""
        return self._free + 0.6 * self.chip

    @property
    def _top(self) -> float:
        """Where a chip is that has just come."""
        return 0.5 * _NEAR * self.chip + 6

    @property
    def _pitch(self) -> float:
        """From the middle of a place to the next."""
        return (self.width - 2 * _MARGIN) / len(self.containers)

    def spread(self, most: int) -> tuple[int, float]:
        """Columns and diameter of chips while they can be seen, for the fullest bag: the largest that fit."""

        def fitting(columns: int) -> float:
            rows = -(-most // columns)
            across = (self._pitch - _GAP) / columns - _GAP
            return min(across, (_BASE - 18 - _GAP) / rows - _GAP, LARGEST)

        diameter, columns = max((fitting(columns), -columns) for columns in range(1, _COLUMNS + 1))
        # An even number and a half: see `CHIPS`.
        return -columns, 2 * float(np.floor((diameter - 0.5) / 2)) + 0.5

    def slots(self, container: str, most: int) -> list[tuple[float, float]]:
        """Where the chips of a bag lie while they can be seen, row by row from the tray up.

        `most` is how many the fullest bag holds.
        """
        columns, diameter = self.spread(most)
        pitch = diameter + _GAP
        lowest = self.y + self.height / 2 - 18 - diameter / 2
        return [
            (self.x(container) + (column - (columns - 1) / 2) * pitch, lowest - row * pitch)
            for row, column in product(range(-(-most // columns)), range(columns))
        ]

    def way_in(self, container: str) -> list[Key]:
        """Of a chip that is added."""
        x = self.x(container)
        near = [
            Key(share, x, y, scale=_NEAR)
            for share, y in ((0, self._top), (0.3, self._hover), (0.6, self._hover))
        ]
        return [*near, Key(1, x, self._mouth)]

    def way_out(self, container: str) -> list[Key]:
        """Of a chip that is removed."""
        return _back(self.way_in(container))

    def way_across(self, source: str, target: str) -> list[Key]:
        """Of a chip that is moved."""
        start, end = self.x(source), self.x(target)
        return [
            Key(0, start, self._mouth),
            Key(0.3, start, self._hover, scale=_NEAR),
            Key(0.7, end, self._hover, scale=_NEAR),
            Key(1, end, self._mouth),
        ]

    def ways_of_swap(self, one: str, two: str) -> Mapping[str, list[Key]]:
        """Of two bags that change places, each in its own lane."""
        ways = {}
        for lane, (source, target) in enumerate(((one, two), (two, one)), start=1):
            start, end, y = self.x(source), self.x(target), self._lane(lane)
            ways[source] = [
                Key(0, start, self.y),
                Key(0.25, start, y, scale=self._far),
                Key(0.75, end, y, scale=self._far),
                Key(1, end, self.y),
            ]
        return ways

    def way_of_pour(self, source: str, target: str) -> list[Key]:
        """Of a bag that tips over, with its mouth over another bag, and returns empty."""
        start, end, y = self.x(source), self.x(target), self._free / 2
        angle = _TIP if start < end else -_TIP
        beside = end - mouth(_FAR * self.height, angle)
        there = [
            Key(0, start, self.y),
            Key(0.14, start, y, scale=_FAR),
            Key(0.27, end, y, scale=_FAR),
            Key(0.38, beside, y, angle, _FAR),
        ]
        return [*there, *_back(there)]


def _back(way: Sequence[Key]) -> list[Key]:
    """The same way in the other direction."""
    return [replace(key, share=1 - key.share) for key in reversed(way)]


def bag_height(chip: float) -> float:
    """The height of a bag for chips of a diameter: three of them and a tray."""
    return 3 * chip + 43


def chip_size(height: float) -> float:
    """The diameter of the chips for which a bag has a height."""
    return (height - 43) / 3


def bag_width(height: float) -> float:
    """The width of a bag of a height."""
    return _COLUMNS * chip_size(height) + 19.5


def mouth(height: float, angle: float) -> float:
    """How far to the right of its middle the mouth of a turned bag is."""
    return height / 2 * float(np.sin(np.radians(angle)))


def travel(way: Sequence[Key], num_frames: int) -> np.ndarray:
    """Poses (num_frames + 1, 4) of x, y, angle and scale on a way, each stretch started and ended gently."""
    poses = np.array([(key.x, key.y, key.angle, key.scale) for key in way])
    return along(poses, [key.share for key in way], np.linspace(0, 1, num_frames + 1))
