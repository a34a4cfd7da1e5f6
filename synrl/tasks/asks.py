"""Kinds of question that several families ask: when something happens, the first or last to do it, a plan."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from synrl.answers import parse_interval
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Ask, C, Q
from synrl.tasks.shared import stage
from synrl.tasks.shared.moments import hidden_end, state_at
from synrl.tasks.shared.questions import Question, integer_question, interval_question, plan_question
from synrl.tasks.shared.telling import first_or_last
from synrl.world.history import History, World, told
from synrl.world.plans import distant_state
from synrl.world.timeline import FPS, Timeline

T = TypeVar("T")


class SpanAsk(Ask[Q, C]):
    """Between which seconds something happens; answered with an interval."""

    name = "span"
    modes = ("localisation",)
    answer_type = "interval"

    @abstractmethod
    def span(self, timeline: Timeline, query: Q) -> tuple[int, int]:
        """The true span of frames, from the simulation's log."""

    def room(self, timeline: Timeline, span: tuple[int, int]) -> tuple[int, int]:
        """The frames between which the start of the span was drawn."""
        return stage.room(timeline.num_frames)

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        span = self.span(timeline, query)
        return interval_question(text, span, self.room(timeline, span), FPS, config.form, streams)

    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        span = parse_interval(row["answer_text"])
        assert span is not None, "the answer is an interval"
        said = f"from {span[0]:.2f} to {span[1]:.2f} s"
        if row["options"]:
            return f"The option that fits is the one {said}", f"Among the options, this is {said}"
        return f"So what is asked for lasts {said}", f"So the time asked for is {said}"


class FirstOrLastAsk(Ask[Q, C]):
    """The number, counted from 1, of the first or the last operation of a long clip that does something."""

    modes = ("historical",)
    answer_type = "integer"
    world: World

    def __init__(self, which: str) -> None:
        self.name = self.which = which
        self._place = {"first": 0, "last": -1}[which]

    @abstractmethod
    def numbers(self, history: History, query: Q) -> Sequence[int]:
        """The numbers of all operations that do it, from the simulation's log."""

    @abstractmethod
    def numbers_seen(self, evidence: Evidence, query: Q) -> Sequence[int] | None:
        """The same from what is seen, or None if it can't be told."""

    @abstractmethod
    def does(self, query: Q) -> str:
        """What they do: "moves tile 3"."""

    def values(self, config: Any) -> Sequence[int]:
        """The numbers that the answer was drawn from."""
        return range(1, config.num_operations + 1)

    def pick(self, numbers: Mapping[T, Sequence[int]], wanted: int, question: Stream) -> T | None:
        """Something of which the wanted number is the first, or the last."""
        fitting = [thing for thing, own in numbers.items() if own and own[self._place] == wanted]
        return question.choice(fitting) if fitting else None

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        numbers = self.numbers(told(timeline.states, timeline.operations, self.world.rules), query)
        return integer_question(text, numbers[self._place], self.values(config), config.form, streams)

    def solve(self, evidence: Evidence, query: Q) -> str | None:
        numbers = self.numbers_seen(evidence, query)
        return str(numbers[self._place]) if numbers else None

    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        return first_or_last(self.which, row["answer_text"], self.does(query))


class PlanAsk(Ask[Q, C]):
    """Which steps would lead from the hidden end of a long clip to a stated state.

    Many plans may be right: an open answer is carried out, by the rules of the world.
    """

    name = "plan"
    modes = ("predict_operations",)
    answer_type = "plan"
    world: World

    def target(self, history: History, reveal: str, moves: int, question: Stream) -> Any:
        """A state that the hidden end of the clip is exactly that many moves away from, or None."""
        return distant_state(self.world, state_at(history, hidden_end(reveal)), moves, question)

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        history = told(timeline.states, timeline.operations, self.world.rules)
        return plan_question(text, history, query, self.world, streams)

    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        return "That is what is wanted", "This is the arrangement asked for"
