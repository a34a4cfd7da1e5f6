"""What can be read in a clip of chip_container: the values of chips."""

from __future__ import annotations

from collections.abc import Iterator

from synrl.evidence import Evidence, spans
from synrl.tasks.base import Caption


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each chip, each time that it is seen."""
    for name, item in evidence.objects.items():
        if item.shape == "chip":
            worth = name.partition(" ")[0]
            inset = (0.07 * item.size, 0.29 * item.size)
            for start, end in spans(evidence.tracks[name].visible):
                yield Caption(name, worth, start, end, inset)
