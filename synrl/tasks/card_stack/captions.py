"""What can be read in a clip of card_stack: the faces of cards."""

from __future__ import annotations

from collections.abc import Iterator

from synrl.evidence import Evidence
from synrl.tasks.base import Caption
from synrl.world.cards import SUITS

_INSET = (4.5, 4.5)


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
    rivals = tuple(card[:-1] + suit for suit in SUITS if suit != card[-1])
    return Caption(card, card, start, end, _INSET, rivals)
