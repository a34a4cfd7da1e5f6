"""What the record says of events and operations, and how other people put it: no phrase is the library's."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

FAR = 0.8
"""Seconds by which another happening of the same kind must be away for a changed one to be false."""
_PAST = {
    **dict.fromkeys(("hit", "put"), ""),
    **{"go": "went", "spin": "spun", "swing": "swung", "grow": "grew", "shrink": "shrank", "draw": "drew"},
    **{"get": "got", "become": "became", "come": "came", "run": "ran", "make": "made", "keep": "kept"},
    **{"strike": "struck", "slide": "slid", "is": "was", "are": "were", "fall": "fell", "lose": "lost"},
    **{"speed": "sped", "overtake": "overtook", "swell": "swelled", "can": "could", "leap": "leaped"},
}
SIDE = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
WAYS = {
    **{"right": ("right", "to the right", "rightward"), "left": ("left", "to the left", "leftward")},
    **{"up": ("up", "upward"), "down": ("down", "downward")},
    **{
        f"{a}-{b}": (f"{a}-{b}", f"{a} and to the {b}", f"diagonally {a} and {b}")
        for a in ("up", "down")
        for b in ("left", "right")
    },
}
OTHER_WAY = {"left": "right", "right": "left", "up": "down", "down": "up", "top": "bottom", "bottom": "top"}
BESIDE = {
    "to the left of": ("to the left of", "left of", "on the left of"),
    "to the right of": ("to the right of", "right of", "on the right of"),
    "above": ("above",),
    "below": ("below", "under"),
}
CLAUSES: dict[str, tuple[str, ...]] = {
    "move": (
        "{who} ~head {way}",
        "{who} ~go {way}",
        "{who} ~drift {way}",
        "{who} ~travel {way}",
        "{who} ~slide {way}",
    ),
    "hit": (
        *("{who} ~bounce off the {whom}", "{who} ~hit the {whom}", "{who} ~rebound from the {whom}"),
        *("{who} ~ricochet off the {whom}", "{who} ~strike the {whom}", "{who} ~collide with the {whom}"),
        *("{who} ~make contact with the {whom}", "the {whom} is hit by {who}"),
    ),
    "touch": (
        *("{who} ~collide with the {whom}", "{who} ~bump into the {whom}", "{who} ~touch the {whom}"),
        *(
            "{who} ~run into the {whom}",
            "{who} ~make contact with the {whom}",
            "{who} ~crash into the {whom}",
        ),
        "the {whom} is hit by {who}",
    ),
    "speed up": ("{who} ~accelerate", "{who} ~speed up", "{who} ~pick up speed", "{who} ~get faster"),
    "slow down": ("{who} ~decelerate", "{who} ~slow down", "{who} ~lose speed", "{who} ~get slower"),
    "steady": (
        *(
            "{who} ~keep a steady speed of roughly {speed} pixels per second",
            "{who} ~move at a uniform speed",
        ),
        "{who} ~travel at a constant speed of {speed} px/s",
    ),
    "turn": (
        *(
            "{who} ~turn {way} by about {degrees} degrees",
            "{who} ~rotate {degrees}° {way}",
            "{who} ~rotate {way}",
        ),
        "{who} ~spin {way} through {degrees} degrees",
    ),
    "trace": ("{who} ~trace {way}", "{who} ~move along {way}", "{who} ~draw {way}", "{who} ~follow {way}"),
    "pulse": (
        *("{who} ~grow and shrink back", "{who} ~swell and shrink back", "{who} ~pulse", "{who} ~pulsate"),
        "{who} ~expand and contract",
    ),
    "blink": (
        "{who} ~vanish and reappear",
        "{who} ~disappear and come back",
        "{who} ~blink",
        "{who} ~disappear",
    ),
    "swing": ("{who} ~swing to the right and back", "{who} ~sway", "{who} ~move to the right and back"),
    "spin": ("{who} ~spin around", "{who} ~spin", "{who} ~rotate once", "{who} ~make a full turn"),
    "hop": ("{who} ~hop", "{who} ~leap", "{who} ~jump"),
    "step": ("{who} ~step to another place", "{who} ~move to a new place", "{who} ~step aside"),
    "colour": (
        "{who} ~turn from {before} to {after}",
        "{who} ~change from {before} to {after}",
        "{who} ~turn {after}",
    ),
    "shape": (
        "{who} ~turn into a {after}",
        "{who} ~become a {after}",
        "{who} ~change from a {before} to a {after}",
    ),
    "larger": ("{who} ~get larger", "{who} ~grow", "{who} ~become bigger"),
    "smaller": ("{who} ~get smaller", "{who} ~shrink", "{who} ~become smaller"),
    "grows": (
        *("the distance between {who} and the {whom} ~grow", "the gap between {who} and the {whom} ~widen"),
        "the distance between the {whom} and {who} ~increase",
    ),
    "shrinks": (
        *(
            "the distance between {who} and the {whom} ~shrink",
            "the gap between {who} and the {whom} ~narrow",
        ),
        "the distance between the {whom} and {who} ~decrease",
    ),
    "nearer": ("{who} ~is closer to the {whom}", "{who} ~is nearer to the {whom}"),
    "close": ("{who} ~is close to the {whom}", "{who} ~stay near the {whom}", "{who} ~is next to the {whom}"),
    "shown": ("{who} ~is visible", "{who} ~can be seen"),
    "side": ("{who} ~is {way} the {whom}", "{who} ~stay {way} the {whom}"),
    "closer": (
        "{who} ~move closer to the {whom}",
        "{who} ~come nearer to the {whom}",
        "{who} ~approach the {whom}",
    ),
    "farther": ("{who} ~move away from the {whom}", "{who} ~go farther away from the {whom}"),
    "around": ("{who} ~move around the {whom}", "{who} ~travel around the {whom}"),
    "overtake": ("{who} ~overtake the {whom}", "{who} ~pass the {whom}", "the {whom} is overtaken by {who}"),
    "inside": ("{who} ~is inside the {whom}", "{who} ~stay within the {whom}"),
    "card move": ("the top card of pile {a} ~move to pile {b}", "the {card} ~move from pile {a} to pile {b}"),
    "card swap": (
        "the top cards of piles {a} and {b} ~swap places",
        "piles {a} and {b} ~exchange their top cards",
    ),
    "card bury": (
        "the top card of pile {a} ~go to the bottom of its pile",
        "the {card} ~move to the bottom of pile {a}",
    ),
    "card add": ("the {card} is placed on pile {a}", "a new card, the {card}, is put on pile {a}"),
    "card remove": ("the top card of pile {a} is removed", "the {card} is taken away from pile {a}"),
    "chip move": (
        "a chip worth {chip} is moved from container {a} to container {b}",
        "a chip of {chip} ~go from container {a} to container {b}",
    ),
    "chip pour": (
        "container {a} is emptied into container {b}",
        "everything in container {a} is poured into container {b}",
    ),
    "chip swap": ("containers {a} and {b} ~swap places", "container {a} ~trade places with container {b}"),
    "chip add": (
        "a chip worth {chip} is dropped into container {a}",
        "a chip of {chip} ~fall into container {a}",
    ),
    "chip remove": (
        "a chip worth {chip} is removed from container {a}",
        "a chip of {chip} is taken out of container {a}",
    ),
    "cup swap": (
        "the cups at {a} and {b} ~swap places",
        "the cup at {a} ~trade places with the cup at {b}",
        "the cups in cells {a} and {b} are exchanged",
    ),
    "tile slide": (
        "tile {chip} ~slide {way} from {a} to {b}",
        "tile {chip} ~move {way}",
        "a tile ~slide {way}",
        "the tile at {a} ~move {way} into the gap",
    ),
    "slot swap": ("the tiles in slots {a} and {b} ~swap places", "slots {a} and {b} ~exchange their tiles"),
    "slot add": ("{chip} is added to slot {a}", "the value in slot {a} ~increase by {chip}"),
    "slot subtract": ("{chip} is subtracted from slot {a}", "the value in slot {a} ~decrease by {chip}"),
    "slot negate": (
        "the sign of slot {a} is flipped",
        "the value in slot {a} is negated",
        "the value in slot {a} ~change sign",
    ),
    "slot copy": ("the value of slot {a} is copied to slot {b}", "slot {a} is copied into slot {b}"),
    "slot delete": ("the tile in slot {a} is removed", "the tile in slot {a} is taken out"),
    "slot insert": ("a new tile with the value {chip} is inserted in slot {a}",),
    "slot rotate": ("all tiles ~rotate one slot to the {way}", "all tiles ~shift one slot to the {way}"),
    "command": ('the command "{way}" is executed', '"{way}" is entered', 'the line "{way}" is typed'),
}
_LONG = {
    "card_stack": "card",
    "chip_container": "chip",
    "shell_game": "cup",
    "sliding_puzzle": "tile",
    "symbol_operations": "slot",
}


@dataclass(frozen=True)
class Happening:
    """What the record says."""

    kind: str
    start: float
    end: float
    number: int | None = None
    who: str = ""
    whom: str = ""
    way: str = ""
    """A direction, a side, a figure, a command."""
    values: tuple[tuple[str, str], ...] = ()
    """What else is told: names of piles, numbers."""

    def same(self, other: Happening) -> bool:
        """Whether another one is told alike, but for its time."""
        alike = replace(other, start=self.start, end=self.end, number=self.number)
        turned = replace(alike, who=alike.whom, whom=alike.who)
        symmetric = self.kind in ("touch", "grows", "shrinks")
        return self == alike or (symmetric and self == turned)


def happenings(row: Mapping[str, Any]) -> list[Happening]:
    """All that the record of a row says."""
    fps, found = row["fps"], []
    for event in row["events"]:
        found.append(_event(event, event["frame"] / fps, event["end_frame"] / fps))
    states = row["states"]
    kept = ([states[0], *states[2:]] if states[0]["visible"] else states[:-1]) if states else []
    for number, step in enumerate(row["operations"]):
        span = step["start_frame"] / fps, step["end_frame"] / fps
        found.append(
            _operation(
                row["family"], step, kept[number]["state"], kept[number + 1]["state"], number + 1, *span
            )
        )
    return found


def _event(event: Mapping[str, Any], start: float, end: float) -> Happening:
    kind, who, whom, detail = (event[name] for name in ("kind", "actor", "target", "detail"))
    made = Happening(kind, start, end, None, f"the {who}", whom, detail)
    if kind in ("colour", "shape", "size"):
        place = ("first", "second", "third", "fourth", "fifth")[int(who.partition(":")[0]) - 1]
        before, _, after = detail.partition(" to ")
        kind = detail if kind == "size" else kind
        values = (("before", before), ("after", after)) if after else ()
        return Happening(kind, start, end, None, f"the {place} shape from the left", values=values)
    if kind == "distance":
        return replace(made, kind=detail, way="")
    if kind in ("steady", "speed up", "slow down"):
        values = (("speed", f"{float(detail.split()[0]) * 30:.0f}"),) if kind == "steady" else ()
        return replace(made, way="", values=values)
    if kind == "turn":
        way, degrees, _ = detail.split()
        return replace(made, way=way, values=(("degrees", degrees),))
    if kind == "approach":
        to = "around" if detail == "around" else "closer" if detail.startswith("closer") else "farther"
        return replace(made, kind=to, way="")
    return made


def _operation(
    family: str, step: Mapping[str, Any], before: Any, after: Any, number: int, start: float, end: float
) -> Happening:
    given, kind, way = step["arguments"], step["kind"], ""
    values: dict[str, Any] = {}
    if family == "file_system":
        return Happening("command", start, end, number, way=" ".join([kind, *given["words"]]))
    pair = given.get("piles") or given.get("containers") or given.get("cells") or given.get("slots")
    one = given.get("source") or given.get("pile") or given.get("container") or given.get("slot")
    if pair:
        values["a"], values["b"] = pair
    elif one:
        values["a"] = one
    if "target" in given:
        values["b"] = given["target"]
    if family == "card_stack" and kind != "swap":
        values["card"] = given.get("card") or before[values["a"]][-1]
    if "chip" in given:
        values["chip"] = given["chip"]
    if family == "sliding_puzzle":
        way = given["direction"]
        cells = [
            (f"{'ABCDEFGHI'[c]}{r + 1}", before["rows"][r][c], after["rows"][r][c])
            for r in range(len(before["rows"]))
            for c in range(len(before["rows"][0]))
        ]
        (values["b"],) = (name for name, old, new in cells if old == 0)
        ((values["a"], values["chip"]),) = ((name, old) for name, old, new in cells if new == 0)
    if family == "symbol_operations":
        way = given.get("direction", "")
        if kind == "add":
            kind = "subtract" if given["amount"] < 0 else "add"
            values["chip"] = abs(given["amount"])
        if kind == "insert":
            values["chip"] = given["value"]
    texts = tuple((name, str(value)) for name, value in values.items())
    return Happening(f"{_LONG[family]} {kind}", start, end, number, way=way, values=texts)


def clauses(happening: Happening, draw: random.Random) -> str:
    """One way to say what happens, with its verb marked."""
    clause = draw.choice(CLAUSES[happening.kind])
    ways = {**WAYS, **BESIDE}.get(happening.way, (happening.way,))
    way = happening.way if happening.kind == "slot rotate" else draw.choice(ways)
    names = {"speed": "", "degrees": "", **dict(happening.values)}
    return clause.format(who=happening.who, whom=happening.whom, way=way, **names)


def tell(
    happening: Happening, draw: random.Random, *, denied: str = "", times: str = "", timed: bool = True
) -> str:
    """A sentence about a happening; `denied` stands before its verb, and `times` behind it."""
    past = draw.random() < 0.3
    said = _inflected(clauses(happening, draw), denied, past, plural="the cups" in happening.kind)
    said = f"{said} {times}".strip()
    if not timed:
        return f"{said[0].upper()}{said[1:]}."
    start, end = happening.start, happening.end
    if end - start < 0.2:
        when = draw.choice((f"at about {start:.1f} s", f"around {start:.1f} seconds", f"at {start:.1f}s"))
    else:
        when = draw.choice(
            (
                f"between {start:.1f} and {end:.1f} seconds",
                f"from {start:.1f}s to {end:.1f}s",
                f"from about {start:.1f} to {end:.1f} s",
                f"at about {(start + end) / 2:.1f} s",
            )
        )
    frame = draw.choice(
        (
            "{When}, {said}.",
            "{Said} {when}.",
            "I see that {said} {when}.",
            "Now, {when}, {said}.",
            "{Said}, {when}.",
        )
    )
    if happening.number and draw.random() < 0.5:
        frame = draw.choice(("Operation {number}: {said} {when}.", "In operation {number}, {said}, {when}."))
    return frame.format(
        when=when,
        When=f"{when[0].upper()}{when[1:]}",
        said=said,
        Said=f"{said[0].upper()}{said[1:]}",
        number=happening.number,
    )


_PLURAL = ("piles", "containers", "slots", "cups", "cards", "tiles in", "all tiles")


def _inflected(clause: str, denied: str, past: bool, plural: bool) -> str:
    """A clause with its verb in a form, and what stands before it."""
    before, mark, rest = clause.partition("~")
    many = (
        any(word in before for word in _PLURAL) and "the cup at" not in before and "top card of" not in before
    )
    if not mark:
        for being in (" is ", " are "):
            if being in clause:
                verb = {" is ": " was ", " are ": " were "}[being] if past else being
                before, _, rest = clause.partition(being)
                if denied in ("does not", "doesn't", "did not"):
                    return f"{before}{verb}not {rest}"
                if denied in ("fails to", "refuses to"):
                    return f"{before}{verb}never {rest}"
                return f"{before}{verb}{denied} {rest}".replace("  ", " ")
    verb, _, tail = rest.partition(" ")
    if verb in ("is", "can"):
        shown = _PAST[verb] if past else verb
        inner = (
            denied if verb == "is" and denied in ("never", "almost", "nearly") else "not" if denied else ""
        )
        return " ".join(f"{before}{shown} {inner} {tail}".split())
    if denied in ("does not", "doesn't", "did not", "fails to", "would have", "could have"):
        if many:
            denied = {"does not": "do not", "doesn't": "don't", "fails to": "fail to"}.get(denied, denied)
        shown = (
            (
                _past(verb)
                if verb not in ("go", "become", "come", "run", "overtake", "draw", "grow", "shrink")
                else {
                    "go": "gone",
                    "draw": "drawn",
                    "grow": "grown",
                    "overtake": "overtaken",
                    "shrink": "shrunk",
                }.get(verb, verb)
            )
            if denied.endswith("have")
            else verb
        )
    else:
        shown = _past(verb) if past else verb if many else _third(verb)
    return " ".join(f"{before}{denied} {shown} {tail}".split())


def _third(verb: str) -> str:
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "o")) else "s")


def _past(verb: str) -> str:
    if verb in _PAST:
        return _PAST[verb] or verb
    if verb in ("hop", "step", "swap"):
        return f"{verb}{verb[-1]}ed"
    return (
        f"{verb[:-1]}ied"
        if verb.endswith("y") and verb[-2] not in "aeou"
        else f"{verb}{'d' if verb.endswith('e') else 'ed'}"
    )


# --- mistakes ---------------------------------------------------------------------------------------

Pair = tuple[str, str]
"""What is false, and the same without the mistake."""
