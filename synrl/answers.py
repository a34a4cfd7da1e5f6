"""Find and parse an answer: the one place, for verification, rewards and evaluation alike.

Answers are short texts of a declared type. A parser accepts the few spellings that mean the same and
returns None for everything else; nothing is guessed. Whether an answer is right, `synrl.scoring` says.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

LETTERS = "ABCDEFGHIJ"
CORRECT_IOU = 0.5
"""An interval is right when it overlaps the true one at least this much: R@0.5 of temporal grounding."""

FORMS = {
    "integer": "Answer with a whole number.",
    "interval": "Answer with the start and the end in seconds, as [start, end].",
    "ordering": "List them in that order, separated by commas.",
}
"""How a question of a type asks for its open answer. `text` and `plan` are stated by the family."""

ANSWER_TYPES = ("choice", "integer", "text", "ordering", "interval", "plan")
_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d+(?:\.\d+)?)")
_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
"""Characters without width: what looks like one text is another."""
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")
"""Between letters; before a number or a symbol it is a minus."""
MAX_LENGTH = 2000
"""Characters of an answer; anything longer is none."""


def is_cut_off(completion: str) -> bool:
    """Whether an output ends inside its reasoning or its `<answer>`, as one does that got too long."""
    rest = completion.rpartition("</think>")[2]
    return "<think>" in rest or rest.rfind("<answer>") > rest.rfind("</answer>")


def extract(completion: str) -> str | None:
    """The answer in a model's output: what stands in the last `<answer>` after its reasoning.

    What is cut off has no answer yet, and an answer inside reasoning does not count. Without tags, what
    follows the reasoning is the answer.
    """
    if is_cut_off(completion):
        return None
    rest = completion.rpartition("</think>")[2]
    if "<answer>" in rest:
        rest = rest.rpartition("<answer>")[2].partition("</answer>")[0]
    return rest.strip() or None


def parse_choice(text: str, options: Sequence[str]) -> str | None:
    """The letter of `B`, `b`, `(B)`, `B.` or `B: left`, where a text behind it must be that option's own.

    None for any other text: "B or C" and "a circle" are no choice.
    """
    match = re.fullmatch(r"\(?([A-Za-z])(?:(\)[.:]?|[.:])(.*))?", text.strip(), re.DOTALL)
    if match is None:
        return None
    letter, rest = match[1].upper(), normalise(match[3] or "")
    if letter not in LETTERS[: len(options)]:
        return None
    return letter if not rest or rest == normalise(options[LETTERS.index(letter)]) else None


def parse_integer(text: str) -> int | None:
    """The number of `7` or `+7` or `7.`; None for anything longer, so that listing guesses wins nothing."""
    match = re.fullmatch(r"([+-]?[0-9]{1,9})\.?", text.strip())
    return None if match is None else int(match[1])


def parse_interval(text: str) -> tuple[float, float] | None:
    """Start and end in seconds of a text that holds exactly two times (`1.5`, `0:01.5` or `0:00:01.5`),
    in order."""
    if len(text) > MAX_LENGTH or _HIDDEN.search(text):
        return None
    times = [
        3600.0 * int(hours or 0) + 60.0 * int(minutes or 0) + float(seconds)
        for hours, minutes, seconds in _TIME.findall(text)
    ]
    if len(times) != 2 or not all(map(math.isfinite, times)):
        return None
    return min(times), max(times)


def parse_ordering(text: str) -> tuple[str, ...]:
    """The normalised names of a comma-separated list; none of what is too long for one."""
    return tuple(normalise(part) for part in text.split(",")) if len(text) <= MAX_LENGTH else ()


def normalise(text: str) -> str:
    """Lower case, compatible Unicode, hyphenated words apart, without outer punctuation or articles.

    What is too long for an answer stays as it is: Unicode takes ever longer for marks that are heaped up.
    """
    if len(text) > MAX_LENGTH:
        return text
    text = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u2212", "-").casefold()
    text = _HYPHEN.sub(" ", text)
    words = text.strip(" \t\r\n.,;:!\"'`()[]").split()
    return " ".join(words[1:] if words[:1] in (["the"], ["a"], ["an"]) and len(words) > 1 else words)


def format_interval(start: float, end: float) -> str:
    """The canonical text of an interval in seconds."""
    return f"[{start:.2f}, {end:.2f}]"


def interval_iou(given: tuple[float, float], true: tuple[float, float]) -> float:
    """Intersection over union of two intervals; 0 when either is empty."""
    overlap = min(given[1], true[1]) - max(given[0], true[0])
    union = max(given[1], true[1]) - min(given[0], true[0])
    return max(0.0, overlap) / union if union > 0 else 0.0


def nearest_span(options: Sequence[str], span: tuple[float, float]) -> str | None:
    """How to answer with a span of seconds: the option that overlaps it most (None if none does), or
    the span itself if there are no options."""
    if not options:
        return format_interval(*span)

    def overlap(option: str) -> float:
        parsed = parse_interval(option)
        return 0.0 if parsed is None else interval_iou(parsed, span)

    best = max(options, key=overlap)
    return best if overlap(best) > 0 else None
