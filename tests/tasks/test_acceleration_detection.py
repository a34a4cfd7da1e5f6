"""acceleration_detection: the answer is what finite differences of the track say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.errors import ConfigError
from synrl.tasks.acceleration_detection import MIN_PAUSE, AccelerationConfig

GOLDEN_FRAMES = "4316fdc175c3b2fb"

NAME = "acceleration_detection"


def speeds(row: dict[str, Any], name: str) -> np.ndarray:
    (track,) = (track for track in row["tracks"] if track["name"] == name)
    return np.hypot(np.diff(track["x"]), np.diff(track["y"]))


def test_the_answer_is_what_the_speed_does(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["mode"] == "localisation":
            continue
        speed = speeds(row, row["config"]["query"]["object"])
        moving = np.flatnonzero(speed > 0.02)
        if not len(moving):
            assert row["answer_text"] == "it does not move"
            continue
        pauses = np.diff(moving)
        slope = np.polyfit(moving, speed[moving], 1)[0]
        if pauses.max(initial=1) > 1:
            assert row["answer_text"] == "it stops and then goes on" and pauses.max() > MIN_PAUSE
        elif abs(slope) < 1e-4:
            assert row["answer_text"] == "it keeps a constant speed"
        else:
            assert row["answer_text"] == ("it speeds up" if slope > 0 else "it slows down")
            edges = np.sort(speed[moving[[0, -1]]])
            assert edges[1] / edges[0] > 0.9 * row["config"]["ratio"], "the stated margin, half a step in"


def test_the_speed_changes_in_the_asked_stretch_and_nowhere_else(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["mode"] == "localisation":
            start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
            change = np.abs(np.diff(speeds(row, row["config"]["query"]["object"])))
            assert change[: start - 1].max() < 1e-3 and change[end + 1 :].max() < 1e-3
            assert change[start : end - 1].min() > 1e-3


def test_all_five_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", None, 300), 5)


def test_a_ratio_out_of_range_is_named() -> None:
    with pytest.raises(ConfigError, match=r"ratio is 9.0; allowed: 1.5 to 4"):
        AccelerationConfig(mode="perception", others=0, ratio=9.0, slanted=False)
