"""The kinds of question about sliding_puzzle: numbers, cells and rows at a moment, slides, and plans.

`draw` chooses what is asked about a history; None means that the history lends itself to no such question.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import FirstOrLastAsk, PlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.shared.moments import ENDS, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, with_ending
from synrl.tasks.shared.telling import at_moment
from synrl.tasks.sliding_puzzle import solver
from synrl.tasks.sliding_puzzle.clip import EMPTY, BoardQuery, cell_of, propose, slid
from synrl.tasks.sliding_puzzle.config import SlidingConfig
from synrl.world.grids import cell_name, cells, parse_cell, rules_of_naming
from synrl.world.history import History, When, rivals, told
from synrl.world.sliding import WORLD, apply, empty_cell
from synrl.world.timeline import Timeline


class MomentQuery(BoardQuery):
    when: When


class CellQuery(MomentQuery):
    cell: str


class WhereQuery(MomentQuery):
    tile: int


class RowQuery(MomentQuery):
    row: int
    """From 0."""


class SlideQuery(BoardQuery):
    tile: int


class PlanQuery(BoardQuery, Target[Mapping[str, Sequence[Sequence[int]]]]):
    pass


M = TypeVar("M", bound=MomentQuery)


class _OfBoard(Ask[M, SlidingConfig]):
    """Something of the board at some moment."""

    @abstractmethod
    def pick(self, state: Any, query: M) -> tuple[Any, ...]:
        """What is asked of a board, with 0 for the empty cell."""

    @abstractmethod
    def fits(self, rival: tuple[Any, ...], truth: tuple[Any, ...], hole: tuple[int, int]) -> bool:
        """Whether the empty cell, which shows, leaves a wrong answer possible."""

    def otherwise(self, last: tuple[Any, ...], size: int, stream: Stream) -> tuple[Any, ...]:
        """An answer near another one."""
        place, number = stream.integer(0, len(last) - 1), stream.integer(1, size**2 - 1)
        changed = [last[place] if other == number else other for other in last]
        changed[place] = number
        return tuple(changed)

    def say(self, answer: tuple[Any, ...]) -> str:
        """An answer as its text."""
        return ", ".join(str(part or EMPTY) for part in answer)

    def question(
        self, text: str, timeline: Timeline, query: M, config: SlidingConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        there = state_at(history, query["when"])
        truth, readable = (self.pick(state, query) for state in (there, state_at(history, query["reveal"])))
        if config.form == "open":
            rate = 1 / math.perm(config.size**2 - 1, len(truth) - (0 in truth))
            return Question(text, self.answer_type, self.say(truth), guess_rate=rate)

        def fits(rival: tuple[Any, ...]) -> bool:
            """The empty cell shows, and so does what can be read: neither may rule a rival out."""
            return rival != readable and self.fits(rival, truth, empty_cell(there))

        wrong = rivals(
            history,
            query["reveal"],
            WORLD,
            propose,
            lambda other: self.pick(state_at(other, query["when"]), query),
            fits,
            lambda last, stream: self.otherwise(last, config.size, stream),
            NUM_OPTIONS - 1,
            streams.options,
        )
        return choice(text, self.say(truth), [self.say(rival) for rival in wrong], streams)


class Cell(_OfBoard[CellQuery]):
    """The number in a cell."""

    name = "cell"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "integer"

    def draw(
        self, history: History, common: BoardQuery, wanted: int, config: SlidingConfig, question: Stream
    ) -> CellQuery | None:
        """A cell with another number than can be read in it."""
        when = draw_when(config.mode, config.num_operations, question)
        state, readable = state_at(history, when), state_at(history, common["reveal"])
        changed = [
            cell_name(cell)
            for cell in cells(config.size)
            if 0 != state["rows"][cell[0]][cell[1]] != readable["rows"][cell[0]][cell[1]]
        ]
        return CellQuery(**common, cell=question.choice(changed), when=when) if changed else None

    def pick(self, state: Any, query: CellQuery) -> tuple[Any, ...]:
        row, column = parse_cell(query["cell"], query["size"]) or (0, 0)
        return (state["rows"][row][column],)

    def fits(self, rival: tuple[Any, ...], truth: tuple[Any, ...], hole: tuple[int, int]) -> bool:
        return rival != (0,)

    def wordings(self, query: CellQuery) -> Sequence[str]:
        cell, moment = query["cell"], say_moment(query["when"])
        sentences = (
            f"Which number is in cell {cell} {moment}?",
            f"What is the number of the tile in cell {cell} {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: CellQuery) -> str | None:
        board, cell = solver.board_at(evidence, query["when"]), parse_cell(query["cell"], query["size"])
        return None if board is None or cell is None else str(board[cell[0]][cell[1]])

    def conclude(self, query: CellQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"cell {query['cell']} holds tile {row['answer_text']}")

    def about(self, query: CellQuery) -> str:
        return f"cell {query['cell']}"


class Where(_OfBoard[WhereQuery]):
    """The cell of a number."""

    name = "where"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"

    def draw(
        self, history: History, common: BoardQuery, wanted: int, config: SlidingConfig, question: Stream
    ) -> WhereQuery | None:
        """A tile in another cell than it can be read in."""
        when = draw_when(config.mode, config.num_operations, question)
        state, readable = state_at(history, when), state_at(history, common["reveal"])
        tiles = range(1, config.size**2)
        moved = [tile for tile in tiles if cell_of(state, tile) != cell_of(readable, tile)]
        return WhereQuery(**common, tile=question.choice(moved), when=when) if moved else None

    def pick(self, state: Any, query: WhereQuery) -> tuple[Any, ...]:
        return (cell_of(state, query["tile"]),)

    def fits(self, rival: tuple[Any, ...], truth: tuple[Any, ...], hole: tuple[int, int]) -> bool:
        return rival != (hole,)

    def otherwise(self, last: tuple[Any, ...], size: int, stream: Stream) -> tuple[Any, ...]:
        return (stream.choice(cells(size)),)

    def say(self, answer: tuple[Any, ...]) -> str:
        return cell_name(answer[0])

    def wordings(self, query: WhereQuery) -> Sequence[str]:
        tile, moment = query["tile"], say_moment(query["when"])
        sentences = (
            f"In which cell is tile {tile} {moment}?",
            f"Where on the board is the tile with the number {tile} {moment}?",
        )
        return _posed(query, sentences, 'Answer with a cell, like "B1".')

    def solve(self, evidence: Evidence, query: WhereQuery) -> str | None:
        board = solver.board_at(evidence, query["when"])
        return None if board is None else cell_name(solver.find(board, query["tile"]))

    def conclude(self, query: WhereQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"tile {query['tile']} lies in {row['answer_text']}")

    def about(self, query: WhereQuery) -> str:
        return f"tile {query['tile']}"


class BoardRow(_OfBoard[RowQuery]):
    """The numbers in a row."""

    name = "row"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"

    def draw(
        self, history: History, common: BoardQuery, wanted: int, config: SlidingConfig, question: Stream
    ) -> RowQuery | None:
        """A row with other numbers than can be read in it."""
        when = draw_when(config.mode, config.num_operations, question)
        there, readable = (state_at(history, moment)["rows"] for moment in (when, common["reveal"]))
        rows = [row for row in range(config.size) if sorted(there[row]) != sorted(readable[row])]
        return RowQuery(**common, row=question.choice(rows), when=when) if rows else None

    def pick(self, state: Any, query: RowQuery) -> tuple[Any, ...]:
        return tuple(state["rows"][query["row"]])

    def fits(self, rival: tuple[Any, ...], truth: tuple[Any, ...], hole: tuple[int, int]) -> bool:
        return [part == 0 for part in rival] == [part == 0 for part in truth]

    def wordings(self, query: RowQuery) -> Sequence[str]:
        row, moment = query["row"] + 1, say_moment(query["when"])
        sentences = (
            f"Which numbers are in row {row} {moment}, from left to right, with {EMPTY} for the empty cell?",
            f"List the tiles of row {row} {moment} from left to right; write {EMPTY} for the empty cell.",
        )
        return _posed(query, sentences, FORMS["ordering"])

    def solve(self, evidence: Evidence, query: RowQuery) -> str | None:
        board = solver.board_at(evidence, query["when"])
        return None if board is None else ", ".join(str(number or EMPTY) for number in board[query["row"]])

    def conclude(self, query: RowQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"row {query['row'] + 1} is {row['answer_text']}")


class Slide(FirstOrLastAsk[SlideQuery, SlidingConfig]):
    """The number of the first or the last slide that moves a tile."""

    world = WORLD

    def draw(
        self, history: History, common: BoardQuery, wanted: int, config: SlidingConfig, question: Stream
    ) -> SlideQuery | None:
        """A tile that the wanted slide was the first, or the last, to move."""
        slides = {tile: _slides_of(history, tile) for tile in range(1, config.size**2)}
        tile = self.pick(slides, wanted, question)
        return None if tile is None else SlideQuery(**common, tile=tile)

    def wordings(self, query: SlideQuery) -> Sequence[str]:
        which, tile = self.which, query["tile"]
        sentences = (
            f"Counting slides from 1, which one is the {which} to move tile {tile}?",
            f"What is the number of the {which} slide, counted from 1, that moves tile {tile}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def numbers(self, history: History, query: SlideQuery) -> Sequence[int]:
        return _slides_of(history, query["tile"])

    def numbers_seen(self, evidence: Evidence, query: SlideQuery) -> Sequence[int]:
        return solver.slides_of(evidence, query["tile"])

    def does(self, query: SlideQuery) -> str:
        return f"moves tile {query['tile']}"

    def about(self, query: SlideQuery) -> str:
        return f"tile {query['tile']}"


class Plan(PlanAsk[PlanQuery, SlidingConfig]):
    """Slides from the hidden end of the clip to a board."""

    world = WORLD

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        target = "; ".join(
            " ".join(str(number or EMPTY) for number in row) for row in query["target"]["rows"]
        )
        rule = 'A slide is named after the direction in which a tile moves into the empty cell, like "left".'
        sentences = (
            f"Which at most {moves} slides would lead from the board {moment} to this one, row by row from "
            f"the top, with {EMPTY} for the empty cell: {target}? {rule}",
            f"{rule} With at most {moves} slides, how do you get from the board {moment} of the video to the "
            f"following one (rows from the top, {EMPTY} is empty): {target}?",
        )
        return _posed(query, sentences, 'Answer like "left; up; left".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Cell(), Where(), BoardRow(), Slide("first"), Slide("last"), Plan())


def _posed(query: BoardQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    rules = (
        f"Numbered tiles slide into the empty cell of a board. {rules_of_naming(query['size'])} The "
        f"numbers can be read only {ENDS[query['reveal']]} of the video."
    )
    return [with_ending(f"{rules} {sentence}", query, form) for sentence in sentences]


def _slides_of(history: History, tile: int) -> list[int]:
    """The numbers, from 1, of the slides that move a tile."""
    return [n for n, pair in enumerate(itertools.pairwise(history.states), start=1) if slid(*pair) == tile]
