"""Values of symbol_operations as a solver follows them: unknowns, apart from the rules of `world.slots`.

It keeps for every slot where its value came from, whether its sign was changed since, and what was added;
where a value shows, its origin is known, wherever else it went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synrl.world.history import Step
from synrl.world.slots import NAMES, Value


@dataclass(eq=False)
class Origin:
    """Something that a value was made from."""

    value: Value | None = None


@dataclass(frozen=True)
class Term:
    """A value as `sign * origin + amount`."""

    origin: Origin
    sign: int = 1
    amount: int = 0

    def value(self) -> Value | None:
        """None if the origin is unknown."""
        base = self.origin.value
        if isinstance(base, str):
            return base if self.sign > 0 else other_sign(base)
        return None if base is None else self.sign * base + self.amount

    def show(self, value: Value) -> bool:
        """Learn the origin from the value; False if it contradicts what is known."""
        base = other_sign(value) if isinstance(value, str) and self.sign < 0 else value
        if isinstance(base, int):
            base = self.sign * (base - self.amount)
        if self.origin.value not in (None, base):
            return False
        self.origin.value = base
        return True


def other_sign(symbol: str) -> str:
    """A symbol with the other sign."""
    return symbol.removeprefix("-") if symbol.startswith("-") else "-" + symbol


Terms = list[Term]


def learn(row: Terms, shown: Sequence[Value]) -> bool:
    """Learn the origins from all values of a row; False if these contradict what is known."""
    return len(row) == len(shown) and all(term.show(value) for term, value in zip(row, shown, strict=True))


def stepped(row: Terms, kind: str, given: Mapping[str, Any]) -> Terms | None:
    """The row after an operation, None if it can't be."""
    slots = [NAMES.index(given[name]) for name in ("slot", "source", "target") if name in given]
    slots += [NAMES.index(name) for name in given.get("slots", ())]
    if any(slot >= len(row) + (kind == "insert") for slot in slots):
        return None
    if kind == "swap":
        row[slots[0]], row[slots[1]] = row[slots[1]], row[slots[0]]
    elif kind == "rotate":
        row.append(row.pop(0)) if given["direction"] == "left" else row.insert(0, row.pop())
    elif kind == "insert":
        row.insert(slots[0], Term(Origin(given["value"])))
    elif kind == "delete":
        gone = row.pop(slots[0])
        if "value" in given and not gone.show(given["value"]):
            return None
    elif kind == "copy":
        if "lost" in given and not row[slots[1]].show(given["lost"]):
            return None
        row[slots[1]] = row[slots[0]]
    else:
        term = row[slots[0]]
        if kind == "add":
            row[slots[0]] = replace(term, amount=term.amount + given["amount"])
        else:
            row[slots[0]] = replace(term, sign=-term.sign, amount=-term.amount)
    return row


def carry(state: Any, step: Step) -> Any | None:
    """The state after a step of a plan, None if it can't be made."""
    values, given = list(state["slots"]), step.arguments
    names = [*given.get("slots", ()), *([given["slot"]] if "slot" in given else [])]
    slots = [NAMES.index(name) for name in names]
    if any(slot >= len(values) for slot in slots) or len(set(slots)) < len(slots):
        return None
    if step.kind == "swap":
        values[slots[0]], values[slots[1]] = values[slots[1]], values[slots[0]]
    elif step.kind == "negate":
        value = values[slots[0]]
        values[slots[0]] = other_sign(value) if isinstance(value, str) else -value
    elif given["direction"] == "left":
        values.append(values.pop(0))
    else:
        values.insert(0, values.pop())
    return {"slots": values}
