"""What happens in a clip of sliding_puzzle, and how it is shown: random slides, tiles and board."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.path import Path

from synrl.seeds import Stream, Streams
from synrl.tasks.shared.evenly import Others
from synrl.tasks.shared.moments import draw_reveal
from synrl.tasks.shared.queries import EvenAsk, LongQuery
from synrl.tasks.sliding_puzzle.config import SlidingConfig
from synrl.video.boards import labels
from synrl.video.outlines import place, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.easing import eased
from synrl.world.grids import Layout, cells, draw_layout
from synrl.world.history import History, Step, play
from synrl.world.pacing import TAKES, timed
from synrl.world.sliding import STEPS, apply, empty_cell, rerouted, slides
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Poses, SceneObject, State, Timeline

COVER, FACE = 0, 1
EMPTY = "_"
GAP = 8.0
"""Px between tiles."""
PITCH = {3: (112, 128), 4: (86, 96), 5: (70, 77)}
"""Px from cell to cell, by the size of the board."""
MANY, SLOWER = 12, (2.0, 2.4)
"""Slides from which on a clip needs so many frames that each is shown smaller, and the glances of a slide of
the smallest tiles then: for a whole glance it must be seen that a tile is under way."""


class BoardQuery(LongQuery):
    """What every question about a board says."""

    size: int


_UNBOUND = {"first": "end", "last": "start"}
"""Where the board can be read if the number of a slide is asked for.

From the other end, the distance of a tile from the empty cell says whether the number is odd.
"""


def simulate(
    asks: Sequence[EvenAsk[BoardQuery, Others, SlidingConfig]], config: SlidingConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    style, question = draw_style(streams), streams.question
    ask = question.choice([ask for ask in asks if config.mode in ask.modes])
    reveal = _UNBOUND.get(ask.name) or draw_reveal(config.mode, question)
    common = BoardQuery(ask=ask.name, reveal=reveal, form=config.form, size=config.size)
    while True:
        numbers = streams.scene.shuffled(range(config.size**2))
        rows = [numbers[k : k + config.size] for k in range(0, config.size**2, config.size)]
        history = play({"rows": rows}, config.num_operations, apply, propose, streams.scene)
        others = partial(rerouted, history, reveal, stream=streams.scene)
        drawn = ask.draw(history, common, others, config, question)
        if drawn is not None:
            return animate(*drawn, config, style, streams)


def propose(state: Any, scene: Stream) -> Step:
    """A random slide that is legal."""
    row, column = empty_cell(state)
    size = len(state["rows"])
    possible = [
        step
        for step in slides(state)
        for down, right in (STEPS[step.arguments["direction"]],)
        if 0 <= row - down < size and 0 <= column - right < size
    ]
    return scene.choice(possible)


def cell_of(state: Any, tile: int) -> tuple[int, int]:
    """Where a tile is."""
    return next(cell for cell in cells(len(state["rows"])) if state["rows"][cell[0]][cell[1]] == tile)


def slid(before: Any, after: Any) -> int:
    """The tile that is in another cell."""
    row, column = empty_cell(before)
    return int(after["rows"][row][column])


def outline(size: float) -> Path:
    """Outline of a tile."""
    return rounded_rectangle(size, size, 8)


def animate(
    history: History, query: BoardQuery, config: SlidingConfig, style: Style, streams: Streams
) -> Timeline:
    """The clip of a history."""
    layout = draw_layout(streams.style, config.size, WIDTH, HEIGHT, PITCH[config.size])
    colour = streams.style.choice(tuple(style.palette.colours.values()))
    takes = SLOWER if config.size == 5 and config.num_operations > MANY else TAKES
    operations, states, num_frames = timed(
        history, query["reveal"], streams.scene, config.glance, takes=takes
    )
    tiles = list(range(1, config.size**2))
    poses = Poses.still(num_frames, len(tiles))
    _rest(poses, layout, history.states[0], 0)
    for operation, before, after in zip(operations, history.states, history.states[1:], strict=False):
        tile = slid(before, after)
        start, end = (np.array(layout.place(cell_of(state, tile))) for state in (before, after))
        share = np.linspace(0, 1, operation.end_frame - operation.start_frame + 1)[:, None]
        way = start + (end - start) * eased(share)
        frames = slice(operation.start_frame, operation.end_frame + 1)
        poses.x[frames, tile - 1], poses.y[frames, tile - 1] = way.T
        _rest(poses, layout, after, operation.end_frame)
    for one, two in itertools.pairwise([*states, State(num_frames, {}, False)]):
        poses.look[one.frame : two.frame] = FACE if one.visible else COVER
    objects = tuple(SceneObject(f"tile {n}", "tile", colour, layout.pitch - GAP) for n in tiles)
    return Timeline(
        FPS, objects, poses, style, operations=tuple(operations), states=tuple(states), query=query
    )


def _rest(poses: Poses, layout: Layout, state: Any, frame: int) -> None:
    """Lay all tiles in their cells from a frame on."""
    for cell in cells(layout.size):
        tile = state["rows"][cell[0]][cell[1]]
        if tile:
            poses.x[frame:, tile - 1], poses.y[frame:, tile - 1] = layout.place(cell)


def draw(timeline: Timeline) -> Scene:
    """Tiles, covered and with their numbers, in the frame of the board, and the names of the cells."""
    style, size = timeline.style, timeline.objects[0].size
    first = list(zip(timeline.poses.x[0].tolist(), timeline.poses.y[0].tolist(), strict=True))
    layout = Layout.spanned_by(first, timeline.query["size"])
    body, inset = outline(size), rounded_rectangle(size - 10, size - 10, 5)
    looks: list[tuple[Look, ...]] = []
    for number, item in enumerate(timeline.objects, start=1):
        digits = Shape(lettering(style, str(number), 0.3 * size), fill="#202020")
        cover = Shape(body, fill=item.colour)
        looks.append(((cover,), (cover, Shape(inset, fill="#ffffff"), digits)))
    side = layout.pitch * layout.size + 6
    middle = layout.left + side / 2 - 3, layout.top + side / 2 - 3
    frame = Shape(place(rounded_rectangle(side, side, 8), *middle), stroke=style.ink, stroke_width=2)
    return Scene(WIDTH, HEIGHT, style.panel, (frame, *labels(layout, style)), tuple(looks))
