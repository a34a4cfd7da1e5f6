"""Hold a chain of thought against the row: its answer, its times, whom it names, its order, what it saw.

Reasoning is free text, so code checks only the claims that it can read; the report lists the claims that were
checked and those that were not. A sentence is a claim if it gives a time or the number of an operation and
names something: then some event or operation at that time must say the same (`synrl.cot.facts`). What it says
about a state must hold after the operation that it speaks of. The check knows no writer: the same rules hold
for code and for models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from synrl.answers import extract, parse_interval
from synrl.cot.facts import ClipFacts, Fact, items
from synrl.errors import IllegalOperation
from synrl.scoring import score

TOLERANCE = 0.25
"""Seconds by which a stated time may be off: half the distance of frames sampled at 2 a second."""
_MAX_LENGTH = 20_000

# A text may be anything, so no pattern may begin anew within what it has just gone through in vain: numbers
# and lists of them are taken whole (`++`, `*+`), and words that may repeat only a few times.
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r",? and then |, then ")
_TIME = r"\d++(?:\.\d++)?+"
_SECONDS = rf"({_TIME})"
_UNIT = r"\s*(?:seconds?|secs?|s)\b"
_SPAN = re.compile(
    rf"(?:from|between)\s+{_SECONDS}(?:{_UNIT})?\s*(?:to|until|till|and|-|–)\s*{_SECONDS}{_UNIT}"
    rf"|(?<![\d.]){_SECONDS}(?:{_UNIT})?\s*[-–]\s*{_SECONDS}{_UNIT}"
    rf"|\[{_SECONDS},\s*{_SECONDS}\]",
    re.IGNORECASE,
)
_MOMENTS = re.compile(rf"(?<![\d.])({_TIME}(?:,?\s+(?:and\s+)?{_TIME})*+)({_UNIT})?")
"""Numbers, one or a list, that are times if a unit follows."""
_DURATION = re.compile(rf"\b(?:takes?|took|lasts?|for)\s+(?:about\s+)?{_SECONDS}{_UNIT}", re.IGNORECASE)
_LENGTH = re.compile(rf"\bvideo (?:lasts|takes) {_SECONDS}{_UNIT}|\ball {_SECONDS}{_UNIT} of the video")
_STEP = re.compile(r'(?:\w+,? )?step \d+, "([^"]*)"', re.IGNORECASE)
"""How a sentence begins that carries out a step of a plan."""
_SEEN = re.compile(r"\b(?:see|seen|visible|readable|can read|be read|shown|revealed)\b", re.IGNORECASE)
_EARLIER = re.compile(r"^(?:before that|earlier)\b", re.IGNORECASE)
_LATER = re.compile(r"^(?:then|next|after that|afterwards|later|finally|last)\b", re.IGNORECASE)
_SO = re.compile(r"\b(?:so|this|that|answer|option|hence|therefore)\b", re.IGNORECASE)
_COUNTS = {"once": 1, "twice": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_COUNT = re.compile(r"\b(once|twice|(?:three|four|five|six|seven|eight|\d+) times)\b")
_ANSWER = re.compile(r"\banswer(?: is|:) (.+?)\.?$", re.MULTILINE)
_OPTION = re.compile(r"\boption ([A-J])\b")


@dataclass(frozen=True)
class CheckReport:
    """What a check found."""

    problems: tuple[str, ...]
    checked: tuple[str, ...]
    """Claims that could be held against the row: sentences, and statements about the state."""
    unchecked: tuple[str, ...]
    """Sentences that give a time, but say nothing that could be; statements about no part of the state."""

    @property
    def ok(self) -> bool:
        return not self.problems


class Times(NamedTuple):
    """The times that a sentence gives, in seconds."""

    spans: list[tuple[float, float]]
    moments: list[float]

    def all(self) -> list[float]:
        return [time for span in self.spans for time in span] + self.moments

    @property
    def start(self) -> float:
        return min(self.all())


def check(text: str, row: Mapping[str, Any], tolerance: float = TOLERANCE) -> CheckReport:
    """Check a chain of thought of a row (JSON columns decoded).

    Args:
        text: `<think>…</think><answer>…</answer>`.
        tolerance: seconds by which a time may be off.
    """
    return check_against(text, ClipFacts(row), tolerance)


def check_against(text: str, clip: ClipFacts, tolerance: float = TOLERANCE) -> CheckReport:
    """The same for several chains of a row, whose facts are then read once."""
    match = re.fullmatch(r"\s*<think>(.*)</think>\s*<answer>([^<]*)</answer>\s*", text, re.DOTALL)
    if match is None or len(text) > _MAX_LENGTH or "<think>" in match[1] or "</think>" in match[1]:
        return CheckReport(("the text is not reasoning in <think> and then an answer in <answer>",), (), ())
    reading = _Reading(clip, tolerance)
    if score(extract(text), clip.row) != 1.0:
        reading.problems.append(f"the answer {match[2].strip()!r} is not right")
    for sentence in _sentences(match[1]):
        reading.read(sentence)
    reading.conclusion(match[1])
    return CheckReport(tuple(reading.problems), tuple(reading.checked), tuple(reading.unchecked))


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text.strip()):
        clauses = _CLAUSE.split(sentence)
        if len(clauses) > 1 and all(_times(clause)[0].all() for clause in clauses):
            yield clauses[0]
            yield from (f"then {clause}" for clause in clauses[1:])
        elif sentence.strip():
            yield sentence.strip()


def _times(sentence: str) -> tuple[Times, str]:
    """The times of a sentence, and what is left without them."""
    spans: list[tuple[float, float]] = []
    moments: list[float] = []

    def span(match: re.Match[str]) -> str:
        start, end = (float(time) for time in match.groups() if time is not None)
        spans.append((start, end))
        return " "

    def moment(match: re.Match[str]) -> str:
        if not match[2]:
            return match[0]
        moments.extend(map(float, re.findall(_TIME, match[1])))
        return " "

    rest = _MOMENTS.sub(moment, _SPAN.sub(span, _DURATION.sub(" ", sentence)))
    return Times(spans, moments), rest


class _Numbered(NamedTuple):
    """How operations are spoken of by their numbers."""

    one: re.Pattern[str]
    told: re.Pattern[str]
    """How a sentence begins that tells an operation by its number alone."""
    back: re.Pattern[str]
    """In a sentence that goes back in time."""
    several: re.Pattern[str]
    """Operations that a sentence speaks of at once, to say that they leave something as it is."""


@cache
def _numbered(noun: str) -> _Numbered:
    noun = rf"(?:operation|{re.escape(noun)})"
    return _Numbered(
        *(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"\b{noun}\s+(\d+)",
                rf"(?!after|before)(?:\w+,? )?{noun} \d+ ?[:,(]",
                rf"\b(?:undo|undoing|undone|going back|before (?:it|that|{noun}))\b",
                rf"\b{noun}e?s (\d+) (?:to|and) (\d+)\b",
            )
        )
    )


@lru_cache(256)
def _statement(labels: tuple[str, ...], verbs: str) -> re.Pattern[str]:
    """How a part of the state is spoken of. Many rows have parts of the same names."""
    names = rf"(?<![\w/.])(?:{'|'.join(map(re.escape, labels))})(?![\w/.])"
    return re.compile(
        rf"(?:so |and |then |now ){{0,3}}(?P<label>{names})\s+(?:now |then |still |again )?"
        rf"(?P<verb>{verbs})(?!\w)(?P<said>.*?)(?=;|$|,? (?:so |and |then |now ){{0,3}}{names}\s)",
        re.IGNORECASE,
    )


class _Reading:
    """One pass over the sentences of a chain, with what has to be remembered from one to the next."""

    def __init__(self, clip: ClipFacts, tolerance: float) -> None:
        self.clip, self.tolerance = clip, tolerance
        self.problems: list[str] = []
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self._labels = {label.casefold(): label for parts in clip.states for label in parts}
        labels = tuple(sorted(self._labels.values(), key=len, reverse=True))
        self._statement = _statement(labels, clip.vocabulary.verbs)
        self._numbered = _numbered(clip.family.noun)
        self._last: float | None = None
        self._backwards = False
        self._state: int | None = None
        """How many operations there have been when the state is as the last sentence has it."""
        self._planned: Any = None
        """The state after the steps of a plan that have been told."""

    def read(self, sentence: str) -> None:
        """Check one sentence."""
        if match := _STEP.match(sentence):
            self._carry_out(sentence, match[1])
            return
        states, rest = self._take_states(sentence)
        times, rest = _times(rest)
        duration = self.clip.row["duration"]
        if (said := _LENGTH.search(sentence)) and abs(float(said[1] or said[2]) - duration) > self.tolerance:
            self.problems.append(f"{sentence!r}: the video lasts {duration:.1f} s")
            return
        for time in times.all():
            if time > duration + self.tolerance:
                self.problems.append(f"{sentence!r}: the video ends at {duration:.1f} s")
                return
        backwards = bool(self._numbered.back.search(sentence))
        if match := self._numbered.several.search(sentence):
            self._untouched(sentence, _whole(match[1]), _whole(match[2]), times)
        elif not (_SEEN.search(rest) and (states or times.all()) and self._seen(sentence, times, rest)):
            self._happenings(sentence, times, rest, backwards)
        self._place(sentence, backwards)
        parts = self.clip.states[self._state] if self._state is not None else {}
        for claim in states:
            self._part(sentence, parts, *claim)

    # --- what happens ---------------------------------------------------------------------------

    def _happenings(self, sentence: str, times: Times, rest: str, backwards: bool) -> None:
        number = self._numbered.one.search(rest)
        terms = self.clip.terms(rest)
        if not times.all() and not self._numbered.told.match(sentence):
            return
        if not (terms.names or terms.words or number):
            self._span_in_question(sentence, times)
            return
        wanted: list[tuple[float, ...]] = [*times.spans, *((time,) for time in times.moments)]
        found: list[Fact] = []
        for span in wanted or [()]:
            fits = [
                fact
                for fact in self.clip.facts
                if _has(fact, number) and _off(fact, span) <= self.tolerance and fact not in found
            ]
            told = [fact for fact in fits if self.clip.agrees(fact, terms)]
            if not told:
                self.problems.append(self._wrong(sentence, fits))
                return
            found.append(min(told, key=partial(_off, span=span)))
        self.checked.append(sentence)
        count = _COUNT.search(rest)
        if count and times.moments and _count(count[1]) != len(times.moments):
            self.problems.append(f"{count[1]} is not as often as the times it gives: {sentence!r}")
        self._order(sentence, times.start if times.all() else found[0].start, backwards)
        if found[-1].number is not None:
            self._state = found[-1].number - backwards

    def _span_in_question(self, sentence: str, times: Times) -> None:
        """Check a span that names nobody: in a conclusion, it is the one that is asked for."""
        truth = parse_interval(self.clip.row["answer_text"])
        if (
            self.clip.ask.answer_type != "interval"
            or truth is None
            or not times.spans
            or not _SO.search(sentence)
        ):
            self.unchecked.append(sentence)
        elif not _close(list(times.spans[-1]), list(truth), self.tolerance):
            self.problems.append(f"{sentence!r} is not the span that is asked for")
        else:
            self.checked.append(sentence)

    def _wrong(self, sentence: str, fits: list[Fact]) -> str:
        truth = f"what happens then is: {fits[0].phrases[0]}" if fits else "nothing happens just then"
        return f"{sentence!r} does not agree with the video; {truth}"

    def _order(self, sentence: str, start: float, backwards: bool) -> None:
        if self._last is not None and backwards == self._backwards:
            early, late = start < self._last - self.tolerance, start > self._last + self.tolerance
            if late if backwards else early and not _EARLIER.search(sentence):
                self.problems.append(f"{sentence!r} is told out of order")
            elif not backwards and late and _EARLIER.search(sentence):
                self.problems.append(f"{sentence!r} says that it came earlier, but it came later")
            elif backwards and early and _LATER.search(sentence):
                self.problems.append(f"{sentence!r} says that it came later, but it came earlier")
        self._last, self._backwards = start, backwards

    def _untouched(self, sentence: str, one: int, two: int, times: Times) -> None:
        """Check that some operations in a row leave a part of the state as it is."""
        states, facts = self.clip.states, self.clip.facts
        first, last = sorted((one, two))
        labels = states[0] if states else ()
        label = next((label for label in labels if label.casefold() in sentence.casefold()), None)
        if label is None or not 1 <= first <= last < len(states):
            self.unchecked.append(sentence)
            return
        if len({states[k][label] for k in range(first - 1, last + 1)}) > 1:
            self.problems.append(f"{sentence!r} is wrong: one of them changes {label}")
        starts = [fact.start for fact in facts[first - 1 : last]]
        if times.moments and not _close(times.moments, starts, self.tolerance):
            self.problems.append(f"{sentence!r} gives other times than those of these operations")
        self.checked.append(sentence)
        self._order(sentence, starts[0], one > two)

    def _carry_out(self, sentence: str, step: str) -> None:
        """Check a step of a plan, from the hidden end of the clip on, and what is said of the state then."""
        clip, world = self.clip, self.clip.family.world
        steps = world.parse_plan(step) if world is not None else None
        if world is None or not steps:
            self.problems.append(f"{sentence!r} is no step of a plan")
            return
        if self._planned is None:
            self._planned = clip.row["states"][-1 if clip.read_first else 0]["state"]
        try:
            for kind, arguments in steps:
                self._planned = world.rules(self._planned, kind, arguments)
        except IllegalOperation as error:
            self.problems.append(f"{sentence!r} is not possible: {error}")
            return
        self.checked.append(sentence)
        parts = clip.parts(self._planned)
        for claim in self._take_states(sentence)[0]:
            self._part(sentence, parts, *claim)

    # --- what can be seen -----------------------------------------------------------------------

    def _seen(self, sentence: str, times: Times, rest: str) -> bool:
        """Whether a sentence is about what can be seen at its times; a problem if it can't be."""
        clip = self.clip
        if clip.readable is not None:
            start, end = clip.readable
            hidden = [t for t in times.all() if not start - self.tolerance <= t <= end + self.tolerance]
            if hidden:
                self.problems.append(f"{sentence!r} claims to see what is hidden at {hidden[0]:g} s")
            elif any(not _close(list(span), [start, end], self.tolerance) for span in times.spans):
                self.problems.append(f"{sentence!r}: it can be seen from {start:.1f} to {end:.1f} s")
            else:
                self.checked.append(sentence)
                if times.all():
                    self._order(sentence, times.start, False)
            self._state = 0 if clip.read_first else len(clip.states) - 1
            return True
        named = {track["name"]: track for track in clip.row["tracks"]}
        about = [named[name] for name in set(clip.terms(rest).names) if name in named]
        for track in about:
            if not all(self._visible(track, time) for time in set(times.all())):
                self.problems.append(f"{sentence!r} claims to see the {track['name']}, which is hidden then")
        if about and not clip.terms(rest).words:
            self.checked.append(sentence)
            return True
        return False

    def _visible(self, track: Mapping[str, Any], time: float) -> bool:
        """Whether an object can be seen at about that time."""
        frame = min(round(time * self.clip.fps), self.clip.row["num_frames"] - 1)
        reach = round(self.tolerance * self.clip.fps)
        return any(track["visible"][max(0, frame - reach) : frame + reach + 1])

    # --- what is known of the state --------------------------------------------------------------

    def _take_states(self, sentence: str) -> tuple[list[tuple[str, str, str]], str]:
        """The statements about parts of the state, and what is left without them."""
        pattern, labels = self._statement, self._labels
        if not labels:
            return [], sentence
        found = [
            (labels[match["label"].casefold()], match["verb"], match["said"])
            for match in pattern.finditer(sentence)
        ]
        return found, pattern.sub(" ", sentence) if found else sentence

    def _place(self, sentence: str, backwards: bool) -> None:
        """Find out after which operation the state is that a sentence speaks of, if there are states."""
        if not self.clip.states:
            return
        number = self._numbered.one.search(sentence)
        if number and 1 <= _whole(number[1]) < len(self.clip.states):
            self._state = _whole(number[1]) - backwards
        elif re.match(r"(?:so )?at the (?:beginning|start)\b", sentence, re.IGNORECASE):
            self._state = 0
        elif re.match(r"(?:so )?at the end\b", sentence, re.IGNORECASE):
            self._state = len(self.clip.states) - 1

    def _part(self, sentence: str, parts: Mapping[str, str], label: str, verb: str, said: str) -> None:
        if label not in parts:
            self.unchecked.append(f"{label} {verb}{said}")
            return
        known = self.clip.items.union(*map(items, parts.values()))
        given = [verb, *(item for item in items(said) if item in known)]
        if given == [verb, *items(parts[label].removeprefix(verb))] and parts[label].startswith(verb):
            self.checked.append(f"{label} {verb}{said}")
        else:
            self.problems.append(f"{sentence!r} is wrong: {label} {parts[label]} then")

    def conclusion(self, text: str) -> None:
        """Check that the reasoning ends in the right answer, if it says one."""
        stated = _ANSWER.findall(text)
        if stated and not stated[-1].startswith("option") and score(stated[-1], self.clip.row) != 1.0:
            self.problems.append(f"the reasoning ends in the answer {stated[-1]!r}, which is not right")
        options = _OPTION.findall(text)
        if options and self.clip.row["options"] and options[-1] != self.clip.row["answer"]:
            self.problems.append(f"the reasoning ends in option {options[-1]}, which is not right")


def _close(some: list[float], others: list[float], tolerance: float) -> bool:
    return len(some) == len(others) and all(
        abs(a - b) <= tolerance for a, b in zip(some, others, strict=True)
    )


def _has(fact: Fact, number: re.Match[str] | None) -> bool:
    """Whether a fact has the number that a sentence gives, if both have one."""
    return number is None or fact.number is None or fact.number == _whole(number[1])


def _off(fact: Fact, span: tuple[float, ...]) -> float:
    """By how many seconds a fact misses a moment in it, or a span as long as it; 0 if none is given."""
    if not span:
        return 0.0
    if len(span) == 2:
        return max(abs(span[0] - fact.start), abs(span[1] - fact.end))
    return max(fact.start - span[0], span[0] - fact.end, 0.0)


def _count(words: str) -> int:
    first = words.split()[0]
    return _COUNTS.get(first) or _whole(first)


def _whole(digits: str) -> int:
    """A whole number, or a billion for what is more; `int` raises ValueError from 4,300 digits on."""
    return int(min(float(digits), 1e9))
