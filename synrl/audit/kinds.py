"""Kinds of question, and the answers that a guesser may choose from.

Every question is treated as a choice, so that the same probes take all of them. The candidates of an open
question are what the question itself lists as possible answers, or else the answers of its kind in the other
folds: of those in its own, one might be there only because it is right.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from synrl.answers import format_interval, normalise, parse_interval
from synrl.audit.exam import Exam

FOLDS = 4
"""Parts that rows are divided into: each is tried by what is learnt from the others."""
MOST = 60
"""Candidates of an open question: the most frequent answers, if there are more."""
_SPANS = 24
"""Candidates where answers are intervals."""
_LISTED = re.compile(r"\bone of(?: them)?:? (.+?)\.?$", re.DOTALL)
_QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Kind:
    """All rows with the same kind of question."""

    family: str
    name: str
    exams: tuple[Exam, ...]
    candidates: tuple[tuple[str, ...], ...]
    """For each row, the answers to choose from: its options if it has any."""
    folds: np.ndarray
    """Which part each row belongs to; rows that share a scene belong to the same."""

    @property
    def is_open(self) -> bool:
        """Whether its questions have no options."""
        return not self.exams[0].options

    @cached_property
    def right(self) -> np.ndarray:
        """Which candidates are right: bool of shape (rows, most candidates)."""
        found = np.zeros(self.there.shape, bool)
        for row, (exam, candidates) in enumerate(zip(self.exams, self.candidates, strict=True)):
            for place, text in enumerate(candidates):
                found[row, place] = exam.right(text)
        return found

    @cached_property
    def there(self) -> np.ndarray:
        """Which candidates there are, of the same shape."""
        counts = np.array([len(candidates) for candidates in self.candidates])
        return np.asarray(np.arange(counts.max(initial=0)) < counts[:, None])

    @cached_property
    def guesses(self) -> np.ndarray:
        """What each row says of its chance: the accuracy that can be reached without the video."""
        return np.array([exam.guess_rate for exam in self.exams])

    @cached_property
    def constant(self) -> float:
        """The accuracy of the answer that is right most often, given to every open question."""
        if not self.is_open:
            return 0.0
        gains: Counter[str] = Counter()
        for row, candidates in enumerate(self.candidates):
            gains.update(text for text, right in zip(candidates, self.right[row], strict=False) if right)
        return max(gains.values(), default=0) / len(self.exams)

    @cached_property
    def chances(self) -> np.ndarray:
        """Of each row: its guess rate; for open questions the best constant answer, if that is better."""
        better = self.constant > self.guesses.mean()
        return np.full(len(self.exams), self.constant) if better else self.guesses


def kinds(exams: Sequence[Exam], seed: int = 0) -> list[Kind]:
    """Exams by kind of question, in the order of their names; the seed decides on their folds."""
    groups: dict[tuple[str, str], list[Exam]] = defaultdict(list)
    for exam in _together(exams):
        groups[exam.family, exam.kind].append(exam)
    return [_kind(family, name, own, seed) for (family, name), own in sorted(groups.items())]


def _together(exams: Sequence[Exam]) -> list[Exam]:
    """The exams, those with the same scene in one group even where their keys differ."""
    first: dict[str, str] = {}
    return [
        exam
        if first.setdefault(exam.digest, exam.group) == exam.group
        else replace(exam, group=first[exam.digest])
        for exam in exams
    ]


def _kind(family: str, name: str, exams: Sequence[Exam], seed: int) -> Kind:
    folds = np.array([exam.fold(FOLDS, seed) for exam in exams])
    shared = [
        _shared([exam for exam, own in zip(exams, folds, strict=True) if own != fold])
        for fold in range(FOLDS)
    ]
    candidates = [
        exam.options or _listed(exam) or shared[fold] for exam, fold in zip(exams, folds, strict=True)
    ]
    return Kind(family, name, tuple(exams), tuple(candidates), folds)


def _shared(exams: Sequence[Exam]) -> tuple[str, ...]:
    """The answers that open questions of a kind have."""
    answers = Counter(exam.answer for exam in exams if not exam.options)
    spans = sorted(span for span in map(parse_interval, answers) if span is not None)
    if any(exam.answer_type == "interval" for exam in exams) and spans:
        picked = spans[:: 1 + len(spans) // _SPANS]
        wider = [(1.5 * a - 0.5 * b, 1.5 * b - 0.5 * a) for a, b in picked]
        return tuple(dict.fromkeys(format_interval(max(0.0, a), b) for a, b in (*picked, *wider)))
    if len(answers) <= MOST:
        return tuple(sorted(answers))
    return tuple(sorted(answer for answer, _ in answers.most_common(MOST)))


def _listed(exam: Exam) -> tuple[str, ...]:
    """The possible answers that an open question lists; none if it doesn't, or lists only parts of them."""
    found = _LISTED.search(exam.question)
    if found is None:
        return ()
    said = found[1]
    items = _QUOTED.findall(said) or [item.strip() for item in re.split(r", | or ", said)]
    items = list(dict.fromkeys(item for item in items if item))[:MOST]
    pairs = [f"{one}, then {two}" for one, two in itertools.product(items, repeat=2)][:MOST]
    answer = normalise(exam.answer)
    for space in (items, pairs):
        if answer in map(normalise, space):
            return tuple(space)
    return ()
