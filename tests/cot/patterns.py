"""How often chains say the same: their sentences without names, numbers and what the question asks for.

    python tests/cot/patterns.py [--rows 30] [--times 10]

For every family: chains, different first lines, the share of the most frequent of these, and different
sentences; then the most frequent first line.
"""

from __future__ import annotations

import argparse
import copy
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from cot.rows import undrawn_row

from synrl.cot.trace import write
from synrl.tasks import families, get_family

_MASKS = (
    (r'"[^"]*"', "Q"),
    (r"\b(?:[A-E][1-5]|option [A-J]|(?:pile|container|cell|slot)s? [A-J])\b", "L"),
    (r"\b[A-J](?=,| and |\b(?= (?:do|is|are|fit)))", "L"),
    (r"(?<!\w)/[\w./]*|\b[a-f]\.(?:txt|py|csv)\b|\b(?:10|[2-9JQKA])[♠♥♦♣]", "P"),
    (r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice)\b", "#"),
    (r"-?\d+(?:\.\d+)?", "#"),
    (r"(?:\b[LP#]\b|#|P)(?:(?:, | and |, and )(?:\b[LP#]\b|#|P))+", "LIST"),
)


def chains(rows: Iterable[dict[str, Any]], times: int) -> Iterator[tuple[dict[str, Any], str]]:
    """Each row with so many chains about it, in the words of other rows."""
    for row in rows:
        for number in range(times):
            again = copy.copy(row)
            again["config"] = {**row["config"], "index": row["config"]["index"] + 1000 * number}
            yield row, write(again)


def pattern(sentence: str, row: Mapping[str, Any]) -> str:
    """A sentence with signs for names, numbers and what is asked."""
    ask = get_family(row["family"]).asked(row["config"]["query"])
    query = row["config"]["query"]
    names = [item["name"] for item in row["objects"] if item["name"][0].isalpha()]
    for said, sign in ((ask.aim(query), "AIM"), (ask.about(query), "X"), *((name, "X") for name in names)):
        if said:
            sentence = re.sub(re.escape(said), sign, sentence, flags=re.IGNORECASE)
    sentence = re.sub(r"the X(?:(?:, | and )the X)+", "the X", sentence)
    for mask, sign in _MASKS:
        sentence = re.sub(mask, sign, sentence)
    return sentence


def openings(told: Iterable[tuple[dict[str, Any], str]]) -> Counter[str]:
    """How often each first line is written."""
    return Counter(pattern(text.splitlines()[1], row) for row, text in told)


def sentences(told: Iterable[tuple[dict[str, Any], str]]) -> Counter[str]:
    """How often each line is."""
    return Counter(pattern(line, row) for row, text in told for line in text.splitlines()[1:-2])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--times", type=int, default=10)
    arguments = parser.parse_args()
    print(f"{'family':<26} {'chains':>6} {'openings':>8} {'most':>6} {'sentences':>9}  most frequent opening")
    for name in families():
        told = list(chains((undrawn_row(name, index) for index in range(arguments.rows)), arguments.times))
        begun = openings(told)
        ((first, count),) = begun.most_common(1)
        share = f"{count / len(told):.1%}"
        print(f"{name:<26} {len(told):>6} {len(begun):>8} {share:>6} {len(sentences(told)):>9}  {first}")


if __name__ == "__main__":
    main()
