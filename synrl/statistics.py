"""Exact tests of accuracy against chance, for rows whose chances differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def tail(rates: Sequence[float], hits: int) -> float:
    """The chance of at least `hits` successes in independent trials with the given rates.

    The Poisson-binomial distribution, by convolution: exact, and the binomial one if all rates are equal.
    """
    chances = np.zeros(len(rates) + 1)
    chances[0] = 1.0
    for count, rate in enumerate(rates, start=1):
        chances[1 : count + 1] = chances[1 : count + 1] * (1 - rate) + chances[:count] * rate
        chances[0] *= 1 - rate
    return min(1.0, float(chances[max(hits, 0) :].sum()))


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
