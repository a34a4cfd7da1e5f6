"""The view that rows are made for: how many frames of a clip a model is shown.

`2x32` is two frames a second, and at most 32 of them. Clips are paced by it: what a question hangs on lasts
so long that those frames show it. The same two numbers are `fps` and `max_frames` of a `VideoBudget`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from synrl.checks import check_range
from synrl.errors import ConfigError

DEFAULT = "2x32"
"""Two frames a second, as Qwen's own processors choose. The paper names no rate and no number."""
LEAST_FRAMES, MOST_FRAMES = 32, 768
"""A clip of the hardest level takes 31 times the time between two frames: fewer can't show it."""
SLOWEST, FASTEST = 1.0, 10.0
LEAST_GLANCE = 6


class View(NamedTuple):
    """Frames a second, as far as `max_frames` in all allow."""

    fps: float
    max_frames: int

    def __str__(self) -> str:
        return f"{self.fps:g}x{self.max_frames}"


@lru_cache(maxsize=64)
def parse_view(text: str) -> View:
    """A view from the way it is written.

    Raises:
        ConfigError: it is written in another way, or a number is out of range.
    """
    pattern = r"([0-9]{1,2}(?:\.[0-9]{1,3})?)x([0-9]{1,3})"
    found = re.fullmatch(pattern, text, re.ASCII) if isinstance(text, str) else None
    if found is None:
        raise ConfigError(
            f"invalid view {text!r}; write it as frames a second x most frames, such as {DEFAULT}"
        )
    view = View(float(found[1]), int(found[2]))
    check_range("frames a second of a view", view.fps, SLOWEST, FASTEST)
    check_range("frames of a view", view.max_frames, LEAST_FRAMES, MOST_FRAMES)
    return view


def glance(text: str, fps: float) -> int:
    """The frames of a clip of `fps` from one shown frame to the next, at most, in the view of that name.

    Never less than `LEAST_GLANCE`: nothing in a clip is paced any faster.
    """
    return max(math.ceil(fps / parse_view(text).fps - 1e-9), LEAST_GLANCE)


def longest(text: str, fps: float) -> int:
    """The frames of the longest clip that is shown without a gap of more than a glance in that view."""
    return (parse_view(text).max_frames - 1) * glance(text, fps) + 1


def shown(num_frames: int, fps: float, view: View, least: int = 2) -> list[int]:
    """Which frames of a video to show: evenly spread from the first to the last one, in whole pairs.

    No two of them are further apart than `1 / view.fps` seconds (rounded up to whole frames), unless
    `view.max_frames` says that there are no more to show. Vision towers take pairs of frames, so an odd
    number is made even by one more, or one less where the limit asks for it; a frame is shown twice where
    a video has an odd number of frames and all are shown.

    Args:
        num_frames: how many the video has.
        fps: how many of them are shown in a second.
        least: show so many at least, if the video has them.
    """
    wanted = math.ceil((num_frames - 1) / fps * view.fps - 1e-9) + 1
    count = min(max(wanted, least), num_frames)
    count = min(count + count % 2, view.max_frames - view.max_frames % 2)
    places = range(max(2, count))
    # Halves are rounded up, in whole numbers: a rule that any language can repeat.
    gaps = len(places) - 1
    return [(2 * place * (num_frames - 1) + gaps) // (2 * gaps) for place in places]


def capped(num_frames: int, fps: float, view: View) -> bool:
    """Whether a video is shown at less than the view's rate, because it would take too many frames."""
    most = view.max_frames - view.max_frames % 2
    return (num_frames - 1) / fps * view.fps > most - 1 + 1e-9
