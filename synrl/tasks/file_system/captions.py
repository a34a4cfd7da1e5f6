"""What can be read in a clip of file_system: the entries of the list, and the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synrl.evidence import Evidence, spans
from synrl.tasks.base import Caption

_INSET = (6.0, 3.0)
_FITS = 22
"""Characters of an entry that its box is wide enough for; what is longer can't be read whole."""
_MISTAKEN = {"cd": "cp", "cp": "cd", "a.": "b.", "b.": "a.", "c.": "d.", "d.": "c.", "e.": "f.", "f.": "e."}
"""What is easily taken for something else that may stand there."""


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each entry while the list is shown, and each command."""
    for name, item in evidence.objects.items():
        text = f"$ {name.partition(': ')[2]}" if item.shape == "command" else name
        if item.shape == "command" or len(text) <= _FITS:
            for start, end in spans(evidence.tracks[name].visible):
                yield Caption(name, text, start, end, _INSET, tuple(_rivals(text)))


def _rivals(text: str) -> Iterator[str]:
    """The text with one of its names or commands mistaken."""
    for match in re.finditer(r"\b(?:c[dp]\b|[a-f]\.)", text):
        yield text[: match.start()] + _MISTAKEN[match[0]] + text[match.end() :]
