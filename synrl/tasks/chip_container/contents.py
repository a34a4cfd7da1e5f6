"""Questions of chip_container about the values in a container at a hidden moment: all, or their total.

Wrong options are what the container would hold if the clip had gone differently in a few operations,
from the readable end on. Rivals made in this way come from other histories than those that are played,
and unless something is done the fewest chips on offer are right too often (30 % of four at level 1):

- Operations are replaced until a rival fits, so that histories with few fitting neighbours are rare
  among rivals. A history is asked about only if one replacement gives a rival at the first try.
- A replaced operation leaves later ones as they were, however many chips those then pick from, but a
  played one picks each of many chips less often than each of few. A history is asked about in
  proportion to how many chips its operations picked from.
"""

from __future__ import annotations

import functools
import math
from collections import Counter

from synrl.errors import IllegalOperation
from synrl.seeds import Stream, Streams
from synrl.tasks.chip_container.shelf import CAPACITY
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice
from synrl.world.chips import VALUES, WORLD, Chips, Contents, apply, backwards
from synrl.world.history import History, Propose, Step, When, key, rivals

FEWEST = 2
"""Chips that are asked about: a single one could be an answer that was merely seen."""
PICKS = 6
"""Picks from so many chips or more count alike, or histories with few would hardly ever be asked about.
Found by measuring how often the truth is the smallest, the largest, the nearest to what can be read or
the farthest from it: with 6 each in 25 % of clips at all levels, to 2 or 3 points; with 10 the largest is
right too often (28 %), and without this rule the smallest."""


class Inquiry:
    """What is asked, and of which part of a history: from the readable end to the asked moment."""

    def __init__(self, history: History, reveal: str, container: str, when: When, *, total: bool) -> None:
        whole = len(history.steps)
        if reveal == "start":
            told, steps = history, whole if isinstance(when, str) else when
        else:
            told, steps = backwards(history), whole if isinstance(when, str) else whole - when
        self.told = History(told.steps[:steps], told.states[: steps + 1])
        self.container, self.total = container, total
        self.readable = self._said(self.told.states[0][self.container])

    def _said(self, chips: Chips) -> Chips:
        return (sum(chips),) if self.total else tuple(chips)

    def answer(self, told: History) -> Chips:
        """The values, or the total alone; nothing if no clip would go so, or it would not be asked about."""
        chips = told.states[-1][self.container]
        recurs = len({key(state) for state in told.states}) < len(told.states)
        return () if recurs or not FEWEST <= len(chips) <= CAPACITY else self._said(chips)

    def fits(self, rival: Chips) -> bool:
        """Whether it may be an answer: not if it can be read."""
        return sum(rival) >= FEWEST and rival != self.readable

    def otherwise(self, last: Chips, stream: Stream) -> Chips:
        """An answer near another one."""
        if self.total:
            return (last[0] + stream.choice((-1, 1)) * stream.choice(VALUES),)
        exchanged = [*last]
        exchanged[stream.integer(0, len(last) - 1)] = stream.choice(VALUES)
        return tuple(sorted(exchanged))


def can_be_asked(inquiry: Inquiry, propose: Propose, stream: Stream) -> bool:
    """Whether the truth fits, and the history is drawn to be asked about as the module says."""
    told, truth = inquiry.told, inquiry.answer(inquiry.told)
    if not inquiry.fits(truth):
        return False
    if not all(
        stream.chance(_picked_from(step, state) / PICKS)
        for step, state in zip(told.steps, told.states, strict=False)
    ):
        return False
    replaced = stream.integer(0, len(told.steps) - 1)
    steps = [*told.steps]
    steps[replaced] = propose(told.states[replaced], stream)
    try:
        rival = inquiry.answer(History.replay(told.states[0], steps, apply))
    except IllegalOperation:
        return False
    return rival != truth and inquiry.fits(rival)


def _picked_from(step: Step, state: Contents) -> float:
    """From how many chips a step picked, for each one of its value; `PICKS` if it picked none."""
    if step.kind not in ("remove", "move"):
        return PICKS
    chips = state[step.arguments["source" if step.kind == "move" else "container"]]
    holding = sum(1 for others in state.values() if others)
    return holding * len(chips) / chips.count(step.arguments["chip"])


def contents_question(
    wording: str, inquiry: Inquiry, form: str, propose: Propose, streams: Streams
) -> Question:
    """The question with its truth; wrong options differ from the truth and from what can be read."""
    truth = inquiry.answer(inquiry.told)
    if form == "choice":
        wrong = rivals(
            inquiry.told,  # which begins at the end that can be read
            "start",
            WORLD,
            propose,
            inquiry.answer,
            inquiry.fits,
            inquiry.otherwise,
            NUM_OPTIONS - 1,
            streams.options,
        )
        return choice(wording, _text(truth), [_text(rival) for rival in wrong], streams)
    chips = inquiry.told.states[-1][inquiry.container]
    if inquiry.total:
        return Question(wording, "integer", _text(truth), guess_rate=_best_total_rate(len(chips)))
    # The most likely chips are those that all differ.
    rate = math.factorial(len(chips)) / len(VALUES) ** len(chips)
    return Question(wording, "ordering", _text(truth), guess_rate=rate)


def _text(answer: Chips) -> str:
    return ", ".join(map(str, answer))


@functools.cache
def _best_total_rate(count: int) -> float:
    """How often the most common total of so many random chips occurs."""
    ways = Counter({0: 1})
    for _ in range(count):
        further: Counter[int] = Counter()
        for total, number in ways.items():
            for chip in VALUES:
                further[total + chip] += number
        ways = further
    return max(ways.values()) / sum(ways.values())
