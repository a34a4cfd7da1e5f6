"""Plans: steps that would lead from a hidden state to a stated one, in any world.

A plan has many right answers, so it is never compared with a key but carried out; a step that the rules
don't allow makes it wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from synrl.errors import IllegalOperation
from synrl.seeds import Stream
from synrl.world.history import Rules, Step, key


class World(NamedTuple):
    """The rules of a world, and the steps and words that its plans are made of."""

    rules: Rules
    """`state, kind, arguments -> state`; raises `IllegalOperation`."""
    legal: Callable[[Any], Iterable[Step]]
    """The steps of plans that are legal in a state."""
    undone: Callable[[Any], Iterable[tuple[Step, Any]]]
    """The steps of plans that may have led to a state, each with the state it came from."""
    parse_plan: Callable[[str], Sequence[Step] | None]
    """The steps that a text names; None if it says anything else."""
    format_plan: Callable[[Sequence[Step]], str]
    """The canonical text of a plan."""


def leads(world: World, start: Any, steps: Iterable[Step], target: Any) -> bool:
    """Whether steps are legal one after the other from a state and end in another."""
    state = start
    try:
        for kind, arguments in steps:
            state = world.rules(state, kind, arguments)
    except IllegalOperation:
        return False
    return key(state) == key(target)


def distant_state(world: World, start: Any, length: int, stream: Stream) -> Any | None:
    """A random state that takes exactly `length` steps from another; None if the walk went nowhere new."""
    reached, frontier, state = {key(start)}, [start], start
    for _ in range(length):
        steps = list(world.legal(state))
        if not steps:
            return None
        step = stream.choice(steps)
        state = world.rules(state, step.kind, step.arguments)
    for _ in range(length - 1):
        after = {}
        for earlier in frontier:
            for step in world.legal(earlier):
                later = world.rules(earlier, step.kind, step.arguments)
                after[key(later)] = later
        frontier = [later for name, later in after.items() if name not in reached]
        reached |= after.keys()
    return None if key(state) in reached else state


def conceivable(world: World, target: Any, length: int) -> list[tuple[Step, ...]]:
    """Every plan of `length` steps that ends in a state from somewhere: all that a blind guesser knows."""
    found: list[tuple[tuple[Step, ...], Any]] = [((), target)]
    for _ in range(length):
        found = [((step, *plan), earlier) for plan, state in found for step, earlier in world.undone(state)]
    return [plan for plan, _ in found]


def succeeds(world: World, row: Mapping[str, Any], plan: str) -> bool:
    """Whether a proposed plan leads from the hidden end of a row's clip to the target of its query."""
    query, steps = row["config"]["query"], world.parse_plan(plan)
    if steps is None or not 0 < len(steps) <= query["moves"]:
        return False
    hidden = row["states"][0 if query["reveal"] == "end" else -1]["state"]
    return leads(world, hidden, steps, query["target"])
