"""velocity_comparison: the order is that of the tracks' speeds, not of distances or times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.errors import ConfigError
from synrl.tasks.velocity_comparison import EQUAL, VelocityConfig

GOLDEN_FRAMES = "091265762d3b74d8"

NAME = "velocity_comparison"


def paces(row: dict[str, Any]) -> dict[str, float]:
    found = {}
    for track in row["tracks"]:
        steps = np.hypot(np.diff(track["x"]), np.diff(track["y"]))
        found[track["name"]] = float(np.median(steps[steps > 0.02]))
    return found


def test_the_order_is_that_of_median_speeds_with_the_stated_margin(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        query, pace = row["config"]["query"], paces(row)
        if query["ask"] == "span":
            continue
        order = sorted(query["shapes"], key=lambda name: -pace[name])
        gaps = [pace[one] / pace[two] for one, two in zip(order, order[1:], strict=False)]
        if row["answer_text"] == EQUAL:
            assert gaps == [pytest.approx(1.0, abs=1e-3)]
            continue
        assert min(gaps) > row["config"]["ratio"] - 0.01
        answer = {"pair": order[0], "rank": ", ".join(order)}.get(query["ask"])
        if query["ask"] == "extreme":
            answer = order[0 if query["most"] == "fastest" else -1]
        assert row["answer_text"] == answer


def test_ways_are_as_long_at_any_speed(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["config"]["query"]["ask"] != "span":
            for track in row["tracks"]:
                ends = [(track["x"][k], track["y"][k]) for k in (0, -1)]
                assert 145 < np.hypot(*np.subtract(*ends)) < 180


def test_the_fastest_is_often_not_the_one_that_gets_furthest(rows_of: Callable[..., Any]) -> None:
    differ = 0
    for row in rows_of(NAME, 60):
        pace = paces(row)
        far = {track["name"]: np.hypot(np.ptp(track["x"]), np.ptp(track["y"])) for track in row["tracks"]}
        differ += sorted(pace, key=pace.__getitem__) != sorted(far, key=far.__getitem__)
    assert differ > 10


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    names = [answer == EQUAL for answer in answers_of(NAME, 1, "perception", "pair", 300)]
    assert abs(sum(names) - 100) < 4 * (300 * 2 / 9) ** 0.5
    assert len(set(answers_of(NAME, 2, "perception", "rank", 60))) > 30


def test_a_ratio_that_leaves_no_room_for_all_shapes_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"ratio is 3.0; allowed: 1.1 to 1.37"):
        VelocityConfig(mode="perception", shapes=5, ratio=3.0, slanted=False)
