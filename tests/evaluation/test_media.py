"""Videos: names in tables reach nothing outside the folders of the user, and clips follow their files."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import av
import huggingface_hub
import pytest
from hub.server import Blob, Hub, Repo

from synrl.dataset.reading import Source
from synrl.errors import DataError, OutputError, VideoError
from synrl.evaluation.benchmarks import get_benchmark
from synrl.evaluation.data import media
from synrl.evaluation.data.items import Item
from synrl.evaluation.data.loading import load, with_videos
from synrl.evaluation.data.videos import Videos
from synrl.video import decode

from ..video.files_made import Files, ffmpeg
from .benchmarks_made import Folder, video_bytes


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of Minerva's videos, beside a secret one."""
    inside = tmp_path / "videos"
    for path in (inside / "sub" / "good.mp4", tmp_path / "secret" / "hidden.mp4", tmp_path / "hidden.mp4"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video_bytes())
    monkeypatch.setenv("MINERVA_VIDEO_DIR", str(inside))
    return inside


def found(video: str) -> Path:
    """Where Minerva's loader finds a video that a row names."""
    ((item),) = with_videos(get_benchmark("minerva"), [Item("i", "?", "A", (video,), options=("a", "b"))])
    return Path(*item.videos)


@pytest.mark.parametrize(
    "video",
    [
        "../hidden.mp4",
        "../secret/hidden.mp4",
        "sub/../../hidden.mp4",
        "{}/hidden.mp4",
        "file://{}/hidden.mp4",
        "https://example.com/hidden.mp4",
        "hidden\0.mp4",
        "\0",
        "",
        "..",
        ".",
        "/",
        "|",
        "hidden.mp4\nTraceback",
        "\x1b[2Jhidden.mp4",
        "x" * 5000 + ".mp4",
        "concat:{}/hidden.mp4|{}/hidden.mp4",
    ],
)
def test_no_name_in_a_table_reaches_a_file_outside_the_folder(video: str, place: Path) -> None:
    with pytest.raises(DataError, match=r"^1 of 1 videos of Minerva are missing, '") as raised:
        found(video.replace("{}", str(place.parent)))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "video",
    ["good.mp4", "sub/good.avi", "../sub/good.mp4", "{}/sub/good.mp4", "https://example.com/sub/good.mp4"],
)
def test_names_with_other_folders_above_are_the_file_that_is_there(video: str, place: Path) -> None:
    assert found(video.replace("{}", str(place))) == place / "sub" / "good.mp4"


def test_of_copies_the_one_that_lies_where_the_row_says_is_taken(place: Path) -> None:
    copy = place / "data0613" / "sub" / "good.mp4"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(video_bytes())
    assert found("sub/good.mp4") == place / "sub" / "good.mp4"
    with pytest.raises(DataError, match=r"^'good.mp4' may be '"):
        found("good.mp4")


def test_of_files_of_one_name_the_one_with_the_extension_that_the_row_says_is_taken(place: Path) -> None:
    for extension in (".webm", ".gif"):
        (place / "sub" / f"good{extension}").write_bytes(video_bytes())
    assert found("sub/good.mp4") == found("good.mp4") == place / "sub" / "good.mp4"
    with pytest.raises(DataError, match=r"^'good.avi' may be '"):
        found("good.avi")


def test_a_link_out_of_the_folder_is_refused_and_says_so(place: Path) -> None:
    (place / "hidden.mp4").symlink_to(place.parent / "hidden.mp4")
    (place / "gone.mp4").symlink_to(place.parent / "nothing.mp4")
    (place / "round.mp4").symlink_to(place / "round.mp4")
    (place / "twin.mp4").symlink_to("sub/good.mp4")
    with pytest.raises(DataError, match=r"hidden.mp4' is a link that leads out of its folder, to '"):
        found("hidden.mp4")
    for name in ("gone", "round"):
        with pytest.raises(DataError, match="1 of 1 videos of Minerva are missing"):
            found(f"{name}.mp4")
    assert found("twin.mp4") == place / "twin.mp4", "a link to a file of the same folder is that file"


def test_linked_folders_are_not_looked_into_and_are_named(place: Path) -> None:
    (place / "more").symlink_to(place.parent / "secret", target_is_directory=True)
    (place / "sub" / "again").symlink_to(place, target_is_directory=True)
    with pytest.raises(DataError, match=r"first \('.*/more' is a link, which is not followed: name where it"):
        found("hidden.mp4")
    linked = place.parent / "link"
    linked.symlink_to(place, target_is_directory=True)
    assert Videos([linked]).find("sub/good.mp4") == linked / "sub" / "good.mp4", "the user's own link"


def test_frames_that_are_links_out_of_their_folder_are_refused(place: Path) -> None:
    frames = place / "frames"
    frames.mkdir()
    (frames / "0.png").write_bytes(b"\x89PNG")
    assert found("frames") == frames
    (frames / "1.png").symlink_to(place.parent / "hidden.mp4")
    with pytest.raises(DataError, match=r"1.png' is a link that leads out of its folder"):
        found("frames")


