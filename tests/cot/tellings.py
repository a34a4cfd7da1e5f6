"""Clips told in the words of other people: from the record alone, in phrases that no part of the library has.

A mistake is a happening that the record does not have, which is proved from the record and not from any text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cot.happenings import (
    BESIDE,
    CLAUSES,
    FAR,
    OTHER_WAY,
    SIDE,
    WAYS,
    Happening,
    happenings,
    tell,
)
from cot.statings import state_sentences, sum_sentence

KINDS = ("verb", "foreign", "direction", "attribute", "number", "negate", "count", "state", "sum")
"""Of mistakes: another happening of the family, or of another; another way, name or number; turned around;
another count; another state; a sum that does not come out."""


def is_false(row: Mapping[str, Any], changed: Happening, *, ever: bool = False) -> bool:
    """Whether the record has nothing of the kind at that time, give or take, or at any time."""
    near = [
        other
        for other in happenings(row)
        if ever or (other.start - FAR < changed.end and other.end + FAR > changed.start)
    ]
    return not any(changed.same(other) for other in near)


def false_sentences(kind: str, row: Mapping[str, Any], draw: random.Random) -> Iterator[str]:
    """Sentences with a mistake of one kind, each proved false by the record."""
    if kind == "state":
        yield from state_sentences(row, draw, false=True)
        return
    if kind == "sum":
        yield sum_sentence(draw, false=True)
        return
    told = happenings(row)
    draw.shuffle(told)
    for happening in told[:3]:
        if kind in ("negate", "count"):
            yield from _turned(kind, happening, told, draw)
            continue
        for other in _others(kind, happening, row, draw):
            if is_false(row, other):
                said = tell(other, draw)
                if kind != "number" or any(
                    re.search(rf"(?<!eration )\b{number}\b", said) for number in _numbers(other)
                ):
                    yield said
                break


def _numbers(happening: Happening) -> set[str]:
    return {value for name, value in happening.values if name in ("speed", "degrees", "chip")}


def true_sentences(row: Mapping[str, Any], draw: random.Random) -> Iterator[str]:
    """What is so, in other words."""
    for happening in happenings(row):
        yield tell(happening, draw)
    yield from state_sentences(row, draw, false=False)
    yield sum_sentence(draw, false=False)


def alone(sentence: str, row: Mapping[str, Any]) -> str:
    """A chain that says one thing of the clip, which is no conclusion."""
    return f"<think>{sentence} So I know.\nThat is all.</think><answer>{row['answer']}</answer>"


def _turned(kind: str, happening: Happening, told: Sequence[Happening], draw: random.Random) -> Iterator[str]:
    if kind == "negate":
        words = ("never", "does not", "doesn't", "almost", "nearly", "fails to", "would have", "did not")
        yield tell(happening, draw, denied=draw.choice(words))
    elif happening.number is None and happening.kind not in (
        "steady",
        "side",
        "nearer",
        "close",
        "shown",
        "inside",
    ):
        plain = replace(
            happening, values=tuple((n, v) for n, v in happening.values if n not in ("speed", "degrees"))
        )
        if plain != happening:
            return
        count = sum(happening.same(other) for other in told)
        wrong = draw.choice([n for n in range(1, 8) if n != count])
        times = {1: "exactly once", 2: "twice"}.get(
            wrong, f"{('', '', '', 'three', 'four', 'five', 'six', 'seven')[wrong]} times"
        )
        yield tell(happening, draw, times=f"{times} in all", timed=False)


_FOREIGN = {
    "short": ("blink", "pulse", "spin"),
    "long": ("chip pour", "slot negate", "slot copy", "slot rotate"),
}


def _others(kind: str, happening: Happening, row: Mapping[str, Any], draw: random.Random) -> list[Happening]:
    """What else might be said to happen, in random order; what is false of it has to be proved."""
    told = happenings(row)
    found: list[Happening] = []
    if kind == "verb":
        alike = [k for k in _FAMILY.get(row["family"], ()) if k != happening.kind]
        found = [replace(happening, kind=k) for k in alike if _fits(k, happening)]
    elif kind == "foreign":
        kinds = _FOREIGN["long" if row["operations"] else "short"]
        there = {other.kind for other in told} | set(_FAMILY.get(row["family"], ()))
        there |= {"spin"} if row["family"] == "rotation_counting" else set()
        there |= {"slot rotate"} if not happening.values else set()
        names = {"a": "A", "b": "B", "chip": "5", "card": "5♥", **dict(happening.values)}
        whom = happening.whom or next(
            (item["name"] for item in row["objects"] if item["name"] not in happening.who), "left wall"
        )
        found = [
            replace(happening, kind=k, whom=whom, values=tuple(names.items()))
            for k in kinds
            if k not in there
        ]
    elif kind == "direction":
        if happening.way in WAYS and happening.kind != "slot rotate":
            options = [way for way in WAYS if way != happening.way and ("-" in way) == ("-" in happening.way)]
            found = [replace(happening, way=way) for way in options]
        elif happening.way in ("left", "right"):
            found = [replace(happening, way=OTHER_WAY[happening.way])]
        elif happening.way in ("clockwise", "counterclockwise"):
            way = "clockwise" if happening.way == "counterclockwise" else "counterclockwise"
            found = [replace(happening, way=way)]
        elif happening.way in BESIDE:
            found = [replace(happening, way=way) for way in BESIDE if way != happening.way]
        elif happening.whom.endswith("wall"):
            side = happening.whom.split()[0]
            found = [replace(happening, whom=f"{other} wall") for other in SIDE if other != side]
        else:
            turned = {"grows": "shrinks", "shrinks": "grows", "closer": "farther", "farther": "closer"}
            turned |= {
                "larger": "smaller",
                "smaller": "larger",
                "speed up": "slow down",
                "slow down": "speed up",
            }
            found = [replace(happening, kind=turned[happening.kind])] if happening.kind in turned else []
            found = found or (
                [replace(happening, who=f"the {happening.whom}", whom=happening.who[4:])]
                if happening.kind == "overtake"
                else []
            )
        if happening.kind == "tile slide":  # only what is said of the way is changed
            found = [replace(other, kind="tile slide") for other in found]
    elif kind == "attribute":
        found = _attributes(happening, row)
    elif kind == "number" and happening.kind != "tile slide":
        for name, value in happening.values:
            if name in ("speed", "degrees", "chip") and value.isdecimal():
                wrong = str(int(value) + max(3, int(value) // 2))
                found.append(
                    replace(
                        happening, values=tuple((n, wrong if n == name else v) for n, v in happening.values)
                    )
                )
    draw.shuffle(found)
    return found


_FAMILY = {
    "acceleration_detection": ("speed up", "slow down", "steady"),
    "event_ordering": ("pulse", "blink", "swing", "spin", "hop"),
    "motion_counting": ("pulse", "blink", "swing", "spin", "hop", "step"),
    "relative_position": ("closer", "farther", "around", "overtake", "inside"),
    "distance_estimation": ("grows", "shrinks"),
    "attribute_change": ("larger", "smaller"),
    "card_stack": ("card move", "card swap", "card bury", "card remove"),
    "chip_container": ("chip move", "chip pour", "chip swap", "chip add", "chip remove"),
    "symbol_operations": ("slot swap", "slot negate", "slot copy", "slot delete"),
    "velocity_comparison": ("speed up", "slow down"),
    "speed_perception": ("speed up", "slow down"),
}


def _fits(kind: str, happening: Happening) -> bool:
    names = {name for name, _ in happening.values}
    needs = {
        "card move": {"a", "b", "card"},
        "card swap": {"a", "b"},
        "card bury": {"a", "card"},
        "card remove": {"a", "card"},
    }
    needs |= {"chip move": {"a", "b", "chip"}, "chip pour": {"a", "b"}, "chip swap": {"a", "b"}}
    needs |= {
        "chip add": {"a", "chip"},
        "chip remove": {"a", "chip"},
        "slot swap": {"a", "b"},
        "slot copy": {"a", "b"},
    }
    needs |= {"slot negate": {"a"}, "slot delete": {"a"}, "steady": {"speed"}}
    whom = {"hit", "touch", "closer", "farther", "around", "overtake", "grows", "shrinks"}
    if happening.kind in ("side", "nearer", "close", "shown", "inside", "colour", "shape"):
        return False
    return needs.get(kind, set()) <= names and (kind not in whom or bool(happening.whom))


def _attributes(happening: Happening, row: Mapping[str, Any]) -> list[Happening]:
    """Somebody else, who may be nobody: of another colour or shape, or of another place."""
    names = [
        item["name"] for item in row["objects"] if item["name"][:1].isalpha() and "zone" not in item["name"]
    ]
    found = []
    who = happening.who.removeprefix("the ")
    if who in names:
        colour, _, shape = who.partition(" ")
        colours = {name.partition(" ")[0] for name in names} | {"yellow", "white"}
        shapes = {name.partition(" ")[2] for name in names} | {"circle", "star", "heart"}
        made = {f"{other} {shape}" for other in colours} | {f"{colour} {other}" for other in shapes}
        found = [replace(happening, who=f"the {name}") for name in sorted(made - {who, happening.whom})]
    elif happening.who.endswith("from the left"):
        count = len({item["name"].partition(":")[0] for item in row["objects"]})
        places = ("first", "second", "third", "fourth", "fifth")[:count]
        found = [
            replace(happening, who=f"the {place} shape from the left") for place in places if place not in who
        ]
        after = dict(happening.values).get("after")
        if happening.kind == "colour" and after:
            values = tuple((n, "white" if n == "after" else v) for n, v in happening.values)
            found.append(replace(happening, values=values))
    elif (values := dict(happening.values)) and happening.kind.split()[0] != "tile":
        for name in ("a", "b"):
            if name in values and len(values[name]) == 1:
                found += [
                    replace(
                        happening,
                        values=tuple(
                            (n, other if n == name else v) for n, v in happening.values if n != "card"
                        ),
                    )
                    for other in "ABCDE"
                    if other not in values.values()
                ]
        found = [other for other in found if "{card}" not in "".join(CLAUSES[other.kind][1:])]
    return found


# --- states -----------------------------------------------------------------------------------------
