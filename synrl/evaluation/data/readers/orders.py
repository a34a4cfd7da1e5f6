"""The benchmark that asks for an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synrl.evaluation.data.items import Item

ORDER = (
    "The video shows {count} clips, each after a card with its number, in a random order. Together they are "
    "the steps of this task: {goal}. In which order do the clips have to stand? "
    "Answer with the numbers of all clips in that order, separated by commas."
)


def vcrbench(tables: Any) -> Iterator[Item]:
    """Shuffled steps of everyday tasks; the truth counts from 0, the cards from 1."""
    for row in tables["default"]:
        order = [int(number) + 1 for number in row["ground_truth"]]
        yield Item(
            str(row["qid"]),
            ORDER.format(count=len(order), goal=row["goal"].strip().rstrip(".")),
            ", ".join(map(str, order)),
            (row["video_file"],),
            kind="ordering",
            unit=row["goal"],
        )
