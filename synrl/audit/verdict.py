"""From what probes pick to what an audit says: exact tests, corrected for their number, and their power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synrl.audit.kinds import Kind
from synrl.audit.rules import Picks
from synrl.leads import is_known
from synrl.statistics import NEVER, holm, lead_seen, rows_to_see, tail

LEVEL = 0.01
"""How often an audit of honest rows fails by chance."""
POWER = 0.8
"""How likely a lead is to be seen that is said to be seen."""
LEAD = 0.05
"""The lead over chance that an audit should be able to see; rows are suggested for it."""
CRUDE = 0.25
"""A probe on so few rows that it would miss a lead as large as this is not tested."""
SHARE = 0.5
"""A probe that answers a smaller share of a kind's rows is not tested."""
LEAST = 20
"""With fewer rows of a kind nothing is tried."""

FAIL, OK, NOT_TESTED, TOLD = "FAIL", "ok", "not tested", "told only"


@dataclass(frozen=True)
class Finding:
    """How a probe does on a kind of question."""

    family: str
    kind: str
    shortcut: str
    """The probe: what it looks at, and whether it is a rule or learnt."""
    how: str
    """Which rule it found, or how it learns."""
    rows: int
    answered: int
    """Rows that it has an answer to; what follows is about those."""
    accuracy: float
    chance: float
    """Mean over the rows."""
    p_value: float
    """How likely chance is to do at least as well: exact, down to 1e-40."""
    adjusted: float
    """The same, corrected for the number of tests in the audit."""
    verdict: str
    """`FAIL`, `ok`, `not tested` or `told only`."""
    why: str
    """Why it is not tested, else nothing."""
    sees: float
    """The least lead that this number of rows shows with 80 % power."""
    needs: int
    """The number of rows that shows a lead of 5 points with 80 % power."""

    @property
    def lead(self) -> float:
        """By how much it is better than chance, as a share of rows."""
        return self.accuracy - self.chance

    @property
    def ok(self) -> bool:
        """Whether an audit has nothing against it."""
        return self.verdict != FAIL

    def said(self) -> str:
        """What is wrong, in a line."""
        how = f" ({self.how})" if self.how else ""
        known = " (a known lead: see the README)" if self.known else ""
        return (
            f"{self.family} {self.kind}: {self.shortcut}{how} is right in {self.accuracy:.1%} of "
            f"{self.answered} rows, chance is {self.chance:.1%}{known}"
        )

    @property
    def known(self) -> bool:
        """Whether the README tells of it."""
        sees = self.shortcut.partition(":")[0]
        return any(is_known(self.family, ask, sees) for ask in self.kind.split()[1:2])


def untested(kind: Kind, shortcut: str, why: str) -> Finding:
    """What is said of a probe that wasn't tried, or had no answers."""
    chance = float(kind.chances.mean()) if len(kind.exams) else 0.0
    rows = len(kind.exams)
    return Finding(
        kind.family, kind.name, shortcut, "", rows, 0, 0.0, chance, 1.0, 1.0, NOT_TESTED, why, 1.0, 0
    )


def tested(kind: Kind, shortcut: str, picks: Picks, chances: np.ndarray) -> Finding:
    """A probe's picks against chance, not yet corrected."""
    answered = picks.places >= 0
    count = int(answered.sum())
    if count < SHARE * len(kind.exams) or not count:
        share = count / max(1, len(kind.exams))
        told = picks.why or f"it answers {share:.0%} of the rows, and should {SHARE:.0%}"
        return replace(untested(kind, shortcut, told), answered=count)
    hits = int(kind.right[np.flatnonzero(answered), picks.places[answered]].sum())
    rates = chances[answered]
    return Finding(
        kind.family,
        kind.name,
        shortcut,
        picks.how,
        len(kind.exams),
        count,
        hits / count,
        float(rates.mean()),
        max(tail(rates.tolist(), hits), NEVER),
        1.0,
        OK,
        "",
        1.0,
        0,
    )


def told(kind: Kind, shortcut: str, passed: Sequence[bool | None]) -> Finding:
    """What is reported of a solver, and not judged."""
    rates = [exam.guess_rate for exam, one in zip(kind.exams, passed, strict=True) if one is not None]
    hits = [one for one in passed if one is not None]
    accuracy, chance = (sum(values) / max(1, len(values)) for values in (hits, rates))
    rows = len(kind.exams)
    return Finding(
        kind.family, kind.name, shortcut, "", rows, len(hits), accuracy, chance, 1.0, 1.0, TOLD, "", 1.0, 0
    )


def corrected(findings: Sequence[Finding], others: Sequence[float]) -> tuple[list[Finding], list[float]]:
    """Findings and other p-values with what the number of tests makes of them, and the verdicts."""
    run = [k for k, one in enumerate(findings) if one.verdict == OK]
    adjusted = holm([*(findings[k].p_value for k in run), *others])
    level = LEVEL / max(1, len(adjusted))
    found = [_seen(one, level) for one in findings]
    for k, p_value in zip(run, adjusted, strict=False):
        one = replace(found[k], adjusted=p_value)
        if p_value < LEVEL:
            one = replace(one, verdict=FAIL)
        elif one.sees > CRUDE:
            why = f"{one.answered} rows would miss a lead of {CRUDE * 100:.0f} points"
            one = replace(one, verdict=NOT_TESTED, why=why)
        found[k] = one
    return found, adjusted[len(run) :]


def _seen(one: Finding, level: float) -> Finding:
    """With how large a lead its rows show, and how many rows a small one takes."""
    if one.verdict == TOLD:
        return one
    needs = rows_to_see(LEAD, round(one.chance, 3), level, POWER)
    return replace(one, needs=needs, sees=lead_seen(one.answered, round(one.chance, 3), level, POWER))
