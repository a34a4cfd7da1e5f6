"""acceleration_detection: the answer is what finite differences of the track say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.errors import ConfigError
from synrl.seeds import Streams
from synrl.tasks.acceleration_detection import FAMILY, MIN_PAUSE, AccelerationConfig

GOLDEN_FRAMES = "3a369f8d6a515b95"

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
        pauses = np.diff(moving)
        slope = np.polyfit(moving, speed[moving], 1)[0]
        if pauses.max() > 1:
            assert row["answer_text"] == "it stops and then goes on" and pauses.max() > 15 * MIN_PAUSE
            assert np.ptp(speed[moving]) < 1e-3
        elif abs(slope) < 1e-4:
            assert row["answer_text"] == "it keeps the same speed"
        else:
            assert row["answer_text"] == ("it speeds up" if slope > 0 else "it slows down")
            edges = np.sort(speed[moving[[0, -1]]])
            assert edges[1] / edges[0] > 0.9 * row["config"]["ratio"], "the stated margin, half a step in"


def test_ways_are_as_long_and_take_as_long_whatever_the_speed_does() -> None:
    """From their ends alone, which the first and the last frame show, nothing can be told."""
    ways: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    for index in range(400):
        streams, config = Streams(NAME, "tests", 3, index), FAMILY.config(3, "perception", "open")
        timeline = FAMILY.simulate(config, streams)
        path = np.hypot(
            timeline.poses.x[:, 0] - timeline.poses.x[0, 0], timeline.poses.y[:, 0] - timeline.poses.y[0, 0]
        )
        answer = FAMILY.ask(timeline, config, streams).answer_text
        ways.setdefault(answer, []).append(float(path[-1]))
        times.setdefault(answer, []).append(float(np.ptp(np.flatnonzero(np.diff(path) > 1e-6))))
    assert len(ways) == 4
    for found in (ways, times):
        means = [np.mean(values) for values in found.values()]
        assert max(means) < 1.06 * min(means)


def test_the_speed_changes_in_the_asked_stretch_and_nowhere_else(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["mode"] == "localisation":
            start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
            change = np.abs(np.diff(speeds(row, row["config"]["query"]["object"])))
            assert change[: start - 1].max() < 1e-3 and change[end + 1 :].max() < 1e-3
            assert change[start : end - 1].min() > 1e-3


def test_all_four_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", None, 300), 4)


def test_a_ratio_out_of_range_is_named() -> None:
    with pytest.raises(ConfigError, match=r"ratio is 9.0; allowed: 2 to 5"):
        AccelerationConfig(mode="perception", others=0, ratio=9.0, slanted=False)
