"""What an answer of any model means: for evaluation, where the wording is the model's own.

`synrl.answers.extract` finds the answer text in an output, for rewards and evaluation alike; this module
reads that text for evaluation. Rewards read it with the strict parsers of `synrl.answers`: a model in
training learns the one form it is asked for. A model that is only measured must not lose points for its
style, nor win any by naming two answers. So these functions look, whatever the benchmark, for a `\\boxed{}`,
then for the last sentence that says "the answer is", then at the lines by themselves, and give what they find
to the same parsers. Options and outputs lose the same markup before they are compared. Whatever remains in
doubt is no answer. Nothing is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from synrl.answers import LETTERS, extract, normalise, parse_choice, parse_interval

_TAIL = 4000
"""Characters that are looked at, from the end: conclusions come last, and patterns stay cheap."""
_BOX = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_BEGUN = re.compile(r"<\|begin_of_box\|>(.*?)<\|end_of_box\|>", re.DOTALL)
"""What some models write for `\\boxed{}`."""
_TAG = re.compile(r"<\s*(/?)\s*(think|answer)\s*>", re.IGNORECASE)
_COMMAND = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|mbox|bf)\s*\{([^{}]*)\}")
_MARKUP = re.compile(r"\*+|`+|\$+|~~|__+|\\[()\[\]]|^\s*(?:#{1,6}|>)\s+|[✅✓✔☑👉➡]\ufe0f?", re.MULTILINE)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans("　、。【】「」−", " ,.[][]-")
"""Full-width characters, which say what the narrow ones do."""
_BULLET = re.compile(r"^[-•·]\s+(?=\S)")
_SURELY = (
    r"(?:(?:most|very|the|only|likely|probably|clearly|definitely|certainly|obviously|therefore|thus)\s+)*"
)
"""Words before an answer that take nothing from it, unlike "not" or "also"."""
_IS = rf"(?:\s*(?:\b(?:is|was|be|are|seems|must|should|would|will)\b|:|=|\bto be\b))+\s*{_SURELY}"
_IS_WORD = rf"\s*\b(?:is|was|be|are|seems|must|should|would|will)\b(?:{_IS}|\s+{_SURELY})"
_NAMED = r"(?:\b(?:option|choice|letter)\s*)?[(\[\"'“]{0,2}\s*([A-Za-z])(?![\w’]|'\w)[)\]\"'”]{0,2}"
_SAYS = re.compile(
    rf"\b(?:answer|ans|choose|select|pick|go(?:ing)? with|(?:correct|right|best|final)\s+(?:option|choice))\b"
    # "The answer is Above the line: H, O" has a colon behind its verb, and names nothing there.
    rf"(?:(?:(?!\b(?:not|is|was|are)\b)[^.\n:=]){{0,60}}?{_IS}|(?:(?!\bnot\b)[^.\n:=]){{0,60}}?{_IS_WORD}|\.?\s+|\s*[-–]\s*)"
    rf"{_NAMED}",
    re.IGNORECASE,
)
"""A model that weighs options one by one names them all; only these words choose one."""
_CHINESE = re.compile(
    r"(?:答案|正确选项|选项|选择|应选|故选|选)(?:应该|应)?\s*(?:是|为|:)?\s*[(\[]?([A-J])(?![A-Za-z0-9_'’])[)\]]?"
)
_RIGHT = re.compile(
    r"(?<![\w'’])(?<!\bor )(?<!\band )(?<!\bnor )(?<!\b[Nn]ot )[(\[]?([A-J])[)\]]?\s+"
    rf"(?:is|seems|must be|would be)\s+{_SURELY}(?:correct|right|answer|best)\b"
)
_AFTER = re.compile(
    r"\s*(?:$|[,;!)\]}\"'”\n–—]|[.:-](?!\w)|(?:because|since|as|based|given|which)\b|for the\b|[^\x00-\x7f])",
    re.IGNORECASE,
)
"""What may follow a letter that was meant as one: "the answer is a ball" names no option."""
_HEDGE = re.compile(
    r"[\s,;.)\]]*(?:\bor\b|\band\b|/|&|\bversus\b)\s*(?:option\s+)?[(\[]?[A-J](?!\w)"
    r"|\s*,\s*[(\[]?(?-i:[A-J])[)\]]?\s*(?:$|[,.\n]|(?:or|and)\b|[/&])"
    r"|\s*(?:(?:,|->|→|>|-|、|和|或)\s*)?(?:[(\[][A-J][)\]]|(?<=[→>、和或])\s*[A-J]\b)|\s*[和或]",
    re.IGNORECASE,
)
"""Behind a letter: another one, so that neither is chosen; or the next of an order."""
_TAKEN_BACK = re.compile(
    r"\b(?:wait|no|actually|sorry|correction|hmm|instead)\b[^\n]{0,40}?"
    r"\b(?:it(?:['’]s| is)|should be|must be|would be)\s+(?:option\s+)?[(\[]?([A-J])(?![\w'’])",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:so|thus|therefore|hence|sure|okay|i think|i(?:['’]d| would) (?:say|guess)"
    r"|based on (?:the|this) [a-z ]{1,30})\b[,:!]?\s*)?"
    r"(?:it(?:['’]s| is| (?:should|must|would) be)\s+)?"
    r"(?:(?:option|choice|letter)\s*:?\s*)?(?=[(\[]{0,2}[A-J]\b)",
    re.IGNORECASE,
)
"""Words before a letter that stands alone otherwise."""
_LETTER = re.compile(r"[(\[{<\"'“‘«]{0,2}\s*([A-Za-z])\s*[)\]}>\"'”’»]{0,2}[.:!;,]?")
_LEAD = re.compile(
    r"(?:option\s+)?[(\[]?([A-Za-z])(?:[)\]][.:]?|[.:](?=\s)|\s*[-–—]\s|(?=\s+(?:because|since)\b))\s*(.+)",
    re.DOTALL | re.IGNORECASE,
)
_BEFORE_TEXT = re.compile(r"[(\[]?([A-Za-z])[)\]]?(?:\s*[,.:;=/-]\s*|\s+)(.+)", re.DOTALL)
_BEHIND_TEXT = re.compile(r"(.+?)\s*[,-]?\s*[(\[]\s*(?:option\s+)?([A-Za-z])\s*[)\]]", re.DOTALL)
"""A letter with the text of its own option, whatever stands between them."""
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
_CLIP_LINE = re.compile(
    r"(?:[-•]\s*)?(?:(?:\d{1,2}[.)]|(?:step|position)\s*\d{1,2}\s*:)\s*)?"
    r"(?:(?:clip|segment|video)\s*#?(\d{1,4})(?:\s*[:.,;(–—-].*)?|(\d{1,4})[.,;]?)",
    re.IGNORECASE,
)
_SAYS_TEXT = re.compile(rf"\banswer{_IS}(.+)$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.\u200b-\u200f\ufeff])[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.]*\d|e[+-]?\d)",
    re.IGNORECASE,
)
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_UNITS = "|".join(word for word, value in _WORDS.items() if 0 < value < 10)
_TENS = "|".join(word for word, value in _WORDS.items() if value >= 20)
_BELOW_HUNDRED = rf"(?:(?:{_TENS})(?:[\s-]+(?:{_UNITS}))?|{'|'.join(_WORDS)})"
_SPELT = re.compile(
    rf"\b(?:(?:(a|{_UNITS})\s+hundred)(?:\s+(?:and\s+)?({_BELOW_HUNDRED}))?|({_BELOW_HUNDRED}))\b",
    re.IGNORECASE,
)
_POWER = re.compile(r"(?<=[A-Za-z])\s*(?:\^\s*\{?\s*[23]\s*\}?|[²³])")
"""Of a unit: the number of `20 m^2` is 20."""


def find_choice(text: str, options: Sequence[str]) -> str | None:
    """The letter of the one option that a conclusion names, by its letter or by its whole text.

    Args:
        options: their texts; empty ones if only their number is known.
    """
    text = text[-_TAIL:]
    if letter := _word_for_word(text, options):
        return letter
    text, options = _narrow(text), _plain_options(options)
    if boxes := _boxes(text):
        return _lone(_plain(boxes[-1]), options)
    text = _plain(text)
    if letter := _exact(text, options):
        return letter
    lines = [_BULLET.sub("", line.strip()) for line in text.splitlines() if line.strip()]
    words = [match[1] for line in lines if (match := _SAYS_TEXT.search(line))]
    if words and (letter := _word_for_word(words[-1], options)):
        return letter  # "the answer is down"
    if said := _said(text, options):
        return said[-1]
    bare = {match[1].upper() for line in lines if (match := _LETTER.fullmatch(line))}
    if not lines or said is None or len(bare) > 1:
        return None
    if _LEAD.fullmatch(lines[-1]) is None and (letter := _exact(lines[-1], options)):
        return letter  # a bare one; `B. down` may be the end of a list
    if words and (letter := _exact(words[-1], options)):
        return letter
    named = {letter for line in lines if (letter := _lone(line, options))}
    return named.pop() if len(named) == 1 else None


def find_interval(text: str) -> tuple[float, float] | None:
    """Start and end in seconds of the one span that a conclusion names, in order.

    Of several lines the last one with a span counts; if that line names two spans, none does.
    """
    text = text[-_TAIL:]
    if boxes := _boxes(text):
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
    once, alone or as its only such list; or the last lines, each of which names one."""
    text = text[-_TAIL:]
    if boxes := _boxes(text):
        text = boxes[-1]
    lines = [line.strip() for line in _plain(text).splitlines() if line.strip()]
    clips = [_clip_of(line) for line in lines]
    if sorted(clips[-count:]) == list(range(1, count + 1)) and not any(clips[:-count][-1:]):
        return tuple(clips[-count:])
    for line in reversed(lines):
        lists = {tuple(map(int, re.findall(r"\d{1,4}", said))) for said in (line, *_LIST.findall(line))}
        orders = [order for order in lists if sorted(order) == list(range(1, count + 1))]
        if orders:
            return orders[0] if len(orders) == 1 else None
    return None


