"""distance_estimation: answers are what the distances between tracks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.answers import parse_interval
from synrl.tasks.distance_estimation import TRENDS

GOLDEN_FRAMES = "2b48514597f5b53d"

NAME = "distance_estimation"


def distance(row: dict[str, Any], one: str, two: str) -> np.ndarray:
    tracks = {track["name"]: track for track in row["tracks"]}
    return np.hypot(tracks[one]["x"] - tracks[two]["x"], tracks[one]["y"] - tracks[two]["y"])


def test_the_answer_is_what_the_distances_say(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 120):
        query, config = row["config"]["query"], row["config"]
        asks.add(query["ask"])
        if query["ask"] == "trend":
            apart = distance(row, *query["pair"])
            turn = int(np.abs(apart - (apart[0] + apart[-1]) / 2).argmax())
            parts = [apart[turn] - apart[0], apart[-1] - apart[turn]]
            if row["answer_text"] in (TRENDS["grows",], TRENDS["shrinks",]):
                parts = [apart[-1] - apart[0]]
            kinds = ["grows" if part > 0 else "shrinks" for part in parts if abs(part) > 1]
            assert row["answer_text"] == TRENDS[tuple(kinds)]
            assert all(abs(part) >= config["change"] - 0.1 for part in parts if abs(part) > 1)
        elif query["ask"] == "closest":
            least = {name: distance(row, name, query["other"]).min() for name in query["visitors"]}
            first, second = sorted(least.values())[:2]
            assert row["answer_text"] == min(least, key=least.__getitem__)
            assert second / first > config["ratio"] - 0.03
        else:
            one, two = (distance(row, name, query["other"]) for name in query["pair"])
            nearer = one < two
            if query["ask"] == "nearer":
                ends = [query["pair"][0 if nearer[frame] else 1] for frame in (0, -1)]
                assert row["answer_text"] == ", then ".join(ends)
                ratios = [max(one[f] / two[f], two[f] / one[f]) for f in (0, -1)]
                assert min(ratios) > config["ratio"] - 0.01
            else:
                start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
                assert np.flatnonzero(nearer).tolist() == list(range(start + 1, end))
    assert asks == {"trend", "closest", "nearer", "span"}


def test_one_shape_alone_does_not_tell_the_trend(rows_of: Callable[..., Any]) -> None:
    """Both shapes of a pair move while their distance changes."""
    for row in rows_of(NAME, 60):
        query = row["config"]["query"]
        if query["ask"] == "trend" and row["answer_text"] != "it stays the same":
            tracks = {track["name"]: track for track in row["tracks"]}
            for name in query["pair"]:
                assert np.ptp(tracks[name]["x"]) + np.ptp(tracks[name]["y"]) > 10


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "trend", 600), 5)
