"""Videos of benchmarks: where they are, and the parts of them that are meant.

Benchmarks are unpacked in many ways, so a video is known by the end of its path, whatever is above, and by
its name without extension. Models of lmms-eval don't all heed where a clip starts and ends, and some
benchmarks have folders of frames; both become files of their own, made once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from threading import get_ident
from typing import Any

from synrl.errors import DataError, OutputError, VideoError

EXTENSIONS = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".flv", ".gif", ".mp4v")
_IMAGES = (".jpg", ".jpeg", ".png")
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
        part = target.with_name(f"{os.getpid()}-{get_ident()}-{target.name}")  # backends ask in threads
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write(part)
            os.replace(part, target)
        except OSError as error:
            raise OutputError(
                f"{str(target.parent)!r} can't be written: {error.strerror}; make room there, or set "
                f"SYNRL_EVAL_CACHE to another folder"
            ) from error
    return target


class Videos:
    """The videos below some folders, and folders of frames.

    Tables and archives come from others, so names in them open nothing: they are compared with those of the
    files that are there. Nothing is taken from outside the folders, wherever a link may lead.
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        self._found: dict[str, list[_Found]] = {}
        self.links: list[Path] = []
        """Folders that were not looked into, because they are links."""
        for root in roots:
            for path in self._videos(root):
                above = path.relative_to(root).parts[:-1]
                self._found.setdefault(_stem(path.name), []).append(_Found(path, above, root))

    def find(self, wanted: str) -> Path | None:
        """The video that a path ends in; of several paths, between `|`, the first that is there.

        All the folders of the path must be there, but for those above the folder of the user.
        A file that has no folder besides goes before others.

        Raises:
            DataError: two videos have that path, or it is a link to somewhere else.
        """
        for name in wanted.split("|"):
            folders, stem = PurePosixPath(name).parts[:-1], _stem(PurePosixPath(name).name)
            there = [found for found in self._found.get(stem, []) if found.is_there()]
            agreed = [(_agreement(found.above, folders), found) for found in there]
            fitting = [(n, found) for n, found in agreed if n == min(len(folders), len(found.above))]
            most = max((n for n, _ in fitting), default=0)
            # Of copies in several folders, the one that lies where the path says, with nothing above.
            exact = [found for found in there if found.above == folders]
            best = {found.path: found for found in exact or (found for n, found in fitting if n == most)}
            named = {path: found for path, found in best.items() if path.name == PurePosixPath(name).name}
            best = named or best  # not its thumbnail of another extension
            if len(best) > 1:
                one, two = sorted(best)[:2]
                raise DataError(f"{name!r} may be {str(one)!r} or {str(two)!r}; remove one of them")
            for found in best.values():
                found.check()
                return found.path
        return None

    def _videos(self, root: Path) -> Iterator[Path]:
        for folder, folders, files in os.walk(root):
            folders.sort()
            self.links += [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
            if any(name.lower().endswith(_IMAGES) for name in files[:20]):
                yield Path(folder)
            for name in files:
                if name.lower().endswith(EXTENSIONS):
                    yield Path(folder, name)


@dataclass(frozen=True)
class _Found:
    """A video, or a folder of frames, below a root."""

    path: Path
    above: tuple[str, ...]
    """Folders between the root and it."""
    root: Path

    def is_there(self) -> bool:
        """Not if it is a link to nothing."""
        return self.path.exists()

    def check(self) -> None:
        """See that it, or each of its frames, is what it says: a file below its root.

        Raises:
            DataError: it is a link that leads elsewhere.
        """
        top = self.root.resolve()
        # Files of a snapshot of the Hub are links to where the contents of all its commits lie.
        places = [top, *(above.parent / "blobs" for above in top.parents if above.name == "snapshots")]
        for file in [self.path] if self.path.is_file() else _frames(self.path):
            real = Path(os.path.realpath(file))
            if not any(real.is_relative_to(place) for place in places):
                raise DataError(
                    f"{str(file)!r} is a link that leads out of its folder, to {str(real)!r}; put the file "
                    f"itself there, or name the folder that it lies in"
                )


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
    import av

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        zero = float((stream.start_time or 0) * (stream.time_base or 0))  # seconds count from the first frame
        container.seek(int(max(0.0, zero + start - 1) * 1_000_000))  # to a key frame before it
        for frame in container.decode(stream):
            if frame.time is None or frame.time - zero < start:
                continue
            if end is not None and frame.time - zero > end:
                break
            yield frame.time - zero - start, frame


def _images(folder: Path) -> Iterator[tuple[float, Any]]:
    import av

    for number, path in enumerate(_frames(folder)):
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
                raise VideoError(f"{str(source)!r} has no frames in the part that is asked for")
            output.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        target.unlink(missing_ok=True)
        raise VideoError(f"{str(source)!r} can't be cut: {error}") from error


def _frames(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)


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
