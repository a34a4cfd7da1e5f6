"""Intervals, each from a second side: published examples, exhaustive enumeration, or the definition."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from synrl.evaluation.report import intervals
from synrl.evaluation.report.intervals import Interval


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


@pytest.mark.parametrize(
    ("freedom", "limit"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (10, 2.228), (30, 2.042), (50, 2.009), (51, 2.008), (120, 1.980)],
)
def test_students_limits_are_those_of_its_tables(freedom: int, limit: float) -> None:
    assert intervals.student(freedom) == pytest.approx(limit, abs=6e-4)


def test_intervals_of_means_square_and_add_the_arms() -> None:
    found = intervals.mean([0.5, 0.7], [Interval(0.2, 0.9), Interval(0.3, 1.0)])
    assert close(found, (0.6 - 0.25, 0.6 + 0.25))
    alone = intervals.wilson(3, 9)
    assert close(intervals.mean([3 / 9], [alone]), alone)


def test_groups_that_say_as_much_as_lone_units_have_their_interval() -> None:
    n, share = 400, 0.3
    found = intervals.of_groups(share, share * (1 - share) / n, groups=10**9)
    assert found is not None and close(found, intervals.wilson(share * n, n))
    less = intervals.of_groups(share, share * (1 - share) / n, groups=10**9, most=100)
    assert less is not None and close(less, intervals.wilson(30, 100))


def test_nothing_is_known_of_one_group_or_of_groups_that_are_all_alike() -> None:
    assert intervals.of_groups(0.4, 0.01, groups=1) is None
    assert intervals.of_groups(0.4, 0.0, groups=9) is None
    assert intervals.difference_of_groups(0.1, 0.01, groups=1) is None
    assert close(intervals.of_groups(1.0, 0.0, groups=9), intervals.wilson(9, 9))


def test_limits_are_a_pair() -> None:
    assert intervals.wilson(1, 2) == Interval(*intervals.wilson(1, 2))
