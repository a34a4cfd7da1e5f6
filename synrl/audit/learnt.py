"""Learnt probes: scorers of candidates, trained on the rows of all folds but one and tried on that one.

Gradient boosting on a view's figures, one candidate a sample, and on how each compares with the others of its
row; for pictures, a logistic regression from their principal components to the answers. Both come from
scikit-learn, and give the same picks for the same seed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from synrl.audit.exam import SIDE
from synrl.audit.kinds import Kind
from synrl.audit.probes.view import View
from synrl.audit.rules import Picks

MISSING = "pip install 'synrl[audit]'"
"""What to do about learnt probes that can't be tried."""
CLASSES = 40
"""Different answers that are learnt from pictures, if there are four rows for each; with more none is."""
_SAMPLES = 120_000
"""Candidates that are learnt from at once; of more, the first ones in the order of a lot are taken."""
_COMPONENTS = 24


def available() -> bool:
    """Whether scikit-learn is installed."""
    return importlib.util.find_spec("sklearn") is not None


def scored(kind: Kind, view: View, seed: int) -> Picks:
    """The candidates that boosted trees give the best score."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    places, folds = np.full(len(kind.exams), -1), kind.folds
    samples = _beside(view.values, kind.there)
    order = np.random.default_rng(seed).permutation(len(kind.exams))
    with _one_thread():
        for fold in np.unique(folds):
            known, asked = (folds != fold) & view.shown, (folds == fold) & view.shown
            rows = order[known[order]][: max(1, _SAMPLES // max(1, kind.there.shape[1]))]
            there = kind.there[rows]
            truth = kind.right[rows][there]
            if not asked.any() or truth.all() or not truth.any():
                continue
            model = HistGradientBoostingClassifier(
                max_iter=80,
                learning_rate=0.08,
                max_leaf_nodes=8,
                l2_regularization=1.0,
                early_stopping=False,
                random_state=seed,
            )
            learnt = samples[rows][there]
            told = _telling(learnt)
            if not told.any():
                continue
            model.fit(learnt[:, told], truth)
            chances = np.full(kind.there.shape, -1.0)
            seen = kind.there & asked[:, None]
            chances[seen] = model.predict_proba(samples[seen][:, told])[:, 1]
            places[asked] = chances[asked].argmax(axis=1)
    return Picks(places, "gradient boosting")


def pictured(kind: Kind, number: int, seed: int) -> Picks:
    """The candidates that a logistic regression on one of the pictures finds likeliest."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    places, folds = np.full(len(kind.exams), -1), kind.folds
    answers = np.array([exam.answer_text for exam in kind.exams])
    shown = np.array([exam.pixels is not None for exam in kind.exams])
    if not 0 < len(set(answers[shown])) <= min(CLASSES, shown.sum() / 4):
        return Picks(places, "")
    blank = np.zeros((SIDE, SIDE, 3), np.uint8)
    pictures = np.stack(
        [(blank if exam.pixels is None else exam.pixels[number]).ravel() for exam in kind.exams]
    ).astype(np.float32)
    with _one_thread():
        for fold in np.unique(folds):
            known, asked = (folds != fold) & shown, (folds == fold) & shown
            if not asked.any() or len(set(answers[known])) < 2:
                continue
            components = min(_COMPONENTS, int(known.sum()) - 1)
            model = make_pipeline(
                PCA(components, svd_solver="randomized", random_state=seed),
                StandardScaler(),
                LogisticRegression(C=0.3, max_iter=300),
            )
            model.fit(pictures[known], answers[known])
            chances = model.predict_proba(pictures[asked])
            columns = {str(answer): k for k, answer in enumerate(model.classes_)}
            for place, own in zip(np.flatnonzero(asked), chances, strict=True):
                told = [own[columns[c]] if c in columns else -1.0 for c in kind.candidates[place]]
                places[place] = int(np.argmax(told))
    return Picks(places, "logistic regression")


def _beside(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The figures, and for each its rank among its row's candidates, and how far it is from their mean."""
    held = np.where(there[..., None], values, np.nan)
    if not held.shape[2]:
        return held
    counted = np.isfinite(held)
    total = counted.sum(axis=1, keepdims=True)
    mean = np.where(counted, held, 0).sum(axis=1, keepdims=True) / np.maximum(1, total)
    filled = np.sort(np.where(counted, held, np.inf), axis=1)
    ranks = np.full(held.shape, np.nan, np.float32)
    for place in range(held.shape[1]):
        own = held[:, place, None, :]
        ranks[:, place] = ((filled < own).sum(axis=1) + 0.5 * ((filled == own).sum(axis=1) - 1)).astype(
            np.float32
        )
    ranks[~counted] = np.nan
    return np.concatenate([held, held - mean, ranks], axis=2)


def _telling(samples: np.ndarray) -> np.ndarray:
    """Which figures have more than one value."""
    counted = np.isfinite(samples)
    low, high = (
        np.where(counted, samples, np.inf).min(axis=0),
        np.where(counted, samples, -np.inf).max(axis=0),
    )
    return np.asarray(low < high)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order, so that they come out the same; and kinds are the unit of parallel work."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
