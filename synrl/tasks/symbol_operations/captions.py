"""What can be read in a clip of symbol_operations: what tiles hold, and the signs on tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synrl.evidence import Evidence, spans
from synrl.tasks.base import Caption
from synrl.tasks.shared.mistaken import mistaken

_INSETS = {"tile": (6.5, 6.5), "token": (6.5, 5.0)}
_RIVALS = {"←": ("→",), "→": ("←",), "=": ("±", "×"), "±": ("=", "×"), "×": ("=", "±")}
"""Other signs for which a sign may be taken."""


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
    yield from _passing(evidence, tiles)
    for name, item in evidence.objects.items():
        if item.shape == "token":
            text = name.partition(": ")[2]
            for start, end in spans(evidence.tracks[name].visible):
                yield Caption(name, text, start, end, _INSETS["token"], _RIVALS.get(text) or mistaken(text))


def _passing(evidence: Evidence, tiles: Sequence[str]) -> Iterator[Caption]:
    """The tiles that come or go uncovered."""
    for operation in evidence.operations:
        values = [operation.arguments[key] for key in ("value", "lost") if key in operation.arguments]
        # What comes doesn't show before, and what goes doesn't show after.
        outside = operation.start_frame if operation.kind == "insert" else operation.end_frame
        for name in tiles if values else ():
            shows = evidence.tracks[name].visible
            if shows[operation.start_frame + 1] and not shows[outside]:
                start, end, text = operation.start_frame + 1, operation.end_frame, str(values[0])
                yield Caption(name, text, start, end, _INSETS["tile"], mistaken(text))
