"""What an answer of any model means: for evaluation, where the wording is the model's own.

`synrl.answers.extract` finds the answer text in an output, for rewards and evaluation alike; this module
reads that text for evaluation. Rewards read it with the strict parsers of `synrl.answers`: a model in
training learns the one form it is asked for. A model that is only measured must not lose points for its
style, nor win any by naming two answers. So these functions look, whatever the benchmark, for a `\\boxed{}`,
then for the last sentence that says "the answer is", then at the lines by themselves, and give what they find
to the same parsers. Whatever remains in doubt is no answer. Nothing is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from synrl.answers import LETTERS, normalise, parse_choice, parse_interval

_TAIL = 4000
"""Characters that are looked at, from the end: conclusions come last, and patterns stay cheap."""
_BOX = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_COMMAND = re.compile(r"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}")
_MARKUP = re.compile(r"\*+|`+|\$+|~~")
_SURELY = (
    r"(?:(?:most|very|the|only|likely|probably|clearly|definitely|certainly|obviously|therefore|thus)\s+)*"
)
"""Words before an answer that take nothing from it, unlike "not" or "also"."""
_IS = rf"(?:\s*(?:\b(?:is|was|be|are|seems|must|should|would|will)\b|:|=|\bto be\b))+\s*{_SURELY}"
_NAMED = r"(?:\b(?:option|choice|letter)\s*)?[(\[\"'“]?\s*([A-Za-z])(?![\w'’])[)\]\"'”]?"
_SAYS = re.compile(
    rf"\b(?:answer|choose|select|pick|go with|(?:correct|right|best|final)\s+(?:option|choice))\b"
    rf"(?:(?:(?!\bnot\b)[^.\n:=]){{0,60}}?{_IS}|\s+){_NAMED}",
    re.IGNORECASE,
)
"""A model that weighs options one by one names them all; only these words choose one."""
_RIGHT = re.compile(
    r"(?<![\w'’])(?<!\bor )(?<!\band )(?<!\bnor )(?<!\b[Nn]ot )[(\[]?([A-J])[)\]]?\s+"
    rf"(?:is|seems|must be|would be)\s+{_SURELY}(?:correct|right|answer|best)\b"
)
_AFTER = re.compile(
    r"\s*(?:$|[,;!)\]}\"'”\n–—]|[.:-](?!\w)|(?:because|since|as|based|given|which)\b|for the\b)",
    re.IGNORECASE,
)
"""What may follow a letter that was meant as one: "the answer is a ball" names no option."""
_HEDGE = re.compile(
    r"[\s,;.)\]]*(?:\bor\b|\band\b|/|&|\bversus\b)\s*(?:option\s+)?[(\[]?[A-J](?!\w)"
    r"|\s*,\s*[(\[]?(?-i:[A-J])[)\]]?\s*(?:$|[,.\n])",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:so|thus|therefore|hence|i think|i(?:['’]d| would) (?:say|guess))\b[,:]?\s*)?"
    r"(?:it(?:['’]s| is)\s+)?(?:(?:option|choice|letter)\s+)?(?=[(\[]?[A-J]\b)",
    re.IGNORECASE,
)
"""Words before a letter that stands alone otherwise."""
_LETTER = re.compile(r"[(\[{<]?\s*([A-Za-z])\s*[)\]}>]?[.:]?")
_LEAD = re.compile(
    r"(?:option\s+)?[(\[]?([A-Za-z])(?:[)\]][.:]?|[.:](?=\s))\s*(.+)", re.DOTALL | re.IGNORECASE
)
_MINUTES = re.compile(
    r"(?<![\d.:])(\d{1,3})\s*(?:minutes?|mins?|m(?=\s*\d[\d.]*\s*s))(?![a-z])"
    r"(?:\s*(?:and\s+|,\s*)?(\d{1,2}(?:\.\d+)?)\s*(?:seconds?|secs?|s)\b)?",
    re.IGNORECASE,
)
_CLOCK = r"(?:\d{1,3}:){0,2}\d+(?:\.\d+)?"
_TIMED = rf"<?\s*({_CLOCK})\s*(?:s\b|secs?\b|seconds?\b)?\s*>?"
_DOUBT = re.compile(r"\b(?:or|either|neither|nor|not|none)\b", re.IGNORECASE)
"""In the line of a span: it may be one of several, or none."""
_AND_MORE = re.compile(r"[\s,;.)\]]*\band\s+\[?\d", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![\d.:-])(?<!\d,)(?<!\d,\s)(?<!\d\s[-–]\s){_TIMED}\s*(?:-|–|—|~|,|\bto\b|\buntil\b|\btill\b|\band\b)\s*{_TIMED}"
    r"(?![\d:]|\s*[-–,]\s*\d)"
)
_STARTS = re.compile(
    rf"\b(?:start|begin)(?:s|ing)?\b[^\d\n]{{0,40}}{_TIMED}[^\n]{{0,80}}?\bend(?:s|ing)?\b[^\d\n]{{0,40}}{_TIMED}",
    re.IGNORECASE,
)
_LIST = re.compile(r"\d{1,4}(?:\s*(?:,|->|→|>|-)\s*(?:and\s+)?(?:clip\s+)?\d{1,4}){1,20}", re.IGNORECASE)
_SAYS_TEXT = re.compile(rf"\banswer{_IS}(.+)$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.\u200b-\u200f\ufeff])[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.]*\d|e[+-]?\d)",
    re.IGNORECASE,
)
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip


def find_choice(text: str, options: Sequence[str]) -> str | None:
    """The letter of the one option that a conclusion names, by its letter or by its whole text.

    Args:
        options: their texts; empty ones if only their number is known.
    """
    text = text[-_TAIL:]
    if boxes := _BOX.findall(text):
        return _lone(_plain(boxes[-1]), options)
    text = _plain(text)
    if letter := _exact(text, options):
        return letter
    if said := _said(text, options):
        return said[-1]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    bare = {match[1].upper() for line in lines if (match := _LETTER.fullmatch(line))}
    if not lines or said is None or len(bare) > 1:
        return None
    if _LEAD.fullmatch(lines[-1]) is None and (letter := _exact(lines[-1], options)):
        return letter  # a bare one; `B. down` may be the end of a list
    words = [match[1] for line in lines if (match := _SAYS_TEXT.search(line))]
    if words and (letter := _exact(words[-1], options)):
        return letter  # "the answer is down"
    named = {letter for line in lines if (letter := _lone(line, options))}
    return named.pop() if len(named) == 1 else None


def find_interval(text: str) -> tuple[float, float] | None:
    """Start and end in seconds of the one span that a conclusion names, in order.

    Of several lines the last one with a span counts; if that line names two spans, none does.
    """
    text = text[-_TAIL:]
    if boxes := _BOX.findall(text):
        text = boxes[-1]
    text = _MINUTES.sub(_clock, _plain(text))
    if span := parse_interval(text):
        return span
    for line in reversed(text.splitlines()):
        if span := parse_interval(line):
            return span
        found = [match for pattern in (_RANGE, _STARTS) for match in pattern.finditer(line)]
        if not found:
            continue
        spans = {parse_interval(f"{match[1]} {match[2]}") for match in found}
        doubt = len(found) > 2 or _DOUBT.search(line) or _AND_MORE.match(line, found[-1].end())
        return None if doubt or len(spans) > 1 else spans.pop()
    return None


def find_permutation(text: str, count: int) -> tuple[int, ...] | None:
    """The order of the numbers 1 to `count` that a conclusion names: the last line with one that holds each
    once, alone or as its only such list."""
    text = text[-_TAIL:]
    if boxes := _BOX.findall(text):
        text = boxes[-1]
    for line in reversed(_plain(text).splitlines()):
        lists = {tuple(map(int, re.findall(r"\d{1,4}", said))) for said in (line, *_LIST.findall(line))}
        orders = [order for order in lists if sorted(order) == list(range(1, count + 1))]
        if orders:
            return orders[0] if len(orders) == 1 else None
    return None


def find_number(text: str) -> float | None:
    """The one number, in digits or as a word up to twenty, of a conclusion or of its last line with one."""
    text = text[-_TAIL:]
    if boxes := _BOX.findall(text):
        text = boxes[-1]
    for line in reversed(_plain(text).splitlines()):
        said = re.findall(
            rf"\banswer{_IS}(?:about\s+|approximately\s+)?({_NUMBER.pattern})", line, re.IGNORECASE
        )
        numbers = said[-1:] or _NUMBER.findall(line)
        if not numbers:
            numbers = [str(_WORDS[word]) for word in re.findall(r"[a-z]+", line.lower()) if word in _WORDS]
        if numbers:
            value = float(numbers[0].replace(",", "")) if len(numbers) == 1 else math.nan
            return value if math.isfinite(value) else None
    return None


def find_text(text: str) -> str | None:
    """What a conclusion says when any words may be the answer: after "the answer is", else its last line."""
    text = text[-_TAIL:]
    if boxes := _BOX.findall(text):
        return _plain(boxes[-1]) or None
    lines = [line.strip() for line in _plain(text).splitlines() if line.strip()]
    said = [match[1] for line in lines if (match := _SAYS_TEXT.search(line))]
    found = said[-1] if said else lines[-1] if lines else ""
    return found.removesuffix(".").strip() or None


def _plain(text: str) -> str:
    return _MARKUP.sub("", _COMMAND.sub(r"\1", text)).strip()


def _clock(minutes: re.Match[str]) -> str:
    """`1:05` of "1 minute and 5 seconds"."""
    return f"{minutes[1]}:{(minutes[2] or '0').zfill(2)}"


def _exact(text: str, options: Sequence[str]) -> str | None:
    """The letter of a text that is a choice in the strict sense, or one option word for word."""
    alone = _LEADING.sub("", text)
    if match := _LETTER.fullmatch(alone):
        alone = match[1]
    if letter := parse_choice(alone, options):
        return letter
    same = [LETTERS[k] for k, option in enumerate(options) if option and normalise(option) == normalise(text)]
    if len(same) == 1:
        return same[0]
    if {normalise(option) for option in options} == {"yes", "no"}:  # "Yes, it does."
        first = normalise(re.split(r"[,.;:!\n–—]", text, maxsplit=1)[0])
        return next((LETTERS[k] for k, option in enumerate(options) if normalise(option) == first), None)
    return None


def _said(text: str, options: Sequence[str]) -> list[str] | None:
    """The letters that sentences like "the answer is B" name, in order; None if the last one names two."""
    found: list[tuple[int, str, str]] = []
    for pattern in (_SAYS, _RIGHT):
        for match in pattern.finditer(text):
            rest = text[match.end() :]
            closed = match[0].endswith((")", "]"))
            sure = pattern is _RIGHT or closed or _AFTER.match(rest) or _HEDGE.match(rest)
            if sure and match[1].upper() in LETTERS[: len(options)]:
                found.append((match.start(1), match[1].upper(), "" if pattern is _RIGHT else rest))
    found.sort()
    if len({letter for _, letter, rest in found if not rest}) > 1:
        return None
    if found:
        _, letter, rest = found[-1]
        own = options[LETTERS.index(letter)].strip()
        after = rest.lstrip(" .:)]").removeprefix(own)  # of "C. three or D"
        if _HEDGE.match(rest) or _HEDGE.match(after):
            return None
    return [letter for _, letter, _ in found]


def _lone(text: str, options: Sequence[str]) -> str | None:
    """The letter of `B`, or of `B. …` with a text that neither names nor is another option."""
    if letter := _exact(text, options):
        return letter
    match = _LEAD.fullmatch(text)
    if match is None or match[1].upper() not in LETTERS[: len(options)]:
        return None
    letter, rest = match[1].upper(), match[2]
    if re.match(r"(?:or|and|/|&)\b", rest, re.IGNORECASE) or any(
        other != letter and other in LETTERS[: len(options)]
        for other in re.findall(r"(?<![\w'’])([A-J])(?=[).:\]]|\s*$)", rest)
    ):
        return None
    own, given = normalise(options[LETTERS.index(letter)]), normalise(rest)
    if own and given.startswith(f"{own} "):
        return None if re.match(r"\s*,?\s*(?:or|and)\b", given[len(own) :]) else letter
    others = {normalise(option) for option in options} - {own, ""}
    return None if any(given == other or given.startswith(f"{other} ") for other in others) else letter
