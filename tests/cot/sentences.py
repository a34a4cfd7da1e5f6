"""Hand-written sentences about some clips, and how the check judges them.

    python tests/cot/sentences.py [--all]

Prints how many are judged rightly, wrongly and not at all, with those that are not judged rightly.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cot.tellings import alone

from synrl.cot.check import check

_HERE = Path(__file__).parent
_VERDICTS = ("right", "wrong", "unchecked")


class Sentence(NamedTuple):
    """One of the file."""

    clip: str
    true: bool
    text: str
    unseen: bool
    """Whether the check was made without it in view."""


def sentences() -> Iterator[Sentence]:
    """All of them, in the order of the file."""
    clip, unseen = "", False
    for line in (_HERE / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            clip = line.strip("[]")
        elif line == "## unseen":
            unseen = True
        elif line[:2] in ("T ", "F "):
            yield Sentence(clip, line[0] == "T", line[2:], unseen)


def clips() -> dict[str, dict[str, Any]]:
    """The clips that they are about, as rows."""
    rows: dict[str, dict[str, Any]] = json.loads((_HERE / "clips.json").read_text(encoding="utf-8"))
    for row in rows.values():
        for track in row["tracks"]:
            gone = {frame for start, end in track.pop("hidden") for frame in range(start, end)}
            track["visible"] = [frame not in gone for frame in range(row["num_frames"])]
    return rows


def judge(sentence: Sentence, row: dict[str, Any]) -> str:
    """`right`, `wrong` or `unchecked`."""
    report = check(alone(sentence.text, row), row)
    if report.ok and (report.unchecked or not report.checked):
        return "unchecked"
    return "right" if report.ok == sentence.true else "wrong"


def main() -> None:
    """Print the counts."""
    rows, counts = clips(), Counter[tuple[bool, bool, str]]()
    for sentence in sentences():
        verdict = judge(sentence, rows[sentence.clip])
        counts[sentence.unseen, sentence.true, verdict] += 1
        if verdict == "wrong" or (verdict != "right" and "--all" in sys.argv):
            print(f"{verdict}: {'T' if sentence.true else 'F'} [{sentence.clip}] {sentence.text}")
    for unseen, true in itertools.product((False, True), (True, False)):
        said = ", ".join(f"{counts[unseen, true, verdict]} {verdict}" for verdict in _VERDICTS)
        print(f"{'unseen' if unseen else 'seen'}, {'true' if true else 'false'}: {said}")


if __name__ == "__main__":
    main()
