"""What a model is shown of videos: the parts of them that are meant, as files.

Models of lmms-eval don't all heed where a clip starts and ends, and some benchmarks have folders of frames;
both become files of their own, made once.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from synrl.errors import OutputError, VideoError
from synrl.evaluation.data.videos import frames_of
from synrl.output import whole_file
from synrl.video.decode import frames, probe

FRAMES_PER_SECOND = 3
"""Of folders of frames: those of MVBench's episodic reasoning."""


def cache_folder() -> Path:
    """Where clips are kept: `$SYNRL_EVAL_CACHE`, else a folder in the cache of the Hub."""
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    return Path(os.environ.get("SYNRL_EVAL_CACHE", f"{home}/synrl_eval")).expanduser()


def cached(name: str, write: Callable[[Path], object]) -> Path:
    """A file of the cache, written if it isn't there, whole or not at all.

    Raises:
        OutputError: it can't be written.
    """
    target = cache_folder() / name
    if not target.is_file():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(target) as part:  # backends ask in threads
                write(part)
        except OSError as error:
            raise OutputError(
                f"{str(target.parent)!r} can't be written: {error.strerror}; make room there, or set "
                f"SYNRL_EVAL_CACHE to another folder"
            ) from error
    return target


def shown(path: str, start: float | None, end: float | None) -> str:
    """The file of a clip: the video itself, or the part of it that is meant, cut once.

    Raises:
        VideoError: there is nothing to decode.
        OutputError: the clip can't be written.
    """
    source = Path(path)
    if source.is_file() and start is None and end is None:
        return path
    stat = source.stat()  # another file of that name has another clip
    named = f"{source.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}\0{start}\0{end}"

    def cut(target: Path) -> None:
        _encode(target, _images(source) if source.is_dir() else _decoded(source, start or 0.0, end), source)

    return str(cached(f"clips/{hashlib.sha256(os.fsencode(named)).hexdigest()[:32]}.mp4", cut))


def _decoded(source: Path, start: float, end: float | None) -> Iterator[tuple[float, Any]]:
    """The frames of a part, upright, and the seconds that pass until each."""
    import av

    data = source.read_bytes()
    try:
        stamps = probe(data).times
    except VideoError as error:
        raise VideoError(f"{str(source)!r} can't be cut: {error}") from error
    seconds = [float(stamp - stamps[0]) for stamp in stamps]  # they count from the first frame
    wanted = [k for k, passed in enumerate(seconds) if start <= passed <= (math.inf if end is None else end)]
    for number, image in frames(data, wanted):
        yield seconds[number] - start, av.VideoFrame.from_ndarray(image, "rgb24")


def _images(folder: Path) -> Iterator[tuple[float, Any]]:
    import av

    for number, path in enumerate(frames_of(folder)):
        with av.open(str(path)) as container:
            yield number / FRAMES_PER_SECOND, next(container.decode(video=0))


def _encode(target: Path, frames: Iterator[tuple[float, Any]], source: Path) -> None:
    """Times stay as they are, in milliseconds, for videos of any frame rate; edges become even."""
    import av

    base = Fraction(1, 1000)
    try:
        with av.open(str(target), "w", format="mp4") as output:
            stream: Any = None
            for seconds, frame in frames:
                if stream is None:
                    stream = output.add_stream("libx264", rate=30, options={"crf": "14", "preset": "fast"})
                    stream.width, stream.height = frame.width // 2 * 2, frame.height // 2 * 2
                    stream.pix_fmt, stream.codec_context.time_base = "yuv420p", base
                    last = -1
                frame = frame.reformat(stream.width, stream.height, "yuv420p")
                last = max(last + 1, round(seconds * 1000))
                frame.pts, frame.time_base = last, base
                frame.pict_type = 0
                output.mux(stream.encode(frame))
            if stream is None:
                raise VideoError(f"{str(source)!r} has no frames in the part that is asked for")
            output.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        raise VideoError(f"{str(source)!r} can't be cut: {error}") from error


def messages(item: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    """The user's turn: the videos, numbered if there are several, then the text."""
    content: list[dict[str, Any]] = []
    for number, path in enumerate(clips(item), 1):
        if len(item["videos"]) > 1:
            content.append({"type": "text", "text": f"Video {number}:"})
        content.append({"type": "video", "url": path})
    return [{"role": "user", "content": [*content, {"type": "text", "text": text}]}]


def clips(item: Mapping[str, Any]) -> list[str]:
    """The files that a model is shown for an item, in order."""
    return [shown(path, item["start"], item["end"]) for path in item["videos"]]
