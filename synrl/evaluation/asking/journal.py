"""Answers that have been paid for: a file that grows by a line with each, so that a run can go on.

lmms-eval's cache saves answers only once every task has been answered, and its keys do not include the videos
and weights that produced an answer. Here the key is everything that an answer came from.
"""

from __future__ import annotations

import glob
import json
from pathlib import Path

from synrl.evaluation.digests import files_digest
from synrl.hub.models import RESULTS
from synrl.output import disk_errors


class AnswerLog:
    """Answers by key, in a file and in memory; without a file, in neither.

    Args:
        rank: of a process among several. Each writes a file of its own beside that of the first, and reads
            all, so that a run goes on with any number of them.
    """

    def __init__(self, path: Path | None, rank: int = 0) -> None:
        self._path = path if path is None or not rank else path.with_name(f"{path.stem}.{rank}{path.suffix}")
        self._answers: dict[str, str] = {}
        if path is None:
            return
        for file in (path, *sorted(path.parent.glob(f"{glob.escape(path.stem)}.*{path.suffix}"))):
            if file.is_file():
                self._read(file)

    def _read(self, file: Path) -> None:
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
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


def model_digest(model: str) -> str:
    """A name for the weights in a folder, another one when they are written again; of the Hub, theirs."""
    folder = Path(model)
    # What a report adds for the model's card is no part of the model.
    files = sorted(path for path in folder.glob("*") if path.is_file() and path.name != RESULTS)
    return files_digest(files) if folder.is_dir() else model
