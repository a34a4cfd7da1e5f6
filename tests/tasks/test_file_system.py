"""file_system: the rules agree with a real shell, and one start fits what is seen."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synrl.errors import IllegalOperation
from synrl.scoring import score
from synrl.world.files import apply, parse_plan, undo
from synrl.world.history import History, Step

GOLDEN_FRAMES = "7b3d2eca55f1cb79"

NAME = "file_system"
STATE = {"cwd": "/docs", "dirs": ["/docs", "/src"], "files": ["/a.txt", "/docs/b.txt", "/docs/c.py"]}


def test_a_real_shell_does_the_same(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    """The commands of stored rows, run by sh in a real directory."""
    for row in rows_of(NAME, 40):
        start, end = row["states"][0]["state"], row["states"][-1]["state"]
        root = tmp_path / row["id"]
        for path in start["dirs"]:
            (root / path[1:]).mkdir(parents=True)
        root.mkdir(exist_ok=True)
        for path in start["files"]:
            (root / path[1:]).touch()
        lines = []
        for operation in row["operations"]:
            words = [f"{root}{w}" if w.startswith("/") else w for w in operation["arguments"]["words"]]
            lines.append(" ".join([operation["kind"], *words]))
        done = subprocess.run(
            ["sh", "-e"],
            input="\n".join([*lines, "pwd"]),
            cwd=root,
            text=True,
            capture_output=True,
            check=True,
        )
        found = [f"/{p.relative_to(root)}" for p in root.rglob("*")]
        assert sorted(p for p in found if not (root / p[1:]).is_dir()) == end["files"]
        assert sorted(p for p in found if (root / p[1:]).is_dir()) == end["dirs"]
        assert "/" + os.path.relpath(done.stdout.strip(), os.path.realpath(root)).replace(".", "", 1) in (
            end["cwd"],
            "/" + end["cwd"],
        )


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("cd ..", {"cwd": "/"}),
        ("cd /src", {"cwd": "/src"}),
        ("cd .", {}),
        ("mkdir old", {"dirs": ["/docs", "/docs/old", "/src"]}),
        ("touch ../src/x", {"files": ["/a.txt", "/docs/b.txt", "/docs/c.py", "/src/x"]}),
        ("rm *.txt", {"files": ["/a.txt", "/docs/c.py"]}),
        ("mv * /src", {"files": ["/a.txt", "/src/b.txt", "/src/c.py"]}),
        ("cp ../a.txt .", {"files": ["/a.txt", "/docs/a.txt", "/docs/b.txt", "/docs/c.py"]}),
        ("mv b.txt d.txt", {"files": ["/a.txt", "/docs/c.py", "/docs/d.txt"]}),
    ],
)
def test_commands_do_what_they_do(line: str, change: dict[str, Any]) -> None:
    kind, *words = line.split()
    assert apply(STATE, kind, {"words": words}) == {**STATE, **change}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cd old", "/docs/old is no directory"),
        ("cd b.txt", "/docs/b.txt is no directory"),
        ("mkdir ../src", "/src is there already"),
        ("mkdir x/y", "there is no directory /docs/x"),
        ("touch b.txt", "/docs/b.txt is there already"),
        ("rm x", "there is no file /docs/x"),
        ("rm *.csv", "there is no file /docs/\\*.csv"),
        ("rm ../src", "there is no file /src"),
        ("mv * d.txt", "2 files need a directory"),
        ("cp b.txt .", "/docs/b.txt is there already"),
        ("cp b.txt", "cp takes 2 words, not 1"),
        ("ls /", "'ls' is unknown"),
    ],
)
def test_an_illegal_command_says_why(line: str, said: str) -> None:
    kind, *words = line.split()
    with pytest.raises(IllegalOperation, match=said):
        apply(STATE, kind, {"words": words})


@pytest.mark.parametrize(
    "line", ["mkdir old", "touch x", "rm b.txt", "mv b.txt /src", "mv b.txt x", "cp *.txt /src", "cp b.txt x"]
)
def test_a_command_can_be_taken_back(line: str) -> None:
    kind, *words = line.split()
    assert undo(apply(STATE, kind, {"words": words}), kind, {"words": words}) == STATE


@pytest.mark.parametrize("line", ["cd ..", "rm *.txt", "mv * /src"])
def test_a_command_that_loses_something_can_not_be_taken_back(line: str) -> None:
    kind, *words = line.split()
    with pytest.raises(IllegalOperation, match="can't be undone"):
        undo(apply(STATE, kind, {"words": words}), kind, {"words": words})


def test_only_one_start_fits_what_is_seen(rows_of: Callable[..., Any]) -> None:
    """By trying every set of the files that the clip knows of."""
    seen = 0
    for row in rows_of(NAME, 60):
        if row["mode"] != "retrodictive" or row["level"] > 3:
            continue
        steps = [Step(o["kind"], o["arguments"]) for o in row["operations"]]
        start, end = row["states"][0]["state"], row["states"][-1]["state"]
        known = sorted({path for state in row["states"] for path in state["state"]["files"]})
        fitting = []
        for count in range(len(known) + 1):
            for files in itertools.combinations(known, count):
                try:
                    final = History.replay({**start, "files": list(files)}, steps, apply).states[-1]
                except IllegalOperation:
                    continue
                if final == end:
                    fitting.append(list(files))
        assert fitting == [start["files"]]
        seen += 1
    assert seen > 3


def test_the_answer_is_in_the_state_of_its_moment(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 60):
        query = row["config"]["query"]
        states = [s["state"] for s in row["states"]]
        states = states[1:] if query["reveal"] == "start" else states[:-1]
        asks.add(query["ask"])
        if "when" in query:
            state = states[{"start": 0, "end": -1}.get(query["when"], query["when"])]
            if query["ask"] == "cwd":
                assert row["answer_text"] == state["cwd"]
            else:
                inside = [os.path.split(path) for path in state["files"]]
                names = sorted(name for directory, name in inside if directory == query["directory"])
                assert row["answer_text"] == ", ".join(names) != ""
        elif "file" in query:
            there = [query["file"] in state["files"] for state in states]
            (change,) = (k for k in range(1, len(there)) if there[k] != there[k - 1]
                         and there[k] == (query["ask"] == "created"))  # fmt: skip
            assert row["answer_text"] == str(change)
    assert asks == {"contents", "cwd", "created", "removed", "plan"}


def test_plans_are_run_and_must_be_legal(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["answer_type"] == "plan":
            assert score(row["answer"], row) == 1.0
            assert score("rm /nowhere/a.txt", row) == score("cd /", row) == score("rm -rf /", row) == 0.0
    assert parse_plan("touch /a.txt; mv /b.txt /docs") == [
        Step("touch", {"words": ["/a.txt"]}),
        Step("mv", {"words": ["/b.txt", "/docs"]}),
    ]
    for text in ("", "touch a.txt", "rm /a /b", "mv /a.txt", "touch /$(reboot)"):
        assert parse_plan(text) is None
