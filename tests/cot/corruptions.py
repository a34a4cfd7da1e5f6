"""Chains of thought with one mistake: what a check has to catch.

Each function makes one edit that turns something true into something false, or returns None where a chain
has nothing of the kind. Edits know nothing of the check: they work on the text and the stored row.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from synrl.answers import extract
from synrl.scoring import score
from synrl.tasks import get_family

_TIME = re.compile(r"(?<![\d.])\d+\.\d+(?=(?: (?:s\b|to |and )|,? \d|, ))")


def _lines(text: str) -> list[str]:
    return text.split("\n")


_INFERS = re.compile(
    r" covers | makes | then: at | in all\.|^(?:That is|There is|To be sure|As a check)"
    r"| is the one | comes the "
)
"""In a line that has no place in time."""
_READ = re.compile(r"\b(?:can read|be read|be seen|I see that)\b")
"""In a line that tells what can be read at one end."""


def _told(text: str) -> list[int]:
    """Lines that tell what happens when: all but the tags, the opening and what follows from it."""
    return [i for i, line in enumerate(_lines(text)) if i > 1 and re.search(r"\d+\.\d s\b", line)]


def time(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """One stated time is off by 1.5 to 3 seconds, or a span by as much as to be another one."""
    places = list(_TIME.finditer(text.partition("<answer>")[0]))
    places = [match for match in places if "[" not in text[max(0, match.start() - 7) : match.start()]]
    places = [match for match in places if " covers " not in _line(text, match.start())]  # may stay true
    if not places:
        return None
    match = random.choice(places)
    wrong = float(match[0]) + random.choice((-1, 1)) * random.uniform(1.5, 3.0)
    if wrong < 0:
        wrong = float(match[0]) + random.uniform(1.5, 3.0)
    return f"{text[: match.start()]}{wrong:.{len(match[0].partition('.')[2])}f}{text[match.end() :]}"


def _line(text: str, place: int) -> str:
    """The line around a place in a text."""
    return text[text.rfind("\n", 0, place) + 1 :].partition("\n")[0]


def order(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """Two things that are told one after the other change places."""
    lines = _lines(text)
    told = [i for i in _told(text) if not _INFERS.search(lines[i])]
    pairs = [
        (i, j) for i, j in zip(told, told[1:], strict=False) if _first(lines[j]) - _first(lines[i]) > 0.6
    ]
    if not pairs:
        return None
    i, j = random.choice(pairs)
    lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


def _first(line: str) -> float:
    return float(re.search(r"\d+\.\d", line)[0])  # type: ignore[index]


def actor(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """Someone else does it, or it is done to someone else."""
    lines, told = _lines(text), _told(text)
    names = _names(row)
    edits = []
    for i in told:
        if _READ.search(lines[i]):
            continue
        tale = re.split(r", so |, and now |, which ", lines[i])[0]
        for pattern, others in names:
            for match in re.finditer(pattern, tale):
                edits += [(i, match, other) for other in others if other != match[0]]
    if not edits:
        return None
    i, match, other = random.choice(edits)
    lines[i] = lines[i][: match.start()] + other + lines[i][match.end() :]
    return "\n".join(lines)


def _names(row: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Patterns of names in a chain, and what each may be taken for."""
    if not row["operations"]:
        own = [item["name"] for item in row["objects"] if item["name"][0].isalpha()]
        walls = [f"{side} wall" for side in ("left", "right", "top", "bottom")]
        places = [f"{place} shape" for place in ("first", "second", "third")]
        found = [(rf"\b{name}\b", own) for name in own] if len(own) > 1 else []
        return [
            *found,
            (r"\b(?:left|right|top|bottom) wall", walls),
            (r"\b(?:first|second|third) shape", places),
        ]
    labels = sorted(
        {f"{kind} {x}" for state in row["states"] for x in state["state"] for kind in ("pile", "container")}
    )
    cells = [f"{column}{line}" for column in "ABC" for line in (1, 2, 3)]
    return [
        (r"\bpile [A-E]\b", [label for label in labels if label.startswith("pile ")]),
        (r"\bcontainer [A-E]\b", [label for label in labels if label.startswith("container ")]),
        (r"\b[A-E][1-5]\b", cells),
        (r"\bslot [A-G]\b", [f"slot {letter}" for letter in "ABCD"]),
        (r"\b(?:up|down|left|right)\b", ["up", "down", "left", "right"]),
        (r"\b[a-f]\.(?:txt|py|csv)\b", ["a.txt", "b.txt", "c.py"]),
    ]


