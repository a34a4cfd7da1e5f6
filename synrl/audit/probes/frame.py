"""What one frame gives away, and what frames give away whose order is not known.

Candidates are compared with what is shown: with the text of it, with the answer that holds if nothing else
happens, and by where the objects are that question and candidates name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from synrl.audit.exam import Bag, Exam, Sight, Thing
from synrl.audit.probes.state import of_the_moment
from synrl.audit.probes.view import Figures, Look
from synrl.audit.probes.words import ORDINALS, agreement, likeness, number, shared, ways, words

_NONE = float("nan")
_Point = tuple[float, float]


def frame_at(place: str) -> Look:
    """What the frame at a place of the clip shows."""

    def look(exam: Exam, candidates: tuple[str, ...]) -> Figures | None:
        sight = exam.sights.get(place)
        if sight is None or not (sight.said or sight.things or sight.empty):
            return None
        return {
            **_like_the_answer(sight, candidates),
            **_said(exam, sight, candidates),
            **_where(exam, sight.things, sight.answer, candidates),
            **_carried(sight, candidates),
            **of_the_moment(sight, _about(exam, sight.things), candidates),
        }

    return look


def frames_without_order(exam: Exam, candidates: tuple[str, ...]) -> Figures | None:
    """What all frames show if nobody knows which came first."""
    if exam.bag is None:
        return None
    things = {
        name: Thing(figures["mean x"], figures["mean y"], 0.0, figures["mean size"])
        for name, figures in exam.bag.things.items()
    }
    return {**_where(exam, things, None, candidates), **_extents(exam, exam.bag, things, candidates)}


def _like_the_answer(sight: Sight, candidates: tuple[str, ...]) -> dict[str, Sequence[float]]:
    """How near each candidate is to the answer that holds on this frame."""
    held = sight.answer
    if held is None:
        return {}
    value = number(held)
    return {
        "it is what the frame shows": [float(text == held) for text in candidates],
        "likeness to what the frame shows": [likeness(text, held) for text in candidates],
        "words of what the frame shows": [shared(text, held) for text in candidates],
        "words in the places where the frame shows them": [agreement(text, held) for text in candidates],
        "difference from the number that the frame shows": [abs(number(t) - value) for t in candidates],
        "steps from the cell that the frame shows": [_letters_apart(text, held) for text in candidates],
    }


def _letters_apart(one: str, two: str) -> float:
    """How far two short names of places are apart, letter by letter: B1 and C3 by three."""
    if len(one) != len(two) or len(one) > 3:
        return _NONE
    return float(sum(abs(ord(a) - ord(b)) for a, b in zip(one, two, strict=True)))


def _said(exam: Exam, sight: Sight, candidates: tuple[str, ...]) -> dict[str, Sequence[float]]:
    """Which of the candidates' words can be read on the frame, or belong to what the question is about."""
    shown = _places(sight.said)
    subject = set(words(_subject(exam, sight.things)))
    told = [words(text) for text in candidates]
    return {
        "words that are shown": [sum(w in shown for w in t) / max(1, len(t)) for t in told],
        "its first word is shown": [float(t[0] in shown) if t else _NONE for t in told],
        "its last word is shown": [float(t[-1] in shown) if t else _NONE for t in told],
        "where its first word is shown": [float(shown.get(t[0], -1)) if t else _NONE for t in told],
        "its first word is that of the object": [float(t[0] in subject) if t else _NONE for t in told],
        "its last word is that of the object": [float(t[-1] in subject) if t else _NONE for t in told],
        "words of the object": [float(sum(w in subject for w in t)) for t in told],
    }


