"""Other ways in which a history could have gone that share its readable end, where orders alone are too few.

An answer is drawn evenly from those that such histories have (`synrl.tasks.shared.evenly`), so it does not
matter how likely each of them is. Half of the attempts put the same operations in another order, so that
frames in no order do not tell them apart; the others replace one operation, or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from synrl.seeds import Stream
from synrl.world.history import History, Step

Retell = Callable[[Sequence[Step]], History | None]
"""The history of some steps that has the same readable end; None if there is none that may be shown."""
_ORDERS, _REDRAWN = 30, 30
"""Attempts to put the steps in another order, and to replace some."""


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
            for k in stream.sample(range(last + 1), stream.integer(1, 2)):
                steps[k] = redraw(k)
        other = retell(steps)
        if other is not None:
            yield other
