"""What other people say of the state of a long clip, and sums: true, or false by the record."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any


def state_sentences(row: Mapping[str, Any], draw: random.Random, *, false: bool) -> Iterator[str]:
    """What holds after some operation, or, with the same words, what does not."""
    states = row["states"]
    if not states:
        return
    kept = [states[0], *states[2:]] if states[0]["visible"] else states[:-1]
    for _ in range(3):
        number = draw.randrange(1, len(kept))
        said = dict(_STATES[row["family"]](kept[number]["state"], draw))
        wrong = {
            what: [
                text
                for other in kept
                for text in dict(_STATES[row["family"]](other["state"], draw)).get(what, ())
            ]
            for what in said
        }
        what = draw.choice(sorted(said))
        texts = said[what]
        if false:
            texts = [text for text in wrong[what] if _plain(text) not in map(_plain, said[what])]
        if texts:
            moment = draw.choice(
                (
                    f"After operation {number}",
                    f"Once operation {number} is done",
                    f"Operation {number} is over",
                )
            )
            if moment.endswith("over"):
                yield f"{moment}, and now {draw.choice(texts)}."
            else:
                yield f"{moment}, {draw.choice(texts)}."


def _plain(text: str) -> tuple[str, ...]:
    """What a text says of a state, whatever the words: its values, which are in order."""
    return tuple(
        sorted(re.findall(r"[\w/.♠♥♦♣-]*[\d♠♥♦♣/][\w.]*|empty|-?\b[a-z]\b|_", text.partition(" ")[2]))
    )


def _card_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    for name, cards in state.items():
        if cards:
            yield (
                name,
                [f"pile {name} {does} {', '.join(cards)}" for does in ("holds", "contains", "consists of")],
            )
            yield f"{name} top", [f"the top card of pile {name} is the {cards[-1]}"]
            yield f"{name} number", [f"pile {name} has {len(cards)} cards"]
        else:
            yield name, [f"pile {name} is empty"]


def _chip_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    for name, chips in state.items():
        if chips:
            yield (
                name,
                [f"container {name} {does} {', '.join(map(str, chips))}" for does in ("holds", "contains")],
            )
            yield (
                f"{name} sum",
                [
                    f"container {name} is worth {sum(chips)}",
                    f"the chips in container {name} add up to {sum(chips)}",
                ],
            )
        else:
            yield name, [f"container {name} is empty"]


def _cup_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    for coin, cell in state["coins"].items():
        yield (
            coin,
            [
                f"the {coin} {does} {cell}"
                for does in ("is at", "lies under the cup at", "is in cell", "sits at")
            ],
        )


def _tile_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    for r, line in enumerate(state["rows"]):
        yield f"row {r}", [f"row {r + 1} reads {' '.join(str(tile or '_') for tile in line)}"]
        for c, tile in enumerate(line):
            cell = f"{'ABCDEFGHI'[c]}{r + 1}"
            if tile:
                yield f"tile {tile}", [f"tile {tile} is at {cell}", f"tile {tile} is in cell {cell}"]
                yield f"cell {cell}", [f"cell {cell} holds tile {tile}"]


def _slot_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    yield "row", [f"the row reads {', '.join(map(str, state['slots']))}"]
    for name, value in zip("ABCDEFGH", state["slots"], strict=False):
        yield name, [f"slot {name} holds {value}", f"slot {name} contains {value}"]


def _file_states(state: Any, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    yield "cwd", [f"the working directory is {state['cwd']}"]


_STATES: dict[str, Any] = {
    "card_stack": _card_states,
    "chip_container": _chip_states,
    "shell_game": _cup_states,
    "sliding_puzzle": _tile_states,
    "symbol_operations": _slot_states,
    "file_system": _file_states,
}


def sum_sentence(draw: random.Random, *, false: bool) -> str:
    """A sum, or a comparison, that comes out or does not."""
    terms = [draw.randrange(1, 60) for _ in range(draw.randrange(2, 5))]
    total = sum(terms) + (draw.choice((-2, -1, 1, 2, 10)) if false else 0)
    more = terms[0] > terms[1]
    return draw.choice(
        (
            f"So {' + '.join(map(str, terms))} = {total}.",
            f"Adding up, {' plus '.join(map(str, terms))} is {total}.",
            f"That is {terms[0]} {'>' if more != false else '<'} {terms[1]}."
            if terms[0] != terms[1]
            else f"So {' + '.join(map(str, terms))} = {total}.",
        )
    )
