"""The stage of a short clip: where moving shapes go so that they never meet, and when the asked thing is.

Families describe motion as paths around the origin; `arranged` finds places for them. `window` draws
when the asked stretch of a localisation question begins: evenly over the room, whatever else happens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from synrl.seeds import Stream
from synrl.tasks.shared.questions import NUM_OPTIONS
from synrl.world.timeline import HEIGHT, WIDTH, Poses

CLEARANCE = 8
"""Px that shapes stay apart from each other and from the border."""
STILL_FRAMES = 8
"""The least rest before the first motion and after the last."""
ASKED = 3.0, 3.6
"""Glances that a stretch lasts whose time is asked for: looks that are a glance apart still tell most of it.

What else happens lasts as long. Otherwise the longest would answer, whatever the question.
"""
BETWEEN = 2.2
"""Glances of rest that fit between an asked stretch and the wrong option that is farthest from it."""
_TRIES = 40


def window(stream: Stream, length: int, glance: int, level: int) -> tuple[int, int]:
    """Number of frames of a clip and start of its asked stretch of `length` frames.

    The higher the level, the longer the clip in which to find it; and a long stretch takes more room, or
    guessing would find it, and nothing would fit beside it.
    """
    apart = math.ceil((length + BETWEEN * glance) / 2)
    least = max(round((2.4 + 0.2 * level) * glance), round(0.6 * length), apart)
    slack = NUM_OPTIONS * stream.integer(least, least + round(0.4 * glance))
    return slack + length + 2 * STILL_FRAMES, STILL_FRAMES + stream.integer(0, slack - 1)


def room(num_frames: int) -> tuple[int, int]:
    """The frames that an asked stretch stays inside."""
    return STILL_FRAMES, num_frames - STILL_FRAMES


def beside(
    stream: Stream, asked: tuple[int, int], num_frames: int, lengths: tuple[int, int], gap: int, most: int
) -> list[tuple[int, int]]:
    """The asked stretch of a clip of `window` and others, in order, with `gap` frames of rest between two.

    The first of the others is a wrong option (`interval_question`): the one that overlaps the right one
    least. Who does not know what is asked for has to guess between the two.

    Args:
        lengths: the least and the greatest number of frames of a further one.
        gap: up to `BETWEEN` glances.
        most: how many others there are at most.
    """
    (start, end), (low, high) = asked, room(num_frames)
    slack = high - low - (end - start)
    away = low + (start - low + slack // 2) % slack
    found = [asked, (away, away + end - start)]
    for _ in range(stream.integer(0, most - 1)):
        length = stream.integer(*lengths)
        free = [
            begin
            for begin in range(low, high - length + 1)
            if all(begin >= its_end + gap or begin + length <= its - gap for its, its_end in found)
        ]
        if free:
            begin = stream.choice(free)
            found.append((begin, begin + length))
    return sorted(found)


def arranged(
    stream: Stream,
    paths: Sequence[np.ndarray],
    sizes: Sequence[float],
    rooms: Mapping[int, np.ndarray] | None = None,
) -> list[np.ndarray] | None:
    """Random places for some paths, in the frame and clear of each other at all times.

    Args:
        paths: each of shape (frames, 2), in px from anywhere.
        sizes: px across of the shape on each path.
        rooms: for some paths by number, what else must lie in the frame (points, 2).

    Returns:
        The paths moved as a whole, or None if they were not found to fit together.
    """
    placed: list[np.ndarray] = []
    for number, (path, size) in enumerate(zip(paths, sizes, strict=True)):
        border = _reach(size) + CLEARANCE
        taken = np.concatenate([path, (rooms or {}).get(number, path[:0])])
        low = border - taken.min(axis=0)
        high = np.array([WIDTH, HEIGHT]) - border - taken.max(axis=0)
        if (low > high).any():
            return None
        for _ in range(_TRIES):
            moved = path + [stream.uniform(low[0], high[0]), stream.uniform(low[1], high[1])]
            if all(clear(moved, other, size, its) for other, its in zip(placed, sizes, strict=False)):
                placed.append(moved)
                break
        else:
            return None
    return placed


def together(stream: Stream, paths: Sequence[np.ndarray], sizes: Sequence[float]) -> list[np.ndarray] | None:
    """Paths (frames, 2) moved as one to a random place in the frame; None if they are too large for it."""
    borders = [_reach(size) + CLEARANCE for size in sizes]
    limit = np.array([WIDTH, HEIGHT])
    pairs = list(zip(paths, borders, strict=True))
    low = np.max([border - path.min(axis=0) for path, border in pairs], axis=0)
    high = np.min([limit - border - path.max(axis=0) for path, border in pairs], axis=0)
    if (low > high).any():
        return None
    offset = [stream.uniform(low[0], high[0]), stream.uniform(low[1], high[1])]
    return [path + offset for path in paths]


def posed(paths: Sequence[np.ndarray]) -> Poses:
    """Upright poses of shapes on some paths (frames, 2)."""
    poses = Poses.still(len(paths[0]), len(paths))
    poses.x[:], poses.y[:] = np.stack(paths, axis=1).transpose(2, 0, 1)
    return poses


def clear(one: np.ndarray, other: np.ndarray, size: float, its: float) -> bool:
    """Whether two shapes on their paths (frames, 2) keep the clearance on every frame."""
    gap = np.hypot(*(one - other).T).min()
    return bool(gap > _reach(size) + _reach(its) + CLEARANCE)


def _reach(size: float) -> float:
    """Px from the centre that a shape covers: the corners of a square stick out most, at 0.71."""
    return 0.6 * size
