"""`verify`: the proof of every row of a dataset, and of what its rows have to do with each other."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm.auto import tqdm

from synrl.audit.key import plain
from synrl.audit.noting import Task, gather_notes, note_share
from synrl.audit.row import examine
from synrl.cot.run import SUMMARY
from synrl.dataset.files import shards
from synrl.dataset.origin import libraries
from synrl.dataset.reading import Group, Source
from synrl.dataset.recipes import Batch, Recipe
from synrl.dataset.record import made_from
from synrl.dataset.rows import base_index, index_of, is_twin, number_of
from synrl.errors import DataError, first_line
from synrl.pool import ordered_map
from synrl.seeds import GENERATOR_VERSION, SHIFT
from synrl.shares import Share

KIND = "verify"
"""In the notes of shares."""


@dataclass
class Proof:
    """Rows seen by family, the problems of those that are wrong by id, and what was not proved."""

    rows: Counter[str] = field(default_factory=Counter)
    problems: dict[str, list[str]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    """Family of each bad row."""
    whole: list[str] = field(default_factory=list)
    """What is wrong with the dataset as a whole."""
    unproved: Counter[str] = field(default_factory=Counter)
    """What could not be checked, and of how many rows."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not self.whole

    def bad(self, family: str) -> int:
        """How many rows of a family have problems."""
        return sum(name == family for name in self.families.values())

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rows": dict(self.rows),
            "bad": len(self.problems),
            "problems": self.problems,
            "dataset": self.whole,
            "unproved": dict(self.unproved),
        }


def verify(data: str, *, num_proc: int = 1, progress: bool = True) -> Proof:
    """Prove every row of a folder or a Hub dataset, and that they are the rows that it must hold.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read.
    """
    source = Source.open(data)
    proving, check = _Proving(source), _check_of(source)
    with ordered_map(num_proc) as run, tqdm(total=source.num_rows, unit="row", disable=not progress) as bar:
        for results in run(check, source.groups):
            for row in results:
                proving.add(row)
            bar.update(len(results))
    return proving.proof()


