"""Whether a claim is true of a clip: whether it is among the facts, at its time and as often as is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from synrl.answers import parse_interval
from synrl.cot.claims import Claim
from synrl.cot.facts import INSTANT, ClipFacts, Fact
from synrl.cot.following import compared
from synrl.cot.times import Between
from synrl.cot.vocabulary import Terms
from synrl.tasks.shared.lexicon import EXCLUDED, MOTION
from synrl.world.directions import DIRECTIONS

_SO = re.compile(r"\b(?:so|this|that|answer|option|hence|therefore)\b", re.IGNORECASE)


class Verdict(NamedTuple):
    """What is found of a claim."""

    true: bool | None
    """None if that can't be told."""
    facts: list[Fact]
    """Those that bear it out, or if it is false the opposite."""
    says: bool = True
    """Whether it says anything that could be true or false."""


_OPEN = Verdict(None, [])
_SILENT = Verdict(None, [], says=False)


class Judge:
    """Judges claims about one clip.

    Args:
        tolerance: seconds by which a stated time may be off.
    """

    def __init__(self, clip: ClipFacts, tolerance: float) -> None:
        self._clip, self._tolerance = clip, tolerance

    def judge(self, sentence: str, claim: Claim) -> Verdict:
        """Whether a claim of a sentence is true."""
        clip, terms = self._clip, claim.terms
        if claim.than:
            return Verdict(compared(clip, claim), [])
        if claim.unchanged:
            return Verdict(self._unchanged(sentence, claim), [])
        quotes = not claim.unknown and any(str(name).startswith('"') for name in terms.names)
        named = terms.names and (not clip.vocabulary.own or (terms.numbers and claim.times.all()))
        if not (terms.words - clip.family.aspects or quotes or named):
            return self._bare(sentence, claim)
        strange = terms.words - clip.vocabulary.own
        if strange:
            strange -= clip.told
        if strange - MOTION:  # no clip of the family shows it
            return _OPEN if claim.maybe or claim.missed or claim.unknown else Verdict(claim.denied, [])
        if strange and not _turned(claim) and self._excluded(claim, strange):
            return Verdict(False, [])
        if strange & DIRECTIONS.keys() and clip.vocabulary.own & DIRECTIONS.keys() and not _turned(claim):
            return Verdict(False, [])  # what is told of its ways is all that there is
        if claim.maybe or claim.some or strange:
            return _OPEN
        if claim.count is not None and not len(claim.times.moments) > 1:
            return Verdict(self._counted(claim, claim.count), [])
        if claim.denied or claim.missed:
            there = [fact for fact in self._agreeing(terms) if self._within(fact, claim, -self._tolerance)]
            if there and not claim.unknown:
                return Verdict(False, there)
            return _OPEN if claim.missed or claim.unknown else Verdict(True, [])
        return self._affirmed(claim)

    def _agreeing(self, terms: Terms) -> list[Fact]:
        return [fact for fact in self._clip.facts if self._clip.agrees(fact, terms)]

    def _excluded(self, claim: Claim, strange: Iterable[str]) -> bool:
        """Whether something else is so all the time that is given, with which what is said can't be."""
        times, tolerance = claim.times.all(), self._tolerance
        others = Terms(claim.terms.names, frozenset(EXCLUDED[word] for word in strange if word in EXCLUDED))
        if not (times and others.words):
            return False
        first, last = min(times), max(times)
        for fact in self._agreeing(others):
            same = max(abs(fact.start - first), abs(fact.end - last)) <= tolerance and len(times) > 1
            if same or (fact.start + tolerance < first and last < fact.end - tolerance):
                return True
        return False

    def _affirmed(self, claim: Claim) -> Verdict:
        clip, terms, times = self._clip, claim.terms, claim.times
        wanted: list[tuple[float, ...]] = [*times.spans, *((time,) for time in times.moments)]
        found: list[Fact] = []
        for span in wanted or [()]:
            told = [
                fact
                for fact in clip.facts
                if has(fact, claim.number)
                and off(fact, span, claim.aspect) <= self._tolerance
                and fact not in found
                and clip.agrees(fact, terms)
            ]
            if not told:
                return _OPEN if claim.unknown else Verdict(False, [])
            found += [min(told, key=partial(off, span=span))] if wanted else told
        if claim.count is not None and claim.count != len(times.moments):
            return Verdict(False, [])
        if claim.only and terms.names and any(clip.agrees_but_for_whom(f, terms) for f in clip.facts):
            return Verdict(False, [])
        if claim.duration is not None and wanted:
            length = found[0].end - found[0].start
            if abs(claim.duration - length) > 2 * self._tolerance:
                return Verdict(False, [])
        return Verdict(None if claim.unknown else True, found)

    def _counted(self, claim: Claim, said: int) -> bool | None:
        """Whether something happens as often as is said."""
        clip, terms = self._clip, claim.terms
        named = any(isinstance(name, str) for name in terms.names)
        facts = [fact for fact in self._agreeing(terms) if self._within(fact, claim, self._tolerance)]
        if len(terms.names) == said and not facts:  # "two tiles move, tile 4 and tile 6"
            facts, named = self._agreeing(Terms((), terms.words, terms.numbers)), True
        if not named:
            facts = [f for f in facts if f.event is None or clip.family.concerns(f.event, clip.query)]
        if claim.unknown:
            return None
        if claim.times.moments and said == 1:
            return bool(facts) != claim.denied
        count = len(facts)
        same = {0: count == said, 1: count >= said, -1: count <= said}
        true = same.get(claim.limit, count > said if claim.limit > 0 else count < said)
        return true != (claim.denied or claim.missed)

    def _within(self, fact: Fact, claim: Claim, more: float) -> bool:
        """Whether a fact happens at the time that is given, if one is, or so much before or after it."""
        if not has(fact, claim.number):
            return False
        spans, moments = claim.times
        if any(off(fact, (moment,)) <= self._tolerance for moment in moments):
            return True
        inside = instant = False
        for start, end in spans:
            inside |= (
                close([start, end], [fact.start, fact.end], self._tolerance)
                and fact.end - fact.start > INSTANT
            )
            inside |= fact.start < end - self._tolerance and fact.end > start + self._tolerance
            instant |= start - more <= fact.start and fact.end <= end + more
        return inside or instant or not (spans or moments)

    def _bare(self, sentence: str, claim: Claim) -> Verdict:
        """A claim in which nothing known happens: of an operation's time, or of the span asked for."""
        times = claim.times
        if claim.unknown:
            return _OPEN
        if claim.maybe or not times.all():
            return _SILENT
        if claim.number:
            numbered = [fact for fact in self._clip.facts if fact.number == claim.number]
            spans: list[tuple[float, ...]] = [*times.spans, *((time,) for time in times.moments)]
            right = numbered and all(off(numbered[0], span) <= self._tolerance for span in spans)
            return Verdict(bool(right), numbered)
        truth = parse_interval(self._clip.row["answer_text"])
        asked = self._clip.ask.answer_type == "interval" and times.spans and _SO.search(sentence)
        if claim.terms.names or not asked or truth is None:
            return _OPEN
        return Verdict(close(list(times.spans[-1]), list(truth), self._tolerance), [])

    def _unchanged(self, sentence: str, claim: Claim) -> bool | None:
        """Whether an operation leaves the state, or a part of it, as it is."""
        states, number = self._clip.states, claim.number
        if not number or not 1 <= number < len(states) or claim.unknown or claim.maybe:
            return None
        before, after = states[number - 1], states[number]
        labels = before.keys() & after.keys()
        named = [label for label in labels if label.casefold() in sentence.casefold()]
        return all(before[label] == after[label] for label in named or labels)


