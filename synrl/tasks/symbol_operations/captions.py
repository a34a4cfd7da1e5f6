"""What can be read in a clip of symbol_operations: what tiles hold, and the signs on tokens."""

from __future__ import annotations

from collections.abc import Iterator

from synrl.evidence import Evidence, spans
from synrl.tasks.base import Caption
from synrl.tasks.shared.mistaken import mistaken

_INSETS = {"tile": (6.5, 6.5), "token": (6.5, 5.0)}


def captions(evidence: Evidence) -> Iterator[Caption]:
    """Each tile while the values are shown, each that is shown as it comes or goes, and each token."""
    tiles = [name for name, item in evidence.objects.items() if item.shape == "tile"]
    for reveal in evidence.reveals:
        start = reveal.start_frame
        here = [name for name in tiles if evidence.tracks[name].visible[start]]
        here.sort(key=lambda name: float(evidence.tracks[name].x[start]))
        for name, value in zip(here, reveal.state["slots"], strict=True):
            text = str(value)
            yield Caption(name, text, start, reveal.end_frame, _INSETS["tile"], mistaken(text))
    for name, item in evidence.objects.items():
        if item.shape == "token":
            text = name.partition(": ")[2]
            for start, end in spans(evidence.tracks[name].visible):
                yield Caption(name, text, start, end, _INSETS["token"], mistaken(text))
