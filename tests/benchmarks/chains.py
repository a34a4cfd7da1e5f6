"""How good chains of thought are that code writes, and how much of what is wrong the check finds.

    python tests/benchmarks/chains.py [--rows 1000] [--num-proc 2]

For every family: chains that pass the check; different first sentences; mean length; milliseconds of CPU
for a chain and for its check; and, by kind of mistake, how many of the chains with one mistake are found out.
Then sentences in the words of other people, by kind: how many of those that are true pass, and how many can't
be checked; how many of those that the record proves false are refuted, can't be checked, or pass.
Then the same words over and over, as a model says them that has lost its way: milliseconds to check 18,000
characters, and how many times as long as half of them they take: 2 is in proportion.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import timeit
from collections import Counter
from functools import partial
from pathlib import Path

sys.path.pop(0)  # the folder of cot.py, which hides tests/cot
sys.path.insert(0, str(Path(__file__).parents[1]))
from cot.corruptions import EDITS, REPETITIONS
from cot.rows import undrawn_row
from cot.tellings import KINDS, alone, false_sentences, true_sentences

from synrl.cot.check import check
from synrl.cot.trace import write
from synrl.pool import ordered_map
from synrl.tasks import families


def measure(name: str, rows: int) -> tuple[str, Counter[str], int]:
    """Counts of one family, and how many first sentences there are."""
    counts: Counter[str] = Counter()
    openings = set()
    for index in range(rows):
        row = undrawn_row(name, index)
        started = time.process_time_ns()
        text = write(row)
        written = time.process_time_ns()
        report = check(text, row)
        counts["write"] += written - started
        counts["check"] += time.process_time_ns() - written
        counts.update(
            passed=report.ok,
            checked=len(report.checked),
            unchecked=len(report.unchecked),
            words=len(text.split()),
        )
        openings.add(text.splitlines()[1])
        for kind, edit in EDITS.items():
            wrong = edit(text, row, random.Random(index))
            if wrong is not None and wrong != text:
                counts[f"{kind} made"] += 1
                counts[f"{kind} found"] += not check(wrong, row).ok
        draw = random.Random(index)
        for sentence in true_sentences(row, draw):
            report = check(alone(sentence, row), row)
            counts.update(
                {"true made": 1, "true passed": report.ok, "true open": report.ok and bool(report.unchecked)}
            )
        for kind in KINDS:
            for sentence in false_sentences(kind, row, random.Random(f"{kind} {index}")):
                report = check(alone(sentence, row), row)
                open_ = report.ok and bool(report.unchecked)
                counts.update({f"{kind} told": 1, f"{kind} refuted": not report.ok, f"{kind} open": open_})
    return name, counts, len(openings)


def repeat(unit: str) -> tuple[float, float]:
    """Milliseconds to check 18,000 characters of repetitions, and the ratio to half of them."""
    row = undrawn_row("card_stack", 0)
    long, half = (
        min(timeit.repeat(partial(check, text, row), timer=time.process_time, number=1, repeat=5))
        for count in (18_000, 9_000)
        for text in [f"<think>{unit * (count // len(unit))}</think><answer>A</answer>"]
    )
    return 1e3 * long, long / half


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--num-proc", type=int, default=1)
    arguments = parser.parse_args()
    rows = arguments.rows
    print(
        f"{'family':<26} {'passed':>6} {'openings':>8} {'words':>6} {'claims':>6} {'not checked':>11}", end=""
    )
    print(f" {'write ms':>8} {'check ms':>8} ", " ".join(f"{kind:>11}" for kind in EDITS))
    total: Counter[str] = Counter()
    with ordered_map(arguments.num_proc) as run:
        for name, counts, openings in run(partial(measure, rows=rows), list(families())):
            total += counts
            found = [f"{counts[f'{kind} found']}/{counts[f'{kind} made']}" for kind in EDITS]
            print(
                f"{name:<26} {counts['passed'] / rows:>6.1%} {openings:>8} {counts['words'] / rows:>6.0f} "
                f"{counts['checked'] / rows:>6.1f} {counts['unchecked'] / rows:>11.2f} "
                f"{counts['write'] / rows / 1e6:>8.2f} {counts['check'] / rows / 1e6:>8.2f} ",
                " ".join(f"{text:>11}" for text in found),
            )
    for kind in EDITS:
        made = total[f"{kind} made"]
        print(f"{kind}: {total[f'{kind} found'] / max(1, made):.2%} of {made} found")
    made, passed, unread = (total[f"true {what}"] for what in ("made", "passed", "open"))
    print(f"true in other words: {passed / made:.2%} of {made} pass; {unread / made:.2%} can't be checked")
    for kind in KINDS:
        told, refuted, unread = (total[f"{kind} {what}"] for what in ("told", "refuted", "open"))
        print(
            f"false, {kind}: {refuted / max(1, told):.2%} of {told} refuted, {unread} can't be checked, "
            f"{told - refuted - unread} pass"
        )
    for unit in REPETITIONS:
        milliseconds, ratio = repeat(unit)
        print(f"{unit!r} over and over: {milliseconds:.0f} ms, {ratio:.1f} times half of it")


if __name__ == "__main__":
    main()
