"""Videos are read whole or not at all, and sampling sees the same frames as reading does."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from synrl.errors import VideoError
from synrl.video import container
from synrl.video.decode import frames, probe, sample
from synrl.video.encode import encode


@pytest.fixture(scope="module")
def video(busy_clip) -> bytes:
    return encode(busy_clip.scene, busy_clip.poses, 30)


@pytest.fixture(scope="module")
def foreign_video() -> bytes:
    """As other tools write them: frames out of order in the file, one key frame, index last, no tags."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "3", "preset": "medium"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(40):
            picture = np.full((48, 64, 3), 5 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return file.getvalue()


def _places(data: bytes) -> list[int]:
    """Where each frame starts in the file."""
    with av.open(io.BytesIO(data)) as container:
        return [packet.pos for packet in container.demux(video=0) if packet.size]


def _overwritten(data: bytes, place: int) -> bytes:
    return data[:place] + np.random.default_rng(3).bytes(64) + data[place + 64 :]


def test_all_frames_come_in_order_and_in_colour(video: bytes) -> None:
    decoded = list(frames(video))
    assert [number for number, _ in decoded] == list(range(36))
    assert all(picture.shape == (72, 96, 3) and picture.dtype == np.uint8 for _, picture in decoded)


@pytest.mark.parametrize("indices", [[0], [35], [15, 0, 30], [14, 15, 16, 17], [33, 2, 2, 29], []])
def test_sampling_and_picking_see_the_same_frames_as_reading_all(video: bytes, indices: list[int]) -> None:
    whole = dict(frames(video))
    picked = list(frames(video, indices))
    assert [number for number, _ in picked] == sorted(set(indices))
    assert all(np.array_equal(picture, whole[number]) for number, picture in picked)
    sampled = sample(video, indices)
    assert sampled.shape == (len(indices), 72, 96, 3)
    assert all(
        np.array_equal(picture, whole[number]) for picture, number in zip(sampled, indices, strict=True)
    )


def test_videos_with_reordered_frames_are_read_in_presentation_order(foreign_video: bytes) -> None:
    info = probe(foreign_video)
    assert info.num_frames == 40
    assert info.times[-1] - info.times[0] == pytest.approx(39 / 25)
    assert list(info.times) == sorted(info.times)
    for number, picture in frames(foreign_video):
        assert abs(int(picture.mean()) - 5 * number) <= 4
    assert [round(picture.mean() / 5) for picture in sample(foreign_video, [31, 4, 18])] == [31, 4, 18]


@pytest.mark.parametrize("index", [36, -1])
def test_a_frame_that_does_not_exist_is_an_error(video: bytes, index: int) -> None:
    with pytest.raises(VideoError, match=f"no frame {index} .*allowed: 0 to 35"):
        sample(video, [0, index])
    with pytest.raises(VideoError, match=f"no frame {index} .*allowed: 0 to 35"):
        list(frames(video, [index]))


@pytest.mark.parametrize("part", [0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.77, 0.95, 0.99999])
@pytest.mark.parametrize("name", ["video", "foreign_video"])
def test_a_file_cut_short_is_an_error_of_one_line(
    name: str, part: float, request: pytest.FixtureRequest
) -> None:
    data = request.getfixturevalue(name)
    if name == "foreign_video":
        # Only remarks about the file come after its index, and a video without those is whole.
        data = data[: data.index(b"udta") - 4]
    for read in (probe, lambda data: list(frames(data)), lambda data: sample(data, [0])):
        with pytest.raises(VideoError, match=r"^[^\n]+$"):
            read(data[: int(part * len(data))])


@pytest.mark.parametrize("data", [b"", b"not a video", bytes(4000)], ids=["nothing", "text", "zeros"])
def test_other_files_are_errors(data: bytes) -> None:
    with pytest.raises(VideoError, match="not a readable video"):
        probe(data)


def test_a_file_cut_between_two_frames_is_an_error(video: bytes) -> None:
    for place in _places(video)[1::5]:
        with pytest.raises(VideoError, match="cut short"):
            probe(video[:place])


def test_a_frame_overwritten_with_noise_is_an_error_and_not_skipped(video: bytes) -> None:
    for place in _places(video)[::7]:
        with pytest.raises(VideoError, match=r"^[^\n]+$"):
            list(frames(_overwritten(video, place)))


def test_sampling_does_not_read_what_lies_between(video: bytes) -> None:
    damaged = _overwritten(video, _places(video)[9])
    np.testing.assert_array_equal(sample(damaged, [3, 20]), sample(video, [3, 20]))
    with pytest.raises(VideoError):
        sample(damaged, [3, 12, 20])


def test_sound_without_pictures_is_an_error() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="no video stream"):
        probe(file.getvalue())


def test_videos_larger_than_any_of_ours_are_refused_before_a_frame_is_decoded(
    video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = probe(video)
    with monkeypatch.context() as limits:
        limits.setattr(container, "MAX_FRAMES", info.num_frames - 1)
        with pytest.raises(VideoError, match=f"more frames than the {info.num_frames - 1} allowed"):
            sample(video, [0])
    with monkeypatch.context() as limits:
        limits.setattr(container, "MAX_PIXELS", info.width * info.height - 1)
        with pytest.raises(VideoError, match=f"frames of {info.width} x {info.height}; allowed: "):
            sample(video, [0])
    assert len(sample(video, [0])) == 1
