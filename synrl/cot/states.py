"""What is said of the state of a long clip: "pile C holds 3♥, 5♥", and whether that is so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from synrl.cot.english import NUMBERS
from synrl.cot.facts import ClipFacts, items

_NOT = re.compile(
    r"\b(?:(is|are|was|were) (?:not|never|no longer)\b|(?:is|are|was|were)n['\u2019]t\b"
    r"|(?:does|do|did|can) ?(?:not|n['\u2019]t)\b|never\b|no longer\b)"
)
_ITEM = re.compile(r"^[^A-Za-z]*\d|[♠♥♦♣/_\d]|^[A-Z]\d?$|^[^\w.,;:!?'()\"]+$|^[-+]?[b-z]$|^[-+]a$")
"""What looks like a card, a number, a cell or a path rather than like a word."""
_PLAIN = frozenset(
    {
        *(
            "a",
            "an",
            "the",
            "and",
            "only",
            "just",
            "then",
            "now",
            "also",
            "it",
            "in",
            "at",
            "on",
            "of",
            "order",
        ),
        *("that", "this", "with", "from", "to", "by", "top", "bottom", "left", "right", "value", "values"),
        *(
            "worth",
            "exactly",
            "still",
            "again",
            "tile",
            "number",
            "numbers",
            "card",
            "cards",
            "chip",
            "chips",
        ),
        *("file", "files", "coin", "cell", "pixels", "respectively", "together", "both", "all", "there"),
    }
)
"""Words that say nothing of a state."""


class Statement(NamedTuple):
    """A part of a state, and what is said of it."""

    label: str
    said: str
    """With its verb."""
    verbs: tuple[str, ...]
    """The verbs that say the same in what the family says."""
    denied: bool
    maybe: bool


def _each(match: re.Match[str]) -> str:
    return ", ".join([match[2]] * (NUMBERS.get(match[1]) or int(match[1])))


def plain(sentence: str) -> str:
    """A sentence in plain signs: quotes, and how a denial stands before its verb."""
    sentence = (
        sentence.replace("\u201c", '"')
        .replace("\u201d", '"')
        .replace("`", '"')
        .replace("**", "")
        .replace("figure 8", "figure eight")
    )
    if sentence[:1].isupper() and sentence[1:2].islower():
        sentence = sentence[0].lower() + sentence[1:]
    return sentence


@lru_cache(256)
def _pattern(labels: tuple[str, ...], verbs: tuple[str, ...]) -> re.Pattern[str]:
    """How a part of the state is spoken of. Many rows have parts of the same names."""
    names = rf"(?<![\w/.])(?:{'|'.join(map(re.escape, labels))})(?![\w/.])"
    how = r"(?:now |then |still |again |only |therefore |also ){0,2}"
    return re.compile(
        rf"(?P<label>{names}),?\s+{how}"
        rf"(?P<maybe>(?:may|might|could|would|should|almost|nearly|probably|perhaps)\s+(?:have\s+)?)?"
        rf"(?P<not>\u00ac )?{how}(?P<verb>{'|'.join(verbs)})(?!\w)"
        rf"(?P<given>.*?)(?=;|$|,? (?:so |and |then |now |but ){{0,3}}{names}\s)",
        re.IGNORECASE,
    )


class Statements:
    """Reads what is said of the states of one clip."""

    def __init__(self, clip: ClipFacts) -> None:
        self._verbs = {
            verb: re.compile(forms, re.IGNORECASE) for verb, forms in clip.vocabulary.verbs.items()
        }
        self._ordered = clip.family.ordered
        self._tokens = clip.vocabulary.phrase_tokens
        self._labels = {label.casefold(): label for label in clip.labels}
        labels = tuple(sorted(self._labels.values(), key=len, reverse=True))
        self._pattern = _pattern(labels, tuple(clip.vocabulary.verbs.values())) if labels else None

    def take(self, text: str) -> tuple[list[Statement], str]:
        """The statements about parts of the state, and what is left without them."""
        if self._pattern is None:
            return [], text
        turned = _NOT.sub(lambda match: f"\u00ac {'is' if match[1] else ''}", text)
        turned = re.sub(r"\u00ac +", "\u00ac ", turned)
        found, rest, end = [], "", 0
        for match in self._pattern.finditer(turned):
            before = turned[max(0, match.start() - 12) : match.start()].strip()
            verbs = tuple(
                verb for verb, forms in self._verbs.items() if forms.match(turned, match.start("verb"))
            )
            tokens = self._tokens(match["given"])
            if (before and not _OPENS.search(before)) or any(
                token.kind in ("word", "than") for token in tokens
            ):
                continue
            said = turned[match.start("verb") : match.end()]
            label = self._labels[match["label"].casefold()]
            maybe, denied = bool(match["maybe"]), bool(match["not"])
            found.append(Statement(label, said, verbs, denied, maybe))
            rest, end = rest + turned[end : match.start()] + " ", match.end()
        return (found, rest + turned[end:]) if found else ([], text)

    def holds(self, statements: Mapping[str, Sequence[str]], claim: Statement) -> bool | None:
        """Whether a statement is true of a state; None if it can't be told."""
        if claim.label not in statements or claim.maybe:
            return None
        texts = statements[claim.label]
        if not any("exist" in text for text in texts):
            texts = (*texts, "exists")
        verdicts = []
        for verb in claim.verbs:  # "is empty" may begin with "is", and may not
            match = self._verbs[verb].match(claim.said)
            assert match is not None, "it is one of those with which the statement begins"
            given, strange = self._given(claim.said[match.end() :], texts)
            verdicts.append(self._true(claim, [_rest(text, verb) for text in texts], given, strange))
        if claim.denied:
            return False if False in verdicts else None if None in verdicts else True
        return True if True in verdicts else None if None in verdicts else False

    def _given(self, said: str, texts: Sequence[str]) -> tuple[list[str], bool]:
        """What is said of a state without its verb, and whether any of it is unknown."""
        given: list[str] = []
        strange = False
        for item in items(_EACH.sub(_each, _REST.split(said)[0])):
            item = item.rstrip(":;,") or item
            word = item.casefold()
            if word in NUMBERS:
                given.append(str(NUMBERS[word]))
            elif _ITEM.search(item) or any(item in items(text) for text in texts):
                given.append(item)
            elif word not in _PLAIN and any(t.kind == "unknown" for t in self._tokens(item)):
                strange = True
        return [item for item in given if item.casefold() not in _PLAIN], strange

    def _true(
        self, claim: Statement, told: Sequence[tuple[str, ...] | None], given: Sequence[str], strange: bool
    ) -> bool | None:
        """Whether what is said is so, where the family says these things with the same verb, or None."""
        there = [items for items in told if items is not None]
        if claim.denied:
            return None if strange else not any(set(given) <= set(items) for items in there)
        true = any(self._same(items, given) for items in there) or any(
            self._same(one, given[:place]) and self._same(two, given[place:])
            for place in range(1, len(given))
            for one in there
            for two in there
        )
        return None if strange and (true or not given) else true

    def _same(self, there: Sequence[str], given: Sequence[str]) -> bool:
        return list(there) == list(given) or (not self._ordered and sorted(there) == sorted(given))


@lru_cache(4096)
def _rest(text: str, verb: str) -> tuple[str, ...] | None:
    """What a family says of a state without its verb; None if it says so with another one."""
    match = re.match(verb, text)
    if match is None:
        return None
    return tuple(item for item in items(text[match.end() :]) if item.casefold() not in _PLAIN)


_EACH = re.compile(r"\b(two|three|four|five|\d)(?: chips?| cards?)? (?:of|worth) (\d{1,4})\b")
"""Several of one kind: "two chips of 100"."""
_REST = re.compile(r",? (?:which|so|because|since|while|whereas|but|after|before|when|until|for a total)\b")
"""Where a statement ends, and something else is said."""
_OPENS = re.compile(
    r"(?:[,;:.()\u2014\u2013]|\b(?:and|so|then|now|that|which|but|while|when|because|where|means|find|see|know|is"
    r"|thus|hence|therefore|since|as|before|after|gives|leaves|says|whereas|still|also|video|clip|end|beginning|start"
    r"|first|last|\d+))$",
    re.IGNORECASE,
)
"""What may stand before a statement: whoever is moved is no subject of one."""
