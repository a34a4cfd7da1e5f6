"""What is true for a while, read from samples that may be unsure."""

from __future__ import annotations

import numpy as np

from synrl.answers import nearest_span
from synrl.evidence import Evidence


def phases(margins: np.ndarray, doubt: float) -> list[bool]:
    """Whether something is so, in turn, by how much it is (above 0) or is not (below) on each sample.

    Samples within `doubt` of neither are left out, so that errors that large tell of no change.
    """
    sure = margins[np.abs(margins) > doubt] > 0
    return [bool(one) for k, one in enumerate(sure) if k == 0 or one != sure[k - 1]]


def stretch(evidence: Evidence, there: np.ndarray) -> str | None:
    """The answer for the stretch in which something is so, by the samples on which it is seen to be.

    It is not so at either end of the clip; each of its own ends is taken to lie midway between two samples.
    None if no sample shows it.
    """
    seen = np.flatnonzero(there)
    if not len(seen):
        return None
    times = np.concatenate([[0.0], evidence.times, [(evidence.num_frames - 1) / evidence.fps]])
    start, end = times[seen[0] : seen[0] + 2].mean(), times[seen[-1] + 1 : seen[-1] + 3].mean()
    return nearest_span(evidence.options, (float(start), float(end)))