def find_number(text: str) -> float | None:
    """The one number of a conclusion or of its last line with one, in digits or in words below a thousand."""
    text = text[-_TAIL:]
    if boxes := _boxes(text):
        text = boxes[-1]
    for line in reversed(_POWER.sub("", _plain(text)).splitlines()):
        said = re.findall(
            rf"\banswer{_IS}(?:about\s+|approximately\s+)?({_NUMBER.pattern})", line, re.IGNORECASE
        )
        numbers = said[-1:] or _NUMBER.findall(line) or _spelt(line)
        if numbers:
            value = float(numbers[0].replace(",", "")) if len(numbers) == 1 else math.nan
            return value if math.isfinite(value) else None
    return None


def _spelt(line: str) -> list[str]:
    """The numbers below a thousand that a line spells out, in digits."""

    def value(words: str) -> int:
        return sum(_WORDS[word] for word in re.split(r"[\s-]+", words.lower()) if word)

    return [
        str(
            (100 * (1 if hundreds.lower() == "a" else value(hundreds)) if hundreds else 0)
            + value(more or alone)
        )
        for hundreds, more, alone in _SPELT.findall(line)
    ]


def find_text(text: str) -> str | None:
    """What a conclusion says when any words may be the answer: after "the answer is", else its last line."""
    text = text[-_TAIL:]
    if boxes := _boxes(text):
        return _plain(boxes[-1]) or None
    lines = [line.strip() for line in _plain(text).splitlines() if line.strip()]
    said = [match[1] for line in lines if (match := _SAYS_TEXT.search(line))]
    found = said[-1] if said else lines[-1] if lines else ""
    return found.removesuffix(".").strip() or None


