"""The installed wheel, in a project that has packages of its own called `training`, `evaluation`, `builders`.

Those stand before everything else on the path and can't be imported: whoever imports one of them fails.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from synrl.resources import training_settings

CHECKOUT = Path(__file__).parents[1]
FOLDERS = ("training", "evaluation", "builders", "hub_cards")
BUILD = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
HOOK = f"import sys\nsys.path[:] = [place for place in sys.path if place != {str(CHECKOUT)!r}]\n"
"""What every process runs as it starts: an editable installation of the checkout is taken off the path."""
WALK = """
import importlib, pkgutil, sys, synrl
absent = []
for module in pkgutil.walk_packages(synrl.__path__, "synrl."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in ("lmms_eval", "vllm"):  # of extras that tests do without
            raise
        absent.append(module.name)
print(len([name for name in sys.modules if name.startswith("synrl.")]), len(absent))
"""
COMMANDS = (
    "families",
    "recipes",
    "generate",
    "verify",
    "audit",
    "preview",
    "stats",
    "cot",
    "push",
    "export",
    "sft",
    "grpo",
    "eval",
    "report",
    "judge",
)


@dataclass(frozen=True)
class Project:
    """A user's project, and the folder that the wheel is installed in."""

    folder: Path
    site: Path

    def python(self, *arguments: str) -> str:
        """What Python prints, called in the project."""
        environment = {**os.environ, "PYTHONPATH": f"{self.folder}{os.pathsep}{self.site}"}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def synrl(self, *arguments: str) -> str:
        """What a command prints."""
        return self.python("-c", "from synrl.cli import run; run()", *arguments)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=CHECKOUT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder, site = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(site)
    (folder / "sitecustomize.py").write_text(HOOK)
    for name in FOLDERS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('{name} is the project\\'s own')\n")
    return Project(folder, site)


def test_the_wheel_installs_one_package(wheel: Path) -> None:
    first = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in first if not name.endswith(".dist-info")} == {"synrl"}


def test_what_is_imported_is_what_was_installed(project: Project) -> None:
    where = project.python("-c", "import synrl; print(synrl.__file__)")
    assert Path(where.strip()) == project.site / "synrl" / "__init__.py"


def test_every_module_imports(project: Project) -> None:
    pytest.importorskip("trl")
    loaded, absent = map(int, project.python("-c", WALK).split())
    assert loaded > 150 and absent < 5


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_gives_its_help(project: Project, command: str) -> None:
    if command in ("sft", "grpo"):
        pytest.importorskip("trl")
    assert project.synrl(command, "--help").startswith(f"usage: synrl {command} ")


def test_the_commands_are_all_there_are(project: Project) -> None:
    listed = re.findall(r"^    (\w+) ", project.synrl("--help"), re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_rows_are_made_and_proved(project: Project) -> None:
    project.synrl("generate", "shell_game", "-n", "2", "--out", "rows")
    assert project.synrl("verify", "rows") == "shell_game: 2 rows, 0 bad\n"
    assert (
        (project.folder / "rows" / "README.md").read_text().startswith("---\n")
    )  # the card has its template


def test_the_builder_gives_rows(project: Project) -> None:
    said = project.python(
        "-c",
        "from synrl.builders import SynRL\n"
        "builder = SynRL(config_name='shell_game', num_rows=2, seed=7, cache_dir='cache')\n"
        "builder.download_and_prepare()\n"
        "print(builder.as_dataset(split='train').num_rows)",
    )
    assert said == "2\n"


def test_all_settings_and_tasks_of_the_checkout_are_there(project: Project) -> None:
    assert set(training_settings()) <= set(project.synrl("recipes").split())
    for folder in ("training/recipes", "training/accelerate", "evaluation/tasks", "hub_cards"):
        shipped, ours = project.site / "synrl" / folder, CHECKOUT / folder
        for file in ours.rglob("*.*"):
            if "__pycache__" not in file.parts:
                assert (shipped / file.relative_to(ours)).read_bytes() == file.read_bytes()


def test_a_model_is_trained_from_settings_by_name(project: Project) -> None:
    pytest.importorskip("trl")
    project.python("-m", "synrl.training.tiny", "tiny")
    project.synrl("generate", "shell_game", "-n", "8", "--out", "plain")
    project.synrl("cot", "plain", "--out", "reasoned")
    project.synrl("sft", "--config", "tiny_sft", "--data", "reasoned", "--max_steps", "1")
    assert (project.folder / "tiny_sft" / "model.safetensors").exists()
