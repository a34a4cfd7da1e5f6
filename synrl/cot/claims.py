"""What a sentence claims: who does what, to whom, when, how often, and whether it happens at all.

A sentence is taken apart where one thing that is said ends and the next begins, and each part that says
something becomes a claim. A claim keeps what turns it around ("never"), takes it back ("almost", "would
have") or leaves it open ("might"), how often it counts, and every word that was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from synrl.cot.english import BACK, COMPARATIVES, FORTH, SUPERLATIVES, stem
from synrl.cot.facts import STANDS, ClipFacts
from synrl.cot.times import Taken, Times
from synrl.cot.vocabulary import Terms, Token

_OTHER_NUMBER = re.compile(r"\b(?:swap|slide|command|move|step) \d++(?!\w)", re.IGNORECASE)
"""An operation by the noun of another family, which tells nothing here."""
_COUNTING = frozenset(
    {
        *("make", "makes", "is", "are", "was", "were", "total", "exactly", "with", "only", "just", "all"),
        *(
            "another",
            "see",
            "saw",
            "counted",
            "count",
            "performs",
            "do",
            "does",
            "did",
            "least",
            "most",
            "than",
        ),
        *("about", "these", "those", "altogether", "has", "have", "had"),
    }
)
"""After what a number counts what happens."""
_ARTICLES = frozenset(
    ("a", "an", "the", "its", "their", "this", "that", "these", "those", "every", "each", "all", "no")
)
_TOGETHER = frozenset({"swap", "contact", "touch", "grows", "shrinks"})
"""What several do at once."""
_BEING = frozenset(("is", "was", "are", "were", "gets", "got", "been", "being"))
_LIMITS = {
    "at least": 1,
    "at most": -1,
    "more than": 2,
    "fewer than": -2,
    "less than": -2,
    "no more than": -1,
}


@dataclass
class Claim:
    """One thing that is said."""

    terms: Terms
    times: Times
    number: int | None = None
    """Of the operation that it is about, counted from 1."""
    denied: bool = False
    missed: bool = False
    """Almost, or under other conditions only."""
    maybe: bool = False
    some: bool = False
    """A denial of only some of it: "no other shape"."""
    count: int | None = None
    limit: int = 0
    """0 if the count is exact, 1 or -1 if it is the least or the most, 2 or -2 if it is more or fewer."""
    only: bool = False
    aspect: str = ""
    """`begin` or `stop`."""
    link: str = ""
    """How it follows what was said before: `then`, `before` or `after`."""
    than: str = ""
    """A word that compares."""
    unchanged: bool = False
    duration: float | None = None
    unknown: list[str] = field(default_factory=list)
    names_something: bool = False

    @property
    def says(self) -> bool:
        """Whether something happens, is counted or compared in it."""
        return bool(self.terms.words or self.than or self.unchanged)


class Reader:
    """Reads sentences about one clip."""

    def __init__(self, clip: ClipFacts) -> None:
        self._clip = clip
        noun = rf"(?:operation|{re.escape(clip.family.noun)})"
        self._number = re.compile(rf"\b{noun}s?\s+(?:number |no\. |#)?(\d++)(?:\s*:)?", re.IGNORECASE)
        self._focus: list[frozenset[str]] = []
        """The objects that were named of late: whom "it" may mean."""

    def claims(self, taken: Taken) -> list[Claim]:
        """What a sentence claims."""
        numbers: list[int] = []

        def numbered(match: re.Match[str]) -> str:
            numbers.append(whole(match[1]))
            return f" {chr(STANDS + 0x500 + min(len(numbers), 0xFF) - 1)} "

        text = _OTHER_NUMBER.sub(" ", self._number.sub(numbered, taken.text))
        tokens = self._clip.vocabulary.tokens(self._clip.marked(text))
        found: list[Claim] = []
        for link, piece in _pieces(tokens):
            claim = self._claim(link, piece, taken, numbers, found)
            found.append(claim)
        return found

    def _claim(
        self,
        link: str,
        tokens: Sequence[Token],
        taken: Taken,
        numbers: Sequence[int],
        before: Sequence[Claim],
    ) -> Claim:
        clip, plain = self._clip, []
        claim = Claim(Terms((), frozenset()), Times(), link=link)
        marks = [token.value for token in tokens if token.kind == "mark"]
        found = [taken.times[mark] for mark in marks if mark in taken.times]
        claim.times = Times([s for t in found for s in t.spans], [m for t in found for m in t.moments])
        claim.duration = next((taken.durations[mark] for mark in marks if mark in taken.durations), None)
        told = [
            numbers[ord(m) - STANDS - 0x500] for m in marks if 0x500 <= ord(m) - STANDS < 0x500 + len(numbers)
        ]
        claim.number = told[0] if told else None
        self._qualify(claim, tokens)
        counted = _count(claim, tokens)
        for token in tokens:
            if token in counted or (token.kind == "mark" and ord(token.value) >= STANDS):
                continue
            plain.append(token)
        plain = _active(_inverted(plain) if link == "that" else plain)
        claim.names_something = any(
            token.kind in ("name", "mark", "look", "generic", "word") for token in tokens
        )
        claim.terms = self._with_subject(claim, clip.said(plain), plain, before)
        claim.than = next((token.value for token in tokens if token.kind == "than"), "")
        named = frozenset(name for name in claim.terms.names if isinstance(name, str))
        objects = named & frozenset(clip.names.values()) if clip.names else named
        if objects:
            self._focus = [*self._focus[-2:], objects]
        return claim

    def _qualify(self, claim: Claim, tokens: Sequence[Token]) -> None:
        kinds = [token.kind for token in tokens]
        claim.missed = "missed" in kinds
        denials = kinds.count("denied")
        claim.denied = denials > 0
        claim.some = denials > 1 or (claim.denied and "some" in kinds)
        asks = [
            t
            for t in tokens
            if t.kind == "maybe" and not (claim.denied and t.value in ("or", "either", "can"))
        ]
        claim.maybe = bool(asks) or any(token.text == "?" for token in tokens)
        claim.unchanged = "unchanged" in kinds
        claim.aspect = next((kind for kind in kinds if kind in ("begin", "stop")), "")
        strange = [token.text for token in tokens if token.kind == "unknown"]
        claim.unknown = [text for text in strange if stem(text) not in self._clip.plain]
        first = next(
            (i for i, token in enumerate(tokens) if token.kind in ("name", "mark", "look")), len(tokens)
        )
        claim.only = claim.link != "that" and any(token.text.casefold() == "only" for token in tokens[:first])

    def _with_subject(
        self, claim: Claim, terms: Terms, tokens: Sequence[Token], before: Sequence[Claim]
    ) -> Terms:
        """What is said, with whom it is said of, where that is a pronoun or nobody."""
        link, last = claim.link, before[-1].terms if before else None
        if not terms.words and last is not None and link in ("and", "then", "before", "after"):
            if link == "and" and terms.names:
                claim.number, claim.times = (
                    before[-1].number,
                    claim.times if claim.times.all() else before[-1].times,
                )
            subject = last.names[:1] if link == "and" and not self._clip.row["operations"] else ()
            same = terms.names or (terms.numbers and last.numbers)
            return Terms((*subject, *terms.names), last.words if same else frozenset(), terms.numbers)
        if not terms.words or self._clip.row["operations"]:
            return terms
        verb = next(i for i, token in enumerate(tokens) if token.kind == "word")
        there = {token.kind for token in tokens[:verb]}
        if there & {"name", "mark", "look", "generic"}:
            return terms
        who: str | frozenset[str] | None = None
        texts = {token.text.casefold() for token in tokens[:verb]}
        if texts & {"its", "their"} and last is not None and last.names:
            who = last.names[0]
        elif "pronoun" in there or texts & {"its", "their"}:
            who = frozenset().union(*self._focus, self._clip.about) or None
        elif before and before[-1].terms.names and before[-1].terms.words and not _ARTICLES & texts:
            who = before[-1].terms.names[0]
        return terms if who is None else Terms((who, *terms.names), terms.words, terms.numbers)


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """The parts of a sentence that say one thing each, with the word that joins each to what is before it."""
    pieces: list[tuple[str, str, list[Token]]] = [("", "", [])]
    for number, token in enumerate(tokens):
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.value == "than" and any(other.kind == "than" for other in pieces[-1][2]):
            continue
        if token.kind == "cut" and not (
            after is not None
            and token.value in (*BACK, *FORTH)
            and after.kind == "mark"
            and ord(after.value) >= STANDS
        ):
            pieces.append(("cut", token.value, []))
        elif token.kind == "soft":
            pieces.append(("soft", "", []))
        else:
            pieces[-1][2].append(token)
    merged: list[tuple[str, list[Token]]] = []
    held: list[Token] = []
    link = ""
    for kind, word, piece in pieces:
        says = any(token.kind in ("word", "than", "unchanged") for token in piece)
        strange = any(token.kind == "unknown" for token in piece)
        if word == "than":
            continue  # "closer than the green hexagon is"
        if kind == "cut" and word:
            link = (
                "before"
                if word in BACK
                else "after"
                if word in FORTH
                else word
                if word in ("then", "that")
                else link
            )
        if says and kind == "cut" and any(token.kind == "unknown" for token in held):
            merged.append(("", held))
            held = []
        if says:
            merged.append((link, [*held, *piece]))
            held, link = [], ""
        elif strange and merged and not held:
            merged.append(("", piece))
        elif (
            merged
            and not held
            and (any(map(_names, piece)) or (_numbers(piece) and _numbers(merged[-1][1])))
            and not (piece[0].kind == "cardinal" or piece[0].text == "by")  # "two, one by the circle and ..."
            and (kind == "soft" or link in ("before", "after", "then"))
        ):
            merged.append((link if kind == "cut" else "and", piece))  # the same is said of others
            link = ""
        elif merged and kind == "soft" and not held:
            merged[-1][1].extend(piece)
        else:
            held += piece
    if held:
        if merged and not any(token.kind == "unknown" for token in held):
            merged[-1][1].extend(held)
        else:
            merged.append(("", held))
    yield from merged


def _numbers(tokens: Sequence[Token]) -> bool:
    return any(token.kind == "number" for token in tokens[-12:])


def _names(token: Token) -> bool:
    return token.kind in ("name", "look") or (token.kind == "mark" and ord(token.value) < STANDS)


def _count(claim: Claim, tokens: Sequence[Token]) -> list[Token]:
    """Find out how often something is said to happen; returns the words that say so."""
    for number, token in enumerate(tokens):
        if token.kind not in ("times", "cardinal", "number"):
            continue
        before = " ".join(t.text.casefold() for t in tokens[max(0, number - 2) : number])
        limit = next((value for words, value in _LIMITS.items() if before.endswith(words)), 0)
        after = tokens[number + 1 : number + 4]
        if token.kind == "times":
            claim.count, claim.limit = token.value, limit
            return [token]
        if token.kind in ("cardinal", "number") and after:
            if after[0].text.casefold() in ("time", "times"):
                claim.count, claim.limit = int(min(token.value, 1e9)), limit
                return [token]
            last = before.rpartition(" ")[2]
            verb = next((t for t in after if t.kind not in ("neutral", "name", "look")), None)
            noun = after[0].text.casefold()
            many = token.value > 1 and noun.endswith("s") and noun not in _BEING
            acts = verb is not None and verb.kind == "word" and verb.value not in _TOGETHER
            if many and acts and not last and after[0].kind == "neutral":
                claim.count, claim.limit = int(min(token.value, 1e9)), limit  # "three tiles slide down"
                return [token]
            counts = not last or last in _COUNTING or tokens[number - 1].kind == "word"
            plural = (
                verb is not None
                and verb.kind == "word"
                and ((token.value == 1 and noun not in _BEING) or verb.text.split()[0].endswith("s"))
            )
            if plural and counts and token.value == int(min(token.value, 1e9)):
                claim.count, claim.limit = int(token.value), limit
                return [token]
    return [token for token in tokens if token.kind == "cardinal"]


def _inverted(tokens: list[Token]) -> list[Token]:
    """What is left of "the shape that overtakes the square is the circle", with the circle in front."""
    for number in range(len(tokens) - 1, max(0, len(tokens) - 12), -1):
        if tokens[number].text.casefold() in ("is", "was"):
            verbs = any(token.kind == "word" for token in tokens[:number])
            rest = tokens[number + 1 :]
            if verbs and rest and all(t.kind in ("neutral", "name", "mark", "look") for t in rest):
                return [*rest, *(t for t in tokens[:number] if t.kind != "generic")]
    return tokens


def _active(tokens: list[Token]) -> list[Token]:
    """A passive clause with whoever acts in front: "the square is hit by the circle"."""
    was = says = False
    for number, token in enumerate(tokens):
        text = token.text.casefold()
        was = was or text in _BEING or text.startswith(("is ", "was "))
        says = says or token.kind == "word"
        if text == "by" and number + 1 < len(tokens):
            end = number + 1
            while end < len(tokens) and tokens[end].kind in ("neutral", "name", "mark", "look"):
                end += 1
            agent = [t for t in tokens[number + 1 : end] if t.kind in ("name", "mark", "look")]
            if was and agent and says:
                return [*agent, *tokens[:number], *tokens[end:]]
    return tokens


def named(names: Iterable[str | frozenset[str]]) -> str:
    """Names in a report."""
    return ", ".join(name if isinstance(name, str) else "/".join(sorted(name)) for name in names)


def whole(digits: str) -> int:
    """A whole number, or a billion for what is more; `int` raises ValueError from 4,300 digits on."""
    return int(min(float(digits), 1e9))


def compares(word: str) -> int:
    """Which way a word compares speeds."""
    return COMPARATIVES.get(word) or SUPERLATIVES.get(word) or 0
