"""Words that mean the same whatever a clip shows: what happens, what is named, how a state is described.

A family takes from here what its own phrases say (`told`, `named`). What is not here, or means something else
to the family, it declares itself. Every chain is read with what stands here: one about cards in which a card
"bounces off" something tells of what never happens there. What a family declares itself is read in its own
chains alone, so a new family changes nothing for the others.
"""

from __future__ import annotations

from synrl.world.directions import DIRECTIONS

_WORDS = {
    "speed up": ("speeds up", "speeding up", "gets faster", "getting faster", "accelerates"),
    "slow down": ("slows down", "slowing down", "gets slower", "getting slower", "decelerates"),
    "steady": ("constant speed", "steadily"),
    "pulse": ("grows and shrinks back", "pulses"),
    "blink": ("disappears and comes back", "disappears", "vanishes", "blinks"),
    "swing": ("swings to the right and back", "swings"),
    "spin": ("spins around", "spins"),
    "hop": ("hops", "jumps"),
    "step": ("steps to another place",),
    "hit": ("bounces off", "hits"),
    "touch": ("bump into each other", "bumps into", "collides with", "touches"),
    "overtake": ("overtakes",),
    "pass": ("passes",),
    "left of": ("to the left of",),
    "right of": ("to the right of",),
    "counterclockwise": ("counterclockwise", "anticlockwise"),
    "swap": ("change places", "changes places"),
    "bury": ("to the bottom of",),
    "take away": ("taken away", "taken out"),
    "pour": ("is poured",),
    "copy": ("copied",),
    "negate": ("changes its sign",),
    "insert": ("put in",),
    "add": ("drops into", "put into"),
    **{
        word: (word,)
        for word in (
            *("clockwise", "rotate", "above", "below", "inside", "closer", "closest", "grows", "shrinks"),
            *("larger", "smaller", "straight line", "zigzag", "wave", "spiral", "figure eight"),
            *("from the inside out", "from the outside in", *DIRECTIONS),
        )
    },
}
"""What is told, by its meaning: the words that have it."""
_NAMES = {
    "pixels": r"(?<!\w)\d+ pixels",
    "degrees": r"(?<!\w)\d+ degrees",
    "wall": r"(?:left|right|top|bottom) wall",
    "place in a line": r"(?:first|second|third|fourth|fifth) shape",
    "zone": "square zone",
    "quoted line": r'"[^"]*"',
    "card": r"(?:10|[2-9JQKA])[♠♥♦♣]",
    "pile": r"piles? ([A-Z]\d?)(?: and ([A-Z]\d?))?",
    "container": r"containers? ([A-Z]\d?)(?: and ([A-Z]\d?))?",
    "chip": r"chip of \d+",
    "cell": r"cells? ([A-Z]\d?)(?: and ([A-Z]\d?))?",
    "cell alone": r"(?<!\w)[A-Z]\d\b",
    "way": r"(?<!\w)from ([A-Z]) to ([A-Z])\b",
    "tile": r"tile \d+",
    "slot": r"slots? ([A-Z]\d?)(?: and ([A-Z]\d?))?",
    "value": r"[+-]\d+|±",
}
"""Patterns for what is named that is no object of a clip; see `Family.names`."""

WORDS = {word: meaning for meaning, words in _WORDS.items() for word in words}
NAMES = tuple(_NAMES.values())
VERBS = ("holds", "is at", "is empty", r"is(?= /)", "reads", "exists", "does not exist")
"""How descriptions of a part of a state begin; see `Family.verbs`."""


def told(*meanings: str) -> dict[str, str]:
    """The words that have some meanings, for `Family.words`."""
    return {word: meaning for meaning in meanings for word in _WORDS[meaning]}


def named(*things: str) -> tuple[str, ...]:
    """Patterns for some things, for `Family.names`."""
    return tuple(_NAMES[thing] for thing in things)
