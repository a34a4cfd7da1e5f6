"""The rules of containers of chips, apart from how they are drawn: state, operation -> state.

A state maps each container to the values of its chips, in ascending order: contents are multisets, and
two chips of one value are the same. Operations:

    add     container, chip         a chip of a value into a container
    remove  container, chip         a chip of a value out of a container
    move    source, target, chip    a chip of a value from one container into another
    pour    source, target          all chips of a container into another
    swap    containers (two)        two containers exchange all they hold
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.errors import IllegalOperation
from synrl.world.history import History, Step, World

VALUES = (1, 5, 10, 25, 50, 100)
"""Of the chips that clips show; the rules take any whole number above 0."""

Chips = tuple[int, ...]
Contents = Mapping[str, Chips]
_PLAN = re.compile(r"move\s+(\d{1,9})\s+(?:from\s+)?([A-Z])\s+(?:into\s+|to\s+)?([A-Z])", re.IGNORECASE)


def apply(state: Contents, kind: str, arguments: Mapping[str, Any]) -> dict[str, Chips]:
    """The state after an operation; `state` is left as it is.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    if kind == "add":
        return _with(state, arguments["container"], arguments["chip"])
    if kind == "remove":
        return _without(state, arguments["container"], arguments["chip"])
    if kind == "move":
        source, target = _two(state, kind, (arguments["source"], arguments["target"]))
        return _with(_without(state, source, arguments["chip"]), target, arguments["chip"])
    if kind == "pour":
        source, target = _two(state, kind, (arguments["source"], arguments["target"]))
        if not state[source]:
            raise IllegalOperation(f"pour from container {source}, which is empty")
        return {**state, source: (), target: tuple(sorted((*state[source], *state[target])))}
    if kind == "swap":
        first, second = _two(state, kind, arguments["containers"])
        return {**state, first: tuple(state[second]), second: tuple(state[first])}
    raise IllegalOperation(f"operation {kind!r} is unknown")


def _two(state: Contents, kind: str, names: Sequence[str]) -> tuple[str, str]:
    first, second = names
    if first == second:
        raise IllegalOperation(f"{kind} of container {first} with itself")
    for name in names:
        _held(state, name)
    return first, second


def _held(state: Contents, name: str) -> Chips:
    if name not in state:
        raise IllegalOperation(f"there is no container {name}")
    return state[name]


def _with(state: Contents, name: str, chip: int) -> dict[str, Chips]:
    if chip < 1:
        raise IllegalOperation(f"a chip of {chip}; allowed: whole numbers above 0")
    return {**state, name: tuple(sorted((*_held(state, name), chip)))}


def _without(state: Contents, name: str, chip: int) -> dict[str, Chips]:
    left = list(_held(state, name))
    if chip not in left:
        raise IllegalOperation(f"container {name} holds no chip of {chip}")
    left.remove(chip)
    return {**state, name: tuple(left)}


def inverse(step: Step) -> Step:
    """The operation that takes another back.

    Raises:
        IllegalOperation: it is a pour, after which it can't be told which chips came from where.
    """
    kind, given = step
    if kind == "pour":
        raise IllegalOperation("a pour can't be taken back")
    if kind == "move":
        return _move(given["chip"], given["target"], given["source"])
    return Step({"add": "remove", "remove": "add"}.get(kind, kind), given)


def backwards(history: History) -> History:
    """The history that leads from the last state of another to its first.

    Raises:
        IllegalOperation: there is a pour in it.
    """
    return History(tuple(inverse(step) for step in reversed(history.steps)), history.states[::-1])


def changed(step: Step) -> tuple[str, ...]:
    """The containers whose contents an operation changes."""
    given = step.arguments
    if step.kind == "swap":
        return tuple(given["containers"])
    return (given["container"],) if "container" in given else (given["source"], given["target"])


def undo(state: Contents, kind: str, arguments: Mapping[str, Any]) -> dict[str, Chips]:
    """The state before an operation.

    Raises:
        IllegalOperation: it can't have led to this state, or is a pour.
    """
    return apply(state, *inverse(Step(kind, dict(arguments))))


def all_moves(state: Contents) -> Iterator[Step]:
    """Every `move` of a value that some container holds."""
    values = sorted({chip for chips in state.values() for chip in chips})
    for source, target in itertools.permutations(state, 2):
        yield from (_move(chip, source, target) for chip in values)


def _move(chip: int, source: str, target: str) -> Step:
    return Step("move", {"source": source, "target": target, "chip": chip})


def parse_plan(text: str) -> list[Step] | None:
    """The moves of `move 25 A B; move 5 C A` (or commas, or lines); None if there is anything else."""
    parts = [part.strip(" .") for part in re.split(r"[;,\n]", text.strip())]
    matches = [_PLAN.fullmatch(part) for part in parts if part]
    if not matches or not all(matches):
        return None
    return [_move(int(m[1]), m[2].upper(), m[3].upper()) for m in matches if m]


def format_plan(moves: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    given = [move.arguments for move in moves]
    return "; ".join(f"move {move['chip']} {move['source']} {move['target']}" for move in given)


WORLD = World(apply, undo, all_moves, parse_plan, format_plan)
