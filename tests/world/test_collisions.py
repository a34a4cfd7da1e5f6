"""Elastic motion: conserved quantities, reversal, and a fine-step simulation beside it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.world.collisions import WALLS, Body, run

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


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_a_wall_turns_one_component_and_discs_keep_their_common_momentum(seed: int) -> None:
    motion = run(scene(seed), SIDE, SIDE, 300)
    for k, contact in enumerate(motion.contacts):
        before, after = motion.velocities[k], motion.velocities[k + 1]
        changed = set(np.flatnonzero((before != after).any(axis=1)).tolist())
        if isinstance(contact.other, str):
            axis = WALLS.index(contact.other) // 2
            assert changed == {contact.body}
            assert after[contact.body, axis] == -before[contact.body, axis]
            assert after[contact.body, 1 - axis] == before[contact.body, 1 - axis]
        else:
            assert changed == {contact.body, contact.other} and contact.body < contact.other
            np.testing.assert_allclose(after.sum(axis=0), before.sum(axis=0), atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_what_touches_is_in_contact_at_that_very_time(seed: int) -> None:
    motion = run(scene(seed), SIDE, SIDE, 300)
    assert [contact.time for contact in motion.contacts] == motion.times[1:].tolist()
    assert (np.diff(motion.times) >= 0).all()
    for contact, places in zip(motion.contacts, motion.places[1:], strict=True):
        here = places[contact.body]
        if isinstance(contact.other, str):
            face = {"left wall": 20, "right wall": SIDE - 20, "top wall": 20, "bottom wall": SIDE - 20}
            axis = WALLS.index(contact.other) // 2
            assert here[axis] == pytest.approx(face[contact.other], abs=1e-6)
        else:
            assert math.dist(here, places[contact.other]) == pytest.approx(40, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_fine_step_simulation_of_discs_meets_the_same_in_the_same_order(seed: int) -> None:
    bodies, parts, frames = scene(seed), 400, 90
    place = [[body.x, body.y] for body in bodies]
    speed = [[body.vx, body.vy] for body in bodies]
    met: list[tuple[int, int | str]] = []
    for _ in range(frames * parts):
        for p, v in zip(place, speed, strict=True):
            p[0], p[1] = p[0] + v[0] / parts, p[1] + v[1] / parts
        for i, (p, v) in enumerate(zip(place, speed, strict=True)):
            for axis in (0, 1):
                if (p[axis] < 20 and v[axis] < 0) or (p[axis] > SIDE - 20 and v[axis] > 0):
                    met.append((i, WALLS[2 * axis + (v[axis] > 0)]))
                    v[axis] = -v[axis]
        for i, j in itertools.combinations(range(len(bodies)), 2):
            dx, dy = place[j][0] - place[i][0], place[j][1] - place[i][1]
            closing = (speed[j][0] - speed[i][0]) * dx + (speed[j][1] - speed[i][1]) * dy
            if dx * dx + dy * dy < 1600 and closing < 0:
                push = closing / (dx * dx + dy * dy)
                for body, sign in ((i, 1), (j, -1)):
                    speed[body][0] += sign * push * dx
                    speed[body][1] += sign * push * dy
                met.append((i, j))
    motion = run(bodies, SIDE, SIDE, frames)
    assert [(contact.body, contact.other) for contact in motion.contacts] == met
    assert len(met) >= 5


def test_reaches_to_each_side_decide_where_a_wall_is_met() -> None:
    motion = run([Body(200, 200, 5, 2, left=10, right=30, up=15, down=25, radius=0)], SIDE, SIDE, 400)
    faces = {
        "left wall": (0, 10.0),
        "right wall": (0, 370.0),
        "top wall": (1, 15.0),
        "bottom wall": (1, 375.0),
    }
    assert {contact.other for contact in motion.contacts} == set(faces)
    for contact, places in zip(motion.contacts, motion.places[1:], strict=True):
        axis, face = faces[str(contact.other)]
        assert places[0, axis] == pytest.approx(face)


def test_a_body_that_moves_along_a_wall_never_meets_the_walls_beside_it() -> None:
    motion = run([disc(200, 20, 4, 0)], SIDE, SIDE, 300)
    assert {contact.other for contact in motion.contacts} == {"left wall", "right wall"}
    assert run([disc(200, 200, 0, 0)], SIDE, SIDE, 300).contacts == ()
