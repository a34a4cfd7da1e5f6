"""One target for several ends: plans that are each right for one of them.

Files differ in three ways from a target: some are too many, some are missing, and some are in the wrong
directory, which is one of each with the same name. Each takes one command of a plan.
"""

from __future__ import annotations

import itertools
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from synrl.seeds import Stream
from synrl.world.files import WORLD, State
from synrl.world.history import Step
from synrl.world.plans import leads, legal, undone

MOST_MOVES = 2
"""Commands of a plan."""


class Route(NamedTuple):
    """A plan from one of several ends to a target that all of them share."""

    number: int
    """Of the end."""
    plan: tuple[Step, ...]
    target: dict[str, Any]
    """With the working directory that this end has; plans don't change it."""


def routes(
    ends: Sequence[State],
    moves: int,
    count: int,
    stream: Stream,
    seen: Callable[[int, Sequence[Step]], Any] = lambda *_: None,
) -> list[Route] | None:
    """Plans of exactly so many commands from some different ends to one target; None if none is found.

    Args:
        seen: what the clip with an end, given by its number, shows of a plan. It is the same for all of the
            plans, in the clip with the end of the first.
    """
    different = {_files(end): number for number, end in reversed(list(enumerate(ends)))}
    for target in stream.shuffled(_targets(ends)):
        near = [n for files, n in different.items() if _commands(ends[n], target) == moves]
        if len(near) < count:
            continue
        found = [_route(n, ends[n], target, stream) for n in stream.shuffled(sorted(near))]
        plans = list({WORLD.format_plan(route.plan): route for route in found if route is not None}.values())
        for right in plans:
            own = seen(right.number, right.plan)
            alike = [route for route in plans if route is not right and seen(right.number, route.plan) == own]
            if len(alike) >= count - 1:
                return [right, *alike[: count - 1]]
    return None


def _targets(ends: Sequence[State]) -> list[State]:
    """What may be asked for: what other histories lead to, and what is one command from the first end."""
    return [*ends, *(state for _, state in legal(WORLD, ends[0]))]


def _files(state: State) -> tuple[str, ...]:
    return (*state["dirs"], "", *state["files"])


def _commands(end: State, target: State) -> int | None:
    """How many commands lead from an end to a target at least; None if none, or too many, do."""
    if end["dirs"] != target["dirs"]:
        return None
    gone, new = set(end["files"]) - set(target["files"]), set(target["files"]) - set(end["files"])
    if max(len(gone), len(new)) > MOST_MOVES:
        return None
    moved = Counter(map(posixpath.basename, gone)) & Counter(map(posixpath.basename, new))
    return len(gone) + len(new) - moved.total()


def _route(number: int, end: State, target: State, stream: Stream) -> Route | None:
    """A shortest plan, one of all."""
    wanted = {**target, "cwd": end["cwd"]}
    gone = sorted(set(end["files"]) - set(target["files"]))
    new = sorted(set(target["files"]) - set(end["files"]))
    found = [
        plan
        for steps in _pairings(gone, new)
        for plan in itertools.permutations(steps)
        if leads(WORLD, end, plan, wanted)
    ]
    return Route(number, stream.choice(found), wanted) if found else None


def _pairings(gone: Sequence[str], new: Sequence[str]) -> Iterable[tuple[Step, ...]]:
    """The steps of shortest plans, apart from their order, for files too many and files that lack."""
    if not gone:
        yield tuple(Step("touch", {"words": [path]}) for path in new)
        return
    path, *rest = gone
    same = [other for other in new if posixpath.basename(other) == posixpath.basename(path)]
    for other in same:
        step = Step("mv", {"words": [path, posixpath.dirname(other)]})
        left = [path for path in new if path != other]
        yield from ((step, *others) for others in _pairings(rest, left))
    if not same:
        yield from ((Step("rm", {"words": [path]}), *others) for others in _pairings(rest, new))


def conceivable(target: State, moves: int) -> float:
    """About how many different plans of one or two commands end in a target, in any order."""
    one = sum(1 for _ in undone(WORLD, target))
    return float(one) if moves == 1 else one * one / 2
