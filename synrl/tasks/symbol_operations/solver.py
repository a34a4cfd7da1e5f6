"""The readers of symbol_operations: values followed as unknowns, and operations read off the tiles.

A question has an answer exactly if every origin it concerns is known. `Evidence` keeps an operation as soon
as something is seen of it; all that is taken from it must have been readable, or nothing is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synrl.evidence import EDGE, STORED, Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.tasks.shared.moments import hidden_end
from synrl.tasks.symbol_operations.motion import SIGNS
from synrl.tasks.symbol_operations.terms import Origin, Term, Terms, carry, learn, other_sign, stepped
from synrl.world.history import When
from synrl.world.slots import NAMES, WORLD, Value
from synrl.world.timeline import HEIGHT, Operation, State


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
    return None if hidden is None else find_plan(evidence, {"slots": hidden}, carry, WORLD)


def _known(evidence: Evidence) -> list[list[Value | None]] | None:
    """The values in the slots after 0, 1, … operations, None for those that are unknown."""
    rows = _followed(evidence)
    return None if rows is None else [[term.value() for term in row] for row in rows]


def _followed(evidence: Evidence) -> list[Terms] | None:
    """What the slots hold after 0, 1, … operations; None if these aren't told, or don't fit together."""
    if not evidence.reveals:
        return None
    shown: Sequence[Value] = evidence.reveals[0].state["slots"]
    at_start = reveal_at_start(evidence)
    growth = sum((o.kind == "insert") - (o.kind == "delete") for o in evidence.operations)
    row = [Term(Origin()) for _ in range(len(shown) - (0 if at_start else growth))]
    rows = [row]
    if at_start and not learn(row, shown):
        return None
    for operation in evidence.operations:
        following = stepped(list(rows[-1]), operation.kind, operation.arguments)
        if following is None:
            return None
        rows.append(following)
    return rows if (at_start or learn(rows[-1], shown)) and _all_told(evidence) else None


def _all_told(evidence: Evidence) -> bool:
    """Whether each of the operations can be told from the frames that are seen of it."""
    sight = _Sight(evidence)
    return all(sight.tells(operation) for operation in evidence.operations)


class _Sight:
    """Tiles and tokens on the frames that are seen; slots are where tiles stand in the reveal."""

    def __init__(self, evidence: Evidence) -> None:
        self.frames = evidence.frames
        self.least = 2 * evidence.eye.px + STORED
        self.names = list(evidence.tracks)
        tracks = list(evidence.tracks.values())
        self.x, self.y = np.array([track.x for track in tracks]), np.array([track.y for track in tracks])
        self.shows = np.array([track.visible for track in tracks])
        edge = EDGE + evidence.eye.px
        self.clear = self.shows & (self.y > edge) & (self.y < HEIGHT - edge)
        self.tile = np.array([name.startswith("tile ") for name in self.names])
        reveal = evidence.reveals[0]
        still = slice(*np.searchsorted(self.frames, (reveal.start_frame, reveal.end_frame)))
        here = self.shows[:, still.start] & self.tile
        places = np.sort(self.x[here, still].mean(axis=1))
        self.low = self.shows & (np.abs(self.y - self.y[here, still].mean()) <= self.least)
        self.left = float(places[0])
        self.pitch = float(places[-1] - places[0]) / (len(places) - 1)

    def tells(self, operation: Operation) -> bool:
        """Whether the frames of an operation tell all that is said of it."""
        kind, given = operation.kind, operation.arguments
        start, end = np.searchsorted(self.frames, (operation.start_frame + 1, operation.end_frame)).tolist()
        inside = slice(start, end)
        before, after = self._shown_at(start - 1), self._shown_at(end)
        if kind == "swap":
            return bool(self._empty(given["slots"], inside).any())
        if kind == "insert":
            return before is not None and self._reads(self.tile & ~before, inside, given["slot"])
        signed = self._signed(kind, given, inside)
        if kind == "copy":
            signed = signed & self._empty([given["target"]], inside)
        if "lost" in given or "value" in given:
            slot = given["target" if kind == "copy" else "slot"]
            if after is None or not self._reads(self.tile & ~after, inside, slot):
                return False
        return bool(signed.any())

    def _shown_at(self, place: int) -> np.ndarray | None:
        """What shows on a frame that is seen; None if there is no such frame."""
        return self.shows[:, place] if 0 <= place < len(self.frames) else None

    def _at(self, slot: str, inside: slice) -> np.ndarray:
        """Which objects are nearest to a slot, whether in it or above it, on some frames."""
        x = self.left + NAMES.index(slot) * self.pitch
        near: np.ndarray = np.abs(self.x[:, inside] - x) < self.pitch / 2
        return near

    def _empty(self, slots: Sequence[str], inside: slice) -> np.ndarray:
        """On which of some frames no tile is in any of some slots."""
        places = self.left + self.pitch * np.array([NAMES.index(slot) for slot in slots])
        across = np.abs(self.x[self.tile, inside] - places[:, None, None]) <= self.least
        within = across & self.low[self.tile, inside]
        empty: np.ndarray = ~within.any(axis=(0, 1))
        return empty

    def _reads(self, which: np.ndarray, inside: slice, slot: str) -> bool:
        """Whether one of some tiles can be read above a slot, or in it, on one of some frames."""
        return bool((self.clear[which, inside] & self._at(slot, inside)[which]).any())

    def _signed(self, kind: str, given: Mapping[str, Any], inside: slice) -> np.ndarray:
        """On which of some frames the sign of an operation can be read, where it belongs."""
        sign = f"{given['amount']:+d}" if kind == "add" else SIGNS[given.get("direction", kind)]
        bears = ~self.tile & [name.endswith(f": {sign}") for name in self.names]
        there: np.ndarray = self.clear[bears, inside]
        if kind != "rotate":
            there = there & self._at(given["source" if kind == "copy" else "slot"], inside)[bears]
        found: np.ndarray = np.any(there, axis=0)
        return found


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
                held[name] = other_sign(value) if isinstance(value, str) else -value
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