def test_links_of_a_snapshot_of_the_hub_lead_to_its_own_files_and_to_no_others(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNRL_EVAL_DATA")
    names = ("videos/video_1.mp4", "videos/video_2.mp4")
    files = {name: Blob(video_bytes()) for name in names}
    hub.repos["dataset", "pritamqu/VCRBench"] = Repo([("b" * 40, files)])
    root = Path(huggingface_hub.snapshot_download("pritamqu/VCRBench", repo_type="dataset"))
    items = [
        Item(name, "?", "1, 2, 3", (f"video_{name}.mp4",), kind="ordering", unit="g") for name in ("1", "2")
    ]
    benchmark = get_benchmark("vcrbench")
    assert (root / names[0]).is_symlink() and len(with_videos(benchmark, items)) == 2
    (root / names[1]).unlink()
    (root / names[1]).symlink_to("/etc/hostname")
    with pytest.raises(DataError, match=r"video_2.mp4' is a link that leads out of its folder"):
        with_videos(benchmark, items)


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "a/b", "n\0l", "x" * 300, "new\nline"])
def test_the_videos_of_our_rows_are_written_into_the_cache_whatever_a_row_is_called(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(iter(Source.open(str(folder)).rows()))
    monkeypatch.setenv("SYNRL_TEST", str(folder))
    only = SimpleNamespace(split="test", rows=lambda: [{**row, "id": f"{name}-000001"}])
    monkeypatch.setattr(Source, "open", lambda data: SimpleNamespace(groups=(only,), folder=folder))
    cache = tmp_path / "deep" / "cache"
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(cache))
    (doc,) = load(get_benchmark("synrl_test"))
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(written)] == doc["videos"] and written.parent == cache / "synrl_test"
    assert written.read_bytes() == row["video"]["bytes"] and doc["id"] == f"{name}-000001"


def test_a_video_that_is_replaced_has_another_clip(place: Path) -> None:
    path = place / "sub" / "good.mp4"
    before = media.shown(str(path), 1.0, 2.0)
    assert media.shown(str(path), 1.0, 2.0) == before
    os.utime(path, ns=(1, 1))
    after = media.shown(str(path), 1.0, 2.0)
    assert after != before
    longest = path.rename(path.with_name("é" * 120 + ".mp4"))
    assert Path(media.shown(str(longest), 1.0, 2.0)).parent == media.cache_folder() / "clips"


def test_a_clip_that_is_asked_for_by_several_threads_is_whole(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, encode, all_have_written = str(place / "sub" / "good.mp4"), media._encode, Barrier(4, timeout=60)

    def together(*arguments: Any) -> None:
        encode(*arguments)
        all_have_written.wait()

    monkeypatch.setattr(media, "_encode", together)
    with ThreadPoolExecutor(4) as pool:
        (clip,) = set(pool.map(lambda _: media.shown(path, 0.5, 3.0), range(4)))
    assert decode.probe(Path(clip).read_bytes()).num_frames == 26
    assert list(Path(clip).parent.glob("*.part")) == []


def test_a_cache_that_cannot_be_written_is_one_line(
    place: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("SYNRL_TEST", str(folder))
    for use in (
        lambda: media.shown(str(place / "sub" / "good.mp4"), 1.0, 2.0),
        lambda: load(get_benchmark("synrl_test")),
    ):
        with pytest.raises(OutputError, match=r"file/\w+' can't be written: .*; make room there, or set SYN"):
            use()


def test_a_part_of_a_video_that_is_not_there_is_an_error_and_leaves_nothing(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(tmp_path / "cache"))
    (place / "page.mp4").write_bytes(b"<html>404</html>")
    for name, said in (("sub/good.mp4", "has no frames in the part"), ("page.mp4", "can't be cut")):
        with pytest.raises(VideoError, match=said):
            media.shown(str(place / name), 100.0, 200.0)
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_seconds_of_a_part_count_from_the_first_frame(place: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mkv"
    with av.open(str(late), "w") as out, av.open(io.BytesIO(video_bytes())) as source:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                shift = round(7 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                out.mux(packet)
    clips = [media.shown(str(path), 1.0, 2.5) for path in (late, place / "sub" / "good.mp4")]
    frames = [decode.sample(Path(clip).read_bytes(), range(16)) for clip in clips]
    assert abs(frames[0].astype(int) - frames[1]).max() <= 2


@pytest.mark.skipif(ffmpeg() is None, reason="there is no ffmpeg to make files with")
@pytest.mark.parametrize("name", ["quarter.mp4", "packed.avi", "cut open 1.3.ts"])
def test_parts_are_cut_upright_from_any_video(name: str, tmp_path: Path) -> None:
    source = Files(tmp_path).path(name)
    info, images = decode.read(source.read_bytes(), lambda info: range(info.num_frames))
    first = next(k for k, time in enumerate(info.times) if time - info.times[0] >= 0.5)
    cut, kept = decode.read(Path(media.shown(str(source), 0.5, 0.9)).read_bytes(), lambda _: [0, 5])
    assert (cut.width, cut.height) == (info.width, info.height)
    assert all(abs(kept[k].astype(float) - images[first + k]).mean() < 8 for k in (0, 5))


@pytest.mark.parametrize("value", [None, 7, ["a.mp4"], {"bytes": "x"}, "a\ud800.mp4"])
@pytest.mark.parametrize("column", ["video_path", "question"])
def test_a_value_that_is_no_text_is_one_line(
    column: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    row = dict(id="q", question="?", options=["a", "b"], answer=0, video_path="a.mp4", reason_type="count")
    folder.table("tomato", "default.jsonl", [{**row, column: value}])
    folder.videos("tomato", "a.mp4")
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"^item 'q': (video|question) .* is no text$") as raised:
        load(get_benchmark("tomato"))
    assert str(raised.value).isprintable()
