"""distance_estimation: answers are what the distances between tracks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.answers import parse_interval
from synrl.tasks.distance_estimation.clip import TRENDS

GOLDEN_FRAMES = "2c7a1dfde5d858ce"

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
            (sign,) = (track for track in row["tracks"] if track["name"] == query["sign"])
            shown = np.flatnonzero(sign["visible"])
            apart = distance(row, *query["pair"])[shown[0] - 1 : shown[-1] + 2]
            turn = int(np.abs(apart - (apart[0] + apart[-1]) / 2).argmax())
            parts = [apart[turn] - apart[0], apart[-1] - apart[turn]]
            if row["answer_text"] in (TRENDS["grows",], TRENDS["shrinks",]):
                parts = [apart[-1] - apart[0]]
            kinds = ["grows" if part > 0 else "shrinks" for part in parts if abs(part) > 1]
            assert row["answer_text"] == TRENDS[tuple(kinds)]
            assert all(abs(part) >= config["change"] - 0.1 for part in parts if abs(part) > 1)
        elif query["ask"] == "visit":
            apart = np.stack([distance(row, name, query["other"]) for name in query["visitors"]])
            turns = [query["visitors"][k] for k in apart.argmin(axis=0)[apart.min(axis=0) < 81]]
            turns = [one for k, one in enumerate(turns) if k == 0 or one != turns[k - 1]]
            assert turns[len(query["visitors"]) :] == turns[: len(turns) - len(query["visitors"])]
            turns = turns if query["then"] == "after" else turns[::-1]
            assert row["answer_text"] == turns[turns.index(query["visitor"]) + 1]
            assert np.sort(apart, axis=0)[1].min() > 124, "one at a time"
        elif query["ask"] == "nearer":
            one, two = (distance(row, name, query["other"]) for name in query["pair"])
            nearer = one < two
            assert row["answer_text"] == str((nearer[1:] != nearer[:-1]).sum())
            assert min(abs(one[f] - two[f]) for f in (0, -1)) > config["gap"] - 0.01
        else:
            start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
            changes = np.diff(distance(row, *query["pair"])) * (1 if query["way"] == "grows" else -1)
            assert np.flatnonzero(changes > 0.05).tolist() == list(range(start, end))
            assert changes[start:end].sum() >= config["change"]
    assert asks == {"trend", "visit", "nearer", "span"}


def test_one_shape_alone_does_not_tell_the_trend(rows_of: Callable[..., Any]) -> None:
    """Both shapes of a pair move while their distance changes."""
    for row in rows_of(NAME, 60):
        query = row["config"]["query"]
        if query["ask"] == "trend" and row["answer_text"] != "it stays the same":
            tracks = {track["name"]: track for track in row["tracks"]}
            for name in query["pair"]:
                assert np.ptp(tracks[name]["x"]) + np.ptp(tracks[name]["y"]) > 10


def test_who_is_nearer_on_a_frame_says_nothing_of_the_count(rows_of: Callable[..., Any]) -> None:
    """The first of the pair is nearer on half of all frames, however often that changes."""
    shares: dict[str, list[float]] = {}
    for row in rows_of(NAME, 400):
        query = row["config"]["query"]
        if query["ask"] == "nearer":
            one, two = (distance(row, name, query["other"]) for name in query["pair"])
            shares.setdefault(row["answer_text"], []).append(float((one < two).mean()))
    assert sorted(shares) == ["1", "2", "3", "4"]
    assert all(0.3 < np.mean(share) < 0.7 for share in shares.values())


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "trend", 600), 5)
