"""A new family is one module and its tests: nothing else has to know of it, and nothing else changes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synrl.tasks import families

TESTS = Path(__file__).parents[1]
TOY = Path(__file__).parent / "toy" / "toy_slide.py"
GOLDEN_FRAMES = "0d90982d93d932d9"
HOOK = "import synrl.tasks\nsynrl.tasks.__path__.insert(0, {!r})\n"
"""What every process runs as it starts: the folder is searched before the registry's own."""
LOUD = '''
from synrl.tasks import toy_slide
from synrl.tasks.shared.lexicon import WORDS


class Loud(toy_slide.ToySlide):
    """Declares whatever others say, and means something else."""

    name = "loud"
    words = dict.fromkeys([*WORDS, "moves", "goes", "slides", "top card", "chip", "tile", "command"], "noise")
    names = (r"\\w+", r"top cards?")
    verbs = ("is", "was", "has")
    noun = "step"


FAMILY = Loud()
'''
READ = """
import random, sys
sys.path.insert(0, sys.argv[1])
from cot.corruptions import EDITS
from cot.rows import undrawn_row
from synrl.cot.check import check
from synrl.cot.trace import write
for name in sys.argv[2:]:
    for row in (undrawn_row(name, index) for index in range(4)):
        text = write(row)
        wrong = [edit(text, row, random.Random(0)) for edit in EDITS.values()]
        for chain in (text, text.replace(" moves ", " slides "), *wrong):
            print(repr(chain and check(chain, row)))
"""
"""What the check says of some chains, right and wrong, of the families that are named."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module of a family, and rows that it has made."""
    folder = with_families(tmp_path_factory.mktemp("toy"))
    assert synrl(folder, "generate", "toy_slide", "-n", "30", "--out", "rows", "--num-proc", "2") == "rows\n"
    return folder


def with_families(folder: Path, **more: str) -> Path:
    """A folder that, in the path of a process, adds the toy family and some more to its registry."""
    (folder / "families").mkdir()
    shutil.copy(TOY, folder / "families")
    for name, text in more.items():
        (folder / "families" / f"{name}.py").write_text(text)
    (folder / "sitecustomize.py").write_text(HOOK.format(str(folder / "families")))
    return folder


def python(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A process in a folder, with the folder in its path."""
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=check,
        capture_output=True,
        text=True,
    )


def synrl(folder: Path, *arguments: str) -> str:
    """What a command prints."""
    return python(folder, "-c", "from synrl.cli import run; run()", *arguments).stdout


def test_a_new_family_is_listed(place: Path) -> None:
    assert "toy_slide" in {family["name"] for family in json.loads(synrl(place, "families", "--json"))}


def test_its_rows_are_proved(place: Path) -> None:
    assert synrl(place, "verify", "rows", "--num-proc", "2") == "toy_slide: 30 rows, 0 bad\n"


def test_its_rows_are_audited(place: Path) -> None:
    found = json.loads(synrl(place, "audit", "rows", "--json"))
    assert {finding["family"] for finding in found["findings"]} == {"toy_slide"}


def test_its_chains_are_told_in_its_own_words_and_pass_the_check(place: Path) -> None:
    synrl(place, "cot", "rows", "--out", "reasoned")
    said = json.loads((place / "reasoned" / "cot.json").read_text())
    assert said["accepted"] == 30 and said["claims"]["checked"] >= 30


def test_its_rows_are_shown_and_counted(place: Path) -> None:
    synrl(place, "preview", "rows", "--out", "page.html")
    assert "toy_slide-train-000029" in (place / "page.html").read_text()
    assert "toy_slide" in synrl(place, "stats", "rows")


def test_it_passes_the_tests_that_hold_for_every_family(tmp_path: Path) -> None:
    with_families(tmp_path)
    shutil.copytree(TESTS, tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__", "evaluation"))
    (tmp_path / "tests/tasks/test_toy_slide.py").write_text(f'GOLDEN_FRAMES = "{GOLDEN_FRAMES}"\n')
    files = [f"tests/{file}.py" for file in ("tasks/test_all_families", "cot/test_words", "cot/test_trace")]
    options = ("-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-k", "toy_slide or every_word")
    ran = python(tmp_path, "-m", "pytest", *options, *files, check=False)
    assert ran.returncode == 0, ran.stdout
    assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > 20  # type: ignore[index]


def test_whatever_it_declares_the_chains_of_others_are_read_as_before(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    folders = with_families(tmp_path / "with", loud=LOUD), tmp_path / "without"
    one, two = (python(folder, "-c", READ, str(TESTS), *families()).stdout for folder in folders)
    assert one == two and "does not agree" in one
    assert "loud" in synrl(folders[0], "families")
