"""What happens in a clip of symbol_operations, and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.path import Path

from synrl.seeds import Stream, Streams
from synrl.tasks.shared.evenly import Others
from synrl.tasks.shared.moments import draw_reveal
from synrl.tasks.shared.queries import EvenAsk, LongQuery
from synrl.tasks.symbol_operations.config import SymbolConfig
from synrl.tasks.symbol_operations.motion import COVER, Stage, carried_out, move
from synrl.tasks.symbol_operations.row import SlotRow, height_of, token_height_of
from synrl.video.outlines import place, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.history import History, Propose, Step, When, play, reordered
from synrl.world.pacing import timed
from synrl.world.slots import NAMES, WORLD, Value, apply, negated
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Timeline

SYMBOLS = ("x", "y", "z", "w")
MOST = 9
"""Largest value, either sign, that comes in; sums stay within twice that."""
STEP = 5
"""Largest amount that is added, either sign."""


class SymbolQuery(LongQuery):
    """What every question about a clip of slots says."""

    most: int
    """Slots that there ever are."""
    kinds: list[str]
    """The kinds of operations that the clip may show."""


def simulate(
    asks: Sequence[EvenAsk[SymbolQuery, Others, SymbolConfig]], config: SymbolConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    style, question, scene = draw_style(streams), streams.question, streams.scene
    reveal = draw_reveal(config.mode, question)
    ask = question.choice([ask for ask in asks if config.mode in ask.modes])
    propose = proposer(config, reveal)
    common = SymbolQuery(
        ask=ask.name, reveal=reveal, form=config.form, most=config.most, kinds=list(config.kinds)
    )
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
    return rounded_rectangle(size, token_height_of(size) if shape == "token" else height_of(size), 6)


def draw(timeline: Timeline) -> Scene:
    """The tiles and tokens with what they show, and the boxes of the slots."""
    style, query = timeline.style, timeline.query
    values = _values(timeline)
    looks: list[tuple[Look, ...]] = []
    for item in timeline.objects:
        body = Shape(outline(item.shape, item.size), fill=item.colour)
        if item.shape == "token":
            words = [item.name.partition(": ")[2]]
            inset = Shape(rounded_rectangle(item.size - 8, token_height_of(item.size) - 8, 4), fill="#ffffff")
        else:
            words = [str(value) for value in values]
            inset = Shape(rounded_rectangle(item.size - 8, height_of(item.size) - 8, 5), fill="#ffffff")
        faces = [(body, inset, Shape(_face(style, word, item.size), fill="#202020")) for word in words]
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


def _face(style: Style, word: str, width: float) -> Path:
    """What stands on a tile or a token of a width, as large as fits: at most 0.45 of it, if it is short."""
    height = (0.7 if word in "←→=×" else 0.45) * width  # these are lower than letters
    across = lettering(style, word, height).get_extents().width
    return lettering(style, word, height * min(1.0, (width - 15) / across))


def _values(timeline: Timeline) -> list[Value]:
    """Every value that is ever held, in the order of the tiles' looks."""
    return list(dict.fromkeys(value for state in timeline.states for value in state.state["slots"]))


def animate(history: History, query: SymbolQuery, style: Style, streams: Streams, glance: int) -> Timeline:
    """The clip of a history."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance)
    row = SlotRow.drawn(streams.style, query["most"])
    stage = Stage(row, num_frames, *streams.style.sample(tuple(style.palette.colours.values()), 2))
    values = list(dict.fromkeys(value for state in history.states for value in state["slots"]))
    tiles = [stage.add_tile(value) for value in history.states[0]["slots"]]
    stage.rest(tiles, 0)
    for operation, after in zip(operations, history.states[1:], strict=True):
        step = carried_out(stage, tiles, operation, after["slots"])
        faces = {tile: 1 + values.index(value) for tile, value in step.shown.items()}
        move(stage.tracks, operation, step.ways, faces)
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
