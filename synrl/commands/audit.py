"""`synrl audit`: look for ways around the videos of a dataset."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from synrl.commands.common import (
    add_noting,
    add_num_proc,
    examples,
    note,
    noting_share_of,
    quoted,
    tell,
    tell_shard,
)
from synrl.errors import ConfigError

if TYPE_CHECKING:
    from synrl.audit.audit import Audit
    from synrl.audit.verdict import Finding
    from synrl.shares import Share

_LINE = "{:<26} {:<32} {:<30} {:>8} {:>7} {:>7} {:>6} {:>9}  {}"


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "audit",
        help="look for ways around the video: none may beat chance",
        description="Answer every kind of question from its text, from one frame, from frames in no order "
        "and from the facts of the file, by rules and by what is learnt from other rows, and test each "
        "against chance; count letters and answers; look for scenes that occur twice, within a split or in "
        "two. Exit status 1 if something is found. Learnt probes need the extra `audit`.",
        **examples(
            "synrl audit data",
            "synrl audit data --num-proc 8 --json > audit.json",
            "synrl audit data --shard 3/16 --out data_audit",
            "synrl audit rows.jsonl --columns question=problem,answer=solution",
        ),
    )
    command.add_argument(
        "data",
        metavar="DIR_OR_REPO_OR_FILE",
        help="dataset folder, or a dataset on the Hub (org/name); or other people's rows, a file or folder "
        "of Parquet, JSON lines, JSON, CSV or Arrow",
    )
    add_num_proc(command)
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.add_argument(
        "--all", action="store_true", help="print every probe, not only the best on each kind"
    )
    command.add_argument(
        "--seed",
        type=int,
        default=0,
        help="decides which rows are learnt from (default: 0); the same seed gives the same report",
    )
    command.add_argument(
        "--columns",
        metavar="NAME=COLUMN,...",
        help="names of the columns of other people's rows where they are not called question, options, "
        "answer, video (a path or bytes) and kind; only question and answer are required",
    )
    add_noting(command)
    command.set_defaults(run=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    from synrl.checks import check_range
    from synrl.pool import check_num_proc

    check_num_proc(arguments.num_proc)
    check_range("seed", arguments.seed, 0, 2**31 - 1)
    if arguments.executor is not None:
        from synrl.commands.scale import spread

        return spread(arguments)
    if share := noting_share_of(arguments):
        _note_share(arguments, share)
        return tell_shard(arguments, share)
    found = _found(arguments)
    if arguments.json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found, everything=arguments.all)
    return _conclude(found, arguments)


def _found(arguments: argparse.Namespace) -> Audit:
    from synrl.audit.audit import audit, audit_foreign
    from synrl.audit.foreign import mapping
    from synrl.audit.tables import is_foreign
    from synrl.dataset.reading import blaming

    how: dict[str, Any] = {"num_proc": arguments.num_proc, "seed": arguments.seed}
    how["progress"] = arguments.progress
    if arguments.columns is not None or is_foreign(arguments.data):
        return audit_foreign(arguments.data, mapping(arguments.columns), **how)
    with blaming(f"a row of {arguments.data}"):
        return audit(arguments.data, **how)


def _note_share(arguments: argparse.Namespace, share: Share) -> None:
    from synrl.audit.audit import audit_share
    from synrl.audit.tables import is_foreign
    from synrl.dataset.reading import blaming

    if arguments.columns is not None or is_foreign(arguments.data):
        raise ConfigError(f"--shard {share} is for SynRL's own datasets, and {arguments.data} is none")
    how: dict[str, Any] = {"num_proc": arguments.num_proc, "seed": arguments.seed}
    with blaming(f"a row of {arguments.data}"):
        audit_share(arguments.data, arguments.out, share, progress=arguments.progress, **how)


def _print(found: Audit, *, everything: bool) -> None:
    """The table, the worst first; and what isn't in it."""
    from synrl.audit.verdict import NOT_TESTED

    print(
        _LINE.format(
            "family", "kind", "probe", "answered", "right", "chance", "lead", "p", "verdict"
        ).rstrip()
    )
    for one in found.findings if everything else (*found.worst, *found.told):
        if one.verdict != NOT_TESTED:
            print(_row(one))
    for one in found.findings if everything else found.untried:
        if one.verdict == NOT_TESTED:
            probe = one.shortcut if everything else "every probe"
            needed = f"{one.needs} rows would show a lead of 5 points"
            print(f"{one.family:<26} {one.kind:<32} {probe:<30} not tested: {one.why}; {needed}")
    if not everything:
        tested, told = len(found.tested), len(found.told)
        print(f"{tested} probes tested, {len(found.findings) - tested - told} not; --all prints each of them")
    for family, letters in found.letters.items():
        print(f"{family:<26} right letters: {', '.join(f'{k} {n}' for k, n in letters.items())}")
    print(f"duplicate scenes: {len(found.duplicates)}; scenes in two splits: {len(found.overlaps)}")


def _row(one: Finding) -> str:
    from synrl.audit.verdict import OK, TOLD

    verdict = f"ok, sees {one.sees * 100:.0f} points" if one.verdict == OK else one.verdict
    how = f" ({one.how})" if one.how else ""
    p_value = "" if one.verdict == TOLD else f"{one.adjusted:.2g}"
    figures = (f"{one.accuracy:.1%}", f"{one.chance:.1%}", f"{one.lead * 100:+.1f}", p_value, verdict + how)
    return _LINE.format(one.family, one.kind, one.shortcut, one.answered, *figures)


def _conclude(found: Audit, arguments: argparse.Namespace) -> int:
    """Say what follows, and return the exit status."""
    from synrl.audit.learnt import MISSING

    tell(*found.failures)
    if not found.learnt:
        note(arguments, f"learnt probes are not tested: {MISSING}")
    if found.suggested:
        rarest = min(found.rows.values())
        note(
            arguments,
            f"to see leads of 5 points with 80 % power: {found.suggested} rows of each kind of question; "
            f"the rarest has {rarest}",
        )
    if found.failures:
        return 1
    if not found.tested:
        tell("nothing is tested: there are too few rows of each kind of question")
        return 0
    note(arguments, f"no shortcut beats chance; next: synrl preview {quoted(arguments.data)}")
    return 0
