"""Histories of chips that share the contents at the readable end: one that was played, and others like it."""

from __future__ import annotations

from collections.abc import Sequence

from synrl.errors import IllegalOperation
from synrl.seeds import Stream
from synrl.tasks.chip_container.clip import FEWEST, proposer
from synrl.tasks.chip_container.config import ChipConfig
from synrl.tasks.chip_container.shelf import CAPACITY
from synrl.world.chips import apply, backwards
from synrl.world.history import History, Step, recurs
from synrl.world.variants import alternatives


def others(history: History, reveal: str, config: ChipConfig, scene: Stream) -> list[History]:
    """A history, and others that share the end of it that can be read."""
    told = history if reveal == "start" else backwards(history)
    propose = proposer(config, reveal)

    def retell(steps: Sequence[Step]) -> History | None:
        try:
            other = History.replay(told.states[0], steps, apply)
        except IllegalOperation:
            return None
        return other if _fits(other) and not recurs(other) else None

    def redraw(k: int) -> Step:
        """Mostly the same with another container, so that what is seen of it does not tell."""
        step, state = told.steps[k], told.states[k]
        if scene.chance(0.7) and step.kind in ("add", "remove"):
            elsewhere = [name for name in state if name != step.arguments["container"]]
            return Step(step.kind, {**step.arguments, "container": scene.choice(elsewhere)})
        return propose(state, scene)

    found = list(alternatives(told, retell, redraw, scene))
    return found if reveal == "start" else [backwards(other) for other in found]


def _fits(history: History) -> bool:
    """Whether no container holds too many chips, and all together not too few."""
    return all(
        max(map(len, state.values())) <= CAPACITY and sum(map(len, state.values())) >= FEWEST
        for state in history.states
    )
