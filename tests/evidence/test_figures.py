"""Figures are recognised from a dozen looks that an eye has misplaced, wherever in a glance they fall."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from synrl.evidence.figures import recognise
from synrl.seeds import Streams
from synrl.tasks.trajectory_shape import FIGURES
from synrl.world.figures import INWARDS, OUTWARDS, SPIRAL, trace

PX = 5.0
STEPS = 600


def looks(figure: str, seed: int, takes: tuple[float, float], px: float = PX) -> np.ndarray:
    """Where a shape is seen in every glance, from a look at its rest before to one at its rest after."""
    g = np.random.default_rng(seed)
    path = trace(Streams("tests", "figures", 0, seed).scene, figure, 170.0, STEPS)
    glances = g.uniform(*takes)
    times = np.arange(g.uniform(-1, 0), glances + 1, 1.0)
    places: np.ndarray = path[(np.clip(times / glances, 0, 1) * STEPS).round().astype(int)]
    return places + g.uniform(-px, px, places.shape)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_recognised_alone_in_its_clip(figure: str) -> None:
    told = figure in (OUTWARDS, INWARDS)
    found = Counter(recognise(looks(figure, seed, (12, 15)), spirals=told) for seed in range(150))
    assert found[figure] >= 149, found


@pytest.mark.parametrize("figure", [f for f in FIGURES if f not in (SPIRAL, OUTWARDS, INWARDS)])
def test_nearly_every_figure_is_recognised_as_one_of_several(figure: str) -> None:
    """In half the time; what can't be told is drawn again."""
    found = Counter(recognise(looks(figure, seed, (6.5, 7.5)), spirals=True) for seed in range(150))
    assert found[figure] >= 120, found


def test_five_looks_are_too_few() -> None:
    assert recognise(np.zeros((5, 2)), spirals=False) is None
