"""Styles: named colours that everyone can tell apart, textures that hide nothing, a space held out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from synrl.seeds import Streams
from synrl.video.raster import rgb_colour, rgb_frames
from synrl.video.scene import Scene
from synrl.video.style import textured
from synrl.world.style import PALETTES, SAFE_LEVELS, TEXTURES, Palette, Style, draw_style
from synrl.world.timeline import Poses

VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB."""


def lab(colour: str, vision: str) -> np.ndarray:
    """CIELAB (D65) of a colour as it is seen."""
    srgb = np.array(rgb_colour(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = (np.array(matrix) @ seen) / [0.9505, 1.0, 1.089]
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("vision", VISION)
def test_safe_colours_are_told_apart_by_everyone(palette: Palette, vision: str) -> None:
    assert len(palette.safe) >= 4
    for one, two in itertools.combinations(palette.safe, 2):
        apart = np.linalg.norm(lab(palette.colours[one], vision) - lab(palette.colours[two], vision))
        assert apart >= 20, (one, two, apart)


@pytest.mark.parametrize("palette", PALETTES)
def test_every_colour_stands_out_from_every_ground(palette: Palette) -> None:
    for colour, ground in itertools.product(palette.colours.values(), (*palette.grounds, *palette.panels)):
        apart = np.linalg.norm(np.subtract(rgb_colour(colour), rgb_colour(ground))) * 255
        assert apart > 60, (colour, ground)


@pytest.mark.parametrize("palette", PALETTES)
def test_no_ground_vanishes_on_a_white_page_and_no_panel_on_a_ground(palette: Palette) -> None:
    for ground in (*palette.grounds, *palette.panels):
        assert np.linalg.norm(1 - np.array(rgb_colour(ground))) * 255 > 40, ground
    for ground, panel in itertools.product(palette.grounds, palette.panels):
        apart = np.linalg.norm(np.subtract(rgb_colour(ground), rgb_colour(panel))) * 255
        assert apart > 40, (ground, panel)


def test_early_levels_draw_from_the_safe_colours_only() -> None:
    style = draw_style(Streams("a", "train", 0, 0))
    for level in range(1, 6):
        assert (style.colours(level) == style.palette.safe) == (level in SAFE_LEVELS)


@pytest.mark.parametrize("texture", sorted(set(TEXTURES)))
@pytest.mark.parametrize("palette", PALETTES)
def test_a_texture_is_fainter_than_what_verify_takes_for_an_object(palette: Palette, texture: str) -> None:
    style = Style(palette, palette.grounds[0], palette.panels[0], texture, "sans")
    scene = Scene(64, 64, style.ground, textured(style, 64, 64), ())
    (image,) = rgb_frames(scene, Poses.still(1, 0))
    apart = np.linalg.norm(image.astype(float) - np.array(rgb_colour(style.ground)) * 255, axis=2)
    assert apart.max() < 16
    assert (apart.max() > 0) == (texture != "plain")
    assert apart[:4, :4].max() < 1, "the corner shows the plain ground"


def test_a_shifted_split_shows_the_same_rows_in_a_style_that_no_other_has() -> None:
    fonts, grounds = set(), set()
    for index in range(60):
        plain, shifted = Streams("a", "test", 0, index), Streams("a", "test_shift", 0, index)
        here, there = draw_style(plain), draw_style(shifted)
        assert here.palette.grounds != there.palette.grounds and here.font != there.font
        fonts.add(here.font)
        grounds.add(here.ground)
        for name in ("scene", "question", "options", "wording"):
            assert getattr(plain, name).uniform() == getattr(shifted, name).uniform()
        assert plain.style.uniform() != shifted.style.uniform()
    assert fonts == {"sans", "mono"} and len(grounds) == 5
