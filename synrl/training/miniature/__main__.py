"""The command, `python -m synrl.training.miniature`: make rows, train on them, say what came out.

    python -m synrl.training.miniature learn --out DIR     three seeds: accuracy before, between and after
    python -m synrl.training.miniature tables --out DIR    what the paper's Tables 5, 7 and 9 ask, in
    miniature

Both go on from what is there when they are called again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.errors import SynRLError
from synrl.output import disk_errors, write_whole
from synrl.pool import ordered_map
from synrl.training.miniature import __doc__ as about
from synrl.training.miniature.report import plot, table
from synrl.training.miniature.rows import LEARNT, LONGER, write_rows
from synrl.training.miniature.stages import Trial, carry_out

SEEDS = (0, 1, 2)
NAMES = [task.name for task in LEARNT]
BOTH = ("sft", "grpo")
# The long family first, which takes longest: the others fill up the end.
LEARN = [Trial(BOTH, seed, [name], [name]) for name in reversed(NAMES) for seed in SEEDS]
"""SFT and then GRPO on each task."""
TABLES = [
    *(Trial(("grpo",), seed, NAMES[:1], NAMES) for seed in SEEDS),
    *(Trial(BOTH, seed, half, NAMES) for half in (NAMES, NAMES[:-1]) for seed in SEEDS),
    *(Trial((*BOTH, "grpo2"), seed, NAMES[-1:], [*NAMES, LONGER.name]) for seed in SEEDS),
]
"""What that leaves out of Table 5 (GRPO without SFT), 9 (halves: short and long) and 7 (longer clips)."""


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m synrl.training.miniature", description=(about or "").split("\n")[0]
    )
    parser.add_argument("what", choices=("learn", "tables"))
    parser.add_argument("--out", type=Path, required=True, help="folder for rows, models and results")
    parser.add_argument("--processes", type=int, default=2, help="rows and runs at once (2)")
    arguments = parser.parse_args(argv)
    try:
        with disk_errors(arguments.out), ordered_map(arguments.processes) as spread:
            print(_do(arguments.what, arguments.out, spread))
    except SynRLError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def _do(what: str, folder: Path, spread: Callable[..., Iterable[Any]]) -> str:
    """Carry out all runs of a command and keep what came out; the table."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [(LEARNT, LEARN)] if what == "learn" else [(LEARNT, LEARN), ((LONGER,), TABLES)]
    runs: list[dict[str, Any]] = []
    for tasks, todo in parts:  # one after the other: the second goes on from models of the first
        for task in tasks:
            write_rows(task, folder, spread)
        runs += tqdm(spread(partial(carry_out, folder), todo), "training", len(todo), unit="run")
    text = table(runs)
    write_whole(folder / f"{what}.md", text + "\n")
    write_whole(folder / f"{what}.json", json.dumps(runs, indent=1))
    if what == "learn":
        plot(folder, runs, folder / "learn.png")
    return text


if __name__ == "__main__":
    sys.exit(main())
