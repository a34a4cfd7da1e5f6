"""What happens in a clip of symbol_operations, and how it is shown: tiles that move, tokens that drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path

from synrl.seeds import Stream, Streams
from synrl.tasks.shared.evenly import Others
from synrl.tasks.shared.moments import draw_reveal
from synrl.tasks.shared.queries import EvenAsk, LongQuery
from synrl.tasks.symbol_operations.config import SymbolConfig
from synrl.tasks.symbol_operations.row import SlotRow, Way, drop, height_of, leave, over, shifts
from synrl.video.outlines import place, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.easing import along
from synrl.world.history import History, Propose, Step, When, play, reordered, timed
from synrl.world.slots import NAMES, WORLD, Value, apply, negated
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Operation, Poses, SceneObject, Timeline

COVER = 0
SYMBOLS = ("x", "y", "z", "w")
MOST = 9
"""Largest value, either sign, that comes in; sums stay within twice that."""
STEP = 5
"""Largest amount that is added, either sign."""


class SymbolQuery(LongQuery):
    """What every question about a clip of slots says."""

    most: int
    """Slots that there ever are."""


def simulate(
    asks: Sequence[EvenAsk[SymbolQuery, Others, SymbolConfig]], config: SymbolConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    style, question, scene = draw_style(streams), streams.question, streams.scene
    reveal = draw_reveal(config.mode, question)
    ask = question.choice([ask for ask in asks if config.mode in ask.modes])
    propose = proposer(config, reveal)
    common = SymbolQuery(ask=ask.name, reveal=reveal, form=config.form, most=config.most)
    while True:
        history = play(start(scene, config), config.num_operations, apply, propose, scene)

        def others(until: When, played: History = history) -> list[History]:
            """Histories of the same operations in other orders: there are as many values at that moment."""
            found = reordered(played, reveal, until, WORLD, scene)
            return [other for other in found if may_show(other, config)]

        drawn = ask.draw(history, common, others, config, question)
        if drawn is not None:
            return animate(*drawn, style, streams, config.glance)


def may_show(history: History, config: SymbolConfig) -> bool:
    """Whether a history stays within what one that is played may show."""
    return all(
        len(values) <= config.most
        and all(not isinstance(value, int) or 0 < abs(value) <= 2 * MOST for value in values)
        for values in (state["slots"] for state in history.states)
    )


def start(scene: Stream, config: SymbolConfig) -> dict[str, list[Value]]:
    """Different numbers and a few symbols."""
    numbers = [value for value in range(-MOST, MOST + 1) if value]
    values: list[Value] = [*scene.sample(numbers, config.slots)]
    for slot, symbol in zip(
        scene.sample(range(config.slots), config.symbols), scene.sample(SYMBOLS, config.symbols), strict=True
    ):
        values[slot] = symbol if scene.chance(0.5) else negated(symbol)
    return {"slots": values}


def proposer(config: SymbolConfig, reveal: str) -> Propose:
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
            elif kind == "insert" and len(values) < config.most:
                new = scene.choice([number for number in range(-MOST, MOST + 1) if number])
                return Step(kind, {"slot": NAMES[scene.integer(0, len(values))], "value": new})

    return propose


def outline(shape: str, size: float) -> Path:
    """Outline of a tile or a token."""
    return rounded_rectangle(size, 0.62 * size if shape == "token" else height_of(size), 6)


def draw(timeline: Timeline) -> Scene:
    """The tiles and tokens with what they show, and the boxes of the slots."""
    style, query = timeline.style, timeline.query
    values = _values(timeline)
    looks: list[tuple[Look, ...]] = []
    for item in timeline.objects:
        body, height = Shape(outline(item.shape, item.size), fill=item.colour), max(13.0, 0.3 * item.size)
        if item.shape == "token":
            words = [item.name.partition(": ")[2]]
            inset = Shape(rounded_rectangle(item.size - 8, 0.62 * item.size - 8, 4), fill="#ffffff")
        else:
            words = [str(value) for value in values]
            inset = Shape(rounded_rectangle(item.size - 8, height_of(item.size) - 8, 5), fill="#ffffff")
        faces = [(body, inset, Shape(lettering(style, word, height), fill="#202020")) for word in words]
        looks.append(tuple(faces) if item.shape == "token" else ((body,), *faces))
    row = SlotRow.of(timeline.poses, timeline.objects, query["most"])
    slots = []
    for slot in range(query["most"]):
        x, below = row.x(slot), row.y + row.height / 2
        # Only a line: around a tile, all must be ground.
        box = place(rounded_rectangle(row.tile + 14, row.height + 14, 9), x, row.y)
        slots.append(Shape(box, stroke=style.ink, stroke_width=1.5))
        slots.append(
            Shape(place(lettering(style, NAMES[slot], 14, bold=True), x, below + 24), fill=style.ink)
        )
    return Scene(WIDTH, HEIGHT, style.panel, tuple(slots), tuple(looks))


def _values(timeline: Timeline) -> list[Value]:
    """Every value that is ever held, in the order of the tiles' looks."""
    return list(dict.fromkeys(value for state in timeline.states for value in state.state["slots"]))


class _Stage:
    """The objects of a clip as they come up, and their tracks."""

    def __init__(self, row: SlotRow, num_frames: int, tile_colour: str, token_colour: str) -> None:
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


def animate(history: History, query: SymbolQuery, style: Style, streams: Streams, glance: int) -> Timeline:
    """The clip of a history."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance)
    row = SlotRow.drawn(streams.style, query["most"])
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
        return _Carried(later, {token: drop(row, NAMES.index(given["slot"]), 0.0)})
    if kind == "swap":
        one, two = (NAMES.index(name) for name in given["slots"])
        later[one], later[two] = later[two], later[one]
        return _Carried(later, {tiles[one]: over(row, one, two, 1), tiles[two]: over(row, two, one, 2)})
    if kind == "rotate":
        later = later[1:] + later[:1] if given["direction"] == "left" else later[-1:] + later[:-1]
        around = tiles[0 if given["direction"] == "left" else -1]
        way = over(row, tiles.index(around), later.index(around), 1)
        return _Carried(later, {**shifts(row, tiles, later, 0.25, 0.75), around: way})
    if kind == "copy":
        source, slot = NAMES.index(given["source"]), NAMES.index(given["target"])
        gone, new = tiles[slot], stage.add_tile(values[slot])
        later[slot] = new
        shown = {gone: given["lost"]} if "lost" in given else {}
        return _Carried(later, {new: over(row, source, slot, 1), gone: leave(row, slot, 0.5)}, shown)
    slot = NAMES.index(given["slot"])
    if kind == "insert":
        new = stage.add_tile(given["value"])
        later.insert(slot, new)
        closing = shifts(row, tiles, later, 0.0, 0.5)
        falling = drop(row, slot, 0.4 if closing else 0.0)
        return _Carried(later, {new: falling, **closing}, {new: given["value"]})
    gone = later.pop(slot)
    closing = shifts(row, tiles, later, 0.5, 1.0)
    shown = {gone: given["value"]} if "value" in given else {}
    return _Carried(later, {gone: leave(row, slot, 0.5 if closing else 1.0), **closing}, shown)


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
        path = along(np.array(corners), times, share)
        tracks[number]["x"][inner], tracks[number]["y"][inner] = path.T
        tracks[number]["look"][inner] = faces.get(number, COVER)
