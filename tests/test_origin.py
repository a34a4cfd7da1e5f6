"""What rows come from: the digest covers all code that can change them, and none that can't."""

from __future__ import annotations

import shutil
from pathlib import Path

import grimp
import pytest

import synrl
from synrl.dataset.origin import CODE, _code_digest, origin


def test_the_digest_covers_every_module_that_making_a_file_of_a_recipe_imports() -> None:
    graph = grimp.build_graph("synrl", cache_dir=None)
    # The registry imports the families by itself, which no import statement shows.
    roots = {"synrl.dataset.files", "synrl.tasks"} | graph.find_descendants("synrl.tasks")
    needed = roots.union(*(graph.find_upstream_modules(root) for root in roots))
    assert {"synrl.video.encode", "synrl.dataset.recipes", "synrl.tasks.card_stack.solver"} <= needed
    listed = {f"synrl.{name.removesuffix('.py').replace('/', '.')}" for name in CODE}
    covers = {name: one for name in needed for one in listed if f"{name}.".startswith(f"{one}.")}
    assert not needed - covers.keys(), "belongs in CODE of synrl/dataset/origin.py"
    assert not listed - {*covers.values()}, "no file depends on it, or it has moved"


def test_the_origin_changes_with_the_code_that_makes_rows_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Path(shutil.copytree(Path(synrl.__file__).parent, tmp_path / "synrl"))
    monkeypatch.setattr("synrl.dataset.origin.files", lambda name: tmp_path / name)

    def code() -> str:
        _code_digest.cache_clear()
        return origin()["code"]

    try:
        before = code()
        (package / "preview/page.py").write_text("changed")
        assert code() == before
        for name in (
            "tasks/card_stack/solver.py",
            "video/encode.py",
            "dataset/rows.py",
            "dataset/recipes.py",
        ):
            assert (package / name).is_file()
            (package / name).write_text("changed")
            assert code() != before
            before = code()
    finally:
        _code_digest.cache_clear()
