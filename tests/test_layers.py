"""What is kept apart: rules from drawing, making a clip from reading one, a look at the help from torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "trl", "lmms_eval", "vllm")
DRAWING = ("matplotlib", "av")
WALK = (
    "import importlib, pkgutil, sys\n"
    "package = importlib.import_module(sys.argv[1])\n"
    "names = [info.name for info in pkgutil.walk_packages(package.__path__, package.__name__ + '.')]\n"
    "for name in names: importlib.import_module(name)\n"
    "print(*sys.modules)\n"
)
"""Imports every module of a package and prints what is loaded then."""


def loaded_after(code: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_rules_and_timelines_load_neither_matplotlib_nor_pyav() -> None:
    loaded = loaded_after(WALK, "synrl.world")
    assert {"synrl.world.timeline", "synrl.world.sliding", "synrl.world.files"} <= loaded
    assert not loaded & set(DRAWING)


def test_reading_what_is_seen_loads_neither_matplotlib_nor_pyav() -> None:
    loaded = loaded_after(WALK, "synrl.evidence")
    assert "synrl.evidence.legs" in loaded and not loaded & set(DRAWING)


@pytest.mark.parametrize("package", ["synrl.tasks", "synrl.dataset", "synrl.cot", "synrl.audit", "synrl.hub"])
def test_rooms_below_training_load_none_of_its_libraries(package: str) -> None:
    assert not loaded_after(WALK, package) & set(HEAVY)


def test_the_command_line_loads_no_library_before_it_is_needed() -> None:
    code = (
        "import contextlib, sys\n"
        "from synrl.cli import main\n"
        "with contextlib.redirect_stdout(None), contextlib.suppress(SystemExit): main(['--help'])\n"
        "print(*sys.modules)\n"
    )
    assert not loaded_after(code) & {*HEAVY, *DRAWING, "datasets", "pyarrow", "numpy"}
