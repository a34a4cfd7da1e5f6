"""Ctrl-C reaches every process of a command: it ends at once, with one line."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path


def test_an_interrupt_of_several_processes_is_one_line(tmp_path: Path) -> None:
    draw = random.Random(2)
    command = [sys.executable, "-m", "synrl", "generate", "card_stack", "-n", "5000", "--num-proc", "3"]
    for number in range(5):
        out = tmp_path / f"out{number}"
        job = subprocess.Popen(
            [*command, "--out", out],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        while not out.with_name(f"{out.name}.incomplete").exists():
            assert job.poll() is None
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 1.5))  # while it starts its processes, and while they import and work
        os.killpg(job.pid, signal.SIGINT)
        _, err = job.communicate(timeout=60)
        said = "synrl generate: interrupted; the same command goes on from here\n"
        assert (job.returncode, err) == (130, said)
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in processes
