"""SynRL as it is installed, from its wheel and from a checkout, in a project with folders of the same names.

The project's packages `training`, `evaluation`, `builders` and `hub_cards` stand before everything else on
the path and can't be imported: whoever imports one of them fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from synrl.resources import training_settings

CHECKOUT = Path(__file__).parents[1]
FOLDERS = ("training", "evaluation", "builders", "hub_cards")
BUILD = "import hatchling.build, sys; getattr(hatchling.build, sys.argv[1])(sys.argv[2])"
ABSENT = ("lmms_eval", "vllm", "swift", "nemo_gym", "grpo")
"""Packages of extras that tests do without, and of other trainers."""
WALK = f"""
import importlib, pkgutil, sys, synrl
absent = []
for module in pkgutil.walk_packages(synrl.__path__, "synrl."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in {ABSENT}:
            raise
        absent.append(module.name)
print(len([name for name in sys.modules if name.startswith("synrl.")]), len(absent))
"""
PLUGIN = """
from importlib.metadata import distribution
(entry,) = distribution("synrl").entry_points.select(group="lmms_eval.models")
try:
    print(entry.name, entry.load()().model_id)
except ModuleNotFoundError as error:
    print(entry.name, error.name.partition(".")[0], "is not installed")
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
    "gather",
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
    """A user's project, and the virtual environment that SynRL is installed in."""

    folder: Path
    environment: Path

    @property
    def site(self) -> Path:
        """Where packages are."""
        (found,) = self.environment.glob("lib/python*/site-packages")
        return found

    def call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call a program of the environment in the project."""
        command = [str(self.environment / "bin" / program), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)

    def output(self, program: str, *arguments: str) -> str:
        """What a program prints, which must end well."""
        done = self.call(program, *arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def python(self, *arguments: str) -> str:
        """What Python prints."""
        return self.output("python", *arguments)

    def synrl(self, *arguments: str) -> str:
        """What a command prints."""
        return self.output("synrl", *arguments)


def build(kind: str, folder: Path, made: str = "*.whl", *, checkout: Path = CHECKOUT) -> Path:
    """What the build backend makes of a checkout: `build_wheel`, `build_editable` or `build_sdist`."""
    subprocess.run([sys.executable, "-c", BUILD, kind, str(folder)], cwd=checkout, check=True)
    (built,) = folder.glob(made)
    return built


def installed(wheel: Path, folder: Path) -> Path:
    """A virtual environment with SynRL, and behind it the libraries that the tests run with."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    # A folder that is named in a .pth file has none of its own read: the checkout does not come in.
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def folder_of_project(folder: Path) -> Path:
    for name in FOLDERS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('{name} is the project\\'s own')\n")
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    return build("build_wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = folder_of_project(tmp_path_factory.mktemp("project"))
    return Project(folder, installed(wheel, tmp_path_factory.mktemp("venv")))


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose SynRL is a checkout, and whose own folders are no regular packages."""
    folder, make = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp
    for name in FOLDERS:
        (folder / name).mkdir()
        (folder / name / "mine.py").touch()
    return Project(folder, installed(build("build_editable", make("wheel")), make("venv")))


def test_the_wheel_installs_one_package(wheel: Path) -> None:
    first = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in first if not name.endswith(".dist-info")} == {"synrl"}


def test_the_wheel_can_be_made_of_the_source_distribution(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    source = build("build_sdist", tmp_path / "source", "*.tar.gz")
    shutil.unpack_archive(source, tmp_path, filter="data")
    (tmp_path / "again").mkdir()
    again = build("build_wheel", tmp_path / "again", checkout=tmp_path / source.name.removesuffix(".tar.gz"))
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_what_is_imported_is_what_was_installed(project: Project) -> None:
    where = project.python("-c", "import synrl; print(synrl.__file__)")
    assert Path(where.strip()) == project.site / "synrl" / "__init__.py"


def test_every_module_imports(project: Project) -> None:
    pytest.importorskip("trl")
    loaded, absent = map(int, project.python("-c", WALK).split())
    assert loaded > 150 and absent < 8


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_gives_its_help(project: Project, command: str) -> None:
    if command in ("sft", "grpo"):
        pytest.importorskip("trl")
    assert project.synrl(command, "--help").startswith(f"usage: synrl {command} ")


def test_the_commands_are_all_there_are(project: Project) -> None:
    listed = re.findall(r"^    (\w+) ", project.synrl("--help"), re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_lmms_eval_finds_our_model(project: Project) -> None:
    assert project.python("-c", PLUGIN) in ("synrl synrl\n", "synrl lmms_eval is not installed\n")


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


def test_files_that_helps_and_settings_name_are_there(project: Project) -> None:
    said = "".join(project.synrl(command, "--help") for command in COMMANDS if command not in ("sft", "grpo"))
    said += "".join(project.synrl("recipes", name) for name in training_settings())
    named = re.findall(r"\S*README\.md", said)
    assert named and all(Path(path).is_absolute() and Path(path).is_file() for path in named), named


def test_task_files_are_written_in_a_checkout_alone(project: Project) -> None:
    tasks = project.site / "synrl" / "evaluation"

    def times() -> dict[Path, int]:
        files = (path for path in tasks.rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {path: path.stat().st_mtime_ns for path in files}

    before = times()
    done = project.call("python", "-m", "synrl.evaluation.write_tasks")
    assert done.returncode == 2 and re.fullmatch(r".*run this in a checkout\n", done.stderr)
    assert before and times() == before


def test_a_model_is_trained_from_settings_by_name(project: Project) -> None:
    pytest.importorskip("trl")
    project.python("-m", "synrl.training.tiny", "tiny")
    project.synrl("generate", "shell_game", "-n", "8", "--out", "plain")
    project.synrl("cot", "plain", "--out", "reasoned")
    project.synrl("sft", "--config", "tiny_sft", "--data", "reasoned", "--max_steps", "1")
    assert (project.folder / "tiny_sft" / "model.safetensors").exists()


def test_a_checkout_is_installed_as_one_package(editable: Project) -> None:
    names = ["synrl", *(f"{folder}.mine" for folder in FOLDERS)]
    found = editable.python("-c", f"import {', '.join(names)}, sys; print(synrl.__file__, *sys.path)")
    file, *path = found.split()
    assert Path(file).resolve() == CHECKOUT / "synrl" / "__init__.py"
    assert str(CHECKOUT) not in path and editable.synrl("families")
    assert set(training_settings()) <= set(editable.synrl("recipes").split())


@pytest.mark.parametrize("script", ["sft", "grpo", "tiny"])
def test_the_scripts_of_a_checkout_run_by_their_path(editable: Project, script: str) -> None:
    pytest.importorskip("trl")
    assert editable.python(str(CHECKOUT / "training" / f"{script}.py"), "--help").startswith("usage: ")


def test_the_builder_of_a_checkout_is_importable_in_it(editable: Project) -> None:
    code = "from builders import SynRL; import synrl; print(SynRL.__module__)"
    command = [str(editable.environment / "bin" / "python"), "-c", code]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout == "synrl.builders.synrl\n"
