"""Reading again what is written on objects: cards, chips, tiles, tokens, lines of a terminal.

The letters are set a second time by FreeType, large, and brought to the size of the ink that is found in the
pixels; both must then agree in each stretch that is about as wide as a letter, so that one wrong digit in a
long line is found. The renderer draws outlines with Agg, so the two share the font files and nothing else.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from synrl.tasks.base import Caption

MIN_ALIKE = 0.85
"""Correlation between the ink of a stretch and what it must be."""
_FONTS = ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf")
_CLOSE = 0.004
"""By how much a rival may fit worse at first and still be what is written."""
_TO_TELL = 4
"""Captions, the longest, that tell in which font a clip is set."""
_ENDS = 3
"""Px by which the ink may be longer or shorter than the letters: its ends fade."""
_LARGE = 96
"""Px of the letters that are set a second time."""
_INK = 0.25
"""How far from the paper to the ink's colour a pixel must be to count as ink."""


class Written(NamedTuple):
    """A text that must stand somewhere."""

    caption: Caption
    image: np.ndarray
    """RGB array (height, width, 3), uint8."""
    box: np.ndarray
    """Left, top, right, bottom of where it stands and nothing else does, in px."""


class Agreement(NamedTuple):
    """How well ink agrees with a text, each at most 1."""

    worst: float
    """In the stretch where it does least."""
    whole: float
    rival: str = ""
    """A text that fits better, if one does."""


_CERTAIN = Agreement(worst=0.975, whole=0.985)
"""Above these, nothing else can be meant: what is mistaken reaches 0.963 and 0.979."""


def agreements(written: Sequence[Written]) -> list[Agreement]:
    """How well the captions of a clip, which share a font, agree with what stands there."""
    inks = [_ink(one.image, one.box) for one in written]
    longest = sorted(range(len(written)), key=lambda i: -len(written[i].caption.text))[:_TO_TELL]

    def fits(font: str) -> float:
        return sum(_read(inks[i], written[i].caption.text, font).whole for i in longest)

    found: list[Agreement] = []
    for font in sorted(_FONTS, key=fits, reverse=True):
        here = [_judged(ink, one.caption, font) for ink, one in zip(inks, written, strict=True)]
        if not found or sum(map(_reads, here)) > sum(map(_reads, found)):
            found = here
        if all(map(_reads, found)):
            break
    return found


def _reads(agreement: Agreement) -> bool:
    return agreement.worst >= MIN_ALIKE and not agreement.rival


def _judged(ink: np.ndarray | None, caption: Caption, font: str) -> Agreement:
    found = _read(ink, caption.text, font)
    if ink is None or (found.worst > _CERTAIN.worst and found.whole > _CERTAIN.whole):
        return found
    for rival in caption.rivals:
        other = _read(ink, rival, font)
        # Where both fit about as well, their ends and places have to be known to less than a pixel.
        close = min(other.worst - found.worst, other.whole - found.whole) > -_CLOSE
        if close and _best_fit(ink, rival, font) > _best_fit(ink, caption.text, font):
            return found._replace(rival=rival)
    return found


def _best_fit(ink: np.ndarray, text: str, font: str) -> float:
    """How much ink a text has in common with what is found, at the size and place where it fits best."""
    margin, large = 2, _set(text, font)
    one = np.pad(_blurred(np.pad(ink, 1))[1:-1, 1:-1], margin)
    height, width = one.shape
    room = large.height
    canvas = Image.new("L", (large.width + 2 * room, large.height + 2 * room))
    canvas.paste(large, (room, room))
    best = 0.0
    for tall in ink.shape[0] + np.arange(-2, 0.6, 0.5):
        scale = large.height / float(tall)
        for down, right in itertools.product((-0.75, -0.25, 0.25, 0.75), repeat=2):
            left = canvas.width / 2 - (width / 2 + float(right)) * scale
            top = canvas.height / 2 - (height / 2 + float(down)) * scale
            right_end, bottom = left + width * scale, top + height * scale
            box = max(left, 0.0), max(top, 0.0), min(right_end, canvas.width), min(bottom, canvas.height)
            fitted = canvas.resize((width, height), Image.Resampling.BOX, box=box)
            two = _blurred(np.pad(np.asarray(fitted, np.float32) / 255, 1))[1:-1, 1:-1]
            both = 2 * float((one * two).sum()) / float((one * one).sum() + (two * two).sum())
            best = max(best, both)
    return best


