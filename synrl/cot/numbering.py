"""How operations are spoken of by their numbers: "operation 3", "the last swap", "undoing slide 2"."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class Numbered(NamedTuple):
    """How operations are spoken of by their numbers."""

    one: re.Pattern[str]
    back: re.Pattern[str]
    """In a sentence that goes back in time."""
    ordinal: re.Pattern[str]
    several: re.Pattern[str]
    """Operations that a sentence speaks of at once, to say whether they change something."""


@cache
def numbered(noun: str) -> Numbered:
    """The same where an operation may be called so."""
    noun = rf"(?:operation|{re.escape(noun)})"
    return Numbered(
        *(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"\b{noun}\s+(\d+)",
                rf"\b(?:undo|undoing|undone|going back|tak(?:e|es|ing) back|revers(?:e|es|ing)"
                rf"|before (?:it|that|{noun}))\b",
                rf"\b(?:the )?({'|'.join(ORDINALS)}|last|final) ({noun})\b(?! (?:that|which|who|to)\b)",
                rf"\b{noun}e?s (\d+(?: (?P<to>to) \d+|(?:, \d+){{0,30}},? and \d+))\b",
            )
        )
    )
