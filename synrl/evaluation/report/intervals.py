"""95 % intervals of scores and of their differences.

If units are independent and each is right or wrong, score intervals hold for few units too, and do not shrink
to a point when all are right: Wilson's for one score, Tango's for two scores of the same units. Where units
come in groups, as the questions of one video do, the interval is that of an effective number of independent
units that would carry as much information; this number follows from the variance between groups, with
Student's quantile to allow for a small number of groups (Korn and Graubard, 1998). Scores of different units
are combined by squaring and adding the arms of their intervals, which for Wilson's is Newcombe's method 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from synrl import statistics

Z = 1.959963984540054


class Interval(NamedTuple):
    """Two limits."""

    low: float
    high: float


def wilson(right: float, n: float) -> Interval:
    """Wilson's score interval of a share; of `n` units that may be worth less or more than whole ones."""
    return Interval(*statistics.wilson(right, n, Z))


def of_groups(value: float, variance: float, groups: int, most: float = math.inf) -> Interval | None:
    """The interval of a score from 0 to 1 whose variance was found between groups of units.

    Args:
        most: how many units it can be worth, if they can't be worth more than they are.

    Returns: None if nothing is known of how sure it is.
    """
    if min(value, 1 - value) < 1e-12:
        return wilson(round(value) * groups, groups)
    if groups < 2 or variance <= 0:
        return None
    n = min(most, worth(value * (1 - value), variance, groups))
    return wilson(value * n, n)


def worth(of_one: float, variance: float, groups: int) -> float:
    """How many lone units of variance `of_one` say as much as all of the groups do."""
    return of_one / variance * (Z / student(groups - 1)) ** 2


def difference_of_groups(found: float, variance: float, groups: int) -> Interval | None:
    """The interval of a difference of scores from 0 to 1 whose variance was found between groups of units.

    Returns: None if nothing is known of how sure it is.
    """
    if groups < 2 or variance <= 0:
        return None
    arm = student(groups - 1) * math.sqrt(variance)
    return Interval(max(-1.0, found - arm), min(1.0, found + arm))


def tango(gained: float, lost: float, n: float) -> Interval:
    """Tango's score interval of the difference of two shares of the same `n` units.

    Args:
        gained: units of which only the second verdict is right.
        lost: units of which only the first is.
    """
    found = (gained - lost) / n

    def distance(difference: float) -> float:
        """How many standard errors, under this difference, the one that was found is away."""
        a, b = 2 * n, -gained - lost + (2 * n - gained + lost) * difference
        c = -lost * difference * (1 - difference)
        likely = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
        variance = n * (2 * likely + difference * (1 - difference))
        away = n * (found - difference)
        return away / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, away) if away else 0.0

    return Interval(
        _where(lambda x: distance(x) <= Z, -1.0, found), _where(lambda x: distance(x) < -Z, found, 1.0)
    )


def square_and_add(first: float, one: Interval, second: float, two: Interval) -> Interval:
    """The interval of `second - first`, two scores of different units."""
    found = second - first
    below = math.hypot(second - two.low, one.high - first)
    above = math.hypot(two.high - second, first - one.low)
    return Interval(found - below, found + above)


def mean(values: Sequence[float], parts: Sequence[Interval]) -> Interval:
    """The interval of the mean of scores, or of differences, of different units."""
    found = sum(values) / len(values)
    below, above = (
        math.hypot(*(part[side] - value for value, part in zip(values, parts, strict=True))) / len(values)
        for side in (0, 1)
    )
    return Interval(found - below, found + above)


@cache
def student(freedom: int) -> float:
    """The limit that Student's t stays within, on either side, in 95 % of cases."""
    if freedom > 50:  # its expansion is right to four digits there (Abramowitz and Stegun 26.7.5)
        return Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    return _where(lambda t: _within(t, freedom) >= 0.95, Z, 13.0)


def _within(t: float, freedom: int) -> float:
    """The chance that Student's t lies between -t and t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    term, total = (math.cos(angle), 0.0) if freedom % 2 else (1.0, 0.0)
    for k in range(1 + freedom % 2, freedom, 2):
        total += term
        term *= k / (k + 1) * math.cos(angle) ** 2
    if freedom % 2:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def sign_test(wins: int, losses: int) -> float:
    """The two-sided exact p-value of so many wins and losses, if both were as likely. Ties don't count."""
    n = wins + losses
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1))
    return min(1.0, float(2 * tail / 2**n))


def clopper_pearson(right: int, n: int) -> Interval:
    """The exact interval of a share: what a two-sided binomial test at 5 % does not reject on either side."""

    def at_most(k: int, share: float) -> float:
        return math.fsum(_binomial(j, n, share) for j in range(k + 1))

    low = _where(lambda share: 1 - at_most(right - 1, share) >= 0.025, 0.0, 1.0) if right else 0.0
    high = _where(lambda share: at_most(right, share) < 0.025, 0.0, 1.0) if right < n else 1.0
    return Interval(low, high)


def _binomial(k: int, n: int, share: float) -> float:
    if share in (0.0, 1.0):
        return float(k == n * share)
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log + k * math.log(share) + (n - k) * math.log1p(-share))


def _where(begins: Callable[[float], Any], low: float, high: float) -> float:
    """Where something that is false and then true begins, to ten digits."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if begins(middle) else (middle, high)
    return high
