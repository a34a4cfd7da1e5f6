"""Writing to a disk that may be full, or not ours to write to."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synrl.errors import OutputError

_REFUSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
)  # fmt: skip


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears under its name only when it is complete."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


@contextmanager
def disk_errors(out: Path) -> Iterator[None]:
    """What the disk refuses, in one line.

    Raises:
        OutputError: the disk is full, or `out` can't be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(_existing(out)).free / 1e6
            raise OutputError(
                f"no space left for {out} ({free:.0f} MB free); make room and run the same command to go on"
            ) from error
        if error.errno in _REFUSED:
            raise OutputError(f"can't write {out}: {error.strerror}; choose another --out") from error
        raise


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.absolute().parents) if parent.is_dir())
