"""What a chain says of the options of its question: that some are ruled out, and why, or that one is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from synrl.answers import LETTERS, parse_interval

_LIST = r"(?P<letters>[A-J](?![\w'])(?:(?:, | and | or |, and |, or |/)(?:option )?[A-J](?![\w'])){0,9})"
_OPTIONS = rf"\b(?:option|answer)s? {_LIST}"
_BARE = rf"(?:\b(?:option|answer)s? )?{_LIST}"
_NOT = r"(?:do|does|did|can|could|is|are|was|were|has|have)(?: ?not|n['\u2019]t)|never|no longer"
_MEASURE = r"few|many|much|high|low|early|late|long|short|large|small|big|great"
_REJECTED = re.compile(
    rf"\b(?:rul(?:e|es|ed|ing) out|cross(?:es|ed)? out|str(?:ike|ikes|uck) out|eliminat(?:e|es|ed|ing)"
    rf"|exclud(?:e|es|ed|ing)|discard(?:s|ed)?|drop(?:s|ped)?|neither) {_BARE}"
    rf"(?: nor (?:option )?(?P<other>[A-J])(?![\w']))?"
    rf"|\b(?:not|none of|isn['\u2019]t|aren['\u2019]t) {_OPTIONS.replace('letters', 'denied')}"
    rf"|{_OPTIONS.replace('letters', 'subject')}"
    rf"(?:,? (?:too|then|therefore|also|both|all|each|so))?"
    rf" (?:(?:{_NOT}) (?:\w+ ){{0,2}}"
    rf"(?:fit|match|hold|agree|be|work|right|true|correct|it|possible|lead|say|do)\w*(?: \w+){{0,2}}?"
    rf"|(?:is|are|drops?|falls?|can be|must be|goes|go)(?: both| all)? (?:out|wrong|false|ruled out|excluded"
    rf"|eliminated|crossed out|away|impossible|incorrect))\b"
    rf"|{_OPTIONS.replace('letters', 'measured')}"
    rf" (?:(?:is|are|has|have|gives?|says?|names?|counts?|comes?|lasts?)"
    rf"|(?P<verb>starts?|begins?|ends?|stops?|finish(?:es)?))"
    rf" (?P<by>one |two |three )?(?:much |far |a little )?too (?P<measure>{_MEASURE})\b",
)
_LEFT = re.compile(
    rf"\b(?:(?:that |this |which )?leaves?(?: us)?(?: with)?(?: only)?|only) {_OPTIONS}"
    rf"(?: fits| matches| is left| remains)?"
    rf"|{_OPTIONS.replace('letters', 'left')}"
    rf" (?:is (?:left|right|correct|it|true|the one)|remains|fits|matches|agrees|holds|stays)\b",
)
_MORE = {"many", "much", "high", "late", "long", "large", "big", "great"}
_WORDS = {"one ": 1, "two ": 2, "three ": 3}


def options_said(text: str, row: Mapping[str, Any], wrong: Callable[[str], None]) -> tuple[str, bool]:
    """Hold what is said of options against the row; returns what is left of the text, and whether any was.

    Args:
        wrong: called with what is the matter.
    """
    if not row["options"] or not re.search(r"\b(?:option|answer|rul|leaves)", text):
        return text, False
    right = row["answer"]
    held = False

    def rejected(match: re.Match[str]) -> str:
        nonlocal held
        held = True
        found = " ".join(filter(None, match.group("letters", "denied", "subject", "measured", "other")))
        letters = re.findall(r"\b[A-J]\b", found)
        if right in letters:
            wrong(f"option {right} is the right one")
        elif match["measured"] and not all(_measures(letter, match, row) for letter in letters):
            wrong(f"option {match['measured']} is not too {match['measure']}")
        return " "

    def left(match: re.Match[str]) -> str:
        nonlocal held
        held = True
        letters = re.findall(r"\b[A-J]\b", match["letters"] or match["left"])
        if letters != [right]:
            wrong(f"option {right} is the right one")
        return " "

    return _LEFT.sub(left, _REJECTED.sub(rejected, text)), held


def last_option(text: str) -> str | None:
    """The option that a text names last, of those that it does not rule out."""
    found = re.findall(r"\boption ([A-J])\b", _REJECTED.sub(" ", text))
    return found[-1] if found else None


def _measures(letter: str, match: re.Match[str], row: Mapping[str, Any]) -> bool:
    """Whether an option is more or less than the answer, as is said, and by as much."""
    if LETTERS.index(letter) >= len(row["options"]):
        return False
    way = 1 if match["measure"] in _MORE else -1
    given, true = (row["options"][LETTERS.index(letter)], row["answer_text"])
    one, two = parse_interval(given), parse_interval(true)
    if one is not None and two is not None:
        if match["measure"] in ("long", "short"):
            return ((one[1] - one[0]) - (two[1] - two[0])) * way > 0
        verb = match["verb"] or ""
        ends = (0,) if verb.startswith(("start", "begin")) else (1,) if verb else (0, 1)
        return all((one[end] - two[end]) * way > 0 for end in ends)
    if not (_WHOLE.fullmatch(given) and _WHOLE.fullmatch(true)):
        return False
    off = (int(given) - int(true)) * way
    return off > 0 and (not match["by"] or off == _WORDS[match["by"]])


_WHOLE = re.compile(r"[-\u2212]?\d{1,6}")
