"""Publishing a dataset folder: everything in one commit, then a tag.

The card is written anew from the records that the repository holds already and the one that is added, so any
number of datasets can share a repository (`synrl.hub.merging`). The commit names the parent commit that it
builds on: if somebody else commits first, everything is read again. The Hub keeps completed uploads even if
the commit fails, so the same command goes on where it was, and does nothing if nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.audit.audit import audit
from synrl.audit.verify import verify
from synrl.dataset.layout import opened
from synrl.dataset.recipes import Recipe
from synrl.dataset.record import Record, check_chains, made_from, sizes_in
from synrl.errors import DataError
from synrl.hub.hub import commit, hub_errors
from synrl.hub.merging import CARD, holds, planned
from synrl.output import disk_errors, write_whole
from synrl.texts import read_text

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PROOF = "proof.json"
"""In the folder: the record with its proofs and the digests of the shards that they are about."""


@dataclass(frozen=True)
class Published:
    """Where a dataset went."""

    url: str
    tag: str
    commit: str
    changed: bool
    """Whether there was anything new to commit."""
    replaced: tuple[str, ...]
    """Files that went because others took their place."""


def push(
    folder: Path,
    repo: str,
    *,
    private: bool = False,
    replace: bool = False,
    num_proc: int = 1,
    progress: bool = True,
) -> Published:
    """Prove a generated folder and publish it as a dataset on the Hub, which is created if need be.

    Args:
        replace: whether what is in the way, which is refused otherwise, goes.

    Raises:
        DataError: the folder is none that `synrl generate` has finished, or holds rows that are not proved.
        HubError: the Hub refused, or could not be reached; or the repository holds other rows there.
    """
    from huggingface_hub import HfApi

    record, digests = proved(folder, num_proc=num_proc, progress=progress), _digests(folder)
    api, name = HfApi(), record.recipe.name or "rows"
    tag = f"{name}-{record.recipe.digest()}" + ("-cot" if record.chains else "")
    with hub_errors(repo):
        done = commit(
            api,
            repo,
            "dataset",
            lambda revision: planned(api, repo, revision, folder, record, digests, replace=replace),
            message=f"Add {name}, digest {record.recipe.digest()}",
            private=private,
        )
        _tag(api, repo, tag, done.id, digests)
    return Published(done.url, tag, done.id, done.changed, done.replaced)


def proved(folder: Path, *, num_proc: int = 1, progress: bool = True) -> Record:
    """The record of a generated folder, with its proofs, which stand as long as the shards are the same.

    Raises:
        DataError: the folder is not one that `synrl generate` has finished, or rows are not proved.
    """
    recipe, origin = _finished(folder)
    shards, kept = _digests(folder), folder / PROOF
    with suppress(OSError, ValueError, LookupError, TypeError):  # then it is proved again
        said = json.loads(read_text(kept))
        if said["shards"] == shards:
            return Record.from_json(said["record"], str(kept))
    report = verify(str(folder), num_proc=num_proc, progress=progress)
    if report.whole:
        raise DataError(f"{folder} is not proved: {report.whole[0]}")
    if report.problems:
        row, problems = next(iter(report.problems.items()))
        raise DataError(
            f"{len(report.problems)} rows of {folder} are wrong, first {row}: {'; '.join(problems)}"
        )
    found = audit(str(folder), num_proc=num_proc, progress=progress)
    record = replace(
        Record(recipe, sizes_in(folder), origin),
        proved=sum(report.rows.values()),
        unproved=dict(report.unproved),
        audit=tuple({**vars(one), "judged": True} for one in found.worst),
        findings=tuple(found.failures),
        chains=_chains(folder),
    )
    with disk_errors(kept):
        write_whole(kept, json.dumps({"shards": shards, "record": record.to_json()}))
    return record


def _finished(folder: Path) -> tuple[Recipe, dict[str, str]]:
    """The recipe of a folder that is whole, and what made its rows.

    Raises:
        DataError: it is not whole, or none of ours.
    """
    found = made_from(folder)
    if found is None or not (folder / CARD).is_file():  # it is written last
        raise DataError(f"{folder} is no folder that `synrl generate` or `synrl cot` has finished")
    return found


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each shard, by its path inside a folder."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.parquet")):
        opened(path)  # or it is no file, and might be waited for
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _chains(folder: Path) -> dict[str, Any] | None:
    """How the chains of thought came about, if `synrl cot` has made the folder."""
    path = folder / "cot.json"
    if not path.exists():
        return None
    names = ("accepted", "reflected", "dropped", "reasons", "claims")
    try:
        said = json.loads(read_text(path))
        # Which machine a server ran on is nobody's business.
        settings = {
            name: value for name, value in said["settings"].items() if name not in ("writer", "judge")
        }
        found = {
            "writer": said["about"]["writer"],
            "settings": settings,
            **{name: said[name] for name in names},
        }
        check_chains(found)
        return found
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is not what `synrl cot` writes: {type(error).__name__}") from error


def _tag(api: HfApi, repo: str, tag: str, commit: str, digests: Mapping[str, str]) -> None:
    """Let a tag name a commit, unless it names one already that has the same shards."""
    tags = {one.name for one in api.list_repo_refs(repo, repo_type="dataset").tags}
    if tag in tags:
        if holds(api, repo, tag, digests):
            return
        api.delete_tag(repo, tag=tag, repo_type="dataset")
    api.create_tag(repo, tag=tag, revision=commit, repo_type="dataset")
