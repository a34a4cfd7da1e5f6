"""event_ordering: the order is that in which tracks depart from rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

GOLDEN_FRAMES = "2533474ced09e00d"

NAME = "event_ordering"
WORDS = {"y": "hops", "x": "swings", "size": "grows", "angle": "spins", "visible": "disappears"}


def departures(row: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Shape, what changes and first frame of each departure from rest, in order."""
    found = []
    for track in row["tracks"]:
        for key, word in WORDS.items():
            signal = np.asarray(track[key], float)
            off = np.abs(signal - signal[0]) > 1e-3
            if key == "angle":
                off &= np.abs((signal - signal[0]) % 360) > 1e-3
            for start in np.flatnonzero(off[1:] & ~off[:-1]):
                found.append((track["name"], word, int(start)))
    return sorted(found, key=lambda item: item[2])


def test_the_order_is_that_of_departures_from_rest(rows_of: Callable[..., Any]) -> None:
    asks: Counter[str] = Counter()
    for row in rows_of(NAME, 80):
        query = row["config"]["query"]
        if query["ask"] == "span":
            continue
        order = [f"the {name} {word}" for name, word, _ in departures(row)]
        assert len(order) == row["config"]["happenings"] == len(set(order))
        said = [next(k for k, known in enumerate(order) if part.startswith(known))
                for part in row["answer_text"].split(", ")]  # fmt: skip
        if query["ask"] == "order":
            assert said == list(range(len(order)))
        elif query["ask"] in ("first", "last"):
            assert said == [0 if query["ask"] == "first" else len(order) - 1]
        else:
            known = [k for k, text in enumerate(order) if text.startswith(f"the {query['known']['object']} ")
                     and text.split()[-1] in _words(query["known"]["action"])]  # fmt: skip
            assert said == [known[0] + (1 if query["ask"] == "after" else -1)]
        asks[query["ask"]] += 1
    assert len(asks) == 5


def _words(action: str) -> str:
    return {"hop": "hops", "swing": "swings", "pulse": "grows", "spin": "spins", "blink": "disappears"}[
        action
    ]


def test_nothing_overlaps_and_rests_are_as_long_as_stated(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 80):
        spans = sorted((event["frame"], event["end_frame"]) for event in row["events"])
        assert all(
            later[0] - one[1] >= 15 * row["config"]["gap"]
            for one, later in zip(spans, spans[1:], strict=False)
        )


def test_the_order_of_mention_says_nothing(rows_of: Callable[..., Any]) -> None:
    """What is listed first in the question happens first as often as anything else."""
    places: Counter[int] = Counter()
    for row in rows_of(NAME, 400):
        query = row["config"]["query"]
        if query["ask"] == "first" and row["level"] in (2, 3):
            names = [f"the {item['object']}" for item in query["happenings"]]
            words = [_words(item["action"]) for item in query["happenings"]]
            hits = [k for k in range(4) if row["answer_text"].startswith(f"{names[k]} {words[k]}")]
            places[hits[0]] += 1
    total = sum(places.values())
    assert total >= 8 and max(places.values()) < total / 4 + 4 * (total * 3 / 16) ** 0.5
