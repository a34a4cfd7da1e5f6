"""Straight pieces of motion: as many as there were, at their velocities, through an eye's errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.evidence.pieces import bounds, pieces

GLANCE = 15
"""Frames between two samples."""


def motion(seed: int, count: int, *, rests: bool) -> tuple[np.ndarray, np.ndarray, list[float], np.ndarray]:
    """Frames, places, turns (frames) and velocities of a motion of some pieces.

    Each lasts three glances or more, and velocities change by 22 px in a glance or more.
    """
    g = np.random.default_rng(seed)
    lasts = g.uniform(3.3, 6.0, count) * GLANCE
    velocities = [np.zeros(2)] if rests else []
    while len(velocities) < count - rests:
        angle, speed = g.uniform(0, 2 * math.pi), g.uniform(20, 60) / GLANCE
        velocity = speed * np.array([math.cos(angle), math.sin(angle)])
        if not velocities or np.hypot(*(velocity - velocities[-1])) * GLANCE > 22:
            velocities.append(velocity)
    velocities += [np.zeros(2)] if rests else []
    turns = np.concatenate([[0], np.cumsum(lasts)])
    corners = np.concatenate([[[200, 200]], 200 + np.cumsum(np.array(velocities) * lasts[:, None], axis=0)])
    frames = np.arange(0, int(turns[-1]) + 1, GLANCE)
    places = np.stack([np.interp(frames, turns, corners[:, axis]) for axis in (0, 1)], axis=1)
    return frames, places, turns[1:-1].tolist(), np.array(velocities)


@given(st.integers(0, 100_000), st.integers(1, 6), st.booleans())
@settings(deadline=None, max_examples=200)
def test_every_piece_is_found_at_its_velocity_where_nothing_is_misplaced(
    seed: int, count: int, rests: bool
) -> None:
    count += 2 * rests
    frames, places, turns, velocities = motion(seed, count, rests=rests)
    found = pieces(frames, places, 0.0, rests=rests)
    assert found is not None and len(found) == count
    for piece, velocity in zip(found, velocities, strict=True):
        if piece.is_trusted:
            assert piece.velocity == pytest.approx(velocity, abs=1e-6)
    inner = [k for k in range(count - 1) if found[k].is_trusted and found[k + 1].is_trusted]
    assert np.array(bounds(found, frames))[1:-1][inner] == pytest.approx(np.array(turns)[inner], abs=1e-3)


def test_nearly_all_pieces_are_found_through_the_errors_of_an_eye() -> None:
    """Within 5 px: the same number in 19 of 20 motions, and then speeds to within a few px in a glance."""
    right, off, px = 0, [], 5.0
    for seed in range(300):
        count = 2 + seed % 5
        frames, places, _, velocities = motion(seed, count, rests=seed % 2 == 0 and count > 2)
        misplaced = places + np.random.default_rng(seed + 10_000).uniform(-px, px, places.shape)
        found = pieces(frames, misplaced, px, rests=seed % 2 == 0 and count > 2)
        if found is None or len(found) != count:
            continue
        right += 1
        off += [
            float(np.hypot(*(piece.velocity - velocity)) * GLANCE)
            for piece, velocity in zip(found, velocities, strict=True)
            if piece.end - piece.start >= 3
        ]
    assert right >= 285
    assert np.percentile(off, 95) < 5


def test_what_jumps_or_bends_all_the_time_is_no_motion_of_a_few_pieces() -> None:
    frames = np.arange(0, 450, GLANCE)
    jumping = np.random.default_rng(0).uniform(0, 400, (len(frames), 2))
    assert pieces(frames, jumping, 1.0) is None
    still = np.full((len(frames), 2), 100.0)
    (rest,) = pieces(frames, still, 1.0) or ()
    assert rest.speed == pytest.approx(0, abs=1e-9) and rest.duration == frames[-1]
    assert pieces(frames[:1], still[:1], 1.0) is None
