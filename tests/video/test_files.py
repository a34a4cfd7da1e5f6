"""Any file: the frames and times that are read are those that FFmpeg's own program shows.

FFmpeg makes the files, and says what they show. Frames may differ by what two versions of it round
differently in a conversion to RGB: by less than a level on average, by up to two for ten bits, and by up to
four for interlaced frames, of which it takes the colours of each field by itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synrl.errors import VideoError
from synrl.video import container
from synrl.video.decode import frames, probe, read

from .files_made import RECIPES, Files, ffmpeg, shown

pytestmark = pytest.mark.skipif(ffmpeg() is None, reason="there is no ffmpeg to make files with")
ROUNDED = {"hevc.mov": 2, "ten.mp4": 2, "fields.mp4": 4, "fields.mpg": 4, "fields.ts": 4}
SHORT = [name for name, recipe in RECIPES.items() if recipe.kept < 1]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in SHORT])
def test_frames_and_times_are_those_that_ffmpeg_shows(name: str, files: Files) -> None:
    path = files.path(name)
    data, expected = path.read_bytes(), shown(path)
    info, images = read(data, lambda info: range(info.num_frames))
    assert info.num_frames == len(images) == len(expected.times) > 0
    np.testing.assert_allclose([float(time) for time in info.times], expected.times, atol=1e-6)
    read_images = np.stack([images[number] for number in range(info.num_frames)])
    assert read_images.shape == expected.images.shape and (info.height, info.width) == read_images.shape[1:3]
    apart = np.abs(read_images.astype(int) - expected.images).mean((1, 2, 3))
    assert apart.max() < ROUNDED.get(name, 0.5)
    last = info.num_frames - 1
    for wanted in ([last], [last // 2], [0, last // 3, max(last - 1, 0)]):  # reached from other key frames
        _, picked = read(data, lambda _, wanted=wanted: wanted)
        assert all(np.array_equal(picked[number], read_images[number]) for number in wanted)


@pytest.mark.parametrize("name", SHORT)
def test_of_a_file_cut_short_come_frames_that_ffmpeg_shows_of_the_whole_or_one_line(
    name: str, files: Files
) -> None:
    whole = dict(frames(files.path(RECIPES[name].source).read_bytes()))
    times = probe(files.path(RECIPES[name].source).read_bytes()).times
    data = files.path(name).read_bytes()
    try:
        kept = probe(data)
        images = list(frames(data))
    except VideoError as error:
        said = str(error)
        assert "\n" not in said and ("damaged" in said or "cut short" in said)
        return
    assert len(images) == kept.num_frames >= 0.5 * len(whole)
    for number, image in images:
        assert np.array_equal(image, whole[times.index(kept.times[number])])


def test_a_file_that_takes_too_long_to_decode_is_refused(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("h264.mp4", "mpeg2.mpg"):
        data = files.path(name).read_bytes()
        with monkeypatch.context() as limits:
            limits.setattr(container, "MAX_DECODED", 70 * 96 * 72)
            with pytest.raises(VideoError, match="pixels allowed have to be decoded"):
                list(frames(data))
        with monkeypatch.context() as limits:
            limits.setattr(container, "MAX_BYTES", len(data) - 1)
            with pytest.raises(VideoError, match=f"has {len(data)} bytes; allowed"):
                probe(data)


def test_a_playlist_opens_no_other_file(files: Files, tmp_path: Path) -> None:
    inside = files.path("h264.ts")
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{inside}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{inside}'\n",
    ):
        with pytest.raises(VideoError):
            probe(text.encode())
