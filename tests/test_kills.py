"""A job that is killed at any moment goes on where it was and ends with the bytes of one that was not."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.server import Hub
from jobs import Jobs
from kills import Command, commands, killed, orders, prepare, staggered

SCRIPT = """\
import sys
from pathlib import Path

import synrl.dataset.files as files
from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain

if __name__ == "__main__":
    files.ROWS_PER_SHARD = 2
    families = ("direction_identification", "relative_position")
    generate(plain(families, 11, seed=3), Path(sys.argv[1]), num_proc=2, progress=False)
"""
KILLS = 6


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def start(script: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, script, out], stderr=subprocess.PIPE)


def finished_shards(out: Path) -> dict[str, int]:
    """The inodes of the shards that are there under their names: a shard made again has another one."""
    staging = out.with_name(out.name + ".incomplete")
    return {str(p.relative_to(staging)): p.stat().st_ino for p in staging.rglob("*.parquet")}


def processes_of(script: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(script) in line]


def test_kills_of_several_processes_cost_no_finished_shard_and_change_no_byte(tmp_path: Path) -> None:
    script, whole, out = tmp_path / "job.py", tmp_path / "whole", tmp_path / "out"
    script.write_text(SCRIPT)
    begun = time.monotonic()
    assert start(script, whole).wait() == 0
    takes = time.monotonic() - begun
    draw, kept, kills = random.Random(5), {}, 0
    while kills < KILLS or not out.exists():
        job = start(script, out)
        try:
            # Early kills hit the start-up, late ones the shards and the final renaming.
            job.wait(timeout=takes * draw.uniform(0.2, 0.9) if kills < KILLS else None)
        except subprocess.TimeoutExpired:
            job.kill()
            job.wait()
            kills += 1
        if not out.exists():
            there = finished_shards(out)
            assert kept.items() <= there.items(), "a finished shard was made again"
            kept = there
        elif kills < KILLS:
            assert contents(out) == contents(whole)
            shutil.rmtree(out)
            kept = {}
    assert contents(out) == contents(whole)
    assert not out.with_name("out.incomplete").exists()
    deadline = time.monotonic() + 10
    while processes_of(script) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes_of(script), "a worker outlived its job"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    with Jobs(tmp_path_factory.mktemp("said")) as started:
        yield started


@pytest.fixture
def known(work: Path, hub: Hub) -> dict[str, Command]:
    return commands(work, hub)


@pytest.mark.parametrize("name", ["generate", "cot", "export", "report", "preview", "push"])
def test_a_command_that_is_killed_goes_on_and_ends_with_the_same_bytes(
    name: str, known: dict[str, Command], jobs: Jobs, work: Path
) -> None:
    assert killed(known[name], jobs, work, 3, random.Random(name)) == []


@pytest.mark.parametrize(("name", "processes"), [("generate", 4), ("cot", 2), ("export", 2)])
def test_commands_that_write_the_same_folder_at_once_make_it_together(
    name: str, processes: int, known: dict[str, Command], jobs: Jobs, work: Path
) -> None:
    assert staggered(known[name], jobs, work, processes, 2) == []


def test_the_order_of_pushes_makes_no_difference_to_a_repository(hub: Hub, jobs: Jobs, work: Path) -> None:
    assert orders(hub, jobs, work, 2, random.Random(1), kills=False) == []
