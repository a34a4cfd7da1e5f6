"""The picture of a run shows what was logged."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("trl")

from PIL import Image

from synrl.training.plot import PANELS, draw, series

HISTORY = [
    {"step": 1, "loss": 2.0, "accuracy/level_1": 0.5, "accuracy/card_stack": 0.25, "epoch": 0.1},
    {"step": 2, "loss": 1.0, "accuracy/level_1": 0.75, "accuracy/card_stack": 0.5, "epoch": 0.2},
    {"step": 2, "train_runtime": 3.0, "note": "done"},
]


def test_each_panel_has_its_metrics_with_their_steps() -> None:
    panels = {title: series(HISTORY, names) for title, names in PANELS}
    assert panels["loss"] == {"loss": [(1, 2.0), (2, 1.0)]}
    assert panels["accuracy by level"] == {"accuracy/level_1": [(1, 0.5), (2, 0.75)]}
    assert panels["accuracy by family"] == {"accuracy/card_stack": [(1, 0.25), (2, 0.5)]}
    assert not panels["reward"]


def test_the_picture_shows_other_values_otherwise() -> None:
    one, other = (
        np.asarray(
            Image.open(BytesIO(draw([{**entry, "loss": 3.0 * step} for step, entry in enumerate(h)], "run")))
        )
        for h in (HISTORY[:2], HISTORY[:1] * 2)
    )
    assert one.shape[1] == 1200 and (one.shape != other.shape or (one != other).any())
    assert (one < 128).any()
