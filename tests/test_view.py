"""The frames of a view: at least so many a second until there may be no more, from the first to the last."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synrl.errors import ConfigError
from synrl.view import View, capped, glance, longest, parse_view, shown

RATES = st.sampled_from([1.0, 12.5, 23.976, 25.0, 29.97, 30.0, 50.0, 60.0])


@given(
    seconds=st.floats(0, 600),
    fps=RATES,
    rate=st.floats(0.1, 30),
    most=st.integers(1, 384).map(lambda pairs: 2 * pairs),
    least=st.integers(2, 16),
)
def test_at_least_the_rate_is_shown_until_a_cap_binds(
    seconds: float, fps: float, rate: float, most: int, least: int
) -> None:
    """On lengths from one frame to ten minutes."""
    num_frames = 1 + int(seconds * fps)
    view = View(rate, most)
    frames = shown(num_frames, fps, view, min(least, most))
    assert len(frames) % 2 == 0 and 2 <= len(frames) <= most
    assert frames == sorted(frames) and (frames[0], frames[-1]) == (0, num_frames - 1)
    gaps = [two - one for one, two in zip(frames, frames[1:], strict=False)]
    even = (num_frames - 1) / (len(frames) - 1)
    assert all(math.floor(even) <= gap <= math.ceil(even) for gap in gaps)
    if not capped(num_frames, fps, view) and fps >= rate:
        assert max(gaps) <= math.ceil(fps / rate)
    if capped(num_frames, fps, view):
        assert len(frames) == min(most, num_frames + num_frames % 2)


@pytest.mark.parametrize(
    ("num_frames", "frames"),
    [
        (1, [0, 0]),
        (2, [0, 1]),
        (3, [0, 1, 1, 2]),
        (16, [0, 5, 10, 15]),
        (30, [0, 10, 19, 29]),
        (31, [0, 10, 20, 30]),
        (61, [0, 12, 24, 36, 48, 60]),
        (76, [0, 15, 30, 45, 60, 75]),
    ],
)
def test_frames_that_are_shown_of_short_clips(num_frames: int, frames: list[int]) -> None:
    assert shown(num_frames, 30, View(2.0, 32), 4) == frames


def test_a_clip_of_ten_minutes_is_shown_at_less_than_the_rate() -> None:
    frames = shown(18_000, 30, View(2.0, 32))
    assert len(frames) == 32 and capped(18_000, 30, View(2.0, 32)) and not capped(466, 30, View(2.0, 32))
    assert capped(467, 30, View(2.0, 32))


def test_a_view_says_how_clips_are_paced() -> None:
    assert parse_view("2x32") == (2.0, 32) and str(parse_view("2.50x64")) == "2.5x64"
    assert (glance("2x32", 30), longest("2x32", 30)) == (15, 466)
    assert [glance(view, 30) for view in ("4x32", "1x32", "10x64")] == [8, 30, 6]


@pytest.mark.parametrize(
    "text", ["", "2", "2x", "x32", "2x32x2", "-2x32", "nanx32", "2 x 32", "2x-32", "２x32"]
)
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^invalid view .*; write it as frames a second x most frames"):
        parse_view(text)


@pytest.mark.parametrize(
    ("text", "said"), [("0.5x32", "0.5; allowed: 1 to 10"), ("2x16", "16; allowed: 32 to 768")]
)
def test_a_view_that_no_clip_can_be_paced_for_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_view(text)
