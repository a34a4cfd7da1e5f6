"""The solver of card_stack: follow anonymous cards, and name them where their faces show.

This is the second implementation of every answer. It does not apply the rules of `world.cards` to named
cards; it moves nameless tokens as the operations show, and names a token when its face is seen: in the
reveal, when it is added, or when it leaves face up. A question has an answer exactly if every token it
concerns got a name, which also proves that only one start state fits what is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synrl.evidence import Evidence, Observed
from synrl.evidence.following import find_plan, read_back, reveal_at_start
from synrl.tasks.card_stack.clip import pile_names
from synrl.tasks.card_stack.table import Table
from synrl.world.cards import WORLD, Piles
from synrl.world.history import Step, When
from synrl.world.timeline import WIDTH, Operation


@dataclass(eq=False)
class Token:
    """A card whose name may not be known yet."""

    name: str | None = None


@dataclass
class Followed:
    """What following the operations gives."""

    snapshots: list[dict[str, list[Token]]]
    """The piles after 0, 1, … operations."""
    lifted: list[list[Token]] = field(default_factory=list)
    """The tokens that each operation picked up."""

    def named(self, after: int, pile: str) -> list[str] | None:
        """The cards of a pile after some operations, lowest first; None if one is unknown."""
        names = [token.name for token in self.snapshots[after][pile]]
        return None if None in names else [name for name in names if name]


def cards_of(evidence: Evidence, pile: str, when: When) -> list[str] | None:
    """The cards of a pile at a moment, lowest first; None if the evidence doesn't determine them."""
    followed = follow(evidence)
    if followed is None:
        return None
    last = len(followed.snapshots) - 1
    after = {"start": 0, "end": last}[when] if isinstance(when, str) else when
    return None if after > last else followed.named(after, pile)


def lifts_of(evidence: Evidence, card: str) -> list[int]:
    """The numbers of the operations that are seen to pick a card up."""
    followed = follow(evidence)
    lifted = [] if followed is None else followed.lifted
    return [
        number for number, tokens in enumerate(lifted, start=1) if card in [token.name for token in tokens]
    ]


def plan(evidence: Evidence) -> str | None:
    """A plan from the hidden end to the target, or None if the evidence doesn't determine that end."""
    followed = follow(evidence)
    if followed is None:
        return None
    after = 0 if evidence.query["reveal"] == "end" else len(followed.snapshots) - 1
    hidden = {pile: followed.named(after, pile) for pile in followed.snapshots[0]}
    return None if None in hidden.values() else find_plan(evidence, hidden, _carry, WORLD)


def follow(evidence: Evidence) -> Followed | None:
    """Replay the operations that were seen on nameless tokens; None if they don't fit together."""
    if not evidence.reveals:
        return None
    (reveal,) = evidence.reveals
    at_start = reveal.start_frame == 0
    heights = {pile: len(cards) for pile, cards in reveal.state.items()}
    if not at_start:
        for operation in evidence.operations:
            for pile, change in _growth(operation):
                heights[pile] -= change
    piles = {pile: [Token() for _ in range(height)] for pile, height in heights.items()}
    if at_start:
        _name(piles, reveal.state)
    followed = Followed([_copy(piles)])
    for operation in evidence.operations:
        try:
            followed.lifted.append(_handle(piles, operation))
        except IndexError:  # a pile that should hold a card is empty: an operation was missed
            return None
        followed.snapshots.append(_copy(piles))
    if not at_start and not _name(piles, reveal.state):
        return None
    return followed


def _handle(piles: dict[str, list[Token]], operation: Operation) -> list[Token]:
    """Move tokens as an operation does; returns those it picked up."""
    given = operation.arguments
    if operation.kind == "move":
        token = piles[given["source"]].pop()
        piles[given["target"]].append(token)
        return [token]
    if operation.kind == "bury":
        token = piles[given["pile"]].pop()
        piles[given["pile"]].insert(0, token)
        return [token]
    if operation.kind == "swap":
        one, two = (piles[pile] for pile in given["piles"])
        one[-1], two[-1] = two[-1], one[-1]
        return [one[-1], two[-1]]
    if operation.kind == "add":
        piles[given["pile"]].append(Token(given["card"]))
        return []
    token = piles[given["pile"]].pop()
    token.name = given.get("card", token.name)
    return [token]


def _growth(operation: Operation) -> list[tuple[str, int]]:
    """How many cards each pile gains by an operation."""
    given = operation.arguments
    if operation.kind == "move":
        return [(given["source"], -1), (given["target"], 1)]
    if operation.kind in ("add", "remove"):
        return [(given["pile"], 1 if operation.kind == "add" else -1)]
    return []


def _name(piles: Mapping[str, Sequence[Token]], state: Mapping[str, Sequence[str]]) -> bool:
    """Name tokens by a readable state; False if it contradicts them."""
    for pile, tokens in piles.items():
        if len(tokens) != len(state[pile]):
            return False
        for token, card in zip(tokens, state[pile], strict=True):
            if token.name not in (None, card):
                return False
            token.name = card
    return True


def _copy(piles: Mapping[str, Sequence[Token]]) -> dict[str, list[Token]]:
    return {pile: list(tokens) for pile, tokens in piles.items()}


def _carry(piles: Piles, step: Step) -> dict[str, tuple[str, ...]] | None:
    """The piles after a move, None if it can't be made."""
    source, target = step.arguments["source"], step.arguments["target"]
    if source == target or not piles.get(source) or target not in piles:
        return None
    card = piles[source][-1]
    return {**piles, source: (*piles[source][:-1],), target: (*piles[target], card)}


def observe(evidence: Evidence) -> Observed:
    """Operations and states read back from where the cards are on every frame of the full clip."""
    at_end = not reveal_at_start(evidence)
    table = Table(pile_names(evidence.query["piles"]), WIDTH)

    def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, list[str]]:
        return {pile: list(cards) for pile, cards in table.read(places).items()}

    def difference(before: Piles, after: Piles) -> tuple[str, dict[str, Any]]:
        return _difference(before, after, show_removed=at_end)

    return read_back(evidence, arrangement, difference)


def _difference(before: Piles, after: Piles, *, show_removed: bool) -> tuple[str, dict[str, Any]]:
    """The operation that leads from one arrangement to the next."""
    where = {card: pile for pile, cards in before.items() for card in cards}
    there = {card: pile for pile, cards in after.items() for card in cards}
    for card in there.keys() - where.keys():
        return "add", {"pile": there[card], "card": card}
    for card in where.keys() - there.keys():
        return "remove", {"pile": where[card]} | ({"card": card} if show_removed else {})
    moved = [card for card in where if where[card] != there[card]]
    if len(moved) == 1:
        return "move", {"source": where[moved[0]], "target": there[moved[0]]}
    if len(moved) == 2:
        return "swap", {"piles": sorted(where[card] for card in moved)}
    return "bury", {"pile": next((pile for pile in before if before[pile] != after[pile]), "")}
