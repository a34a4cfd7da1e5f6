"""What the question and its options give away by themselves."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from synrl.answers import parse_interval
from synrl.audit.exam import Exam
from synrl.audit.probes.view import Figures, Look
from synrl.audit.probes.words import (
    OPPOSITES,
    agreement,
    likeness,
    number,
    numbers,
    shared,
    steps,
    ways,
    words,
)

_FEW = 12
"""At most so many candidates are compared with each other, and so many texts looked at one by one."""
_NAMED = 60
"""Of at most so many texts it is learnt which is which."""


def text_of(exam: Exam, candidates: tuple[str, ...]) -> Figures:
    """Everything that the words of a question and its candidates tell."""
    return {**_by_themselves(candidates), **_in_question(exam.question, candidates)}


def identity(exam: Exam, candidates: tuple[str, ...]) -> Figures:
    """Which candidate is which: what any learnt probe needs to know of them, whatever else it sees."""
    values = [number(text) for text in candidates]
    told = (*numbers(exam.question)[-3:], *(float("nan"),) * 3)[:3]
    found: dict[str, Sequence[float]] = {
        "number": values,
        "rank of number": [float(sum(other < value for other in values)) for value in values],
        "words": [float(len(words(text))) for text in candidates],
        "of": [float(len(candidates))] * len(candidates),
    }
    for name, which in (("first", 0), ("last", -1)):
        named = [ways(text) for text in candidates]
        found[f"{name} way x"] = [w[which][0] if w else float("nan") for w in named]
        found[f"{name} way y"] = [w[which][1] if w else float("nan") for w in named]
    for k, value in enumerate(told):
        found[f"number {k} of the question"] = [value] * len(candidates)
    return found


def which(texts: Sequence[str]) -> Look:
    """Which candidate is which by its text, if there are no more texts in a kind than can be learnt."""
    codes = {text: float(code) for code, text in enumerate(texts)}

    def look(exam: Exam, candidates: tuple[str, ...]) -> Figures:
        if len(texts) > _NAMED:
            return {}
        alone = {f"it is {text}": [float(c == text) for c in candidates] for text in texts[:_FEW]}
        return {"which": [codes[text] for text in candidates], **alone}

    return look


def asked_with(told: Sequence[str]) -> Look:
    """Which of some words a question has: the fastest, or the slowest? After it, or before?"""

    def look(exam: Exam, candidates: tuple[str, ...]) -> Figures:
        asked = set(words(exam.question))
        return {f"it asks with {word}": [float(word in asked)] * len(candidates) for word in told}

    return look


@lru_cache(maxsize=256)
def _by_themselves(candidates: tuple[str, ...]) -> Figures:
    """Figures of the candidates, which open questions of a kind share."""
    found: dict[str, Sequence[float]] = {"place in the list": range(len(candidates))}
    alone = [{**_size(text), **_numbers(text), **_steps(text)} for text in candidates]
    for name in alone[0] if alone else ():
        found[name] = [figures[name] for figures in alone]
    if 1 < len(candidates) <= _FEW:
        found |= _beside_others(candidates)
    return found


def _size(text: str) -> dict[str, float]:
    told = words(text)
    counts = Counter(told)
    return {
        "characters": float(len(text)),
        "words": float(len(told)),
        "repeated words": float(len(told) - len(counts)),
        "most repeats of a word": float(max(counts.values(), default=0)),
        "neighbouring words that are the same": float(sum(a == b for a, b in itertools.pairwise(told))),
        "words in alphabetical order": float(sum(a <= b for a, b in itertools.pairwise(told))),
        "capitals": float(sum(c.isupper() for c in text)),
        "digits": float(sum(c.isdigit() for c in text)),
        "signs": float(sum(not c.isalnum() and not c.isspace() for c in text)),
    }


def _numbers(text: str) -> dict[str, float]:
    told, span = numbers(text), parse_interval(text)
    none = float("nan")
    return {
        "numbers": float(len(told)),
        "zeros": float(sum(n == 0 for n in told)),
        "numbers below zero": float(sum(n < 0 for n in told)),
        "smallest number": min(told, default=none),
        "largest number": max(told, default=none),
        "largest number without its sign": max(map(abs, told), default=none),
        "repeated numbers": float(len(told) - len(set(told))),
        "repeated numbers without their signs": float(len(told) - len(set(map(abs, told)))),
        "odd numbers": float(sum(n % 2 == 1 for n in told)),
        "length of the interval": span[1] - span[0] if span else none,
    }


def _steps(text: str) -> dict[str, float]:
    """What a plan does twice, takes back at once, or goes on with."""
    told = [words(step) for step in steps(text)]
    found: Counter[str] = Counter()
    for one, two in itertools.pairwise(told):
        found["same"] += one == two
        found["back"] += one != two and sorted(one) == sorted(two)
        found["back"] += len(one) == len(two) and any(
            frozenset((a, b)) in OPPOSITES for a, b in zip(one, two, strict=True)
        )
        found["kind"] += one[:1] == two[:1]
        found["start"] += one[-2:-1] == two[-2:-1] != ()
        found["end"] += one[-1:] == two[-1:]
        found["on"] += bool(one and len(two) > 1 and one[-1] in two[1:-1])
        found["onto"] += bool(two and len(one) > 1 and two[-1] in one[1:-1])
        found["touch"] += bool(set(one[1:]) & set(two[1:]))
    return {
        "steps": float(len(told)),
        "different steps": float(len(set(told))),
        "steps like the one before": float(found["same"]),
        "steps that take the one before back": float(found["back"]),
        "steps of the kind of the one before": float(found["kind"]),
        "steps that start where the one before did": float(found["start"]),
        "steps that end where the one before did": float(found["end"]),
        "steps that go on from where the one before ended": float(found["on"]),
        "steps that end where the one before started": float(found["onto"]),
        "steps about what the one before was about": float(found["touch"]),
        "steps like the first": float(sum(step == told[0] for step in told[1:])),
    }


def _beside_others(candidates: tuple[str, ...]) -> dict[str, Sequence[float]]:
    """How each compares with the others: what a truth has from which the rest was made."""
    others = [[o for k, o in enumerate(candidates) if k != own] for own in range(len(candidates))]
    values = [number(text) for text in candidates]
    middle = statistics.median(values) if all(v == v for v in values) else float("nan")
    pairs = list(zip(candidates, others, strict=True))
    counts = Counter(word for text in candidates for word in set(words(text)))
    return {
        "likeness to the others": [sum(likeness(t, o) for o in rest) for t, rest in pairs],
        "likeness to the nearest other": [max(likeness(t, o) for o in rest) for t, rest in pairs],
        "words that the others have, too": [sum(shared(t, o) for o in rest) for t, rest in pairs],
        "words in the same places as in the others": [
            sum(agreement(t, o) for o in rest) for t, rest in pairs
        ],
        "words that no other has": [
            float(sum(counts[word] == 1 for word in set(words(text)))) for text in candidates
        ],
        "most common words": [float(sum(counts[word] for word in words(text))) for text in candidates],
        "distance from the middle number": [abs(value - middle) for value in values],
    }


def _in_question(question: str, candidates: tuple[str, ...]) -> dict[str, Sequence[float]]:
    """What of the candidates occurs in the question, and where."""
    asked = words(question)
    places: dict[str, int] = {}
    for place, word in enumerate(asked):
        places.setdefault(word, place)
    told = [words(text) for text in candidates]
    none = float("nan")
    lowered = question.casefold()
    return {
        "words of the question": [sum(w in places for w in t) / max(1, len(t)) for t in told],
        "place of its first word in the question": [float(places.get(t[0], -1)) if t else none for t in told],
        "place of its last word in the question": [float(places.get(t[-1], -1)) if t else none for t in told],
        "place of the whole in the question": [float(lowered.find(text.casefold())) for text in candidates],
        "neighbouring words that are neighbours in the question": [
            float(sum(places.get(b, -9) - places.get(a, -9) == 1 for a, b in itertools.pairwise(t)))
            for t in told
        ],
    }
