"""Elastic motion: conserved quantities, reversal, and a fine-step simulation beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.world.collisions import Body, run
from synrl.world.legs import kinks, straight_legs

SIDE = 400.0


def disc(x: float, y: float, vx: float, vy: float, radius: float = 20.0) -> Body:
    return Body(x, y, vx, vy, radius, radius, radius, radius, radius)


def scene(seed: int) -> list[Body]:
    g = np.random.default_rng(seed)
    places = [(80, 80), (300, 90), (90, 300), (310, 310)]
    return [disc(x, y, *g.uniform(-6, 6, 2)) for x, y in places]


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_energy_is_kept_and_nothing_leaves_or_overlaps(seed: int) -> None:
    motion = run(scene(seed), SIDE, SIDE, 300)
    energy = (motion.velocities**2).sum(axis=(1, 2))
    np.testing.assert_allclose(energy, energy[0], rtol=1e-9)
    places = motion.positions(300)
    assert places.min() > 20 - 1e-6 and places.max() < SIDE - 20 + 1e-6
    for i in range(4):
        for j in range(i):
            assert np.hypot(*(places[:, i] - places[:, j]).T).min() > 40 - 1e-6


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_running_backwards_leads_back_to_the_start(seed: int) -> None:
    bodies = scene(seed)
    there = run(bodies, SIDE, SIDE, 120)
    if any(math.isclose(contact.time, 120, abs_tol=1e-3) for contact in there.contacts):
        return
    end = there.places[-1] + there.velocities[-1] * (120 - there.times[-1])
    back = run([disc(*p, *-v) for p, v in zip(end, there.velocities[-1], strict=True)], SIDE, SIDE, 120)
    home = back.places[-1] + back.velocities[-1] * (120 - back.times[-1])
    np.testing.assert_allclose(home, [(body.x, body.y) for body in bodies], atol=1e-4)
    assert len(back.contacts) == len(there.contacts)


@pytest.mark.parametrize("seed", range(5))
def test_a_fine_step_simulation_counts_the_same_wall_hits(seed: int) -> None:
    body = scene(seed)[0]
    x, y, vx, vy, hits, parts = body.x, body.y, body.vx, body.vy, 0, 500
    for _ in range(300 * parts):
        x, y = x + vx / parts, y + vy / parts
        if (x < 20 and vx < 0) or (x > SIDE - 20 and vx > 0):
            vx, hits = -vx, hits + 1
        if (y < 20 and vy < 0) or (y > SIDE - 20 and vy > 0):
            vy, hits = -vy, hits + 1
    assert len(run([body], SIDE, SIDE, 300).contacts) == hits


def test_two_discs_that_meet_head_on_exchange_velocities() -> None:
    motion = run([disc(100, 200, 3, 0), disc(300, 200, -1, 0)], SIDE, SIDE, 60)
    (contact,) = motion.contacts
    assert contact.time == pytest.approx(40) and (contact.body, contact.other) == (0, 1)
    np.testing.assert_allclose(motion.velocities[-1], [[-1, 0], [3, 0]])


@given(st.lists(st.tuples(st.integers(8, 30), st.floats(-5, 5), st.floats(-5, 5)), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_turns_of_a_straight_path_are_found_where_they_are(stretches: list[tuple[int, float, float]]) -> None:
    velocities = [(vx, vy) for _, vx, vy in stretches]
    if any(math.dist(a, b) < 0.5 for a, b in zip(velocities, velocities[1:], strict=False)):
        return
    ends = np.cumsum([length + 0.37 for length, _, _ in stretches])
    steps = [((length + 0.37) * vx, (length + 0.37) * vy) for length, vx, vy in stretches]
    corners = np.cumsum([(0.0, 0.0), *steps], axis=0)
    frames = np.arange(int(ends[-1]))
    points = np.stack([np.interp(frames, [0, *ends], corners[:, axis]) for axis in (0, 1)], axis=1)
    found = kinks(frames, points)
    assert found is not None
    np.testing.assert_allclose([kink.time for kink in found], ends[:-1], atol=1e-6)


def test_a_single_step_between_two_legs_is_no_leg() -> None:
    points = np.array([(0, 0), (2, 0), (4, 0), (5, 1), (5, 3), (5, 5)], float)
    assert [(leg.start, leg.end) for leg in straight_legs(np.arange(6), points)] == [(0, 2), (3, 5)]
