"""Publishing a dataset folder: everything in one commit, then a tag.

The card and the records are written anew from what the repository holds already and what is added, so any
number of recipes can share a repository. The commit names the parent commit that it builds on: if somebody
else commits first, everything is read again. The Hub keeps completed uploads even if the commit fails, so the
same command goes on where it was, and does nothing if nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.audit.audit import audit
from synrl.audit.verify import verify
from synrl.dataset.cards import dataset_card
from synrl.dataset.reading import Source
from synrl.dataset.recipes import Recipe
from synrl.dataset.record import Record, made_from, sizes_in
from synrl.errors import DataError
from synrl.hub.hub import commit, hub_errors
from synrl.hub.pictures import strip
from synrl.output import disk_errors, write_whole

if TYPE_CHECKING:
    from huggingface_hub import HfApi

CARD = "README.md"
"""Written last: a folder without it is not whole."""
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


def push(
    folder: Path, repo: str, *, private: bool = False, num_proc: int = 1, progress: bool = True
) -> Published:
    """Prove a generated folder and publish it as a dataset on the Hub, which is created if need be.

    Raises:
        DataError: the folder is none that `synrl generate` has finished, or holds rows that are not proved.
        HubError: the Hub refused, or could not be reached.
    """
    from huggingface_hub import HfApi

    record = proved(folder, num_proc=num_proc, progress=progress)
    api, name = HfApi(), record.recipe.name or "rows"
    tag = f"{name}-{record.recipe.digest()}" + ("-cot" if record.chains else "")
    with hub_errors(repo):
        done = commit(
            api,
            repo,
            "dataset",
            lambda revision: _operations(api, repo, revision, folder, record),
            message=f"Add {name}, digest {record.recipe.digest()}",
            private=private,
        )
        _tag(api, repo, tag, done.id)
    return Published(done.url, tag, done.id, done.changed)


def proved(folder: Path, *, num_proc: int = 1, progress: bool = True) -> Record:
    """The record of a generated folder, with its proofs, which stand as long as the shards are the same.

    Raises:
        DataError: the folder is not one that `synrl generate` has finished, or rows are not proved.
    """
    recipe, origin = _finished(folder)
    shards = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
    kept = folder / PROOF
    if kept.exists():
        said = json.loads(kept.read_text(encoding="utf-8"))
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
    if found is None or not (folder / CARD).is_file():
        raise DataError(f"{folder} is no folder that `synrl generate` or `synrl cot` has finished")
    return found


def _chains(folder: Path) -> dict[str, Any] | None:
    """How the chains of thought came about, if `synrl cot` has made the folder."""
    path = folder / "cot.json"
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    settings = {name: value for name, value in said["settings"].items() if name not in ("writer", "judge")}
    names = ("accepted", "reflected", "dropped", "reasons", "claims")
    # Which machine a server ran on is nobody's business.
    return {"writer": said["about"]["writer"], "settings": settings, **{name: said[name] for name in names}}


def _operations(api: HfApi, repo: str, revision: str, folder: Path, record: Record) -> list[Any]:
    """What the commit adds and deletes."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    there = set(api.list_repo_files(repo, revision=revision, repo_type="dataset"))
    records = {record.path: record}
    for path in sorted(there):
        if path.startswith("recipes/") and path != record.path:
            local = api.hf_hub_download(repo, path, revision=revision, repo_type="dataset")
            records[path] = Record.from_json(Path(local).read_text(encoding="utf-8"), f"{repo}/{path}")
    records = dict(sorted(records.items()))
    shards = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.parquet"))}
    pictures = _pictures(folder, shards)
    strips = {
        family: f"images/{family}.png" for one in records.values() for family, n in one.counts.items() if n
    }
    card = dataset_card(list(records.values()), strips, repo)
    contents: dict[str, Any] = {CARD: card.encode(), record.path: record.to_json().encode()}
    contents |= {path: data for path, data in pictures.items() if path not in there} | shards
    stale = [
        path for path in there - shards.keys() if path.endswith(".parquet") and _is_of(path, record.recipe)
    ]
    return [
        *(CommitOperationAdd(path, content) for path, content in contents.items()),
        *(CommitOperationDelete(path) for path in sorted(stale)),
    ]


def _is_of(path: str, recipe: Recipe) -> bool:
    """Whether a shard in a repository belongs to a recipe."""
    return any(path.startswith(f"{batch.folder}/{batch.split}-") for batch in recipe.batches())


def _pictures(folder: Path, shards: dict[str, Path]) -> dict[str, bytes]:
    """A strip of frames of the first row of each family."""
    found: dict[str, bytes] = {}
    for path in shards.values():
        name = f"images/{path.parent.name}.png"
        if name not in found:
            for row in Source.open(str(path.parent)).spread(1):  # none, if all of them were dropped
                found[name] = strip(row)
    return found


def _tag(api: HfApi, repo: str, tag: str, commit: str) -> None:
    tags = {one.name: one.target_commit for one in api.list_repo_refs(repo, repo_type="dataset").tags}
    if tags.get(tag) == commit:
        return
    if tag in tags:  # the same recipe, made by other versions of the libraries
        api.delete_tag(repo, tag=tag, repo_type="dataset")
    api.create_tag(repo, tag=tag, revision=commit, repo_type="dataset")
