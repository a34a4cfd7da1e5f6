"""What the solvers of long families share: which moment is asked, and plans carried out by their own hands.

A solver follows operations with a step function of its own, never with the rules of the world; from the
world it takes only the words of plans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from synrl.evidence import Evidence
from synrl.tasks.moments import When
from synrl.world.history import Step, World, key

T = TypeVar("T")


def reveal_at_start(evidence: Evidence) -> bool:
    """Whether the one state that was read is the one at the start."""
    (reveal,) = evidence.reveals
    return reveal.start_frame == 0


def at(snapshots: Sequence[T], when: When) -> T | None:
    """The snapshot of a moment: after 0, 1, … operations; None if there were not so many."""
    index = {"start": 0, "end": len(snapshots) - 1}[when] if isinstance(when, str) else when
    return snapshots[index] if index < len(snapshots) else None


def find_plan(
    evidence: Evidence, start: Any, carry: Callable[[Any, Step], Any | None], world: World
) -> str | None:
    """The first option that leads from a state to the query's target, or a shortest plan without options.

    Args:
        carry: the state after a step, None if it can't be made.
    """
    target = key(evidence.query["target"])

    def carried(steps: Sequence[Step]) -> Any | None:
        state = start
        for step in steps:
            state = carry(state, step)
            if state is None:
                return None
        return state

    if evidence.options:
        plans = ((option, world.parse_plan(option) or ()) for option in evidence.options)
        return next((option for option, steps in plans if key(carried(steps)) == target), None)
    frontier: list[tuple[Any, tuple[Step, ...]]] = [(start, ())]
    for _ in range(evidence.query["moves"]):
        reached: dict[str, tuple[Any, tuple[Step, ...]]] = {}
        for state, steps in frontier:
            for step in world.plan_steps(state):
                after = carry(state, step)
                if after is not None:
                    reached.setdefault(key(after), (after, (*steps, step)))
        if target in reached:
            return world.format_plan(reached[target][1])
        frontier = list(reached.values())
    return None
