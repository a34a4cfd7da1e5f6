"""motion_counting: counts are what peaks and gaps of the tracks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.answers import parse_interval

GOLDEN_FRAMES = "748757f6856aca95"

NAME = "motion_counting"


def rises(signal: np.ndarray) -> int:
    """How often a signal goes from nothing to something."""
    on = np.abs(signal) > 1e-3
    return int((on[1:] & ~on[:-1]).sum() + on[0])


def deviation(track: dict[str, Any], action: str) -> np.ndarray:
    """What an action changes, and nothing else does, frame by frame."""
    if action == "hop":
        return track["y"] - track["y"][0]
    if action == "swing":
        return track["x"] - track["x"][0]
    if action == "pulse":
        return track["size"] - track["size"][0]
    if action == "spin":
        return (
            (track["angle"] - track["angle"][0]) % 360 * ((track["angle"] - track["angle"][0]) % 360 < 359.9)
        )
    if action == "blink":
        return ~track["visible"] * 1.0
    return np.concatenate([[0.0], np.hypot(np.diff(track["x"]), np.diff(track["y"]))])


def test_the_count_is_how_often_the_track_departs_from_rest(rows_of: Callable[..., Any]) -> None:
    seen = set()
    for row in rows_of(NAME, 100):
        query = row["config"]["query"]
        (track,) = (track for track in row["tracks"] if track["name"] == query["object"])
        signal = deviation(track, query["action"])
        if query["ask"] == "count":
            assert row["answer_text"] == str(rises(signal)), row["id"]
            seen.add(query["action"])
        elif query["ask"] == "span":
            frames = np.flatnonzero(np.abs(signal) > 1e-3)
            start, end = parse_interval(row["answer_text"]) or (0, 0)
            assert abs(frames[0] / 30 - start) < 0.07 and abs(frames[-1] / 30 - end) < 0.07
    assert len(seen) >= 5


def test_a_pace_is_the_distance_between_repetitions(rows_of: Callable[..., Any]) -> None:
    seen = 0
    for row in rows_of(NAME, 200):
        query = row["config"]["query"]
        if query["ask"] == "pace":
            own = [e for e in row["events"] if e["actor"] == query["object"]]
            starts = np.array([event["frame"] for event in own])
            early, late = np.diff(starts)[0], np.diff(starts)[-1]
            assert len(own) == 6
            truth = "stays the same" if early == late else "gets faster" if late < early else "gets slower"
            assert row["answer_text"] == f"it {truth}"
            seen += 1
    assert seen > 8


def test_counts_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 3, "perception", "count", 300), 6)
    evenly(answers_of(NAME, 5, "perception", "pace", 400), 3)


def test_the_length_of_a_clip_does_not_tell_the_count(rows_of: Callable[..., Any]) -> None:
    pairs = [
        (row["num_frames"], int(row["answer_text"]))
        for row in rows_of(NAME, 200)
        if row["config"]["query"]["ask"] == "count" and row["level"] == 3
    ]
    frames, counts = np.array(pairs).T
    assert abs(np.corrcoef(frames, counts)[0, 1]) < 0.6


def test_rests_and_actions_last_as_long_as_stated(rows_of: Callable[..., Any]) -> None:
    """In glances of half a second: longer than one, or an action could fall between two looks."""
    for row in rows_of(NAME, 100):
        own = [e for e in row["events"] if e["actor"] == row["config"]["query"]["object"]]
        rest = 33 if row["config"]["query"]["action"] == "step" else 17
        assert all(e["end_frame"] - e["frame"] >= 19 for e in own)
        assert all(b["frame"] - a["end_frame"] >= rest for a, b in zip(own, own[1:], strict=False))
