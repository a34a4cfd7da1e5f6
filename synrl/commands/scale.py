"""`--executor`: the shards of a command on what a cluster has, by datatrove: Slurm, Ray, or processes here.

Rank i of N runs the same command with `--shard i/N`, in a process of its own, so that what kills it fails one
rank and nothing else. What is done is known from the folder; datatrove's own marks only save starting
ranks again.
Nothing runs on a machine that has other code or libraries than the one on which the command was given.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synrl.checks import check_one_of, check_range
from synrl.commands.common import note, quoted, tell, words_without
from synrl.dataset.origin import whole_origin
from synrl.errors import ConfigError, OutputError
from synrl.output import working_folder

EXECUTORS = ("slurm", "ray", "local")
MOST_TASKS = 1000
"""What an array of Slurm takes as it comes; datatrove splits larger ones wrongly."""
_MISSING = "--executor needs one more library: pip install 'synrl[scale]', and ray for --executor ray"


@dataclass(frozen=True)
class Step:
    """What each rank does: a shard of a command."""

    command: tuple[str, ...]
    """The words of the command line behind `synrl`, without shard and executor."""
    folder: str
    """From which the command was given, as its paths may be relative."""
    origin: Mapping[str, str]
    """Of all code and libraries there."""

    def __call__(self, data: Any, rank: int = 0, world_size: int = 1) -> None:
        """Make shard `rank` of `world_size`.

        Raises:
            OutputError: this machine has another origin, or the command has failed.
        """
        here = whole_origin()
        for name, version in self.origin.items():
            if here.get(name) != version:
                raise OutputError(
                    f"shard {rank}/{world_size} is not begun: {name} is {here.get(name)} on this machine, "
                    f"{version} where the command was given"
                )
        words = [sys.executable, "-m", "synrl", *self.command, "--shard", f"{rank}/{world_size}", "--quiet"]
        status = subprocess.run(words, cwd=self.folder, stdin=subprocess.DEVNULL, check=False).returncode
        if status:
            raise OutputError(f"shard {rank}/{world_size} ended with status {status}")


def spread(arguments: argparse.Namespace) -> int:
    """Run the shards of a command on an executor, or submit them, and return the exit status.

    Raises:
        ConfigError: the flags don't go together, or datatrove is not installed.
    """
    check_one_of("executor", arguments.executor, EXECUTORS)
    if arguments.tasks is None or arguments.shard is not None or arguments.out is None:
        raise ConfigError(f"--executor {arguments.executor} needs --tasks and --out, and makes all shards")
    check_range("number of tasks", arguments.tasks, 1, MOST_TASKS)
    # Here, so many shards at a time have one process each.
    apart = ("--executor", "--tasks", *(["--num-proc"] if arguments.executor == "local" else []))
    command = tuple(words_without(arguments.argv, apart))
    step = Step(command, str(Path.cwd()), whole_origin())
    logs = _logs(arguments.out.absolute(), step, arguments.tasks)
    how: dict[str, Any] = {"tasks": arguments.tasks, "logging_dir": str(logs)}
    try:
        import datatrove.executor as executors
    except ImportError as error:
        raise ConfigError(_MISSING) from error
    if arguments.executor == "slurm":
        executors.SlurmPipelineExecutor([step], **how, **_slurm(arguments.num_proc)).run()
        note(arguments, f"submitted; when all is done: synrl gather {quoted(arguments.out)}")
        return 0
    if arguments.executor == "ray":
        executor = executors.RayPipelineExecutor(
            [step], **how, cpus_per_task=arguments.num_proc, mem_per_cpu_gb=1, log_first=True
        )
        try:
            executor.run()
        except ImportError as error:
            raise ConfigError(_MISSING) from error
        left = executor.get_incomplete_ranks(skip_completed=True)
    else:
        left = _run_here(step, how, arguments.num_proc)
    if left:
        tell(f"{len(left)} of {arguments.tasks} shards failed, the first is {left[0]}; {logs}/logs says why")
        return 1
    print(working_folder(arguments.out) if not arguments.out.exists() else arguments.out)
    note(arguments, f"all shards are done; next: synrl gather {quoted(arguments.out)}")
    return 0


def _logs(out: Path, step: Step, tasks: int) -> Path:
    """Where datatrove keeps its marks of this request, which are of no use without what they are about."""
    said = json.dumps([step.command, dict(step.origin), tasks])
    logs = out.with_name(f"{out.name}.logs") / hashlib.sha256(said.encode()).hexdigest()[:12]
    if not working_folder(out).exists() and not out.exists():
        shutil.rmtree(logs, ignore_errors=True)
    return logs


def _slurm(num_proc: int) -> dict[str, Any]:
    """What Slurm is told beside the tasks, as its own variables say it.

    Raises:
        ConfigError: they don't say which partition.
    """
    if "SBATCH_PARTITION" not in os.environ:
        raise ConfigError("Slurm has to know where to run; set SBATCH_PARTITION, and what else sbatch reads")
    return {
        "partition": os.environ["SBATCH_PARTITION"],
        "time": os.environ.get("SBATCH_TIMELIMIT", "24:00:00"),
        "qos": os.environ.get("SBATCH_QOS", ""),
        "cpus_per_task": num_proc,
        "mem_per_cpu_gb": 1,
        "job_name": "synrl",
        # datatrove starts a script of its own name, which is beside this Python.
        "env_command": f'export PATH="{Path(sys.executable).parent}:$PATH"',
    }


def _run_here(step: Step, how: Mapping[str, Any], num_proc: int) -> list[int]:
    """Run all ranks in so many processes, and return those that are not done.

    Each process has ranks of its own: a pool would wait for ever for a worker that is killed.
    """
    context = multiprocessing.get_context("spawn")
    ends = [how["tasks"] * number // num_proc for number in range(num_proc + 1)]
    workers = [
        context.Process(target=_run_ranks, args=(step, dict(how), first, end - first))
        for first, end in zip(ends, ends[1:], strict=False)
        if first < end
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return list(_local(step, how, 0, how["tasks"]).get_incomplete_ranks(skip_completed=True))


def _run_ranks(step: Step, how: Mapping[str, Any], first: int, count: int) -> None:
    for rank in range(first, first + count):
        try:
            _local(step, how, rank, 1).run()
        except OutputError as error:  # the others may do better
            tell(str(error))


def _local(step: Step, how: Mapping[str, Any], first: int, count: int) -> Any:
    from datatrove.executor import LocalPipelineExecutor

    return LocalPipelineExecutor([step], **how, workers=1, local_tasks=count, local_rank_offset=first)
