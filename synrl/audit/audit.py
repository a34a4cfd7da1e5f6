"""The audit of a dataset: no way around the video beats chance, answers are balanced, no scene occurs twice.

Every kind of question is tried by itself, by probes that see its text, one frame, frames in no order, or the
record around the clip. A probe fails if chance would do as well less than once in `1 / LEVEL` audits, over
all kinds and probes together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.answers import LETTERS
from synrl.audit import learnt
from synrl.audit.exam import Exam, exam_from_json, exam_to_json
from synrl.audit.examine import examine
from synrl.audit.foreign import check_kinds, examine_foreign, records_of
from synrl.audit.kinds import Kind, kinds
from synrl.audit.noting import Task, gather_notes, note_share
from synrl.audit.probing import probed
from synrl.audit.tables import batches
from synrl.audit.verdict import FAIL, LEAD, LEVEL, NOT_TESTED, OK, POWER, TOLD, Finding, corrected
from synrl.dataset.reading import Group, Source
from synrl.pool import ordered_map
from synrl.seeds import SHIFT
from synrl.shares import Share
from synrl.statistics import uneven

Map = Callable[..., Iterable[Any]]
KIND = "audit"
"""In the notes of shares."""
_BATCH = 16
"""Rows with videos that a process is given at a time."""


@dataclass
class Audit:
    """What an audit found."""

    findings: list[Finding] = field(default_factory=list)
    """Of every probe on every kind of question, by lead over chance, the greatest first."""
    letters: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per family, how often each letter of four options is right."""
    answers: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per family and kind of question, the answers and how often they come, up to ten."""
    duplicates: dict[str, list[str]] = field(default_factory=dict)
    """Rows of one split that show the same scene, by digest."""
    overlaps: dict[str, list[str]] = field(default_factory=dict)
    """Rows of different splits that do."""
    failures: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each kind of question."""
    suggested: int = 0
    """Rows of each kind of question that show a lead of 5 points with 80 % power."""
    learnt: bool = True
    """Whether learnt probes could be tried."""
    seed: int = 0

    @property
    def tested(self) -> list[Finding]:
        """What has been judged."""
        return [one for one in self.findings if one.verdict in (FAIL, OK)]

    @property
    def worst(self) -> list[Finding]:
        """Of what has been judged, all failures, and what does best on each kind of question."""
        best: dict[tuple[str, str], Finding] = {}
        for one in self.tested:
            best.setdefault((one.family, one.kind), one)
        return [one for one in self.tested if one.verdict == FAIL or best[one.family, one.kind] is one]

    @property
    def told(self) -> list[Finding]:
        """What is told and not judged."""
        return [one for one in self.findings if one.verdict == TOLD]

    @property
    def untried(self) -> list[Finding]:
        """Of each kind of question on which nothing has been judged, the first probe."""
        judged = {(one.family, one.kind) for one in self.tested}
        first = {(one.family, one.kind): one for one in reversed(self.findings) if one.verdict == NOT_TESTED}
        return [one for kind, one in sorted(first.items()) if kind not in judged]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        findings = [{**asdict(one), "lead": one.lead, "ok": one.ok} for one in self.findings]
        how = {"level": LEVEL, "power": POWER, "lead": LEAD}
        return {**asdict(self), "findings": findings, "test": how}


def audit(data: str, *, num_proc: int = 1, seed: int = 0, progress: bool = True) -> Audit:
    """Try every probe on a folder or a Hub dataset of our own rows.

    Args:
        seed: of the folds, and of what is learnt; the same seed gives the same findings.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read, or holds a row that is not one of ours.
    """
    source = Source.open(data)
    exams: list[Exam] = []
    with ordered_map(num_proc) as run:
        with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar:
            for group in run(_examine_group, source.groups):
                exams += group
                bar.update(len(group))
        return judged(exams, seed=seed, run=run, progress=progress)


def audit_share(
    data: str, out: Path, share: Share, *, num_proc: int = 1, seed: int = 0, progress: bool = True
) -> None:
    """Look at the rows of a share, for `gather_audit`.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read, or holds a row that is not one of ours.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    task = Task(KIND, data, {"seed": seed})
    note_share(task, out, share, _examine_group, exam_to_json, num_proc=num_proc, progress=progress)


def gather_audit(out: Path, *, progress: bool = True) -> Path:
    """Write the report of an audit whose shares have looked at all rows, and return its path.

    Raises:
        Incomplete: something is missing.
        DataError: the dataset can't be found or read.
        OutputError: `out` holds something else, a share is being made, or some were made by others.
    """

    def report(task: Task, said: Iterator[Any]) -> dict[str, Any]:
        exams = [exam_from_json(one) for one in said]
        return judged(exams, seed=task.settings["seed"], progress=progress).to_dict()

    return gather_notes(out, report)


def audit_foreign(
    data: str, columns: Mapping[str, str], *, num_proc: int = 1, seed: int = 0, progress: bool = True
) -> Audit:
    """The same on a table of other people's rows, or a folder of tables.

    Args:
        columns: from `foreign.COLUMNS` to the table's own names of them.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: a table can't be read, or holds a row that is no question with an answer.
    """
    examined = partial(examine_foreign, Path(data).stem or "rows")
    exams: list[Exam] = []
    with ordered_map(num_proc) as run:
        with tqdm(unit="row", disable=not progress) as bar:
            for some in batches(records_of(data, columns), _BATCH * num_proc):
                exams += run(examined, some)
                bar.update(len(some))
        check_kinds(exams)
        return judged(exams, seed=seed, run=run, progress=progress)


def _examine_group(group: Group) -> list[Exam]:
    return [examine(row) for row in group.rows()]


def judged(exams: Sequence[Exam], *, seed: int = 0, run: Map = map, progress: bool = False) -> Audit:
    """What some exams say."""
    found = Audit(learnt=learnt.available(), seed=seed)
    own = kinds(exams, seed)
    found.rows = {f"{kind.family} {kind.name}": len(kind.exams) for kind in own}
    findings: list[Finding] = []
    for some in tqdm(run(partial(probed, seed=seed), own), total=len(own), unit="kind", disable=not progress):
        findings += some
    unevenness = _balance(found, exams, own)
    findings, adjusted = corrected(findings, list(unevenness.values()))
    found.findings = sorted(findings, key=lambda one: (one.verdict in (NOT_TESTED, TOLD), -one.lead))
    found.suggested = max((one.needs for one in found.findings), default=0)
    found.failures += [one.said() for one in found.findings if one.verdict == FAIL]
    for family, p_value in zip(unevenness, adjusted, strict=True):
        if p_value < LEVEL:
            counts = list(found.letters[family].values())
            found.failures.append(f"{family}: the letters of right options are uneven: {counts}")
    _repeats(found, exams)
    return found


def _balance(found: Audit, exams: Sequence[Exam], own: Sequence[Kind]) -> dict[str, float]:
    """Note letters and answers; returns how unlikely each family's letters are."""
    chances = {}
    for family in dict.fromkeys(exam.family for exam in exams):
        letters = Counter(e.answer for e in exams if e.family == family and len(e.options) == 4)
        counts = [letters[letter] for letter in LETTERS[:4]]
        found.letters[family] = dict(zip(LETTERS, counts, strict=False))
        chances[family] = uneven(counts)
    for kind in own:
        answers = Counter(exam.answer_text for exam in kind.exams)
        found.answers[f"{kind.family} {kind.name}"] = dict(answers.most_common(10))
    return chances


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
