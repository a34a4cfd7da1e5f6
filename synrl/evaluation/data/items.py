"""The item: one question about one or more videos, in the form that every benchmark is brought into."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from synrl.answers import LETTERS, normalise
from synrl.errors import DataError

if TYPE_CHECKING:
    from datasets import Features

KINDS = ("choice", "interval", "ordering", "number", "open", "row")
WITHOUT = " without "
"""In a name for rows that were measured: before how many items were left out, as their videos are missing."""
_LETTERED = re.compile(r"^\s*\(?([A-J])(?:\)[.:]?|[.:])\s*(.*?)\s*$")

_INLINE = re.compile(r"(?<!\w)\(?([A-J])[.):]\s+(.*?)(?=[,;]?\s+\(?[B-J][.):]\s|\n|$)")

_TOLD = re.compile(
    r"\s*(?:please\s+)?(?:answer|respond|reply|select|choose|pick|provide|give|output|return|only)\b"
    r".*\b(?:letters?|options?|choices?|characters?|directly)\b.*",
    re.IGNORECASE,
)
"""A line that says how to answer: after options, not in them."""


@dataclass(frozen=True)
class Item:
    """One question.

    Raises:
        DataError: its answer is not one that can be given.
    """

    id: str
    question: str
    answer: str
    """The letter of a choice; a number, a text, or the numbers of an ordering; the spans say an interval."""
    videos: tuple[str, ...]
    """Paths that the files end with; their extensions and leading folders may differ."""
    kind: str = "choice"
    options: tuple[str, ...] = ()
    """Texts of the options, without letters."""
    listed: bool = False
    """The question shows its options itself."""
    start: float | None = None
    end: float | None = None
    """The part of the video that is meant, in seconds."""
    spans: tuple[tuple[float, float], ...] = ()
    subsets: tuple[str, ...] = ()
    """What it is counted under; the first is its task."""
    unit: str = ""
    """The pair, video or goal that it is scored together with."""
    part: str = ""
    """Its place in the unit."""
    row: str = ""
    """The whole row as JSON, for answers that need it."""

    def __post_init__(self) -> None:
        if problem := self._no_text() or self._no_answer():
            raise DataError(f"item {self.id!r}: {problem}")

    def _no_text(self) -> str | None:
        """Which of its texts is none: tables may hold anything."""
        if not self.videos:
            return "it has no video"
        said = [("id", self.id), ("question", self.question), ("answer", self.answer)]
        said += [("video", video) for video in self.videos] + [("option", option) for option in self.options]
        for name, value in said:
            if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
                return f"{name} {value!r} is no text"
        return None

    def _no_answer(self) -> str | None:
        """Why no model could give its answer."""
        if self.kind not in KINDS:
            return f"kind {self.kind!r} is unknown"
        asked = self.kind == "choice" and len(self.options) <= len(LETTERS)
        if asked and self.answer not in tuple(LETTERS[: len(self.options)]):
            return f"answer {self.answer!r} is none of its {len(self.options)} options"
        if self.kind == "interval" and not self.spans:
            return "there is no true span"
        if not all(start <= end < math.inf for start, end in self.spans):
            return f"spans {self.spans} are no spans of seconds"
        if self.kind == "ordering" and sorted(self.answer.split(", "), key=int) != [
            str(number) for number in range(1, self.answer.count(",") + 2)
        ]:
            return f"answer {self.answer!r} is no order of all clips"
        if self.kind == "number" and not math.isfinite(float(self.answer)):
            return f"answer {self.answer!r} is no number"
        return None

    def to_dict(self, benchmark: str, measured: str) -> dict[str, Any]:
        """The document of a benchmark that lmms-eval hands around; it names the rows that it is one of."""
        return {"benchmark": benchmark, "measured": measured, **asdict(self)}


@cache
def features() -> Features:
    """The columns of documents; a function, because importing `datasets` takes seconds."""
    from datasets import Features, List, Value

    text, number = Value("string"), Value("float64")
    columns: dict[str, Any] = dict.fromkeys(("benchmark", "measured", *Item.__dataclass_fields__), text)
    columns |= {name: List(text) for name in ("videos", "options", "subsets")}
    columns |= dict.fromkeys(("start", "end"), number)
    return Features(columns | {"listed": Value("bool"), "spans": List(List(number))})


def letter_at(place: int) -> str:
    """The letter of an option by its place, from 0; its number if it has none."""
    return LETTERS[place] if 0 <= place < len(LETTERS) else str(place)


def letter_of(options: Sequence[str], answer: str) -> str:
    """The letter of the option that an answer spells out; the answer itself if there is none."""
    same = [k for k, option in enumerate(options) if option == answer]
    same = same or [k for k, option in enumerate(options) if normalise(option) == normalise(answer)]
    return LETTERS[same[0]] if same and same[0] < len(LETTERS) else answer


def unlettered(options: Sequence[str]) -> tuple[str, ...]:
    """Options without their letters, if all of them begin with one, the first with A, the next with B.

    They may stand in one text, and a later letter may be wrong: CVBench has a row of each. Where all begin
    with the same letter it is a part of what they say.

    Raises:
        DataError: they are one text that lists nothing.
    """
    if isinstance(options, str):
        raise DataError(f"options {options!r} are a text, not a list of texts")
    if len(options) == 1:
        options = re.split(r",\s*(?=[B-J]\.\s)", options[0])
    found = [_LETTERED.match(option) for option in options]
    labels = [match[1] for match in found if match]
    if len(labels) == len(options) and labels[:2] == list(LETTERS[: len(labels[:2])]):
        return tuple(match[2] for match in found if match)
    return tuple(options)


def listed_options(text: str) -> tuple[str, ...]:
    """The options that a question shows, each on a line or all in one; four empty texts if it shows none."""
    for pieces in (_LETTERED.match(line) for line in text.splitlines()), _INLINE.finditer(text):
        shown: list[str] = []
        for match in pieces:
            if match and match[1] == LETTERS[len(shown) % len(LETTERS)]:
                shown.append(match[2].strip())
        if len(shown) > 1:
            return tuple(shown)
    return ("",) * 4


def untold(question: str) -> str:
    """A question that shows its options, without lines after them that say how to answer.

    "Answer with the letter directly" is at odds with a prompt that asks for reasoning, and how to answer is
    for our prompts to say.
    """
    lines = question.splitlines()
    last = max((k for k, line in enumerate(lines) if _LETTERED.match(line)), default=len(lines))
    kept = [line for k, line in enumerate(lines) if k <= last or not _TOLD.fullmatch(line)]
    return "\n".join(kept).strip()


def plain_letter(answer: str) -> str:
    """The letter of `B`, `b`, `(B)` or `B.`; else the text itself."""
    bare = answer.strip().strip("().:").upper()
    return bare if len(bare) == 1 else answer
