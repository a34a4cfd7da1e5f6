"""What a sentence says is asked: "I want to know how often the circle hits a wall" claims no hit."""

from __future__ import annotations

import re

_ASKING = (
    r"(?:question(?: here)?(?: is(?: just| simply| this:)?)?|asked(?: for)?(?: is| here is)?|asks|task is"
    r"|know|find out|figure out|work out|make out|settle|decide|determine|establish|tell|say|answer|learn"
    r"|comes down to|turns on|depends on|hangs on|is about|ask myself|wonder|point(?: here)? is"
    r"|work out is|find out is|know is|settled? is)"
)
_WHAT = (
    r"(?:how(?: often| many| much| far| fast| long| to| the| it)?|which|what|who|whom|whose|when|where"
    r"|whether"
    r"|(?:in|from|at|on|with|between|along) (?:which|what|when))"
)
_TO_THE_END = (
    r"(?:[^.;:!?\u2014]|[.:](?=\w)){0,250}?"
    r"(?=, and\b|,? (?:so|and so|and I|I|let|then|my|but|and then|it is enough)\b|,? ?[.;:!?\u2014](?!\w)|$)"
)
_ASKED = re.compile(rf"\b{_ASKING},? {_WHAT}\b{_TO_THE_END}", re.IGNORECASE)
_FRONTED = re.compile(
    rf"^{_WHAT}\b(?:[^;!?\u2014]){{0,250}}?"
    r"(?=(?:,|:| \u2014|,? and)? (?:(?:this|that) is (?:the question|what)|is (?:the question|what I))\b)",
    re.IGNORECASE,
)


def claimed(text: str) -> str:
    """A sentence without the questions in it; empty if it is one itself."""
    if text.rstrip().endswith("?"):
        return ""
    return _ASKED.sub("it", _FRONTED.sub("it", text, count=1))
