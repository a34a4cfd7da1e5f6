"""Kinds of question that several families ask: when something happens, and for a plan."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from synrl.answers import parse_interval
from synrl.seeds import Streams
from synrl.tasks.base import Ask, C, Q
from synrl.tasks.shared import stage
from synrl.tasks.shared.questions import Question, interval_question, plan_question
from synrl.world.history import World, told
from synrl.world.timeline import FPS, Timeline


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


class PlanAsk(Ask[Q, C]):
    """Which steps would lead from the hidden end of a long clip to a stated state.

    Many plans may be right: an open answer is carried out, by the rules of the world.
    """

    name = "plan"
    modes = ("predict_operations",)
    answer_type = "plan"
    world: World

    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        history = told(timeline.states, timeline.operations, self.world.rules)
        return plan_question(text, history, query, self.world, streams)

    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        return "That is what is wanted", "This is the arrangement asked for"