def answer(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """Another answer than the right one."""
    wrong = {
        "choice": list("ABCD"[: len(row["options"])]),
        "integer": [str(int(row["answer"]) + 1)] if row["answer_type"] == "integer" else [],
        "interval": ["[0.00, 0.30]"],
    }.get(row["answer_type"], ["something else", "none"])
    wrong = [given for given in wrong if score(given, row) == 0.0]
    given = extract(text)
    return text.replace(f"<answer>{given}</answer>", f"<answer>{random.choice(wrong)}</answer>")


def hidden(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """Someone claims to see what is hidden then."""
    lines = _lines(text)
    if row["operations"]:
        step = random.choice(row["operations"])
        when = (step["start_frame"] + step["end_frame"]) / 2 / row["fps"]
        state = row["states"][min(step["index"] + 1, len(row["states"]) - 1)]["state"]
        label, said = random.choice(
            list(get_family(row["family"]).parts(state, row["config"]["query"]).items())
        )
        claim = f"At {when:.1f} s I can see that {label} {said}."
    else:
        blinks = [event for event in row["events"] if event["kind"] == "blink"]
        gone = [event for event in blinks if event["end_frame"] - event["frame"] > 20]
        if not gone:
            return None
        event = random.choice(gone)
        when = (event["frame"] + event["end_frame"]) / 2 / row["fps"]
        claim = f"At {when:.1f} s the {event['actor']} is visible."
    lines.insert(2, claim)
    return "\n".join(lines)


_VERB = re.compile(
    r"\b(?:moves|goes|travels|bounces|hits|touches|bump|slows|speeds|gets|keeps|turns|rotates|makes|draws|has|hops"
    r"|swings|grows|spins|disappears|steps|shrinks|becomes|changes|change|slides|stays|overtakes|passes|drops"
    r"|appears|rotate|is|are)\b"
)
_SIZE = re.compile(r"(?<=about )\d+|\b\d+(?= degrees)|(?<=chip of )\d+|\b\d+(?= is (?:added|subtracted))")


def never(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """What is told never happens."""
    lines = _lines(text)
    verbs = [(i, _VERB.search(lines[i])) for i in _told(text) if not _READ.search(lines[i])]
    edits = [
        (i, match)
        for i, match in verbs
        if match and not re.match("So |Among|The |.* (?:not|nothing) ", lines[i]) and "covers" not in lines[i]
    ]
    if not edits:
        return None
    i, match = random.choice(edits)
    said = f"{match[0]} never" if match[0] in ("is", "are") else f"never {match[0]}"
    lines[i] = lines[i][: match.start()] + said + lines[i][match.end() :]
    return "\n".join(lines)


def number(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """A speed, an angle or a value is another one."""
    places = list(_SIZE.finditer(text))
    if not places:
        return None
    match = random.choice(places)
    value = int(match[0])
    return f"{text[: match.start()]}{value + max(7, value // 3)}{text[match.end() :]}"


def option(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """The right option is ruled out, too."""
    out = re.compile(r"^(?:That rules out |So )?[Oo]ptions? (?:[A-J](?:, | and )?)+", re.MULTILINE)
    lines = [match for match in out.finditer(text) if row["options"] and "answer" not in match[0]]
    if not lines:
        return None
    letter = random.choice(list(re.finditer(r"\b[A-J]\b", lines[0][0])))
    place = lines[0].start() + letter.start()
    return f"{text[:place]}{row['answer']}{text[place + 1 :]}"


def compared(text: str, row: Mapping[str, Any], random: random.Random) -> str | None:
    """A comparison is the other way round."""
    turned = {"more ground": "less ground", "less ground": "more ground", "is more than": "is less than"}
    turned |= {
        "is less than": "is more than",
        " > ": " < ",
        "the largest": "the smallest",
        "The largest": "The smallest",
    }
    turned |= {"the smallest": "the largest", "The smallest": "The largest"}
    said = [words for words in turned if words in text]
    return text.replace(said[0], turned[said[0]], 1) if said else None


Edit = Callable[[str, Mapping[str, Any], random.Random], "str | None"]
EDITS: dict[str, Edit] = {
    **{"time": time, "order": order, "actor": actor, "answer": answer, "hidden": hidden},
    **{"never": never, "number": number, "option": option, "compared": compared},
}

REPETITIONS = (
    *("1", "1 ", "1.0, ", "\t1,", "1 and ", "from 1 to ", "[1, ", " ", "a", '"', "then ", "so ", "option A "),
    *("operation 1 ", "answer is ", "pile A holds, then ", "1.0 s, the blue square visible "),
)
"""What a model that has lost its way may say over and over: a pattern that begins anew at each of them, and
goes to the end each time, takes ages."""
