"""What a push changes in a repository of datasets: it adds. What is there stays, or is named when it goes.

A dataset is its record and the shards that it lists. Several share a repository as long as no two hold rows
of the same family in the same split of the same recipe. Refused are rows that are to go where others are, and
Parquet files that no record lists, which a reader of the whole repository would take for rows; or, if they
are to be replaced, they are removed by the same commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as replace_in
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from synrl.dataset.cards import dataset_card
from synrl.dataset.reading import Source
from synrl.dataset.record import Record
from synrl.errors import HubError
from synrl.hub.hub import Change, files_in
from synrl.hub.pictures import strip

if TYPE_CHECKING:
    from huggingface_hub import HfApi

CARD = "README.md"
_RECORD = re.compile(r"recipes/[A-Za-z0-9][\w.-]*\.json", re.ASCII)


def planned(
    api: HfApi,
    repo: str,
    revision: str,
    folder: Path,
    record: Record,
    digests: Mapping[str, str],
    *,
    replace: bool,
) -> Change:
    """What is to be done to a repository, at a commit, so that it holds a folder's rows, too.

    Args:
        digests: SHA-256 of each shard in the folder, by its path inside.
        replace: whether what is in the way is to go.

    Raises:
        DataError: a record that is there can't be read.
        HubError: something is in the way.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    there = files_in(api, repo, "dataset", revision)
    # Of a shard that somebody has taken out of the repository no card speaks.
    records = {path: _still_there(one, there) for path, one in _records(api, repo, revision, there)}
    others = {path: one for path, one in records.items() if _meet(one, record)}
    lost = {path for path in there if path.endswith(".parquet") and there[path] != digests.get(path)}
    odd = lost - {path for one in records.values() for path in one.shards}
    if not records and CARD in there:
        odd.add(CARD)
    if not replace:
        _refuse(repo, [one for one in others.values() if one.shards.keys() & lost], odd)
    gone = {path for where, one in others.items() for path in _files_of(one, where, there)}
    remaining = {path: one for path, one in records.items() if path not in others} | {record.path: record}
    contents: dict[str, Any] = {path: folder / path for path in digests}
    contents[record.path] = record.to_json().encode()
    contents |= _pictures(folder, record, digests)
    gone = ((gone | odd) & there.keys()) - contents.keys() - {CARD}
    known = (there.keys() | contents.keys()) - gone
    remaining = dict(sorted(remaining.items()))
    contents[CARD] = dataset_card(list(remaining.values()), _strips(remaining, known), repo).encode()
    changed = {CARD} if records and _is_edited(api, repo, revision, records, there) else set[str]()
    operations = [
        *(CommitOperationAdd(path, content) for path, content in contents.items()),
        *(CommitOperationDelete(path) for path in sorted(gone)),
    ]
    return Change(operations, tuple(sorted(gone | changed | (lost & digests.keys()) | (odd & {CARD}))))


def holds(api: HfApi, repo: str, revision: str, digests: Mapping[str, str]) -> bool:
    """Whether a repository has these shards at a revision."""
    return digests.items() <= files_in(api, repo, "dataset", revision).items()


def _records(api: HfApi, repo: str, revision: str, there: Mapping[str, str]) -> Iterator[tuple[str, Record]]:
    for path in sorted(filter(_RECORD.fullmatch, there)):
        local = api.hf_hub_download(repo, path, revision=revision, repo_type="dataset")
        yield path, Record.from_json(Path(local).read_text(encoding="utf-8"), f"{repo}/{path}")


def _meet(one: Record, other: Record) -> bool:
    """Whether two records are of the same rows, or of rows that would lie in the same places or share ids."""
    places, names = (
        [{getter(batch) for batch in record.recipe.batches()} for record in (one, other)]
        for getter in (attrgetter("folder", "split"), attrgetter("family", "key"))
    )
    return one.path == other.path or any(not a.isdisjoint(b) for a, b in (places, names))


def _is_edited(
    api: HfApi, repo: str, revision: str, records: Mapping[str, Record], there: Mapping[str, str]
) -> bool:
    """Whether a repository's card says something else than what is written from its records."""
    if CARD not in there:
        return False
    local = api.hf_hub_download(repo, CARD, revision=revision, repo_type="dataset")
    own = dataset_card(list(dict(sorted(records.items())).values()), _strips(records, set(there)), repo)
    return Path(local).read_bytes() != own.encode()


def _still_there(record: Record, there: Mapping[str, str]) -> Record:
    return replace_in(record, shards={path: size for path, size in record.shards.items() if path in there})


def _refuse(repo: str, others: Sequence[Record], odd: set[str]) -> None:
    if others:
        said = ", ".join(f"{one.recipe.name or 'rows'} with digest {one.recipe.digest()}" for one in others)
        raise HubError(
            f"{repo} holds other rows where these would go ({said}); --replace puts these in their place, or "
            "choose another repository"
        )
    if odd:
        raise HubError(
            f"{repo} holds {len(odd)} files that no `synrl push` has listed, first {min(odd)}; --replace "
            "removes them, or choose another repository"
        )


def _files_of(record: Record, where: str, there: Mapping[str, str]) -> Iterator[str]:
    """The files of a dataset that lies in a repository: its shards, its pictures and its record."""
    yield where
    yield from record.shards
    yield from (path for path in there if path.startswith(f"{_album(where)}/"))


def _album(record: str) -> str:
    """Where the pictures of a dataset are, by the path of its record."""
    return f"images/{PurePosixPath(record).stem}"


def _strips(records: Mapping[str, Record], known: set[str]) -> dict[str, str]:
    """For each family with a picture in the repository, the path of one."""
    found: dict[str, str] = {}
    for where, one in records.items():
        for family in (family for family, rows in one.counts.items() if rows):
            path = f"{_album(where)}/{family}.png"
            if path in known:
                found.setdefault(family, path)
    return found


def _pictures(folder: Path, record: Record, digests: Mapping[str, str]) -> dict[str, bytes]:
    """A strip of frames of the first row of each family."""
    found: dict[str, bytes] = {}
    for path in map(folder.joinpath, digests):
        name = f"{_album(record.path)}/{path.parent.name}.png"
        if name not in found:
            for row in Source.open(str(path.parent)).spread(1):  # none, if all of them were dropped
                found[name] = strip(row)
    return found
