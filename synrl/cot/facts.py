"""What a row knows about its clip, in the form in which a sentence can be held against it.

A fact is an event or an operation with its span of seconds and every way in which its family says it. A
sentence about it names the same things in the same order and says nothing else of what is going on:
`Terms` are what a text says, as the order of the names in it and the set of its telling words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from synrl.errors import ConfigError
from synrl.tasks import get_family
from synrl.tasks.base import Family
from synrl.tasks.shared.cast import SOLID_SHAPES
from synrl.tasks.shared.lexicon import NAMES, VERBS, WORDS
from synrl.world.style import PALETTES
from synrl.world.timeline import Event, Operation


@dataclass(frozen=True)
class Terms:
    """What a text says: whom and what it names, in order, and the telling words in it."""

    names: tuple[str, ...]
    words: frozenset[str]

    def within(self, other: Terms) -> bool:
        """Whether another text says all of this: the same words, and the names in the same order."""
        rest = iter(other.names)
        return self.words <= other.words and all(name in rest for name in self.names)


@dataclass(frozen=True)
class Fact:
    """Something that the clip shows from `start` to `end` (s)."""

    start: float
    end: float
    number: int | None
    """Of an operation, counted from 1."""
    phrases: tuple[str, ...]
    event: Event | None = None


_MARKS = 0xE000
"""Where the characters begin that stand for names: they are nobody's."""
_MARK = re.compile("[\ue000-\uf8ff]")
_BETWEEN = re.compile(r"[\s,;]+")


class Vocabulary:
    """What is read in the chains of a family: what it declares, and beside that what all families share.

    What other families declare plays no part, so none of them can change how a chain is read.
    """

    def __init__(self, family: Family) -> None:
        self.words = {**WORDS, **family.words}
        """The words that tell one kind of happening from another, and what they mean."""
        self.verbs = "|".join([*_longest_first(family.verbs), *VERBS])
        self._own_verbs = re.compile(rf"(?:{'|'.join(family.verbs)})(?!\w)")
        self._family = family
        looks = sorted({*SOLID_SHAPES, *(colour for palette in PALETTES for colour in palette.colours)})
        self._things: dict[int, int] = {}
        """The groups that stand for things, and how many groups each has within it."""
        self._pattern = re.compile(
            "|".join(
                (
                    *self._grouped(dict.fromkeys((*family.names, *NAMES))),
                    rf"(?P<look>[\ue000-\uf8ff]|(?<!\w)(?:{'|'.join(looks)})\b)",
                    rf"(?P<word>(?<!\w)(?:{'|'.join(map(re.escape, _longest_first(self.words)))})\b)",
                )
            )
        )

    def _grouped(self, things: Iterable[str]) -> Iterator[str]:
        group = 1
        for thing in things:
            self._things[group] = re.compile(thing).groups
            group += 1 + self._things[group]
            yield f"({thing})"

    def terms(self, text: str) -> Terms:
        """What a text says."""
        names: list[str] = []
        words: set[str] = set()
        for match in self._pattern.finditer(text):
            group = match.lastindex or 0
            if match["word"]:
                words.add(self.words[match["word"]])
            elif group in self._things:
                parts = match.groups()[group : group + self._things[group]]
                names += [part for part in parts if part] or [match[0]]
            else:
                names.append(match[0])
        return Terms(tuple(names), frozenset(words))

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        """What the family says of a state.

        Raises:
            ConfigError: it says so with none of its verbs, so that nobody could read it back.
        """
        family = self._family
        parts = family.parts(state, query)
        for text in parts.values():
            if not (family.verbs and self._own_verbs.match(text)):
                verbs = ", ".join(family.verbs) or "there are none"
                raise ConfigError(
                    f"{family.name} says {text!r} of a state, which begins with none of its verbs: {verbs}"
                )
        return parts


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


vocabulary = cache(Vocabulary)
"""The vocabulary of a family. Made once: that takes longer than reading a chain."""


class ClipFacts:
    """The facts of one row, and the states of its clip if it has any."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.family: Family = get_family(row["family"])
        self.vocabulary = vocabulary(self.family)
        self.ask = self.family.asked(self.query)
        self.fps: float = row["fps"]
        self._read: dict[str, Terms] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names of the row's objects, the longest first, by a character that stands for each."""
        names = {item["name"]: None for item in self.row["objects"] if item["name"][0].isalpha()}
        longest = sorted(names, key=len, reverse=True)
        return {chr(_MARKS + number): name for number, name in enumerate(longest)}

    def terms(self, text: str) -> Terms:
        """What a text says."""
        if text not in self._read:
            self._read[text] = self._terms(text)
        return self._read[text]

    def _terms(self, text: str) -> Terms:
        text = _MARK.sub("", text)
        for mark, name in self._names.items():
            if name in text:
                text = _whole(name).sub(mark, text)
        terms = self.vocabulary.terms(text)
        return Terms(tuple(self._names.get(name, name) for name in terms.names), terms.words)

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
        return Fact(start / self.fps, end / self.fps, number, phrases, event)

    def agrees(self, fact: Fact, said: Terms) -> bool:
        """Whether one of a fact's phrases says all that a sentence says."""
        return any(said.within(self.terms(phrase)) for phrase in fact.phrases)

    @cached_property
    def states(self) -> tuple[dict[str, str], ...]:
        """What there is to keep in mind after each number of operations, from none on."""
        states = self.row["states"]
        if states:  # the one that can be read is there twice: once more where it is hidden
            states = [states[0], *states[2:]] if self.read_first else states[:-1]
        return tuple(self.parts(state["state"]) for state in states)

    def parts(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What there is to keep in mind of a state."""
        return self.vocabulary.parts(state, self.query)

    @cached_property
    def items(self) -> frozenset[str]:
        """Every word that says something of some state."""
        return frozenset(item for state in self.states for text in state.values() for item in items(text))

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


@lru_cache(1024)
def _whole(name: str) -> re.Pattern[str]:
    """A name that is no part of a longer word."""
    return re.compile(rf"\b{re.escape(name)}\b")


@lru_cache(1024)
def items(text: str) -> tuple[str, ...]:
    """The words of a statement about a state, without the punctuation between them."""
    return tuple(item for part in _BETWEEN.split(text) if (item := part.rstrip(".") or part))
