"""Answers drawn evenly from all that one clip could have come to, for a viewer who follows nothing of it.

A long clip is one of many histories that look the same on every frame by itself that tells anything: they
share the end that can be read, and what can be seen of the others. What is asked about has another answer in
each group of them. The truth is drawn evenly from these answers, and then the history from those that have
it; so whoever does not follow what happens can't find it, however likely an answer was by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict, TypeVar

from synrl.seeds import Stream
from synrl.tasks.shared.questions import NUM_OPTIONS
from synrl.world.history import History, When

T = TypeVar("T")


class Answers(TypedDict):
    """What a question says whose answer was drawn evenly from some."""

    answers: Sequence[str]
    """All that the truth was drawn from, in alphabetical order."""


Others = Callable[[When], Sequence[History]]
"""Histories that are alike to a viewer who follows nothing, the one that was played first.

They differ only between the end that can be read and the given moment.
"""


class Drawn(NamedTuple):
    """What `evenly` drew."""

    subject: Any
    answers: Sequence[str]
    history: History


def evenly(
    subjects: Iterable[T],
    histories: Sequence[History],
    asked: Callable[[History, T], str | None],
    question: Stream,
    glimpse: Callable[[History], Any] = lambda _: None,
) -> Drawn | None:
    """Something to ask about that may have enough answers, and a history whose answer was drawn evenly.

    Args:
        asked: the answer in a history; None if it may not be asked for there.
        glimpse: what a frame in the middle shows that speaks for some answers. If it can be, it is the same
            in all histories that the answers come from.
    """
    second = None
    for subject in question.shuffled(list(subjects)):
        found: dict[str, list[History]] = {}
        alike: dict[Any, dict[str, list[History]]] = {}
        for history in histories:
            answer = asked(history, subject)
            if answer is not None:
                for group in (found, alike.setdefault(glimpse(history), {})):
                    group.setdefault(answer, []).append(history)
        if best := [group for group in alike.values() if len(group) >= NUM_OPTIONS]:
            return _drawn(subject, question.choice(best), question)
        if second is None and len(found) >= NUM_OPTIONS:
            second = _drawn(subject, found, question)
    return second


def _drawn(subject: Any, found: Mapping[str, Sequence[History]], question: Stream) -> Drawn:
    answers = sorted(found)
    return Drawn(subject, answers, question.choice(found[question.choice(answers)]))
