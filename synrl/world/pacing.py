"""When the steps of a history happen in a clip, and what can be seen when."""

from __future__ import annotations

import math
from collections.abc import Mapping

from synrl.seeds import Stream
from synrl.world.history import History
from synrl.world.timeline import Operation, State

REVEAL_FRAMES = 60
"""Two seconds at each end of the clip (paper, section 2.1.2)."""
TAKES = 1.6, 2.0
PAUSE_FRAMES = 4
"""Rest between operations, so that each has a visible start and end."""


def timed(
    history: History,
    reveal: str,
    stream: Stream,
    glance: int,
    rests: Mapping[int, int] | None = None,
    takes: tuple[float, float] = TAKES,
) -> tuple[list[Operation], list[State], int]:
    """When each step happens and what can be seen when: operations, states, number of frames.

    Args:
        reveal: `start` or `end`, the one end at which the state shows.
        stream: draws each operation's length.
        glance: the frames from one shown frame to the next.
        rests: frames of rest before some steps (from 0), on top of the usual pause.
        takes: glances of an operation, from and to; as a rule 0.8 to 1 s at two frames a second.
    """
    frame = REVEAL_FRAMES
    states = [State(0, history.states[0], reveal == "start")]
    if reveal == "start":
        states.append(State(frame, history.states[0], False))
    operations = []
    for index, (step, state) in enumerate(zip(history.steps, history.states[1:], strict=True)):
        start = frame + PAUSE_FRAMES + (rests or {}).get(index, 0)
        frame = start + stream.integer(*(math.ceil(count * glance - 1e-9) for count in takes))
        operations.append(Operation(index, start, frame, step.kind, step.arguments))
        states.append(State(frame, state, False))
    frame += PAUSE_FRAMES + (rests or {}).get(len(operations), 0)
    if reveal == "end":
        states.append(State(frame, history.states[-1], True))
    return operations, states, frame + REVEAL_FRAMES
