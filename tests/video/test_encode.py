"""Encoded clips keep their time, their colours and their sharp edges, and are the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.video import encode as encode_module
from synrl.video.decode import frames, probe
from synrl.video.encode import COMPACT, FAST, Encoding, encode, encode_frames
from synrl.video.outlines import place, square
from synrl.video.raster import moves, rgb_frames, yuv_frames
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import Poses


def _luma(rgb: np.ndarray) -> np.ndarray:
    return np.rint(16 + rgb @ np.array([0.299, 0.587, 0.114]) * 219 / 255)


def _decoded_luma(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def _ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean structural similarity of two pictures over all windows of 8x8 pixels."""

    def mean(values: np.ndarray) -> np.ndarray:
        return np.lib.stride_tricks.sliding_window_view(values, (8, 8)).mean(axis=(2, 3))

    one, other = one.astype(float), other.astype(float)
    mean_one, mean_other = mean(one), mean(other)
    variance = mean(one**2) - mean_one**2 + mean(other**2) - mean_other**2
    covariance = mean(one * other) - mean_one * mean_other
    small, large = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similarity = (2 * mean_one * mean_other + small) / (mean_one**2 + mean_other**2 + small)
    return float((similarity * (2 * covariance + large) / (variance + large)).mean())


def _atoms(data: bytes) -> list[str]:
    """The names of a file's top-level boxes."""
    names, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        names.append(data[at + 4 : at + 8].decode())
        at += size
    return names


@pytest.mark.parametrize("encoding", [FAST, COMPACT], ids=["fast", "compact"])
@pytest.mark.parametrize("name", ["shapes_clip", "small_clip", "card_clip"])
def test_moving_things_stay_sharp(name: str, encoding: Encoding, request: pytest.FixtureRequest) -> None:
    clip = request.getfixturevalue(name)
    decoded = _decoded_luma(encode(clip.scene, clip.poses, 30, encoding))
    scores = []
    for number, rgb in enumerate(rgb_frames(clip.scene, clip.poses)):
        if number % 3:
            continue
        for index in clip.movers:
            x, y = round(clip.poses.x[number, index]), round(clip.poses.y[number, index])
            crop = (
                slice(max(y - clip.reach, 0), y + clip.reach),
                slice(max(x - clip.reach, 0), x + clip.reach),
            )
            scores.append(_ssim(_luma(rgb[crop]), decoded[number][crop]))
    assert np.mean(scores) >= 0.995
    assert min(scores) >= 0.985


@pytest.mark.parametrize("fps", [24, 30])
def test_frame_i_is_shown_at_exactly_i_over_fps(fps: int) -> None:
    poses = Poses.still(40, 1)
    poses.x[:, 0] = np.arange(40)
    scene = Scene(64, 64, "#ffffff", (), (((Shape(square(20), fill="#1e8c3a"),),),))
    info = probe(encode(scene, poses, fps))
    assert info.times == tuple(Fraction(number, fps) for number in range(40))
    assert (info.num_frames, info.fps) == (40, fps)
    assert (info.codec, info.pix_fmt, info.width, info.height) == ("h264", "yuv420p", 64, 64)


def test_there_are_two_key_frames_in_a_second(small_clip) -> None:
    with av.open(io.BytesIO(encode(small_clip.scene, small_clip.poses, 30))) as container:
        keys = [number for number, packet in enumerate(container.demux(video=0)) if packet.is_keyframe]
    assert keys == [0, 15, 30, 45]


