"""What is kept apart: rules from drawing, making a clip from reading one, a look at the help from torch.

The contracts that `lint-imports` checks are in `pyproject.toml`; here is what those can't say.
"""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

HEAVY = ("torch", "transformers", "trl", "lmms_eval", "vllm")
DRAWING = ("matplotlib", "av")
DYNAMIC = {"importlib", "import_module", "__import__", "builtins", "exec", "eval", "modules", "runpy"}
"""Names with which a module may be imported that no `import` says."""
READERS = ("family", "asks", "captions", "solver")
"""The files of a long family that may read clips."""
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


def test_no_file_that_makes_a_clip_reaches_one_that_reads_it() -> None:
    """Neither directly nor through anything that it imports, such as the head of its own package."""
    graph = grimp.build_graph("synrl")
    reading = {"synrl.evidence", *graph.find_descendants("synrl.evidence")}
    making = {"synrl.tasks.config", *graph.find_descendants("synrl.tasks.shared")}
    for module in sorted(graph.find_descendants("synrl.tasks")):
        package, _, name = module.rpartition(".")
        if package.count(".") >= 2 and package != "synrl.tasks.shared" and name not in READERS:
            making.add(module)
        if name == "solver":
            reading.add(module)
    assert {f"synrl.tasks.{name}" for name in ("chip_container.others", "shell_game.clip")} <= making
    for module in making:
        assert not graph.find_upstream_modules(module) & reading, module


def dynamic_imports(code: str) -> list[str]:
    """What a module uses to import by a name that no contract can read."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module or ""]
        elif isinstance(node, ast.Name):
            found += [node.id]
        elif isinstance(node, ast.Attribute):
            found += [node.attr]
    return [name for name in found if name.partition(".")[0] in DYNAMIC]


@pytest.mark.parametrize("package", ["synrl.world", "synrl.evidence", "synrl.video", "synrl.tasks"])
def test_rules_readers_and_families_import_nothing_by_name(package: str) -> None:
    head = importlib.import_module(package)
    for info in pkgutil.walk_packages(head.__path__, f"{package}."):
        spec = importlib.util.find_spec(info.name)
        assert spec is not None and spec.origin is not None
        assert not dynamic_imports(Path(spec.origin).read_text(encoding="utf-8")), info.name


@pytest.mark.parametrize(
    "code",
    [
        'def rule():\n    import importlib\n    importlib.import_module("matplotlib")',
        'from importlib import import_module as load\nload("matplotlib")',
        '__import__("matplotlib")',
        'import builtins\nbuiltins.__import__("matplotlib")',
        'exec("import matplotlib")',
        'import sys\nsys.modules["matplotlib"]',
    ],
)
def test_an_import_by_name_is_found(code: str) -> None:
    assert dynamic_imports(code)
