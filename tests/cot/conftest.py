"""Rows of every family without their videos, a few with them, and models that know those."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cot.rows import undrawn_row
from cot.server import Models

from synrl.cot.run import add_chains
from synrl.cot.settings import CotConfig
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain

FAMILIES = ("direction_identification", "event_ordering")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(plain(FAMILIES, 3, seed=4), tmp_path_factory.mktemp("cot") / "data", progress=False)


@pytest.fixture(scope="session")
def rows(data: Path) -> list[dict[str, Any]]:
    return list(Source.open(str(data)).spread(100))


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SYNRL_API_KEY", "SYNRL_JUDGE_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def models(rows: list[dict[str, Any]]) -> Iterator[Models]:
    server = Models(rows)
    yield server
    server.gate.set()
    server.close()


@pytest.fixture
def settings(models: Models) -> dict[str, Any]:
    names = dict(writer_model="writer", judge_model="judge", polish_model="polisher")
    return dict(writer=models.url, **names, rounds=2, max_retries=2, concurrency=3)


@pytest.fixture
def waits() -> list[float]:
    """Seconds that would have been waited."""
    return []


@pytest.fixture
def run(data: Path, tmp_path: Path, settings: dict[str, Any], waits: list[float]) -> Callable[..., Any]:
    """Run the models over the data, without waiting, into `out`; returns what `cot.json` says."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def call(source: Path = data, out: str = "out", **changes: Any) -> dict[str, Any]:
        config = CotConfig(**{**settings, **changes})
        return add_chains(str(source), tmp_path / out, config, progress=False, sleep=sleep)

    return call


@pytest.fixture(scope="session")
def undrawn() -> Callable[[str, int], dict[str, Any]]:
    """Row `index` of a family; made once."""
    made: dict[tuple[str, int], dict[str, Any]] = {}

    def get(name: str, index: int) -> dict[str, Any]:
        if (name, index) not in made:
            made[name, index] = undrawn_row(name, index)
        return made[name, index]

    return get
