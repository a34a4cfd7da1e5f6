"""Outlines are centred where poses hold them, and have the size that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from synrl.video import outlines

_SOLID = {
    **outlines.SHAPES,
    "rectangle": lambda size: outlines.rectangle(size, size / 3),
    "rounded rectangle": lambda size: outlines.rounded_rectangle(size, size / 2, size / 7),
    "round-ended bar": lambda size: outlines.rounded_rectangle(size, size / 2, size / 4),
    "long arrow": lambda size: outlines.arrow(size, size / 4),
    "short arrow": lambda size: outlines.arrow(size, size),
}


def _area_and_centroid(path: Path) -> tuple[float, np.ndarray]:
    """By the polygon formula, on a magnified copy so that curves become many short edges."""
    area, moment = 0.0, np.zeros(2)
    for polygon in path.transformed(Affine2D().scale(100)).to_polygons():
        start, end = polygon[:-1] / 100, polygon[1:] / 100
        cross = start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]
        area += cross.sum() / 2
        moment += (start + end).T @ cross / 6
    return area, moment / area


@pytest.mark.parametrize("name", _SOLID)
@given(size=st.floats(4, 300))
@settings(max_examples=10, deadline=None)
def test_the_area_centroid_of_every_solid_outline_is_the_origin(name: str, size: float) -> None:
    _, centroid = _area_and_centroid(_SOLID[name](size))
    assert np.abs(centroid).max() < 1e-6 * size


@pytest.mark.parametrize(
    ("path", "width", "height"),
    [
        (outlines.circle(30), 30, 30),
        (outlines.square(30), 30, 30),
        (outlines.diamond(30), 21, 30),
        (outlines.hexagon(30), 30 * 3**0.5 / 2, 30),
        (outlines.triangle(30), 30 * 3**0.5 / 2, 22.5),
        (outlines.rectangle(40, 10), 40, 10),
        (outlines.rounded_rectangle(40, 20, 8), 40, 20),
        (outlines.arrow(40, 20), 40, 20),
    ],
)
def test_outlines_have_the_size_asked_for(path: Path, width: float, height: float) -> None:
    extents = path.get_extents()
    assert (extents.width, extents.height) == pytest.approx((width, height))


def test_areas_of_round_outlines_are_those_of_circles() -> None:
    assert _area_and_centroid(outlines.circle(40))[0] == pytest.approx(400 * np.pi, rel=1e-3)
    rounded = _area_and_centroid(outlines.rounded_rectangle(60, 40, 10))[0]
    assert abs(rounded) == pytest.approx(2400 - (4 - np.pi) * 100, rel=1e-3)


def test_a_radius_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="radius 11 does not fit"):
        outlines.rounded_rectangle(40, 20, 11)


def test_triangles_point_up_and_arrows_point_right_on_screen() -> None:
    tip = min(outlines.triangle(20).vertices.tolist(), key=lambda point: point[1])
    assert tip == pytest.approx([0, -10])
    assert outlines.arrow(20, 10).vertices[:, 0].max() > -outlines.arrow(20, 10).vertices[:, 0].min()


@pytest.mark.parametrize("string", ["K7", "gjy", "A long label", "cost: $5 or $6", "é"])
def test_text_is_centred_on_its_ink_and_never_read_as_mathematics(string: str) -> None:
    extents = outlines.text(string, 20).get_extents()
    assert (extents.x0 + extents.x1, extents.y0 + extents.y1) == pytest.approx((0, 0), abs=1e-9)
    assert extents.width > 5 * len(string)


def test_dollar_signs_are_drawn() -> None:
    assert outlines.text("$x$", 20).get_extents().width > outlines.text("x", 20).get_extents().width + 20


@pytest.mark.parametrize("bold", [False, True])
def test_capitals_are_as_high_as_asked_for_and_the_right_way_up(bold: bool) -> None:
    letter = outlines.text("T", 21, bold=bold)
    assert letter.get_extents().height == pytest.approx(21)
    _, centroid = _area_and_centroid(letter)
    assert centroid[1] < -1, "the bar of a T is at its top, where y is small"


def test_text_without_ink_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        outlines.text(" ", 20)


def test_placing_moves_a_copy() -> None:
    shape = outlines.square(10)
    moved = outlines.place(shape, 3, -4)
    np.testing.assert_allclose(moved.vertices, shape.vertices + [3, -4])
    np.testing.assert_allclose(outlines.line(1, 2, 3, 4).vertices, [[1, 2], [3, 4]])
