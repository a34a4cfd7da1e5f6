"""95 % intervals of scores and of their differences, each by the method that fits what was counted.

Where a unit is right or wrong, score intervals hold for few units too, and do not shrink to a point when
all are right: Wilson's for one score, Tango's for two scores of the same units. Everything else is
resampled: what belongs together (a video's questions, a pair) stays together, two runs are drawn alike, and
the seed is fixed, so that the same input gives the same interval. Scores of different units are combined by
squaring and adding the arms of their intervals, which for Wilson's is Newcombe's method 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synrl.audit import statistics

Z = 1.959963984540054
DRAWS = 2000
_CHUNK = 100
"""Draws in memory at once."""

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Two limits."""

    low: float
    high: float


@dataclass(frozen=True)
class Cells:
    """A score as a weighted mean of ratios, which every metric here is.

    Ratio g is the sum over units of `numerators[:, g]` by that of `denominators[:, g]`. A ratio with no unit
    is left out.
    """

    numerators: Floats
    denominators: Floats
    weights: Floats

    def means(self, counts: Floats) -> Floats:
        """The score of each draw; a row of `counts` says how often each unit is drawn."""
        below = counts @ self.denominators
        weights = self.weights * (below > 0)
        ratios = (counts @ self.numerators) / np.where(below > 0, below, 1.0)
        total = weights.sum(axis=1)
        means: Floats = (ratios * weights).sum(axis=1) / np.where(total > 0, total, 1.0)
        return means

    @property
    def value(self) -> float:
        """The score itself, from 0 to 1."""
        return float(self.means(np.ones((1, len(self.numerators))))[0])

    def verdicts(self) -> NDArray[np.bool_] | None:
        """Whether each unit is right, if the score counts just that; units that don't count are left out."""
        if self.weights.size != 1:
            return None
        counted = self.denominators[:, 0] > 0
        right = self.numerators[counted, 0]
        whole = (self.denominators[counted, 0] == 1).all() and np.isin(right, (0.0, 1.0)).all()
        return right == 1.0 if whole and right.size else None


def draw(cells: Sequence[Cells], seed: int) -> list[Floats]:
    """Scores in `DRAWS` resamples of the units, which are drawn alike for all of the cells."""
    units = len(cells[0].numerators)
    rng = np.random.default_rng(seed)
    chunks: list[list[Floats]] = []
    for _ in range(DRAWS // _CHUNK):
        picked = rng.integers(units, size=(_CHUNK, units))
        counts = np.stack([np.bincount(row, minlength=units) for row in picked]).astype(float)
        chunks.append([one.means(counts) for one in cells])
    return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]


def percentiles(draws: Floats) -> Interval | None:
    """The middle 95 % of draws; None if they are all the same, which says nothing of how sure that is."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(low), float(high)) if draws.min() < draws.max() else None


def wilson(right: int, n: int) -> Interval:
    """Wilson's score interval of a share."""
    return Interval(*statistics.wilson(right, n, Z))


def tango(gained: int, lost: int, n: int) -> Interval:
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
