"""Other ways in which a history could have gone that share its readable end: what makes options exchangeable.

Question, options and the readable end are the same whichever of some alternatives is shown. If the one that
is shown is drawn evenly from those that the options stand for, after all of them were found and by nothing
that depends on them, then nobody can tell from these alone which option is true. That holds however the
alternatives are made. Most have the same operations in another order, so that frames in no order do not
tell them apart either; where too few orders are possible, one operation is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from synrl.seeds import Stream
from synrl.world.history import History, Step

A = TypeVar("A")
Retell = Callable[[Sequence[Step]], History | None]
"""The history of some steps that has the same readable end; None if there is none that may be shown."""
_ORDERS, _REDRAWN = 30, 30
"""Attempts to put the steps in another order, and to replace one of them."""


def alternatives(
    history: History, retell: Retell, redraw: Callable[[int], Step], stream: Stream
) -> Iterator[History]:
    """A history, and others with its readable end; some may come twice.

    Args:
        redraw: a random operation in place of the one with a number, from 0; it need not fit.
    """
    yield history
    last = len(history.steps) - 1
    for attempt in range(_ORDERS + _REDRAWN):
        steps = [*history.steps]
        if attempt < _ORDERS:
            for _ in range(stream.integer(1, 3)):
                step = steps.pop(stream.integer(0, last))
                steps.insert(stream.integer(0, last), step)
        else:
            k = stream.integer(0, last)
            steps[k] = redraw(k)
        other = retell(steps)
        if other is not None:
            yield other


def telling_apart(
    histories: Iterable[History], answer: Callable[[History], A | None], count: int
) -> list[tuple[A, History]] | None:
    """The first histories of which so many answers are all different; None if there are too few.

    Args:
        answer: the asked thing in a history, None if it must not be an answer.
    """
    found: dict[A, History] = {}
    for history in histories:
        own = answer(history)
        if own is not None:
            found.setdefault(own, history)
        if len(found) == count:
            return list(found.items())
    return None
