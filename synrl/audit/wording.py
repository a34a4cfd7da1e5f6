"""Which words go with right answers: naive Bayes on what candidates say, and questions beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from synrl.audit.kinds import Kind
from synrl.audit.probes.words import words
from synrl.audit.rules import Picks

_TEXTS = 60
"""With at most so many different candidates, each is learnt together with the words of its question."""
_TOLD = 12
"""Words of questions that are learnt with them: those that tell most rows of a kind apart."""


def wording(kind: Kind) -> Picks:
    """The candidates whose words were right most often, as far as the rows of other folds show."""
    ids, rows, places = _coded(kind)
    folds = kind.folds
    right = kind.right[rows, places]
    size = int(ids.max(initial=-1)) + 1
    base = float(kind.right.sum() / max(1, kind.there.sum()))
    picked = np.full(len(kind.exams), -1)
    for fold in np.unique(folds):
        known = folds[rows] != fold
        if not base or not known.any():
            continue
        seen = np.bincount(ids[known], minlength=size)
        won = np.bincount(ids[known & right], minlength=size)
        odds = np.log((won + 2 * base) / (seen + 2) / base)
        scores = np.zeros(kind.there.shape)
        np.add.at(scores, (rows[~known], places[~known]), odds[ids[~known]])
        scores[~kind.there] = -np.inf
        picked[folds == fold] = scores[folds == fold].argmax(axis=1)
    return Picks(picked, "naive Bayes")


def _coded(kind: Kind) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The number of every word of every candidate, and its row and place."""
    texts = {text for candidates in kind.candidates for text in candidates}
    telling = telling_words(kind, _TOLD) if len(texts) <= _TEXTS else ()
    numbers: dict[tuple[str, ...], int] = {}
    ids: list[int] = []
    rows: list[int] = []
    places: list[int] = []
    for row, (exam, candidates) in enumerate(zip(kind.exams, kind.candidates, strict=True)):
        beside = [word for word in dict.fromkeys(words(exam.question)) if word in telling]
        for place, text in enumerate(candidates):
            own = [
                numbers.setdefault(said, len(numbers)) for said in _said(text, place, kind.is_open, beside)
            ]
            ids += own
            rows += [row] * len(own)
            places += [place] * len(own)
    return np.array(ids, np.int64), np.array(rows, np.int64), np.array(places, np.int64)


def _said(text: str, place: int, is_open: bool, beside: list[str]) -> Iterator[tuple[str, ...]]:
    yield "text", text
    if not is_open:
        yield "place", str(place)
        for word in set(words(text)):
            yield "word", word
    for word in beside:
        yield "with", text, word


def telling_words(kind: Kind, most: int) -> tuple[str, ...]:
    """The words that some questions of a kind have and others have not, first those that half of them do."""
    counts = Counter(word for exam in kind.exams for word in set(words(exam.question)))
    half = len(kind.exams) / 2
    some = sorted(
        (word for word, n in counts.items() if 0.02 < n / len(kind.exams) < 0.98),
        key=lambda word: (abs(counts[word] - half), word),
    )
    return tuple(some[:most])
