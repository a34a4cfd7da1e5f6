"""Texts in figures: words, numbers, directions, steps."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from synrl.answers import parse_interval

_WORD = re.compile(r"[^\s/,;:()\[\]\"?!]+")
_NUMBER = re.compile(r"[-+\u2212]?\d+(?:\.\d+)?")
_STEP = re.compile(r"\s*;\s*|\s+then\s+|\s*,\s*then\s+")
_COMPARED = 300
"""Characters of a text that are compared letter by letter."""
_WAYS = {
    "right": (1.0, 0.0),
    "left": (-1.0, 0.0),
    "up": (0.0, -1.0),
    "above": (0.0, -1.0),
    "down": (0.0, 1.0),
    "below": (0.0, 1.0),
}
OPPOSITES = frozenset(
    frozenset(pair.split())
    for pair in ("left right", "up down", "above below", "in out", "clockwise counterclockwise", "add remove")
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """Its words and the parts of its paths in lower case, numbers with their sign, punctuation left out."""
    found = (word.rstrip(".").casefold() for word in _WORD.findall(text.replace("\u2212", "-")))
    return tuple(word for word in found if word)


@lru_cache(maxsize=65536)
def numbers(text: str) -> tuple[float, ...]:
    """The numbers in a text, whatever stands around them."""
    return tuple(float(found.replace("\u2212", "-")) for found in _NUMBER.findall(text))


@lru_cache(maxsize=65536)
def number(text: str) -> float:
    """The number, or the start of the interval, that a text is; NaN for any other."""
    span = parse_interval(text) if text.startswith("[") else None
    if span is not None:
        return span[0]
    return numbers(text)[0] if _NUMBER.fullmatch(text.strip()) else float("nan")


def steps(text: str) -> list[str]:
    """The steps of a plan, or the parts of a text that says what comes after what."""
    return [step for step in _STEP.split(text) if step]


def ways(text: str) -> list[tuple[float, float]]:
    """The directions that a text names, in order, as x and y on screen: to the right, and down."""
    found = []
    for word in words(text):
        parts = [_WAYS[part] for part in word.split("-") if part in _WAYS]
        if parts and len(parts) == len(word.split("-")):
            x, y = (sum(axis) for axis in zip(*parts, strict=True))
            length = (x * x + y * y) ** 0.5 or 1.0
            found.append((x / length, y / length))
    return found


@lru_cache(maxsize=65536)
def likeness(one: str, two: str) -> float:
    """How alike two texts are, letter by letter: 0 to 1."""
    return SequenceMatcher(None, one[:_COMPARED], two[:_COMPARED], autojunk=False).ratio()


def agreement(one: str, two: str) -> float:
    """The share of places at which two texts have the same word."""
    first, second = words(one), words(two)
    longest = max(len(first), len(second), 1)
    return sum(a == b for a, b in zip(first, second, strict=False)) / longest


def shared(one: str, two: str) -> float:
    """The share of two texts' words that both have."""
    first, second = set(words(one)), set(words(two))
    return len(first & second) / max(1, len(first | second))
