"""sliding_puzzle: which number is where while tiles slide with their numbers covered?

The numbers show for two seconds at one end of the clip; in between, and at the other end, all tiles look
the same. They are a random assignment to cells, so the answer to a question about a number is even over
the board, whatever slides. No board recurs: no slide is undone, and each has to be followed.

The empty cell can be seen all the time. It is never the answer, nor is what could be ruled out by it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, integer_question, plan_question
from synrl.tasks.shared.telling import at_moment, first_or_last
from synrl.video.boards import labels
from synrl.video.outlines import place, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.grids import Layout, cell_name, cells, draw_layout, parse_cell, rules_of_naming
from synrl.world.history import History, Step, play, rivals, timed, told
from synrl.world.plans import distant_state
from synrl.world.sliding import STEPS, WORLD, apply, empty_cell, slides
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, WIDTH, Operation, Poses, SceneObject, State, Timeline

COVER, FACE = 0, 1
EMPTY = "_"
GAP = 8.0
"""Px between tiles."""
ASKS = {
    "forward": ("cell", "where", "row"),
    "retrodictive": ("cell", "where", "row"),
    "historical": ("cell", "where", "first", "last"),
    "predict_operations": ("plan",),
}
PITCH = {3: (84, 110), 4: (72, 94), 5: (60, 76)}
"""Px from cell to cell, by the size of the board."""


@dataclass(frozen=True, kw_only=True)
class SlidingConfig(Config):
    """Knobs: rows and columns, slides, length of asked plans."""

    size: int
    num_operations: int
    plan_moves: int
    """Slides that an asked plan needs at least, and may have at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("size", range(3, 6))
        self.require("num_operations", range(NUM_OPTIONS, 25))
        self.require("plan_moves", range(3, 6))


