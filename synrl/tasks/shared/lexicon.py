"""Words that mean the same whatever a clip shows: what happens, what is named, how a state is described.

A family takes from here what its own phrases say (`told`, `named`). What is not here, or means something else
to the family, it declares itself. Every chain is read with what stands here: one about cards in which a card
"bounces off" something tells of what never happens there. What a family declares itself is read in its own
chains alone, so a new family changes nothing for the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from synrl.world.directions import DIRECTIONS

_WORDS = {
    "speed up": (
        *("speeds up", "gets faster", "becomes faster", "accelerates", "picks up speed", "gains speed"),
        *("increases its speed", "its speed increases", "goes faster and faster", "moves faster and faster"),
    ),
    "slow down": (
        *(
            "slows down",
            "=slows",
            "=slowed",
            "=slowing",
            "gets slower",
            "becomes slower",
            "decelerates",
            "loses speed",
            "brakes",
        ),
        *("decreases its speed", "reduces its speed", "its speed decreases", "goes slower and slower"),
    ),
    "steady": (
        *("constant speed", "steadily", "steady speed", "uniform speed", "same speed", "even speed"),
        *("constant pace", "steady pace", "constant velocity", "keeps its speed", "speed stays the same"),
        *("speed stays constant", "speed remains constant", "speed does not change", "constant rate"),
    ),
    "pulse": (
        *("grows and shrinks back", "pulses", "pulsates", "grows and then shrinks back", "grows and shrinks"),
        *("swells and shrinks back", "swells and shrinks", "expands and contracts", "throbs", "swells"),
        *("grows larger and shrinks back", "gets bigger and then smaller again", "grows and then shrinks"),
        *("gets bigger and shrinks back", "inflates and deflates"),
    ),
    "blink": (
        *("disappears and comes back", "disappears", "vanishes", "blinks", "disappears and reappears"),
        *("vanishes and reappears", "vanishes and comes back", "disappears and then comes back"),
        *("fades out and comes back", "blinks out", "flickers", "goes invisible", "becomes invisible"),
    ),
    "swing": (
        *(
            "swings to the right and back",
            "swings",
            "sways",
            "sways to the right and back",
            "moves to the right and back",
        ),
        *("slides to the right and back", "goes to the right and comes back", "goes to the right and back"),
        "swings right and back",
    ),
    "spin": (
        *("spins around", "spins", "turns around", "twirls", "whirls", "whirls around", "rotates once"),
        *("makes a full turn", "does a full turn", "turns once around", "pirouettes"),
    ),
    "hop": ("hops", "jumps", "leaps", "hops up and lands again", "springs up"),
    "step": (
        *("steps to another place", "steps to a new place", "steps aside", "moves to another place"),
        *("moves to a new place", "shifts to another place", "takes a step", "relocates"),
        *(
            "moves to another spot",
            "moves to a different place",
            "shifts to a new place",
            "changes its place",
        ),
    ),
    "hit": ("bounces off", "hits", "bounces", "rebounds", "ricochets", "strikes", "knocks against"),
    "touch": (
        *("bump into each other", "bumps into", "collides with", "touches", "collides", "runs into", "bumps"),
        *("makes contact with", "comes into contact", "crashes into", "contact", "collision", "meets"),
    ),
    "overtake": ("overtakes", "gets past", "goes past", "pulls ahead of", "laps", "outruns"),
    "pass": ("passes",),
    "left of": ("to the left of", "left of", "on the left of", "on the left side of"),
    "right of": ("to the right of", "right of", "on the right of", "on the right side of"),
    "counterclockwise": ("counterclockwise", "anticlockwise", "counter-clockwise", "anti-clockwise"),
    "swap": (
        *("change places", "changes places", "trade places", "swap", "exchange", "switch places"),
        *("switch positions", "exchange positions", "swap positions", "swap places", "exchange places"),
        *("change position with", "switch", "trade positions", "take each other's place", "interchanged"),
    ),
    "bury": (
        "to the bottom of",
        "to the bottom",
        "underneath",
        "tucked under",
        "slides under",
        "at the bottom of",
    ),
    "take away": (
        *("taken away", "taken out", "removed", "deleted", "discarded", "taken from", "taken off"),
        *("comes out of", "leaves the table", "withdrawn", "pulled out"),
    ),
    "pour": ("is poured", "poured", "emptied into", "tipped into"),
    "copy": ("copied", "duplicated", "is a copy"),
    "negate": (
        *("changes its sign", "negated", "flips its sign", "switches its sign", "sign is flipped"),
        *("sign changes", "sign flips", "changes sign", "flips sign", "switches sign", "sign is changed"),
        *("sign of", "flipped", "changes the sign", "flips the sign", "inverted"),
    ),
    "insert": ("put in", "inserted", "placed in", "placed into", "put into"),
    "add": ("drops into", "put into", "dropped into", "added to", "falls into", "placed in", "placed into"),
    "rotate": ("rotate", "all tiles shift", "cycle", "all shift", "all move"),
    "inside": ("inside", "within"),
    "closer": ("closer", "nearer", "approaches"),
    "closest": ("closest", "nearest"),
    "grows": ("grows", "increases", "widens", "expands"),
    "shrinks": ("shrinks", "decreases", "narrows"),
    "larger": ("larger", "bigger", "grows larger", "increases in size"),
    "smaller": ("smaller", "shrinks in size", "decreases in size"),
    "straight line": ("straight line", "straight path"),
    "zigzag": ("zigzag", "zig-zag"),
    "wave": ("wave", "wavy line", "wavy path"),
    "figure eight": ("figure eight", "figure-eight"),
    "from the inside out": ("from the inside out", "outward", "outwards"),
    "from the outside in": ("from the outside in", "inward", "inwards"),
    "move": (
        *("moves", "goes", "travels", "heads", "drifts", "slides", "glides", "makes its way", "proceeds"),
        *("floats", "shifts"),
    ),
    "right": ("right", "rightward", "rightwards"),
    "left": ("left", "leftward", "leftwards"),
    "up": ("up", "upward", "upwards"),
    "down": ("down", "downward", "downwards"),
    **{
        f"{one}-{two}": (
            *(f"{one}-{two}", f"{one} {two}", f"{one} and {two}", f"{one} and to the {two}"),
            *(f"{one}ward and {two}ward", f"{one} and toward the {two}", f"{one} to the {two}"),
            *(f"diagonally {one} and to the {two}", f"diagonally {one} and {two}", f"diagonally {one}-{two}"),
        )
        for one in ("up", "down")
        for two in ("left", "right")
    },
    **{word: (word,) for word in ("clockwise", "above", "below", "spiral")},
}
"""What is told, by its meaning: the words that have it."""
_NAMES = {
    "wall": r"(?:left|right|top|bottom) wall",
    "place in a line": r"(?:first|second|third|fourth|fifth) shape",
    "zone": "square zone",
    "quoted line": r'"[^"]*"',
    "card": r"(?:10|[2-9JQKA])[♠♥♦♣]",
    "pile": r"piles? ([A-Z]\d?)(?:,? and (?:pile )?([A-Z]\d?)\b)?",
    "container": r"containers? ([A-Z]\d?)(?:,? and (?:container )?([A-Z]\d?)\b)?",
    "cell": r"cells? ([A-Z]\d?)(?:,? and (?:cell )?([A-Z]\d?)\b)?",
    "cell alone": r"(?<!\w)[A-Z]\d\b",
    "way": r"(?<!\w)from ([A-Z]) to ([A-Z])\b",
    "tile": r"tile \d+",
    "slot": r"slots? ([A-Z]\d?)(?:,? and (?:slot )?([A-Z]\d?)\b)?",
}
"""Patterns for what is named that is no object of a clip; see `Family.names`."""

MOTION = frozenset(
    {
        *(
            "move",
            "speed up",
            "slow down",
            "steady",
            "left of",
            "right of",
            "above",
            "below",
            "inside",
            "pass",
        ),
        *("closer", "closest", "overtake", "grows", "shrinks", "straight line", "zigzag", "wave", "spiral"),
        *("figure eight", "from the inside out", "from the outside in", "bury", *DIRECTIONS),
    }
)
"""What may be true of any clip in which things move, whether its family tells of it or not."""
EXCLUDED = {"speed up": "steady", "slow down": "steady"}
"""What can't be so of an object while something else is."""
WORDS = {word: meaning for meaning, words in _WORDS.items() for word in words}
NAMES = tuple(_NAMES.values())
_VERBS = {
    "holds": (
        r"holds?|contains?|has|have|is(?! (?:left |completely )?empty)|starts (?:out |off )?with"
        r"|begins with|consists of|is made up of|is left with|ends up with|shows?"
    ),
    "is at": (
        r"is (?:at|in|under|on)|lies (?:at|in|under)|sits (?:at|in|under)|ends up (?:at|in|under)"
        r"|starts (?:out )?(?:at|in|under)|stays (?:at|in)|is located (?:at|in)|rests (?:at|in|under)"
        r"|can be found (?:at|in)"
    ),
    "is empty": (
        r"(?:is|starts|starts out|begins|becomes) (?:left |completely )?empty"
        r"|holds nothing|has nothing in it|contains nothing"
    ),
    "reads": r"reads?|shows?|is|becomes|looks like",
    r"is(?= /)": r"is(?= /)|becomes(?= /)|changes to(?= /)",
    "is worth": "is worth|are worth|totals?|adds up to|add up to|sums? to|has a total of",
    "is": "is|are|equals?|becomes",
    "exists": "exists?|is there|is present",
    "does not exist": "does not exist|is gone|is missing|is not there",
}
"""How descriptions of a part of a state begin, by what they say; see `Family.verbs`."""


def state_verbs(own: Iterable[str]) -> dict[str, str]:
    """Ways to begin what is said of a state, by the verb that says the same; a family's own come first."""
    return {verb: _VERBS.get(verb, verb) for verb in dict.fromkeys((*own, *_VERBS))}


def told(*meanings: str) -> dict[str, str]:
    """The words that have some meanings, for `Family.words`."""
    return {word: meaning for meaning in meanings for word in _WORDS[meaning]}


def named(*things: str) -> tuple[str, ...]:
    """Patterns for some things, for `Family.names`."""
    return tuple(_NAMES[thing] for thing in things)
