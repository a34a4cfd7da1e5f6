"""Two processes end with the weights of one: SFT on rows with videos and images, GRPO with split groups.

Each way to share a model out is tried by the settings in `training/accelerate` that users take. Those of
DeepSpeed need it installed, which the extra `test` does not ask for: `pip install -e '.[deepspeed]'`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("trl")

import torch
from processes import STAGES, prepare
from safetensors.torch import load_file
from torch.distributed.elastic.utils.distributed import get_free_port

SCRIPT = Path(__file__).with_name("processes.py")
WAYS = ["ddp"]
if importlib.util.find_spec("deepspeed"):
    WAYS += ["zero2", "zero3"]
NEAR = 1e-4
"""How far a weight may be from that of one process; in two steps, the rate of 1e-3 moves weights by 2e-3."""


def started(work: Path, way: str, processes: int) -> None:
    """Train in several processes, all of which must end well."""
    port = get_free_port()
    running = []
    for rank in range(processes):
        told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": processes, "LOCAL_WORLD_SIZE": processes}
        told |= {
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
            "OMP_NUM_THREADS": 1,
            "DS_ACCELERATOR": "cpu",
        }
        path = os.pathsep.join([str(SCRIPT.parents[2]), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, **{name: str(value) for name, value in told.items()}}
        environment = environment if processes > 1 else {**environment, "LOCAL_RANK": "-1"}
        command = [sys.executable, str(SCRIPT), str(work), way]
        running.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        )
    said = [process.communicate(timeout=600)[0] for process in running]
    assert not any(process.returncode for process in running), "\n".join(text[-2000:] for text in said)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder in which a way has been tried, beside one process alone."""
    work = tmp_path_factory.mktemp("processes")
    prepare(work)

    def once(way: str) -> Path:
        for name, processes in (("alone", 1), (way, 2)):
            if not (work / f"{name}.json").is_file():
                started(work, name, processes)
        return work

    return once


@pytest.mark.parametrize("way", WAYS)
def test_two_processes_end_with_the_weights_of_one_and_go_on_from_a_checkpoint(
    way: str, trained: Callable[[str], Path]
) -> None:
    work = trained(way)
    one, two = (json.loads((work / f"{name}.json").read_text()) for name in ("alone", way))
    start = load_file(work / "tiny" / "model.safetensors")
    for stage in STAGES:
        assert two[stage]["losses"] == pytest.approx(one[stage]["losses"], rel=1e-4, abs=1e-5)
        alone, shared = (load_file(work / f"{name}-{stage}" / "model.safetensors") for name in ("alone", way))
        assert set(alone) == set(shared)
        for name in alone:
            assert torch.allclose(alone[name], shared[name], rtol=0, atol=NEAR), (stage, name)
        assert max(float((alone[name] - start[name]).abs().max()) for name in alone) > 10 * NEAR
    whole, resumed = (
        load_file(work / f"{way}-before.safetensors"),
        load_file(work / f"{way}-sft" / "model.safetensors"),
    )
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
