"""Telling the figures of `synrl.world.figures` apart from samples that an eye has misplaced.

`recognise` holds the samples against an ideal of each figure, moved, turned, mirrored and scaled to fit them
best, and takes the figure that is left with the least error. It has ideals of its own, written from what the
figures are: it knows neither how nor in which sizes a clip draws them.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from synrl.world.figures import CIRCLE, EIGHT, INWARDS, LINE, OUTWARDS, SPIRAL, SQUARE, TRIANGLE, WAVE, ZIGZAG

_DENSE = 480
"""Steps along an ideal."""
_LATE = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
"""Gaps between samples by which motion may begin before or after the last sample that seems at rest."""
_LEAST = 6
"""Samples of one motion that tell a figure; fewer fit too many."""


def recognise(points: np.ndarray, *, spirals: bool, exact: bool = False) -> str | None:
    """The figure that samples of one whole motion show, at even times; None if they are too few.

    Args:
        points: where the shape is seen (samples, 2), in px, from the last rest before to the first after.
        spirals: whether to tell the two ways of a spiral apart.
        exact: whether the first and the last sample are the very ends of the motion.
    """
    if len(points) < _LEAST:
        return None
    names, ideals = _ideals()
    seen = points[:, 0] + 1j * points[:, 1]
    seen = seen - seen.mean()
    places = _places(len(points), exact)
    fits = ideals[:, places]  # (ideals, ends, samples)
    fits = fits - fits.mean(axis=2, keepdims=True)
    length = (np.abs(fits) ** 2).sum(axis=2)
    along = np.maximum(np.abs(fits.conj() @ seen), np.abs(fits @ seen))  # as it is, or mirrored
    explained = (along**2 / np.maximum(length, 1e-9)).max(axis=1)
    name = names[int(explained.argmax())]
    return SPIRAL if name in (OUTWARDS, INWARDS) and not spirals else name


def _places(count: int, exact: bool) -> np.ndarray:
    """Where along an ideal each sample lies, for each guess at begin and end of motion (guesses, samples)."""
    late = np.zeros(1) if exact else _LATE
    begin, end = (grid.ravel()[:, None] for grid in np.meshgrid(late, count - 1 - late, indexing="ij"))
    share = (np.arange(count) - begin) / (end - begin)
    places: np.ndarray = (np.clip(share, 0, 1) * _DENSE).round().astype(int)
    return places


@cache
def _ideals() -> tuple[list[str], np.ndarray]:
    """Names, and curves at constant speed as complex numbers (ideals, steps + 1)."""
    share = np.linspace(0, 1, _DENSE + 1)
    whole = 2 * np.pi * share
    found: list[tuple[str, np.ndarray]] = [
        (LINE, share + 0j),
        (CIRCLE, np.exp(1j * whole)),
        (EIGHT, np.cos(whole) + 0.6j * np.sin(2 * whole)),
    ]
    found += [(WAVE, share + 0.24j / n * np.sin(n * whole)) for n in (1.5, 2.0)]
    found += [(ZIGZAG, np.arange(n + 1) / n + 0.36j * (np.arange(n + 1) % 2)) for n in (3, 4)]
    for name, corners in ((TRIANGLE, 3), (SQUARE, 4)):
        turns = np.exp(2j * np.pi * np.arange(corners + 1) / corners)
        for begin in (0.3, 0.4, 0.5, 0.6, 0.7):
            start = turns[0] + begin * (turns[1] - turns[0])
            found.append((name, np.array([start, *turns[1:], start])))
    for turned in np.linspace(1.5, 2.0, 6):
        outwards = (0.4 + 0.6 * share) * np.exp(1j * turned * whole)
        found += [(OUTWARDS, outwards), (INWARDS, outwards[::-1])]
    return [name for name, _ in found], np.stack([_at_constant_speed(curve) for _, curve in found])


def _at_constant_speed(curve: np.ndarray) -> np.ndarray:
    way = np.concatenate([[0], np.cumsum(np.abs(np.diff(curve)))])
    places = np.linspace(0, way[-1], _DENSE + 1)
    even: np.ndarray = np.interp(places, way, curve.real) + 1j * np.interp(places, way, curve.imag)
    return even
