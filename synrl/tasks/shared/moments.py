"""Which end of a long clip can be read, which moment is asked about, and how to say so."""

from __future__ import annotations

from typing import Any

from synrl.seeds import Stream
from synrl.world.history import History, When

REVEALS = ("start", "end")
ENDS = {"start": "at the beginning", "end": "at the end"}


def draw_reveal(mode: str, question: Stream) -> str:
    """The end that can be read: forward questions need the start, retrodictive ones the end."""
    fixed = {"forward": "start", "retrodictive": "end"}.get(mode)
    return fixed or question.choice(REVEALS)


def draw_when(mode: str, num_operations: int, question: Stream) -> When:
    """The moment to ask about: the hidden end, or for historical questions one in between."""
    fixed = {"forward": "end", "retrodictive": "start"}.get(mode)
    return fixed or question.integer(1, num_operations - 1)


def draw_far(mode: str, reveal: str, num_operations: int, least: int, question: Stream) -> When:
    """The same, with at least so many operations between the moment and the end that can be read."""
    if mode != "historical":
        return draw_when(mode, num_operations, question)
    far = question.integer(least, num_operations - 1)
    return far if reveal == "start" else num_operations - far


def state_at(history: History, when: When) -> Any:
    """The state at a moment."""
    return history.states[{"start": 0, "end": -1}[when] if isinstance(when, str) else when]


def hidden_end(reveal: str) -> str:
    """The end that can't be read."""
    return "end" if reveal == "start" else "start"


def say_moment(when: When, noun: str = "operation") -> str:
    """A moment in words; operations may be called by another noun."""
    if isinstance(when, str):
        return f"{ENDS[when]} of the video"
    return f"right after {noun} {when} (counting from 1)"


def brief_moment(when: When, noun: str = "operation") -> str:
    """The same for somebody who knows how operations are counted."""
    return say_moment(when, noun).partition(" (")[0]
