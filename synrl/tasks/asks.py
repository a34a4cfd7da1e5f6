"""Kinds of question that several families ask: when something happens, the first or last to do it, a plan.

And kinds of question with clips of their own, with the families that consist of those.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar, cast

from synrl.answers import parse_interval
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Ask, C, Family, Q
from synrl.tasks.shared import stage
from synrl.tasks.shared.evenly import Answers, Others, evenly
from synrl.tasks.shared.moments import hidden_end, state_at
from synrl.tasks.shared.queries import LongQuery, Target
from synrl.tasks.shared.questions import (
    NUM_OPTIONS,
    Question,
    drawn,
    integer_question,
    interval_question,
    plan_question,
)
from synrl.tasks.shared.telling import first_or_last
from synrl.world.history import History, World, key, told
from synrl.world.plans import distant_state, leads
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, Event, Timeline, in_order

T = TypeVar("T")
_TRIES = 8
"""Targets that are tried for plans from the ends of some histories."""


class SpanAsk(Ask[Q, C]):
    """Between which seconds something happens; answered with an interval."""

    name = "span"
    modes = ("localisation",)
    answer_type = "interval"

    @abstractmethod
    def span(self, timeline: Timeline, query: Q) -> tuple[int, int]:
        """The true span of frames, from the simulation's log."""

    def room(self, timeline: Timeline, span: tuple[int, int], config: C) -> tuple[int, int]:
        """The frames between which the start of the span was drawn."""
        return stage.room(timeline.num_frames)

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        span = self.span(timeline, query)
        return interval_question(text, span, self.room(timeline, span, config), FPS, config.form, streams)

    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        span = parse_interval(row["answer_text"])
        assert span is not None, "the answer is an interval"
        said = f"from {span[0]:.2f} to {span[1]:.2f} s"
        if row["options"]:
            return f"The option that fits is the one {said}", f"Among the options, this is {said}"
        return f"So the interval is {said}", f"So the time asked for is {said}"


class FirstOrLastAsk(Ask[Q, C]):
    """The number, counted from 1, of the first or the last operation of a long clip that does something."""

    modes = ("historical",)
    answer_type = "integer"
    world: World
    noun: str = "operation"
    """What its family calls an operation."""

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
        return first_or_last(self.which, row["answer_text"], self.does(query), self.noun)


class EvenlyFirstOrLastAsk(FirstOrLastAsk[Q, C]):
    """The same, with the number drawn evenly from all that it may be; its query says those (`Answers`)."""

    @abstractmethod
    def subjects(self, history: History) -> Iterable[Any]:
        """What may be asked about."""

    @abstractmethod
    def query(self, common: Any, subject: Any, answers: Sequence[str]) -> Q:
        """The query about one of them."""

    def draw(
        self, history: History, common: Any, others: Others, config: C, question: Stream
    ) -> tuple[History, Q] | None:
        """Something that enough operations may be the first, or the last, to do."""

        def number(other: History, subject: Any) -> str | None:
            numbers = self.numbers(other, self.query(common, subject, ()))
            return str(numbers[self._place]) if numbers else None

        hidden = hidden_end(common["reveal"])
        found = evenly(self.subjects(history), others(hidden), number, question)
        return found and (found.history, self.query(common, found.subject, found.answers))

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        numbers = self.numbers(told(timeline.states, timeline.operations, self.world.rules), query)
        answers = cast(Answers, query)["answers"]
        return drawn(text, str(numbers[self._place]), answers, config.form, streams, "integer")


class PlanQuery(LongQuery, Target[Any]):
    """What every question for a plan says; that of a family also says what all of its questions say."""


class Planned(Protocol):
    """A config that says how long asked plans are."""

    @property
    def plan_moves(self) -> int:
        """Steps that an asked plan needs at least, and may have at most."""


P = TypeVar("P", bound=PlanQuery)


class _Plans(Ask[P, C]):
    """Which steps would lead from the hidden end of a long clip to a stated state.

    Many plans may be right: an open answer is carried out, by the rules of the world.
    """

    name = "plan"
    modes: tuple[str, ...] = ("predict_operations",)
    answer_type = "plan"
    world: World

    def conclude(self, query: P, row: Mapping[str, Any]) -> Sequence[str]:
        return "That is the state asked for", "This is the arrangement asked for"


