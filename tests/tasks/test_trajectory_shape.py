"""trajectory_shape: the figure is told by measures that the solver does not use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.errors import ConfigError
from synrl.evidence.figures import recognise
from synrl.seeds import Streams
from synrl.tasks.trajectory_shape import FIGURES, TrajectoryConfig
from synrl.world.figures import (
    CIRCLE,
    EIGHT,
    INWARDS,
    LINE,
    OUTWARDS,
    SPIRAL,
    SQUARE,
    TRIANGLE,
    ZIGZAG,
    anchor,
    trace,
)

GOLDEN_FRAMES = "208c782c34c0dfe6"

NAME = "trajectory_shape"


@given(st.integers(0, 10_000), st.sampled_from(FIGURES), st.integers(60, 110))
@settings(deadline=None, max_examples=150)
def test_what_is_traced_is_recognised(seed: int, figure: str, frames: int) -> None:
    path = trace(Streams(NAME, "tests", 0, seed).scene, figure, 130.0, frames)
    assert len(path) == frames + 1
    assert recognise(path, spirals=figure in (OUTWARDS, INWARDS)) == figure
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert steps.max() < 1.05 * np.median(steps), "no faster anywhere"
    assert 80 < np.hypot(*np.ptp(path, axis=0)) < 150


@given(st.integers(0, 10_000), st.sampled_from(FIGURES))
@settings(deadline=None, max_examples=60)
def test_all_figures_stray_as_far_and_start_as_far_from_their_anchor(seed: int, figure: str) -> None:
    path = trace(Streams(NAME, "tests", 0, seed).scene, figure, 200.0, 300)
    strays = np.hypot(*(path - path.mean(axis=0)).T)
    assert (strays**2).mean() ** 0.5 == pytest.approx(200 / 12**0.5, rel=0.05)
    ends = np.hypot(*(path[[0, -1]] - anchor(path, 200.0)).T)
    assert max(ends) == pytest.approx(100, rel=0.01)
    if figure not in (OUTWARDS, INWARDS, SPIRAL):
        assert min(ends) > 85


def test_where_a_shape_starts_is_as_far_from_the_border_whatever_it_traces(
    rows_of: Callable[..., Any],
) -> None:
    rooms: dict[str, list[float]] = {}
    for row in rows_of(NAME, 400):
        if row["config"]["query"]["ask"] == "figure" and row["level"] > 1:
            (track,) = (t for t in row["tracks"] if t["name"] == row["config"]["query"]["object"])
            rooms.setdefault(row["answer_text"], []).append(
                min(*(track[k][0] for k in "xy"), *(448 - track[k][0] for k in "xy"))
            )
    means = {
        figure: np.mean(own) for figure, own in rooms.items() if len(own) > 12 and "spiral" not in figure
    }
    assert len(means) >= 5 and np.ptp(list(means.values())) < 50, means


@given(st.integers(0, 10_000), st.sampled_from((CIRCLE, SQUARE, TRIANGLE, EIGHT)))
@settings(deadline=None, max_examples=40)
def test_closed_figures_end_where_they_began(seed: int, figure: str) -> None:
    path = trace(Streams(NAME, "tests", 0, seed).scene, figure, 130.0, 90)
    assert np.hypot(*(path[-1] - path[0])) < 1e-6


def corners(path: np.ndarray) -> int:
    """Sharp turns, however they fall between frames."""
    steps = np.diff(path, axis=0)
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    straight = np.abs(np.diff(heading)) < 0.03
    runs = np.flatnonzero(straight[1:] & ~straight[:-1])
    return len(runs)


@pytest.mark.parametrize(("figure", "count"), [(LINE, {0}), (TRIANGLE, {3}), (SQUARE, {4}), (ZIGZAG, {2, 3})])
def test_figures_have_as_many_corners_as_their_names_say(figure: str, count: set[int]) -> None:
    for seed in range(20):
        assert corners(trace(Streams(NAME, "tests", 1, seed).scene, figure, 130.0, 100)) in count


def test_the_answer_is_the_figure_of_the_track(rows_of: Callable[..., Any]) -> None:
    """A circle keeps its distance from the middle, a spiral changes it, a line has no width."""
    for row in rows_of(NAME, 120):
        query = row["config"]["query"]
        if query["ask"] == "span":
            continue
        (track,) = (track for track in row["tracks"] if track["name"] == query["object"])
        path = np.stack([track["x"], track["y"]], axis=1)
        moving = np.hypot(*np.diff(path, axis=0).T) > 0.05
        path = path[:-1][moving]
        radii = np.hypot(*(path - (path.max(axis=0) + path.min(axis=0)) / 2).T)
        if row["answer_text"] == CIRCLE:
            assert np.ptp(radii) < 0.05 * radii.mean()
        elif row["answer_text"] in (OUTWARDS, SPIRAL, INWARDS):
            # Seen from the middle of its box, which is not quite that of the spiral.
            assert radii.max() > 1.8 * radii.min()
        elif row["answer_text"] == LINE:
            assert np.linalg.svd(path - path.mean(axis=0))[1][1] < 0.1


def test_figures_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 5, "perception", "figure", 500), 9)


def test_spirals_with_and_without_their_way_do_not_mix() -> None:
    with pytest.raises(ConfigError, match="name spirals with their way, or without"):
        TrajectoryConfig(
            mode="perception",
            figures=(LINE, SPIRAL, OUTWARDS, CIRCLE),
            extent=120.0,
            others=0,
        )
