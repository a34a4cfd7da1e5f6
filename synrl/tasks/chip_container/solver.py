"""The solver of chip_container: keep account of values, from what can be read and what is shown.

This is the second implementation of every answer. It does not apply the rules of `world.chips`, but
keeps a ledger of how many chips of each value each container holds, and books every operation in it,
forwards from a readable start or backwards from a readable end. Plans it finds by comparing ledgers: a
value that lies in the wrong container takes one move.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at
from synrl.tasks.chip_container.clip import names, value
from synrl.tasks.chip_container.shelf import mouth
from synrl.tasks.shared.moments import hidden_end
from synrl.world.chips import format_plan, parse_plan
from synrl.world.history import Step, When
from synrl.world.timeline import Operation, State

Ledger = dict[str, Counter[int]]
"""For each container, how many chips of each value are in it."""


def ledger_at(evidence: Evidence, when: When) -> Ledger | None:
    """The ledger at a moment; None if the evidence doesn't determine it."""
    ledgers = follow(evidence)
    return None if ledgers is None else at(ledgers, when)


def total(held: Counter[int]) -> int:
    """What some chips are worth together."""
    return sum(chip * number for chip, number in held.items())


def peak(evidence: Evidence, container: str) -> str | None:
    """The number of the operation that brings a container to its largest total."""
    ledgers = follow(evidence)
    if ledgers is None:
        return None
    totals = [total(ledger[container]) for ledger in ledgers]
    return str(totals.index(max(totals)))


def changes(evidence: Evidence, container: str) -> list[int]:
    """The numbers of the operations that are seen to involve a container; none if one was missed."""
    if _missed(evidence):
        return []
    return [
        operation.index + 1
        for operation in evidence.operations
        if container in operation.arguments.values() or container in operation.arguments.get("containers", ())
    ]


def plan(evidence: Evidence) -> str | None:
    """The first option that works, or a shortest plan if there are none."""
    query = evidence.query
    hidden = ledger_at(evidence, hidden_end(query["reveal"]))
    if hidden is None:
        return None
    target = {name: Counter(chips) for name, chips in query["target"].items()}
    if evidence.options:
        return next((option for option in evidence.options if _carried_out(hidden, option) == target), None)
    surplus = [(chip, name) for name in hidden for chip in (hidden[name] - target[name]).elements()]
    lacking = [(chip, name) for name in hidden for chip in (target[name] - hidden[name]).elements()]
    moves = [
        Step("move", {"source": source, "target": goal, "chip": chip})
        for (chip, source), (same, goal) in zip(sorted(surplus), sorted(lacking), strict=False)
        if chip == same
    ]
    fits = len(moves) == len(surplus) == len(lacking) <= query["moves"]
    return format_plan(moves) if moves and fits else None


def _missed(evidence: Evidence) -> bool:
    """Whether an operation was missed: they have their number in the clip, and one is skipped."""
    return [operation.index for operation in evidence.operations] != list(range(len(evidence.operations)))


def follow(evidence: Evidence) -> list[Ledger] | None:
    """The ledgers after 0, 1, … operations; None if what was seen does not fit together."""
    if _missed(evidence) or not evidence.reveals:
        return None
    (reveal,) = evidence.reveals
    ledger: Ledger = {name: Counter(chips) for name, chips in reveal.state.items()}
    from_start = reveal.start_frame == 0
    ledgers = [ledger]
    for operation in evidence.operations if from_start else reversed(evidence.operations):
        booked = _booked(ledger, operation, 1 if from_start else -1)
        if booked is None:
            return None
        ledger = booked
        ledgers.append(ledger)
    return ledgers if from_start else ledgers[::-1]


def _booked(ledger: Ledger, operation: Operation, direction: int) -> Ledger | None:
    """The ledger after an operation, or before it if `direction` is -1; None if it can't be so."""
    given, kind = operation.arguments, operation.kind
    after = {name: held.copy() for name, held in ledger.items()}
    if kind == "swap":
        one, two = given["containers"]
        after[one], after[two] = after[two], after[one]
    elif kind == "pour":
        if direction < 0 or not after[given["source"]]:
            return None
        after[given["target"]] += after[given["source"]]
        after[given["source"]] = Counter()
    else:
        gains = given.get("target") or (given["container"] if kind == "add" else None)
        loses = given.get("source") or (given["container"] if kind == "remove" else None)
        for name, change in ((gains, direction), (loses, -direction)):
            if name is not None:
                after[name][given["chip"]] += change
                if after[name][given["chip"]] < 0:
                    return None
    return {name: +held for name, held in after.items()}


