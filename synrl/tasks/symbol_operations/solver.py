"""The readers of symbol_operations: values followed as unknowns, and operations read off the tiles.

The solver does not apply the rules of `world.slots` to values. It keeps for every slot where its value
came from, whether its sign was changed since, and what was added; where a value shows, its origin is
known, wherever else it went. A question has an answer exactly if every origin it concerns is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.tasks.shared.moments import hidden_end
from synrl.world.history import Step, When
from synrl.world.slots import NAMES, WORLD, Value
from synrl.world.timeline import Operation, State


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
            return base if self.sign > 0 else _other_sign(base)
        return None if base is None else self.sign * base + self.amount

    def show(self, value: Value) -> bool:
        """Learn the origin from the value; False if it contradicts what is known."""
        base = _other_sign(value) if isinstance(value, str) and self.sign < 0 else value
        if isinstance(base, int):
            base = self.sign * (base - self.amount)
        if self.origin.value not in (None, base):
            return False
        self.origin.value = base
        return True


def _other_sign(symbol: str) -> str:
    return symbol.removeprefix("-") if symbol.startswith("-") else "-" + symbol


Terms = list[Term]


def values_at(evidence: Evidence, when: When) -> list[Value] | None:
    """What the slots hold at a moment, or None if the evidence doesn't determine all of it."""
    rows = _known(evidence)
    row = None if rows is None else at(rows, when)
    return None if row is None or None in row else [value for value in row if value is not None]


def changes(evidence: Evidence, name: str) -> list[int]:
    """The numbers of the operations that change a slot; none if they aren't determined."""
    slot, rows = NAMES.index(name), _known(evidence)
    held = [row[slot] if slot < len(row) else None for row in rows or ()]
    if None in held:
        return []
    return [number for number in range(1, len(held)) if held[number] != held[number - 1]]


def plan(evidence: Evidence) -> str | None:
    """A plan from the hidden end to the target, or None if the evidence doesn't determine that end."""
    hidden = values_at(evidence, hidden_end(evidence.query["reveal"]))
    return None if hidden is None else find_plan(evidence, {"slots": hidden}, _carry, WORLD)


def _known(evidence: Evidence) -> list[list[Value | None]] | None:
    """The values in the slots after 0, 1, … operations, None for those that are unknown."""
    rows = _followed(evidence)
    return None if rows is None else [[term.value() for term in row] for row in rows]


def _followed(evidence: Evidence) -> list[Terms] | None:
    """What the slots hold after 0, 1, … operations; None if the operations don't fit together."""
    if not evidence.reveals:
        return None
    shown: Sequence[Value] = evidence.reveals[0].state["slots"]
    at_start = reveal_at_start(evidence)
    growth = sum((o.kind == "insert") - (o.kind == "delete") for o in evidence.operations)
    row = [Term(Origin()) for _ in range(len(shown) - (0 if at_start else growth))]
    rows = [row]
    if at_start and not _read(row, shown):
        return None
    for operation in evidence.operations:
        following = _after(list(rows[-1]), operation.kind, operation.arguments)
        if following is None:
            return None
        rows.append(following)
    return rows if at_start or _read(rows[-1], shown) else None


def _read(row: Terms, shown: Sequence[Value]) -> bool:
    return len(row) == len(shown) and all(term.show(value) for term, value in zip(row, shown, strict=True))


def _after(row: Terms, kind: str, given: Mapping[str, Any]) -> Terms | None:
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


def _carry(state: Any, step: Step) -> Any | None:
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
        values[slots[0]] = _other_sign(value) if isinstance(value, str) else -value
    elif given["direction"] == "left":
        values.append(values.pop(0))
    else:
        values.insert(0, values.pop())
    return {"slots": values}


