"""What a row knows about its clip, in the form in which a sentence can be held against it.

A fact is an event or an operation with its span of seconds and every way in which its family says it. A
sentence about it names the same things in the same order and says nothing else of what is going on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from synrl.cot.english import stem
from synrl.cot.vocabulary import Names, Terms, Token, vocabulary
from synrl.tasks import get_family
from synrl.tasks.base import Counted, Family, texts
from synrl.world.timeline import Event, Operation

INSTANT = 0.1
"""Seconds: what takes less is told as a moment."""
_MARKS = 0xE000
"""Where the characters begin that stand for names: they are nobody's."""
STANDS = 0xF000
"""Where those begin that stand for what a reader has taken out of a text."""
_MARK = re.compile("[\ue000-\uefff]")
_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Fact:
    """Something that the clip shows from `start` to `end` (s)."""

    start: float
    end: float
    number: int | None
    """Of an operation, counted from 1."""
    phrases: tuple[str, ...]
    event: Event | None = None
    effects: tuple[str, ...] = ()
    """What else may be said of it, of an operation by who knows the state."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every way in which it is told."""
        return self.phrases + self.effects


class ClipFacts:
    """The facts of one row, and the states of its clip if it has any."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.family: Family = get_family(row["family"])
        self.vocabulary = vocabulary(self.family)
        self.ask = self.family.asked(self.query)
        self.asked = frozenset(texts(self.query))
        """Every text in the query: whom and what the question names."""
        self.fps: float = row["fps"]
        self._read: dict[str, Terms] = {}
        self._stated: dict[int, Mapping[str, Sequence[str]]] = {}

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the row's objects, the longest first, by a character that stands for each."""
        names = {item["name"]: None for item in self.row["objects"] if item["name"][0].isalpha()}
        longest = sorted(names, key=len, reverse=True)
        return {chr(_MARKS + number): name for number, name in enumerate(longest)}

    @cached_property
    def _folded(self) -> tuple[tuple[str, str, str], ...]:
        """The same with each name in lower case, too."""
        return tuple((mark, name, name.casefold()) for mark, name in self.names.items())

    @cached_property
    def about(self) -> frozenset[str]:
        """Whom the question names."""
        objects = self.asked.intersection(self.names.values())
        named = objects or (name for name in self.terms(self.row["question"]).names if isinstance(name, str))
        return frozenset(named)

    def marked(self, text: str) -> str:
        """A text with a character for each name of an object."""
        text, there = _MARK.sub("", text), text.casefold()
        for mark, name, folded in self._folded:
            if folded in there:
                text = _whole(name).sub(mark, text)
        return text

    def terms(self, text: str) -> Terms:
        """What a text says."""
        if text not in self._read:
            self._read[text] = self.said(self.vocabulary.phrase_tokens(self.marked(text)))
        return self._read[text]

    def said(self, tokens: Iterable[Token]) -> Terms:
        """What the words of a text say."""
        names: list[str | frozenset[str]] = []
        looks: list[str] = []

        def looked() -> None:
            if looks and self.names:
                fits = [name for name in self.names.values() if set(looks) <= self._looks[name]]
                names.append(frozenset({*fits, *(looks if len(looks) == 1 else ())}))
            else:
                names.extend(looks)
            looks.clear()

        words, numbers = set(), []
        for token in tokens:
            kind = token.kind
            if looks and (kind != "look" or looks[-1] in self.vocabulary.shapes):
                looked()
            if kind == "look":
                looks.append(token.value)
            elif kind == "word":
                words.add(token.value)
            elif kind == "name":
                names.append(token.value)
            elif kind == "mark":
                names.append(self.names.get(token.value, token.value))
            elif kind == "number":
                numbers.append(token.value)
            elif kind == "generic" and self.names and not self.row["operations"]:
                names.append(frozenset(self.names.values()))
        looked()
        return Terms(tuple(names), frozenset(words), tuple(numbers))

    @cached_property
    def _looks(self) -> dict[str, set[str]]:
        """The words of the name of each object."""
        kinds = self.vocabulary.shapes
        return {
            name: {name.partition(" ")[0], *(kind for kind in kinds if name.endswith(f" {kind}"))}
            for name in self.names.values()
        }

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every event and operation, in order."""
        known = ("frame", "end_frame", "kind", "actor", "target", "detail")
        events = [Event(**{name: event[name] for name in known}) for event in self.row["events"]]
        steps = [Operation(**operation) for operation in self.row["operations"]]
        return (
            *(self._fact(event.frame, event.end_frame, None, event) for event in events),
            *(self._fact(step.start_frame, step.end_frame, step.index + 1, step) for step in steps),
        )

    def _fact(self, start: int, end: int, number: int | None, happening: Event | Operation) -> Fact:
        phrases = tuple(self.family.phrases(happening))
        event = happening if isinstance(happening, Event) else None
        before = after = None
        if number is not None:
            before, after = (self._kept[place]["state"] for place in (number - 1, number))
        effects = self.family.effects(before, happening, after)
        return Fact(start / self.fps, end / self.fps, number, phrases, event, tuple(effects))

    def agrees(self, fact: Fact, said: Terms) -> bool:
        """Whether a fact's phrases say all that a sentence says, with the names in the order of one."""
        for told in (fact.phrases, fact.effects):
            phrases = [self.terms(phrase) for phrase in told]
            if said.words <= frozenset().union(*(phrase.words for phrase in phrases)):
                measured = not said.numbers or self._measures(fact, told, said.numbers)
                if measured and any(_in_order(said.names, phrase.names) for phrase in phrases):
                    return True
        return False

    def agrees_but_for_whom(self, fact: Fact, said: Terms) -> bool:
        """Whether a fact is what a sentence says, but of somebody else."""
        if not said.words <= self.words(fact):
            return False
        told = [self.terms(phrase).names for phrase in fact.all]
        return not any(names and _same(said.names[0], names[0]) for names in told) and any(
            _in_order(said.names[1:], names[1:]) for names in told
        )

    def words(self, fact: Fact) -> frozenset[str]:
        """What the words mean in which a fact is told."""
        return self.words_in(fact.all)

    def words_in(self, phrases: Iterable[str]) -> frozenset[str]:
        """What the words of some phrases mean."""
        return frozenset().union(*(self.terms(phrase).words for phrase in phrases))

    def _measures(self, fact: Fact, phrases: Iterable[str], numbers: Iterable[float]) -> bool:
        """Whether numbers are those of a fact, as it is told or as it is on record, give or take rounding."""
        known = [self.terms(phrase).numbers for phrase in phrases]
        if fact.event is not None:
            known.append(tuple(float(number) for number in _NUMBER.findall(fact.event.detail)))
        return any(_follow(numbers, some) for some in known)

    @cached_property
    def states(self) -> tuple[dict[str, str], ...]:
        """What there is to keep in mind after each number of operations, from none on."""
        return tuple(self.parts(state["state"]) for state in self._kept)

    @cached_property
    def _kept(self) -> Sequence[Any]:
        states: Sequence[Any] = self.row["states"]
        if states:  # the one that can be read is there twice: once more where it is hidden
            states = [states[0], *states[2:]] if self.read_first else states[:-1]
        return states

    def parts(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What there is to keep in mind of a state."""
        return self.vocabulary.parts(state, self.query)

    @cached_property
    def told(self) -> frozenset[str]:
        """What the words mean in which the clip's family tells of anything."""
        return self.vocabulary.own.union(*(self.words(fact) for fact in self.facts))

    @cached_property
    def plain(self) -> frozenset[str]:
        """Stems of words that the clip's family says itself, and that mean nothing by themselves."""
        phrases = [*self.labels, *(phrase for fact in self.facts for phrase in fact.all)]
        found = (self.vocabulary.phrase_tokens(self.marked(phrase)) for phrase in phrases)
        return frozenset(stem(t.text) for tokens in found for t in tokens if t.kind == "unknown")

    @cached_property
    def counted(self) -> Counted | None:
        """What the question counts, if it counts what happens."""
        return self.ask.counted(self.query, self.row)

    @cached_property
    def concerned(self) -> tuple[Fact, ...]:
        """The events that have to do with the question, in order."""
        return tuple(
            fact
            for fact in self.facts
            if fact.event is not None and self.family.concerns(fact.event, self.query)
        )

    @property
    def counts(self) -> bool:
        """Whether the answer is a whole number."""
        return str(self.row["answer_text"]).isdecimal()

    def statements(self, after: int) -> Mapping[str, Sequence[str]]:
        """Everything that may be said of the state after a number of operations."""
        if after not in self._stated:
            self._stated[after] = self.stated(self._kept[after]["state"])
        return self._stated[after]

    def stated_of(self, label: str, after: int) -> Any:
        """What there is to say of a part of the state after a number of operations; None if nothing is."""
        state = self.states[after]
        return state[label] if label in state else self.statements(after).get(label)

    @cached_property
    def labels(self) -> frozenset[str]:
        """What statements about states are about."""
        if not self._kept:
            return frozenset()
        ends = self.statements(0).keys() | self.statements(len(self._kept) - 1).keys()
        return frozenset(ends).union(*self.states)

    def stated(self, state: Mapping[str, Any]) -> dict[str, Sequence[str]]:
        """Everything that may be said of a state."""
        said = dict(self.family.statements(state))
        for label, text in self.parts(state).items():
            said[label] = (text, *said.get(label, ()))
        return said

    @cached_property
    def readable(self) -> tuple[float, float] | None:
        """The span of seconds in which a state can be read; None if there are no states."""
        ends = [state["frame"] for state in self.row["states"][1:]] + [self.row["num_frames"]]
        spans = [
            (state["frame"] / self.fps, end / self.fps)
            for state, end in zip(self.row["states"], ends, strict=False)
            if state["visible"]
        ]
        return (spans[0][0], spans[-1][1]) if spans else None

    @property
    def read_first(self) -> bool:
        """Whether the state can be read at the beginning rather than at the end."""
        return bool(self.row["states"][0]["visible"])


_NUMBER = re.compile(r"-?\d++(?:\.\d++)?+")


def _follow(said: Iterable[float], known: Iterable[float]) -> bool:
    """Whether all numbers of a text are known, give or take rounding, in its order."""
    rest = iter(known)
    return all(any(abs(n - k) <= max(0.03 * abs(k), 0.06) for k in rest) for n in said)


def _in_order(said: Names, told: Names) -> bool:
    """Whether all names of a text are told, in its order."""
    rest = iter(told)
    return all(any(_same(name, other) for other in rest) for name in said)


def _same(one: str | frozenset[str], two: str | frozenset[str]) -> bool:
    if isinstance(one, str):
        return one == two if isinstance(two, str) else one in two
    return two in one if isinstance(two, str) else bool(one & two)


@lru_cache(1024)
def _whole(name: str) -> re.Pattern[str]:
    """A name that is no part of a longer word."""
    return re.compile(rf"\b{re.escape(name)}(?:e?s)?\b", re.IGNORECASE)


@lru_cache(1024)
def items(text: str) -> tuple[str, ...]:
    """The words of a statement about a state, without the punctuation between them."""
    return tuple(item for part in _BETWEEN.split(text) if (item := part.rstrip(".") or part))
