"""One `datasets` builder with a config per task family: rows made on this machine, cached as Arrow.

    from builders import SynRL

    builder = SynRL(config_name="direction_identification", num_rows=64, seed=7)
    builder.download_and_prepare()
    rows = builder.as_dataset(split="train")

It is thin: a row is `synrl.rows.make_row`. Two habits of `datasets` are mended here. A cache is found by
name and version alone, so a changed generator would silently give old rows: its digest is part of the
cache key. And a killed build leaves shards that the next one would move into its result: they are
removed first. For a build that resumes, use `synrl generate`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import datasets

from synrl.generate import Request
from synrl.rows import make_row
from synrl.schema import features
from synrl.seeds import GENERATOR_VERSION
from synrl.tasks import families


@dataclass
class SynRLConfig(datasets.BuilderConfig):
    """How many rows of one split to make, and from which root seed."""

    version: datasets.Version | str = f"{GENERATOR_VERSION}.0.0"
    num_rows: int = 1000
    split: str = "train"
    seed: int = 0


class SynRL(datasets.GeneratorBasedBuilder):
    """Rows of one task family; config names are the families'.

    Raises:
        synrl.errors.ConfigError: at construction, for numbers or names out of range.
        ValueError: from `datasets`, for an unknown config name.
    """

    BUILDER_CONFIG_CLASS = SynRLConfig
    BUILDER_CONFIGS = [
        SynRLConfig(name=family.name, description=family.summary) for family in families().values()
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"hash": generator_digest(), **kwargs})
        self._request = Request(
            (self.config.name,), self.config.num_rows, self.config.split, self.config.seed
        )

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(description=self.config.description, features=features())

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        # `datasets` calls this under its lock, before anything is written, with its output at the working
        # folder; what is there already was left by a build that was killed.
        for left in Path(self._output_dir).glob(f"{self.name}-*"):
            left.unlink()
        indices = list(range(self._request.num_rows))  # a list, which `num_proc` splits in order
        return [datasets.SplitGenerator(name=self._request.split, gen_kwargs={"indices": indices})]

    def _generate_examples(self, indices: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        for index in indices:
            row = make_row(self.config.name, split=self._request.split, seed=self._request.seed, index=index)
            yield index, row.to_dict()


@cache
def generator_digest() -> str:
    """Digest of the code that makes rows, and of the libraries that their bytes depend on."""
    digest = hashlib.sha256()
    root = Path(str(files("synrl")))
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}:".encode() + path.read_bytes())
    for name in ("av", "matplotlib", "numpy"):
        digest.update(f"{name}={version(name)};".encode())
    return digest.hexdigest()[:16]
