"""Plans: steps that would lead from a hidden state to a stated one, in any world.

A plan has many right answers, so it is never compared with a key but carried out; a step that the rules
don't allow makes it wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from synrl.errors import IllegalOperation
from synrl.world.history import Rules, Step, World, key

if TYPE_CHECKING:
    from synrl.seeds import Stream


def legal(world: World, state: Any) -> Iterator[tuple[Step, Any]]:
    """The steps of plans that are legal in a state, and where each leads."""
    return _possible(world.rules, world, state)


def undone(world: World, state: Any) -> Iterator[tuple[Step, Any]]:
    """The steps of plans that may have led to a state, and where each comes from."""
    return _possible(world.undo, world, state)


def _possible(way: Rules, world: World, state: Any) -> Iterator[tuple[Step, Any]]:
    for step in world.plan_steps(state):
        with suppress(IllegalOperation):  # what the rules refuse is what we leave out
            yield step, way(state, step.kind, step.arguments)


def carried(way: Rules, start: Any, steps: Iterable[Step]) -> Any | None:
    """The state after steps, or before them if the way is to undo each; None if one isn't legal."""
    state = start
    try:
        for kind, arguments in steps:
            state = way(state, kind, arguments)
    except IllegalOperation:
        return None
    return state


def leads(world: World, start: Any, steps: Iterable[Step], target: Any) -> bool:
    """Whether steps are legal one after the other from a state and reach a target."""
    end = carried(world.rules, start, steps)
    return end is not None and world.reached(end, target)


def distant_state(world: World, start: Any, length: int, stream: Stream) -> Any | None:
    """A random state that takes exactly `length` steps from another; None if the walk went nowhere new."""
    reached, frontier, state = {key(start)}, [start], start
    for _ in range(length):
        steps = list(legal(world, state))
        if not steps:
            return None
        _, state = stream.choice(steps)
    for _ in range(length - 1):
        after = {}
        for earlier in frontier:
            for _, later in legal(world, earlier):
                after[key(later)] = later
        frontier = [later for name, later in after.items() if name not in reached]
        reached |= after.keys()
    return None if key(state) in reached else state


def conceivable(world: World, target: Any, length: int) -> list[tuple[Step, ...]]:
    """Every plan of `length` steps that ends in a state from somewhere: all that a blind guesser knows."""
    found: list[tuple[tuple[Step, ...], Any]] = [((), target)]
    for _ in range(length):
        found = [((step, *plan), earlier) for plan, state in found for step, earlier in undone(world, state)]
    return [plan for plan, _ in found]


def succeeds(world: World, row: Mapping[str, Any], plan: str) -> bool:
    """Whether a proposed plan leads from the hidden end of a row's clip to the target of its query."""
    query, steps = row["config"]["query"], world.parse_plan(plan)
    if steps is None or not 0 < len(steps) <= query["moves"]:
        return False
    hidden = row["states"][0 if query["reveal"] == "end" else -1]["state"]
    return leads(world, hidden, steps, query["target"])
