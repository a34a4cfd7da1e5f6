"""The rules of the slots, apart from how they are drawn: state, operation -> state.

A state is `{"slots": [3, -7, "x"]}`: the values of slots A, B, C, … from the left, each a whole number or a
symbol, which may have a minus sign. Operations:

    swap    slots (two)       their values change places
    copy    source, target    the target gets the source's value; `lost` is what it held, if that shows
    negate  slot              its value changes sign
    add     slot, amount      to a number
    rotate  direction         all values move by one slot, `left` or `right`, around the end
    delete  slot              its value goes, those to the right close up; `value` if that shows
    insert  slot, value       a value comes in, those from there on move right
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from synrl.errors import IllegalOperation
from synrl.world.history import Step, World

NAMES = "ABCDEFGH"
Value = int | str

_PLAN = re.compile(r"(swap)\s+([a-h])\s+(?:and\s+)?([a-h])|(negate)\s+([a-h])|(rotate)\s+(left|right)", re.I)


def negated(value: Value) -> Value:
    """The value with the other sign."""
    if isinstance(value, int):
        return -value
    return value[1:] if value.startswith("-") else f"-{value}"


def apply(state: Mapping[str, Any], kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The state after an operation; `state` is left as it is.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    values: list[Value] = list(state["slots"])
    if kind == "swap":
        one, two = (_index(values, name) for name in arguments["slots"])
        if one == two:
            raise IllegalOperation(f"swap of slot {NAMES[one]} with itself")
        values[one], values[two] = values[two], values[one]
    elif kind == "copy":
        source, target = _index(values, arguments["source"]), _index(values, arguments["target"])
        if source == target:
            raise IllegalOperation(f"copy of slot {NAMES[source]} to itself")
        _check("slot " + NAMES[target], values[target], arguments.get("lost"))
        values[target] = values[source]
    elif kind == "negate":
        slot = _index(values, arguments["slot"])
        values[slot] = negated(values[slot])
    elif kind == "add":
        slot = _index(values, arguments["slot"])
        number = values[slot]
        if not isinstance(number, int):
            raise IllegalOperation(f"add to slot {NAMES[slot]}, which holds the symbol {number}")
        values[slot] = number + arguments["amount"]
    elif kind == "rotate":
        if arguments["direction"] not in ("left", "right"):
            raise IllegalOperation(f"rotate {arguments['direction']!r}; it goes left or right")
        values = values[1:] + values[:1] if arguments["direction"] == "left" else values[-1:] + values[:-1]
    elif kind == "delete":
        slot = _index(values, arguments["slot"])
        _check("slot " + NAMES[slot], values[slot], arguments.get("value"))
        del values[slot]
    elif kind == "insert":
        slot = NAMES.find(arguments["slot"])
        if not 0 <= slot <= len(values):
            raise IllegalOperation(f"insert at slot {arguments['slot']}, behind a gap")
        values.insert(slot, arguments["value"])
    else:
        raise IllegalOperation(f"operation {kind!r} is unknown")
    return {"slots": values}


def undo(state: Mapping[str, Any], kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The state before an operation.

    Raises:
        IllegalOperation: it can't have led to this state, or what it destroyed is not known.
    """
    values: list[Value] = list(state["slots"])
    if kind in ("swap", "negate"):
        return apply(state, kind, arguments)
    if kind == "add":
        return apply(state, kind, {**arguments, "amount": -arguments["amount"]})
    if kind == "rotate":
        back = {"left": "right", "right": "left"}.get(arguments["direction"], arguments["direction"])
        return apply(state, kind, {"direction": back})
    if kind == "insert":
        return apply(state, "delete", arguments)
    if kind == "delete" and arguments.get("value") is not None:
        return apply(state, "insert", arguments)
    if kind == "copy" and arguments.get("lost") is not None:
        source, target = _index(values, arguments["source"]), _index(values, arguments["target"])
        if values[source] != values[target]:
            raise IllegalOperation(f"slots {NAMES[source]} and {NAMES[target]} differ after a copy")
        values[target] = arguments["lost"]
        return {"slots": values}
    raise IllegalOperation(f"operation {kind!r} can't be undone")


def _index(values: Sequence[Value], name: str) -> int:
    slot = NAMES.find(name)
    if not 0 <= slot < len(values):
        raise IllegalOperation(f"there is no slot {name}")
    return slot


def _check(slot: str, value: Value, shown: Value | None) -> None:
    if shown is not None and shown != value:
        raise IllegalOperation(f"{slot} holds {value}, not {shown}")


def plan_steps(state: Mapping[str, Any]) -> Iterator[Step]:
    """Every swap, negation and rotation."""
    names = NAMES[: len(state["slots"])]
    yield from (Step("swap", {"slots": [one, two]}) for one, two in itertools.combinations(names, 2))
    yield from (Step("negate", {"slot": name}) for name in names)
    yield from (Step("rotate", {"direction": direction}) for direction in ("left", "right"))


def parse_plan(text: str) -> list[Step] | None:
    """The steps of `swap A B; negate C; rotate left` (or commas, or lines); None if there is more in it."""
    parts = [part.strip(" .") for part in re.split(r"[;,\n]", text.strip())]
    steps = []
    for match in (_PLAN.fullmatch(part) for part in parts if part):
        if match is None:
            return None
        if match[1]:
            steps.append(Step("swap", {"slots": [match[2].upper(), match[3].upper()]}))
        elif match[4]:
            steps.append(Step("negate", {"slot": match[5].upper()}))
        else:
            steps.append(Step("rotate", {"direction": match[7].lower()}))
    return steps or None


def format_plan(steps: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    words = {
        "swap": lambda given: "swap " + " ".join(given["slots"]),
        "negate": lambda given: f"negate {given['slot']}",
        "rotate": lambda given: f"rotate {given['direction']}",
    }
    return "; ".join(words[kind](arguments) for kind, arguments in steps)


class Origin(NamedTuple):
    """Where a value comes from, and whether its sign changes on the way: 1 or -1."""

    slot: int
    sign: int


@lru_cache(maxsize=256)
def plans_to(slots: int, goal: int, moves: int) -> Sequence[tuple[Origin, str]]:
    """Plans of some steps that each count, and what each puts into a slot."""
    found = []
    for steps in itertools.product(plan_steps({"slots": range(slots)}), repeat=moves):
        origin = _origin(slots, goal, steps)
        fewer = (steps[:k] + steps[k + 1 :] for k in range(moves))
        if all(_origin(slots, goal, rest) != origin for rest in fewer):
            found.append((origin, format_plan(steps)))
    return found


def _origin(slots: int, goal: int, steps: Sequence[Step]) -> Origin:
    slot, sign = goal, 1
    for kind, given in reversed(steps):
        if kind == "rotate":
            slot = (slot + (1 if given["direction"] == "left" else -1)) % slots
        elif kind == "negate":
            sign = -sign if NAMES[slot] == given["slot"] else sign
        elif NAMES[slot] in given["slots"]:
            (slot,) = (NAMES.index(name) for name in given["slots"] if name != NAMES[slot])
    return Origin(slot, sign)


def reached(state: Mapping[str, Any], target: Mapping[str, Any]) -> bool:
    """Whether a slot holds a value."""
    slot = NAMES.index(target["slot"])
    return slot < len(state["slots"]) and bool(state["slots"][slot] == target["value"])


WORLD = World(apply, undo, plan_steps, parse_plan, format_plan, reached)
