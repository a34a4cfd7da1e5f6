"""rotation_counting: turns are what the angles of the tracks add up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.errors import ConfigError
from synrl.tasks.rotation_counting import AMOUNTS, WAYS, RotationConfig
from synrl.video.outlines import SHAPES

GOLDEN_FRAMES = "89657e08587f80d2"

NAME = "rotation_counting"


def test_the_answer_is_what_the_angles_add_up_to(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 100):
        query = row["config"]["query"]
        (track,) = (track for track in row["tracks"] if track["name"] == query["object"])
        steps = np.diff(track["angle"])
        asks.add(query["ask"])
        total = abs(float(track["angle"][-1] - track["angle"][0]))
        if query["ask"] == "turns":
            assert row["answer_text"] == str(round(total / 360))
        elif query["ask"] == "amount":
            assert row["answer_text"] == AMOUNTS[round(total)]
        elif query["ask"] == "way":
            ways = dict.fromkeys("clockwise" if s > 0 else "counterclockwise" for s in steps if abs(s) > 0.1)
            assert row["answer_text"] == WAYS[tuple(ways)]
        else:
            start, end = (round(30 * t) for t in parse_interval(row["answer_text"]) or (0, 0))
            sign = 1 if query["way"] == "clockwise" else -1
            assert (sign * steps[start:end] > 0.1).all()
            assert (sign * np.delete(steps, np.arange(start, end)) < 0.1).all()
    assert asks == {"turns", "amount", "way", "span"}


@pytest.mark.parametrize("shape", ["arrow", "half disc", "wedge", "letter L"])
def test_a_shape_looks_the_same_only_after_a_full_turn(shape: str) -> None:
    """By the pixels that it covers: every smaller turn changes more than a tenth of them."""
    from matplotlib.transforms import Affine2D

    outline, grid = SHAPES[shape](60), np.mgrid[-50:50, -50:50].reshape(2, -1).T + 0.5
    whole = outline.contains_points(grid)
    for degrees in range(15, 360, 15):
        turned = outline.transformed(Affine2D().rotate_deg(degrees)).contains_points(grid)
        assert (whole & turned).sum() / (whole | turned).sum() < 0.9, degrees


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "way", 500), 5)
    evenly(answers_of(NAME, 5, "perception", "amount", 600), 7)
    evenly(answers_of(NAME, 5, "perception", "turns", 600), 7)


def test_a_rate_that_sampling_could_mistake_is_refused() -> None:
    """At two looks a second, more than 150 degrees from one to the next could be less the other way."""
    with pytest.raises(ConfigError, match=r"rate is 160.0; allowed: 60 to 150"):
        RotationConfig(mode="perception", most=4, amounts=4, rate=160.0, others=0)


def test_no_turn_is_too_fast_for_its_view(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 100):
        rate = row["config"]["rate"]
        for track in row["tracks"]:
            assert np.abs(np.diff(track["angle"])).max() * 15 <= rate + 1e-3


def test_how_long_a_clip_is_does_not_tell_how_far_a_shape_turns(rows_of: Callable[..., Any]) -> None:
    pairs = [
        (row["num_frames"], int(row["answer_text"]))
        for row in rows_of(NAME, 400)
        if row["config"]["query"]["ask"] == "turns" and row["level"] == 5
    ]
    frames, turns = np.array(pairs).T
    assert len(pairs) > 10 and abs(np.corrcoef(frames, turns)[0, 1]) < 0.6


def test_all_that_turns_tells_little_of_how_far_the_asked_shape_turns(rows_of: Callable[..., Any]) -> None:
    """Levels with one other shape: both together turn as far as may be asked for, and a little further."""
    seen = 0
    for row in rows_of(NAME, 90):
        config, query = row["config"], row["config"]["query"]
        if query["ask"] in ("turns", "amount") and config["others"] == 1:
            most = 360 * config["most"] if query["ask"] == "turns" else tuple(AMOUNTS)[config["amounts"] - 1]
            total = sum(abs(track["angle"][-1] - track["angle"][0]) for track in row["tracks"])
            assert most + 60 <= round(total) <= most + 120
            seen += 1
    assert seen > 10
