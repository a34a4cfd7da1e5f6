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
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.errors import ConfigError, allowed
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks import symbol_follow
from synrl.tasks.base import FPS, HEIGHT, WIDTH, Config, Family, Observed, Question
from synrl.tasks.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.questions import NUM_OPTIONS, choice, integer_question, plan_question
from synrl.video.outlines import place, rectangle, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import Style, draw_style
from synrl.world.history import History, Step, play, rivals, timed, told
from synrl.world.plans import distant_state, succeeds
from synrl.world.slots import NAMES, WORLD, Value, apply, negated
from synrl.world.timeline import HIDDEN, Operation, Poses, SceneObject, Timeline

KINDS = ("swap", "add", "negate", "rotate", "copy", "insert", "delete")
SYMBOLS = ("x", "y", "z", "w")
MOST = 9
"""Largest value, either sign, that comes in; sums stay within twice that."""
STEP = 5
"""Largest amount that is added, either sign."""
COVER = 0
OUT = -40.0
"""Height at which tiles and tokens come in and go."""
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
        return _animate(history, query, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        style, query = timeline.style, timeline.query
        values = _values(timeline)
        looks: list[tuple[Look, ...]] = []
        for item in timeline.objects:
            body, height = Shape(self.outline(item.shape, item.size), fill=item.colour), 0.32 * item.size
            if item.shape == "token":
                words = [item.name.partition(": ")[2]]
                inset = Shape(rounded_rectangle(item.size - 8, 0.62 * item.size - 8, 4), fill="#ffffff")
            else:
                words = [str(value) for value in values]
                inset = Shape(rounded_rectangle(item.size - 8, item.size - 8, 5), fill="#ffffff")
            faces = [(body, inset, Shape(style.text(word, height), fill="#202020")) for word in words]
            looks.append(tuple(faces) if item.shape == "token" else ((body,), *faces))
        row = _Row.of(timeline.poses, timeline.objects, query["most"])
        shelf = []
        for slot in range(query["most"]):
            x, below = row.x(slot), row.y + row.tile / 2
            shelf.append(Shape(place(rectangle(row.tile, 3), x, below + 10), fill=style.ink))
            shelf.append(Shape(place(style.text(NAMES[slot], 12, bold=True), x, below + 30), fill=style.ink))
        return Scene(WIDTH, HEIGHT, style.panel, tuple(shelf), tuple(looks))

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

    def observe(self, evidence: Evidence) -> Observed:
        return symbol_follow.observe(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        return symbol_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, 0.62 * size if shape == "token" else size, 6)

    def plan_succeeds(self, row: Mapping[str, Any], plan: str) -> bool:
        return succeeds(WORLD, row, plan)


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


# --- animation --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """Where the slots are, in px."""

    left: float
    y: float
    pitch: float

    @property
    def tile(self) -> float:
        return self.pitch - 16

    def x(self, slot: int) -> float:
        return self.left + (slot + 0.5) * self.pitch

    @classmethod
    def drawn(cls, style: Stream, most: int) -> _Row:
        """As large as it fits, or a little smaller."""
        pitch = float(style.integer(54, min(84, (WIDTH - 24) // most)))
        return cls(
            float(style.integer(12, int(WIDTH - 12 - most * pitch))), float(style.integer(310, 370)), pitch
        )

    @classmethod
    def of(cls, poses: Poses, objects: Sequence[SceneObject], most: int) -> _Row:
        """Of a clip, by its tiles on the first frame, the first of which stands in slot A."""
        pitch = objects[0].size + 16
        return cls(float(poses.x[0, 0]) - pitch / 2, float(poses.y[0, 0]), pitch)


Way = tuple[Sequence[tuple[float, float]], Sequence[float]]
"""Corners of a route, and the shares of an operation's time at which they are reached."""


def _values(timeline: Timeline) -> list[Value]:
    """Every value that is ever held, in the order of the tiles' looks."""
    return list(dict.fromkeys(value for state in timeline.states for value in state.state["slots"]))


class _Stage:
    """The objects of a clip as they come up, and their tracks."""

    def __init__(self, row: _Row, num_frames: int, tile_colour: str, token_colour: str) -> None:
        self.row, self.num_frames = row, num_frames
        self.colours = {"tile": tile_colour, "token": token_colour}
        self.objects: list[SceneObject] = []
        self.tracks: list[dict[str, np.ndarray]] = []

    def add(self, name: str, shape: str) -> int:
        """A new object, hidden until it is moved or laid down."""
        self.objects.append(SceneObject(name, shape, self.colours[shape], self.row.tile))
        zeros = np.zeros(self.num_frames)
        self.tracks.append({"x": zeros, "y": zeros.copy(), "look": np.full(self.num_frames, HIDDEN)})
        return len(self.objects) - 1

    def add_tile(self, value: Value) -> int:
        """A tile is named after what it holds when it comes."""
        return self.add(f"tile {len(self.objects) + 1}: {value}", "tile")

    def rest(self, tiles: Sequence[int], frame: int) -> None:
        """From a frame on, the given tiles stand covered in their slots, and nothing else shows."""
        for number, track in enumerate(self.tracks):
            track["look"][frame:] = COVER if number in tiles else HIDDEN
        for slot, tile in enumerate(tiles):
            self.tracks[tile]["x"][frame:], self.tracks[tile]["y"][frame:] = self.row.x(slot), self.row.y

    def poses(self) -> Poses:
        poses = Poses.still(self.num_frames, len(self.objects))
        for number, track in enumerate(self.tracks):
            for name, column in track.items():
                getattr(poses, name)[:, number] = column
        return poses


def _animate(history: History, query: dict[str, Any], style: Style, streams: Streams) -> Timeline:
    """The clip of a history."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene)
    row = _Row.drawn(streams.style, query["most"])
    stage = _Stage(row, num_frames, *streams.style.sample(tuple(style.palette.colours.values()), 2))
    values = list(dict.fromkeys(value for state in history.states for value in state["slots"]))
    tiles = [stage.add_tile(value) for value in history.states[0]["slots"]]
    stage.rest(tiles, 0)
    for operation, after in zip(operations, history.states[1:], strict=True):
        step = _carried_out(stage, tiles, operation, after["slots"])
        faces = {tile: 1 + values.index(value) for tile, value in step.shown.items()}
        _move(stage.tracks, operation, step.ways, faces)
        stage.rest(step.later, operation.end_frame)
        tiles = step.later
    (start,) = (state for state in states if state.visible)
    end = states[1].frame if query["reveal"] == "start" else num_frames
    for track in stage.tracks:
        if track["look"][start.frame] == COVER:
            slot = round((track["x"][start.frame] - row.x(0)) / row.pitch)
            track["look"][start.frame : end] = 1 + values.index(start.state["slots"][slot])
    return Timeline(
        FPS, tuple(stage.objects), stage.poses(), style, (), tuple(operations), tuple(states), query
    )


class _Carried(NamedTuple):
    """An operation on tiles: their order after it, who moves how, and who shows which value meanwhile."""

    later: list[int]
    ways: Mapping[int, Way]
    shown: Mapping[int, Value] = {}


def _carried_out(
    stage: _Stage, tiles: Sequence[int], operation: Operation, values: Sequence[Value]
) -> _Carried:
    """What happens on screen in an operation that leads to some values."""
    row, kind, given, later = stage.row, operation.kind, operation.arguments, list(tiles)
    if kind in ("add", "negate"):
        sign = f"{given['amount']:+d}" if kind == "add" else "±"
        token = stage.add(f"token {operation.index + 1}: {sign}", "token")
        return _Carried(later, {token: _drop(row, NAMES.index(given["slot"]), 0.0)})
    if kind == "swap":
        one, two = (NAMES.index(name) for name in given["slots"])
        later[one], later[two] = later[two], later[one]
        return _Carried(later, {tiles[one]: _over(row, one, two, 1), tiles[two]: _over(row, two, one, 2)})
    if kind == "rotate":
        later = later[1:] + later[:1] if given["direction"] == "left" else later[-1:] + later[:-1]
        around = tiles[0 if given["direction"] == "left" else -1]
        over = _over(row, tiles.index(around), later.index(around), 1)
        return _Carried(later, {**_shifts(row, tiles, later, 0.25, 0.75), around: over})
    if kind == "copy":
        source, slot = NAMES.index(given["source"]), NAMES.index(given["target"])
        gone, new = tiles[slot], stage.add_tile(values[slot])
        later[slot] = new
        shown = {gone: given["lost"]} if "lost" in given else {}
        return _Carried(later, {new: _over(row, source, slot, 1), gone: _leave(row, slot, 0.5)}, shown)
    slot = NAMES.index(given["slot"])
    if kind == "insert":
        new = stage.add_tile(given["value"])
        later.insert(slot, new)
        shifts = _shifts(row, tiles, later, 0.0, 0.5)
        return _Carried(
            later, {new: _drop(row, slot, 0.4 if shifts else 0.0), **shifts}, {new: given["value"]}
        )
    gone = later.pop(slot)
    shifts = _shifts(row, tiles, later, 0.5, 1.0)
    shown = {gone: given["value"]} if "value" in given else {}
    return _Carried(later, {gone: _leave(row, slot, 0.5 if shifts else 1.0), **shifts}, shown)


def _over(row: _Row, source: int, target: int, lane: int) -> Way:
    """Up into a lane above the row, across, and down."""
    y = row.y - lane * (row.tile + 14)
    corners = [(row.x(source), row.y), (row.x(source), y), (row.x(target), y), (row.x(target), row.y)]
    return corners, (0.0, 0.25, 0.75, 1.0)


def _leave(row: _Row, slot: int, end: float) -> Way:
    """Up and out of the picture; by halfway, if something is to cross or to close up."""
    return [(row.x(slot), row.y), (row.x(slot), OUT)], (0.0, end)


def _drop(row: _Row, slot: int, start: float) -> Way:
    """Into a slot from above."""
    return [(row.x(slot), OUT), (row.x(slot), row.y)], (start, 1.0)


def _shifts(
    row: _Row, before: Sequence[int], after: Sequence[int], start: float, end: float
) -> dict[int, Way]:
    """Straight along the row, for tiles that are in another slot."""
    slots = {tile: (before.index(tile), after.index(tile)) for tile in before if tile in after}
    return {
        tile: ([(row.x(one), row.y), (row.x(two), row.y)], (start, end))
        for tile, (one, two) in slots.items()
        if one != two
    }


def _move(
    tracks: Sequence[Mapping[str, np.ndarray]],
    operation: Operation,
    ways: Mapping[int, Way],
    faces: Mapping[int, int],
) -> None:
    """Write the ways of an operation, each stretch begun and ended gently."""
    start, end = operation.start_frame, operation.end_frame
    share = np.linspace(0, 1, end - start + 1)[1:-1]
    inner = slice(start + 1, end)
    for number, (corners, times) in ways.items():
        progress = np.interp(share, times, np.arange(len(times)))
        whole = np.minimum(progress.astype(int), len(times) - 2)
        part = (progress - whole)[:, None]
        part = part * part * (3 - 2 * part)
        points = np.array(corners)
        path = points[whole] * (1 - part) + points[whole + 1] * part
        tracks[number]["x"][inner], tracks[number]["y"][inner] = path.T
        tracks[number]["look"][inner] = faces.get(number, COVER)


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
