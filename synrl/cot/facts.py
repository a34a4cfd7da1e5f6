"""What a row knows about its clip, in the form in which a sentence can be held against it.

A fact is an event or an operation with its span of seconds and every way in which its family says it. A
sentence about it names the same things in the same order and says nothing else of what is going on:
`Terms` are what a text says, as the order of the names in it and the set of its telling words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from synrl.tasks import get_family
from synrl.tasks.base import Family
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


_WORDS = {
    "speeds up": "speed up",
    "speeding up": "speed up",
    "gets faster": "speed up",
    "getting faster": "speed up",
    "accelerates": "speed up",
    "slows down": "slow down",
    "slowing down": "slow down",
    "gets slower": "slow down",
    "getting slower": "slow down",
    "decelerates": "slow down",
    "constant speed": "steady",
    "steadily": "steady",
    "grows and shrinks back": "pulse",
    "pulses": "pulse",
    "disappears and comes back": "blink",
    "disappears": "blink",
    "vanishes": "blink",
    "blinks": "blink",
    "swings to the right and back": "swing",
    "swings": "swing",
    "spins around": "spin",
    "spins": "spin",
    "hops": "hop",
    "jumps": "hop",
    "steps to another place": "step",
    "bounces off": "hit",
    "hits": "hit",
    "bump into each other": "touch",
    "bumps into": "touch",
    "collides with": "touch",
    "touches": "touch",
    "overtakes": "overtake",
    "passes": "pass",
    "to the left of": "left of",
    "to the right of": "right of",
    "counterclockwise": "counterclockwise",
    "anticlockwise": "counterclockwise",
    "clockwise": "clockwise",
    "change places": "swap",
    "changes places": "swap",
    "to the bottom of": "bury",
    "taken away": "take away",
    "taken out": "take away",
    "is poured": "pour",
    "copied": "copy",
    "changes its sign": "negate",
    "rotate": "rotate",
    "put in": "insert",
    "drops into": "add",
    "put into": "add",
    "nearer": "nearer",
    "closest": "closest",
    **{
        word: word
        for word in (
            *("above", "below", "inside", "grows", "shrinks", "larger", "smaller"),
            *("up-left", "up-right", "down-left", "down-right", "up", "down", "left", "right"),
            *("straight line", "zigzag", "wave", "spiral", "figure eight", "from inside out"),
            "from outside in",
        )
    },
}
"""Words that tell one kind of happening from another, and what they mean."""
_THINGS = (
    r"(?:left|right|top|bottom) wall",
    r"square zone",
    r"(?:first|second|third|fourth|fifth) shape",
    r"(?:10|[2-9JQKA])[♠♥♦♣]",
    r"(?:pile|container|slot|cell)s? [A-Z]\d?(?: and [A-Z]\d?)?",
    r"(?<!\w)[A-Z]\d\b",
    r"(?<!\w)from [A-Z] to [A-Z]\b",
    r"tile \d+",
    r"chip of \d+",
    r"[+-]\d+|±",
    r"(?<!\w)\d+ (?:pixels|degrees)",
    r'"[^"]*"',
)
"""Names that families give to things which are no objects, and figures with a unit."""
_FIGURES = ("circle", "square", "triangle", "star", "diamond", "pentagon", "hexagon")
_MARKS = 0xE000
"""Where the characters begin that stand for names: they are nobody's."""
_MARK = re.compile("[\ue000-\uf8ff]")
_LOOKS = sorted({*_FIGURES, *(name for palette in PALETTES for name in palette.colours)})
_TERMS = re.compile(
    rf"({'|'.join(_THINGS)})|([\ue000-\uf8ff]|(?<!\w)(?:{'|'.join(_LOOKS)})\b)"
    rf"|(?<!\w)({'|'.join(map(re.escape, sorted(_WORDS, key=len, reverse=True)))})\b"
)
"""Things; names of objects and looks; words. Compiled once: that takes longer than reading a chain."""
_BETWEEN = re.compile(r"[\s,;]+")


class Timeline:
    """The facts of one row, and the states of its clip if it has any."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.family: Family = get_family(row["family"])
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
        for match in _TERMS.finditer(text):
            if match[3]:
                words.add(_WORDS[match[3]])
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