def verify_share(data: str, out: Path, share: Share, *, num_proc: int = 1, progress: bool = True) -> None:
    """Prove the rows of a share, for `gather_proof`.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    check = _check_of(Source.open(data))
    note_share(Task(KIND, data, {}), out, share, check, list, num_proc=num_proc, progress=progress)


def gather_proof(out: Path) -> Path:
    """Write the report on a dataset whose rows the shares have proved, and return its path.

    Raises:
        Incomplete: something is missing.
        DataError: the dataset can't be found or read.
        OutputError: `out` holds something else, a share is being made, or some were made by others.
    """

    def report(task: Task, said: Iterator[Any]) -> dict[str, Any]:
        proving = _Proving(Source.open(task.data))
        for one in said:
            proving.add(_Checked(*one))
        return proving.proof().to_dict()

    return gather_notes(out, report)


def _check_of(source: Source) -> partial[list[_Checked]]:
    """What checks a row group of a dataset."""
    recipe, origin = made_from(source.folder) or (None, {})
    return partial(_check_group, recipe, source.folder, libraries().items() <= origin.items())


@lru_cache(maxsize=1)
def _batches(recipe: Recipe | None) -> Mapping[str, Batch]:
    """By file, the batch that lies in it: found once in each process, as a large dataset has many files."""
    return {shard.name: shard.batch for shard in shards(recipe)} if recipe else {}


class _Proving:
    """Rows that were checked one by one, looked at together, in the order of their dataset."""

    def __init__(self, source: Source) -> None:
        self._source, self._proof = source, Proof()
        made = made_from(source.folder)
        self._recipe = made[0] if made else None
        self._dataset = _Dataset(self._recipe, _accepted(source.folder / SUMMARY))
        if self._recipe is None:
            said = "whether all rows are there: the folder names no recipe, or several"
            self._proof.unproved[said] = source.num_rows

    def add(self, row: _Checked) -> None:
        """Look at the next row."""
        proof = self._proof
        proof.rows[row.family] += 1
        proof.unproved.update(row.unproved)
        problems = [*row.problems, *self._dataset.add(row)]
        if problems:
            proof.problems.setdefault(row.row_id, []).extend(problems)
            proof.families[row.row_id] = row.family

    def proof(self) -> Proof:
        """What came of all of them."""
        proof, dataset = self._proof, self._dataset
        proof.whole = list(dataset.problems())
        if self._recipe is not None:
            wanted = set(_batches(self._recipe))
            proof.whole += _other_files(self._source, wanted, dataset.accepted)
        if dataset.accepted is not None:
            said = "whether rows that cot.json says were left out had to be"
            proof.unproved[said] = self._source.num_rows
        return proof


def _accepted(path: Path) -> dict[str, int] | None:
    """How many rows of each family a summary of chains of thought says are there; None if there is none.

    Raises:
        DataError: it is no such summary.
    """
    if not path.exists():
        return None
    try:
        families = json.loads(path.read_text(encoding="utf-8"))["families"]
        return {str(name): int(counts["accepted"]) for name, counts in families.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path} is no summary of `synrl cot`: {first_line(error)}") from error


def _other_files(source: Source, wanted: set[str], accepted: Mapping[str, int] | None) -> Iterator[str]:
    """What is wrong with the files that rows lie in: their names say of which family and split they are."""
    found = {group.path.relative_to(source.folder).as_posix() for group in source.groups}
    for name in sorted(found - wanted):
        yield f"{name} is no file of its recipe"
    for name in sorted(wanted - found) if accepted is None else ():
        yield f"{name} is not there, or holds nothing"


class _Checked(NamedTuple):
    """What is known of a row that was checked, and what others must have in common with it."""

    row_id: str
    family: str
    split: str
    number: int
    problems: list[str]
    unproved: list[str]
    twin_id: str | None
    question: str
    answer: str
    forwards: str
    """A digest of the scene, and one of it with the frames in opposite order."""
    backwards: str


def _check_group(recipe: Recipe | None, folder: Path, same_libraries: bool, group: Group) -> list[_Checked]:
    """Prove the rows of a group, given the recipe that they are to follow."""
    files = _batches(recipe)
    batches = {(batch.family, batch.key): batch for batch in recipe.batches()} if recipe else {}
    name = group.path.relative_to(folder).as_posix()
    here = files.get(name)
    found = []
    for row in group.rows():
        problems, unproved = examine(row, same_libraries=same_libraries)
        family, config = str(row["family"]), row["config"]
        split, index = str(config.get("split")), config.get("index")
        batch = batches.get((family, split))
        if batch is not None:
            problems += _unlike_recipe(row, batch)
        if here is not None and (family, split) != (here.family, here.key):
            problems.append(f"it lies in {name}, which is for {here.family} and {here.key!r}")
        twin_id = row["twin_id"]
        scenes = _scene(row, 1), "" if twin_id is None else _scene(row, -1)
        asked = row["question"], row["answer_text"]
        found.append(
            _Checked(str(row["id"]), family, split, index, problems, unproved, twin_id, *asked, *scenes)
        )
    return found


def _unlike_recipe(row: Mapping[str, Any], batch: Batch) -> Iterator[str]:
    """What a row has otherwise than its recipe says."""
    config, base = row["config"], base_index(row["config"]["index"])
    if number_of(base) >= batch.num_rows:
        yield f"its recipe ends with row {index_of(batch.num_rows - 1)} of {batch.family}"
        return
    expected = {**plain(vars(batch.config(base))), "twins": batch.twins, "encoding": batch.encoding}
    stored = {**config, "seed": row["seed"], "generator_version": row["generator_version"]}
    for name, value in {**expected, "seed": batch.seed, "generator_version": GENERATOR_VERSION}.items():
        if stored.get(name) != value:
            yield f"{name} is {stored.get(name)!r}, its recipe says {value!r}"


def _scene(row: Mapping[str, Any], step: int) -> str:
    """A digest of what moves how, frames taken in order or backwards."""
    digest = hashlib.blake2b(digest_size=16)
    for item, track in zip(row["objects"], row["tracks"], strict=True):
        digest.update(f"{item['shape']} {item['size']}".encode())
        for name in ("x", "y", "angle", "size", "visible"):
            digest.update(np.asarray(track[name], np.float32)[::step].tobytes())
    return digest.hexdigest()


class _Dataset:
    """What rows have to do with each other: ids, scenes, twins, and how many there must be."""

    def __init__(self, recipe: Recipe | None, accepted: Mapping[str, int] | None) -> None:
        self._recipe, self.accepted = recipe, accepted
        self._rows: Counter[str] = Counter()
        self._ids: Counter[str] = Counter()
        self._scenes: dict[tuple[str, str], str] = {}
        self._twins: dict[str, _Checked] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, row: _Checked) -> Iterator[str]:
        """What is wrong with a row beside those before it."""
        self._ids[row.row_id] += 1
        self._rows[row.family] += 1
        if self._ids[row.row_id] > 1:
            yield f"id occurs {self._ids[row.row_id]} times"
        # A shifted split shows the scenes of another one on purpose.
        scene = row.forwards, "shift" if row.split.endswith(SHIFT) else ""
        if (first := self._scenes.setdefault(scene, row.row_id)) != row.row_id:
            yield f"its scene is that of {first}"
        if row.twin_id is not None:
            self._twins[row.row_id] = row
            yield from _unlike_twin(row, self._twins.get(row.twin_id))
        if isinstance(row.number, int) and not is_twin(row.number):
            self._counts[row.family, row.split] += 1

    def problems(self) -> Iterator[str]:
        """What is wrong with the whole, once every row was added."""
        for family, count in (self.accepted or {}).items():
            if self._rows[family] != count:
                yield f"{self._rows[family]} rows of {family} are there, cot.json says {count}"
        for row_id, row in self._twins.items():
            if row.twin_id not in self._ids and self.accepted is None:
                yield f"{row.twin_id}, the twin of {row_id}, is not there"
        if self._recipe is None:
            return
        wanted = {(batch.family, batch.key): batch.num_rows for batch in self._recipe.batches()}
        for family, split in sorted(set(self._counts) - set(wanted)):
            yield f"{self._counts[family, split]} rows of {family} and {split!r} are none of its recipe"
        for (family, split), count in wanted.items():
            found = self._counts[family, split]
            if found > count or (found < count and self.accepted is None):
                yield f"{found} rows of {family} and {split!r} are there, its recipe says {count}"


def _unlike_twin(row: _Checked, twin: _Checked | None) -> Iterator[str]:
    """What keeps a row and its twin, if that has been seen, from being each other's reverse."""
    if twin is None:
        return
    if row.forwards != twin.backwards or twin.twin_id != row.row_id:
        yield f"{twin.row_id} is not its reversed twin"
    if row.question == twin.question and row.answer == twin.answer:
        yield f"its twin {twin.row_id} has the same answer"
