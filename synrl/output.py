"""The one way to write: what a command makes appears under its name when it is whole, and replaces nobody's.

- A result goes to a name that is free, or that holds an earlier result of ours. Anything else is refused,
  links and devices included. Nothing overwrites it: removing something is for its owner to do.
- A result is made under a lock, `.NAME.synrl-lock` beside it, which holds between processes and, where
  `flock` does, between machines. Whoever comes second waits, and finds the result. The system ends the lock
  of a process that is dead.
- A file is written as `.NAME.<random>.part`, brought to the disk, and renamed. A folder is worked on as
  `NAME.incomplete`: if an interrupted run of the same request has left work there, the new run resumes it;
  work left by a different request is refused.
- Several runs may fill a folder side by side, each with a shard of the request and a lock of its own
  (`synrl.shares`). Who ends the folder finds none of them at work.
- A disk error becomes a one-line message.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from synrl.errors import OutputError

HOLDS_ELSE = "already holds something else"
"""What is said of a place that is taken, unless more is known."""
_REFUSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.ELOOP, errno.EIO, errno.EFBIG, errno.EMFILE, errno.ENFILE,
    errno.EINVAL, errno.ENXIO, errno.ENODEV, errno.EBUSY, errno.ESTALE, errno.EXDEV, errno.ENOLCK,
)  # fmt: skip
_PART = re.compile(r"\..*\.[0-9a-f]{16}\.part")
_MARKED_WITHIN = 1000
"""Bytes at the start of a file of ours that hold its mark."""
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}

SHARDS = "shards"
"""In a working folder: notes of the shards that have been begun, which go when the folder is whole."""

Difference = Callable[[Path], str]
"""What a folder holds instead of what is asked for, as the end of a sentence; empty if it holds just that."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write a file that appears as `path` when it is complete, and otherwise not at all.

    It takes the place of another regular file: for files of folders that are ours. Several may write the same
    file at the same time; the last one counts. For the result of a command, see `result_file`.

    Raises:
        OutputError: `path` is no name of a file, as `.` is none, or is a link, a device or a folder.
    """
    name = _name(path)
    _check_regular(path)
    part = path.with_name(f".{name}.{secrets.token_hex(8)}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666))
    try:
        yield part
        _sync(part)
        _check_regular(path)
        os.replace(part, path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears under its name only when it is complete."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def check_result(path: Path, mark: str) -> None:
    """Refuse a place for a result that `result_file` would refuse, before there is any work to lose.

    Raises:
        OutputError: something else is there than an earlier file of ours.
    """
    with disk_errors(path):
        _name(path)
        _check_regular(path)
        if path.exists() and not is_marked(path, mark):
            refuse(path)


def is_marked(path: Path, mark: str) -> bool:
    """Whether a file has a mark near its start."""
    with path.open("rb") as file:
        return mark.encode() in file.read(_MARKED_WITHIN)


@contextmanager
def result_file(path: Path, mark: str) -> Iterator[Path]:
    """Where to write a command's result, a file, which takes the place of an earlier one and of nothing else.

    Args:
        mark: stands near the start of every such file.

    Raises:
        OutputError: something else is there, or the disk is full or not writable.
    """
    check_result(path, mark)
    with disk_errors(path), locked(path):
        check_result(path, mark)  # which may have come meanwhile
        left = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}\.part")
        for other in path.parent.iterdir():
            if left.fullmatch(other.name):
                other.unlink()
        with whole_file(path) as part:
            yield part


def check_apart(out: Path, data: Path) -> None:
    """Refuse a place inside a dataset: what is written there would be read as a part of it.

    Raises:
        OutputError: it is.
    """
    if data.resolve() in out.resolve().parents:
        raise OutputError(f"{out} lies inside of {data}, which would then hold it, too; choose another --out")


def is_done(out: Path, difference: Difference) -> bool:
    """Whether a folder already is the result of a request; it may also be empty, or not there.

    Raises:
        OutputError: it holds something else, or can't be looked into.
    """
    with disk_errors(out):
        _name(out)
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
def staged(
    out: Path, difference: Difference, *, unfinished: Difference | None = None, resume: bool = True
) -> Iterator[Path | None]:
    """The working folder of `out`, which gets that name at the end of the block; None if `out` is done.

    Args:
        difference: of a result; also of what an interrupted run has left, unless `unfinished` is given.
        resume: whether what an interrupted run has left is taken up, and a result that is there is left as it
            is. Otherwise work begins anew, and takes the place of an earlier result.

    Raises:
        OutputError: something else is there, another request has left something, or the disk is full or not
            writable.
    """
    if is_done(out, difference) and resume:
        yield None
        return
    staging = working_folder(out)
    with disk_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with locked(out):
            if is_done(out, difference) and resume:  # by the one who held the lock
                yield None
                return
            _check_nobody_at_work(out)
            _take_up(staging, unfinished or difference)
            if resume:
                yield staging
            else:
                with _cleared(staging):
                    yield staging
            if (staging / SHARDS).exists():
                shutil.rmtree(staging / SHARDS)
            _sync(staging)
            if is_done(out, difference):
                shutil.rmtree(out)
            elif out.exists():
                out.rmdir()
            staging.rename(out)
            _sync(out.parent)


@contextmanager
def beside_others(
    out: Path,
    shard: str,
    begin: Callable[[Path], None],
    difference: Difference,
    *,
    unfinished: Difference | None = None,
) -> Iterator[Path | None]:
    """The working folder of `out` for one of several runs that fill it; None if `out` is done.

    Args:
        shard: a name for what this run makes; whoever is second to make the same waits for the first.
        begin: what to write before anything else. The first run gets an empty folder; the lock is held.
        difference: as in `staged`, which is to end the folder; so is `unfinished`.

    Raises:
        OutputError: something else is there, another request has left something, or the disk is full or not
            writable.
    """
    staging = working_folder(out)
    with disk_errors(out):
        if is_done(out, difference):
            yield None
            return
        out.parent.mkdir(parents=True, exist_ok=True)
        with locked(out.with_name(f"{out.name}.{shard}")):
            with locked(out):
                done = is_done(out, difference)
                if not done:
                    _check_staging(staging, unfinished or difference)
                    begin(staging)
            yield None if done else staging


def _check_nobody_at_work(out: Path) -> None:
    """Hold all shards of a folder, whose lock is held, to be at rest.

    Raises:
        OutputError: one is being written.
    """
    from filelock import FileLock, Timeout

    mine = re.compile(rf"\.{re.escape(out.name)}\.(\d+-of-\d+)\.synrl-lock")
    for path in out.parent.iterdir():
        if found := mine.fullmatch(path.name):
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                shard = found[1].replace("-of-", "/")
                raise OutputError(
                    f"shard {shard} of {out} is being written by a run that holds {path}; wait for it"
                ) from None
            with suppress(FileNotFoundError):
                if path.stat().st_size == 0:
                    path.unlink()
            lock.release()


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep everybody else from working on `out` meanwhile; if somebody is, wait until that is done.

    Raises:
        OSError: there can be no lock beside it.
    """
    from filelock import FileLock, Timeout  # takes longer to import than `synrl --help` should

    path = out.with_name(f".{_name(out)}.synrl-lock")
    if not path.parent.is_dir():  # which the lock would make
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{out} is being written by another run (which holds {path}): waiting for it", file=sys.stderr)
        lock.acquire(poll_interval=0.2)
    try:
        yield
    finally:
        # While it is held: who waits for this file notices that it is gone, and takes a new one. Where there
        # is no `flock`, the file itself is the lock, is not empty, and goes when it is released.
        with suppress(FileNotFoundError):
            if path.stat().st_size == 0:
                path.unlink()
        lock.release()


