"""Hold a chain of thought against the row: its answer, its times, whom it names, its order, what it saw.

Reasoning is free text, so code checks only the claims that it can read; the report lists the claims that
were checked and those that were not. A sentence is taken apart into claims (`claims`), each of which is
held against what the row knows (`judging`): who does what, to whom, when, how often, and whether it happens
at all. What it says about a state must hold after the operation that it speaks of (`states`), and what it
infers must follow (`following`). A sentence about the clip of which a word is unknown may be wrong, but is
never held to be right. The check knows no writer: the same rules hold for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from synrl.answers import extract
from synrl.cot.facts import ClipFacts
from synrl.cot.reading import Reading
from synrl.cot.times import take_times
from synrl.prompts import markup
from synrl.scoring import score

TOLERANCE = 0.25
"""Seconds by which a stated time may be off: half the distance of frames sampled at 2 a second."""
_MAX_LENGTH = 20_000

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_OPTIONS = re.compile(r"\boptions? [A-J]\b", re.IGNORECASE)
_CLAUSE = re.compile(r",? and then |, then ")


@dataclass(frozen=True)
class CheckReport:
    """What a check found."""

    problems: tuple[str, ...]
    checked: tuple[str, ...]
    """Claims that could be held against the row: sentences, and statements about the state."""
    unchecked: tuple[str, ...]
    """Those about the clip that could not: their words are unknown, or what they say is not on record."""

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def share_unchecked(self) -> float:
        """Of all claims, those that could not be checked."""
        return len(self.unchecked) / max(1, len(self.checked) + len(self.unchecked))


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
    if found := markup(match[1]) or markup(match[2]):
        return CheckReport((f"there is markup in it, {found!r}; allowed: plain words",), (), ())
    reading = Reading(clip, tolerance)
    if score(extract(text), clip.row) != 1.0:
        reading.problems.append(f"the answer {match[2].strip()!r} is not right")
    sentences = list(_sentences(match[1]))
    ruled_out = any(_OPTIONS.search(sentence) for sentence in sentences[-2:-1])
    for number, sentence in enumerate(sentences):
        reading.read(sentence, last=number >= len(sentences) - 2 - ruled_out)
    reading.conclusion(match[1])
    return CheckReport(tuple(reading.problems), tuple(reading.checked), tuple(reading.unchecked))


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text.strip()):
        clauses = _CLAUSE.split(sentence)
        if len(clauses) > 1 and all(take_times(clause, 1.0).times for clause in clauses):
            yield clauses[0]
            yield from (f"then {clause}" for clause in clauses[1:])
        elif sentence.strip():
            yield sentence.strip()
