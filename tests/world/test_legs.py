"""Straight motion is read back from samples: turns where they were made, or nothing at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synrl.evidence.legs import SAME, kinks, straight_legs

Stretch = tuple[float, float, float]
"""Length in frames, and velocity to the right and down."""


def path(stretches: list[Stretch], frames: np.ndarray) -> np.ndarray:
    """Points on some frames of a path that starts at (0, 0)."""
    times = np.cumsum([0.0, *(length for length, _, _ in stretches)])
    steps = [(length * vx, length * vy) for length, vx, vy in stretches]
    corners = np.cumsum([(0.0, 0.0), *steps], axis=0)
    return np.stack([np.interp(frames, times, corners[:, axis]) for axis in (0, 1)], axis=1)


def turn_times(stretches: list[Stretch]) -> list[float]:
    return [float(time) for time in np.cumsum([length for length, _, _ in stretches])[:-1]]


STRETCHES = st.lists(
    # No turn falls so near a sample that the tolerance of a leg would take it for one on the sample.
    st.tuples(st.integers(8, 24).map(lambda whole: whole + 0.37), st.floats(-5, 5), st.floats(-5, 5)),
    min_size=2,
    max_size=5,
).filter(lambda found: all(math.dist(a[1:], b[1:]) > 0.5 for a, b in zip(found, found[1:], strict=False)))


@given(STRETCHES, st.sampled_from([1, 2]), st.integers(0, 1))
@settings(max_examples=80, deadline=None)
def test_turns_are_found_when_and_where_they_are(stretches: list[Stretch], stride: int, phase: int) -> None:
    frames = np.arange(phase % stride, int(sum(length for length, _, _ in stretches)), stride)
    found = kinks(frames, path(stretches, frames))
    assert found is not None
    times = turn_times(stretches)
    np.testing.assert_allclose([kink.time for kink in found], times, atol=1e-6)
    places = path(stretches, np.array(times))
    np.testing.assert_allclose([kink.place for kink in found], places, atol=1e-6)
    for kink, before, after in zip(found, stretches, stretches[1:], strict=False):
        np.testing.assert_allclose([kink.before, kink.after], [before[1:], after[1:]], atol=1e-9)


@given(st.floats(0, 1), st.floats(1, 8))
@settings(max_examples=50, deadline=None)
def test_a_turn_near_a_sample_is_off_by_no_more_than_the_tolerance(part: float, turn: float) -> None:
    frames = np.arange(20)
    (kink,) = kinks(frames, path([(9 + part, 1.0, 2.0), (20.0, 1.0, 2.0 - turn)], frames)) or [None]
    assert kink is not None and abs(kink.time - (9 + part)) <= SAME / turn + 1e-6


@given(STRETCHES)
@settings(max_examples=50, deadline=None)
def test_rounding_to_float32_moves_no_turn_to_another_frame(stretches: list[Stretch]) -> None:
    frames = np.arange(int(sum(length for length, _, _ in stretches)))
    exact = path(stretches, frames) + 200
    found = kinks(frames, exact.astype(np.float32).astype(np.float64))
    assert found is not None
    np.testing.assert_allclose([kink.time for kink in found], turn_times(stretches), atol=1e-3)


@given(st.integers(3, 12), st.integers(3, 12), st.floats(-5, 5), st.floats(0.1, 5))
@settings(max_examples=40, deadline=None)
def test_legs_that_meet_on_a_sample_share_it(first: int, second: int, vx: float, vy: float) -> None:
    frames = np.arange(first + second + 1)
    legs = straight_legs(frames, path([(first, vx, vy), (second, vx, -vy)], frames))
    assert [(leg.start, leg.end) for leg in legs] == [(0, first), (first, first + second)]


def test_rest_is_a_leg_and_setting_off_a_turn() -> None:
    frames = np.arange(30)
    stretches = [(10.0, 0.0, 0.0), (8.0, 3.0, 0.0), (12.0, 0.0, 0.0)]
    legs = straight_legs(frames, path(stretches, frames))
    assert [(leg.start, leg.end, leg.velocity) for leg in legs] == [
        (0, 10, (0.0, 0.0)), (10, 18, (3.0, 0.0)), (18, 29, (0.0, 0.0)),
    ]  # fmt: skip
    found = kinks(frames, path(stretches, frames))
    assert [kink.time for kink in found or ()] == pytest.approx([10, 18])


def test_a_path_without_turns_is_one_leg() -> None:
    frames = np.arange(0, 40, 5)
    points = path([(40.0, 1.0, -2.0)], frames)
    assert [(leg.start, leg.end) for leg in straight_legs(frames, points)] == [(0, 7)]
    assert kinks(frames, points) == []


def test_a_single_step_between_two_legs_is_no_leg() -> None:
    points = np.array([(0, 0), (2, 0), (4, 0), (5, 1), (5, 3), (5, 5)], float)
    assert [(leg.start, leg.end) for leg in straight_legs(np.arange(6), points)] == [(0, 2), (3, 5)]


@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8))
@settings(max_examples=30, deadline=None)
def test_two_turns_with_no_leg_seen_between_them_are_not_guessed(late: float, short: float) -> None:
    """The corner between the two outer legs is not where either turn is."""
    stretches = [(8 + late, 3.0, 0.5), (short, -2.0, 4.0), (8.0, 1.0, -3.0)]
    frames = np.arange(16)
    cut = path(stretches, frames)
    before, after = np.array([3.0, 0.5]), np.array([1.0, -3.0])
    meet = np.linalg.solve(np.stack([before, -after], axis=1), cut[-1] - after * 15 - cut[0])
    assume(abs(meet[0] - meet[1]) > 0.1)  # else one turn explains all that is seen
    assert kinks(frames, cut) is None


@pytest.mark.parametrize("frame", [3, 10, 17])
def test_one_point_off_the_line_is_not_a_path(frame: int) -> None:
    frames = np.arange(20)
    points = path([(20.0, 2.0, 1.0)], frames)
    points[frame] += (0.0, 1.0)
    assert kinks(frames, points) is None


@pytest.mark.parametrize("length", [0, 1])
def test_fewer_than_two_samples_show_no_motion(length: int) -> None:
    frames, points = np.arange(length), np.zeros((length, 2))
    assert straight_legs(frames, points) == [] and kinks(frames, points) is None
