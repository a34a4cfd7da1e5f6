"""The kinds of question about symbol_operations: what slots hold, when one changes, and plans.

`draw` chooses what is asked about a history, or about another one that looks like it; None means that the
history lends itself to no such question.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
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
from synrl.tasks.symbol_operations import solver
from synrl.tasks.symbol_operations.clip import SymbolQuery
from synrl.tasks.symbol_operations.config import LEAST, SymbolConfig
from synrl.world.history import History, When, told
from synrl.world.slots import NAMES, WORLD, Origin, Value, apply, negated, plans_to
from synrl.world.timeline import Timeline


class MomentQuery(SymbolQuery, Answers):
    when: When


class SlotQuery(MomentQuery):
    slot: str


class ChangeQuery(SymbolQuery, Answers):
    slot: str


class Goal(TypedDict):
    """A value, and the slot that is to hold it."""

    slot: str
    value: Value


class PlanQuery(SymbolQuery, Answers, Target[Goal]):
    pass


M = TypeVar("M", bound=MomentQuery)


class _Values(Ask[M, SymbolConfig]):
    """The values in some slots at some moment."""

    @abstractmethod
    def subjects(self, most: int) -> Sequence[str]:
        """The names of the slots of which one may be asked about; one empty text for all of them."""

    @abstractmethod
    def query(self, common: SymbolQuery, when: When, subject: str, answers: Sequence[str]) -> M:
        """The query about one of them."""

    @abstractmethod
    def pick(self, values: Sequence[Value], query: M) -> tuple[Value, ...]:
        """The asked values of all."""

    def draw(
        self, history: History, common: SymbolQuery, others: Others, config: SymbolConfig, question: Stream
    ) -> tuple[History, M] | None:
        """Something that is not as it can be read."""
        when = draw_far(config.mode, common["reveal"], config.num_operations, LEAST, question)

        def asked(other: History, subject: str) -> str | None:
            query = self.query(common, when, subject, ())
            moments = (when, common["reveal"])
            there, shown = (self.pick(state_at(other, moment)["slots"], query) for moment in moments)
            return None if not there or there == shown else _say(there)

        found = evenly(self.subjects(config.most), others(when), asked, question)
        return found and (found.history, self.query(common, when, found.subject, found.answers))

    def question(
        self, text: str, timeline: Timeline, query: M, config: SymbolConfig, streams: Streams
    ) -> Question:
        state = state_at(told(timeline.states, timeline.operations, apply), query["when"])
        truth = _say(self.pick(state["slots"], query))
        return drawn(text, truth, query["answers"], config.form, streams, self.answer_type)

    def solve(self, evidence: Evidence, query: M) -> str | None:
        values = solver.values_at(evidence, query["when"])
        asked = () if values is None else self.pick(values, query)
        return _say(asked) if asked else None


class Slot(_Values[SlotQuery]):
    """The value in a slot."""

    name = "slot"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"

    def subjects(self, most: int) -> Sequence[str]:
        return NAMES[:most]

    def query(self, common: SymbolQuery, when: When, subject: str, answers: Sequence[str]) -> SlotQuery:
        return SlotQuery(**common, slot=subject, when=when, answers=answers)

    def pick(self, values: Sequence[Value], query: SlotQuery) -> tuple[Value, ...]:
        slot = NAMES.index(query["slot"])
        return tuple(values[slot : slot + 1])

    def aim(self, query: SlotQuery) -> str:
        return f"what slot {query['slot']} holds {brief_moment(query['when'])}"

    def wordings(self, query: SlotQuery) -> Sequence[str]:
        slot, moment = query["slot"], say_moment(query["when"])
        sentences = (
            f"Which value is in slot {slot} {moment}?",
            f"What does slot {slot} hold {moment}?",
            f"What is the value of the tile in slot {slot} {moment}?",
        )
        return _posed(query, sentences, 'Answer with the value, such as "-3" or "x".')

    def conclude(self, query: SlotQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"slot {query['slot']} holds {row['answer_text']}")

    def about(self, query: SlotQuery) -> str:
        return f"slot {query['slot']}"


class Slots(_Values[MomentQuery]):
    """The values in all slots."""

    name = "row"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"

    def subjects(self, most: int) -> Sequence[str]:
        return [""]

    def query(self, common: SymbolQuery, when: When, subject: str, answers: Sequence[str]) -> MomentQuery:
        return MomentQuery(**common, when=when, answers=answers)

    def pick(self, values: Sequence[Value], query: MomentQuery) -> tuple[Value, ...]:
        return tuple(values)

    def aim(self, query: MomentQuery) -> str:
        return f"which values the slots hold {brief_moment(query['when'])}"

    def wordings(self, query: MomentQuery) -> Sequence[str]:
        moment = say_moment(query["when"])
        sentences = (
            f"Which values do the slots hold {moment}, from left to right?",
            f"What are the values in all slots {moment}, from left to right?",
            f"Which values are in the slots {moment}, starting from slot A?",
        )
        return _posed(query, sentences, "List the values in that order, separated by commas.")

    def conclude(self, query: MomentQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"from left to right, the slots hold {row['answer_text']}")

    def about(self, query: MomentQuery) -> str:
        return "all slots"


class Change(EvenlyFirstOrLastAsk[ChangeQuery, SymbolConfig]):
    """The number of the first or the last operation that changes what a slot holds."""

    world = WORLD

    def subjects(self, history: History) -> Sequence[str]:
        return NAMES[: min(len(state["slots"]) for state in history.states)]

    def query(self, common: SymbolQuery, subject: str, answers: Sequence[str]) -> ChangeQuery:
        return ChangeQuery(**common, slot=subject, answers=answers)

    def aim(self, query: ChangeQuery) -> str:
        return f"which operation is the {self.which} to change slot {query['slot']}"

    def wordings(self, query: ChangeQuery) -> Sequence[str]:
        which, slot = self.which, query["slot"]
        rule = "An operation changes a slot if the slot holds a different value after it than before it."
        sentences = (
            f"{rule} Counting operations from 1, which one is the {which} to change slot {slot}?",
            f"{rule} What is the number of the {which} operation that changes slot {slot}, counting from 1?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def numbers(self, history: History, query: ChangeQuery) -> Sequence[int]:
        return _changes_of(history, query["slot"])

    def numbers_seen(self, evidence: Evidence, query: ChangeQuery) -> Sequence[int]:
        return solver.changes(evidence, query["slot"])

    def does(self, query: ChangeQuery) -> str:
        return f"changes the value in slot {query['slot']}"

    def about(self, query: ChangeQuery) -> str:
        return f"slot {query['slot']}"


class Plan(EvenlyPlanAsk[PlanQuery, SymbolConfig]):
    """Operations from the hidden end of the clip that put a value into a slot."""

    world = WORLD

    def targets(self, ends: Sequence[Any], moves: int, question: Stream) -> Iterator[Goal]:
        rows = [end["slots"] for end in ends]
        values = sorted({value for row in rows for value in row}, key=str)
        for value, goal in question.shuffled(list(itertools.product(values, range(len(rows[0]))))):
            origins = {origin for row in rows if row[goal] != value for origin in _origins(row, value)}
            if len(origins & {origin for origin, _ in plans_to(len(rows[0]), goal, moves)}) >= NUM_OPTIONS:
                yield Goal(slot=NAMES[goal], value=value)

    def plans(self, hidden: Any, target: Goal, moves: int) -> Sequence[str]:
        row, goal, value = hidden["slots"], NAMES.index(target["slot"]), target["value"]
        fitting = () if row[goal] == value else _origins(row, value)
        return [plan for origin, plan in plans_to(len(row), goal, moves) if origin in fitting]

    def aim(self, query: PlanQuery) -> str:
        target = query["target"]
        return f"how to get {target['value']} into slot {target['slot']}"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        slot, value = query["target"]["slot"], query["target"]["value"]
        most = f"at most {moves} operation{'s' if moves > 1 else ''}"
        rules = (
            'The operations to choose from: "swap A B" exchanges the values of two slots; "negate A" changes '
            'the sign of a slot\'s value; "rotate left" and "rotate right" move every value by one slot, '
            "and the one at that end goes around to the slot that the value at the other end leaves."
        )
        sentences = (
            f"{rules} Starting from the values {moment} of the video, which sequence of {most} puts {value} "
            f"into slot {slot}?",
            f"{rules} Slot {slot} is to hold {value}. Which sequence of {most} achieves this, starting from "
            f"the values {moment} of the video?",
            f"{rules} How can slot {slot} be made to hold {value} in {most}, starting from the values "
            f"{moment} of the video?",
        )
        example = "; ".join(("swap A B", "negate C")[:moves])
        return _posed(query, sentences, f'Answer in the form "{example}".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Slot(), Slots(), Change("first"), Change("last"), Plan())


_RULES = {
    "rotate": "Under a token with ← or →, all tiles move by one slot in that direction, and the one at that "
    "end goes around to the slot that the tile at the other end leaves; empty slots stay empty.",
    "copy": "A tile that comes out of another one, under a token with =, is a copy of it, and takes the "
    "place of the tile where it lands.",
    "add": "A token such as +3 adds 3 to the value of the tile that it drops onto.",
    "negate": "A token with ± changes the sign of the value of the tile that it drops onto.",
    "delete": "Where a tile is taken out, under a token with ×, those to its right close up.",
    "insert": "Where an uncovered tile drops in, it takes that slot, and the tiles from there on move by one "
    "slot to the right.",
}
"""What has to be said of the kinds of operations."""


def _posed(query: SymbolQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    kinds = query["kinds"]
    shown = "insert" in kinds or (query["reveal"] == "end" and {"copy", "delete"} & set(kinds))
    rules = [
        "Slots A, B, C and so on, from left to right, hold tiles with numbers or symbols. A tile keeps its "
        "value when it moves.",
        *(rule for kind, rule in _RULES.items() if kind in kinds),
        f"The values can be read only {ENDS[query['reveal']]} of the video"
        f"{', apart from those of tiles that come or go uncovered' if shown else ''}.",
    ]
    return [with_ending(f"{' '.join(rules)} {sentence}", query, form) for sentence in sentences]


def _changes_of(history: History, name: str) -> list[int]:
    """The numbers, from 1, of the operations after which a slot holds another value than before.

    There are none if it is not there all the time.
    """
    slot = NAMES.index(name)
    if min(len(state["slots"]) for state in history.states) <= slot:
        return []
    held = [state["slots"][slot] for state in history.states]
    return [number for number in range(1, len(held)) if held[number] != held[number - 1]]


def _origins(row: Sequence[Value], value: Value) -> list[Origin]:
    """Where a value is, or its opposite."""
    signs = ((1, value), (-1, negated(value)))
    return [Origin(slot, sign) for sign, wanted in signs for slot, held in enumerate(row) if held == wanted]


def _say(values: Sequence[Value]) -> str:
    return ", ".join(str(value) for value in values)
