"""The folder of made benchmarks, once for all tests."""

from __future__ import annotations

import pytest

from .benchmarks_made import MADE, Folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Every benchmark but our own test; MVBench only if lmms-eval is there, which knows its folders."""
    folder = Folder(tmp_path_factory.mktemp("benchmarks"))
    for make in MADE:
        try:
            make(folder)
        except ModuleNotFoundError:
            assert make.__name__ == "mvbench"
    return folder


@pytest.fixture(autouse=True)
def _only_what_is_made(
    made: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(made.root))
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(tmp_path_factory.getbasetemp() / "clips"))
