"""What has been paid for, line by line: a run that is killed takes up where it was, and only what was under
way then is asked again.

The first line says which settings and data the rest belongs to. A line is handed to the system as soon as
there is something to say, which survives the end of the process, and brought to the disk every second or
so, which survives the end of the machine. Only places of lines are kept in memory.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from synrl.errors import OutputError


class Journal:
    """A file of JSON lines with a key each; the last of a key counts.

    Args:
        path: of the file, which is made if need be.
        about: what the entries depend on.

    Raises:
        OutputError: the file is about something else, damaged, or in use by another run.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self._path = path
        self._file = path.open("a+b")
        try:
            self._places: dict[str, int] = {}
            self._lock()
            self._read(json.loads(json.dumps(about)))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sync()
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def get(self, key: str) -> Any:
        """The value of a key that is there."""
        self._file.seek(self._places[key])
        return json.loads(self._file.readline())["value"]

    def put(self, key: str, value: Any) -> None:
        """Add a line."""
        self._places[key] = self._append({"key": key, "value": value})

    def items(self) -> Iterator[tuple[str, Any]]:
        """All keys with their values, one at a time."""
        for key in tuple(self._places):
            yield key, self.get(key)

    def sync(self) -> None:
        """Bring everything to the disk."""
        os.fsync(self._file.fileno())

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(f"{self._path} is in use by another run; wait for it, or stop it") from error

    def _read(self, about: Any) -> None:
        self._file.seek(0)
        whole = 0
        begun = json.dumps({"about": about}).encode()
        for number, line in enumerate(self._file):
            if not line.endswith(b"\n"):
                if number == 0 and not begun.startswith(line):
                    raise OutputError(f"{self._path} is of no such run; choose another --out, or remove it")
                break  # the process was killed while it wrote the last line
            try:
                entry = json.loads(line)
                if number == 0:
                    found = dict(entry["about"])
                else:
                    self._places[entry["key"]] = whole
            except (ValueError, LookupError, TypeError) as error:
                raise OutputError(
                    f"{self._path} is damaged in line {number + 1}; remove it to begin anew"
                ) from error
            if number == 0 and found != about:
                different = sorted(k for k in {*found, *about} if found.get(k) != about.get(k))
                raise OutputError(
                    f"{self._path} is left from an unfinished run with other {', '.join(different)}; "
                    "finish that, choose another --out, or remove it"
                )
            whole += len(line)
        self._file.truncate(whole)
        if not whole:
            self._append({"about": about})

    def _append(self, entry: Mapping[str, Any]) -> int:
        """Write a line and return where it begins."""
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()
        return place
