"""A run that is killed or interrupted goes on, and no answer that has come is asked for again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cot.server import Models

from synrl.chat.journal import Journal
from synrl.cot.run import add_chains
from synrl.cot.settings import CotConfig
from synrl.errors import OutputError

CONCURRENCY = 3


def command(data: Path, out: Path, models: Models) -> list[str]:
    names = ["--writer-model", "writer", "--judge-model", "judge", "--polish-model", "polisher"]
    flags = ["--writer", models.url, "--concurrency", str(CONCURRENCY), *names]
    return [sys.executable, "-m", "synrl.cli", "cot", str(data), "--out", str(out), *flags]


def shards(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def stopped_with(stop: signal.Signals, after: int, data: Path, out: Path, models: Models) -> int:
    """Start a run, let so many requests through, hold the next ones, stop it; its exit status."""

    def no_polish(_: Any) -> str:
        if len(models.requests) >= after and job.poll() is None and not models.held:
            models.gate.clear()
        return "<reasoning>no"

    models.says["polisher"] = no_polish
    job = subprocess.Popen(command(data, out, models), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    # When every worker has asked for something that it does not get, it has written down what it got.
    while models.held < CONCURRENCY and time.monotonic() < deadline and job.poll() is None:
        time.sleep(0.01)
    assert models.held == CONCURRENCY
    job.send_signal(stop)
    _, said = job.communicate(timeout=60)
    assert stop is signal.SIGKILL or "interrupted; the same command goes on from here" in said
    models.gate.set()
    return job.returncode


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_nothing_that_was_answered_is_asked_again(
    stop: signal.Signals, status: int, data: Path, models: Models, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stopped_with(stop, 6, data, out, models) == status
    assert not out.exists()
    answered = len(models.requests) - CONCURRENCY
    assert answered >= 6
    subprocess.run(command(data, out, models), check=True, capture_output=True, timeout=60)
    assert 0 < models.repeated().total() <= 2 * CONCURRENCY and set(models.repeated().values()) == {2}
    assert len(models.requests) == 6 * 3 + CONCURRENCY, "write, judge, polish; and what was never answered"
    whole = tmp_path / "whole"
    subprocess.run(command(data, whole, models), check=True, capture_output=True, timeout=60)
    assert shards(out) == shards(whole)


def test_a_run_in_parts_ends_like_one_in_one_go(run: Any, models: Models, data: Path, tmp_path: Path) -> None:
    """The journal cut anywhere, even within a line, is as good as a kill at that moment."""
    whole = run()
    lines = (tmp_path / "out" / "journal.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 24 + 6
    for number, kept in enumerate((0, 1, 5, 17, 30)):
        out = f"part{number}"
        staging = tmp_path / f"{out}.incomplete"
        staging.mkdir()
        (staging / "journal.jsonl").write_bytes(b"".join(lines[:kept]) + lines[kept][:-7])
        models.requests.clear()
        assert run(out=out) == whole
        paid = sum(json.loads(line)["key"].startswith("row|") is False for line in lines[1:kept])
        assert len(models.requests) == 24 - paid
        assert shards(tmp_path / out) == shards(tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"rounds": 4}, "settings"), ({"judge_model": "writer"}, "settings")],
)
def test_a_journal_of_another_request_is_refused_and_kept(
    run: Any, models: Models, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    run()
    os.rename(tmp_path / "out", tmp_path / "next.incomplete")
    before = (tmp_path / "next.incomplete" / "journal.jsonl").read_bytes()
    with pytest.raises(OutputError, match=f"unfinished run with other .*{said}"):
        run(out="next", **changes)
    assert (tmp_path / "next.incomplete" / "journal.jsonl").read_bytes() == before


def test_a_journal_of_models_is_no_journal_of_the_trace(run: Any, data: Path, tmp_path: Path) -> None:
    run()
    os.rename(tmp_path / "out", tmp_path / "next.incomplete")
    with pytest.raises(OutputError, match=r"unfinished run with other .*writer"):
        add_chains(str(data), tmp_path / "next", CotConfig(), progress=False)


def test_a_journal_of_other_data_is_refused(run: Any, folder: Path, tmp_path: Path) -> None:
    run()
    os.rename(tmp_path / "out", tmp_path / "next.incomplete")
    with pytest.raises(OutputError, match="unfinished run with other data"):
        run(folder, out="next")


def test_how_a_run_goes_may_change_when_it_goes_on(run: Any, models: Models, tmp_path: Path) -> None:
    whole = run()
    os.rename(tmp_path / "out", tmp_path / "next.incomplete")
    models.requests.clear()
    assert run(out="next", concurrency=1, max_retries=9)["accepted"] == whole["accepted"]
    assert not models.requests


def test_another_unfinished_request_is_not_mixed_in(run: Any, models: Models, tmp_path: Path) -> None:
    (tmp_path / "out.incomplete").mkdir()
    (tmp_path / "out.incomplete" / "recipe.json").write_text("{}")
    with pytest.raises(OutputError, match="another, unfinished request"):
        run()
    assert not models.requests


def test_a_journal_gives_back_the_last_value_of_each_key(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, {"of": 1}) as journal:
        for number in range(3):
            journal.put(f"k{number % 2}", {"text": "♠" * number})
    with Journal(path, {"of": 1}) as journal:
        assert dict(journal.items()) == {"k0": {"text": "♠♠"}, "k1": {"text": "♠"}}
        assert "k0" in journal and "k2" not in journal


def test_a_torn_line_is_gone_for_good(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, {}) as journal:
        journal.put("a", 1)
    path.write_bytes(path.read_bytes() + b'{"key": "b", "val')
    for key in "cd":
        with Journal(path, {}) as journal:
            assert "b" not in journal
            journal.put(key, 2)
    with Journal(path, {}) as journal:
        assert dict(journal.items()) == {"a": 1, "c": 2, "d": 2}


def test_a_journal_belongs_to_one_run_at_a_time(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "journal.jsonl", {}),
        pytest.raises(OutputError, match="in use by another run"),
    ):
        Journal(tmp_path / "journal.jsonl", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"about": {"of": 1}}\n{"key": \n{"key": "b", "value": 1}\n', "damaged in line 2"),
        ('{"about": 3}\n', "damaged in line 1"),
        ("[]\n", "damaged in line 1"),
        ('{"about": {"of": 2}}\n', "with other of"),
    ],
)
def test_a_damaged_or_foreign_journal_is_one_line_and_kept(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(OutputError, match=said):
        Journal(path, {"of": 1})
    assert path.read_text() == text
