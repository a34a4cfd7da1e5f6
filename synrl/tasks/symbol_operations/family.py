"""symbol_operations: what do slots hold after their values were swapped, copied, negated, raised, rotated?

Covered tiles stand in a row of labelled slots; their values show for two seconds at one end of the clip.
Swaps, copies, rotations, deletions and insertions move tiles; additions and negations come as tokens
that drop onto a tile. A token with a sign hangs above what is copied, taken out or rotated, so that each
frame tells it from what else could look like it. What comes in shows its value; what goes shows it only
if the reveal is at the end, where the start could not be inferred otherwise. No row of values recurs, so
every operation counts.

The answer is drawn evenly from all that the same operations would have led to in other orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Caption, Family
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.telling import both_ways
from synrl.tasks.symbol_operations import captions, clip, solver
from synrl.tasks.symbol_operations.asks import ASKS
from synrl.tasks.symbol_operations.config import LEVELS, SymbolConfig
from synrl.video.scene import Scene
from synrl.world.timeline import Operation, Timeline


class SymbolOperations(Family):
    name = "symbol_operations"
    summary = "What slots hold after swaps, copies, sums, negations, rotations, deletions, insertions."
    category = "symbol manipulation"
    horizon = "long"
    content = "the values"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = SymbolConfig
    levels = LEVELS
    asks = ASKS
    words = told("swap", "copy", "negate", "rotate", "insert", "take away", "left", "right") | {
        **dict.fromkeys(("added to", "increases by", "goes up by", "adds"), "add to"),
        **dict.fromkeys(("subtracted from", "decreases by", "goes down by", "subtracts"), "subtract"),
        "shift": "rotate",
        **dict.fromkeys(("changes from", "goes from"), "change"),
    }
    names = (*named("slot"), r"(?<=with the value )(?!-?\d)\S+\b")
    verbs = ("reads",)

    def simulate(self, config: SymbolConfig, streams: Streams) -> Timeline:
        return clip.simulate(ASKS, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        given, kind = happening.arguments, happening.kind
        if kind == "swap":
            return both_ways("the tiles in slots {} and {} change places", *given["slots"])
        if kind == "add":
            way = "subtracted from" if given["amount"] < 0 else "added to"
            said = f"{abs(given['amount'])} is {way}"
            return f"{said} slot {given['slot']}", f"{said} the value in slot {given['slot']}"
        if kind == "negate":
            return (f"the value in slot {given['slot']} changes its sign",)
        if kind == "copy":
            return (f"the value of slot {given['source']} is copied to slot {given['target']}",)
        if kind == "delete":
            return (f"the tile in slot {given['slot']} is taken away",)
        if kind == "insert":
            return (f"a new tile with the value {given['value']} is put in slot {given['slot']}",)
        return (f"all tiles rotate one slot to the {given['direction']}",)

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        old, new = before["slots"], after["slots"]
        slots = [slot for slot in zip("ABCDEFGHIJ", old, new, strict=False) if slot[1] != slot[2]]
        return [f"the value in slot {name} changes from {x} to {y}" for name, x, y in slots]

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        slots = state["slots"]
        said: dict[str, Sequence[str]] = {
            label: (f"holds {', '.join(map(str, slots))}", f"reads {', '.join(map(str, slots))}")
            for label in ("the row", "the slots", "the values")
        }
        for name, value in zip("ABCDEFGHIJ", slots, strict=False):
            said[f"slot {name}"] = f"holds {value}", f"is {value}"
            for label in (
                f"the value in slot {name}",
                f"the value of slot {name}",
                f"the tile in slot {name}",
            ):
                said[label] = (f"is {value}", f"reads {value}")
        return said

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {"the row": f"reads {', '.join(map(str, state['slots']))}"}

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        return captions.captions(evidence)

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(shape, size)


FAMILY = SymbolOperations()
