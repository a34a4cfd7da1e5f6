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
            track = evidence.tracks[name]
            for start, end in spans(track.visible):
                size = float(track.size[(start + end) // 2])
                inset = (0.07 * size, 0.29 * size)
                yield Caption(name, worth, start, end, inset)