def _read(ink: np.ndarray | None, text: str, font: str) -> Agreement:
    return Agreement(0.0, 0.0) if ink is None else _agreement(ink, text, font)


def _ink(image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
    """How much of each pixel is ink, 0 to 1, cut to what there is of it; None if there is none."""
    left, top, right, bottom = (max(round(edge), 0) for edge in box)
    window = image[top:bottom, left:right].astype(np.float32)
    if not window.size:
        return None
    paper = np.median(window.reshape(-1, 3), axis=0)
    apart = np.sqrt(((window - paper) ** 2).sum(axis=2))
    strongest = float(np.percentile(apart, 99.5))
    if strongest < 60:
        return None
    ink = np.clip(apart / strongest, 0, 1)
    there = ink > _INK
    down, across = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    cut: np.ndarray = ink[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
    return cut


def _agreement(ink: np.ndarray, text: str, font: str) -> Agreement:
    """The least correlation of the ink with a text in a font, over stretches as wide as a letter."""
    height, width = ink.shape
    large = _set(text, font)
    shape = large.width / large.height
    # The longer side is known best, since the ends of the ink are known to about a pixel.
    size = (width, width / shape) if width > height else (height * shape, height)
    if abs(size[0] - width) > _ENDS or abs(size[1] - height) > _ENDS:
        return Agreement(0.0, 0.0)
    must = large.resize((max(1, round(size[0])), max(1, round(size[1]))), Image.Resampling.BOX)
    two = np.zeros((height + 2 * _ENDS, width + 2 * _ENDS), np.float32)
    top, left = (two.shape[0] - must.height) // 2, (two.shape[1] - must.width) // 2
    two[top : top + must.height, left : left + must.width] = np.asarray(must, np.float32) / 255
    two = _blurred(two)
    one = _blurred(np.pad(ink, 1))[1:-1, 1:-1]
    down = max(
        range(_ENDS - 1, _ENDS + 2),
        key=lambda down: float((one * two[down : down + height, _ENDS:-_ENDS]).sum()),
    )
    shifts = [two[down : down + height, right : right + width] for right in range(_ENDS - 1, _ENDS + 2)]
    stretch = max(6, round(width / len(text)))
    found = np.max([_by_stretch(one, shifted, stretch) for shifted in shifts], axis=0)
    whole = max(float(_by_stretch(one, shifted, width)[0]) for shifted in shifts)
    return Agreement(float(found.min()), whole)


def _by_stretch(one: np.ndarray, two: np.ndarray, stretch: int) -> np.ndarray:
    """How much of the ink of two pieces is common to both, in each stretch of columns: at most 1."""

    def sums(values: np.ndarray) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(values.sum(axis=0, dtype=np.float64))])
        firsts = np.arange(0, max(1, len(total) - stretch), max(1, stretch // 3))
        within: np.ndarray = total[np.minimum(firsts + stretch, len(total) - 1)] - total[firsts]
        return within

    both, all_ink = sums(one * two), (sums(one * one) + sums(two * two)) / 2
    little = 0.1 * all_ink.mean()  # so that a stretch without ink agrees, whatever the encoder left there
    found: np.ndarray = (both + little) / (all_ink + little)
    return found


@lru_cache(maxsize=512)  # up to 0.15 MB each
def _set(text: str, font: str) -> Image.Image:
    """A text in large letters, grey on black, cut to its ink."""
    face = _face(font)
    box = face.getbbox(text)
    canvas = Image.new("L", (round(box[2] - box[0]) + 8, round(box[3] - box[1]) + 8))
    ImageDraw.Draw(canvas).text((4 - box[0], 4 - box[1]), text, fill=255, font=face)
    return canvas.crop(canvas.getbbox())


@lru_cache
def _face(font: str) -> ImageFont.FreeTypeFont:
    path = os.path.join(matplotlib.get_data_path(), "fonts", "ttf", font)
    return ImageFont.truetype(path, _LARGE, layout_engine=ImageFont.Layout.BASIC)


def _blurred(ink: np.ndarray) -> np.ndarray:
    """Each pixel and half of its neighbours: the encoder moves ink by about as much."""
    wide = np.pad(ink, 1)
    across = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    blurred: np.ndarray = across[:-2] + 2 * across[1:-1] + across[2:]
    return blurred
