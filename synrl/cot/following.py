"""What a chain infers: sums, comparisons, and the answer in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synrl.cot.claims import Claim, compares
from synrl.cot.english import NUMBERS, SUPERLATIVES, TIMES
from synrl.cot.facts import ClipFacts
from synrl.world.timeline import FPS

_N = r"[-\u2212]?\d{1,9}(?:\.\d{1,6})?"
_SUM = re.compile(
    rf"(?<![\w.]){_N}(?:\s*(?:[-+\u2212\u2013*\u00d7/]|plus|minus|times)\s*{_N}){{1,20}}"
    rf"\s*(?:=|is|makes|equals|gives|comes to)\s*{_N}(?![\w])(?!\.\d)"
)
_MORE = re.compile(
    rf"(?<![\w.])({_N})\s*(?:px|pixels|pixels a second|px/s|s|seconds|degrees|\u00b0)?\s*"
    rf"(>|<|is (?:more|greater|larger|bigger|higher|longer|less|smaller|lower|fewer|shorter) than)"
    rf"\s*(?:about )?({_N})"
)
_OPERATOR = re.compile(r"\s*([-+\u2212\u2013*\u00d7/=]|plus|minus|times|is|makes|equals|gives|comes to)\s*")
_OPERAND = re.compile(_N)
_NUMBER = re.compile(rf"(?<![\w.,/]){_N}(?![\w/]|\.\d)")
_RECKONS = re.compile(
    r"[=<>]|\d\s*(?:[-+*\u2212\u2013\u00d7/]|plus|minus|times)\s*[-\u2212]?\d|\bof [-\d]|\bthan\b"
)
"""In every text that has a sum or a comparison of numbers."""
_WORD = re.compile(r"[a-z]+")
_ONE_OF = re.compile(r"one of: (.+?)\.?$")


_CHAIN = re.compile(rf"(?<![\w.]){_N}(?:\s*[<>]\s*{_N}){{1,20}}(?![\w])(?!\.\d)")
_LIST = rf"({_N}(?:, {_N}){{0,20}},? and {_N})(?: (?:pixels|px|s|seconds|degrees)(?: a second)?)?"
_MOST = "largest|highest|greatest|biggest|longest|smallest|lowest|least|shortest"
_EXTREME = re.compile(
    rf"\b(?P<one>{_MOST}) of {_LIST.replace('(', '(?P<first>', 1)}"
    rf" is (?:about )?(?P<this>{_N})(?![\w])(?!\.\d)"
    rf"|\bof {_LIST.replace('(', '(?P<second>', 1)},? (?P<that>{_N}) is the (?P<two>{_MOST})\b",
    re.IGNORECASE,
)


def sums(text: str) -> tuple[str, str]:
    """What is wrong with the sums in a text, or nothing; and the text without them."""
    if not _RECKONS.search(text):
        return "", text
    wrong = ""
    for match in _SUM.finditer(text):
        if not _right(match[0]):
            wrong = wrong or f"{match[0]} does not add up"
    for match in _MORE.finditer(text):
        one, two = _value(match[1]), _value(match[3])
        more = match[2] == ">" or bool(re.search("more|greater|larger|bigger|higher|longer", match[2]))
        if not (one > two if more else one < two):
            wrong = wrong or f"{match[0]} is not so"
    for match in _CHAIN.finditer(text):
        if not _descends(match[0]):
            wrong = wrong or f"{match[0]} is not so"
    for match in _EXTREME.finditer(text):
        values = [_value(number) for number in re.findall(_N, match["first"] or match["second"])]
        most = (match["one"] or match["two"]).casefold() in (
            "largest",
            "highest",
            "greatest",
            "biggest",
            "longest",
        )
        if _value(match["this"] or match["that"]) != (max(values) if most else min(values)):
            wrong = wrong or f"{match[0]} is not so"
    return wrong, _MORE.sub(" ", _CHAIN.sub(" ", _EXTREME.sub(" ", _SUM.sub(" ", text))))


def _descends(text: str) -> bool:
    """Whether every sign in a row of numbers is right: "5 > 3 > 1"."""
    values, signs = [_value(number) for number in re.findall(_N, text)], re.findall("[<>]", text)
    return all(
        (a > b) == (sign == ">") and a != b for a, b, sign in zip(values, values[1:], signs, strict=False)
    )


def _right(text: str) -> bool:
    """Whether a sum comes out; products go before sums."""
    total, factor, sign, place = 0.0, 0.0, "+", 0
    while match := _OPERAND.match(text, place):
        value = _value(match[0])
        if sign in ("*", "\u00d7", "times"):
            factor *= value
        elif sign == "/":
            factor = factor / value if value else 0.0
        elif sign in ("+", "plus", "-", "minus", "\u2212", "\u2013"):
            total, factor = total + factor, value if sign in ("+", "plus") else -value
        else:
            return abs(total + factor - value) < 0.06
        found = _OPERATOR.match(text, match.end())
        if found is None:
            break
        sign, place = found[1], found.end()
    return False


def _value(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def last_number(text: str) -> int | None:
    """The last whole number in a text, in digits or in words; None if there is none."""
    found: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(text):
        value = _value(match[0])
        if value == int(value):
            found.append((match.start(), int(value)))
    for match in _WORD.finditer(text.casefold()):
        if (word := match[0]) in TIMES or (word in NUMBERS and word != "one"):
            found.append((match.start(), TIMES.get(word, NUMBERS.get(word, 0))))
    return max(found)[1] if found else None


def compared(clip: ClipFacts, claim: Claim) -> bool | None:
    """Whether one object is faster or slower than another, or than all others, as is said; None if open."""
    way = compares(claim.than) or (1 if claim.denied else 0)  # "not as fast as"
    speeds: dict[str, set[float]] = {}
    for fact in clip.facts:
        if fact.event is not None and (speed := clip.family.speed(fact.event)) is not None:
            speeds.setdefault(fact.event.actor, set()).add(speed)
    names = [name for name in claim.terms.names if isinstance(name, str) and name in speeds]
    if claim.unknown or claim.maybe or claim.missed or claim.terms.words or claim.times.all() or not way:
        return None
    if any(len(speeds[name]) > 1 for name in names) or not 1 <= len(names) <= 2:
        return None
    own_speeds = {speed * rate for speed in speeds[names[0]] for rate in (1, FPS)}  # a frame, and a second
    if claim.terms.numbers:
        told = [
            number for number in claim.terms.numbers if any(abs(number - s) <= 0.03 * s for s in own_speeds)
        ]
        if len(claim.terms.numbers) > 1 or not told:
            return False if not told else None
    if len(names) == 2 and claim.than not in SUPERLATIVES:
        one, two = (next(iter(speeds[name])) for name in names)
        return ((one - two) * way > 0) != claim.denied
    if claim.denied:
        return None  # "nobody is faster than the star"
    asked = [name for name in speeds if name in clip.asked and name != names[0]]
    if (
        len(names) != 1
        or not asked
        or names[0] not in clip.asked
        or any(len(speeds[name]) > 1 for name in asked)
    ):
        return None
    own = next(iter(speeds[names[0]]))
    return all((own - next(iter(speeds[name]))) * way > 0 for name in asked)


def candidates(clip: ClipFacts) -> list[str]:
    """What the answer might be, as far as the question says, with the right one."""
    row = clip.row
    listed = _ONE_OF.search(row["question"])
    others = [*row["options"], *(_quoted(listed[1]) if listed else ())]
    if row["answer_text"] in clip.names.values():
        others += clip.names.values()
    return [text for text in dict.fromkeys((row["answer_text"], *others)) if len(text) > 2]


def _quoted(text: str) -> Iterator[str]:
    quoted = re.findall(r'"([^"]*)"', text)
    yield from quoted or re.split(r",\s+(?:or )?", text)


def concluded(clip: ClipFacts, sentence: str) -> bool | None:
    """Whether a conclusion says the answer; false if it says another one, None if it says none."""
    said = sentence.casefold()
    right = clip.row["answer_text"].casefold().removeprefix("it ")
    if clip.ask.answer_type == "ordering" and (wanted := clip.terms(clip.row["answer_text"]).names):
        last = clip.terms(sentence).names[-len(wanted) :]
        if sorted(map(str, last)) == sorted(map(str, wanted)):
            return last == wanted
    others = [text.casefold().removeprefix("it ") for text in candidates(clip)[1:]]
    longer = [text for text in others if right in text and _there(text, said)]
    if _there(right, said) and not longer:
        return True
    found = [text for text in others if _there(text, said)]
    denied = any(token.kind in ("denied", "missed", "maybe") for token in clip.vocabulary.tokens(sentence))
    return False if found and not denied else None


def _there(text: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said) is not None
