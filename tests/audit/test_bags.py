"""What frames in no order show: the same in any order, and enough for speeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synrl.audit.audit import judged
from synrl.audit.bags import bag_of, scatter
from synrl.audit.examine import examined
from synrl.dataset.rows import draft_row
from synrl.evidence import Evidence, Track
from synrl.tasks import get_family

HEIGHT = 448


def runner(step: float, rests: int = 4, steps: int = 10) -> Track:
    """A shape that rests, goes some steps to the right, and rests again."""
    x = 50 + step * np.concatenate([np.zeros(rests), np.arange(steps + 1), np.full(rests, steps)])
    same = np.ones(len(x))
    return Track(x, 200 * same, 30 * same, 40 * same, same.astype(bool))


def row(family: str, index: int, mode: str, seed: int = 5) -> dict[str, Any]:
    config = get_family(family).config(1 + index % 5, mode, "choice", 1)
    draft = draft_row(
        family, split="train", seed=seed, index=index, config=config, twins=False, encoding="fast"
    )
    return draft.columns


def test_the_order_of_frames_changes_nothing() -> None:
    draw = np.random.default_rng(0)
    for track in Evidence.from_row(row("collision_counting", 3, "perception")).tracks.values():
        few = track.at(np.arange(0, len(track.x), 15))
        told = scatter(few, HEIGHT)
        for _ in range(5):
            again = scatter(few.at(draw.permutation(len(few.x))), HEIGHT)
            assert again == pytest.approx(told, rel=1e-6, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("step", [10.0, 21.5, 48.0])
def test_the_speed_of_a_steady_shape_is_the_distance_of_its_nearest_places(step: float) -> None:
    told = scatter(runner(step), HEIGHT)
    assert [told[f"{which} step shown"] * HEIGHT for which in ("least", "median", "greatest")] == [
        pytest.approx(step)
    ] * 3
    assert told["greatest step in medians"] == pytest.approx(1.0)
    assert (told["number of places"], told["number of places it stays at"]) == (11, 2)


def test_fast_stretches_between_slow_ones_are_told_from_slow_ones_between_fast_ones() -> None:
    slow, fast = np.full(4, 10.0), np.full(4, 40.0)

    def middle(*steps: np.ndarray) -> float:
        x = np.cumsum(np.concatenate([[20.0], *steps]))
        same = np.ones(len(x))
        told = scatter(Track(x, 9 * same, same, same, same.astype(bool)), HEIGHT)
        return told["steps of the middle beside those at the ends"]

    assert middle(slow, fast, slow) > 2 and middle(fast, slow, fast) < 0.5


def test_what_is_never_seen_or_hardly_moves_has_figures_too() -> None:
    track = runner(0.0)
    hidden = Track(track.x, track.y, track.angle, track.size, np.zeros(len(track.x), bool))
    assert scatter(hidden, HEIGHT)["number of places"] == 0
    assert scatter(track, HEIGHT)["number of places"] == 1


def test_only_the_frames_that_a_model_is_shown_say_how_places_lie() -> None:
    given = row("velocity_comparison", 0, "perception")
    evidence = Evidence.from_row(given)
    bag = bag_of(given, evidence, ())
    assert bag is not None
    assert max(figures["number of places"] for figures in bag.things.values()) <= 32


def test_ranks_by_speed_take_no_order() -> None:
    exams = [examined(row("velocity_comparison", index, "perception")) for index in range(200)]
    ranks = {
        one.shortcut: one
        for one in judged(exams).findings
        if one.kind == "perception rank choice" and one.shortcut.startswith("frames without order")
    }
    assert len(ranks) == 2
    assert all(one.verdict != "ok" and one.accuracy > 0.8 for one in ranks.values())
    assert "step shown falls from each object it names" in ranks["frames without order: a rule"].how
