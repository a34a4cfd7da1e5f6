"""Temporal grounding: how well a span of seconds meets the true ones.

IoU and IoP (the part of the given span that is true) are each the best over the true spans, as NExT-GQA
defines them. A span that can't be read meets nothing; officially such questions are left out, which rewards
silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synrl.answers import format_interval, interval_iou
from synrl.conclusions import find_interval

THRESHOLDS = (0.3, 0.5, 0.7)
Span = Sequence[float]


def read_and_score(item: Mapping[str, Any], text: str) -> tuple[str | None, dict[str, float]]:
    """IoU, IoP and whether IoU reaches each threshold, each by the true span that it meets best."""
    span = find_interval(text)
    if span is None:
        return None, _values(0.0, 0.0)
    true = item["spans"]
    return format_interval(*span), _values(max(iou(span, t) for t in true), max(iop(span, t) for t in true))


def iou(given: Span, true: Span) -> float:
    """Intersection over the hull, which is the union of spans that meet."""
    return interval_iou((given[0], given[1]), (true[0], true[1]))


def iop(given: Span, true: Span) -> float:
    """The part of the given span that is true; a moment without length is all true or not at all."""
    overlap = min(given[1], true[1]) - max(given[0], true[0])
    length = given[1] - given[0]
    return max(0.0, overlap) / length if length > 0 else float(overlap >= 0)


def _values(iou: float, iop: float) -> dict[str, float]:
    reached = {f"recall_{round(100 * least)}": float(iou >= least) for least in THRESHOLDS}
    return {"miou": iou, "miop": iop, **reached}
