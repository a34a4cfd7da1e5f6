"""Files as other people's cameras, programs and shell scripts leave them: FFmpeg makes each of our own clip.

FFmpeg is the one on the path, or the one that `imageio-ffmpeg` brings. A recipe is what stands on its command
line, and is the whole description of a file.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from synrl.video.encode import encode

from .conftest import wandering

FRAMES, RATE = 75, 30
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", "20")
OPEN = (*X264, "-x264-params", "open-gop=1:keyint=20:min-keyint=20:bframes=3:scenecut=0")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=20:bframes=3")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "20")
COPY = ("-c", "copy")
SOUND = ("-f", "lavfi", "-i", "sine=duration=2.5")


@dataclass(frozen=True)
class Recipe:
    """How a file is made."""

    name: str
    """With its extension."""
    made: tuple[str, ...]
    """What stands after the input."""
    source: str = ""
    """The file that it is made of; else our clip."""
    before: tuple[str, ...] = ()
    """What stands before the input."""
    kept: float = 1.0
    """The part of the file that is left, if it is cut short."""


def _cut(source: str, start: str, name: str = "", more: Sequence[str] = ()) -> Recipe:
    kind = Path(source).suffix
    return Recipe(name or f"cut {Path(source).stem} {start}{kind}", (*COPY, *more), source, ("-ss", start))


def _turned(source: str, name: str, *turn: str) -> Recipe:
    return Recipe(name, COPY, source, turn)


_CONTAINERS = (
    Recipe("h264.mp4", X264),
    Recipe("h264.mov", X264),
    Recipe("h264.mkv", X264),
    Recipe("h264.avi", X264),
    Recipe("h264.ts", X264),
    Recipe("h264.flv", X264),
    Recipe("h264.m2ts", X264),
    Recipe("h264.nut", X264),
    Recipe("h264.h264", X264),
    Recipe("front.mp4", (*X264, "-movflags", "+faststart")),
    Recipe("fragments.mp4", (*X264, "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
    Recipe("mpeg2.mpg", ("-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-q:v", "3")),
    Recipe("mpeg2.vob", ("-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-q:v", "3")),
    Recipe("mpeg2.ts", ("-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-q:v", "3")),
    Recipe("mpeg1.mpg", ("-c:v", "mpeg1video", "-bf", "2", "-g", "15", "-q:v", "3")),
    Recipe("wmv2.wmv", ("-c:v", "wmv2", "-q:v", "3")),
    Recipe("wmv1.asf", ("-c:v", "wmv1", "-q:v", "3")),
    Recipe("flv1.flv", ("-c:v", "flv", "-q:v", "3")),
    Recipe("theora.ogv", ("-c:v", "libtheora", "-q:v", "7")),
    Recipe("picture.gif", ("-r", "25")),
    Recipe(
        "picture.apng",
        (
            "-r",
            "10",
        ),
    ),
)
_CODECS = (
    Recipe("open.mp4", OPEN),
    Recipe("open.mkv", OPEN),
    Recipe("open.ts", OPEN),
    Recipe("refresh.mp4", (*X264, "-bf", "0", "-x264-params", "intra-refresh=1:keyint=20")),
    Recipe("hevc.mp4", X265),
    Recipe("hevc.mkv", X265),
    Recipe("hevc.ts", X265),
    Recipe("hevc.mov", (*X265, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1")),
    Recipe("vp8.webm", ("-c:v", "libvpx", "-deadline", "good", "-b:v", "1M", "-auto-alt-ref", "1")),
    Recipe("vp9.webm", VP9),
    Recipe("vp9.mp4", (*VP9, "-auto-alt-ref", "1", "-lag-in-frames", "16", "-deadline", "good")),
    Recipe("av1.mp4", ("-c:v", "libsvtav1", "-preset", "12", "-g", "30")),
    Recipe("av1.webm", ("-c:v", "libsvtav1", "-preset", "12", "-g", "30")),
    Recipe("mpeg4.avi", ("-c:v", "mpeg4", "-bf", "2", "-q:v", "3")),
    Recipe("mpeg4.mp4", ("-c:v", "mpeg4", "-bf", "2", "-q:v", "3")),
    Recipe("packed.avi", ("-c:v", "libxvid", "-bf", "2", "-q:v", "3", "-g", "30")),
    Recipe("msmpeg4.avi", ("-c:v", "msmpeg4", "-q:v", "3")),
    Recipe("mjpeg.avi", ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p")),
    Recipe("mjpeg.mov", ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj422p")),
    Recipe("mjpeg.mjpeg", ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p")),
    Recipe("ffv1.mkv", ("-c:v", "ffv1")),
    Recipe("prores.mov", ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le")),
    Recipe("png.mov", ("-c:v", "png")),
    Recipe("raw.avi", ("-c:v", "rawvideo", "-pix_fmt", "yuv420p")),
    Recipe("h263.3gp", ("-c:v", "h263", "-s", "128x96", "-q:v", "3")),
    Recipe("ten.mp4", (*X264, "-pix_fmt", "yuv420p10le")),
    Recipe("full.mp4", (*X264, "-pix_fmt", "yuv444p")),
    Recipe("grey.mkv", ("-c:v", "ffv1", "-pix_fmt", "gray")),
    Recipe("rgb.mkv", ("-c:v", "libx264rgb", "-preset", "ultrafast", "-g", "20")),
    Recipe("wide.mp4", (*X264, "-vf", "scale=out_color_matrix=bt709:out_range=full", "-colorspace", "bt709",
                        "-color_range", "pc")),
)  # fmt: skip
_SHAPES = (
    Recipe("odd.mp4", (*X264, "-vf", "scale=97:71", "-pix_fmt", "yuv444p")),
    Recipe("odd.webm", (*VP9, "-vf", "scale=97:71")),
    Recipe("cropped.mp4", (*X264, "-vf", "scale=90:50")),
    Recipe("aspect.mp4", (*X264, "-vf", "setsar=4/3")),
    Recipe("fields.mp4", (*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1")),
    Recipe("fields.mpg", ("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "3")),
    Recipe("fields.ts", (*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1")),
    Recipe("one.mp4", (*X264, "-frames:v", "1")),
    Recipe("one.gif", ("-frames:v", "1")),
    Recipe("one.mkv", (*X265, "-frames:v", "1")),
    Recipe("two.ts", (*X264, "-frames:v", "2")),
)
_TIMES = (
    Recipe("uneven.mp4", (*X264, "-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")),
    Recipe("uneven.mkv", (*X264, "-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")),
    Recipe("uneven.avi", (*X264, "-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")),
    Recipe("uneven.gif", ("-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")),
    Recipe("slow.mp4", (*X264, "-vf", "setpts=N*N/60/TB/10", "-fps_mode", "vfr", "-enc_time_base", "1/1000")),
    Recipe("late.mp4", (*X264, "-output_ts_offset", "5")),
    Recipe("late.mkv", (*X264, "-output_ts_offset", "5")),
    Recipe("late.ts", (*X264, "-output_ts_offset", "5")),
    Recipe("doubled.mp4", (*X264, "-vf", "fps=60")),
    Recipe("film.mkv", (*X264, "-r", "24000/1001")),
)
_CUTS = (
    _cut("h264.mp4", "1.3"),
    _cut("h264.mov", "1.3"),
    _cut("h264.mkv", "1.3"),
    _cut("h264.avi", "1.3"),
    _cut("h264.ts", "1.3"),
    _cut("h264.flv", "1.3"),
    _cut("open.mp4", "1.3"),
    _cut("open.mkv", "1.3"),
    _cut("open.ts", "1.3"),
    _cut("hevc.mp4", "1.3"),
    _cut("hevc.mkv", "1.3"),
    _cut("hevc.ts", "1.3"),
    _cut("mpeg2.mpg", "1.3"),
    _cut("mpeg2.ts", "1.3"),
    _cut("packed.avi", "1.3"),
    _cut("vp9.webm", "1.3"),
    _cut("av1.mp4", "1.3"),
    _cut("mpeg4.mp4", "1.3"),
    _cut("refresh.mp4", "1.3"),
    _cut("h264.mp4", "0.5", "middle.mp4", ("-t", "1.1")),
    _cut("open.mp4", "0.5", "middle open.mp4", ("-t", "1.1")),
    _cut("h264.mp4", "1.3", "cut kept.mp4", ("-copyts",)),
    _cut("h264.mp4", "1.3", "cut.mkv"),
    _cut("h264.mkv", "1.3", "cut back.mp4"),
    _cut("h264.mp4", "1.3", "cut fragments.mp4", ("-movflags", "frag_keyframe+empty_moov")),
)
_TURNS = (
    _turned("h264.mp4", "quarter.mp4", "-display_rotation", "90"),
    _turned("h264.mp4", "half.mp4", "-display_rotation", "180"),
    _turned("h264.mp4", "back.mp4", "-display_rotation", "270"),
    _turned("h264.mov", "quarter.mov", "-display_rotation", "-90"),
    _turned("hevc.mp4", "quarter hevc.mp4", "-display_rotation", "90"),
    _turned("h264.mp4", "mirrored.mp4", "-display_hflip"),
    _turned("h264.mp4", "mirrored quarter.mp4", "-display_rotation", "90", "-display_hflip"),
    _turned("h264.mp4", "upside.mp4", "-display_vflip"),
    _turned("h264.mkv", "quarter.mkv", "-display_rotation", "90"),
    _cut("quarter.mp4", "1.3"),
)
_STREAMS = (
    Recipe("sound first.mp4", ("-map", "0:a", "-map", "1:v", *X264), "", SOUND),
    Recipe("sound first.mkv", ("-map", "0:a", "-map", "1:v", *X264), "", SOUND),
    Recipe("sound.ts", ("-map", "0:a", "-map", "1:v", *X264), "", SOUND),
    Recipe("sound.mpg", ("-map", "0:a", "-map", "1:v", "-c:v", "mpeg2video", "-bf", "2"), "", SOUND),
    Recipe("small first.mkv", ("-map", "0:v", "-map", "0:v", "-filter:v:0", "hue=s=0,scale=48:36", *X264,
                               "-disposition:v:1", "default", "-disposition:v:0", "0")),
    Recipe("large first.mp4", ("-map", "0:v", "-map", "0:v", "-filter:v:1", "hue=s=0,scale=48:36", *X264)),
)  # fmt: skip
_CUT_SHORT = tuple(
    Recipe(f"short {source}", COPY, source, kept=0.6)
    for source in ("front.mp4", "fragments.mp4", "h264.mkv", "h264.avi", "h264.ts", "h264.flv", "mpeg2.mpg",
                   "vp9.webm", "packed.avi", "picture.gif", "wmv2.wmv", "open.ts")
)  # fmt: skip
RECIPES = {
    recipe.name: recipe
    for group in (_CONTAINERS, _CODECS, _SHAPES, _TIMES, _CUTS, _TURNS, _STREAMS, _CUT_SHORT)
    for recipe in group
}


@cache
def ffmpeg() -> str | None:
    """The program, if there is one."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    return get_ffmpeg_exe()


