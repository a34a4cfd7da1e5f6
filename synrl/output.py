"""The one way to write: files and folders appear under their names only when they are whole.

A file is written as `<name>.part` and renamed. A folder is worked on as `<out>.incomplete`: if an interrupted
run of the same request has left work there, the new run resumes it; work left by a different request is
refused, and so is an `out` that holds something else. A disk error becomes a one-line message.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import NoReturn

from synrl.errors import OutputError

HOLDS_ELSE = "already holds something else"
"""What is said of a place that is taken, unless more is known."""
_REFUSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.ELOOP, errno.EIO,
)  # fmt: skip

Difference = Callable[[Path], str]
"""What a folder holds instead of what is asked for, as the end of a sentence; empty if it holds just that."""


@contextmanager
def whole_file(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Where to write a file that appears as `path` when it is complete, and otherwise not at all.

    Args:
        shared: whether others may write the same file at the same time; the last one counts.

    Raises:
        OutputError: `path` is no name of a file, as `.` is none.
    """
    part = _beside(path, f".{os.getpid()}-{get_ident()}.part" if shared else ".part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears under its name only when it is complete."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def is_done(out: Path, difference: Difference) -> bool:
    """Whether a folder already is the result of a request; it may also be empty, or not there.

    Raises:
        OutputError: it holds something else, or can't be looked into.
    """
    with disk_errors(out):
        # A link could not be replaced by the folder, which would come out only when the work is done.
        is_free = (
            not any(out.iterdir()) if out.is_dir() and not out.is_symlink() else not os.path.lexists(out)
        )
        if is_free:
            return False
        if other := difference(out):
            refuse(out, other)
        return True


@contextmanager
def staged(out: Path, difference: Difference, *, resume: bool = True) -> Iterator[Path]:
    """The working folder of `out`, which gets that name at the end of the block; see `is_done` for before.

    Args:
        resume: whether what an interrupted run has left is taken up. Otherwise work begins anew, and takes
            the place of an earlier result.

    Raises:
        OutputError: another request has left something there, or the disk is full or not writable.
    """
    staging = _beside(out, ".incomplete")
    with disk_errors(out):
        staging.mkdir(parents=resume, exist_ok=True)
        for left in staging.rglob("*.part"):
            left.unlink()
        if any(staging.iterdir()) and (other := difference(staging)):
            raise OutputError(
                f"{staging} is left from another, unfinished request and {other}; finish that, or remove it"
            )
        if resume:
            yield staging
        else:
            with _cleared(staging):
                yield staging
        if out.exists():
            out.rmdir() if resume else shutil.rmtree(out)
        staging.rename(out)


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """A folder that is empty at first, and gone if the block does not end well."""
    shutil.rmtree(folder)
    folder.mkdir()
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _beside(path: Path, suffix: str) -> Path:
    if path.name in ("", ".."):
        raise OutputError(f"can't write {path}: it has no name of its own; choose another --out")
    return path.with_name(path.name + suffix)


def refuse(out: Path, why: str = HOLDS_ELSE) -> NoReturn:
    """Refuse to write where something else is.

    Raises:
        OutputError: always.
    """
    raise OutputError(f"{out} {why}; choose another --out, or remove it first")


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
