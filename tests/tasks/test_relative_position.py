"""relative_position: sides, visits and overtaking are what the tracks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.answers import parse_interval
from synrl.tasks.relative_position.clip import CLOSER, ENTRIES, ZONE

GOLDEN_FRAMES = "642420df32078ffe"

NAME = "relative_position"


def points(row: dict[str, Any], name: str) -> np.ndarray:
    (track,) = (track for track in row["tracks"] if track["name"] == name)
    return np.stack([track["x"], track["y"]], axis=1)


def side(offset: np.ndarray) -> str:
    dx, dy = offset
    if abs(dx) > abs(dy):
        return "to the right" if dx > 0 else "to the left"
    return "below" if dy > 0 else "above"


def turns(row: dict[str, Any], name: str) -> np.ndarray:
    """Laps around the middle of the frame, counted on."""
    x, y = (points(row, name) - 224).T
    return np.unwrap(np.arctan2(y, x)) / (2 * np.pi)


def gaps_of(row: dict[str, Any]) -> np.ndarray:
    """Px from the asked shape's centre to the border of the zone, below 0 inside."""
    (zone,) = (item for item in row["objects"] if item["name"] == ZONE)
    offsets = points(row, row["config"]["query"]["object"]) - points(row, ZONE)
    return np.abs(offsets).max(axis=1) - zone["size"] / 2


def test_the_answer_is_what_the_tracks_say(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 120):
        query = row["config"]["query"]
        asks.add(query["ask"])
        if query["ask"] == "tour":
            offsets = points(row, query["object"]) - points(row, query["other"])
            assert np.abs(offsets).max(axis=1).min() > 50
            still = np.hypot(*np.diff(offsets, axis=0).T) < 0.05
            stops = [side(offsets[i]) for i in np.flatnonzero(still)]
            stops = [stop for k, stop in enumerate(stops) if k == 0 or stop != stops[k - 1]]
            stops = stops if query["then"] == "after" else stops[::-1]
            following = {two for one, two in zip(stops, stops[1:], strict=False) if one == query["side"]}
            assert following == {row["answer_text"]}
            assert stops[4:] == stops[: len(stops) - 4], "the tour repeats"
        elif query["ask"] == "overtake":
            gained = {name: turns(row, name) - turns(row, query["other"]) for name in query["racers"]}
            way = np.sign(np.diff(turns(row, query["other"]))[0])
            faster = [name for name, gap in gained.items() if way * (gap[-1] - gap[0]) > 0]
            assert faster == [row["answer_text"]]
            assert all(abs(abs(gap[-1] - gap[0]) - 1) < 1e-3 for gap in gained.values())
        elif query["ask"] == "inside":
            gaps = gaps_of(row)
            inside = gaps < 0
            assert row["answer_text"] == str((inside[1:] & ~inside[:-1]).sum())
            (item,) = (item for item in row["objects"] if item["name"] == query["object"])
            for frame in (0, -1):
                assert abs(gaps[frame]) > item["size"] / 2, "wholly in or out at both ends"
        else:
            start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
            offsets = points(row, query["object"]) - points(row, query["other"])
            changes = np.diff(np.hypot(*offsets.T)) * (-1 if query["way"] == CLOSER else 1)
            assert np.flatnonzero(changes > 0.1).tolist() == list(range(start, end))
    assert asks == {"tour", "inside", "overtake", "span"}


def test_the_zone_holds_a_shape_as_long_however_often_it_enters(rows_of: Callable[..., Any]) -> None:
    shares: dict[str, list[float]] = {}
    for row in rows_of(NAME, 400):
        if row["config"]["query"]["ask"] == "inside":
            shares.setdefault(row["answer_text"], []).append(float((gaps_of(row) < 0).mean()))
    assert sorted(shares) == [str(count) for count in ENTRIES]
    assert all(0.4 < np.mean(share) < 0.6 for share in shares.values())


def test_a_tour_may_begin_on_any_side_whatever_is_asked(rows_of: Callable[..., Any]) -> None:
    starts = [
        side(points(row, query["object"])[0] - points(row, query["other"])[0]) == row["answer_text"]
        for row in rows_of(NAME, 400)
        if (query := row["config"]["query"])["ask"] == "tour"
    ]
    assert abs(np.mean(starts) - 0.25) < 4 * (0.25 * 0.75 / len(starts)) ** 0.5


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "tour", 900), 4)
    evenly(answers_of(NAME, 5, "perception", "inside", 500), 4)


def test_shapes_stay_in_the_frame(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        for track, item in zip(row["tracks"], row["objects"], strict=True):
            for axis in ("x", "y"):
                assert track[axis].min() > item["size"] / 2 and track[axis].max() < 448 - item["size"] / 2
