"""Intervals, each from a second side: published examples, exhaustive enumeration, or the definition."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from evaluation import intervals
from evaluation.benchmarks import BENCHMARKS, VARIANTS
from evaluation.comparison import _cells, _units
from evaluation.intervals import Cells, Interval
from evaluation.results import Outcome, Row
from evaluation.scoring import totals


def close(found: Any, wanted: tuple[float, float], tolerance: float = 1e-6) -> bool:
    return found == pytest.approx(wanted, abs=tolerance)


def test_wilson_and_its_difference_are_those_of_newcombes_tables() -> None:
    assert close(intervals.wilson(81, 263), (0.2553, 0.3662), 5e-5)
    assert close(intervals.wilson(0, 20), (0.0, 0.1611), 5e-5)
    one, two = intervals.wilson(48, 80), intervals.wilson(56, 70)
    assert close(intervals.square_and_add(48 / 80, one, 56 / 70, two), (0.0524, 0.3339), 5e-5)


def likelihood_distance(gained: int, lost: int, n: int, difference: float) -> float:
    """The score statistic by its definition: discordant probabilities that fit best, found by trying."""
    low = max(0.0, -difference)
    best = max(
        np.linspace(low, (1 - difference) / 2, 200_001)[1:-1],
        key=lambda q: (
            gained * math.log(max(q + difference, 1e-300))
            + lost * math.log(max(q, 1e-300))
            + (n - gained - lost) * math.log(max(1 - 2 * q - difference, 1e-300))
        ),
    )
    return (gained - lost - n * difference) / math.sqrt(n * (2 * best + difference - difference**2))


@pytest.mark.parametrize(("gained", "lost", "n"), [(12, 2, 50), (3, 5, 10), (1, 0, 8)])
def test_tangos_limits_are_where_the_score_test_begins_to_reject(gained: int, lost: int, n: int) -> None:
    low, high = intervals.tango(gained, lost, n)
    assert likelihood_distance(gained, lost, n, low) == pytest.approx(intervals.Z, abs=2e-3)
    assert likelihood_distance(gained, lost, n, high) == pytest.approx(-intervals.Z, abs=2e-3)


def test_tango_is_symmetric_and_no_point_where_nothing_differs() -> None:
    low, high = intervals.tango(7, 3, 40)
    assert close(intervals.tango(3, 7, 40), (-high, -low))
    square = intervals.Z**2
    assert close(intervals.tango(0, 0, 25), (-square / (25 + square), square / (25 + square)))
    assert intervals.tango(4, 0, 4).high == 1.0


@pytest.mark.parametrize(("right", "n"), [(3, 9), (1, 5), (8, 9)])
def test_exact_limits_leave_a_tail_of_2_5_percent_on_either_side(right: int, n: int) -> None:
    low, high = (Fraction(limit) for limit in intervals.clopper_pearson(right, n))

    def tail(share: Fraction, counts: range) -> float:
        return float(sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in counts))

    assert tail(low, range(right, n + 1)) == pytest.approx(0.025)
    assert tail(high, range(right + 1)) == pytest.approx(0.025)


def test_exact_limits_reach_the_ends_when_all_or_none_are_right() -> None:
    assert intervals.clopper_pearson(0, 7).low == 0.0
    assert close(intervals.clopper_pearson(7, 7), (0.025 ** (1 / 7), 1.0))


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (5, 1), (3, 3), (0, 6)])
def test_the_sign_test_counts_the_outcomes_that_are_as_far_from_even(wins: int, losses: int) -> None:
    outcomes = [sum(coins) for coins in itertools.product((0, 1), repeat=wins + losses)]
    extreme = [heads for heads in outcomes if abs(2 * heads - wins - losses) >= abs(wins - losses)]
    assert intervals.sign_test(wins, losses) == pytest.approx(len(extreme) / len(outcomes))


def plain(values: list[float]) -> Cells:
    column = np.array(values)[:, None]
    return Cells(column, np.ones_like(column), np.ones(1))


def test_resamples_are_distributed_as_all_of_them_are() -> None:
    values = [0.0, 0.25, 0.9, 1.0]
    every = sorted(sum(picked) / 4 for picked in itertools.product(values, repeat=4))
    (draws,) = intervals.draw([plain(values)], seed=3)
    assert set(np.round(draws, 9)) <= set(np.round(every, 9))
    for threshold in (0.2, 0.45, 0.6, 0.8):
        exact = sum(mean <= threshold for mean in every) / len(every)
        assert (draws <= threshold).mean() == pytest.approx(exact, abs=0.04)
    found = intervals.percentiles(draws)
    assert found is not None and close(found, (every[6], every[-7]), 0.06)


def test_runs_are_drawn_alike_so_equal_ones_do_not_differ() -> None:
    one, two = intervals.draw([plain([0.1, 0.7, 0.4])] * 2, seed=0)
    assert (one == two).all() and one.min() < one.max()
    again, other = (
        intervals.draw([plain([0.1, 0.7, 0.4])], 0)[0],
        intervals.draw([plain([0.1, 0.7, 0.4])], 1)[0],
    )
    assert (one == again).all() and (one != other).any()


def test_draws_that_are_all_the_same_are_no_interval() -> None:
    (draws,) = intervals.draw([plain([0.5, 0.5])], seed=0)
    assert intervals.percentiles(draws) is None


def test_limits_are_a_pair() -> None:
    assert intervals.wilson(1, 2) == Interval(*intervals.wilson(1, 2))


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


@pytest.mark.parametrize("name", totals.NAMES)
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
        Row((str(k), 0), dict.fromkeys(benchmark.totals, record), ()) for k, record in enumerate(made)
    )
    outcome: Any = Outcome("", benchmark, VARIANTS["direct"].name, {}, {}, kept, kept, {}, rows, __file__)  # type: ignore[arg-type]
    found = _cells(rows, _units(rows, benchmark), name, outcome)
    assert 100 * found.value == pytest.approx(getattr(totals, name)(made))
