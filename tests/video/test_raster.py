"""The fast renderer draws exactly what a plain Matplotlib figure draws, however little it redraws."""

from __future__ import annotations

import hashlib

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synrl.video.outlines import circle, square, star, text
from synrl.video.raster import rgb_frames, yuv_colour, yuv_frames
from synrl.video.reference import reference_frame
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import HIDDEN, Poses

_GOLDEN = {
    0: "b8eb086cd56e915992f95372da955204803da03a9ee509c3f6f9a1f822e99d90",
    13: "737821cc9443bddc6ad6efcb760bd6f3e83733d64c1d1acf246d12aaffc4dcff",
    30: "183fc55d5125e5ad4d206f63b34ad9d426dca61093d189cad7843f3a890ca23e",
}


def _alone(poses: Poses, frame: int) -> Poses:
    """A clip of that one frame, which a renderer has to draw from nothing."""
    cut = slice(frame, frame + 1)
    return Poses(poses.x[cut], poses.y[cut], poses.angle[cut], poses.scale[cut], poses.look[cut])


def _planes(frame: av.VideoFrame) -> np.ndarray:
    """Luma over both chroma planes, as one array of shape (height * 3 / 2, width)."""
    return frame.to_ndarray().copy()


def _luma(rgb: np.ndarray) -> np.ndarray:
    """BT.601, limited range, not rounded."""
    return 16 + rgb @ np.array([0.299, 0.587, 0.114]) * 219 / 255


@pytest.mark.parametrize("name", ["busy_clip", "card_clip", "shapes_clip", "small_clip"])
def test_rgb_frames_are_identical_to_a_plain_figure(name: str, request: pytest.FixtureRequest) -> None:
    clip = request.getfixturevalue(name)
    step = 1 if name == "busy_clip" else 12
    for number, drawn in enumerate(rgb_frames(clip.scene, clip.poses)):
        if number % step == 0:
            np.testing.assert_array_equal(drawn, reference_frame(clip.scene, clip.poses, number))


_BUSY_LOOKS = (
    ((Shape(star(22), fill="#d62728", stroke="#202020", stroke_width=1.5),),),
    (
        (Shape(square(15), fill="#1f5fd0"), Shape(text("R4", 7), fill="#ffffff")),
        (Shape(circle(12), fill="#000000"),),
    ),
    ((Shape(circle(17.5), stroke="#1e8c3a", stroke_width=3),),),
)


@st.composite
def _random_poses(draw: st.DrawFn) -> Poses:
    """A few frames; an object often stays where it was, so that frames differ in part."""
    poses = Poses.still(draw(st.integers(1, 4)), len(_BUSY_LOOKS))
    for index, looks in enumerate(_BUSY_LOOKS):
        for frame in range(poses.num_frames):
            if frame and draw(st.booleans()):
                for values in (poses.x, poses.y, poses.angle, poses.scale, poses.look):
                    values[frame, index] = values[frame - 1, index]
                continue
            poses.x[frame, index] = draw(st.floats(-15, 79))
            poses.y[frame, index] = draw(st.floats(-15, 63))
            poses.angle[frame, index] = draw(st.floats(-720, 720))
            poses.scale[frame, index] = draw(st.floats(0.1, 3))
            poses.look[frame, index] = draw(st.integers(HIDDEN, len(looks) - 1))
    return poses


def _over_the_edge() -> Poses:
    """An outline that leaves the canvas by a pixel."""
    poses = Poses.still(1, 3)
    poses.y[0, 2], poses.scale[0, 2] = 15.5, 1.9
    return poses


INNER = np.s_[6:-6, 6:-6]
"""Matplotlib cuts an unfilled outline that leaves the canvas one pixel outside, at another point for a path
than for a collection of paths; its stroke reaches in by as much as half its width. No row has such a thing:
everything stays inside the frame."""


@given(poses=_random_poses())
@example(poses=_over_the_edge())
@settings(max_examples=40, deadline=None)
def test_any_poses_are_drawn_as_by_a_plain_figure(poses: Poses) -> None:
    scene = Scene(64, 48, "#eef3ea", (), _BUSY_LOOKS)
    for number, drawn in enumerate(rgb_frames(scene, poses)):
        np.testing.assert_array_equal(drawn[INNER], reference_frame(scene, poses, number)[INNER])


@given(poses=_random_poses())
@settings(max_examples=40, deadline=None)
def test_any_partly_redrawn_frame_equals_one_drawn_from_nothing(poses: Poses) -> None:
    scene = Scene(64, 48, "#eef3ea", (), _BUSY_LOOKS)
    for number, frame in enumerate(yuv_frames(scene, poses)):
        (whole,) = (_planes(frame) for frame in yuv_frames(scene, _alone(poses, number)))
        np.testing.assert_array_equal(_planes(frame), whole)


