"""Shared rows: made once, because drawing and encoding them is what takes time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before `datasets` is imported anywhere: tests need no network and no home.
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

from synrl.generate import generate
from synrl.recipes import plain
from synrl.tasks import families


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the caches of `datasets` out of the user's home."""
    import datasets

    datasets.config.HF_DATASETS_CACHE = tmp_path_factory.mktemp("datasets")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of every family with a few rows of each."""
    out = tmp_path_factory.mktemp("data") / "rows"
    return generate(plain(tuple(families()), 6, seed=11), out, progress=False)
