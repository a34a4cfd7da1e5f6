"""What a chain says of how far objects go: in a span of time, and in which of two it is farther."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from synrl.cot.facts import ClipFacts
from synrl.cot.times import Times

_COVERS = re.compile(r"\b(?:covers?|covered|covering)\b", re.IGNORECASE)
_PART = re.compile(
    r",? (?:and|but|while|whereas|against|compared with|as against)\b|;|, (?=about|only|just)|, then\b"
)
_AMOUNT = re.compile(r"(?<![\w.])(\d{1,5}(?:\.\d+)?)(?: ?(?:px|pixels))?(?![\w.])")
_MORE = re.compile(
    r"(?:(?P<fronted>[\uf000-\uf0ff])[^\uf000-\uf0ff]{0,60})?"
    r"\b(?P<more>more|less|as much|the same)(?: ground| distance)?\b"
    r"(?(fronted)[^\uf000-\uf0ff]{0,20}|[^\uf000-\uf0ff]{0,80}(?P<one>[\uf000-\uf0ff])[^\uf000-\uf0ff]{0,40})"
    r"\b(?:than|as)\b[^\uf000-\uf0ff]{0,60}(?P<two>[\uf000-\uf0ff])",
    re.IGNORECASE,
)
_SPAN = re.compile("[\uf000-\uf0ff]")


def way(clip: ClipFacts, name: str, start: float, end: float) -> float | None:
    """How far (px) an object goes from `start` to `end` (s); None if there is no such object or time."""
    track = next((track for track in clip.row["tracks"] if track["name"] == name), None)
    first, last = round(start * clip.fps), round(end * clip.fps)
    if track is None or not 0 <= first < last <= clip.row["num_frames"]:
        return None
    points = list(zip(track["x"][first : last + 1], track["y"][first : last + 1], strict=True))
    return math.fsum(math.dist(one, two) for one, two in pairwise(points))


def ways_said(
    text: str, times: dict[str, Times], clip: ClipFacts, wrong: Callable[[str], None]
) -> tuple[bool, bool]:
    """Hold what is said of ways against the tracks; returns whether anything is, and whether all could be.

    Args:
        text: a sentence with characters for its times and for names.
        wrong: called with what is the matter.
    """
    if not _COVERS.search(text):
        return False, True
    spans = {mark: found.spans[0] for mark, found in times.items() if len(found.spans) == 1}
    if match := _MORE.search(text):
        one, two = (spans.get(mark) for mark in (match["one"] or match["fronted"], match["two"]))
        names = [name for mark, name in clip.names.items() if mark in text] or list(clip.about)
        ways = [way(clip, names[0], *span) for span in (one, two) if span] if len(names) == 1 else []
        if len(ways) != 2 or None in ways:
            return True, False
        first, second = (value or 0.0 for value in ways)
        less, more = sorted((first, second))
        said = match["more"].casefold()
        alike = more - less <= max(0.1 * more, 4.0)
        true = (
            alike if said in ("as much", "the same") else (first > second) == (said == "more") and more > less
        )
        if not true:
            wrong(f"the ways are {first:.0f} and {second:.0f} px")
        return True, True
    claims = list(_claims(text, spans, clip))
    if not claims:
        return True, False
    for name, span, said_px in claims:
        true_px = way(clip, name, *span)
        if true_px is None:
            return True, False
        if abs(true_px - said_px) > max(0.08 * true_px, 4.0):
            wrong(f"it is {true_px:.0f} px")
    return True, True


def _claims(
    text: str, spans: dict[str, tuple[float, float]], clip: ClipFacts
) -> Iterator[tuple[str, tuple[float, float], float]]:
    """Who is said to cover how many pixels when; nothing if some of it is missing."""
    name = next(iter(clip.about)) if len(clip.about) == 1 else None
    span: tuple[float, float] | None = None
    found = []
    for part in _PART.split(text):
        name = next((other for mark, other in clip.names.items() if mark in part), name)
        span = next((spans[mark] for mark in _SPAN.findall(part) if mark in spans), span)
        for amount in _AMOUNT.findall(part):
            found.append((name, span, float(amount)))
    if all(name is not None and span is not None for name, span, _ in found):
        yield from ((str(name), span, amount) for name, span, amount in found if span is not None)
