"""What a judge's verdicts come to: wins, how sure they are, what the judge is like, and what code says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synrl.evaluation.judge.pairs import Pair
from synrl.evaluation.report.cells import Cells, of_score, tied
from synrl.evaluation.report.intervals import clopper_pearson, sign_test

ORDERS = (("a", "b"), ("b", "a"))


@dataclass(frozen=True)
class Verdict:
    """What came of a pair."""

    said: tuple[str, ...]
    """`first`, `second` or `tie` in either order; empty if there was no readable verdict."""
    reasons: tuple[str, ...] = ()

    @property
    def result(self) -> str:
        """`a` or `b` if both orders name it; else `tie`, `inconsistent` (counts as one) or `unjudged`."""
        if not self.said:
            return "unjudged"
        named = {
            dict(zip(("first", "second"), o, strict=True)).get(s, "tie")
            for s, o in zip(self.said, ORDERS, strict=True)
        }
        return named.pop() if len(named) == 1 else "inconsistent"


def summary(pairs: Sequence[Pair], verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    """Wins of `a`, the interval of its share among decided pairs, and what the judge is like.

    Pairs of one video are not independent. Where there are none, interval and test are exact; else the
    interval is that of `synrl.evaluation.report.cells`, and the test counts videos that have more wins than
    losses.
    """
    results = Counter(verdicts[pair.id].result for pair in pairs)
    wins, losses, judged = results["a"], results["b"], len(pairs) - results["unjudged"]
    stuck = Counter(v.said[0] for v in verdicts.values() if v.said and len(set(v.said)) == 1)
    decided = [pair for pair in pairs if verdicts[pair.id].result in ("a", "b")]
    groups = tied([pair.videos for pair in decided])
    won = np.array([verdicts[pair.id].result == "a" for pair in decided], dtype=float)
    share = None
    if decided:
        cells = Cells(won[:, None], np.ones((won.size, 1)), np.ones(1), groups)
        limits = clopper_pearson(wins, wins + losses) if cells.alone else of_score(cells)[0]
        share = {
            "value": wins / (wins + losses),
            "interval": limits and [round(limit, 6) for limit in limits],
            "independent": cells.independent,
        }
    nets = [float((2 * won[groups == group] - 1).sum()) for group in np.unique(groups)]
    return {
        "pairs": len(pairs),
        "wins": wins,
        "ties": results["tie"] + results["inconsistent"],
        "losses": losses,
        "unjudged": results["unjudged"],
        "inconsistent": results["inconsistent"],
        "win_share": share,
        "p_value": sign_test(sum(net > 0 for net in nets), sum(net < 0 for net in nets)),
        "position_bias": {
            "rate": (stuck["first"] + stuck["second"]) / judged if judged else None,
            "first": stuck["first"],
            "second": stuck["second"],
        },
    }


def agreement(
    pairs: Sequence[Pair], verdicts: Mapping[str, Verdict], checked: Mapping[str, tuple[Any, Any]]
) -> dict[str, Any]:
    """The judge beside the check of chains, which prefers the one with fewer problems.

    Text that is no reasoning and answer can't be checked, and counts as worse than any that can.
    """
    table: Counter[str] = Counter()
    problems = {}
    for pair in pairs:
        if pair.id not in checked or verdicts[pair.id].result == "unjudged":
            continue
        found = checked[pair.id]
        a, b = (float("inf") if one is None else len(one) for one in found)
        code = "a" if a < b else "b" if b < a else "tie"
        said = verdicts[pair.id].result
        table[f"judge {said if said in ('a', 'b') else 'tie'}, code {code}"] += 1
        problems[pair.id] = dict(zip("ab", found, strict=True))
    same, opposed = (
        sum(table[f"judge {x}, code {y}"] for x, y in both) for both in (("aa", "bb"), ("ab", "ba"))
    )
    return {
        "pairs": len(problems),
        "both_decided": same + opposed,
        "agreement": same / (same + opposed) if same + opposed else None,
        "table": dict(sorted(table.items())),
        "problems": problems,
    }
