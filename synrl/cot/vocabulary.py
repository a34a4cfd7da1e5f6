"""What the words of a chain mean: those of one family, and beside them those of all.

A text becomes tokens, of which some name something, some tell what happens, and some qualify that
(`Token.kind`); `Terms` are what it says in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from synrl.cot.english import COMPARATIVES, NUMBERS, SMALL, SOFT, SUPERLATIVES, TIMES, listed, stem
from synrl.errors import ConfigError
from synrl.tasks.base import Family
from synrl.tasks.shared.cast import SOLID_SHAPES
from synrl.tasks.shared.lexicon import NAMES, WORDS, state_verbs
from synrl.world.style import PALETTES

Names = tuple["str | frozenset[str]", ...]
"""Whom and what a text names, in order; a set where it leaves open which of several it means."""


@dataclass(frozen=True)
class Terms:
    """What a text says: whom and what it names, the telling words in it, and numbers."""

    names: Names
    words: frozenset[str]
    numbers: tuple[float, ...] = ()


class Token(NamedTuple):
    """A word of a text, or several that belong together."""

    kind: str
    """`name`, `word`, `number`, `unknown`, or what `synrl.cot.english` calls a small word."""
    value: Any
    text: str


_SHAPES = (
    *(
        "circle",
        "square",
        "triangle",
        "star",
        "diamond",
        "hexagon",
        "pentagon",
        "arrow",
        "half disc",
        "wedge",
    ),
    *("letter L", "disc", "rectangle", "oval", "ellipse", "cross", "heart", "octagon", "cube", "ball"),
)
_COLOURS = (
    *(
        "red",
        "blue",
        "green",
        "yellow",
        "orange",
        "purple",
        "pink",
        "brown",
        "black",
        "white",
        "grey",
        "gray",
    ),
    *("cyan", "magenta", "teal", "mauve", "violet", "turquoise", "gold", "silver", "beige", "navy"),
)


class Vocabulary:
    """What is read in the chains of a family: what it declares, and beside that what all families share.

    What other families declare plays no part, so none of them can change how a chain is read.
    """

    def __init__(self, family: Family) -> None:
        self.words = {**WORDS, **family.words}
        """The words that tell one kind of happening from another, and what they mean."""
        self.own = frozenset(family.words.values())
        """What the family tells of."""
        self.verbs = state_verbs(family.verbs)
        self._own_verbs = re.compile(rf"(?:{'|'.join(family.verbs)})(?!\w)")
        self._family = family
        self.phrase_tokens = lru_cache(4096)(self.tokens)
        """The same for a phrase, since many rows have the same."""
        palettes = (colour for palette in PALETTES for colour in palette.colours)
        self.shapes = frozenset({*SOLID_SHAPES, *_SHAPES})
        looks = _longest_first({*self.shapes, *_COLOURS, *palettes})
        self._things: dict[int, int] = {}
        """The groups that stand for things, and how many groups each has within it."""
        self._pattern = re.compile(
            "|".join(
                (
                    *self._grouped(dict.fromkeys((*family.names, *NAMES))),
                    "(?P<mark>[\ue000-\uf8ff])",
                    rf"(?P<look>\b(?:{'|'.join(looks)})(?=(?:e?s)?\b))(?:e?s)?",
                    r"(?P<number>(?<![\w.])[-\u2212]?\d++(?:\.\d++)?+(?![\w]))",
                    r"(?P<item>[^\W_]++(?:[-'\u2019./][^\W_]++)*+|[^\w\s])",
                )
            )
        )
        self._exact: dict[str, Token] = {}
        self._entries: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
        for kind, text in SMALL.items():
            for word in listed(text):
                self._enter(word, kind, word)
        for name in SOFT:
            self._enter(name, "soft", name)
        for name, value in NUMBERS.items():
            self._enter(name, "cardinal", value)
        for name, value in TIMES.items():
            self._enter(name, "times", value)
        for word in (*COMPARATIVES, *SUPERLATIVES):
            self._enter(word, "than", word)
        for word, meaning in self.words.items():
            self._enter(word, "word", meaning)
        self._enter(f"{family.noun} by {family.noun}", "neutral", "")
        for which in (
            "the",
            "a",
            "one",
            "each",
            "every",
            "all",
            "this",
            "these",
            "of",
            "first",
            "last",
            "next",
        ):
            self._enter(f"{which} {family.noun}", "neutral", "")  # a noun, where the verb is the same word
        for entries in self._entries.values():
            # Of entries of one length the last one counts: a family's own words before all others.
            entries.reverse()
            entries.sort(key=lambda entry: len(entry[0]), reverse=True)

    def _enter(self, words: str, kind: str, value: Any) -> None:
        if words.startswith("="):  # in this form alone: "slows", since "slow" may be an adjective
            self._exact[words[1:]] = Token(kind, value, words[1:])
            return
        first, *rest = (stem(word) for word in words.split())
        self._entries.setdefault(first, []).append((tuple(rest), kind, value))

    def _grouped(self, things: Iterable[str]) -> Iterator[str]:
        group = 1
        for thing in things:
            self._things[group] = re.compile(thing).groups
            group += 1 + self._things[group]
            yield f"({thing})"

    def tokens(self, text: str) -> list[Token]:
        """The words of a text, with those together that belong together."""
        found: list[Token] = []
        matches = list(self._pattern.finditer(text))
        stems = [stem(match["item"]) if match["item"] else "" for match in matches]
        place = 0
        while place < len(matches):
            match = matches[place]
            place += 1
            if match["item"]:
                one = found[-1] if found else None
                for rest, kind, value in self._entries.get(stems[place - 1], ()):
                    if kind == "cut" and rest and one and one.kind == "word" and stems[place - 1] in self.own:
                        continue  # "it moves right before it moves left"
                    if tuple(stems[place : place + len(rest)]) == rest:
                        end = matches[place + len(rest) - 1].end()
                        found.append(Token(kind, value, text[match.start() : end]))
                        place += len(rest)
                        break
                else:
                    if match["item"].casefold() in self._exact:
                        found.append(self._exact[match["item"].casefold()])
                        continue
                    known = not match["item"][0].isalnum() or _HOW.fullmatch(match["item"])
                    kind = "neutral" if known else "unknown"
                    found.append(Token(kind, match["item"], match["item"]))
            elif match["number"]:
                value = float(match["number"].replace("\u2212", "-")[:20])
                found.append(Token("number", value, match[0]))
            elif match["mark"]:
                found.append(Token("mark", match["mark"], match[0]))
            elif match["look"]:
                found.append(Token("look", match["look"], match[0]))
            else:
                group = match.lastindex or 0
                parts = match.groups()[group : group + self._things[group]]
                names = [part for part in parts if part] or [match[0]]
                found += [Token("name", name, match[0]) for name in names]
        return found

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


_HOW = re.compile(r"(?!diagonal|horizontal|vertical|circular)[a-z]{4,}ly")
"""Words that say how, which is never on record: "gently"."""


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


vocabulary = cache(Vocabulary)
"""The vocabulary of a family. Made once: that takes longer than reading a chain."""
