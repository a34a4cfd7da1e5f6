"""How often 95 % intervals hold the truth where questions share videos, by video and by question.

    python tests/benchmarks/coverage.py [--trials 2000]

Each video has a share of questions that a model answers rightly, drawn from a beta distribution, so that two
questions of a video go together by an intraclass correlation; numbers of questions a video are drawn evenly,
or from a distribution with a long tail. Prints percent for one score, and for the difference of two runs that
are asked the same questions.
"""

from __future__ import annotations

import argparse

import numpy as np

from synrl.evaluation.report import intervals
from synrl.evaluation.report.cells import Cells, Floats, Groups, of_difference, of_score

SETS = [
    (videos, sizes, share, alike)
    for videos in (15, 40, 150, 900)
    for sizes, share, alike in (
        ("1-10", 0.3, 0.15), ("1-10", 0.6, 0.5), ("1-10", 0.9, 0.5), ("1-3", 0.6, 0.3), ("tail", 0.6, 0.3),
    )
]  # fmt: skip
GAIN = 0.08


def asked(rng: np.random.Generator, videos: int, sizes: str) -> Groups:
    """The video of each question."""
    if sizes == "tail":
        counts = (rng.pareto(1.2, videos) * 2).astype(int).clip(1, 80)
    else:
        counts = rng.integers(1, int(sizes.partition("-")[2]) + 1, videos)
    return np.repeat(np.arange(videos), counts)


def answered(rng: np.random.Generator, groups: Groups, share: float, alike: float) -> Floats:
    """Whether each question is answered rightly."""
    of_video = rng.beta(share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike, groups.max() + 1)
    return (rng.random(groups.size) < of_video[groups]).astype(float)


def trial(rng: np.random.Generator, videos: int, sizes: str, share: float, alike: float) -> list[bool]:
    """Whether the truth is inside: of a score and of a difference, each by video and by question."""
    groups = asked(rng, videos, sizes)
    one, two = answered(rng, groups, share, alike), answered(rng, groups, share + GAIN, alike)
    cells = [Cells(x[:, None], np.ones((x.size, 1)), np.ones(1), groups) for x in (one, two)]
    gained, lost = int((two > one).sum()), int((one > two).sum())
    found = (
        (share, of_score(cells[0])[0]),
        (share, intervals.wilson(one.sum(), one.size)),
        (GAIN, of_difference(*cells)[0]),
        (GAIN, intervals.tango(gained, lost, one.size)),
    )
    return [limits is not None and limits.low <= truth <= limits.high for truth, limits in found]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    head = ("videos", "questions of each", "right", "correlation", "score: by video", "by question")
    head += ("difference: by video", "by question")
    print(f"| {' | '.join(head)} |")
    print("|---|---|---|---|---|---|---|---|")
    for number, (videos, sizes, share, alike) in enumerate(SETS):
        rng = np.random.default_rng(number)
        inside = np.mean([trial(rng, videos, sizes, share, alike) for _ in range(trials)], axis=0)
        said = " | ".join(f"{100 * one:.1f}" for one in inside)
        print(f"| {videos} | {sizes} | {share:.0%} | {alike} | {said} |", flush=True)


if __name__ == "__main__":
    main()
