"""Where the videos of a benchmark are: found by their names, and only below the folders of the user.

Benchmarks are unpacked in many ways, so a video is known by the end of its path, whatever is above, and by
its name without extension. Some have folders of frames instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from synrl.errors import DataError

EXTENSIONS = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".flv", ".gif", ".mp4v")
_IMAGES = (".jpg", ".jpeg", ".png")


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
        for file in [self.path] if self.path.is_file() else frames_of(self.path):
            real = Path(os.path.realpath(file))
            if not any(real.is_relative_to(place) for place in places):
                raise DataError(
                    f"{str(file)!r} is a link that leads out of its folder, to {str(real)!r}; put the file "
                    f"itself there, or name the folder that it lies in"
                )


def frames_of(folder: Path) -> list[Path]:
    """The images of a folder of frames, in order."""
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
