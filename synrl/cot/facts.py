"""What a row knows about its clip, in the form in which a sentence can be held against it.

A fact is an event or an operation with its span of seconds and every way in which its family says it. A
sentence about it names the same things in the same order and says nothing else of what is going on:
`Terms` are what a text says, as the order of the names in it and the set of its telling words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from synrl.errors import ConfigError
from synrl.tasks import families, get_family
from synrl.tasks.base import Family
from synrl.tasks.shared.cast import SOLID_SHAPES
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


@cache
def vocabulary() -> dict[str, str]:
    """The words that tell one kind of happening from another, and what they mean: those of all families.

    A chain about one family may use a word of another, and then it tells of what never happens there.

    Raises:
        ConfigError: two families give a word two meanings.
    """
    merged: dict[str, str] = {}
    for family in families().values():
        for word, meaning in family.words.items():
            if merged.setdefault(word, meaning) != meaning:
                raise ConfigError(f"{word!r} means {merged[word]!r} and, in {family.name}, {meaning!r}")
    return merged


@cache
def _terms_pattern() -> re.Pattern[str]:
    """Things; names of objects and looks; words. Made once: that takes longer than reading a chain."""
    things = dict.fromkeys(name for family in families().values() for name in family.names)
    looks = sorted({*SOLID_SHAPES, *(colour for palette in PALETTES for colour in palette.colours)})
    words = sorted(vocabulary(), key=len, reverse=True)
    return re.compile(
        rf"({'|'.join(things)})|([\ue000-\uf8ff]|(?<!\w)(?:{'|'.join(looks)})\b)"
        rf"|(?<!\w)({'|'.join(map(re.escape, words))})\b"
    )


class ClipFacts:
    """The facts of one row, and the states of its clip if it has any."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.family: Family = get_family(row["family"])
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
        names: list[str] = []
        words: set[str] = set()
        for match in _terms_pattern().finditer(text):
            if match[3]:
                words.add(vocabulary()[match[3]])
            elif match[1]:
                names += _labels(match[1])
            else:
                names.append(self._names.get(match[0], match[0]))
        return Terms(tuple(names), frozenset(words))

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
        return tuple(self.family.parts(state["state"], self.query) for state in states)

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


def _labels(text: str) -> list[str]:
    """The names in a phrase like `piles A and C` or `from A to B`, each by itself."""
    labels = (
        re.findall(r"\b[A-Z]\d?\b", text) if re.match(r"(?:pile|container|slot|cell|from )", text) else []
    )
    return labels or [text]


@lru_cache(1024)
def items(text: str) -> tuple[str, ...]:
    """The words of a statement about a state, without the punctuation between them."""
    return tuple(item for part in _BETWEEN.split(text) if (item := part.rstrip(".") or part))
