"""What items add to a score, and how sure it is where several are of one video: by hand and by simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synrl.evaluation.benchmarks import BENCHMARKS, VARIANTS
from synrl.evaluation.report import intervals
from synrl.evaluation.report.cells import Cells, Floats, Groups, cells_of, groups_of, of_difference, of_score
from synrl.evaluation.results.outcomes import ItemResult, TaskResult
from synrl.evaluation.scoring import totals

TRIALS = 400


def plain(values: Any, groups: Any) -> Cells:
    column = np.array(values, dtype=float)[:, None]
    return Cells(column, np.ones_like(column), np.ones(1), np.array(groups, dtype=np.intp))


def test_the_jackknife_leaves_out_whole_groups() -> None:
    cells = plain([1.0, 0.0, 0.5, 1.0, 0.2], [4, 4, 9, 9, 2])
    assert cells.left_out() == pytest.approx([2.5 / 4, 1.7 / 3, 1.2 / 3])
    assert (cells.independent, cells.counted.size) == (3, 5)


def test_of_values_that_stand_alone_it_is_the_standard_error_of_their_mean() -> None:
    values = np.array([0.1, 0.4, 0.35, 0.8, 0.6])
    found, method = of_difference(plain(values, range(5)), plain(values[::-1], range(5)))
    difference = values[::-1] - values
    arm = intervals.student(4) * difference.std(ddof=1) / 5**0.5
    assert method == "jackknife" and found == pytest.approx((-arm, arm))


def test_ratios_that_a_group_has_alone_go_with_it() -> None:
    """The mean of two tasks, one of which has a single video."""
    above = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    below = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    cells = Cells(above, below, np.ones(2), np.arange(3))
    assert cells.value == 0.75
    assert cells.left_out() == pytest.approx([0.5, 1.0, 0.5])


def test_equal_runs_do_not_differ_and_what_differs_in_no_unit_is_no_point() -> None:
    right = plain([1, 0, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2])
    found, method = of_difference(right, right)
    assert method == "jackknife" and found == pytest.approx(intervals.tango(0, 0, 3))
    overlaps = plain([0.3, 0.2, 0.9], [0, 1, 2])
    assert of_difference(overlaps, overlaps) == (None, "")


def drawn(rng: np.random.Generator, groups: Groups, share: float, alike: float) -> Floats:
    """Right and wrong answers; two of one video go together by `alike`, an intraclass correlation."""
    of_video = rng.beta(share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike, groups.max() + 1)
    return (rng.random(groups.size) < of_video[groups]).astype(float)


def videos(rng: np.random.Generator, count: int) -> Groups:
    """One to ten questions a video."""
    return np.repeat(np.arange(count), rng.integers(1, 11, count))


def coverage(inside: Callable[[np.random.Generator], tuple[bool, bool]]) -> tuple[float, float]:
    """How often an interval by video, and one that takes all for independent, holds the truth."""
    rng = np.random.default_rng(8)
    by_video, naive = zip(*(inside(rng) for _ in range(TRIALS)), strict=True)
    return sum(by_video) / TRIALS, sum(naive) / TRIALS


@pytest.mark.parametrize("count", [20, 150])
@pytest.mark.parametrize(("share", "alike"), [(0.3, 0.2), (0.6, 0.5), (0.85, 0.3)])
def test_95_percent_of_intervals_hold_the_truth_where_questions_share_videos(
    count: int, share: float, alike: float
) -> None:
    def inside(rng: np.random.Generator) -> tuple[bool, bool]:
        groups = videos(rng, count)
        right = drawn(rng, groups, share, alike)
        found, _ = of_score(plain(right, groups))
        assert found is not None
        naive = intervals.wilson(right.sum(), right.size)
        return found.low <= share <= found.high, naive.low <= share <= naive.high

    by_video, naive = coverage(inside)
    assert 0.91 <= by_video <= 0.99
    assert naive < 0.86 and naive < by_video - 0.09


@pytest.mark.parametrize("count", [20, 150])
def test_95_percent_of_paired_intervals_hold_the_true_difference(count: int) -> None:
    """The second run is better, on videos of its own: what it has learned helps with some of them."""

    def inside(rng: np.random.Generator) -> tuple[bool, bool]:
        groups = videos(rng, count)
        before, after = drawn(rng, groups, 0.5, 0.4), drawn(rng, groups, 0.62, 0.4)
        found, _ = of_difference(plain(before, groups), plain(after, groups))
        assert found is not None
        gained, lost = int((after > before).sum()), int((after < before).sum())
        naive = intervals.tango(gained, lost, groups.size)
        return found.low <= 0.12 <= found.high, naive.low <= 0.12 <= naive.high

    by_video, naive = coverage(inside)
    assert 0.91 <= by_video <= 0.99
    assert naive < 0.86


def test_95_percent_of_intervals_of_overlaps_hold_the_truth() -> None:
    def inside(rng: np.random.Generator) -> tuple[bool, bool]:
        groups = videos(rng, 60)
        overlaps = rng.beta(1, 3, 60)[groups] * rng.random(groups.size) * 2
        overlaps = np.where(overlaps > 1, 0.0, overlaps)
        found, _ = of_score(plain(overlaps, groups))
        assert found is not None
        alone, _ = of_score(plain(overlaps, np.arange(groups.size)))
        assert alone is not None
        return found.low <= truth <= found.high, alone.low <= truth <= alone.high

    rng = np.random.default_rng(0)
    many = rng.beta(1, 3, 10**6) * rng.random(10**6) * 2
    truth = np.where(many > 1, 0.0, many).mean()
    by_video, naive = coverage(inside)
    assert 0.91 <= by_video <= 0.99
    assert naive < 0.86


def records(seed: int, samples: int) -> list[dict[str, Any]]:
    """Records in which units are of different sizes and some are not whole."""
    rng = np.random.default_rng(seed)
    names = ("object_rel_direction_easy", "object_rel_direction_hard", "route_planning")
    parts = ("pos_text", "neg_text", "pos_video", "neg_video")
    return [
        {
            "values": [float(v) for v in rng.integers(0, 2, samples)],
            "unit": "" if number % 11 == 10 else str(number // 4),
            "part": parts[number % 4],
            "task": names[int(rng.integers(3))],
            "weight": int(rng.integers(2, 6)),
        }
        for number in range(4 * 9 + 3)
    ]


@pytest.mark.parametrize("name", totals.PARTS)
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("kept", [39, 5, 2, 1])
def test_cells_have_the_value_of_the_metric_that_lmms_eval_is_given(
    name: str, samples: int, kept: int
) -> None:
    if name == "mba":  # every item has a video
        made = [{**record, "unit": record["unit"] or "last"} for record in records(1, samples)]
    else:
        made = records(1, samples)
    made = [{**r, "unit": r["unit"] or "none"} for r in made] if name.endswith(("_score", "scores")) else made
    made = made[:kept]
    benchmark = next(b for b in BENCHMARKS.values() if name in b.totals)
    rows = tuple(
        ItemResult((str(k), 0), dict.fromkeys(benchmark.totals, record), ()) for k, record in enumerate(made)
    )
    outcome: Any = TaskResult("", benchmark, VARIANTS["direct"].name, {}, {}, kept, kept, {}, rows, __file__)  # type: ignore[arg-type]
    found = cells_of(rows, groups_of(rows, benchmark), name, outcome)
    assert 100 * found.value == pytest.approx(getattr(totals, name)(made))
