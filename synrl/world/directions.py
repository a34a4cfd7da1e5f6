"""The eight directions of the screen: one table for wording, scenes, keys and solvers."""

from __future__ import annotations

DIRECTIONS = {
    "right": 0.0,
    "down-right": 45.0,
    "down": 90.0,
    "down-left": 135.0,
    "left": 180.0,
    "up-left": 225.0,
    "up": 270.0,
    "up-right": 315.0,
}
"""Name to angle in degrees, clockwise from the right as seen on screen."""

MAIN_DIRECTIONS = ("right", "down", "left", "up")


def opposite(direction: str) -> str:
    """The direction that leads back."""
    names = tuple(DIRECTIONS)
    return names[(names.index(direction) + 4) % 8]


def apart(one: str, other: str) -> float:
    """Degrees between two directions, 0 to 180."""
    return abs((DIRECTIONS[one] - DIRECTIONS[other] + 180) % 360 - 180)
