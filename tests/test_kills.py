"""A job that is killed at any moment goes on where it was and ends with the bytes of one that was not."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = """\
import sys
from pathlib import Path

import synrl.dataset.generate as module
from synrl.dataset.recipes import plain

if __name__ == "__main__":
    module.ROWS_PER_SHARD = 2
    families = ("direction_identification", "relative_position")
    module.generate(plain(families, 11, seed=3), Path(sys.argv[1]), num_proc=2, progress=False)
"""
KILLS = 20


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


def test_twenty_kills_cost_no_finished_shard_and_change_no_byte(tmp_path: Path) -> None:
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
