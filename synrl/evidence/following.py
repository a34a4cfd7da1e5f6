"""What the readers of long families share: operations from tracks, moments, plans by their own hands.

A solver follows operations with a step function of its own, never with the rules of the world; from the
world it takes only the words of plans.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from synrl.evidence import Evidence, Observed
from synrl.world.history import Step, When, World, key
from synrl.world.timeline import Operation, State

T = TypeVar("T")


def reveal_at_start(evidence: Evidence) -> bool:
    """Whether the one state that was read is the one at the start."""
    (reveal,) = evidence.reveals
    return reveal.start_frame == 0


def at(snapshots: Sequence[T], when: When) -> T | None:
    """The snapshot of a moment: after 0, 1, … operations; None if there were not so many."""
    index = {"start": 0, "end": len(snapshots) - 1}[when] if isinstance(when, str) else when
    return snapshots[index] if index < len(snapshots) else None


def read_back(
    evidence: Evidence,
    arrangement: Callable[[dict[str, tuple[float, float]]], dict[str, Any]],
    difference: Callable[[Any, Any], tuple[str, dict[str, Any]]],
    followed: Sequence[str] | None = None,
) -> Observed:
    """Operations and states as the tracks of the full clip show them: what lies where between motions.

    Args:
        arrangement: the state that visible objects at rest, by name and place, stand for.
        difference: the operation that leads from one state to the next.
        followed: objects to go by, whether they show or not, if those that show are not all that counts.
    """
    names = list(followed or evidence.tracks)
    tracks = [evidence.tracks[name] for name in names]
    visible = np.stack([track.visible | (followed is not None) for track in tracks])
    # One number for where an object is, or that it is away.
    place = np.where(visible, np.stack([track.x + 1j * track.y for track in tracks]), np.inf)
    moving = np.concatenate([[False], (place[:, 1:] != place[:, :-1]).any(axis=0), [False]])
    (reveal,) = evidence.reveals
    if followed is not None:  # what is revealed by moving things does so in the reveal
        moving[reveal.start_frame + 1 : reveal.end_frame + 1] = False
    edges = np.flatnonzero(moving[1:] != moving[:-1]).tolist()

    def state(frame: int) -> dict[str, Any]:
        seen = {name: i for i, name in enumerate(names) if visible[i, frame]}
        return arrangement({name: (place[i, frame].real, place[i, frame].imag) for name, i in seen.items()})

    states = [State(0, state(0), reveal_at_start(evidence))]
    if reveal_at_start(evidence):
        states.append(State(reveal.end_frame, states[0].state, False))
    operations = []
    for index, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        after = state(end)
        operations.append(Operation(index, start, end, *difference(states[-1].state, after)))
        states.append(State(end, after, False))
    if not reveal_at_start(evidence):
        states.append(State(reveal.start_frame, states[-1].state, True))
    return Observed(operations=tuple(operations), states=tuple(states))


def find_plan(
    evidence: Evidence, start: Any, carry: Callable[[Any, Step], Any | None], world: World
) -> str | None:
    """The first option that leads from a state to the query's target, or a shortest plan without options.

    Args:
        carry: the state after a step, None if it can't be made.
    """
    target = evidence.query["target"]
    if not evidence.options:
        return _shortest_plan(key(start), key(target), evidence.query["moves"], carry, world)
    for option in evidence.options:
        state = start
        for step in world.parse_plan(option) or ():
            state = None if state is None else carry(state, step)
        if state is not None and world.reached(state, target):
            return option
    return None


@lru_cache(maxsize=64)
def _shortest_plan(
    start: str, target: str, most: int, carry: Callable[[Any, Step], Any | None], world: World
) -> str | None:
    """Breadth first; kept, because `min_fps` asks for the same plan at every rate and phase."""
    goal = json.loads(target)
    frontier: list[tuple[Any, tuple[Step, ...]]] = [(json.loads(start), ())]
    for _ in range(most):
        reached: dict[str, tuple[Any, tuple[Step, ...]]] = {}
        for state, steps in frontier:
            for step in world.plan_steps(state):
                after = carry(state, step)
                if after is None:
                    continue
                if world.reached(after, goal):
                    return world.format_plan((*steps, step))
                reached.setdefault(key(after), (after, (*steps, step)))
        frontier = list(reached.values())
    return None
