"""What is said of moments alone: "1.6 and 6.4 s: two contacts"; "the next after 9.7 s is at 10.1 s"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from synrl.cot.english import stem
from synrl.cot.facts import ClipFacts, Fact
from synrl.cot.judging import close, off
from synrl.cot.times import Times
from synrl.cot.vocabulary import Token

_MARK = "[\uf000-\uf0ff]"
_NEXT = re.compile(
    rf"\b(?P<side>before|after|follows?|precedes?)\b[^\uf000-\uf0ff,;]{{0,40}}(?P<known>{_MARK})",
    re.IGNORECASE,
)
_NEAREST = re.compile(
    r"\b(?:right|just|directly|immediately|next|last|first|nearest|nothing (?:else )?(?:in )?between"
    r"|follows|precedes)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:earliest|latest)\b", re.IGNORECASE)
_EMPTY = ("neutral", "soft", "cut", "generic", "some", "begin", "stop")


def counted(
    times: dict[str, Times],
    clip: ClipFacts,
    tokens: list[Token],
    tolerance: float,
    wrong: Callable[[str], None],
) -> bool:
    """Hold a list of moments against what the question counts; returns whether a sentence is one."""
    counts = clip.counted
    moments = sorted(moment for found in times.values() for moment in found.moments)
    if counts is None or not moments or any(found.spans for found in times.values()):
        return False
    nouns = {stem(token.text) for token in clip.vocabulary.phrase_tokens(f"{counts.one}, {counts.several}")}
    words = clip.terms(f"{counts.one}, {counts.several}").words
    numbers, named, who, denied = [], False, False, False
    for token in tokens:
        if token.kind in ("cardinal", "times", "number"):
            numbers.append(float(token.value))
        elif (token.kind == "word" and token.value in words) or stem(token.text) in nouns:
            named = True
        elif token.kind == "denied":
            denied = True
        elif token.kind == "pronoun" or (token.kind == "mark" and token.value in clip.names):
            who = True
        elif token.kind != "mark" and token.kind not in _EMPTY:
            return False
    if len(set(numbers)) > 1 or not (numbers or len(moments) > 1) or (named and who):
        return False
    true = [frame / clip.fps for frame in counts.frames]
    right = len(true) == len(moments) and close(moments, sorted(true), tolerance)
    if right == denied:
        wrong(f"these are at {', '.join(f'{moment:.1f}' for moment in true) or 'no time'} s")
    elif numbers and not denied and numbers[0] != len(true):
        wrong(f"these are {len(true)}")
    return True


def beside(
    text: str,
    times: dict[str, Times],
    clip: ClipFacts,
    tokens: list[Token],
    tolerance: float,
    wrong: Callable[[str], None],
) -> bool:
    """Hold what is said to come right before or after something against the order; whether any is."""
    match = _NEXT.search(text)
    marks = [mark for mark in re.findall(_MARK, text) if mark in times]
    said = any(
        token.kind in ("word", "unknown", "maybe", "missed", "than")
        and stem(token.text) != stem(clip.ask.thing)
        for token in tokens
    )
    if match is None or not _NEAREST.search(text) or said or len(marks) != 2 or match["known"] not in times:
        return False
    other = next((mark for mark in marks if mark != match["known"]), match["known"])
    told = clip.concerned
    known, found = (_at(told, times[mark], tolerance) for mark in (match["known"], other))
    step = 1 if match["side"].casefold() in ("after", "follow", "follows") else -1
    denied = any(token.kind == "denied" for token in tokens)
    if not denied and not (known and found):
        wrong("nothing happens just then")
    elif any(told.index(b) - told.index(a) == step for a in known for b in found) == denied:
        wrong("something else lies between them, or they come the other way round")
    return True


def extreme(
    text: str,
    times: dict[str, Times],
    clip: ClipFacts,
    tokens: list[Token],
    tolerance: float,
    wrong: Callable[[str], None],
) -> bool:
    """Hold what is said to be the earliest or latest of the times against them; whether anything is."""
    match, moments = _FIRST.search(text), [moment for found in times.values() for moment in found.moments]
    plain = all(token.kind in (*_EMPTY, "mark") or _FIRST.fullmatch(token.text) for token in tokens)
    starts = [fact.start for fact in clip.concerned]
    if match is None or len(moments) != 1 or not plain or not starts:
        return False
    true = min(starts) if match[0].casefold() == "earliest" else max(starts)
    if abs(true - moments[0]) > tolerance:
        wrong(f"that is {true:.1f} s")
    return True


def _at(told: Sequence[Fact], times: Times, tolerance: float) -> list[Fact]:
    spans: list[tuple[float, ...]] = [*times.spans, *((moment,) for moment in times.moments)]
    return [fact for fact in told if all(off(fact, span) <= tolerance for span in spans)]
