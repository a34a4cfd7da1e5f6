"""relative_position: sides, visits and overtaking are what the tracks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.answers import parse_interval
from synrl.tasks.relative_position import CROSSINGS, ZONE

GOLDEN_FRAMES = "7b8bf0604b5de081"

NAME = "relative_position"


def points(row: dict[str, Any], name: str) -> np.ndarray:
    (track,) = (track for track in row["tracks"] if track["name"] == name)
    return np.stack([track["x"], track["y"]], axis=1)


def side(offset: np.ndarray) -> str:
    dx, dy = offset
    if abs(dx) > abs(dy):
        return "to the right of" if dx > 0 else "to the left of"
    return "below" if dy > 0 else "above"


def test_the_answer_is_what_the_tracks_say(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 120):
        query = row["config"]["query"]
        asks.add(query["ask"])
        if query["ask"] == "pass":
            offsets = points(row, query["object"]) - points(row, query["other"])
            assert row["answer_text"] == f"{side(offsets[0])}, then {side(offsets[-1])}"
            for offset in offsets[[0, -1]]:
                assert np.abs(offset).max() >= 70 and np.abs(offset).min() <= 0.35 * np.abs(offset).max()
        elif query["ask"] == "overtake":
            ahead = {
                name: points(row, name)[:, 0] - points(row, query["other"])[:, 0] for name in query["racers"]
            }
            passing = [name for name, gap in ahead.items() if gap[0] < 0 < gap[-1]]
            assert passing == [row["answer_text"]]
            assert min(abs(gap[end]) for gap in ahead.values() for end in (0, -1)) > 31
        else:
            (zone,) = (item for item in row["objects"] if item["name"] == ZONE)
            gaps = np.abs(points(row, query["object"]) - points(row, ZONE)).max(axis=1) - zone["size"] / 2
            inside = gaps < 0
            if query["ask"] == "inside":
                runs = inside[np.concatenate([[True], inside[1:] != inside[:-1]])]
                assert row["answer_text"] == CROSSINGS[tuple(bool(value) for value in runs)]
                (item,) = (item for item in row["objects"] if item["name"] == query["object"])
                for frame in (0, -1):
                    assert abs(gaps[frame]) > item["size"] / 2, "wholly in or out at both ends"
            else:
                start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
                assert np.flatnonzero(inside).tolist() == list(range(start + 1, end))
    assert asks == {"pass", "inside", "overtake", "span"}


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "pass", 900), 16)
    evenly(answers_of(NAME, 5, "perception", "inside", 500), 6)


def test_shapes_stay_in_the_frame(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        for track, item in zip(row["tracks"], row["objects"], strict=True):
            for axis in ("x", "y"):
                assert track[axis].min() > item["size"] / 2 and track[axis].max() < 448 - item["size"] / 2