@lru_cache(maxsize=4096)
def _places(said: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, word in enumerate(words(said)):
        found.setdefault(word, place)
    return found


def _about(exam: Exam, things: Mapping[str, Thing]) -> list[str]:
    """The objects that are asked about, seen or not, and then what else the question names."""
    return list(dict.fromkeys((*exam.about, *_named(exam.question, things))))


def _asked(exam: Exam, things: Mapping[str, Thing]) -> list[str]:
    """The objects that are asked about and can be seen, in order."""
    return [name for name in exam.about if name in things] or _named(exam.question, things)


def _subject(exam: Exam, things: Mapping[str, Thing]) -> str:
    """The object that is asked about, or counted from the left; an empty text if there is none."""
    named = _asked(exam, things)
    if named:
        return named[0]
    for word in words(exam.question):  # the first ordinal: "the third shape …, from first to last"
        if word in ORDINALS[: len(things)]:
            return sorted(things, key=lambda name: things[name].x)[ORDINALS.index(word)]
    return ""


def _named(text: str, things: Mapping[str, Thing]) -> list[str]:
    """The objects that a text names, in its order; a number or a card stands for what bears it."""
    found = sorted((text.find(name), name) for name in things if name in text)
    if found:
        return [name for _, name in found]
    told = words(text)
    if len(told) > 8:
        return []
    by_word = {words(name)[-1]: name for name in things if words(name)}
    return [by_word[word] for word in told if word in by_word]


def _where(
    exam: Exam, things: Mapping[str, Thing], held: str | None, candidates: tuple[str, ...]
) -> dict[str, Sequence[float]]:
    """Where the objects are that candidates name, and which ways are free, seen from the others."""
    subject = _subject(exam, things)
    asked = _asked(exam, things) or ([subject] if subject else [])
    named = [_named(text, things) for text in candidates]
    chosen = {name for names in named for name in names}
    rest = [name for name in asked if name not in chosen] or asked
    centre = things[rest[0]] if rest else None
    shown = _named(held, things) if held is not None else []
    origin = things[shown[0]] if shown else centre
    found: dict[str, Sequence[float]] = {}
    for title, which in (("first", 0), ("last", -1)):
        own = [things[names[which]] if names else None for names in named]
        for what, measure in _MEASURES.items():
            found[f"{what} of the {title} object it names"] = [
                _NONE if one is None else measure(one, origin) for one in own
            ]
    directions = [ways(text) for text in candidates]
    here = _at(things[asked[0]]) if asked else None
    gap = _between(things, asked)
    for title, which in (("first", 0), ("last", -1)):
        way = [w[which] if w else None for w in directions]
        found[f"room in its {title} direction"] = [_room(here, w) for w in way]
        found[f"its {title} direction is where the object is"] = [_along(gap, w) for w in way]
        found[f"its {title} direction leads to the middle"] = [_along(_inward(here), w) for w in way]
    return found


def _offset(measure: Callable[[float, float], float]) -> Callable[[Thing, Thing | None], float]:
    return lambda one, other: _NONE if other is None else measure(one.x - other.x, one.y - other.y)


_MEASURES: dict[str, Callable[[Thing, Thing | None], float]] = {
    "x": lambda one, _: one.x,
    "y": lambda one, _: one.y,
    "size": lambda one, _: one.size,
    "angle": lambda one, _: one.angle,
    "distance": _offset(math.hypot),
    "way to the right": _offset(lambda dx, _: dx),
    "way down": _offset(lambda _, dy: dy),
    "distance across": _offset(lambda dx, _: abs(dx)),
    "distance up or down": _offset(lambda _, dy: abs(dy)),
    "side to the right": _offset(lambda dx, _: math.copysign(abs(dx) > 0.01, dx)),
}


def _at(thing: Thing) -> _Point:
    return thing.x, thing.y


def _between(things: Mapping[str, Thing], asked: Sequence[str]) -> _Point | None:
    """From the second object that a question names to the first."""
    if len(asked) < 2:
        return None
    one, two = things[asked[0]], things[asked[1]]
    return one.x - two.x, one.y - two.y


def _inward(here: _Point | None) -> _Point | None:
    return None if here is None else (0.5 - here[0], 0.5 - here[1])


def _along(step: _Point | None, way: _Point | None) -> float:
    return _NONE if step is None or way is None else step[0] * way[0] + step[1] * way[1]


def _room(here: _Point | None, way: _Point | None) -> float:
    """How far it is to the edge of the frame that way, in shares of the frame."""
    if here is None or way is None:
        return _NONE
    free = [
        ((1.0 if step > 0 else 0.0) - at) / step
        for at, step in zip(here, way, strict=True)
        if abs(step) > 1e-6
    ]
    return min(free, default=_NONE)


def _carried(sight: Sight, candidates: tuple[str, ...]) -> dict[str, Sequence[float]]:
    """How plans go that are carried out on what is shown."""
    if len(sight.carried) != len(candidates):
        return {}
    names = (
        "legal steps",
        "likeness of its end to the target",
        "it reaches the target",
        "likeness of its start",
    )
    return {name: [c[k] for c in sight.carried] for k, name in enumerate(names)}


def _extents(
    exam: Exam, bag: Bag, things: Mapping[str, Thing], candidates: tuple[str, ...]
) -> dict[str, Sequence[float]]:
    """How far objects get, how their places lie, and how near to each other they come."""
    asked = _about(exam, things)
    named = [_named(text, things) for text in candidates]
    chosen = {name for names in named for name in names}
    rest = [name for name in asked if name not in chosen] or asked
    found: dict[str, Sequence[float]] = {}
    for what in dict.fromkeys(name for figures in bag.apart.values() for name in figures):
        found[f"{what} of the object it names"] = [
            _apart(bag, names[0], rest[0], what) if names and rest else _NONE for names in named
        ]
        pair = _apart(bag, asked[0], asked[1], what) if len(asked) > 1 else _NONE
        found[f"{what} of the objects asked about"] = [pair] * len(candidates)
    for what in dict.fromkeys(name for figures in bag.things.values() for name in figures):
        values = {name: figures.get(what, _NONE) for name, figures in bag.things.items()}
        found |= _of_each(what, values, asked, named)
    return found


def _of_each(
    what: str, values: Mapping[str, float], asked: Sequence[str], named: Sequence[Sequence[str]]
) -> dict[str, Sequence[float]]:
    """A figure of the first two objects asked about, by itself and compared, and of those candidates name."""
    one, two = (values.get(name, _NONE) for name in (*asked, "", "")[:2])
    beside = one / two if two else _NONE
    return {
        f"{what} of the object asked about": [one] * len(named),
        f"{what} of the second object asked about": [two] * len(named),
        f"{what} of the one object beside the other": [beside] * len(named),
        f"{what} of the object it names": [values[names[0]] if names else _NONE for names in named],
        f"how {what} falls from each object it names to the next": [
            _falls([values[name] for name in names]) for names in named
        ],
    }


def _falls(values: Sequence[float]) -> float:
    """The share of the pairs of some values in which the later is smaller; nothing of fewer than two."""
    if len(values) < 2:
        return _NONE
    return float(sum(a > b for a, b in itertools.combinations(values, 2))) / math.comb(len(values), 2)


def _apart(bag: Bag, one: str, two: str, what: str) -> float:
    found = bag.apart.get((one, two)) or bag.apart.get((two, one))
    return _NONE if found is None else found[what]
