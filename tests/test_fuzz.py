"""A part of the command lines that `tests/fuzz.py` makes; after a change in commands, try 1000."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest
from fuzz import COMMANDS, Case, a_user, changes, fuzz, made_case, open_to, prepare, snapshot
from hub.server import Hub
from jobs import Jobs

CASES = 60


def test_no_command_line_ends_in_a_traceback_hangs_or_changes_what_it_should_not(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch, user = tmp_path_factory.mktemp("fuzz"), a_user()
    # pytest keeps its folders to the user that runs it; with several workers there is one more of them.
    for parent in takewhile(lambda folder: folder.name.startswith(("pytest-", "popen-")), scratch.parents):
        parent.chmod(0o711)
    open_to(scratch, user)
    prepare(scratch / "template")
    assert {made_case(seed).arguments[0] for seed in range(CASES)} == set(COMMANDS)
    with Jobs(scratch, user) as jobs:
        assert fuzz(jobs, scratch, scratch / "template", range(CASES), user, hub) == {}


def test_a_case_is_that_of_its_seed() -> None:
    assert made_case(3) == made_case(3) != made_case(4)


def test_what_a_command_should_not_change_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine").write_text("mine")
    (tmp_path / "work" / "out").write_text("mine, too")
    before = snapshot(tmp_path)
    for name in ("mine", "out", "new", ".out.x"):
        (tmp_path / "work" / name).write_text("changed")
    case = Case(["stats", "data", "--out", "out"], {}, "out")
    assert changes(before, snapshot(tmp_path), case) == ["work/mine", "work/new", "work/out"]