def run(*words: str) -> bytes:
    """What FFmpeg writes to its output."""
    program = ffmpeg()
    assert program is not None
    done = subprocess.run(
        [program, "-v", "error", "-nostdin", "-threads", "1", *words], check=False, capture_output=True
    )
    return done.stdout


class Files:
    """The files of the recipes in a folder, made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        clip = wandering(FRAMES)
        self._base = folder / "ours.mp4"
        self._base.write_bytes(encode(clip.scene, clip.poses, RATE))

    def path(self, name: str) -> Path:
        """The file of a recipe."""
        path = self._folder / name
        if path.exists():
            return path
        recipe = RECIPES[name]
        source = self.path(recipe.source) if recipe.source else self._base
        if recipe.kept < 1:
            data = source.read_bytes()
            path.write_bytes(data[: int(recipe.kept * len(data))])
            return path
        bits = () if path.suffix in (".gif", ".apng") else ("-bitexact",)
        run(*recipe.before, "-i", str(source), *recipe.made, *bits, str(path))
        assert path.stat().st_size, name
        return path


@dataclass(frozen=True)
class Shown:
    """What FFmpeg shows of a file."""

    times: list[float]
    """Seconds."""
    images: np.ndarray
    """(frames, height, width, 3), uint8."""


def shown(path: Path) -> Shown:
    """Every frame that FFmpeg shows, and when: rotated, edit lists applied, none twice and none left out."""
    common = ("-copyts", "-i", str(path), "-map_metadata", "-1", "-fps_mode", "passthrough",
              "-enc_time_base", "demux", "-sws_flags", "bilinear", "-pix_fmt", "rgb24")  # fmt: skip
    lines = run(*common, "-c:v", "rawvideo", "-f", "framehash", "-hash", "crc32", "-an", "-").decode()
    base, size, times = None, None, []
    for line in lines.splitlines():
        if line.startswith("#tb 0:"):
            above, below = line.split(":")[1].split("/")
            base = int(above) / int(below)
        elif line.startswith("#dimensions 0:"):
            size = [int(edge) for edge in line.split(":")[1].split("x")]
        elif line and not line.startswith("#"):
            assert base is not None
            times.append(int(line.split(",")[2]) * base)
    raw = run(*common, "-an", "-f", "rawvideo", "-")
    if size is None:
        return Shown([], np.empty((0, 0, 0, 3), np.uint8))
    return Shown(times, np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3))
