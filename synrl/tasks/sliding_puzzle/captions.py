"""What can be read in a clip of sliding_puzzle: the numbers of tiles."""

from __future__ import annotations

from collections.abc import Iterator

from synrl.evidence import Evidence
from synrl.tasks.base import Caption
from synrl.tasks.shared.mistaken import mistaken

_INSET = (9.0, 9.0)


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each tile, while the numbers are shown."""
    numbers = {name: name.partition(" ")[2] for name in evidence.objects}
    for reveal in evidence.reveals:
        for name, number in numbers.items():
            yield Caption(name, number, reveal.start_frame, reveal.end_frame, _INSET, mistaken(number))
