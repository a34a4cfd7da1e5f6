"""Where cards lie on the table, how they travel, and how to read an arrangement back from positions.

Piles are columns; a card lies in a slot (pile, height), fully visible, the top card highest on screen.
Nothing that moves ever covers a card: a moved card rises to a free row, crosses, and comes down; a
buried one slides out beside its pile and goes down there while the others rise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synrl.world.cards import Piles
from synrl.world.easing import along

MAX_HEIGHT = 5
CARD_HEIGHT = 50.0
_ROW = 56.0
_BASE = 384.0
_MARGIN = 24.0
_SHARE = 0.44
"""The width of a card, as a share of the way from one column to the next."""
_TRAY = 9.0
"""Px of a pile's ground beside its cards."""
_OUTSIDE = -30.0
"""Height from which added cards come and to which removed ones go, above the frame."""

_TURNS = (0.0, 0.25, 0.75, 1.0)
"""When a route of three stretches turns, as shares of its time."""


@dataclass(frozen=True)
class Table:
    """The layout for some piles on a frame of a given width; all lengths in px."""

    piles: tuple[str, ...]
    width: int

    @property
    def pitch(self) -> float:
        """From one column to the next."""
        return (self.width - 2 * _MARGIN) / (len(self.piles) - 1 + _SHARE)

    @property
    def card_width(self) -> float:
        """Narrow enough for a card to pass between two columns."""
        return _SHARE * self.pitch

    def column(self, pile: str) -> float:
        """The x of a pile's cards."""
        return _MARGIN + self.card_width / 2 + self.piles.index(pile) * self.pitch

    def slot(self, pile: str, height: int) -> tuple[float, float]:
        """The centre of the card at a height, 0 for the lowest."""
        return self.column(pile), _BASE - height * _ROW

    def tray(self, pile: str) -> tuple[float, float, float, float]:
        """The ground of a pile, as high as a pile may be: x and y of its centre, width and height."""
        x, lowest = self.slot(pile, 0)
        height = (MAX_HEIGHT - 1) * _ROW + CARD_HEIGHT + 2 * _TRAY
        return x, lowest - (MAX_HEIGHT - 1) * _ROW / 2, self.card_width + 2 * _TRAY, height

    def places(self, state: Piles) -> dict[str, tuple[float, float]]:
        """Card to position when everything is at rest."""
        return {card: self.slot(pile, h) for pile, cards in state.items() for h, card in enumerate(cards)}

    def read(self, places: Mapping[str, tuple[float, float]]) -> dict[str, tuple[str, ...]]:
        """The arrangement of cards at rest: the inverse of `places`."""
        lowest_first = sorted(places, key=lambda card: -places[card][1])
        state: dict[str, list[str]] = {pile: [] for pile in self.piles}
        for card in lowest_first:
            pile = min(self.piles, key=lambda name: abs(self.column(name) - places[card][0]))
            state[pile].append(card)
        return {pile: tuple(cards) for pile, cards in state.items()}

    def routes(self, kind: str, before: Piles, after: Piles) -> dict[str, np.ndarray]:
        """For each card that an operation moves, the corners of its way (corners, 2)."""
        start, end = self.places(before), self.places(after)
        moving = [card for card in start | end if start.get(card) != end.get(card)]
        if kind == "bury":
            (pile,) = (name for name in self.piles if before[name] != after[name])
            return {card: self._buried(before[pile], card, start[card], end[card]) for card in moving}
        free = min(y for _, y in (*start.values(), *end.values())) - _ROW
        routes = {}
        for lane, card in enumerate(moving):
            if card not in start or card not in end:  # comes from above, or goes there
                x, y = end.get(card) or start[card]
                straight = [(x, _OUTSIDE), (x, y)] if card in end else [(x, y), (x, _OUTSIDE)]
                routes[card] = np.array(straight)
                continue
            (x0, y0), (x1, y1), top = start[card], end[card], free - lane * _ROW
            routes[card] = np.array([(x0, y0), (x0, top), (x1, top), (x1, y1)])
        return routes

    def _buried(
        self, pile: Sequence[str], card: str, start: tuple[float, float], end: tuple[float, float]
    ) -> np.ndarray:
        if card != pile[-1]:  # the others wait until the top card is out beside them, then rise
            return np.array([start, start, end, end])
        last = start[0] == self.column(self.piles[-1])  # beyond it there is no room
        beside = start[0] + self.pitch / (-2 if last else 2)
        return np.array([start, (beside, start[1]), (beside, end[1]), end])


def travel(route: np.ndarray, num_frames: int) -> np.ndarray:
    """Positions (num_frames + 1, 2) along a route, each stretch started and ended gently.

    The middle one of three stretches takes half the time, whatever their lengths: cards of the same
    operation turn at the same moments and so keep out of each other's way.
    """
    turns = _TURNS if len(route) == len(_TURNS) else (0.0, 1.0)
    return along(route, turns, np.linspace(0, 1, num_frames + 1))
