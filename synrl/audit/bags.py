"""What all frames together show if nobody knows which came first.

Speeds need no order: whoever sees where a steady shape was on the shown frames sees how far apart that is. So
a bag holds, beside how far objects get, how their places lie to each other, whatever the order.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synrl.audit.exam import Bag
from synrl.evidence import Evidence, Track
from synrl.view import DEFAULT, parse_view, shown

_NAMED = 8
"""At most so many objects are held."""
_SAME = 8.0
"""Px that two places may be apart and still count as one."""
_NONE = float("nan")
_QUARTERS = ("least", "lower quartile of", "median", "upper quartile of", "greatest")
_Figures = dict[str, float]


def bag_of(row: Mapping[str, Any], evidence: Evidence, about: Sequence[str]) -> Bag | None:
    """Of the objects that a row asks about or names; None where they can't be told apart throughout.

    How far things get is what all frames of the clip show, the rest what those show that a model is shown.
    """
    if row["states"]:
        return None
    told = " ".join((row["question"], *row["options"]))
    names = list(dict.fromkeys((*about, *(name for name in evidence.tracks if name in told))))[:_NAMED]
    if not names:
        return None
    view = parse_view(row["config"].get("view", DEFAULT))
    frames = np.unique(shown(row["num_frames"], row["fps"], view))
    tracks = {name: evidence.tracks[name] for name in names}
    few = {name: track.at(frames) for name, track in tracks.items()}
    height = row["height"]
    return Bag(
        {name: {**_extent(tracks[name], height), **scatter(few[name], height)} for name in names},
        {
            (one, two): {
                **_apart(tracks[one], tracks[two], height),
                **_quarters("distance", _gaps(few[one], few[two]) / height),
            }
            for one, two in itertools.combinations(names, 2)
        },
    )


def _extent(track: Track, height: int) -> _Figures:
    """How far an object gets and how large, on any frame, and how often it is seen."""
    seen = track.visible
    found = {"share of frames": float(seen.mean())}
    for what, values in (("x", track.x), ("y", track.y), ("size", track.size)):
        own = values[seen] / height if seen.any() else np.zeros(1)
        found |= {f"mean {what}": float(own.mean())}
        found |= {f"least {what}": float(own.min()), f"greatest {what}": float(own.max())}
    return found


def _apart(one: Track, two: Track, height: int) -> _Figures:
    gaps = _gaps(one, two) / height
    if not len(gaps):
        return dict.fromkeys(("least distance", "greatest distance", "mean distance"), 0.0)
    return {
        "least distance": float(gaps.min()),
        "greatest distance": float(gaps.max()),
        "mean distance": float(gaps.mean()),
    }


def _gaps(one: Track, two: Track) -> np.ndarray:
    """Px between two objects where both are seen."""
    both = one.visible & two.visible
    return np.asarray(np.hypot(one.x[both] - two.x[both], one.y[both] - two.y[both]))


def scatter(track: Track, height: int) -> _Figures:
    """How an object's places, angles and sizes on the shown frames lie to each other."""
    seen = track.visible
    places, counts = _distinct(track.points[seen])
    stays = [count for count in counts if count > 1]
    return {
        "share of shown frames": float(seen.mean()),
        "number of places": float(len(places)),
        "number of places it stays at": float(len(stays)),
        "longest stay": max(stays, default=0) / max(1, len(seen)),
        **_quarters("size", track.size[seen] / height),
        **_quarters("turn", _turns(track.angle[seen])),
        **_steps(places / height),
    }


def _distinct(points: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Places that are further apart than those that count as one, and on how many frames each is seen."""
    free = points[np.lexsort((points[:, 1], points[:, 0]))]  # whatever order the frames had
    places, counts = [], []
    while len(free):
        near = np.hypot(*(free - free[0]).T) <= _SAME
        near[0] = True  # even if it is no number
        places.append(free[0])
        counts.append(int(near.sum()))
        free = free[~near]
    return np.array(places).reshape(-1, 2), counts


def _turns(angles: np.ndarray) -> np.ndarray:
    """Angles as degrees from their mean direction."""
    if not len(angles):
        return angles
    turned = np.exp(1j * np.radians(angles))
    return np.asarray(np.degrees(np.angle(turned * np.conj(turned.mean()))))


def _steps(places: np.ndarray) -> _Figures:
    """How far it is from each place to the nearest other one, and to the next along the longest axis."""
    if len(places) < 3:
        return {}
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    nearest = gaps.min(axis=1)
    middle = float(np.median(nearest))
    return {
        **_quarters("step", nearest),
        "mean step": float(nearest.mean()),
        "greatest step in medians": float(nearest.max()) / middle,
        **_along(places),
    }


def _along(places: np.ndarray) -> _Figures:
    """How steps differ along the longest axis of all places; the same from either end."""
    centred = places - places.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred)
    steps = np.diff(np.sort(centred @ axes[:, 1]))
    third, half = max(1, len(steps) // 3), max(1, len(steps) // 2)
    ends = float(np.concatenate([steps[:third], steps[-third:]]).mean())
    inner = float(steps[third:-third].mean()) if len(steps) > 2 * third else ends
    one, two = float(steps[:half].mean()), float(steps[-half:].mean())
    return {
        "width beside length": float(np.sqrt(max(values[0], 0.0) / values[1])),
        "steps of the middle beside those at the ends": inner / max(ends, 1e-6),
        "steps of one half beside those of the other": max(one, two) / max(min(one, two), 1e-6),
        "greatest step of all along its axis": float(steps.max()) / max(float(np.median(steps)), 1e-6),
    }


def _quarters(what: str, values: np.ndarray) -> _Figures:
    """Least, greatest, median and quartiles."""
    ordered = sorted(values.tolist())
    if len(ordered) < 2:
        told = ordered * 5 or [_NONE] * 5
    else:
        told = [ordered[0], *statistics.quantiles(ordered, method="inclusive"), ordered[-1]]
    return {f"{name} {what} shown": value for name, value in zip(_QUARTERS, told, strict=True)}
