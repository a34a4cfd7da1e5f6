"""How a stored frame is to be held: phones store what their sensor sees and say how it was held."""

from __future__ import annotations

from typing import Any, TypeAlias

import av
import numpy as np
from av.sidedata.sidedata import Type

from synrl.errors import VideoError

Turn: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
_UPRIGHT: Turn = ((1, 0), (0, 1))


def turn_of(frame: av.VideoFrame) -> Turn:
    """Where the axes of a stored frame point when it is shown, from its display matrix: signs, in two rows.

    Raises:
        VideoError: it is to be shown at another angle than a quarter turn or several.
    """
    held: Any = frame.side_data  # which PyAV types as a mapping of names
    matrix = next((data for data in held if data.type == Type.DISPLAYMATRIX), None)
    if matrix is None:
        return _UPRIGHT
    a, b, _, c, d = (int(value) for value in np.frombuffer(memoryview(matrix), np.int32)[:5])
    most = max(abs(value) for value in (a, b, c, d))
    # A degree off is a rounding error of who wrote it.
    rows = [
        [0 if abs(value) < 0.02 * most else int(np.sign(value)) for value in row] for row in ((a, b), (c, d))
    ]
    if sorted(map(abs, rows[0])) != [0, 1] or [abs(v) for v in rows[1]] != [abs(v) for v in rows[0]][::-1]:
        raise VideoError(
            f"the video is to be shown turned by {frame.rotation} degrees; allowed: quarter turns"
        )
    return (rows[0][0], rows[0][1]), (rows[1][0], rows[1][1])


def turned(image: np.ndarray, turn: Turn) -> np.ndarray:
    """An image (height, width, channels) as it is shown."""
    if turn == _UPRIGHT:
        return image
    (a, b), (c, d) = turn
    if a == 0:  # a row of the stored frame becomes a column
        image = image.transpose(1, 0, 2)
        across, down = c, b
    else:
        across, down = a, d
    return np.ascontiguousarray(image[:: down or 1, :: across or 1])
