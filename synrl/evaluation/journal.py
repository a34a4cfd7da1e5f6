"""Answers that have been paid for: a file that grows by a line with each, so that a run can go on.

The cache of lmms-eval keeps answers only when every task has been answered, and does not know an answer by
the videos and weights that it came from. Here the key is everything that it came from.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synrl.hub.models import RESULTS
from synrl.output import disk_errors

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Journal:
    """Answers by key, in a file and in memory; without a file, in neither."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._answers: dict[str, str] = {}
        if path is None or not path.is_file():
            return
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                said = json.loads(line)
                self._answers[said["key"]] = said["answer"]
            except (ValueError, TypeError, KeyError):  # cut off when the run was
                continue

    def get(self, key: str) -> str | None:
        """The answer of a key, if there is one."""
        return self._answers.get(key)

    def put(self, key: str, answer: str) -> None:
        """Keep an answer."""
        if self._path is None:
            return
        self._answers[key] = answer
        with disk_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                # A line that was cut off ends where this one begins.
                file.write("\n" * bool(file.tell()) + json.dumps({"key": key, "answer": answer}))


def digest(*parts: Any) -> str:
    """A name for anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def model_digest(model: str) -> str:
    """A name for the weights in a folder, another one when they are written again; of the Hub, theirs."""
    folder = Path(model)
    # What a report adds for the model's card is no part of the model.
    files = sorted(path for path in folder.glob("*") if path.is_file() and path.name != RESULTS)
    return files_digest(files) if folder.is_dir() else model


def files_digest(paths: Sequence[Path]) -> str:
    """A name for files by their paths, sizes and times."""
    stats = [(str(path), path.stat()) for path in paths]
    return digest([(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats])


def commit_of(path: Path) -> str | None:
    """The commit that a path in a cache of the Hub is of."""
    return next((part for part in reversed(path.parts) if _COMMIT.fullmatch(part)), None)
