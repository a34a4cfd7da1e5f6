"""What one frame shows of the objects that are asked about, and when: how an interval can be told from it.

"From when to when is it in the zone?" takes the whole clip; but if it is there just now, options that don't
hold this time are wrong. For what is learnt, what is so on the frame is told as it is, the same for all
candidates; for rules, together with whether a candidate holds the frame's time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from synrl.answers import parse_interval
from synrl.audit.exam import Sight, Thing

_NONE = float("nan")
_FIRST = ("first", "second", "third")
"""So many of the objects asked about are looked at."""


def of_the_moment(
    sight: Sight, asked: Sequence[str], candidates: tuple[str, ...]
) -> dict[str, Sequence[float]]:
    """Figures of a frame for each candidate.

    Args:
        asked: the objects that are asked about, in order, those that are out of sight among them.
    """
    told: dict[str, float] = {}
    states: dict[str, bool] = {}
    if sight.things or sight.empty:
        told, states = _poses(sight.things, asked), _states(sight.things, asked)
        told |= {f"whether {state}": float(so) for state, so in states.items()}
    same = {name: [value] * len(candidates) for name, value in told.items()}
    return {**same, **_time(sight.seconds, states, candidates)}


def _poses(things: Mapping[str, Thing], asked: Sequence[str]) -> dict[str, float]:
    """Where and how the first objects are, and how far from each other."""
    found = {}
    seen = {name: things.get(own) for name, own in zip(_FIRST, asked, strict=False)}
    for name, thing in seen.items():
        for what in Thing._fields:
            found[f"{what} of the {name} object asked about"] = getattr(thing, what, _NONE)
    for (one, a), (two, b) in itertools.combinations(seen.items(), 2):
        gap = math.hypot(a.x - b.x, a.y - b.y) if a and b else _NONE
        found[f"distance of the {one} and the {two} object asked about"] = gap
    return found


def _states(things: Mapping[str, Thing], asked: Sequence[str]) -> dict[str, bool]:
    """What is so, or isn't; nothing is said of what can't be seen."""
    found = {
        f"the {name} object is out of sight": own not in things
        for name, own in zip(_FIRST, asked, strict=False)
    }
    one, two, three = (things.get(name) for name in (*asked, "", "", "")[:3])
    if one and two:
        found["the first object is within the second"] = (
            max(abs(one.x - two.x), abs(one.y - two.y)) < two.size / 2
        )
    if one and two and three:
        gaps = [math.hypot(own.x - three.x, own.y - three.y) for own in (one, two)]
        found["the first object is nearer to the third than the second is"] = gaps[0] < gaps[1]
    return found


def _time(
    seconds: float | None, states: Mapping[str, bool], candidates: tuple[str, ...]
) -> dict[str, Sequence[float]]:
    """How candidates that are intervals lie to the time of the frame."""
    spans = [parse_interval(text) if text.startswith("[") else None for text in candidates]
    if seconds is None or not any(spans):
        return {}
    holds = [float(span[0] <= seconds <= span[1]) if span else _NONE for span in spans]
    middles = [(span[0] + span[1]) / 2 - seconds if span else _NONE for span in spans]
    return {
        "it holds the frame's time": holds,
        "its middle minus the frame's time": middles,
        "how far its middle is from the frame's time": [abs(middle) for middle in middles],
        **{
            f"it holds the frame's time if, and only if, {state}": [own if so else 1 - own for own in holds]
            for state, so in states.items()
        },
    }
