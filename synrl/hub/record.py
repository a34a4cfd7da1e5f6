"""What is known about a published recipe, as a small JSON file beside its shards.

A repository holds any number of recipes; its card is written from their records alone, so that publishing
one more needs no rows of the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from synrl.errors import DataError
from synrl.recipes import Part, Recipe
from synrl.sources import Source


@dataclass(frozen=True)
class Record:
    """A recipe that was made, and what was proved of it."""

    recipe: Recipe
    counts: dict[str, int]
    """Rows of each family, with twins."""
    versions: dict[str, str]
    """Of the libraries that the bytes depend on."""
    proved: int = 0
    """Rows that `verify` found nothing wrong with; 0 if it was not run."""
    audit: tuple[dict[str, Any], ...] = ()
    """What each shortcut of `audit` reached, if it was run."""
    findings: tuple[str, ...] = field(default=())
    """What `audit` found wrong."""
    chains: dict[str, Any] | None = None
    """If the rows have chains of thought: what `synrl cot` says of them."""

    @property
    def path(self) -> str:
        """Where the record is kept in a repository."""
        return f"recipes/{self.recipe.name or 'rows'}.json"

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
            return cls(
                **{
                    **said,
                    "recipe": recipe,
                    "audit": tuple(said["audit"]),
                    "findings": tuple(said["findings"]),
                }
            )
        except (TypeError, KeyError, AttributeError, json.JSONDecodeError) as error:
            raise DataError(f"{where} is no record of a recipe: {type(error).__name__}: {error}") from error


def read_recipe(said: Mapping[str, Any], where: str) -> Recipe:
    """A recipe from its stored form.

    Raises:
        DataError: its digest says that it means something else here than where it was written.
    """
    lists = ("families", "levels", "modes")
    parts = tuple(Part(**{**part, **{name: tuple(part[name]) for name in lists}}) for part in said["parts"])
    recipe = Recipe(
        said["name"],
        parts,
        said["summary"],
        said["seed"],
        said["twins"],
        tuple(Source(**source) for source in said["sources"]),
        said["encoding"],
    )
    if recipe.digest() != said["digest"]:
        raise DataError(
            f"{where} was written by generator version {said['generator_version']}, this is "
            f"{recipe.generator_version}: the same recipe means other rows here"
        )
    return recipe


def recipe_of(folder: Path) -> Recipe | None:
    """The recipe that a generated folder says; None if it says none.

    Raises:
        DataError: what it says is no recipe, or means other rows here.
    """
    path = folder / "recipe.json"
    if not path.is_file():
        return None
    try:
        return read_recipe(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError, LookupError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is no recipe: {type(error).__name__}: {error}") from error


def versions() -> dict[str, str]:
    """Of the libraries that the bytes of rows depend on, as they are installed."""
    return {name: version(name) for name in ("av", "matplotlib", "numpy")}