def _turned(claim: Claim) -> bool:
    """Whether a claim says anything but that it is so."""
    return claim.maybe or claim.missed or claim.denied or bool(claim.unknown)


def close(some: list[float], others: list[float], tolerance: float) -> bool:
    """Whether as many times are the same, give or take."""
    return len(some) == len(others) and all(
        abs(a - b) <= tolerance for a, b in zip(some, others, strict=True)
    )


def has(fact: Fact, number: int | None) -> bool:
    """Whether a fact has the number that a sentence gives, if both have one."""
    return number is None or fact.number is None or fact.number == number


def off(fact: Fact, span: tuple[float, ...], aspect: str = "") -> float:
    """By how many seconds a fact misses a moment in it, or a span as long as it; 0 if none is given.

    Args:
        aspect: `begin` or `stop` if a moment is that of its start or its end.
    """
    if not span:
        return 0.0
    if len(span) == 2:
        if isinstance(span, Between) and fact.end - fact.start < INSTANT:
            return max(span[0] - fact.start, fact.end - span[1], 0.0)
        return max(abs(span[0] - fact.start), abs(span[1] - fact.end))
    if aspect:
        return abs(span[0] - (fact.start if aspect == "begin" else fact.end))
    return max(fact.start - span[0], span[0] - fact.end, 0.0)
