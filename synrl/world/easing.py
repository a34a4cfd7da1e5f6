"""Motion that begins and ends gently: the one way in which things of long clips move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def eased(share: np.ndarray) -> np.ndarray:
    """The share of a way that is covered at a share of its time, both 0 to 1: slow, fast, slow."""
    covered: np.ndarray = share * share * (3 - 2 * share)
    return covered


def along(corners: np.ndarray, turns: Sequence[float], shares: np.ndarray) -> np.ndarray:
    """Where something is on a way of straight stretches, each begun and ended gently.

    Args:
        corners: the ends of the stretches, shape (corners, dimensions), in any unit.
        turns: for each corner, the share of the time at which it is reached, 0 to 1.
        shares: the shares of the time that are wanted, shape (n,).

    Returns:
        Shape (n, dimensions).
    """
    progress = np.interp(shares, turns, np.arange(len(corners)))
    whole = np.minimum(progress.astype(int), len(corners) - 2)
    part = eased(progress - whole)[:, None]
    places: np.ndarray = corners[whole] * (1 - part) + corners[whole + 1] * part
    return places
