"""One result from many machines: each makes its share of the files, and the last step finds them all there.

A result is a list of files that any machine can make by itself, in any order. Share 3/16 is every 16th of
them, from the fourth on, so that neighbours, which take as long as each other, go to different machines. Each
share leaves a note in the working folder when it begins: what makes it, and with which code. So what is
missing can be named with the command that makes it, and what machines of different kinds make is not mixed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from synrl.checks import check_range
from synrl.errors import ConfigError, DataError, OutputError, first_line, shown
from synrl.output import SHARDS, Difference, beside_others, write_whole
from synrl.texts import read_text

T = TypeVar("T")

_NAMED = 8
"""Shares in a message; the list has all."""
MOST = 100_000
"""Shares of a result; the files of a dataset are no more."""


@dataclass(frozen=True)
class Share:
    """A part of a result's files, `--shard 3/16` on the command line.

    Raises:
        ConfigError: there is no such share.
    """

    number: int
    """From 0."""
    count: int
    command: tuple[str, ...] = ()
    """The words of a command line that makes it, but for the share itself; empty if none does."""

    def __post_init__(self) -> None:
        check_range("number of shards", self.count, 1, MOST)
        check_range("shard", self.number, 0, self.count - 1)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str, command: Sequence[str] = ()) -> Share:
        """A share from `3/16`.

        Raises:
            ConfigError: the text is none.
        """
        if not (said := re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)):
            raise ConfigError(f"shard is {shown(text)}; allowed: i/N, such as 0/16 to 15/16")
        return cls(int(said[1]), int(said[2]), tuple(command))

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Those of some items that belong to it."""
        return items[self.number :: self.count]


class Missing(NamedTuple):
    """What a share has still to make."""

    share: Share
    files: tuple[str, ...]

    @property
    def command(self) -> str:
        """What makes it, as it is typed in a shell; empty if no command line did."""
        if not self.share.command:
            return ""
        return shlex.join(("synrl", *self.share.command, "--shard", str(self.share)))


@dataclass(frozen=True)
class Note:
    """What a share has said when it began."""

    share: Share
    request: Mapping[str, Any]
    """What is to become of all shares together: the `kind` of result, and what its last step has to know."""
    origin: Mapping[str, str]
    """What makes the files, as `synrl.dataset.origin` says it."""
    here: Mapping[str, Any] = field(default_factory=dict)
    """What the last step has to know, too, and machines may say differently, as where a dataset is."""


@contextmanager
def begun(
    out: Path, note: Note, prepare: Callable[[Path], None], difference: Difference, **how: Difference
) -> Iterator[Path | None]:
    """The working folder of `out` for one share, beside which others may be at work; None if `out` is done.

    Args:
        prepare: what to write into an empty folder.
        difference: as in `synrl.output.staged`; `how` may give `unfinished`.

    Raises:
        OutputError: as `synrl.output.beside_others`.
    """
    share = note.share
    place = f"{share.number}-of-{share.count}"
    digest = hashlib.sha256(json.dumps(dict(note.origin), sort_keys=True).encode()).hexdigest()[:8]
    said = {
        "shard": str(share),
        "command": list(share.command),
        "request": dict(note.request),
        "origin": dict(note.origin),
        "here": dict(note.here),
    }

    def begin(staging: Path) -> None:
        prepare(staging)
        (staging / SHARDS).mkdir(exist_ok=True)
        # One for each origin: where folders of several machines are put together, none takes another's place.
        write_whole(staging / SHARDS / f"{place}-{digest}.json", json.dumps(said, indent=2) + "\n")

    with beside_others(out, place, begin, difference, **how) as staging:
        yield staging


def notes(staging: Path) -> list[Note]:
    """Those of a working folder.

    Raises:
        DataError: one can't be read.
        OutputError: shares of different origins, or of different requests, are mixed.
    """
    found = [_read(path) for path in sorted((staging / SHARDS).glob("*.json"))]
    for what in ("request", "origin"):
        kinds = Counter(json.dumps(getattr(note, what), sort_keys=True) for note in found)
        if len(kinds) > 1:
            usual = json.loads(kinds.most_common(1)[0][0])
            odd = next(note for note in found if getattr(note, what) != usual)
            theirs = getattr(odd, what)
            changed = "; ".join(
                f"{name} {shown(theirs.get(name))}, not {shown(usual.get(name))}"
                for name in sorted({*theirs, *usual})
                if theirs.get(name) != usual.get(name)
            )
            raise OutputError(
                f"{staging} mixes shards of different {what}: shard {odd.share} has {changed}; remove what "
                f"that machine has made and its note in {staging / SHARDS}, and make the shard again"
            )
    return found


class Incomplete(OutputError):
    """A result that can't be gathered yet, with what is missing."""

    def __init__(self, working: Path, absent: Sequence[Missing], total: int) -> None:
        count = sum(len(one.files) for one in absent)
        which = ", ".join(str(one.share) for one in absent[:_NAMED])
        more = f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else ""
        super().__init__(
            f"{working} lacks {count} of {total} files, of shards {which}{more}; the first is "
            f"{absent[0].files[0]}"
        )
        self.missing = tuple(absent)


def check_whole(working: Path, files: Sequence[str], is_there: Callable[[str], bool]) -> None:
    """Hold a working folder to have all files of a result, from shares of one request and one origin.

    What is missing is ascribed to shares as most notes count them.

    Raises:
        Incomplete: some are not there.
        DataError: a note can't be read.
        OutputError: shares of different origins, or of different requests, are mixed.
    """
    said = notes(working)
    absent = [number for number, name in enumerate(files) if not is_there(name)]
    if not absent:
        return
    counts = Counter(note.share.count for note in said)
    count = max(counts, key=lambda count: (counts[count], count), default=1)
    commands = {note.share.number: note.share.command for note in said if note.share.count == count}
    other = next(iter(commands.values()), ())
    shares: dict[int, list[str]] = {}
    for number in absent:
        shares.setdefault(number % count, []).append(files[number])
    found = [
        Missing(Share(number, count, commands.get(number, other)), tuple(names))
        for number, names in sorted(shares.items())
    ]
    raise Incomplete(working, found, len(files))


def _read(path: Path) -> Note:
    try:
        said = json.loads(read_text(path))
        words = [str(word) for word in said["command"]]
        if not all(word.isprintable() for word in words):
            raise ValueError("its command holds what can't be shown")
        share = Share.parse(said["shard"], words)
        origin = {str(name): str(what) for name, what in said["origin"].items()}
        return Note(share, dict(said["request"]), origin, dict(said["here"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path} is no note of a shard: {first_line(error)}") from error
