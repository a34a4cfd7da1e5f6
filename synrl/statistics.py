"""Exact tests of accuracy against chance, for rows whose chances differ."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np


def tail(rates: Sequence[float], hits: int) -> float:
    """The chance of at least `hits` successes in independent trials with the given rates.

    The Poisson-binomial distribution, and the binomial one if all rates are equal: exact, but for outcomes
    less likely than `NEVER`, which are left out. Equal rates are taken together, and what is joined is of
    one size, which makes it nearly linear in the number of trials.
    """
    values, counts = np.unique(np.asarray(rates, np.float64), return_counts=True)
    parts = [_binomial(int(count), float(rate)) for rate, count in zip(values, counts, strict=True)]
    while len(parts) > 1:
        pairs = [_sum(one, two) for one, two in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[len(pairs) * 2 :]
    first, mass = parts[0] if parts else (0, np.ones(1))
    return min(1.0, float(mass[max(hits - first, 0) :].sum()))


NEVER = 1e-40
"""What is less likely is left out."""
_Chances = tuple[int, np.ndarray]
"""The least number of successes, and how likely that number and each after it is."""


def _binomial(trials: int, rate: float) -> _Chances:
    if rate <= 0 or rate >= 1:
        return (trials if rate >= 1 else 0), np.ones(1)
    k = np.arange(trials + 1)
    steps = np.log((trials - k[1:] + 1) / k[1:] * (rate / (1 - rate)))
    logs = trials * math.log1p(-rate) + np.concatenate([[0.0], np.cumsum(steps)])
    return _likely(0, np.exp(logs))


def _sum(one: _Chances, two: _Chances) -> _Chances:
    return _likely(one[0] + two[0], np.convolve(one[1], two[1]))


def _likely(first: int, mass: np.ndarray) -> _Chances:
    """Without what never happens at both ends."""
    kept = np.flatnonzero(mass > NEVER)
    return first + int(kept[0]), mass[kept[0] : kept[-1] + 1]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm, 1979): the chance of any false alarm stays below a level."""
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    found, worst = [1.0] * len(p_values), 0.0
    for place, k in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[k]))
        found[k] = worst
    return found


@lru_cache(maxsize=4096)
def power(rows: int, chance: float, better: float, level: float) -> float:
    """How likely a one-sided binomial test shows that `better` exceeds `chance`, both shares of the rows."""
    first, mass = _binomial(rows, chance)
    tails = np.cumsum(mass[::-1])[::-1]
    least = first + int((tails >= level).sum())
    return tail([better] * rows, least) if least <= rows else 0.0


@lru_cache(maxsize=4096)
def rows_to_see(lead: float, chance: float, level: float, sure: float = 0.8) -> int:
    """How many rows it takes to show a lead over chance, to within a twentieth.

    Args:
        lead: share of rows by which the accuracy exceeds chance.
        chance: the accuracy to exceed, a share of rows.
        level: of the test, corrected for the number of tests.
        sure: how likely the lead is to be shown.
    """
    better = min(chance + lead, 1.0)
    if better <= chance:
        return 1
    wide = _deviate(1 - level) * math.sqrt(chance * (1 - chance)) + _deviate(sure) * math.sqrt(
        better * (1 - better)
    )
    rows = max(1, math.ceil((wide / (better - chance)) ** 2))  # as if the distribution were normal
    while power(rows, chance, better, level) < sure:
        rows += max(1, rows // 20)
    return rows


@lru_cache(maxsize=4096)
def lead_seen(rows: int, chance: float, level: float, sure: float = 0.8) -> float:
    """The least lead, in whole points, that so many rows show; 1.0 if they show none."""
    points = range(1, int(100 * (1 - chance)) + 1)
    place = bisect_left(
        points, sure, key=lambda lead: power(rows, chance, min(1.0, chance + lead / 100), level)
    )
    return points[place] / 100 if place < len(points) else 1.0


def _deviate(share: float) -> float:
    return NormalDist().inv_cdf(min(max(share, 1e-16), 1 - 1e-16))


def uneven(counts: Sequence[int]) -> float:
    """How likely counts that should be equal are as uneven as these: exact, with Bonferroni's correction.

    The largest deviation of one of them from its share, in a two-sided binomial test.
    """
    total, share = sum(counts), 1 / len(counts)
    if total == 0:
        return 1.0
    logs = [
        math.lgamma(total + 1)
        - math.lgamma(k + 1)
        - math.lgamma(total - k + 1)
        + k * math.log(share)
        + (total - k) * math.log(1 - share)
        for k in range(total + 1)
    ]
    mass = np.exp(logs)
    worst = min(min(float(mass[: k + 1].sum()), float(mass[k:].sum())) for k in counts)
    return min(1.0, 2 * worst * len(counts))


def wilson(right: float, total: float, z: float = 1.96) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson, 1927); it holds for few and for extreme counts, too."""
    if total == 0:
        return 0.0, 1.0
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