def conclusion(completion: str) -> str | None:
    """What `extract` finds, however a model spells its tags: in capitals, or the closing one alone."""
    text = _TAG.sub(lambda tag: f"<{tag[1]}{tag[2].lower()}>", completion)
    rest = text.rpartition("</think>")[2]
    if "<answer>" not in rest and rest.count("</answer>") == 1:
        text = rest.partition("</answer>")[0]
    return extract(text)


def _boxes(text: str) -> list[str]:
    """What stands in boxes, in the order of the text."""
    return [match[1] for match in _BOX.finditer(_BEGUN.sub(r"\\boxed{\1}", text))]


def _narrow(text: str) -> str:
    return text.translate(_WIDE)


def _plain(text: str) -> str:
    """A text without markup; options and outputs are compared as it leaves them."""
    return _MARKUP.sub("", _COMMAND.sub(r"\1", _narrow(text))).strip()


def _plain_options(options: Sequence[str]) -> list[str]:
    """Options without markup, but for those that differ in nothing else."""
    plain = [_plain(option) for option in options]
    raw = [{one for one, other in zip(options, plain, strict=True) if other == each} for each in plain]
    return [one if len(same) > 1 else each for one, each, same in zip(options, plain, raw, strict=True)]


def _clip_of(line: str) -> int:
    """The clip that a line of an order names, one clip a line; 0 if it names none."""
    match = _CLIP_LINE.fullmatch(line)
    return int(match[1] or match[2]) if match else 0


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
    if letter := _word_for_word(text, options):
        return letter
    for pattern, named, said in (_BEFORE_TEXT, 1, 2), (_BEHIND_TEXT, 2, 1):
        match = pattern.fullmatch(text.removesuffix("."))
        letter = match[named].upper() if match else ""
        if match and letter and letter in LETTERS[: len(options)]:
            own = normalise(options[LETTERS.index(letter)])
            if own and normalise(match[said]) == own:
                return letter
    if {normalise(option) for option in options} == {"yes", "no"}:  # "Yes, it does."
        first = normalise(re.split(r"[,.;:!\n–—]", text, maxsplit=1)[0])
        return next((LETTERS[k] for k, option in enumerate(options) if normalise(option) == first), None)
    return None


def _word_for_word(text: str, options: Sequence[str]) -> str | None:
    """The letter of the one option that a text is; of equal options that of the first."""
    said = "" if _LETTER.fullmatch(text.strip()) else normalise(text)
    same = [k for k, option in enumerate(options) if said and normalise(option) == said]
    return LETTERS[same[0]] if same and len({options[k] for k in same}) == 1 else None


def _said(text: str, options: Sequence[str]) -> list[str] | None:
    """The letters that sentences like "the answer is B" name, in order; None if the last one names two."""
    found: list[tuple[int, str, str]] = []
    for pattern in (_SAYS, _RIGHT, _CHINESE):
        for match in pattern.finditer(text):
            rest = text[match.end() :]
            closed = match[0].endswith((")", "]"))
            sure = pattern is not _SAYS or closed or _AFTER.match(rest) or _HEDGE.match(rest)
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
        if any(other.upper() != letter for other in _TAKEN_BACK.findall(text, text.rfind(rest))):
            return None
    return [letter for _, letter, _ in found]


def _lone(text: str, options: Sequence[str]) -> str | None:
    """The letter of `B`, or of `B. …` with a text that neither names nor is another option."""
    if letter := _exact(text, options):
        return letter
    match = _LEAD.fullmatch(_LEADING.sub("", text))
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
