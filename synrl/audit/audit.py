"""The audit of a dataset: no shortcut beats chance, answers are balanced, no scene occurs twice.

Chance is each row's own `guess_rate`, so an audit also tests that those are honest. A shortcut fails if it
does so well that chance would do it less than once in `1 / LEVEL` audits, over all families and
shortcuts together (Bonferroni).

Two things are told, not judged. A classifier that learns from where shapes are in one frame (a learnt
glance): what has moved right is further to the right, in any honest video. And the family's solver on
frames in random order: which shape comes closest to another takes many frames, but not their order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tqdm.auto import tqdm

from synrl.answers import LETTERS
from synrl.audit.shortcuts import (
    Exam,
    Solver,
    best_single_frame,
    examine,
    first_option,
    learnt_single_frame,
    longest_option,
    majority,
    options_only,
    question_only,
    shuffled_frames,
)
from synrl.dataset.reading import Group, Source
from synrl.pool import ordered_map
from synrl.seeds import SHIFT
from synrl.statistics import tail, uneven

LEVEL = 0.01
"""How often an audit of honest rows fails by chance."""
SHORTCUTS: dict[str, Solver] = {
    "options only": options_only,
    "question only": question_only,
    "majority": majority,
    "first option": first_option,
    "longest option": longest_option,
    "best single frame": best_single_frame,
    "a learnt glance": learnt_single_frame,
    "shuffled frames": shuffled_frames,
}
NOT_JUDGED = ("a learnt glance", "shuffled frames")


@dataclass(frozen=True)
class Finding:
    """How a shortcut does on a family."""

    family: str
    shortcut: str
    rows: int
    answered: int
    """Rows that it has an answer to; what follows is about those."""
    accuracy: float
    chance: float
    """Mean of the rows' guess rates."""
    p_value: float
    """How likely chance is to do at least as well."""
    ok: bool


@dataclass
class Audit:
    """What an audit found."""

    findings: list[Finding] = field(default_factory=list)
    letters: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per family, how often each letter of four options is right."""
    answers: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per family and kind of open question, the answers and how often they come, up to ten."""
    duplicates: dict[str, list[str]] = field(default_factory=dict)
    """Rows of one split that show the same scene, by digest."""
    overlaps: dict[str, list[str]] = field(default_factory=dict)
    """Rows of different splits that do."""
    failures: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def audit(data: str, *, num_proc: int = 1, progress: bool = True) -> Audit:
    """Try every shortcut on a folder or a Hub dataset.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read, or holds a row that is not one of ours.
    """
    source = Source.open(data)
    exams: list[Exam] = []
    with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar, ordered_map(num_proc) as run:
        for group in run(_examine_group, source.groups):
            exams += group
            bar.update(len(group))
    return judged(exams)


def _examine_group(group: Group) -> list[Exam]:
    return [examine(row) for row in group.rows()]


def judged(exams: Sequence[Exam]) -> Audit:
    """What some exams say."""
    found = Audit()
    families: dict[str, list[Exam]] = defaultdict(list)
    for exam in exams:
        families[exam.family].append(exam)
    tests = len(families) * (len(SHORTCUTS) - len(NOT_JUDGED) + 1)
    for family, own in families.items():
        for name, solver in SHORTCUTS.items():
            finding = _tried(family, name, solver, own, LEVEL / tests)
            found.findings.append(finding)
            if not finding.ok:
                found.failures.append(
                    f"{family}: {name} is right in {finding.accuracy:.1%} of {finding.answered} rows, "
                    f"chance is {finding.chance:.1%}"
                )
        _balance(found, family, own, LEVEL / tests)
    _repeats(found, exams)
    return found


def _tried(family: str, name: str, solver: Solver, own: Sequence[Exam], level: float) -> Finding:
    """A shortcut that learns from either half of the rows and is tried on the other."""
    halves = [[exam for exam in own if exam.half == side] for side in (0, 1)]
    answered: list[bool] = []
    rates: list[float] = []
    for known, asked in (halves, halves[::-1]):
        for exam, passed in zip(asked, solver(known, asked), strict=True):
            if passed is not None:
                answered.append(passed)
                rates.append(exam.guess_rate)
    count, hits = len(answered), sum(answered)
    p_value = tail(rates, hits)
    ok = name in NOT_JUDGED or p_value >= level
    return Finding(
        family, name, len(own), count, hits / max(1, count), sum(rates) / max(1, count), p_value, ok
    )


def _balance(found: Audit, family: str, own: Sequence[Exam], level: float) -> None:
    letters = Counter(exam.answer for exam in own if len(exam.options) == 4)
    counts = [letters[letter] for letter in LETTERS[:4]]
    found.letters[family] = dict(zip(LETTERS, counts, strict=False))
    if uneven(counts) < level:
        found.failures.append(f"{family}: the letters of right options are uneven: {counts}")
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for exam in own:
        texts[f"{family} {exam.key[0]} {exam.key[2]}"][exam.answer_text] += 1
    found.answers |= {kind: dict(counter.most_common(10)) for kind, counter in texts.items()}


def _repeats(found: Audit, exams: Sequence[Exam]) -> None:
    """Scenes that occur twice: in one split, or in two of which one is not the other in another style."""
    scenes: dict[str, list[Exam]] = defaultdict(list)
    for exam in exams:
        scenes[exam.digest].append(exam)
    for digest, same in scenes.items():
        splits = [exam.split for exam in same]
        ids = [exam.row_id for exam in same]
        if len(set(splits)) < len(splits):
            found.duplicates[digest] = ids
        elif len({split.removesuffix(SHIFT) for split in splits}) > 1:
            found.overlaps[digest] = ids
    for name, repeats in (("duplicate scenes", found.duplicates), ("overlapping splits", found.overlaps)):
        if repeats:
            found.failures.append(
                f"{name}: {len(repeats)}, the first are {', '.join(next(iter(repeats.values())))}"
            )
