"""Shared rows: made once, because drawing and encoding them is what takes time."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from hub.server import TOKEN, Hub

# Before `datasets` is imported anywhere: tests need no network and no home, and have a Hub of their own.
HUB = Hub()
os.environ.update(
    HF_ENDPOINT=HUB.url,
    HF_TOKEN=TOKEN,
    HF_HOME=tempfile.mkdtemp(prefix="synrl-tests-"),
    HF_HUB_DISABLE_XET="1",
    HF_HUB_DISABLE_TELEMETRY="1",
)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the caches of `datasets` out of the user's home."""
    import datasets

    datasets.config.HF_DATASETS_CACHE = tmp_path_factory.mktemp("datasets")
    datasets.config.USE_PARQUET_EXPORT = False  # it would look up the name of another server


@pytest.fixture
def hub() -> Iterator[Hub]:
    """The Hub that the clients in this process talk to, empty, as are their caches of it."""
    shutil.rmtree(Path(os.environ["HF_HOME"], "hub"), ignore_errors=True)
    HUB.repos.clear()
    HUB.objects.clear()
    HUB.requests.clear()
    yield HUB
    HUB.faults.clear()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of every family with a few rows of each."""
    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import plain
    from synrl.tasks import families

    out = tmp_path_factory.mktemp("data") / "rows"
    return generate(plain(tuple(families()), 6, seed=11), out, progress=False)
