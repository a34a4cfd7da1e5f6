"""What is known to beat chance without seeing the frames in order, and by how much.

`synrl audit` finds these, and nothing else, on 2,000 rows of every family (`--seed 20261128`). The README
and the cards of datasets list them. Nearly all take all frames that a model is shown, in no order, and use
how far apart the places are at which a shape is seen. No text and no fact of the file is enough.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

UNORDERED, ONE_FRAME = "frames without order", "one frame"
"""All that a model is shown, and not which comes first; a single one, whichever tells most."""
_SINGLE = {ONE_FRAME, "first frame", "middle frame", "last frame", "readable frame"}
"""What `synrl audit` calls probes of a single frame."""


class Lead(NamedTuple):
    """A kind of question, and how often the best probe is right."""

    family: str
    ask: str
    asks: str
    """What the question is, in a few words."""
    sees: str
    """The probe of `synrl audit`: what it is given."""
    right: int
    """Percent of rows of the form of question that it does better on: choice, or open."""
    chance: int
    """Percent."""


LEADS = (
    Lead("relative_position", "overtake", "which shape overtakes another", UNORDERED, 90, 31),
    Lead("speed_perception", "span", "when a shape is faster", UNORDERED, 78, 25),
    Lead("acceleration_detection", "span", "when a shape changes its speed", UNORDERED, 61, 25),
    Lead("velocity_comparison", "span", "when one shape is faster than another", UNORDERED, 60, 25),
    Lead("rotation_counting", "way", "which way a shape turns", UNORDERED, 55, 25),
    Lead("file_system", "cwd", "the working directory at the end", ONE_FRAME, 45, 25),
)


def leads_table(families: Collection[str]) -> str:
    """The leads of some families as a table, or what is said where there are none."""
    known = [lead for lead in LEADS if lead.family in families]
    if not known:
        return "None is known for the families in here."
    lines = ["| family | question | seen | right | chance |", "|---|---|---|---|---|"]
    lines += [
        f"| {lead.family} | {lead.asks} | {lead.sees} | {lead.right} % | {lead.chance} % |" for lead in known
    ]
    return "\n".join(lines)


def is_known(family: str, ask: str, sees: str) -> bool:
    """Whether what a probe finds on a kind of question is one of these."""
    sees = ONE_FRAME if sees in _SINGLE else sees
    return any((lead.family, lead.ask, lead.sees) == (family, ask, sees) for lead in LEADS)
