"""Every probe on a kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

import numpy as np

from synrl.audit import learnt
from synrl.audit.exam import PICTURES, PLACES, READABLE
from synrl.audit.kinds import Kind
from synrl.audit.probes.frame import frame_at, frames_without_order
from synrl.audit.probes.record import facts
from synrl.audit.probes.text import asked_with, identity, text_of, which
from synrl.audit.probes.view import View, stacked, view
from synrl.audit.rules import Picks, best_rule
from synrl.audit.verdict import LEAST, OK, TOLD, Finding, tested, told, untested
from synrl.audit.wording import telling_words, wording
from synrl.leads import UNORDERED

LEARNT_PLACES = ("first", "middle", "last", READABLE)
"""The single frames that are learnt from; rules try all of `PLACES`, and take the best."""
_ASKED = 12
"""Words that questions of a kind differ in, and that are learnt with."""
NOTHING = "nothing on the {} has to do with the answers"
SHUFFLED = "solver on shuffled frames"
"""Told, not judged: which shape comes closest to another takes many frames, but not their order."""


def probed(kind: Kind, seed: int = 0) -> list[Finding]:
    """What every probe reaches, before any correction."""
    why = f"{len(kind.exams)} rows; nothing is tried with fewer than {LEAST}"
    findings = []
    for name, attempt in _attempts(kind, seed):
        if len(kind.exams) < LEAST:
            findings.append(untested(kind, name, why))
        elif name.endswith(": learnt") and not learnt.available():
            findings.append(untested(kind, name, learnt.MISSING))
        else:
            # What the text alone reaches, a row's guess rate must admit to; a clip must add nothing.
            chances = kind.guesses if name.startswith("text") else kind.chances
            finding = tested(kind, name, attempt(), chances)
            # Told, not judged, where a question asks how often or along what: all frames may show it.
            is_told = name.startswith(UNORDERED) and kind.exams[0].unordered and finding.verdict == OK
            findings.append(replace(finding, verdict=TOLD) if is_told else finding)
    shuffled = [exam.shuffled for exam in kind.exams]
    if any(one is not None for one in shuffled):
        findings.append(told(kind, SHUFFLED, shuffled))
    return findings


Attempt = Callable[[], Picks]


def _attempts(kind: Kind, seed: int) -> Iterator[tuple[str, Attempt]]:
    """Each probe by name; what it looks at is worked out when it is tried."""
    identities = cache(lambda: _identities(kind))

    def both(name: str, look: Callable[[], View]) -> Iterator[tuple[str, Attempt]]:
        yield f"{name}: a rule", lambda: best_rule(kind, look())
        yield f"{name}: learnt", lambda: _learnt(kind, name, look(), identities(), seed)

    yield from both("text", cache(lambda: view(kind, text_of)))
    yield "text: its words", lambda: wording(kind)
    yield from _frames(kind, identities, seed)
    if any(exam.bag for exam in kind.exams):
        yield from both(UNORDERED, cache(lambda: view(kind, frames_without_order)))
    if any(exam.pixels is not None for exam in kind.exams):
        for number, place in enumerate(PICTURES):
            yield f"{place} picture: learnt", partial(learnt.pictured, kind, number, seed)
    if any(exam.facts for exam in kind.exams):
        yield from both("record", cache(lambda: facts(kind)))


def _identities(kind: Kind) -> View:
    """Which candidate is which, and what is asked: all that is learnt with what is seen."""
    own = view(kind, identity).joined(view(kind, which(_texts(kind))))
    return own.joined(view(kind, asked_with(telling_words(kind, _ASKED))))


def _texts(kind: Kind) -> list[str]:
    """The different candidates of a kind, the most frequent first."""
    counts = Counter(text for candidates in kind.candidates for text in candidates)
    return [text for text, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _frames(kind: Kind, identities: Callable[[], View], seed: int) -> Iterator[tuple[str, Attempt]]:
    """The probes of single frames: a rule on the best of them, and what is learnt from some."""
    places = [place for place in (*PLACES, READABLE) if any(place in exam.sights for exam in kind.exams)]
    looks = {place: cache(partial(view, kind, frame_at(place))) for place in places}
    if places:
        yield (
            "one frame: a rule",
            lambda: best_rule(kind, stacked((f"{place} frame", looks[place]()) for place in places)),
        )
    for place in LEARNT_PLACES:
        if place in places:
            look = looks[place]
            yield (
                f"{place} frame: learnt",
                partial(lambda look: _learnt(kind, "frame", look(), identities(), seed), look),
            )


def _learnt(kind: Kind, where: str, look: View, identities: View, seed: int) -> Picks:
    """What is learnt from a view; nothing if it holds no more than which candidate is which."""
    telling = look.telling(kind.there)
    if not telling.names:
        return Picks(np.full(len(kind.exams), -1), "", NOTHING.format(where))
    return learnt.scored(kind, telling.joined(identities), seed)
