"""Putting a question to a form: options that give nothing away, intervals, blind guess rates.

Options are exchangeable: given the question and the set of options alone, each is as likely as any
other to be the truth. That makes the guess rate of a choice exactly one over their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.answers import FORMS, format_interval
from synrl.seeds import Streams
from synrl.tasks.shared.moments import hidden_end, state_at
from synrl.world.history import History, World
from synrl.world.plans import conceivable, leads

NUM_OPTIONS = 4


@dataclass(frozen=True)
class Question:
    """A question with its truth, as the family's own log has it."""

    text: str
    answer_type: str
    answer_text: str
    options: tuple[str, ...] = ()
    guess_rate: float = 0.0

    @property
    def letter(self) -> str | None:
        """The letter of the answer, None for an open question."""
        return "ABCDEFGHIJ"[self.options.index(self.answer_text)] if self.options else None


def with_ending(sentence: str, query: Mapping[str, Any], ending: str) -> str:
    """The question, and for an open one an ending that says how to answer it."""
    return sentence if query["form"] == "choice" else f"{sentence} {ending}"


def with_form(sentence: str, query: Mapping[str, Any], answer_type: str) -> str:
    """The question, and for an open one the form of its answer."""
    return with_ending(sentence, query, FORMS[answer_type])


def choice(text: str, truth: str, others: Sequence[str], streams: Streams) -> Question:
    """A multiple-choice question; `others` must make the whole set exchangeable."""
    options = tuple(streams.options.shuffled([truth, *others]))
    return Question(text, "choice", truth, options, guess_rate=1 / len(options))


def with_words(sentence: str, query: Mapping[str, Any], words: Iterable[str]) -> str:
    """The question, and for an open one the answers that it may have."""
    return with_ending(sentence, query, f"Answer with one of: {', '.join(words)}.")


def drawn(
    text: str, truth: str, space: Sequence[str], form: str, streams: Streams, answer_type: str = "text"
) -> Question:
    """Ask for one of a space of answers that the truth was drawn evenly from.

    The wrong options of a choice are drawn evenly from the rest; a space of three leaves three options.
    """
    if form == "open":
        return Question(text, answer_type, truth, guess_rate=1 / len(space))
    rest = [answer for answer in space if answer != truth]
    return choice(text, truth, streams.options.sample(rest, min(len(rest), NUM_OPTIONS - 1)), streams)


def interval_question(
    text: str, span: tuple[int, int], room: tuple[int, int], fps: int, form: str, streams: Streams
) -> Question:
    """Ask for a span of frames whose start was drawn evenly from the `slack` that keep it inside `room`.

    Wrong options are the same span a quarter, a half and three quarters of the slack further on, around
    the end: from any of the four, the other three look the same. The slack is a multiple of four, or
    the true option would be the only one to start on a whole frame.
    """
    start, end = span
    slack = (room[1] - room[0]) - (end - start)
    assert slack % NUM_OPTIONS == 0 and 0 <= start - room[0] < slack, (span, room)
    truth = format_interval(start / fps, end / fps)
    if form == "open":
        return Question(text, "interval", truth, guess_rate=blind_interval_rate(end - start, slack))
    others = []
    for quarter in range(1, NUM_OPTIONS):
        shifted = room[0] + (start - room[0] + quarter * slack // NUM_OPTIONS) % slack
        others.append(format_interval(shifted / fps, (shifted + end - start) / fps))
    return choice(text, truth, others, streams)


def blind_interval_rate(length: int, slack: int) -> float:
    """Best chance of an interval guessed blind to overlap the true one by half (IoU 0.5).

    The true interval has a known length and a start even over `slack` frames. A guess twice as long is
    right wherever it contains the truth, which no other length betters: a share of length / slack.
    """
    return min(1.0, length / slack) if slack > 0 else 1.0


def plan_question(
    text: str, history: History, query: Mapping[str, Any], world: World, streams: Streams
) -> Question:
    """Ask for a plan from the hidden end of a history to the query's target.

    Wrong plans are drawn from all that the question alone leaves conceivable: they end in the target, but
    from somewhere else. They take the same kinds of operations as the right one, because some kinds are
    conceivable in many more ways than others.
    """
    hidden, target = state_at(history, hidden_end(query["reveal"])), query["target"]
    plans = conceivable(world, target, query["moves"])
    works = [leads(world, hidden, plan, target) for plan in plans]
    right = [plan for plan, good in zip(plans, works, strict=True) if good]
    if query["form"] == "open":
        return Question(text, "plan", world.format_plan(right[0]), guess_rate=len(right) / len(plans))
    truth = streams.options.choice(right)
    wrong = [plan for plan, good in zip(plans, works, strict=True) if not good]
    alike = [plan for plan in wrong if [step.kind for step in plan] == [step.kind for step in truth]]
    rivals = streams.options.sample(alike if len(alike) >= NUM_OPTIONS - 1 else wrong, NUM_OPTIONS - 1)
    return choice(text, world.format_plan(truth), [world.format_plan(plan) for plan in rivals], streams)


def integer_question(text: str, truth: int, values: Sequence[int], form: str, streams: Streams) -> Question:
    """Ask for a count that was drawn evenly from `values`."""
    return drawn(text, str(truth), [str(value) for value in values], form, streams, "integer")
