"""What can be read in a clip of file_system: the entries of the list, and the commands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from synrl.evidence import Evidence, spans
from synrl.tasks.base import Caption
from synrl.tasks.file_system.clip import COVER, PROMPT, TITLE
from synrl.tasks.file_system.solver import running

_INSET = (5.0, 1.0)
_MISTAKEN = {"cd": "cp", "cp": "cd", "a.": "b.", "b.": "a.", "c.": "d.", "d.": "c.", "e.": "f.", "f.": "e."}
"""What is easily taken for something else that may stand there."""


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each entry and the title while the list is shown, and each command while it runs."""
    for name, item in evidence.objects.items():
        track = evidence.tracks[name]
        if item.shape == "command":
            text = f"$ {name.partition(': ')[2]}"
            start, end = running(track)
            yield Caption(name, text, start + 1, end, _INSET, tuple(_rivals(text)))
        elif name == PROMPT:
            for reveal in evidence.reveals:
                yield Caption(name, TITLE, reveal.start_frame, reveal.end_frame, _INSET)
        elif name != COVER:
            text = name if name.endswith("/") else posixpath.basename(name)
            for start, end in spans(track.visible):
                yield Caption(name, text, start, end, _INSET, tuple(_rivals(text)))


def _rivals(text: str) -> Iterator[str]:
    """The text with one of its names or commands mistaken."""
    for match in re.finditer(r"\b(?:c[dp]\b|[a-f]\.)", text):
        yield text[: match.start()] + _MISTAKEN[match[0]] + text[match.end() :]
