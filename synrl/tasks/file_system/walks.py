"""Changes of the working directory of which no single one tells where they lead.

Four directories each have one of the same name in them. The last change is `cd old` or `cd ..`, which may end
in any of four places. Which one it is was said before, and others were named before that if there is time.
"""

from __future__ import annotations

from typing import NamedTuple

from synrl.seeds import Stream

TOPS = ("/data", "/docs", "/lib", "/src")
INNER = ("old", "bak")
"""Names of a directory in each of these."""
_FAR = 5
"""Commands from which on the last two changes may name no directory in /; with more of them they never do."""


class Walk(NamedTuple):
    """Where the working directory goes."""

    tree: tuple[str, ...]
    """All directories."""
    places: tuple[str, ...]
    """Where each change leads; the last place is the answer."""
    relative: tuple[str, ...]
    """The places at the end that must be named as seen from the place before."""
    answers: tuple[str, ...]
    """Where the last change may lead, as far as it says."""
    later: str
    """Where one goes after the moment that is asked about, in any of the directories."""


def draw_walk(steps: int, question: Stream) -> Walk:
    """Changes that leave room for one other command among so many, at least 3."""
    inner = question.choice(INNER)
    pairs = [(top, f"{top}/{inner}") for top in TOPS]
    ends = question.integer(0, 1)
    order = question.shuffled(pairs)
    own = order[0]
    back = question.integer(1, 2) if steps == _FAR else 1 + (steps > _FAR)
    decoys = [question.choice(pair) for pair in order[1 : 1 + _drawn_count(steps - 2 - back, question)]]
    # The directory is entered at one of its two places, from where it goes to and fro.
    tail = [own[(ends + left) % 2] for left in range(back, -1, -1)]
    top, below = question.choice(pairs)
    return Walk(
        tree=tuple(sorted(path for pair in pairs for path in pair)),
        places=(*decoys, *tail),
        relative=tuple(tail[1:]),
        answers=tuple(sorted(pair[ends] for pair in pairs)),
        later=question.choice([place for place in (top, below) if place != tail[-1]]),
    )


def _drawn_count(room: int, question: Stream) -> int:
    """How many other directories are gone through before."""
    most = min(room, len(TOPS) - 1)
    return question.integer(min(most, 2), most)


def draw_numbers(count: int, steps: int, question: Stream) -> list[int]:
    """The numbers, from 0, of so many changes, with another command right before the last of them."""
    last = question.integer(count, steps - 1)
    return [*sorted(question.sample(range(last - 1), count - 1)), last]
