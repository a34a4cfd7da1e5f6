"""What can be read in a clip of card_stack: the faces of cards."""

from __future__ import annotations

from collections.abc import Iterator

from synrl.evidence import Evidence
from synrl.tasks.base import Caption
from synrl.tasks.shared.mistaken import mistaken
from synrl.world.cards import SUITS

_INSET = (6.5, 6.5)
"""Past the border and its round corners."""


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each card of the state that is shown, and each that comes or goes face up."""
    for reveal in evidence.reveals:
        for cards in reveal.state.values():
            for card in cards:
                yield _face(card, reveal.start_frame, reveal.end_frame)
    for operation in evidence.operations:
        if "card" in operation.arguments:
            yield _face(operation.arguments["card"], operation.start_frame + 1, operation.end_frame)


def _face(card: str, start: int, end: int) -> Caption:
    rank, suit = card[:-1], card[-1]
    suits = (rank + other for other in SUITS if other != suit)
    rivals = (*suits, *(other + suit for other in mistaken(rank)))
    return Caption(card, card, start, end, _INSET, rivals)
