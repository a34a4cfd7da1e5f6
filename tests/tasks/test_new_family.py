"""A new family is one module: nothing else has to know of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "toy" / "toy_slide.py"
HOOK = "import synrl.tasks\nsynrl.tasks.__path__.insert(0, {!r})\n"
"""What every process runs as it starts: the folder is searched before the registry's own."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module of a family, and rows that it has made."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "families").mkdir()
    shutil.copy(TOY, folder / "families")
    (folder / "sitecustomize.py").write_text(HOOK.format(str(folder / "families")))
    assert synrl(folder, "generate", "toy_slide", "-n", "30", "--out", "rows", "--num-proc", "2") == "rows\n"
    return folder


def synrl(folder: Path, *arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-c", "from synrl.cli import run; run()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


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
