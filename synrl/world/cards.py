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
from functools import lru_cache
from typing import Any

from synrl.errors import IllegalOperation
from synrl.world.history import Step, World

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


def undo(piles: Piles, kind: str, arguments: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The state before an operation.

    Raises:
        IllegalOperation: it can't have led to this state, or what it removed is not known.
    """
    if kind == "move":
        back = {"source": arguments["target"], "target": arguments["source"]}
        return apply(piles, "move", back)
    if kind == "bury":
        name = arguments["pile"]
        cards = _pile(piles, name)
        if len(cards) < 2:
            raise IllegalOperation(f"pile {name} has too few cards for a burial")
        return {**piles, name: (*cards[1:], cards[0])}
    if kind == "swap":
        return apply(piles, kind, arguments)
    if kind == "add":
        return apply(piles, "remove", arguments)
    if kind == "remove" and "card" in arguments:
        return apply(piles, "add", arguments)
    raise IllegalOperation(f"operation {kind!r} can't be undone")


def all_moves(piles: Piles) -> Iterator[Step]:
    """Every `move` between two piles."""
    return (_move(source, target) for source, target in itertools.permutations(piles, 2))


def _move(source: str, target: str) -> Step:
    return Step("move", {"source": source, "target": target})


def parse_plan(text: str) -> list[Step] | None:
    """The moves of `move A B; move C A` (or commas, or lines); None if there is anything else in it."""
    parts = [part.strip(" .") for part in re.split(r"[;,\n]", text.strip())]
    matches = [_PLAN.fullmatch(part) for part in parts if part]
    return [_move(m[1].upper(), m[2].upper()) for m in matches if m] if matches and all(matches) else None


def format_plan(steps: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    return "; ".join(f"move {step.arguments['source']} {step.arguments['target']}" for step in steps)


Place = tuple[str, int]
"""A pile, and how many cards of it are below."""


@lru_cache(maxsize=4096)
def plans_to(heights: tuple[tuple[str, int], ...], moves: int) -> Mapping[str, Mapping[Place, list[str]]]:
    """The plans of at most some moves that put a card on top of a pile, each move of which counts.

    Args:
        heights: the names of the piles and how many cards are in each.

    Returns:
        For each pile, the plans by the place that the card comes from.
    """
    found: dict[str, dict[Place, list[str]]] = {pile: {} for pile, _ in heights}
    steps = tuple(all_moves(dict.fromkeys(found, ())))
    for length in range(1, moves + 1):
        for plan in itertools.product(steps, repeat=length):
            tops = _tops(heights, plan)
            if not tops:
                continue
            fewer = [_tops(heights, plan[:k] + plan[k + 1 :]) for k in range(length)]
            for pile, place in tops.items():
                if all(rest.get(pile) != place for rest in fewer):
                    found[pile].setdefault(place, []).append(format_plan(plan))
    return found


def _tops(heights: tuple[tuple[str, int], ...], plan: Sequence[Step]) -> dict[str, Place]:
    """Where the top cards of the piles come from after a plan; nothing if it isn't legal."""
    piles = {pile: [(pile, below) for below in range(height)] for pile, height in heights}
    for _, given in plan:
        if not piles[given["source"]]:
            return {}
        piles[given["target"]].append(piles[given["source"]].pop())
    return {pile: places[-1] for pile, places in piles.items() if places}


def reached(piles: Piles, target: Mapping[str, Any]) -> bool:
    """Whether a card is on top of a pile."""
    cards = piles[target["pile"]]
    return bool(cards) and cards[-1] == target["card"]


WORLD = World(apply, undo, all_moves, parse_plan, format_plan, reached)
