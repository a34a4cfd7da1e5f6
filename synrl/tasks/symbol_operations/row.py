"""Where the slots are on screen, and how tiles and tokens travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from synrl.seeds import Stream
from synrl.world.timeline import HEIGHT, WIDTH, Poses, SceneObject

_EDGE = 6.0
"""Px from the edge of the picture to what comes in: it is never cut off."""
LANES = 2
"""Above the row, for tiles that cross it."""
_GAP = 14
"""Px between lanes."""
_ARRIVES = 0.3
"""Share of the time at which what leaves is in its lane, where it can be read."""
_DRIFT = 6
"""Px that it rises by from then on: where all is at rest, an operation is over."""
_BELOW = 44
"""Px that a row needs below its tiles, for the names of slots."""


def token_height_of(width: float) -> float:
    """The height of a token."""
    return 0.8 * width


def height_of(width: float) -> float:
    """The height of a tile: tall, so that the row and its lanes fill the picture, with the row amid it."""
    return min(2 * width, 96.0)


@dataclass(frozen=True)
class SlotRow:
    """Where the slots are, in px."""

    left: float
    y: float
    pitch: float

    @property
    def tile(self) -> float:
        """The width of a tile."""
        return self.pitch - 16

    @property
    def height(self) -> float:
        """The height of a tile."""
        return height_of(self.tile)

    def x(self, slot: int) -> float:
        """The middle of a slot, counted from 0."""
        return self.left + (slot + 0.5) * self.pitch

    def lane(self, number: int) -> float:
        """The height of a lane, counted from 1, upwards."""
        return self.y - number * (self.height + _GAP)

    @classmethod
    def drawn(cls, style: Stream, most: int) -> SlotRow:
        """As large as it fits, or a little smaller, below its lanes."""
        widest = min(84, (WIDTH - 24) // most)
        pitch = float(style.integer(widest - 2, widest))
        row = cls(float(style.integer(12, int(WIDTH - 12 - most * pitch))), 0.0, pitch)
        highest = (LANES + 0.5) * row.height + LANES * _GAP + _DRIFT + _EDGE
        lowest = min(HEIGHT - row.height / 2 - _BELOW, highest + 30)
        return replace(row, y=float(style.integer(int(highest), int(lowest))))

    @classmethod
    def of(cls, poses: Poses, objects: Sequence[SceneObject], most: int) -> SlotRow:
        """Of a clip, by its tiles on the first frame, the first of which stands in slot A."""
        pitch = objects[0].size + 16
        return cls(float(poses.x[0, 0]) - pitch / 2, float(poses.y[0, 0]), pitch)


Way = tuple[Sequence[tuple[float, float]], Sequence[float]]
"""Corners of a route, and the shares of an operation's time at which they are reached."""


def over(row: SlotRow, source: int, target: int, lane: int) -> Way:
    """Up into a lane above the row, across, and down."""
    y = row.lane(lane)
    corners = [(row.x(source), row.y), (row.x(source), y), (row.x(target), y), (row.x(target), row.y)]
    return corners, (0.0, 0.25, 0.75, 1.0)


def leave(row: SlotRow, slot: int, lane: int) -> Way:
    """Up into a lane and slowly on, so that it can be read and never rests, until it is gone."""
    x, y = row.x(slot), row.lane(lane)
    return [(x, row.y), (x, y), (x, y - _DRIFT)], (0.0, _ARRIVES, 1.0)


def hang(row: SlotRow, x: float) -> Way:
    """All the time in the lane that nothing crosses but swapped tiles."""
    return [(x, row.lane(LANES))] * 2, (0.0, 1.0)


def drop(row: SlotRow, slot: int) -> Way:
    """Of a tile into a slot, from above, so slowly that it is in sight for longer than a glance."""
    return [(row.x(slot), _EDGE + row.height / 2), (row.x(slot), row.y)], (0.0, 1.0)


def drop_token(row: SlotRow, slot: int) -> Way:
    """Of a token onto a tile, as slowly."""
    top = _EDGE + token_height_of(row.tile) / 2
    return [(row.x(slot), top), (row.x(slot), row.y)], (0.0, 1.0)


def shifts(
    row: SlotRow, before: Sequence[int], after: Sequence[int], start: float, end: float
) -> dict[int, Way]:
    """Straight along the row, for tiles that are in another slot."""
    slots = {tile: (before.index(tile), after.index(tile)) for tile in before if tile in after}
    return {
        tile: ([(row.x(one), row.y), (row.x(two), row.y)], (start, end))
        for tile, (one, two) in slots.items()
        if one != two
    }