class SlidingPuzzle(Family):
    name = "sliding_puzzle"
    summary = "Which number is where after slides of covered tiles; how to reach an arrangement."
    category = "grid-based tracking"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = SlidingConfig
    world = WORLD
    levels = {
        1: dict(size=3, num_operations=4, plan_moves=3),
        2: dict(size=3, num_operations=6, plan_moves=3),
        3: dict(size=4, num_operations=7, plan_moves=3),
        4: dict(size=4, num_operations=9, plan_moves=4),
        5: dict(size=5, num_operations=12, plan_moves=4),
    }

    def simulate(self, config: SlidingConfig, streams: Streams) -> Timeline:
        style, question = draw_style(streams), streams.question
        reveal, ask = draw_reveal(config.mode, question), question.choice(ASKS[config.mode])
        wanted = question.integer(1, config.num_operations)
        while True:
            numbers = streams.scene.shuffled(range(config.size**2))
            rows = [numbers[k : k + config.size] for k in range(0, config.size**2, config.size)]
            history = play({"rows": rows}, config.num_operations, apply, _propose, streams.scene)
            asked = _asked(history, reveal, ask, wanted, config, question)
            if asked is not None:
                break
        query = {"ask": ask, "reveal": reveal, "form": config.form, "size": config.size, **asked}
        layout = draw_layout(streams.style, config.size, WIDTH, HEIGHT, PITCH[config.size])
        colour = streams.style.choice(tuple(style.palette.colours.values()))
        operations, states, num_frames = timed(history, reveal, streams.scene)
        tiles = list(range(1, config.size**2))
        poses = Poses.still(num_frames, len(tiles))
        _rest(poses, layout, history.states[0], 0)
        for operation, before, after in zip(operations, history.states, history.states[1:], strict=False):
            tile = _slid(before, after)
            start, end = (np.array(layout.place(_cell_of(state, tile))) for state in (before, after))
            share = np.linspace(0, 1, operation.end_frame - operation.start_frame + 1)[:, None]
            way = start + (end - start) * (share * share * (3 - 2 * share))
            frames = slice(operation.start_frame, operation.end_frame + 1)
            poses.x[frames, tile - 1], poses.y[frames, tile - 1] = way.T
            _rest(poses, layout, after, operation.end_frame)
        for one, two in itertools.pairwise([*states, State(num_frames, {}, False)]):
            poses.look[one.frame : two.frame] = FACE if one.visible else COVER
        objects = tuple(SceneObject(f"tile {n}", "tile", colour, layout.pitch - GAP) for n in tiles)
        return Timeline(
            FPS, objects, poses, style, operations=tuple(operations), states=tuple(states), query=query
        )

    def draw(self, timeline: Timeline) -> Scene:
        style, size = timeline.style, timeline.objects[0].size
        first = list(zip(timeline.poses.x[0].tolist(), timeline.poses.y[0].tolist(), strict=True))
        layout = Layout.spanned_by(first, timeline.query["size"])
        body, inset = self.outline("tile", size), rounded_rectangle(size - 10, size - 10, 5)
        looks: list[tuple[Look, ...]] = []
        for number, item in enumerate(timeline.objects, start=1):
            digits = Shape(lettering(style, str(number), 0.3 * size), fill="#202020")
            cover = Shape(body, fill=item.colour)
            looks.append(((cover,), (cover, Shape(inset, fill="#ffffff"), digits)))
        side = layout.pitch * layout.size + 6
        middle = layout.left + side / 2 - 3, layout.top + side / 2 - 3
        frame = Shape(place(rounded_rectangle(side, side, 8), *middle), stroke=style.ink, stroke_width=2)
        return Scene(WIDTH, HEIGHT, style.panel, (frame, *labels(layout, style)), tuple(looks))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        rules = (
            f"Numbered tiles slide into the empty cell of a board. {rules_of_naming(query['size'])} The "
            f"numbers can be read only {ENDS[query['reveal']]} of the video."
        )
        form = "" if query["form"] == "choice" else f" {_form(query)}"
        return [f"{rules} {sentence}{form}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: SlidingConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] in ("first", "last"):
            numbers = _slides_of(history, query["tile"])
            truth = numbers[0 if query["ask"] == "first" else -1]
            values = range(1, config.num_operations + 1)
            return integer_question(wording, truth, values, config.form, streams)
        return _ask_board(wording, history, config, query, streams)

    def phrases(self, happening: Operation) -> Sequence[str]:
        way = happening.arguments["direction"]
        return f"a tile slides {way} into the empty cell", f"a tile moves {way} into the gap"

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        if "tile" in query:
            return {f"tile {query['tile']}": f"is at {cell_name(_cell_of(state, query['tile']))}"}
        return {
            f"row {number}": f"reads {' '.join(str(tile or EMPTY) for tile in row)}"
            for number, row in enumerate(state["rows"], start=1)
        }

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth, ask = row["config"]["query"], row["answer_text"], row["config"]["query"]["ask"]
        if ask in ("first", "last"):
            return first_or_last(ask, truth, f"moves tile {query['tile']}")
        if ask == "row":
            return at_moment(query["when"], f"row {query['row'] + 1} is {truth}")
        what = f"cell {query['cell']} holds tile {truth}" if ask == "cell" else None
        return at_moment(query["when"], what or f"tile {query.get('tile')} lies in {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        size = evidence.query["size"]
        first = [(float(track.x[0]), float(track.y[0])) for track in evidence.tracks.values()]
        layout = Layout.spanned_by(first, size)

        def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
            rows = [[0] * size for _ in range(size)]
            for name, (x, y) in places.items():
                row, column = layout.cell(x, y)
                rows[row][column] = int(name.removeprefix("tile "))
            return {"rows": rows}

        def difference(before: Any, after: Any) -> tuple[str, dict[str, Any]]:
            (row, column), (later_row, later_column) = empty_cell(before), empty_cell(after)
            way = row - later_row, column - later_column
            return "slide", {"direction": next((name for name, step in STEPS.items() if step == way), "?")}

        return read_back(evidence, arrangement, difference)

    def solve(self, evidence: Evidence) -> str | None:
        boards = _followed(evidence)
        if boards is None:
            return None
        query = evidence.query
        if query["ask"] == "plan":
            hidden = boards[-1 if query["reveal"] == "start" else 0]
            return find_plan(evidence, {"rows": hidden}, _carry, WORLD)
        if query["ask"] in ("first", "last"):
            moved = [
                number
                for number, (one, two) in enumerate(itertools.pairwise(boards), start=1)
                if _find(one, query["tile"]) != _find(two, query["tile"])
            ]
            return str(moved[0 if query["ask"] == "first" else -1]) if moved else None
        board = at(boards, query["when"])
        if board is None:
            return None
        if query["ask"] == "where":
            return cell_name(_find(board, query["tile"]))
        if query["ask"] == "row":
            return ", ".join(str(number or EMPTY) for number in board[query["row"]])
        cell = parse_cell(query["cell"], query["size"])
        return None if cell is None else str(board[cell[0]][cell[1]])

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, size, 8)


FAMILY = SlidingPuzzle()


# --- simulation -------------------------------------------------------------------------------------


def _propose(state: Any, scene: Stream) -> Step:
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


def _rest(poses: Poses, layout: Layout, state: Any, frame: int) -> None:
    """Lay all tiles in their cells from a frame on."""
    for cell in cells(layout.size):
        tile = state["rows"][cell[0]][cell[1]]
        if tile:
            poses.x[frame:, tile - 1], poses.y[frame:, tile - 1] = layout.place(cell)


def _asked(
    history: History, reveal: str, ask: str, wanted: int, config: SlidingConfig, question: Stream
) -> dict[str, Any] | None:
    """What to ask so that the answer has to be followed, or None if this history has no such thing."""
    if ask == "plan":
        start = state_at(history, hidden_end(reveal))
        target = distant_state(WORLD, start, config.plan_moves, question)
        return None if target is None else {"moves": config.plan_moves, "target": target}
    tiles = range(1, config.size**2)
    if ask in ("first", "last"):
        index = 0 if ask == "first" else -1
        fitting = [t for t in tiles if (moved := _slides_of(history, t)) and moved[index] == wanted]
        return {"tile": question.choice(fitting)} if fitting else None
    when = draw_when(config.mode, config.num_operations, question)
    state, readable = state_at(history, when), state_at(history, reveal)
    if ask == "where":
        moved = [tile for tile in tiles if _cell_of(state, tile) != _cell_of(readable, tile)]
        return {"tile": question.choice(moved), "when": when} if moved else None
    if ask == "row":
        rows = [r for r in range(config.size) if sorted(state["rows"][r]) != sorted(readable["rows"][r])]
        return {"row": question.choice(rows), "when": when} if rows else None
    changed = [
        cell_name(cell)
        for cell in cells(config.size)
        if 0 != state["rows"][cell[0]][cell[1]] != readable["rows"][cell[0]][cell[1]]
    ]
    return {"cell": question.choice(changed), "when": when} if changed else None


# --- truth ------------------------------------------------------------------------------------------


def _cell_of(state: Any, tile: int) -> tuple[int, int]:
    return next(cell for cell in cells(len(state["rows"])) if state["rows"][cell[0]][cell[1]] == tile)


def _slid(before: Any, after: Any) -> int:
    """The tile that is in another cell."""
    row, column = empty_cell(before)
    return int(after["rows"][row][column])


def _slides_of(history: History, tile: int) -> list[int]:
    """The numbers, from 1, of the slides that move a tile."""
    return [n for n, pair in enumerate(itertools.pairwise(history.states), start=1) if _slid(*pair) == tile]


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    if query["ask"] == "plan":
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        target = "; ".join(
            " ".join(str(number or EMPTY) for number in row) for row in query["target"]["rows"]
        )
        rule = 'A slide is named after the direction in which a tile moves into the empty cell, like "left".'
        return (
            f"Which at most {moves} slides would lead from the board {moment} to this one, row by row from "
            f"the top, with {EMPTY} for the empty cell: {target}? {rule}",
            f"{rule} With at most {moves} slides, how do you get from the board {moment} of the video to the "
            f"following one (rows from the top, {EMPTY} is empty): {target}?",
        )
    if query["ask"] in ("first", "last"):
        tile, which = query["tile"], query["ask"]
        return (
            f"Counting slides from 1, which one is the {which} to move tile {tile}?",
            f"What is the number of the {which} slide, counted from 1, that moves tile {tile}?",
        )
    moment = say_moment(query["when"])
    if query["ask"] == "where":
        return (
            f"In which cell is tile {query['tile']} {moment}?",
            f"Where on the board is the tile with the number {query['tile']} {moment}?",
        )
    if query["ask"] == "row":
        row = query["row"] + 1
        return (
            f"Which numbers are in row {row} {moment}, from left to right, with {EMPTY} for the empty cell?",
            f"List the tiles of row {row} {moment} from left to right; write {EMPTY} for the empty cell.",
        )
    return (
        f"Which number is in cell {query['cell']} {moment}?",
        f"What is the number of the tile in cell {query['cell']} {moment}?",
    )


def _form(query: Mapping[str, Any]) -> str:
    return {
        "plan": 'Answer like "left; up; left".',
        "where": 'Answer with a cell, like "B1".',
        "row": FORMS["ordering"],
    }.get(query["ask"], FORMS["integer"])


def _ask_board(
    wording: str, history: History, config: SlidingConfig, query: Mapping[str, Any], streams: Streams
) -> Question:
    """A number, a cell or a row of the board at some moment."""
    ask, size = query["ask"], config.size

    def asked(state: Any) -> tuple[Any, ...]:
        if ask == "where":
            return (_cell_of(state, query["tile"]),)
        if ask == "row":
            return tuple(state["rows"][query["row"]])
        row, column = parse_cell(query["cell"], size) or (0, 0)
        return (state["rows"][row][column],)

    def say(answer: tuple[Any, ...]) -> str:
        return ", ".join(cell_name(part) if ask == "where" else str(part or EMPTY) for part in answer)

    there = state_at(history, query["when"])
    truth, readable, hole = asked(there), asked(state_at(history, query["reveal"])), empty_cell(there)
    if config.form == "open":
        kind = {"cell": "integer", "where": "text", "row": "ordering"}[ask]
        rate = 1 / math.perm(size**2 - 1, len(truth) - (0 in truth))
        return Question(wording, kind, say(truth), guess_rate=rate)

    def fits(rival: tuple[Any, ...]) -> bool:
        """The empty cell shows, and so does what can be read: neither may rule a rival out."""
        if ask == "row":
            holes = [[part == 0 for part in answer] for answer in (rival, truth)]
            return holes[0] == holes[1] and rival != readable
        return rival not in (readable, (hole,), (0,))

    def otherwise(last: tuple[Any, ...], stream: Stream) -> tuple[Any, ...]:
        if ask == "where":
            return (stream.choice(cells(size)),)
        place, number = stream.integer(0, len(last) - 1), stream.integer(1, size**2 - 1)
        changed = [last[place] if other == number else other for other in last]
        changed[place] = number
        return tuple(changed)

    def of(other: History) -> tuple[Any, ...]:
        return asked(state_at(other, query["when"]))

    wrong = rivals(
        history, query["reveal"], WORLD, _propose, of, fits, otherwise, NUM_OPTIONS - 1, streams.options
    )
    return choice(wording, say(truth), [say(rival) for rival in wrong], streams)


# --- following --------------------------------------------------------------------------------------

Board = list[list[int]]


def _followed(evidence: Evidence) -> list[Board] | None:
    """The boards after 0, 1, … slides, by carrying numbers along; None if the slides don't fit together."""
    if not evidence.reveals:
        return None
    forwards = reveal_at_start(evidence)
    boards: list[Board] = [[list(row) for row in evidence.reveals[0].state["rows"]]]
    for operation in evidence.operations if forwards else reversed(evidence.operations):
        board = _moved(boards[-1], operation.arguments["direction"], forwards)
        if board is None:
            return None
        boards.append(board)
    return boards if forwards else boards[::-1]


def _moved(board: Board, direction: str, forwards: bool) -> Board | None:
    """The board after a slide, or before it; None if no tile is there to slide."""
    row, column = _find(board, 0)
    across, along = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}[direction]
    sign = -1 if forwards else 1
    other_row, other_column = row + sign * along, column + sign * across
    if not (0 <= other_row < len(board) and 0 <= other_column < len(board)):
        return None
    after = [list(numbers) for numbers in board]
    after[row][column], after[other_row][other_column] = after[other_row][other_column], 0
    return after


def _carry(state: Any, step: Step) -> Any | None:
    board = _moved(state["rows"], step.arguments["direction"], forwards=True)
    return None if board is None else {"rows": board}


def _find(board: Board, tile: int) -> tuple[int, int]:
    return next((r, row.index(tile)) for r, row in enumerate(board) if tile in row)
