"""The kinds of question about symbol_operations: what slots hold, when one changes, and plans.

`draw` chooses what is asked about a history; None means that the history lends itself to no such question.
"""

from __future__ import annotations

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
from synrl.tasks.symbol_operations import solver
from synrl.tasks.symbol_operations.clip import MOST, STEP, SymbolQuery, proposer
from synrl.tasks.symbol_operations.config import SymbolConfig
from synrl.world.history import History, When, rivals, told
from synrl.world.slots import NAMES, WORLD, Value, apply
from synrl.world.timeline import Timeline


class MomentQuery(SymbolQuery):
    when: When


class SlotQuery(MomentQuery):
    slot: str


class ChangeQuery(SymbolQuery):
    slot: str


class PlanQuery(SymbolQuery, Target[Mapping[str, Sequence[Value]]]):
    pass


M = TypeVar("M", bound=MomentQuery)


class _Values(Ask[M, SymbolConfig]):
    """The values in some slots at some moment."""

    @abstractmethod
    def pick(self, values: Sequence[Value], query: M) -> tuple[Value, ...]:
        """The asked values of all."""

    def question(
        self, text: str, timeline: Timeline, query: M, config: SymbolConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)

        def asked(other: History) -> tuple[Value, ...]:
            return self.pick(state_at(other, query["when"])["slots"], query)

        truth = asked(history)
        if config.form == "open":
            rate = 1 / math.perm(2 * MOST, len(truth))
            return Question(text, self.answer_type, _say(truth), guess_rate=rate)
        readable = self.pick(state_at(history, query["reveal"])["slots"], query)

        def fits(rival: tuple[Value, ...]) -> bool:
            """How many slots are taken shows, and so does what can be read: neither may rule a rival out."""
            return len(rival) == len(truth) and rival != readable

        def otherwise(last: tuple[Value, ...], stream: Stream) -> tuple[Value, ...]:
            slot, changed = stream.integer(0, len(last) - 1), list(last)
            value = changed[slot]
            amount = stream.integer(1, STEP) * (1 if stream.chance(0.5) else -1)
            changed[slot] = value + amount if isinstance(value, int) else stream.integer(1, MOST)
            return tuple(changed)

        propose = proposer(config, query["reveal"])
        wrong = rivals(
            history, query["reveal"], WORLD, propose, asked, fits, otherwise, NUM_OPTIONS - 1, streams.options
        )
        return choice(text, _say(truth), [_say(rival) for rival in wrong], streams)

    def solve(self, evidence: Evidence, query: M) -> str | None:
        values = solver.values_at(evidence, query["when"])
        asked = () if values is None else self.pick(values, query)
        return _say(asked) if asked else None


class Slot(_Values[SlotQuery]):
    """The value in a slot."""

    name = "slot"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"

    def draw(
        self, history: History, common: SymbolQuery, wanted: int, config: SymbolConfig, question: Stream
    ) -> SlotQuery | None:
        """A slot that holds something else than what can be read."""
        when = draw_when(config.mode, config.num_operations, question)
        there, readable = (state_at(history, moment)["slots"] for moment in (when, common["reveal"]))
        changed = [NAMES[k] for k, value in enumerate(there) if k >= len(readable) or value != readable[k]]
        return SlotQuery(**common, slot=question.choice(changed), when=when) if changed else None

    def pick(self, values: Sequence[Value], query: SlotQuery) -> tuple[Value, ...]:
        slot = NAMES.index(query["slot"])
        return tuple(values[slot : slot + 1])

    def wordings(self, query: SlotQuery) -> Sequence[str]:
        slot, moment = query["slot"], say_moment(query["when"])
        sentences = f"Which value is in slot {slot} {moment}?", f"What does slot {slot} hold {moment}?"
        return _posed(query, sentences, 'Answer with the value, like "-3" or "x".')

    def conclude(self, query: SlotQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"slot {query['slot']} holds {row['answer_text']}")

    def about(self, query: SlotQuery) -> str:
        return f"slot {query['slot']}"


class Slots(_Values[MomentQuery]):
    """The values in all slots."""

    name = "row"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"

    def draw(
        self, history: History, common: SymbolQuery, wanted: int, config: SymbolConfig, question: Stream
    ) -> MomentQuery | None:
        """A moment at which the values are not those that can be read."""
        when = draw_when(config.mode, config.num_operations, question)
        there, readable = (state_at(history, moment)["slots"] for moment in (when, common["reveal"]))
        return MomentQuery(**common, when=when) if there != readable else None

    def pick(self, values: Sequence[Value], query: MomentQuery) -> tuple[Value, ...]:
        return tuple(values)

    def wordings(self, query: MomentQuery) -> Sequence[str]:
        moment = say_moment(query["when"])
        sentences = (
            f"Which values do the slots hold {moment}, from slot A on?",
            f"List the values in the slots {moment}, from left to right.",
        )
        return _posed(query, sentences, "Answer with the values in that order, separated by commas.")

    def conclude(self, query: MomentQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the slots hold, from slot A on, {row['answer_text']}")


class Change(FirstOrLastAsk[ChangeQuery, SymbolConfig]):
    """The number of the first or the last operation that changes what a slot holds."""

    world = WORLD

    def draw(
        self, history: History, common: SymbolQuery, wanted: int, config: SymbolConfig, question: Stream
    ) -> ChangeQuery | None:
        """A slot that the wanted operation was the first, or the last, to change."""
        always = min(len(state["slots"]) for state in history.states)
        slot = self.pick({name: _changes_of(history, name) for name in NAMES[:always]}, wanted, question)
        return None if slot is None else ChangeQuery(**common, slot=slot)

    def wordings(self, query: ChangeQuery) -> Sequence[str]:
        which, slot = self.which, query["slot"]
        sentences = (
            f"Counting operations from 1, which one is the {which} after which slot {slot} holds another "
            "value than before it?",
            f"What is the number of the {which} operation, counted from 1, that changes the value in slot "
            f"{slot}?",
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


class Plan(PlanAsk[PlanQuery, SymbolConfig]):
    """Operations from the hidden end of the clip to some values."""

    world = WORLD

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment = ENDS[hidden_end(query["reveal"])]
        target = _say(query["target"]["slots"])
        most = f"at most {query['moves']} operation{'s' if query['moves'] > 1 else ''}"
        words = 'Operations are "swap A B", "negate A", "rotate left" and "rotate right".'
        sentences = (
            f"Which {most} would lead from the values {moment} to these, from slot A on: {target}? {words}",
            f"{words} With {most}, how do you get from the values {moment} of the video to these, from the "
            f"left: {target}?",
        )
        return _posed(query, sentences, 'Answer like "swap A B; negate C".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Slot(), Slots(), Change("first"), Change("last"), Plan())


def _posed(query: SymbolQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    rules = (
        "Slots A, B, C and so on, from the left, hold numbers or symbols, which may have a minus sign. A "
        "tile that moves takes its value along, a copy has the value of its original; +3 adds 3, ± "
        "changes the sign; a gap closes up from the right. The values can be read only "
        f"{ENDS[query['reveal']]} of the video."
    )
    return [with_ending(f"{rules} {sentence}", query, form) for sentence in sentences]


def _changes_of(history: History, name: str) -> list[int]:
    """The numbers, from 1, of the operations after which a slot holds another value than before."""
    slot = NAMES.index(name)
    held = [state["slots"][slot] for state in history.states]
    return [number for number in range(1, len(held)) if held[number] != held[number - 1]]


def _say(values: Sequence[Value]) -> str:
    return ", ".join(str(value) for value in values)
