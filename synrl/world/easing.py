"""Motion that begins and ends gently: the one way in which things of long clips move.

It gets going within a few frames, because at the very beginning or end of it nobody sees that anything moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_RAMP = 0.12
"""Share of the time at each end in which the speed changes."""


def eased(share: np.ndarray) -> np.ndarray:
    """The share of a way that is covered at a share of its time, 0 to 1: at one speed, but for the ends."""
    from_end = np.minimum(share, 1 - share)
    early = np.where(from_end < _RAMP, from_end**2 / (2 * _RAMP), from_end - _RAMP / 2) / (1 - _RAMP)
    covered: np.ndarray = np.where(share <= 0.5, early, 1 - early)
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