class PlanAsk(_Plans[P, C]):
    """Plans of which the wrong ones lead to the target from anywhere else."""

    def draw(
        self, history: History, common: LongQuery, wish: object, config: Planned, question: Stream
    ) -> P | None:
        """A state that the hidden end of the clip is exactly `plan_moves` steps away from."""
        target = self.target(history, common["reveal"], config.plan_moves, question)
        if target is None:
            return None
        query: PlanQuery = {**common, "moves": config.plan_moves, "target": target}
        return cast(P, query)  # `common` is what all questions of the family say

    def target(self, history: History, reveal: str, moves: int, question: Stream) -> Any:
        """A state that the hidden end of the clip is exactly that many moves away from, or None."""
        return distant_state(self.world, state_at(history, hidden_end(reveal)), moves, question)

    def question(self, text: str, timeline: Timeline, query: P, config: C, streams: Streams) -> Question:
        history = told(timeline.states, timeline.operations, self.world.rules)
        return plan_question(text, history, query, self.world, streams)


class EvenlyPlanAsk(_Plans[P, C]):
    """Plans each of which is right for another history, of those that look alike; so is every wrong option.

    What they are to reach is a part of a state: from one history to the next, other plans reach it.
    """

    def draw(
        self, history: History, common: LongQuery, others: Others, config: Any, question: Stream
    ) -> tuple[History, P] | None:
        """A part of a state, and a history that was drawn evenly from those that need different plans."""
        hidden = hidden_end(common["reveal"])
        ends = {key(state_at(other, hidden)): other for other in others(hidden)}
        most = NUM_OPTIONS if common["form"] == "choice" else len(ends)
        states = [state_at(other, hidden) for other in ends.values()]
        for target in itertools.islice(self.targets(states, config.plan_moves, question), _TRIES):
            found: dict[str, list[History]] = {}
            taken: set[str] = set()
            for other in question.shuffled(list(ends.values())):
                plans = self.plans(state_at(other, hidden), target, config.plan_moves)
                own = [plan for plan in found if plan in plans]
                if len(own) == 1:
                    found[own[0]].append(other)
                elif plans and taken.isdisjoint(plans) and len(found) < most:
                    found[question.choice(plans)] = [other]
                else:
                    continue
                taken |= set(plans)
            if len(found) >= NUM_OPTIONS:
                answers = sorted(found)
                query = {**common, "moves": config.plan_moves, "target": target, "answers": answers}
                return question.choice(found[question.choice(answers)]), cast(P, query)
        return None

    @abstractmethod
    def targets(self, ends: Sequence[Any], moves: int, question: Stream) -> Iterator[Any]:
        """Parts of states to reach from some states, in random order."""

    @abstractmethod
    def plans(self, hidden: Any, target: Any, moves: int) -> Sequence[str]:
        """All plans of so many steps that lead from a state to a part of another; none if it is there."""

    def question(self, text: str, timeline: Timeline, query: P, config: C, streams: Streams) -> Question:
        history = told(timeline.states, timeline.operations, self.world.rules)
        hidden, answers = state_at(history, hidden_end(query["reveal"])), cast(Answers, query)["answers"]
        (truth,) = (
            plan
            for plan in answers
            if leads(self.world, hidden, self.world.parse_plan(plan) or (), query["target"])
        )
        return drawn(text, truth, answers, config.form, streams, "plan")

    def conclude(self, query: P, row: Mapping[str, Any]) -> Sequence[str]:
        return "That is what the question asks for", "With that, the goal is reached"


class ClipAsk(Ask[Q, C]):
    """A kind of question that is asked about clips of its own."""

    @abstractmethod
    def draw(self, config: C, style: Style, streams: Streams) -> Timeline:
        """A clip to ask about, whose answer is drawn before it."""

    @abstractmethod
    def seen(self, evidence: Evidence, query: Q) -> Iterator[Event]:
        """The events of such a clip, read back from its tracks."""


class ClipAskFamily(Family):
    """A family each of whose kinds of question has clips of its own; its config says which may be asked."""

    asks: ClassVar[tuple[ClipAsk[Any, Any], ...]]

    def simulate(self, config: Any, streams: Streams) -> Timeline:
        style = draw_style(streams)
        name = "span" if config.mode == "localisation" else streams.question.choice(config.asks)
        return self.asked({"ask": name}).draw(config, style, streams)

    def asked(self, query: Mapping[str, Any]) -> ClipAsk[Any, Any]:
        ask = super().asked(query)
        assert isinstance(ask, ClipAsk), ask
        return ask

    def observe(self, evidence: Evidence) -> Observed:
        query = evidence.query
        return Observed(events=in_order(self.asked(query).seen(evidence, query)))
