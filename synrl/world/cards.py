"""The rules of the card table, apart from how it is drawn: state, operation -> state.

A state maps each pile to its cards, lowest first; its last card is on top. Operations:

    move    source, target    the top card of one pile onto another
    bury    pile              the top card of a pile under that pile
    swap    piles (two)       the top cards of two piles change places
    add     pile, card        a new card onto a pile
    remove  pile              the top card of a pile leaves the table; `card` if it is shown leaving
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.errors import IllegalOperation
from synrl.world.history import Step
from synrl.world.plans import World

RANKS = ("A", "2", "3", "4", "5", "6", "7", "8", "9", "J", "Q", "K")
SUITS = ("♠", "♥", "♦", "♣")

Piles = Mapping[str, tuple[str, ...]]
_PLAN = re.compile(r"move\s+([A-Z])\s+(?:onto\s+|to\s+)?([A-Z])", re.IGNORECASE)


def apply(piles: Piles, kind: str, arguments: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The state after an operation; `piles` is left as it is.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    if kind == "move":
        source, target = arguments["source"], arguments["target"]
        if source == target:
            raise IllegalOperation(f"move from pile {source} to itself")
        rest, card = _lift(piles, source)
        return {**rest, target: (*_pile(rest, target), card)}
    if kind == "bury":
        rest, card = _lift(piles, arguments["pile"])
        if not rest[arguments["pile"]]:
            raise IllegalOperation(f"bury in pile {arguments['pile']}, which has one card")
        return {**rest, arguments["pile"]: (card, *rest[arguments["pile"]])}
    if kind == "swap":
        first, second = arguments["piles"]
        if first == second:
            raise IllegalOperation(f"swap of pile {first} with itself")
        rest, one = _lift(piles, first)
        rest, two = _lift(rest, second)
        return {**rest, first: (*rest[first], two), second: (*rest[second], one)}
    if kind == "add":
        if any(arguments["card"] in cards for cards in piles.values()):
            raise IllegalOperation(f"add {arguments['card']}, which is on the table")
        return {**piles, arguments["pile"]: (*_pile(piles, arguments["pile"]), arguments["card"])}
    if kind == "remove":
        rest, card = _lift(piles, arguments["pile"])
        if arguments.get("card", card) != card:
            raise IllegalOperation(f"remove {arguments['card']}, but the top card is {card}")
        return rest
    raise IllegalOperation(f"operation {kind!r} is unknown")


def _pile(piles: Piles, name: str) -> tuple[str, ...]:
    if name not in piles:
        raise IllegalOperation(f"there is no pile {name}")
    return piles[name]


def _lift(piles: Piles, name: str) -> tuple[dict[str, tuple[str, ...]], str]:
    """The piles without the top card of one of them, and that card."""
    cards = _pile(piles, name)
    if not cards:
        raise IllegalOperation(f"pile {name} is empty")
    return {**piles, name: cards[:-1]}, cards[-1]


def legal_moves(piles: Piles) -> Iterator[Step]:
    """Every `move` that is legal in a state."""
    return (_move(s, t) for s, t in itertools.permutations(piles, 2) if piles[s])


def undone_moves(piles: Piles) -> Iterator[tuple[Step, Piles]]:
    """Every `move` that may have been the last, and the state before it."""
    for step in legal_moves(piles):
        source, target = step.arguments["source"], step.arguments["target"]
        yield _move(target, source), apply(piles, *step)


def _move(source: str, target: str) -> Step:
    return Step("move", {"source": source, "target": target})


def parse_plan(text: str) -> list[Step] | None:
    """The moves of `move A B; move C A` (or commas, or lines); None if there is anything else in it."""
    parts = [part.strip(" .") for part in re.split(r"[;,\n]", text.strip())]
    matches = [_PLAN.fullmatch(part) for part in parts if part]
    return [_move(m[1].upper(), m[2].upper()) for m in matches if m] if matches and all(matches) else None


def format_plan(moves: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    return "; ".join(f"move {move.arguments['source']} {move.arguments['target']}" for move in moves)


WORLD = World(apply, legal_moves, undone_moves, parse_plan, format_plan)
