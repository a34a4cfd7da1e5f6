"""What happens in a shell game, and how it is shown: cups are lifted, change places, go behind a screen."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path

from synrl.seeds import Stream, Streams
from synrl.tasks.shared.evenly import Others
from synrl.tasks.shared.moments import draw_reveal
from synrl.tasks.shared.queries import EvenAsk, LongQuery
from synrl.tasks.shell_game.config import ShellConfig
from synrl.video.boards import labels
from synrl.video.outlines import circle, cup, rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.world.cups import WORLD, apply
from synrl.world.easing import eased
from synrl.world.grids import Cell, Layout, cell_name, cells, draw_layout, parse_cell
from synrl.world.history import History, Propose, Step, When, from_end, key, play, stretch
from synrl.world.pacing import PAUSE_FRAMES, REVEAL_FRAMES, timed
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Operation, Poses, SceneObject, Timeline

CUP, COIN, LIFT, BELOW = 0.48, 0.26, 0.3, 0.13
"""Sizes of cups and coins, how far a cup is lifted, how far below a cell's middle a coin lies: shares of
the distance from cell to cell."""
LEAST = 4
"""Swaps between a moment at which a coin is asked for and the end that can be read."""
ORDERS = 60
"""In which the swaps of a history are tried."""
IDLE = 0.34
"""Share of swaps that may move no coin."""
SCREEN = 0.62
"""Width of the screen, as such a share: it hides a cup at rest, and one that comes out shows early."""
LIFTING_FRAMES = 10
SLIDING_FRAMES = 22
"""How long the screen takes to come or go."""
PITCH = {3: (98, 108), 4: (88, 95)}


class ShellQuery(LongQuery):
    """What every question about a shell game says."""

    size: int
    screen: bool
    coins: list[str]


def simulate(
    asks: Sequence[EvenAsk[ShellQuery, Others, ShellConfig]], config: ShellConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    style, question, scene = draw_style(streams), streams.question, streams.scene
    colours = streams.style.sample(style.colours(config.level), config.coins)
    names = [f"{colour} coin" for colour in colours]
    reveal = draw_reveal(config.mode, question)
    ask = question.choice([ask for ask in asks if config.mode in ask.modes and _possible(ask.name, config)])
    common = ShellQuery(
        ask=ask.name, reveal=reveal, form=config.form, size=config.size, screen=config.screen, coins=names
    )
    while True:
        screen = draw_screen(scene, config)
        places = scene.sample([cell_name(cell) for cell in cells(config.size)], config.coins)
        start = {"size": config.size, "coins": dict(zip(names, places, strict=True))}
        history = shuffled(start, config, screen, scene)
        others = partial(_others, history, reveal, screen, stream=scene)
        found = ask.draw(history, common, others, config, scene)
        if found is not None:
            return animate(*found, screen, style, streams, config.glance)


def _possible(ask: str, config: ShellConfig) -> bool:
    """Whether enough answers may be right to a kind of question."""
    if ask == "under":
        return config.coins > 2
    return ask != "where" or config.mode != "historical" or config.num_operations > LEAST


def _others(
    history: History, reveal: str, screen: Screen | None, until: When, stream: Stream
) -> list[History]:
    """Histories of the same swaps in other orders that can all be told by what is in sight; itself first.

    In another order some swap may be one of two empty cups; few are.
    """
    low, high = stretch(len(history.steps), reveal, until)
    found = {key(history.steps): history}
    for _ in range(ORDERS):
        steps = [*history.steps[:low], *stream.shuffled(history.steps[low:high]), *history.steps[high:]]
        other = from_end(history, reveal, steps, WORLD)
        if other is not None and _idle(other) <= len(steps) * IDLE and _can_be_told(other, screen):
            found.setdefault(key(steps), other)
    return list(found.values())


def _idle(history: History) -> int:
    """How many swaps move no coin."""
    return sum(one["coins"] == two["coins"] for one, two in itertools.pairwise(history.states))


def _can_be_told(history: History, screen: Screen | None) -> bool:
    """Whether every swap that is made while a column is hidden can be told."""
    if screen is None:
        return True
    pairs = [
        [parse_cell(name, history.states[0]["size"]) or (0, 0) for name in step.arguments["cells"]]
        for step in history.steps[screen.first : screen.last]
    ]
    return all(_in_sight(pair, screen) for pair in pairs)


class Screen(NamedTuple):
    """A column that is hidden from before one operation until before another (from 0)."""

    column: int
    first: int
    last: int


def draw_screen(scene: Stream, config: ShellConfig) -> Screen | None:
    """A column and the operations during which it is hidden: a third to two thirds of them."""
    if not config.screen:
        return None
    length = scene.integer(config.num_operations // 3, 2 * config.num_operations // 3)
    first = scene.integer(0, config.num_operations - length)
    return Screen(scene.integer(0, config.size - 1), first, first + length)


def shuffled(start: Any, config: ShellConfig, screen: Screen | None, scene: Stream) -> History:
    """A history of swaps that can all be told by what is in sight."""
    while True:
        steps: list[Step] = []
        states = [start]
        while len(steps) < config.num_operations:
            hidden = screen if screen and screen.first <= len(steps) < screen.last else None
            longer = play(states[-1], 1, apply, proposer(config, hidden), scene)
            steps += longer.steps
            states.append(longer.states[-1])
        if len({tuple(state["coins"].values()) for state in states}) == len(states):
            return History(tuple(steps), tuple(states))


def proposer(config: ShellConfig, screen: Screen | None) -> Propose:
    """Random swaps along rows and columns that can be told when a column is hidden."""

    def propose(state: Any, scene: Stream) -> Step:
        taken = set(state["coins"].values())
        while True:
            (row, column), distance = scene.choice(cells(config.size)), scene.integer(1, config.reach)
            other = (row, column + distance) if scene.chance(0.5) else (row + distance, column)
            pair = [(row, column), other]
            names = [cell_name(cell) for cell in pair]
            if max(other) < config.size and taken & set(names) and _in_sight(pair, screen):
                return Step("swap", {"cells": names})

    return propose


def _in_sight(pair: Sequence[Cell], screen: Screen | None) -> bool:
    """Whether a swap of two cells can be told although a column is hidden."""
    if screen is None:
        return True
    behind = [cell[1] == screen.column for cell in pair]
    (row, column), (other_row, other_column) = pair
    if not any(behind):
        return not min(column, other_column) < screen.column < max(column, other_column)
    return not all(behind) and row == other_row and abs(column - other_column) == 1


def outline(shape: str, size: float) -> Path:
    """Outline of a cup, a coin or the screen."""
    if shape == "screen":
        return rectangle(size, _screen_height(size))
    return cup(size) if shape == "cup" else circle(size)


def _screen_height(width: float) -> float:
    """The screen is as high as four rows, and so at least as the grid."""
    return 6.4 * width


def animate(
    history: History,
    query: ShellQuery,
    screen: Screen | None,
    style: Style,
    streams: Streams,
    glance: int,
) -> Timeline:
    """The clip of a history."""
    size, names = query["size"], query["coins"]
    layout = draw_layout(streams.style, size, WIDTH, HEIGHT, PITCH[size])
    pitch = layout.pitch
    rests = {screen.first: SLIDING_FRAMES, screen.last: SLIDING_FRAMES} if screen else {}
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance, rests)
    grid = cells(size)
    palette = style.palette.colours
    used = [name.removesuffix(" coin") for name in names]
    cup_colour, screen_colour = streams.style.sample([name for name in palette if name not in used], 2)
    objects = [
        *(SceneObject(f"{colour} coin", "coin", palette[colour], COIN * pitch) for colour in used),
        *(SceneObject(f"cup {n}", "cup", palette[cup_colour], CUP * pitch) for n in range(1, len(grid) + 1)),
    ]
    if screen:
        objects.append(SceneObject("screen", "screen", palette[screen_colour], SCREEN * pitch))
    poses = Poses.still(num_frames, len(objects))
    cups = slice(len(names), len(names) + len(grid))
    holding = list(range(len(grid)))
    """Which cup stands on each cell."""
    for cell, place in zip(range(len(grid)), map(layout.place, grid), strict=True):
        poses.x[:, cups.start + cell], poses.y[:, cups.start + cell] = place
    for operation in operations:
        one, two = (grid.index(parse_cell(name, size) or (0, 0)) for name in operation.arguments["cells"])
        _swing(poses, operation, cups.start + holding[one], cups.start + holding[two], pitch)
        holding[one], holding[two] = holding[two], holding[one]
    for column, coin in enumerate(names):
        cell = grid.index(parse_cell(history.states[0]["coins"][coin], size) or (0, 0))
        poses.x[:, column] = poses.x[:, cups.start + cell]
        poses.y[:, column] = poses.y[:, cups.start + cell] + BELOW * pitch
    _lift(poses, cups, len(names), query["reveal"], pitch)
    if screen:
        _slide(poses, screen, layout, operations, num_frames)
    return Timeline(FPS, tuple(objects), poses, style, (), tuple(operations), tuple(states), query)


def _swing(poses: Poses, operation: Operation, one: int, two: int, pitch: float) -> None:
    """Two cups change places, each on its own side of the line between them."""
    start, end = operation.start_frame, operation.end_frame
    share = eased(np.linspace(0, 1, end - start + 1))
    places = np.array([(poses.x[start, cup_], poses.y[start, cup_]) for cup_ in (one, two)])
    way = places[1] - places[0]
    distance = float(np.hypot(*way))
    aside = np.array([-way[1], way[0]]) / distance
    bulge = 0.34 * pitch * np.sin(np.pi * share)
    if distance > 1.5 * pitch:  # past a cup in between, as far from it as from the next row
        bulge = 0.5 * pitch * np.minimum(1, np.sin(np.pi * share) / 0.7)
    for cup_, sign, begin in ((one, 1, places[0]), (two, -1, places[1])):
        path = begin + sign * (np.outer(share, way) + np.outer(bulge, aside))
        poses.x[start : end + 1, cup_], poses.y[start : end + 1, cup_] = path.T
        poses.x[end:, cup_], poses.y[end:, cup_] = path[-1]


def _lift(poses: Poses, cups: slice, coins: int, reveal: str, pitch: float) -> None:
    """The cups go up or down at one end of the clip, and only there the coins show."""
    num_frames = poses.num_frames
    poses.look[:, :coins] = HIDDEN
    if reveal == "start":
        height = np.interp(np.arange(num_frames), [REVEAL_FRAMES - LIFTING_FRAMES, REVEAL_FRAMES], [1, 0])
        poses.look[:REVEAL_FRAMES, :coins] = 0
    else:
        first = num_frames - REVEAL_FRAMES
        height = np.interp(np.arange(num_frames), [first, first + LIFTING_FRAMES], [0, 1])
        poses.look[first:, :coins] = 0
    poses.y[:, cups] -= LIFT * pitch * height[:, None]


def _slide(
    poses: Poses, screen: Screen, layout: Layout, operations: Sequence[Operation], num_frames: int
) -> None:
    """The screen, the last object, comes down before one operation and goes up before another."""
    (x, _), (_, middle) = layout.place((0, screen.column)), (0, layout.top + layout.pitch * layout.size / 2)
    width = SCREEN * layout.pitch
    height = _screen_height(width)
    away = -height / 2 - 4
    comes = operations[screen.first].start_frame - PAUSE_FRAMES
    goes = operations[screen.last - 1].end_frame + PAUSE_FRAMES
    times = [comes - SLIDING_FRAMES, comes, goes, goes + SLIDING_FRAMES]
    poses.x[:, -1] = x
    poses.y[:, -1] = np.interp(np.arange(num_frames), times, [away, middle, middle, away])
    poses.look[poses.y[:, -1] <= away, -1] = HIDDEN
    # No point of a cup is further from its centroid, across and down.
    across, down = 0.5 * CUP * layout.pitch, 0.75 * CUP * layout.pitch
    behind = (np.abs(poses.x[:, :-1] - x) + across < width / 2) & (
        np.abs(poses.y[:, :-1] - poses.y[:, -1:]) + down < height / 2
    )
    poses.look[:, :-1][behind] = HIDDEN


def _layout_at_start(poses: Poses, query: Mapping[str, Any]) -> Layout:
    """The layout of the cups on the first frame, on which they may be lifted."""
    cups = slice(len(query["coins"]), len(query["coins"]) + query["size"] ** 2)
    places = zip(poses.x[0, cups].tolist(), poses.y[0, cups].tolist(), strict=True)
    lifted = Layout.spanned_by(places, query["size"])
    lift = LIFT * lifted.pitch if query["reveal"] == "start" else 0.0
    return Layout(lifted.left, lifted.top + lift, lifted.pitch, lifted.size)


def draw(timeline: Timeline) -> Scene:
    """Cups, coins and the screen in their colours, and the names of the cells."""
    style, query = timeline.style, timeline.query
    layout = _layout_at_start(timeline.poses, query)
    looks: list[tuple[Look, ...]] = []
    for item in timeline.objects:
        looks.append(((Shape(outline(item.shape, item.size), fill=item.colour),),))
    return Scene(WIDTH, HEIGHT, style.panel, labels(layout, style, distance=32), tuple(looks))
