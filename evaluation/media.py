"""Videos of benchmarks: where they are, and the parts of them that are meant.

Benchmarks are unpacked in many ways, so a video is known by the end of its path, whatever is above, and by
its name without extension. Models of lmms-eval don't all heed where a clip
starts and ends, and some benchmarks have folders of frames; both become files of their own, made once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

from synrl.errors import DataError, VideoError

EXTENSIONS = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".flv", ".gif", ".mp4v")
_IMAGES = (".jpg", ".jpeg", ".png")
FRAMES_PER_SECOND = 3
"""Of folders of frames: those of MVBench's episodic reasoning."""


def cache_folder() -> Path:
    """Where clips are kept: `$SYNRL_EVAL_CACHE`, else a folder in the cache of the Hub."""
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    return Path(os.environ.get("SYNRL_EVAL_CACHE", f"{home}/synrl_eval")).expanduser()


class Videos:
    """The videos below some folders, and folders of frames."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._found: dict[str, list[tuple[tuple[str, ...], Path]]] = {}
        for root in roots:
            for path in _videos(root):
                self._found.setdefault(_stem(path.name), []).append((path.relative_to(root).parts[:-1], path))

    def find(self, wanted: str) -> Path | None:
        """The video that a path ends in; of several paths, between `|`, the first that is there.

        All the folders of the path must be there, but for those above the folder of the user.

        Raises:
            DataError: two videos have that path.
        """
        for name in wanted.split("|"):
            folders = PurePosixPath(name).parts[:-1]
            there = self._found.get(_stem(PurePosixPath(name).name), [])
            agreed = [(_agreement(above, folders), above, path) for above, path in there]
            fitting = [(n, path) for n, above, path in agreed if n == min(len(folders), len(above))]
            most = max((n for n, _ in fitting), default=0)
            best = sorted({path for n, path in fitting if n == most})
            if len(best) > 1:
                raise DataError(f"{name} may be {best[0]} or {best[1]}; remove one of them")
            if best:
                return best[0]
        return None


def shown(path: str, start: float | None, end: float | None) -> str:
    """The file of a clip: the video itself, or the part of it that is meant, cut once.

    Raises:
        VideoError: there is nothing to decode.
    """
    source = Path(path)
    if source.is_file() and start is None and end is None:
        return path
    key = hashlib.sha256(f"{source.absolute()}\0{start}\0{end}".encode()).hexdigest()[:20]
    target = cache_folder() / "clips" / f"{_stem(source.name)}-{key}.mp4"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{os.getpid()}-{target.name}")
        _encode(part, _images(source) if source.is_dir() else _decoded(source, start or 0.0, end), source)
        os.replace(part, target)
    return str(target)


def _decoded(source: Path, start: float, end: float | None) -> Iterator[tuple[float, Any]]:
    import av

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        container.seek(int(max(0.0, start - 1) * 1_000_000))  # to a key frame before it
        for frame in container.decode(stream):
            if frame.time is None or frame.time < start:
                continue
            if end is not None and frame.time > end:
                break
            yield frame.time - start, frame


def _images(folder: Path) -> Iterator[tuple[float, Any]]:
    import av

    for number, path in enumerate(sorted(p for p in folder.iterdir() if p.suffix.lower() in _IMAGES)):
        with av.open(str(path)) as container:
            yield number / FRAMES_PER_SECOND, next(container.decode(video=0))


def _encode(target: Path, frames: Iterator[tuple[float, Any]], source: Path) -> None:
    """Times stay as they are, in milliseconds, for videos of any frame rate; edges become even."""
    import av

    base = Fraction(1, 1000)
    try:
        with av.open(str(target), "w") as output:
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
                raise VideoError(f"{source} has no frames in the part that is asked for")
            output.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        target.unlink(missing_ok=True)
        raise VideoError(f"{source} can't be cut: {error}") from error


def _videos(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root, followlinks=True):
        folders.sort()
        if any(name.lower().endswith(_IMAGES) for name in files[:20]):
            yield Path(folder)
        for name in files:
            if name.lower().endswith(EXTENSIONS):
                yield Path(folder, name)


def _stem(name: str) -> str:
    for extension in EXTENSIONS:
        if name.lower().endswith(extension):
            return name[: -len(extension)]
    return name


def _agreement(there: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(reversed(there), reversed(wanted), strict=False):
        if one != other:
            break
        count += 1
    return count


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
