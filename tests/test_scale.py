"""The flags of executors hold together, and a step refuses a machine that is another one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from synrl.cli import main
from synrl.commands.common import words_without
from synrl.commands.scale import Step
from synrl.dataset.origin import whole_origin
from synrl.errors import OutputError

GENERATE = ("generate", "event_ordering", "-n", "1", "--out", "out")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--executor", "slrum", "--tasks", "3"), "did you mean slurm?"),
        (("--executor", "local"), "needs --tasks"),
        (("--executor", "local", "--tasks", "1001"), "number of tasks is 1001; allowed: 1 to 1000"),
        (("--executor", "local", "--tasks", "3", "--shard", "0/3"), "makes all shards"),
        (("--tasks", "3"), "--tasks 3 is for --executor"),
        (("--shard", "3/3"), "shard is 3; allowed: 0 to 2"),
        (("--shard", "0/3", "--push-to-hub", "a/b"), "exclude each other"),
    ],
)
def test_flags_that_mean_nothing_together_are_refused(
    flags: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*GENERATE, *flags]) == 2
    assert said in capsys.readouterr().err
    assert not os.listdir(tmp_path)


def test_the_words_of_a_shard_are_those_of_the_command_without_its_own() -> None:
    words = ["generate", "--shard", "1/2", "a b", "--ta=3", "--sha", "0/2", "--out", "--shards"]
    assert words_without(words, ("--shard", "--tasks")) == ["generate", "a b", "--out", "--shards"]


def test_a_rank_runs_its_shard_and_fails_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text('#!/bin/sh\necho "$@" > said\nexit $(cat status)\n')
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    (tmp_path / "status").write_text("0")
    step = Step(GENERATE, str(tmp_path), whole_origin())
    step(None, 1, 3)
    assert (tmp_path / "said").read_text().split() == ["-m", "synrl", *GENERATE, "--shard", "1/3", "--quiet"]
    (tmp_path / "status").write_text("7")
    with pytest.raises(OutputError, match="shard 2/3 ended with status 7"):
        step(None, 2, 3)


def test_a_machine_of_another_origin_begins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))  # would fail otherwise if it were started
    step = Step(GENERATE, str(tmp_path), {**whole_origin(), "numpy": "1.0"})
    with pytest.raises(OutputError, match=r"not begun: numpy is .* on this machine, 1\.0 where"):
        step(None, 0, 1)
