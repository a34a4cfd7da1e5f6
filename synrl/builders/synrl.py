"""One `datasets` builder, a config per task family and per recipe: rows made here, cached as Arrow.

    from synrl.builders import SynRL

    builder = SynRL(config_name="direction_identification", num_rows=64, seed=7)
    builder.download_and_prepare()
    rows = builder.as_dataset(split="train")

It is thin: rows come from `synrl.dataset.files.make_rows`. Two habits of `datasets` are mended here. A
cache is found by name and version alone, so a changed generator would silently give old rows: what rows come
from is part of the cache key. And a killed build leaves shards that the next one would move into its result:
they are removed first. For a build that resumes, use `synrl generate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import datasets

from synrl.dataset.files import make_rows
from synrl.dataset.origin import origin
from synrl.dataset.recipes import Batch, Recipe, get_recipe, plain, recipes
from synrl.errors import ConfigError
from synrl.schema import features
from synrl.seeds import GENERATOR_VERSION
from synrl.tasks import families
from synrl.tasks.config import LEVELS, MODES
from synrl.view import DEFAULT


@dataclass
class SynRLConfig(datasets.BuilderConfig):
    """How many rows of one split to make, and from which root seed."""

    version: datasets.Version | str = f"{GENERATOR_VERSION}.0.0"
    num_rows: int | None = None
    """Of a family: 1000 by default; of a recipe, in all: as many as it says."""
    split: str | None = None
    """Of a family: `train` by default. A recipe says its own."""
    seed: int = 0
    encoding: str = "fast"
    """Of the videos: `fast`, made in the least time, or `compact`, three fifths as large."""
    levels: tuple[int, ...] = LEVELS
    """Of a family. A recipe says its own, and its modes."""
    modes: tuple[str, ...] = MODES
    view: str | None = None
    """What a model will be shown of the clips (see `synrl.view`): `2x32`, or what a recipe says."""


class SynRL(datasets.GeneratorBasedBuilder):
    """Rows of one task family or of one recipe; config names are theirs.

    Raises:
        synrl.errors.ConfigError: at construction, for numbers or names out of range.
        ValueError: from `datasets`, for an unknown config name.
    """

    BUILDER_CONFIG_CLASS = SynRLConfig
    BUILDER_CONFIGS = [
        *(SynRLConfig(name=family.name, description=family.summary) for family in families().values()),
        *(SynRLConfig(name=recipe.name, description=recipe.summary) for recipe in recipes().values()),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"hash": "-".join(origin().values()), **kwargs})
        self._recipe = _recipe(self.config)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(description=self.config.description, features=features())

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        # `datasets` calls this under its lock, before anything is written, with its output at the working
        # folder; what is there already was left by a build that was killed.
        for left in Path(self._output_dir).glob(f"{self.name}-*"):
            left.unlink()
        splits: dict[str, list[tuple[Batch, int]]] = {}
        for batch in self._recipe.batches():
            splits.setdefault(batch.split, []).extend((batch, index) for index in range(batch.num_rows))
        # Lists, which `num_proc` splits in order.
        return [
            datasets.SplitGenerator(name=name, gen_kwargs={"keys": keys}) for name, keys in splits.items()
        ]

    def _generate_examples(self, keys: list[tuple[Batch, int]]) -> Iterator[tuple[str, dict[str, Any]]]:
        for batch, index in keys:
            for row in make_rows(batch, index):
                yield row["id"], row


def _recipe(config: SynRLConfig) -> Recipe:
    if config.name in families():
        num_rows = 1000 if config.num_rows is None else config.num_rows
        return plain(
            (config.name,),
            num_rows,
            config.split or "train",
            config.levels,
            config.modes,
            seed=config.seed,
            encoding=config.encoding,
            view=config.view or DEFAULT,
        )
    if config.split is not None:
        raise ConfigError(f"split {config.split!r} for recipe {config.name}, which says its own")
    if (config.levels, config.modes) != (LEVELS, MODES):
        raise ConfigError(f"levels or modes for recipe {config.name}, which says its own")
    named = get_recipe(config.name)
    recipe = replace(named, seed=config.seed, encoding=config.encoding, view=config.view or named.view)
    return recipe if config.num_rows is None else recipe.scaled(config.num_rows)
