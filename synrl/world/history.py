"""Histories of a world with hidden states: what long clips show, and how else they could have gone.

A world is its rules, a pure function `(state, kind, arguments) -> state` that raises `IllegalOperation`,
and their inverse. Everything here works for any world, given a proposal of a random legal step. Answers are
judged by it, so it needs nothing but Python (see `synrl.scoring`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from synrl.errors import IllegalOperation

if TYPE_CHECKING:
    from synrl.seeds import Stream
    from synrl.world.timeline import Operation, State


class Step(NamedTuple):
    """An operation without its time."""

    kind: str
    arguments: dict[str, Any]


When = str | int
"""A moment: `start`, `end`, or the number of operations that have been carried out."""
Rules = Callable[[Any, str, Mapping[str, Any]], Any]
Propose = Callable[[Any, "Stream"], Step]


class World(NamedTuple):
    """The rules of a world, and the steps and words that plans in it are made of."""

    rules: Rules
    """The state after an operation; raises `IllegalOperation`."""
    undo: Rules
    """The state before an operation; raises `IllegalOperation` if it can't have led here."""
    plan_steps: Callable[[Any], Iterable[Step]]
    """The steps that a plan may have near a state, legal there or not."""
    parse_plan: Callable[[str], Sequence[Step] | None]
    """The steps that a text names; None if it says anything else."""
    format_plan: Callable[[Sequence[Step]], str]
    """The canonical text of a plan."""
    reached: Callable[[Any, Any], bool] = lambda state, target: key(state) == key(target)
    """Whether a state is what a plan is to lead to; by default, a target is a whole state."""


@dataclass(frozen=True)
class History:
    """`states[k]` is the state after k steps; states are JSON objects."""

    steps: tuple[Step, ...]
    states: tuple[Any, ...]

    @classmethod
    def replay(cls, start: Any, steps: Sequence[Step], rules: Rules) -> History:
        """The history of some steps.

        Raises:
            IllegalOperation: a step isn't legal where it comes.
        """
        states = [start]
        for kind, arguments in steps:
            states.append(rules(states[-1], kind, arguments))
        return cls(tuple(steps), tuple(states))


def told(states: Sequence[State], operations: Sequence[Operation], rules: Rules) -> History:
    """The history of a stored clip: its operations carried out on its first state."""
    return History.replay(states[0].state, [Step(o.kind, o.arguments) for o in operations], rules)


def play(start: Any, count: int, rules: Rules, propose: Propose, stream: Stream) -> History:
    """A random history in which no step leads back to any earlier state.

    So no step is without effect and none undoes the one before. A history that runs into a dead end is
    begun anew.
    """
    while True:
        steps: list[Step] = []
        states, seen = [start], {key(start)}
        for _ in range(20 * count):
            step = propose(states[-1], stream)
            state = rules(states[-1], step.kind, step.arguments)
            if key(state) in seen:
                continue
            steps.append(step)
            states.append(state)
            seen.add(key(state))
            if len(steps) == count:
                return History(tuple(steps), tuple(states))


def rivals(
    history: History,
    reveal: str,
    world: World,
    propose: Propose,
    answer: Callable[[History], Any],
    fits: Callable[[Any], bool],
    otherwise: Callable[[Any, Stream], Any],
    count: int,
    stream: Stream,
) -> list[Any]:
    """`count` wrong answers: what the truth would be in histories that went differently.

    They have the end in common that can be read. The answers form a chain in which each history differs
    from the last by one more step, and the truth stands anywhere in it. Edits of the truth alone would
    surround it, and the answer that resembles all others would be the right one.

    Args:
        reveal: the end that can be read, `start` or `end`.
        answer: the asked thing in a history.
        fits: whether a wrong answer may be shown; equal answers are never shown twice.
        otherwise: a small change to the last answer, for when no other history gives a new one.
    """
    truth = answer(history)
    found: list[Any] = []
    before = stream.integer(0, count)
    for length in (before, count - before):
        current, last = history, truth
        for _ in range(length):
            for _ in range(30):
                edited = _edited(current, reveal, world, propose, stream)
                if edited is not None and (rival := answer(edited)) not in (truth, *found) and fits(rival):
                    current = edited
                    break
            else:
                while (rival := otherwise(last, stream)) in (truth, *found) or not fits(rival):
                    pass
            found.append(rival)
            last = rival
    return found


def _edited(history: History, reveal: str, world: World, propose: Propose, stream: Stream) -> History | None:
    """The history with one step replaced, or None if the rest no longer fits together."""
    k = stream.integer(0, len(history.steps) - 1)
    steps = [*history.steps]
    steps[k] = propose(history.states[k], stream)
    return from_end(history, reveal, steps, world)


def reordered(
    history: History, reveal: str, until: When, world: World, stream: Stream, tries: int = 80
) -> list[History]:
    """Histories of the same steps in other orders, which share the end that can be read; itself first.

    No state recurs in any of them. What happens beyond a moment, seen from that end, is the same in all.

    Args:
        reveal: the end that can be read, `start` or `end`.
        until: the moment up to which steps change places.
        tries: how often two steps change places; many of the orders that come of it are not legal.
    """
    low, high = stretch(len(history.steps), reveal, until)
    found, steps = {key(history.steps): history}, list(history.steps)
    for _ in range(tries if high - low > 1 else 0):
        one, two = stream.sample(range(low, high), 2)
        if steps[one] == steps[two]:
            continue
        trial = list(steps)
        trial[one], trial[two] = trial[two], trial[one]
        name = key(trial)
        if name not in found:
            other = from_end(history, reveal, trial, world)
            if other is None or recurs(other):
                continue
            found[name] = other
        steps = trial
    return list(found.values())


def stretch(num_steps: int, reveal: str, until: When) -> tuple[int, int]:
    """The steps between the end that can be read and a moment: the first of them, and the first behind."""
    moment = {"start": 0, "end": num_steps}[until] if isinstance(until, str) else until
    return (0, moment) if reveal == "start" else (moment, num_steps)


def from_end(history: History, reveal: str, steps: Sequence[Step], world: World) -> History | None:
    """The history of other steps that has the end in common that can be read; None if they aren't legal."""
    try:
        start = history.states[0]
        if reveal == "end":
            start = history.states[-1]
            for step in reversed(steps):
                start = world.undo(start, step.kind, step.arguments)
        return History.replay(start, steps, world.rules)
    except IllegalOperation:
        return None


def recurs(history: History) -> bool:
    """Whether some state comes twice."""
    return len({key(state) for state in history.states}) < len(history.states)


def key(state: Any) -> str:
    """A name that equal states share, whether their sequences are lists or tuples."""
    return json.dumps(state, sort_keys=True)
