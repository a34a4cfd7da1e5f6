"""The times that a sentence gives, and the sentence without them: "from 1.2 to 3.4 s", "for 2 s"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from synrl.cot.facts import STANDS

# A text may be anything, so no pattern may begin anew within what it has just gone through in vain: numbers
# and lists of them are taken whole (`++`, `*+`), and words that may repeat only a few times.
_TIME = r"\d++(?:\.\d++)?+"
SECONDS = rf"({_TIME})"
UNIT = r"\s*(?:seconds?|secs?|s)\b"
_NEAR = r"(?:about |around |approximately |roughly |t ?= ?|~ ?|≈ ?)?"
_SPAN = re.compile(
    rf"(?:from|between)\s+{_NEAR}{SECONDS}(?:{UNIT})?\s*(?:to|until|till|and|-|–)\s*{_NEAR}{SECONDS}{UNIT}"
    rf"|(?<![\d.]){SECONDS}(?:{UNIT})?\s*(?:[-–]|to)\s*{SECONDS}{UNIT}"
    rf"|\[{SECONDS},\s*{SECONDS}\](?:{UNIT})?",
    re.IGNORECASE,
)
_MOMENTS = re.compile(
    rf"(?:\b(?:about|around|approximately|roughly) )?"
    rf"(?<![\d.])({_TIME}(?:,?\s+(?:and\s+)?{_TIME})*+)({UNIT})?"
)
"""Numbers, one or a list, that are times if a unit follows."""
_BARE = re.compile(
    r"\b(?:at|around|by|@)\s+(?:about |around |t ?= ?)?(\d++\.\d++)"
    r"(?![\w.%°])(?!\s*(?:px|pix|deg|s\b|sec))(?!,?\s+(?:and\s+)?\d)",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:takes?|took|lasts?|lasted|for|lasting)\s+(?:about |around |roughly )?{SECONDS}{UNIT}",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}):(\d\d(?:\.\d{1,3})?)(?![\d:])(?:\s*s\b)?")
_FRAME = re.compile(r"\bframe (\d{1,6})\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_STOOD = re.compile("[\uf000-\uf8ff]")


class Between(tuple[float, float]):
    """A span in which something happens; from one end to the other only if it takes any time."""


class Times(NamedTuple):
    """The times that a text gives, in seconds."""

    spans: Sequence[tuple[float, float]] = ()
    moments: Sequence[float] = ()

    def all(self) -> list[float]:
        return [time for span in self.spans for time in span] + [*self.moments]

    @property
    def start(self) -> float:
        return min(self.all())


class Taken(NamedTuple):
    """A sentence with characters in place of its times, and what these stand for."""

    text: str
    times: dict[str, Times]
    durations: dict[str, float]

    def all(self) -> Times:
        every = self.times.values()
        return Times(
            [span for t in every for span in t.spans], [moment for t in every for moment in t.moments]
        )


def take_times(sentence: str, fps: float) -> Taken:
    """Take the times out of a sentence."""
    times: dict[str, Times] = {}
    durations: dict[str, float] = {}

    def stand(found: Times) -> str:
        mark = chr(STANDS + min(len(times), 0x3FF))
        times[mark] = found
        return f" {mark} "

    def span(match: re.Match[str]) -> str:
        start, end = (float(time) for time in match.groups() if time is not None)
        between = match[0][:7].casefold() == "between"
        return stand(Times([Between((start, end)) if between else (start, end)]))

    def moment(match: re.Match[str]) -> str:
        return stand(Times((), [float(t) for t in re.findall(_TIME, match[1])])) if match[2] else match[0]

    def lasts(match: re.Match[str]) -> str:
        mark = chr(STANDS + 0x400 + min(len(durations), 0x3F))
        durations[mark] = float(match[1])
        return f" {mark} "

    text = _STOOD.sub(" ", sentence)
    if not _DIGIT.search(text):
        return Taken(text, times, durations)
    text = _CLOCK.sub(lambda match: f"{60 * int(match[1]) + float(match[2]):g} s", text)
    text = _FRAME.sub(lambda match: f"{int(match[1]) / fps:.2f} s", text)
    text = _SPAN.sub(span, _DURATION.sub(lasts, text))
    text = _BARE.sub(lambda match: f"at {match[1]} s", text)
    return Taken(_MOMENTS.sub(moment, text), times, durations)