def _carried_out(hidden: Ledger, plan: str) -> Ledger | None:
    """The ledger after a plan, None if a move in it can't be made."""
    ledger: Ledger | None = hidden
    for index, (kind, arguments) in enumerate(parse_plan(plan) or ()):
        if ledger is not None:
            ledger = _booked(ledger, Operation(index, 0, 0, kind, arguments), 1)
    return ledger


# --- reading the tracks -----------------------------------------------------------------------------


def observe(evidence: Evidence) -> Observed:
    """Operations and states read back from the poses of chips and bags on every frame of the full clip.

    Bags stand at their places on the first frame. Something happens from when a chip shows or a bag
    leaves its place to when all is closed and still again.
    """
    letters = names(evidence.query["containers"])
    bags = {name: track for name, track in evidence.tracks.items() if name.startswith("bag")}
    chips = {name: track for name, track in evidence.tracks.items() if name[0].isdigit()}
    x = np.array([track.x for track in bags.values()])
    y = np.array([track.y for track in bags.values()])
    angle = np.array([track.angle for track in bags.values()])
    closed = np.all([track.visible for track in bags.values()], axis=0)
    places = np.sort(x[:, 0])
    chip_x = np.array([track.x for track in chips.values()])
    chip_y = np.array([track.y for track in chips.values()])
    shown = np.array([track.visible for track in chips.values()])

    def letter(at: float) -> str:
        return letters[int(np.argmin(np.abs(places - at)))]

    def where(chip: int, frame: int) -> str | None:
        return letter(chip_x[chip, frame]) if chip_y[chip, frame] > 0 else None

    def contents(frame: int) -> dict[str, list[int]]:
        state: dict[str, list[int]] = {name: [] for name in letters}
        for i, name in enumerate(chips):
            if (container := where(i, frame)) is not None:
                state[container].append(value(name))
        return {name: sorted(held) for name, held in state.items()}

    def operation(start: int, end: int) -> tuple[str, dict[str, Any]]:
        middle = (start + end) // 2
        (visible,) = np.nonzero(shown[:, middle])
        if len(visible):
            chip = int(visible[0])
            return _chip_operation(value(list(chips)[chip]), where(chip, start), where(chip, end))
        moved = np.flatnonzero(y[:, middle] != y[:, start])
        sources = [letter(x[bag, start]) for bag in moved]
        if len(sources) > 1:
            return "swap", {"containers": sorted(sources)}
        (bag,) = moved
        tipped = start + int(np.argmax(np.abs(angle[bag, start:end])))
        height = float(list(bags.values())[bag].size[tipped])
        spout = x[bag, tipped] + mouth(height, float(angle[bag, tipped]))
        return "pour", {"source": sources[0], "target": letter(spout)}

    busy = closed & (shown.any(axis=0) | (y != y[:, :1]).any(axis=0))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], busy, [False]]).astype(int)))
    at_start = not closed[0]
    states = [State(0, contents(0), at_start)]
    if at_start:
        states.append(State(int(np.argmax(closed)), contents(0), False))
    operations = []
    for index, (first, after) in enumerate(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)):
        start, end = first - 1, after
        operations.append(Operation(index, start, end, *operation(start, end)))
        states.append(State(end, contents(end), False))
    if not at_start:
        opened = int(np.argmin(closed))
        states.append(State(opened, contents(opened), True))
    return Observed(operations=tuple(operations), states=tuple(states))


def _chip_operation(chip: int, source: str | None, target: str | None) -> tuple[str, dict[str, Any]]:
    """The operation by which a chip that was shown went from a container to another, or in, or out."""
    if source is None:
        return "add", {"container": target, "chip": chip}
    if target is None:
        return "remove", {"container": source, "chip": chip}
    return "move", {"source": source, "target": target, "chip": chip}