@pytest.mark.parametrize("change", ["x", "y", "angle", "scale", "look"])
def test_a_change_of_any_one_thing_is_drawn(change: str) -> None:
    poses = Poses.still(2, 1)
    poses.x[:], poses.y[:] = 30, 20
    getattr(poses, change)[1] += 1
    looks = (((Shape(square(15), fill="#1f5fd0"),), (Shape(circle(12), fill="#000000"),)),)
    before, after = rgb_frames(Scene(64, 48, "#ffffff", (), looks), poses)
    assert not np.array_equal(before, after)


def test_objects_that_touch_a_change_only_through_others_are_drawn_again() -> None:
    """A row of shapes, each over the next one's edge, of which only the first one moves."""
    poses = Poses.still(2, 4)
    poses.x[:], poses.y[:] = [9, 24, 39, 54], 24
    poses.y[1, 0] += 2
    colours = ("#d62728", "#1f5fd0", "#1e8c3a", "#8e3fb8")
    looks = tuple(((Shape(circle(17), fill=colour),),) for colour in colours)
    scene = Scene(64, 48, "#ffffff", (), looks)
    np.testing.assert_array_equal(list(rgb_frames(scene, poses))[1], reference_frame(scene, poses, 1))


@pytest.mark.parametrize("name", ["busy_clip", "card_clip"])
def test_partly_redrawn_clips_equal_frames_drawn_from_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    clip = request.getfixturevalue(name)
    for number, frame in enumerate(yuv_frames(clip.scene, clip.poses)):
        (whole,) = (_planes(frame) for frame in yuv_frames(clip.scene, _alone(clip.poses, number)))
        np.testing.assert_array_equal(_planes(frame), whole)


@pytest.mark.parametrize("name", ["busy_clip", "card_clip", "shapes_clip", "small_clip"])
def test_luma_is_within_one_level_of_the_converted_picture(name: str, request: pytest.FixtureRequest) -> None:
    clip = request.getfixturevalue(name)
    pairs = zip(rgb_frames(clip.scene, clip.poses), yuv_frames(clip.scene, clip.poses), strict=True)
    for rgb, frame in pairs:
        luma = _planes(frame)[: clip.scene.height].astype(int)
        assert np.abs(luma - np.rint(_luma(rgb))).max() <= 1


def test_chroma_is_the_mean_of_its_four_pixels() -> None:
    looks = (
        ((Shape(star(70.5), fill="#1f5fd0"),),),
        ((Shape(circle(80), stroke="#d62728", stroke_width=7),),),
    )
    poses = Poses.still(1, 2)
    poses.x[:], poses.y[:], poses.angle[:] = [60.3, 70], [50.6, 71.7], 20
    scene = Scene(128, 128, "#f4f1ea", (), looks)
    rgb, frame = next(rgb_frames(scene, poses)) / 255, next(yuv_frames(scene, poses))
    blue = 128 + 112 * (rgb[..., 2] - rgb @ np.array([0.299, 0.587, 0.114])) / 0.886
    mean = blue.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    drawn = np.frombuffer(bytes(frame.planes[1]), np.uint8).reshape(-1, frame.planes[1].line_size)
    error = np.abs(drawn[:, :64] - mean)
    assert error.max() < 8
    assert error.mean() < 0.5


@pytest.mark.parametrize(
    ("colour", "levels"),
    [
        ("#000000", (16, 128, 128)),
        ("#ffffff", (235, 128, 128)),
        ("#ff0000", (81, 90, 240)),
        ("#00ff00", (145, 54, 34)),
        ("#0000ff", (41, 240, 110)),
    ],
)
def test_colours_have_the_levels_of_bt601(colour: str, levels: tuple[int, int, int]) -> None:
    assert tuple(round(255 * level) for level in yuv_colour(colour)) == levels


def test_each_rgb_frame_is_an_array_of_its_own(busy_clip) -> None:
    kept = list(rgb_frames(busy_clip.scene, busy_clip.poses))
    again = rgb_frames(busy_clip.scene, busy_clip.poses)
    assert all(np.array_equal(one, other) for one, other in zip(kept, again, strict=True))


def test_odd_sizes_are_refused_for_yuv() -> None:
    with pytest.raises(ValueError, match="65 x 48"):
        next(yuv_frames(Scene(65, 48, "#ffffff", (), ()), Poses.still(1, 0)))


@pytest.mark.parametrize("frame", _GOLDEN)
def test_frames_are_those_of_the_day_this_test_was_written(frame: int) -> None:
    """Outlines without text, so that only drawing itself can change them."""
    poses = Poses.still(31, 3)
    poses.x[:] = np.linspace([10, 30, 50.5], [50, 30, 14.25], 31)
    poses.y[:] = np.linspace([10, 24, 40], [38.5, 24, 8], 31)
    poses.angle[:, 0] = 7 * np.arange(31)
    looks = (_BUSY_LOOKS[0], _BUSY_LOOKS[2], ((Shape(square(9), fill="#8e3fb8"),),))
    drawn = list(rgb_frames(Scene(64, 48, "#e9eef5", (), looks), poses))[frame]
    assert hashlib.sha256(drawn.tobytes()).hexdigest() == _GOLDEN[frame]
