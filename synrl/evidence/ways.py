"""How far along a straight line a shape is, read from samples that may be off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synrl.evidence import Evidence

_BAND = 0.08
"""The share of a way within which a shape that stays in one place seems to be."""


@dataclass(frozen=True)
class Way:
    """A way from one rest to another: the share of it that is covered at each time, in frames."""

    frames: np.ndarray
    shares: np.ndarray
    """Ascending from 0 to 1."""

    @classmethod
    def seen(cls, evidence: Evidence, name: str) -> Way | None:
        """The way of a shape that goes straight and never back; None if it is not seen to move."""
        evidence = evidence.thinned()
        points = evidence.tracks[name].points
        if len(points) < 4:
            return None
        step = points[-1] - points[0]
        length = float(step @ step)
        if length < (8 * evidence.eye.px + 1) ** 2:
            return None
        along = (points - points[0]) @ step / length
        # Halfway between the greatest so far and the least to come: it never goes back.
        rising = (np.maximum.accumulate(along) + np.minimum.accumulate(along[::-1])[::-1]) / 2
        return cls(evidence.frames.astype(float), np.clip(rising, 0, 1))

    def time(self, share: float) -> float:
        """The frame at which a share of the way is covered."""
        return float(np.interp(share, self.shares, self.frames))

    def longest_stay(self, low: float, high: float) -> float:
        """The frames for which it stays in about one place, between two shares of its way."""
        shares = np.linspace(low, high - _BAND, 40)
        times = np.interp(shares, self.shares, self.frames)
        return float((np.interp(shares + _BAND, self.shares, self.frames) - times).max())


def changing(evidence: Evidence, name: str, glances: tuple[float, float]) -> tuple[float, float] | None:
    """From when to when, in seconds, the speed of a shape on a straight line changes evenly, once.

    The stretch that explains most, of those that last as long as they may.

    Args:
        glances: how long the stretch lasts, at least and at most.
    """
    evidence = evidence.thinned()
    points, frames = evidence.tracks[name].points, evidence.frames.astype(float)
    if len(points) < 6:
        return None
    step = points[-1] - points[0]
    along = (points - points[0]) @ step / max(float(np.hypot(*step)), 1e-9)
    # What a place and one speed explain is taken out of everything; one figure is left, the change of speed.
    steady, _ = np.linalg.qr(np.stack([np.ones_like(frames), frames], axis=1))
    rest = along - steady @ (steady.T @ along)
    best, found = -1.0, None
    for length in np.linspace(*glances, 5) * evidence.glance:
        starts = np.arange(0.0, evidence.num_frames - 1 - length, 2.0)
        since = np.clip(frames - starts[:, None], 0, None)
        # The way that is gained by a speed that begins to change by one at `start`.
        gained = np.where(since < length, since**2 / (2 * length), since - length / 2)
        gained -= gained @ steady @ steady.T
        explained = (gained @ rest) ** 2 / np.maximum((gained**2).sum(axis=1), 1e-9)
        if explained.max(initial=-1.0) > best:
            start, best = float(starts[explained.argmax()]), float(explained.max())
            found = start / evidence.fps, (start + float(length)) / evidence.fps
    return found
