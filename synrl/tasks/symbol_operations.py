"""symbol_operations: what do slots hold after their values were swapped, copied, negated, raised, rotated?

Covered tiles stand in a row of labelled slots; their values show for two seconds at one end of the clip.
Swaps, copies, rotations, deletions and insertions move tiles; additions and negations come as tokens
that drop onto a tile. What comes in shows its value; what goes shows it only if the reveal is at the end,
where the start could not be inferred otherwise. No row of values recurs, so every operation counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.errors import ConfigError, allowed
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks import symbol_clip, symbol_follow
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, integer_question, plan_question
from synrl.tasks.shared.telling import at_moment, both_ways, first_or_last
from synrl.video.scene import Scene
from synrl.world.history import History, Step, play, rivals, told
from synrl.world.plans import distant_state
from synrl.world.slots import NAMES, WORLD, Value, apply, negated
from synrl.world.style import draw_style
from synrl.world.timeline import Operation, Timeline

KINDS = ("swap", "add", "negate", "rotate", "copy", "insert", "delete")
SYMBOLS = ("x", "y", "z", "w")
MOST = 9
"""Largest value, either sign, that comes in; sums stay within twice that."""
STEP = 5
"""Largest amount that is added, either sign."""
ASKS = {
    "forward": ("slot", "row"),
    "retrodictive": ("slot", "row"),
    "historical": ("slot", "first", "last"),
    "predict_operations": ("plan",),
}


@dataclass(frozen=True, kw_only=True)
class SymbolConfig(Config):
    """Knobs: slots at the start, how many hold symbols, operations and their kinds, length of plans."""

    slots: int
    symbols: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("slots", range(3, 7))
        self.require("symbols", range(3))
        self.require("num_operations", range(NUM_OPTIONS, 21))
        self.require("plan_moves", range(1, 4))
        if not self.kinds or not set(self.kinds) <= set(KINDS):
            raise ConfigError(f"kinds is {self.kinds!r}; {allowed(KINDS)}")


class SymbolOperations(Family):
    name = "symbol_operations"
    summary = "What slots hold after swaps, copies, sums, negations, rotations, deletions, insertions."
    category = "symbol manipulation"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = SymbolConfig
    world = WORLD
    levels = {
        1: dict(slots=3, symbols=0, num_operations=4, kinds=KINDS[:2], plan_moves=1),
        2: dict(slots=4, symbols=0, num_operations=5, kinds=KINDS[:3], plan_moves=1),
        3: dict(slots=4, symbols=1, num_operations=6, kinds=KINDS[:5], plan_moves=2),
        4: dict(slots=5, symbols=1, num_operations=8, kinds=KINDS, plan_moves=2),
        5: dict(slots=6, symbols=2, num_operations=10, kinds=KINDS, plan_moves=2),
    }

    def simulate(self, config: SymbolConfig, streams: Streams) -> Timeline:
        style, question, scene = draw_style(streams), streams.question, streams.scene
        reveal, ask = draw_reveal(config.mode, question), question.choice(ASKS[config.mode])
        wanted = question.integer(1, config.num_operations)
        while True:
            history = play(
                _start(scene, config), config.num_operations, apply, _proposer(config, reveal), scene
            )
            asked = _asked(history, reveal, ask, wanted, config, question)
            if asked is not None:
                break
        query = {"ask": ask, "reveal": reveal, "form": config.form, "most": _most(config), **asked}
        return symbol_clip.animate(history, query, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return symbol_clip.draw(timeline)

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        rules = (
            "Slots A, B, C and so on, from the left, hold numbers or symbols, which may have a minus sign. A "
            "tile that moves takes its value along, a copy has the value of its original; +3 adds 3, ± "
            "changes the sign; a gap closes up from the right. The values can be read only "
            f"{ENDS[query['reveal']]} of the video."
        )
        return [f"{rules} {sentence}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: SymbolConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] in ("first", "last"):
            numbers = _changes_of(history, query["slot"])
            truth = numbers[0 if query["ask"] == "first" else -1]
            return integer_question(wording, truth, range(1, config.num_operations + 1), config.form, streams)
        return _ask_values(wording, history, config, query, streams)

    def phrases(self, happening: Operation) -> Sequence[str]:
        given, kind = happening.arguments, happening.kind
        if kind == "swap":
            return both_ways("the tiles in slots {} and {} change places", *given["slots"])
        if kind == "add":
            return (
                f"{given['amount']:+d} goes to slot {given['slot']}",
                f"{given['amount']:+d} is added in slot {given['slot']}",
            )
        if kind == "negate":
            return (f"the value in slot {given['slot']} changes its sign",)
        if kind == "copy":
            return (f"the value of slot {given['source']} is copied to slot {given['target']}",)
        if kind == "delete":
            return (f"the tile in slot {given['slot']} is taken away",)
        if kind == "insert":
            return (f"a new tile with {given['value']} is put in at slot {given['slot']}",)
        return (f"all tiles rotate one slot to the {given['direction']}",)

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {"the row": f"reads {', '.join(map(str, state['slots']))}"}

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth, ask = row["config"]["query"], row["answer_text"], row["config"]["query"]["ask"]
        if ask in ("first", "last"):
            return first_or_last(ask, truth, f"changes the value in slot {query['slot']}")
        what = "the slots hold, from slot A on," if ask == "row" else f"slot {query['slot']} holds"
        return at_moment(query["when"], f"{what} {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        return symbol_follow.observe(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        return symbol_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return symbol_clip.outline(shape, size)


FAMILY = SymbolOperations()


# --- simulation -------------------------------------------------------------------------------------


def _most(config: SymbolConfig) -> int:
    """Slots that there ever are."""
    return config.slots + ("insert" in config.kinds)


def _start(scene: Stream, config: SymbolConfig) -> dict[str, list[Value]]:
    """Different numbers and a few symbols."""
    numbers = [value for value in range(-MOST, MOST + 1) if value]
    values: list[Value] = [*scene.sample(numbers, config.slots)]
    for slot, symbol in zip(
        scene.sample(range(config.slots), config.symbols), scene.sample(SYMBOLS, config.symbols), strict=True
    ):
        values[slot] = symbol if scene.chance(0.5) else negated(symbol)
    return {"slots": values}


def _proposer(config: SymbolConfig, reveal: str) -> Callable[[Any, Stream], Step]:
    """Random legal steps; what is destroyed is part of the step only if it shows."""
    shown = reveal == "end"

    def propose(state: Any, scene: Stream) -> Step:
        values: list[Value] = state["slots"]
        names = NAMES[: len(values)]
        while True:
            kind = scene.choice(config.kinds)
            slot = scene.integer(0, len(values) - 1)
            value = values[slot]
            if kind == "swap":
                return Step(kind, {"slots": sorted(scene.sample(names, 2))})
            if kind == "negate":
                return Step(kind, {"slot": names[slot]})
            if kind == "rotate":
                return Step(kind, {"direction": scene.choice(("left", "right"))})
            if kind == "add" and isinstance(value, int):
                amount = scene.integer(1, STEP) * (1 if scene.chance(0.5) else -1)
                if 0 < abs(value + amount) <= 2 * MOST:
                    return Step(kind, {"slot": names[slot], "amount": amount})
            elif kind == "copy":
                source, target = scene.sample(names, 2)
                lost = {"lost": values[names.index(target)]} if shown else {}
                return Step(kind, {"source": source, "target": target, **lost})
            elif kind == "delete" and len(values) > max(3, config.slots - 1):
                return Step(kind, {"slot": names[slot], **({"value": value} if shown else {})})
            elif kind == "insert" and len(values) < _most(config):
                new = scene.choice([number for number in range(-MOST, MOST + 1) if number])
                return Step(kind, {"slot": NAMES[scene.integer(0, len(values))], "value": new})

    return propose


def _asked(
    history: History, reveal: str, ask: str, wanted: int, config: SymbolConfig, question: Stream
) -> dict[str, Any] | None:
    """What to ask so that the answer has to be followed, or None if this history has no such thing."""
    if ask == "plan":
        start = state_at(history, hidden_end(reveal))
        target = distant_state(WORLD, start, config.plan_moves, question)
        return None if target is None else {"moves": config.plan_moves, "target": target}
    if ask in ("first", "last"):
        always = min(len(state["slots"]) for state in history.states)
        index = 0 if ask == "first" else -1
        changes = {name: _changes_of(history, name) for name in NAMES[:always]}
        fitting = [name for name, numbers in changes.items() if numbers and numbers[index] == wanted]
        return {"slot": question.choice(fitting)} if fitting else None
    when = draw_when(config.mode, config.num_operations, question)
    there, readable = state_at(history, when)["slots"], state_at(history, reveal)["slots"]
    if ask == "row":
        return {"when": when} if there != readable else None
    changed = [NAMES[k] for k, value in enumerate(there) if k >= len(readable) or value != readable[k]]
    return {"slot": question.choice(changed), "when": when} if changed else None


def _changes_of(history: History, name: str) -> list[int]:
    """The numbers, from 1, of the operations after which a slot holds another value than before."""
    slot = NAMES.index(name)
    held = [state["slots"][slot] for state in history.states]
    return [number for number in range(1, len(held)) if held[number] != held[number - 1]]


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    ask, slot, is_open = query["ask"], query.get("slot"), query["form"] == "open"
    if ask == "plan":
        moment = ENDS[hidden_end(query["reveal"])]
        target = ", ".join(str(value) for value in query["target"]["slots"])
        most = f"at most {query['moves']} operation{'s' if query['moves'] > 1 else ''}"
        words = 'Operations are "swap A B", "negate A", "rotate left" and "rotate right".'
        form = ' Answer like "swap A B; negate C".' if is_open else ""
        return (
            f"Which {most} would lead from the values {moment} to these, from slot A on: {target}? "
            f"{words}{form}",
            f"{words} With {most}, how do you get from the values {moment} of the video to these, from the "
            f"left: {target}?{form}",
        )
    if ask in ("first", "last"):
        form = f" {FORMS['integer']}" if is_open else ""
        return (
            f"Counting operations from 1, which one is the {ask} after which slot {slot} holds another value "
            f"than before it?{form}",
            f"What is the number of the {ask} operation, counted from 1, that changes the value in slot "
            f"{slot}?{form}",
        )
    moment = say_moment(query["when"])
    if ask == "row":
        form = " Answer with the values in that order, separated by commas." if is_open else ""
        return (
            f"Which values do the slots hold {moment}, from slot A on?{form}",
            f"List the values in the slots {moment}, from left to right.{form}",
        )
    form = ' Answer with the value, like "-3" or "x".' if is_open else ""
    return (
        f"Which value is in slot {slot} {moment}?{form}",
        f"What does slot {slot} hold {moment}?{form}",
    )


def _ask_values(
    wording: str, history: History, config: SymbolConfig, query: Mapping[str, Any], streams: Streams
) -> Question:
    """The value in a slot, or all values, at some moment."""

    def of(other: History) -> tuple[Value, ...]:
        values = tuple(state_at(other, query["when"])["slots"])
        if query["ask"] == "row":
            return values
        slot = NAMES.index(query["slot"])
        return values[slot : slot + 1]

    truth = of(history)
    if config.form == "open":
        kind = "text" if query["ask"] == "slot" else "ordering"
        rate = 1 / math.perm(2 * MOST, len(truth))
        return Question(wording, kind, _say(truth), guess_rate=rate)
    readable = tuple(state_at(history, query["reveal"])["slots"])
    if query["ask"] == "slot":
        slot = NAMES.index(query["slot"])
        readable = readable[slot : slot + 1]

    def fits(rival: tuple[Value, ...]) -> bool:
        """How many slots are taken shows, and so does what can be read: neither may rule a rival out."""
        return len(rival) == len(truth) and rival != readable

    def otherwise(last: tuple[Value, ...], stream: Stream) -> tuple[Value, ...]:
        slot, changed = stream.integer(0, len(last) - 1), list(last)
        value = changed[slot]
        amount = stream.integer(1, STEP) * (1 if stream.chance(0.5) else -1)
        changed[slot] = value + amount if isinstance(value, int) else stream.integer(1, MOST)
        return tuple(changed)

    propose = _proposer(config, query["reveal"])
    wrong = rivals(
        history, query["reveal"], WORLD, propose, of, fits, otherwise, NUM_OPTIONS - 1, streams.options
    )
    return choice(wording, _say(truth), [_say(rival) for rival in wrong], streams)


def _say(values: Sequence[Value]) -> str:
    return ", ".join(str(value) for value in values)