def observe(evidence: Evidence) -> Observed:
    """Operations and states of the full clip: from the order of the tiles, the tokens, and their names."""
    at_end = not reveal_at_start(evidence)

    def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
        tiles = [name for name in places if name.startswith("tile ")]
        return {"tiles": sorted(tiles, key=lambda name: places[name][0])}

    read = read_back(evidence, arrangement, _difference)
    held = {name: _value(name) for name in evidence.tracks if name.startswith("tile ")}
    rows = [state.state["tiles"] for state in read.states if not state.visible or not at_end]
    if not at_end:
        del rows[0]
    operations, states = [], [[held[name] for name in rows[0]]]
    for operation, before, after in zip(read.operations, rows, rows[1:], strict=False):
        kind, given = operation.kind, dict(operation.arguments)
        if kind == "token":
            kind, given = _token(evidence, operation, before)
            name = before[NAMES.index(given["slot"])]
            value = held[name]
            if kind == "add" and isinstance(value, int):
                held[name] = value + given["amount"]
            else:
                held[name] = _other_sign(value) if isinstance(value, str) else -value
        elif kind == "copy":
            given["source"] = _source(evidence, operation, before, after)
            given = {"source": given["source"], "target": given["target"]}
            if at_end:
                given["lost"] = held[before[NAMES.index(given["target"])]]
        elif kind == "delete" and at_end:
            given["value"] = held[before[NAMES.index(given["slot"])]]
        elif kind == "insert":
            given["value"] = held[after[NAMES.index(given["slot"])]]
        operations.append(replace(operation, kind=kind, arguments=given))
        states.append([held[name] for name in after])
    return Observed(operations=tuple(operations), states=tuple(_stamped(read.states, states, at_end)))


def _stamped(read: Sequence[State], rows: Sequence[list[Value]], at_end: bool) -> list[State]:
    """The states with values in the place of tiles: one of them comes twice, when it shows and when not."""
    doubled = [*rows, rows[-1]] if at_end else [rows[0], *rows]
    return [replace(state, state={"slots": row}) for state, row in zip(read, doubled, strict=True)]


def _difference(one: Mapping[str, Any], two: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What makes one order of tiles from another, as far as the order tells."""
    before, after = one["tiles"], two["tiles"]
    new = [slot for slot, name in enumerate(after) if name not in before]
    gone = [slot for slot, name in enumerate(before) if name not in after]
    if new:
        return ("copy", {"target": NAMES[new[0]]}) if gone else ("insert", {"slot": NAMES[new[0]]})
    if gone:
        return "delete", {"slot": NAMES[gone[0]]}
    if before == after:
        return "token", {}
    for direction, turned in (("left", before[1:] + before[:1]), ("right", before[-1:] + before[:-1])):
        if after == turned:
            return "rotate", {"direction": direction}
    moved = [slot for slot, name in enumerate(after) if name != before[slot]]
    return "swap", {"slots": [NAMES[slot] for slot in moved]}


def _value(name: str) -> Value:
    """What a tile held when it came."""
    text = name.partition(": ")[2]
    return int(text) if text.lstrip("-").isdigit() else text


def _token(evidence: Evidence, operation: Operation, tiles: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The operation that a token stands for, by its text and the tile that it drops onto."""
    last = operation.end_frame - 1
    for name, track in evidence.tracks.items():
        if name.startswith("token ") and track.visible[last]:
            nearest = min(tiles, key=lambda tile: abs(evidence.tracks[tile].x[last] - track.x[last]))
            slot, text = NAMES[list(tiles).index(nearest)], name.partition(": ")[2]
            return ("negate", {"slot": slot}) if text == "±" else ("add", {"slot": slot, "amount": int(text)})
    return "?", {"slot": NAMES[0]}


def _source(evidence: Evidence, operation: Operation, before: Sequence[str], after: Sequence[str]) -> str:
    """The slot that a new tile comes out of."""
    first = operation.start_frame + 1
    (new,) = (name for name in after if name not in before)
    x = evidence.tracks[new].x[first]
    nearest = min(before, key=lambda tile: abs(evidence.tracks[tile].x[operation.start_frame] - x))
    return NAMES[list(before).index(nearest)]
