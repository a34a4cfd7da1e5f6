"""Shapes are found in decoded pixels however close another one comes."""

from __future__ import annotations

import numpy as np
import pytest

from synrl.audit.pixels import misplaced, plan_search
from synrl.video.decode import frames
from synrl.video.encode import encode
from synrl.video.outlines import square
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import Poses


@pytest.mark.parametrize("gap", np.arange(0.5, 9, 0.35))
@pytest.mark.parametrize("at", [40.0, 40.3, 40.5, 41.0, 41.8])
def test_a_near_neighbour_makes_no_shape_go_missing(gap: float, at: float) -> None:
    poses = Poses.still(1, 2)
    poses.x[:], poses.y[:] = 48.5, [at, at + 30 + gap]
    colours = ("#ee8100", "#4060c0")
    looks = tuple(((Shape(square(30), fill=colour),),) for colour in colours)
    data = encode(Scene(96, 128, "#d8c7db", (), looks), poses, 30)
    names = ("one", "two")
    row = {
        "width": 96,
        "height": 128,
        "operations": [],
        "objects": [
            {"name": name, "colour": c, "size": 30.0} for name, c in zip(names, colours, strict=True)
        ],
        "tracks": [
            {
                "name": n,
                "x": poses.x[:, i],
                "y": poses.y[:, i],
                "angle": [0.0],
                "size": [30.0],
                "visible": [True],
            }
            for i, n in enumerate(names)
        ],
    }
    images = dict(enumerate(image for _, image in frames(data)))
    assert misplaced(plan_search(row, dict.fromkeys(names, square(30))), images, lambda _: images) == []