def working_folder(out: Path) -> Path:
    """Where a folder is worked on until it is whole."""
    return out.with_name(f"{_name(out)}.incomplete")


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


def _name(path: Path) -> str:
    """The name of a file or folder to write.

    Raises:
        OutputError: it has none of its own, or can't be shown as text; readers of Parquet open no such.
    """
    if path.name in ("", ".."):
        raise OutputError(f"can't write {path}: it has no name of its own; choose another --out")
    if path.name.endswith(".incomplete"):
        raise OutputError(f"can't write {path}: so unfinished work is called; choose another --out")
    if path.parts[0].startswith("~"):  # the library that writes Parquet takes it for a home
        raise OutputError(f"can't write {path}: ~ means a home only to the shell; write the path out")
    if not str(path.absolute()).isprintable():
        raise OutputError(f"can't write {path}: its name holds what can't be shown; choose another --out")
    return path.name


def _check_regular(path: Path) -> None:
    """Hold a place for a file to be free, or a file.

    Raises:
        OutputError: it is something else.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(f"can't write {path}: it is {_KINDS[stat.S_IFMT(mode)]}; choose another --out")


def _take_up(staging: Path, difference: Difference) -> None:
    """Make a working folder, or take up the one that an interrupted run of the same request has left.

    Raises:
        OutputError: it is left from another request.
    """
    _check_staging(staging, difference)
    for path in list(staging.rglob("*.part")):
        if _PART.fullmatch(path.name):
            path.unlink()  # of a process that is dead, since the lock is ours


def _check_staging(staging: Path, difference: Difference) -> None:
    """Make a working folder, or hold the one that is there to be of the same request.

    Raises:
        OutputError: it is left from another request.
    """
    if staging.is_symlink():
        refuse(staging, "is a link")
    staging.mkdir(exist_ok=True)
    for path in staging.rglob("*"):
        if path.is_symlink():  # through which what is written would go elsewhere
            refuse(staging, f"holds a link, {path.relative_to(staging)}")
    held = any(not _PART.fullmatch(path.name) for path in staging.iterdir())
    if held and (other := difference(staging)):
        raise OutputError(
            f"{staging} is left from another, unfinished request and {other}; finish that, or remove it"
        )


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


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.absolute().parents) if parent.is_dir())
