"""The kinds of question about sliding_puzzle: numbers, cells and rows at a moment, slides, and plans.

`draw` chooses what is asked about a history, or about another one that looks like it; None means that the
history lends itself to no such question.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import EvenlyFirstOrLastAsk, EvenlyPlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.shared.evenly import Answers, Others, evenly
from synrl.tasks.shared.moments import ENDS, brief_moment, draw_far, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, drawn, with_ending
from synrl.tasks.shared.telling import at_moment
from synrl.tasks.sliding_puzzle import solver
from synrl.tasks.sliding_puzzle.clip import EMPTY, BoardQuery, cell_of, slid
from synrl.tasks.sliding_puzzle.config import LEAST, SlidingConfig
from synrl.world.grids import cell_name, cells, parse_cell, rules_of_naming
from synrl.world.history import History, When, stretch, told
from synrl.world.sliding import WORLD, apply, empty_cell, routes_to
from synrl.world.timeline import Timeline


class MomentQuery(BoardQuery, Answers):
    when: When


class CellQuery(MomentQuery):
    cell: str


class WhereQuery(MomentQuery):
    tile: int


class RowQuery(MomentQuery):
    row: int
    """From 0."""


class SlideQuery(BoardQuery, Answers):
    tile: int


class Goal(TypedDict):
    """A tile, and the cell that it is to be in."""

    tile: int
    cell: str


class PlanQuery(BoardQuery, Answers, Target[Goal]):
    pass


M = TypeVar("M", bound=MomentQuery)


class _OfBoard(Ask[M, SlidingConfig]):
    """Something of the board at some moment."""

    @abstractmethod
    def subjects(self, size: int) -> Sequence[Any]:
        """What may be asked about."""

    @abstractmethod
    def query(self, common: BoardQuery, when: When, subject: Any, answers: Sequence[str]) -> M:
        """The query about one of them."""

    @abstractmethod
    def say(self, state: Any, query: M) -> str:
        """The asked part of a board as the text of an answer."""

    def glimpse(self, state: Any) -> Any:
        """What a frame that shows a state without its numbers tells that speaks for some answers."""

    def draw(
        self, history: History, common: BoardQuery, others: Others, config: SlidingConfig, question: Stream
    ) -> tuple[History, M] | None:
        """Something of the board that is not as it can be read."""
        when = draw_far(config.mode, common["reveal"], config.num_operations, LEAST, question)

        def asked(other: History, subject: Any) -> str | None:
            query = self.query(common, when, subject, ())
            there, shown = (self.say(state_at(other, at), query) for at in (when, common["reveal"]))
            return None if there in (shown, EMPTY) else there

        middle = sum(stretch(config.num_operations, common["reveal"], when)) // 2

        def glimpse(other: History) -> Any:
            return self.glimpse(other.states[middle])

        found = evenly(self.subjects(config.size), others(when), asked, question, glimpse)
        return found and (found.history, self.query(common, when, found.subject, found.answers))

    def question(
        self, text: str, timeline: Timeline, query: M, config: SlidingConfig, streams: Streams
    ) -> Question:
        state = state_at(told(timeline.states, timeline.operations, apply), query["when"])
        return drawn(text, self.say(state, query), query["answers"], config.form, streams, self.answer_type)


class Cell(_OfBoard[CellQuery]):
    """The number in a cell."""

    name = "cell"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "integer"

    def subjects(self, size: int) -> Sequence[str]:
        return [cell_name(cell) for cell in cells(size)]

    def query(self, common: BoardQuery, when: When, subject: str, answers: Sequence[str]) -> CellQuery:
        return CellQuery(**common, cell=subject, when=when, answers=answers)

    def say(self, state: Any, query: CellQuery) -> str:
        row, column = parse_cell(query["cell"], query["size"]) or (0, 0)
        return str(state["rows"][row][column] or EMPTY)

    def aim(self, query: CellQuery) -> str:
        return f"which tile is in cell {query['cell']} {brief_moment(query['when'], 'slide')}"

    def wordings(self, query: CellQuery) -> Sequence[str]:
        cell, moment = query["cell"], say_moment(query["when"], "slide")
        sentences = (
            f"Which number is in cell {cell} {moment}?",
            f"Which number is on the tile in cell {cell} {moment}?",
            f"What is the number of the tile in cell {cell} {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: CellQuery) -> str | None:
        board, cell = solver.board_at(evidence, query["when"]), parse_cell(query["cell"], query["size"])
        return None if board is None or cell is None else str(board[cell[0]][cell[1]])

    def conclude(self, query: CellQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"cell {query['cell']} holds tile {row['answer_text']}", "slide")

    def about(self, query: CellQuery) -> str:
        return f"cell {query['cell']}"


class Where(_OfBoard[WhereQuery]):
    """The cell of a number."""

    name = "where"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"

    def subjects(self, size: int) -> Sequence[int]:
        return range(1, size**2)

    def query(self, common: BoardQuery, when: When, subject: int, answers: Sequence[str]) -> WhereQuery:
        return WhereQuery(**common, tile=subject, when=when, answers=answers)

    def say(self, state: Any, query: WhereQuery) -> str:
        return cell_name(cell_of(state, query["tile"]))

    def glimpse(self, state: Any) -> Any:
        """Where the empty cell is: a tile that moves is near it."""
        return empty_cell(state)

    def aim(self, query: WhereQuery) -> str:
        return f"where tile {query['tile']} is {brief_moment(query['when'], 'slide')}"

    def wordings(self, query: WhereQuery) -> Sequence[str]:
        tile, moment = query["tile"], say_moment(query["when"], "slide")
        sentences = (
            f"In which cell is tile {tile} {moment}?",
            f"Which cell holds tile {tile} {moment}?",
            f"Where on the board is tile {tile} {moment}? Name its cell.",
        )
        return _posed(query, sentences, 'Answer with a cell, such as "B1".')

    def solve(self, evidence: Evidence, query: WhereQuery) -> str | None:
        board = solver.board_at(evidence, query["when"])
        return None if board is None else cell_name(solver.find(board, query["tile"]))

    def conclude(self, query: WhereQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"tile {query['tile']} is in cell {row['answer_text']}", "slide")

    def about(self, query: WhereQuery) -> str:
        return f"tile {query['tile']}"


class BoardRow(_OfBoard[RowQuery]):
    """The numbers in a row."""

    name = "row"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"

    def subjects(self, size: int) -> Sequence[int]:
        return range(size)

    def query(self, common: BoardQuery, when: When, subject: int, answers: Sequence[str]) -> RowQuery:
        return RowQuery(**common, row=subject, when=when, answers=answers)

    def say(self, state: Any, query: RowQuery) -> str:
        return ", ".join(str(number or EMPTY) for number in state["rows"][query["row"]])

    def aim(self, query: RowQuery) -> str:
        return f"what row {query['row'] + 1} looks like {brief_moment(query['when'], 'slide')}"

    def wordings(self, query: RowQuery) -> Sequence[str]:
        row, moment = query["row"] + 1, say_moment(query["when"])
        sentences = (
            f"Which numbers are in row {row} {moment}, from left to right? Write {EMPTY} for the empty cell.",
            f"What does row {row} look like {moment}? List its numbers from left to right, with {EMPTY} for "
            "the empty cell.",
        )
        return _posed(query, sentences, "Separate the entries with commas.")

    def solve(self, evidence: Evidence, query: RowQuery) -> str | None:
        board = solver.board_at(evidence, query["when"])
        return None if board is None else ", ".join(str(number or EMPTY) for number in board[query["row"]])

    def conclude(self, query: RowQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"row {query['row'] + 1} is {row['answer_text']}", "slide")

    def about(self, query: RowQuery) -> str:
        return f"row {query['row'] + 1}"


class Slide(EvenlyFirstOrLastAsk[SlideQuery, SlidingConfig]):
    """The number of the first or the last slide that moves a tile."""

    world = WORLD
    noun = "slide"

    def subjects(self, history: History) -> Iterable[int]:
        return range(1, len(history.states[0]["rows"]) ** 2)

    def query(self, common: BoardQuery, subject: int, answers: Sequence[str]) -> SlideQuery:
        return SlideQuery(**common, tile=subject, answers=answers)

    def aim(self, query: SlideQuery) -> str:
        return f"which slide is the {self.which} to move tile {query['tile']}"

    def wordings(self, query: SlideQuery) -> Sequence[str]:
        which, tile = self.which, query["tile"]
        sentences = (
            f"Counting slides from 1, which one is the {which} to move tile {tile}?",
            f"What is the number of the {which} slide that moves tile {tile}, counting from 1?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def numbers(self, history: History, query: SlideQuery) -> Sequence[int]:
        pairs = enumerate(itertools.pairwise(history.states), start=1)
        return [number for number, pair in pairs if slid(*pair) == query["tile"]]

    def numbers_seen(self, evidence: Evidence, query: SlideQuery) -> Sequence[int]:
        return solver.slides_of(evidence, query["tile"])

    def does(self, query: SlideQuery) -> str:
        return f"moves tile {query['tile']}"

    def about(self, query: SlideQuery) -> str:
        return f"tile {query['tile']}"


class Plan(EvenlyPlanAsk[PlanQuery, SlidingConfig]):
    """Slides from the hidden end of the clip that bring a tile to a cell."""

    world = WORLD

    def targets(self, ends: Sequence[Any], moves: int, question: Stream) -> Iterator[Goal]:
        size, gap = len(ends[0]["rows"]), empty_cell(ends[0])
        for tile in question.shuffled(range(1, size**2)):
            places = {cell_of(end, tile) for end in ends}
            for cell in question.shuffled(cells(size)) if len(places) >= NUM_OPTIONS else ():
                if len((places - {cell}) & routes_to(size, gap, cell, moves).keys()) >= NUM_OPTIONS:
                    yield Goal(tile=tile, cell=cell_name(cell))

    def plans(self, hidden: Any, target: Goal, moves: int) -> Sequence[str]:
        size, here = len(hidden["rows"]), cell_of(hidden, target["tile"])
        goal = parse_cell(target["cell"], size) or here
        ways = () if here == goal else routes_to(size, empty_cell(hidden), goal, moves).get(here, ())
        return ["; ".join(way) for way in ways]

    def aim(self, query: PlanQuery) -> str:
        target = query["target"]
        return f"how to bring tile {target['tile']} to cell {target['cell']}"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        tile, cell = query["target"]["tile"], query["target"]["cell"]
        rule = 'A slide is named after the direction in which the tile moves, such as "left".'
        sentences = (
            f"{rule} Starting from the board {moment} of the video, which sequence of at most {moves} slides "
            f"brings tile {tile} to cell {cell}?",
            f"{rule} How can tile {tile} be brought to cell {cell} in at most {moves} slides, starting from "
            f"the board {moment} of the video?",
            f"{rule} Tile {tile} is to be moved to cell {cell} from where it is {moment} of the video. Which "
            f"sequence of at most {moves} slides does this?",
        )
        return _posed(query, sentences, 'Answer in the form "left; up; left".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Cell(), Where(), BoardRow(), Slide("first"), Slide("last"), Plan())


def _posed(query: BoardQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    rules = (
        "The numbered tiles of a board slide into its empty cell, one at a time. "
        f"{rules_of_naming(query['size'])} The numbers can be read only {ENDS[query['reveal']]} of the video."
    )
    return [with_ending(f"{rules} {sentence}", query, form) for sentence in sentences]
