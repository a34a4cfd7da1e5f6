"""What is known about a published recipe, as a small JSON file beside its shards.

A repository holds any number of recipes; its card is written from their records alone, so that publishing
one more needs no rows of the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from synrl.dataset.recipes import Part, Recipe
from synrl.dataset.sources import VideoSource
from synrl.errors import DataError, first_line
from synrl.output import write_whole
from synrl.seeds import GENERATOR_VERSION
from synrl.texts import read_text

RECIPE = "recipe.json"
"""In a generated folder: its recipe, and what made the rows."""


_FINDING = {
    "family": str,
    "shortcut": str,
    "answered": int,
    "judged": bool,
    "accuracy": float,
    "chance": float,
    "p_value": float,
}
"""What a card says of a finding of `audit`, and of which type it is."""


class Size(NamedTuple):
    """What a shard holds."""

    rows: int
    """With twins."""
    num_bytes: int
    """Of the rows, unpacked."""
    file_size: int


@dataclass(frozen=True)
class Record:
    """A recipe that was made, and what was proved of it."""

    recipe: Recipe
    shards: dict[str, Size]
    """Of each file, by its path inside the dataset."""
    origin: dict[str, str]
    """What made the rows, as `synrl.dataset.origin` says it."""
    proved: int = 0
    """Rows that `verify` found nothing wrong with; 0 if it was not run."""
    unproved: dict[str, int] = field(default_factory=dict)
    """What `verify` could not check, and of how many rows."""
    audit: tuple[dict[str, Any], ...] = ()
    """What each shortcut of `audit` reached, if it was run."""
    findings: tuple[str, ...] = field(default=())
    """What `audit` found wrong."""
    chains: dict[str, Any] | None = None
    """If the rows have chains of thought: what `synrl cot` says of them."""

    @property
    def counts(self) -> Counter[str]:
        """Rows of each family, with twins."""
        counts: Counter[str] = Counter()
        for path, size in self.shards.items():
            counts[path.split("/")[-2]] += size.rows
        return counts

    @property
    def path(self) -> str:
        """Where the record is kept in a repository."""
        return f"recipes/{self.recipe.name or f'rows-{self.recipe.digest()}'}.json"

    def to_json(self) -> str:
        """The file's text."""
        said = asdict(self)
        said["recipe"]["digest"] = self.recipe.digest()
        return json.dumps(said, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> Record:
        """Read a record back.

        Raises:
            DataError: it is none, or of another version of the generator than it says.
        """
        try:
            said = json.loads(text)
            recipe = read_recipe(said.pop("recipe"), where)
            record = cls(
                **{
                    **said,
                    "recipe": recipe,
                    "shards": {path: Size(*size) for path, size in said["shards"].items()},
                    "audit": tuple(said["audit"]),
                    "findings": tuple(said["findings"]),
                }
            )
            record.check()
            return record
        except (TypeError, LookupError, AttributeError, ValueError, RecursionError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{where} is no record of a recipe: {type(error).__name__}: {error}") from error

    def check(self) -> None:
        """Hold what is said to be of the types that a card is written from.

        Raises:
            TypeError, LookupError: something is of another.
        """
        numbers = [self.proved, *self.unproved.values(), *(n for size in self.shards.values() for n in size)]
        texts = [*self.unproved, *self.origin, *self.origin.values(), *self.findings, *self.shards]
        if not all(type(number) is int for number in numbers):
            raise TypeError("a number is none")
        if not all(isinstance(text, str) for text in texts) or any("/" not in path for path in self.shards):
            raise TypeError("a text is none")
        for one in self.audit:
            for name, kinds in _FINDING.items():
                if not isinstance(one[name], (float, int) if kinds is float else kinds):
                    raise TypeError(f"{name} of what audit found is {type(one[name]).__name__}")
        if self.chains is not None:
            check_chains(self.chains)


def check_chains(said: Mapping[str, Any]) -> None:
    """Hold what is said of chains of thought to be of the types that a card is written from.

    Raises:
        TypeError, LookupError: something is of another, or missing.
    """
    numbers = [said["dropped"], said["claims"]["checked"], said["claims"]["unchecked"]]
    if not all(type(number) is int for number in numbers):
        raise TypeError("a number is none")
    if not isinstance(said["writer"], str) or not isinstance(said["settings"], Mapping):
        raise TypeError("writer or settings are none")


def sizes_in(folder: Path) -> dict[str, Size]:
    """Those of all shards in a folder."""
    import pyarrow.parquet as pq

    found: dict[str, Size] = {}
    for path in sorted(folder.rglob("*.parquet")):
        said = pq.read_metadata(path)
        num_bytes = sum(said.row_group(i).total_byte_size for i in range(said.num_row_groups))
        found[path.relative_to(folder).as_posix()] = Size(said.num_rows, num_bytes, path.stat().st_size)
    return found


def read_recipe(said: Mapping[str, Any], where: str) -> Recipe:
    """A recipe from its stored form.

    Raises:
        DataError: its digest says that it means something else here than where it was written.
    """
    if said["generator_version"] != GENERATOR_VERSION:
        raise DataError(
            f"{where} was written by generator version {said['generator_version']}, this is "
            f"{GENERATOR_VERSION}: the same recipe means other rows here"
        )
    lists = ("families", "levels", "modes")
    parts = tuple(Part(**{**part, **{name: tuple(part[name]) for name in lists}}) for part in said["parts"])
    recipe = Recipe(
        said["name"],
        parts,
        said["summary"],
        said["seed"],
        said["twins"],
        tuple(VideoSource(**source) for source in said["sources"]),
        said["encoding"],
        said["view"],
    )
    if recipe.digest() != said["digest"]:
        raise DataError(f"{where} was changed: its digest is not that of what it says")
    return recipe


def recipe_json(recipe: Recipe, origin: Mapping[str, str]) -> dict[str, Any]:
    """What a generated folder says of itself."""
    said: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    return {**said, "digest": recipe.digest(), "origin": dict(origin)}


def write_recipe(folder: Path, recipe: Recipe, origin: Mapping[str, str]) -> None:
    """Let a folder say what it holds."""
    write_whole(folder / RECIPE, json.dumps(recipe_json(recipe, origin), indent=2) + "\n")


def made_from(folder: Path) -> tuple[Recipe, dict[str, str]] | None:
    """The recipe of a folder and what made its rows; None if it says none, or, as a download may, several.

    Raises:
        DataError: what it says is no recipe, or means other rows here.
    """
    path = folder / RECIPE
    if not path.exists():
        published = sorted((folder / "recipes").glob("*.json"))
        if len(published) != 1:
            return None
        path = published[0]
    try:
        text = read_text(path)
        if path.name != RECIPE:
            record = Record.from_json(text, str(path))
            return record.recipe, {str(name): str(what) for name, what in record.origin.items()}
        said = json.loads(text)
        return read_recipe(said, str(path)), {str(name): str(what) for name, what in said["origin"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is no recipe: {type(error).__name__}: {first_line(error)}") from error


def recipe_of(folder: Path) -> Recipe | None:
    """The recipe that a generated folder says; None if it says none.

    Raises:
        DataError: what it says is no recipe, or means other rows here.
    """
    found = made_from(folder)
    return found and found[0]
