"""speed_perception: multiples and patterns are what the tracks' steps say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.errors import ConfigError
from synrl.tasks.speed_perception import MULTIPLES, PATTERNS, WAY, SpeedConfig

GOLDEN_FRAMES = "e3a156ffc706fab0"

NAME = "speed_perception"


def speeds(row: dict[str, Any], name: str) -> np.ndarray:
    (track,) = (track for track in row["tracks"] if track["name"] == name)
    steps = np.hypot(np.diff(track["x"]), np.diff(track["y"]))
    return steps[steps > 0.02]


def test_the_multiple_is_the_ratio_of_median_speeds(rows_of: Callable[..., Any]) -> None:
    seen = 0
    for row in rows_of(NAME, 80):
        query = row["config"]["query"]
        if query["ask"] == "multiple":
            own, reference = (np.median(speeds(row, query[role])) for role in ("object", "reference"))
            assert float(MULTIPLES[row["answer_text"]]) == pytest.approx(own / reference, rel=1e-3)
            seen += 1
    assert seen > 10


def test_the_pattern_is_how_the_speed_switches(rows_of: Callable[..., Any]) -> None:
    seen = 0
    for row in rows_of(NAME, 80):
        query = row["config"]["query"]
        if query["ask"] == "pattern":
            speed = speeds(row, query["object"])
            middle = (speed.min() + speed.max()) / 2
            fast = speed > middle if np.ptp(speed) > 0.1 else speed > 0
            switches = np.concatenate([[True], fast[1:] != fast[:-1]])
            assert PATTERNS["".join("f" if f else "s" for f in fast[switches])] == row["answer_text"]
            if np.ptp(speed) > 0.1:
                assert speed.max() / speed.min() > row["config"]["ratio"] - 0.01
            seen += 1
    assert seen > 10


def test_distance_does_not_tell_the_multiple(rows_of: Callable[..., Any]) -> None:
    """A shape gets about as far as its reference, whichever is faster: now less far, now farther."""
    ratios: dict[bool, list[float]] = {True: [], False: []}
    for row in rows_of(NAME, 160):
        query = row["config"]["query"]
        if query["ask"] == "multiple" and row["answer_text"] != "equally fast":
            far = [speeds(row, query[role]).sum() for role in ("object", "reference")]
            ratios[MULTIPLES[row["answer_text"]] > 1].append(far[0] / far[1])
    for own in ratios.values():
        assert len(own) > 8 and 0.8 < min(own) < 1 < max(own) < 1.25


def test_neither_speed_nor_pattern_tells_how_far_a_shape_goes(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 80):
        query = row["config"]["query"]
        low, high = (150, 175) if query["ask"] == "multiple" else WAY
        assert low - 5 < speeds(row, query["object"]).sum() < high + 25


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "multiple", 400), 7)
    evenly(answers_of(NAME, 5, "perception", "pattern", 400), 5)


def test_too_few_multiples_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"multiples is .'twice as fast',.; allowed: four or more"):
        SpeedConfig(mode="perception", multiples=("twice as fast",), ratio=2.0, others=0, slanted=False)