@given(
    runs=st.lists(st.sampled_from([1, 2, 3, 8, 14, 15, 16, 29, 30, 31, 47]), min_size=1, max_size=7),
    encoding=st.sampled_from([FAST, COMPACT]),
)
@settings(max_examples=25, deadline=None)
def test_stills_of_any_length_show_what_was_drawn(runs: list[int], encoding: Encoding) -> None:
    """A square that jumps after each run of frames; the decoder is told to fail on the least oddity."""
    poses = Poses.still(sum(runs), 1)
    poses.x[:, 0] = np.repeat(14 + 9 * (np.arange(len(runs)) * 3 % 7), runs)
    poses.y[:, 0] = 40
    scene = Scene(96, 80, "#f4f1ea", (), (((Shape(square(20), fill="#1f5fd0"),),),))
    data = encode(scene, poses, 30, encoding)
    with av.open(io.BytesIO(data), options={"err_detect": "explode"}) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        decoded = [frame.to_ndarray()[:80].astype(int) for frame in container.decode(video=0)]
    assert len(decoded) == sum(runs)
    for seen, rgb in zip(decoded, rgb_frames(scene, poses), strict=True):
        assert np.abs(seen - _luma(rgb)).max() <= 12
    with av.open(io.BytesIO(data)) as container:
        packets = list(container.demux(video=0))[:-1]
    keys = np.flatnonzero([packet.is_keyframe for packet in packets])
    assert keys[0] == 0 and np.diff([*keys, len(packets)]).max() <= 15
    assert [packet.pts for packet in packets] == [packet.dts for packet in packets]


def test_a_long_still_takes_a_few_bytes_a_frame(card_clip) -> None:
    poses = Poses.still(600, 4)
    for name in ("x", "y"):
        getattr(poses, name)[:] = getattr(card_clip.poses, name)[0]
    moving = moves(poses)
    assert moving.tolist() == [True] + [False] * 599
    whole = encode_frames(yuv_frames(card_clip.scene, poses), np.ones(600, bool), 448, 448, 30, FAST)
    data = encode(card_clip.scene, poses, 30)
    assert len(data) < len(whole)
    with av.open(io.BytesIO(data)) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size and not packet.is_keyframe]
    assert max(sizes) < 40


def test_flat_colours_come_back() -> None:
    colours = [
        "#d62728",
        "#1f5fd0",
        "#1e8c3a",
        "#f28e1c",
        "#8e3fb8",
        "#202020",
        "#f06eaa",
        "#ff0000",
        "#0000ff",
    ]
    patches = tuple(Shape(place(square(32), 16 + 32 * i, 16), fill=c) for i, c in enumerate(colours))
    data = encode(Scene(32 * len(colours), 32, "#ffffff", patches, ()), Poses.still(2, 0), 30)
    for _, picture in frames(data):
        found = picture[16, 16::32].astype(int)
        assert np.abs(found - [list(bytes.fromhex(colour[1:])) for colour in colours]).max() <= 3


def test_the_file_says_which_colours_it_means(small_clip) -> None:
    data = encode(small_clip.scene, small_clip.poses, 30)
    with av.open(io.BytesIO(data)) as container:
        context = container.streams.video[0].codec_context
        frame = next(container.decode(video=0))
        tags = (context.color_range, context.colorspace, context.color_primaries, context.color_trc)
        assert tags == (1, 6, 1, 13)
        assert (frame.color_range, frame.colorspace) == (1, 6)
    assert b"colrnclx" + struct.pack(">HHH", 1, 13, 6) in data


def test_the_bytes_are_the_same_in_another_process(busy_clip) -> None:
    data = encode(busy_clip.scene, busy_clip.poses, 30)
    assert data == encode(busy_clip.scene, busy_clip.poses, 30)
    script = (
        "import hashlib, pickle, sys; from synrl.video.encode import encode;"
        "print(hashlib.sha256(encode(*pickle.load(sys.stdin.buffer), 30)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps((busy_clip.scene, busy_clip.poses)),
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("num_frames", [1, 2, 15, 60, 330, 1200])
def test_the_index_comes_first_whatever_the_length(num_frames: int) -> None:
    data = encode(Scene(32, 32, "#ffffff", (), ()), Poses.still(num_frames, 0), 30)
    assert _atoms(data)[:2] == ["ftyp", "moov"]
    assert probe(data).num_frames == num_frames


def test_an_index_that_does_not_fit_is_an_error_and_not_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode_module, "_index_size", lambda _: 600)
    with pytest.raises(av.FFmpegError):
        encode(Scene(32, 32, "#ffffff", (), ()), Poses.still(30, 0), 30)


def test_a_clip_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 frame"):
        encode(Scene(32, 32, "#ffffff", (), ()), Poses.still(0, 0), 30)
