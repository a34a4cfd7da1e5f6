"""Shards on a Slurm and on a Ray that really run here, with two nodes, while processes and nodes are killed.

    python tests/clusters.py slurm
    python tests/clusters.py ray

Each case makes the same dataset on the cluster, goes on with the same command where something was killed,
gathers, and holds the folder to the bytes of one that one process has made. It prints the time of each.

Slurm needs root and Debian's slurmctld, slurmd and slurm-client; if they are unpacked, not installed, their
folders go into PATH and LD_LIBRARY_PATH, and that of their plugins into SLURM_PLUGINS. Ray needs `ray`. Both
need the extra `scale`. A few minutes each on two free cores.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

FAMILIES = ("direction_identification", "relative_position", "event_ordering", "velocity_comparison")
ROWS, TASKS = 24, 4
CONF = """\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=17000
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation={work}/state
SlurmdSpoolDir={work}/spool.%n
SlurmctldPidFile={work}/ctld.pid
SlurmdPidFile={work}/%n.pid
SlurmctldLogFile={work}/ctld.log
SlurmdLogFile={work}/%n.log
{plugins}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=n1 NodeAddr=127.0.0.1 Port=17001 CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname=n2 NodeAddr=127.0.0.1 Port=17002 CPUs=2 RealMemory=8000
PartitionName=cpu Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def synrl(*words: str, **how: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "synrl", *words], text=True, **how)  # type: ignore[call-overload,no-any-return]


def processes(*words: str) -> list[int]:
    """Those whose command line has all of some words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            said = path.read_bytes().split(b"\0")
            if all(word.encode() in said for word in words):
                found.append(int(path.parent.name))
    return found


def killed(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def under(pid: int) -> list[int]:
    """A process and all that it has started."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, one in pairs if one == parent]
    return found


class Slurm:
    """A controller and two nodes, each with a name of its own."""

    def __init__(self, work: Path) -> None:
        self._work = work
        (work / "state").mkdir()
        plugins = os.environ.get("SLURM_PLUGINS")
        text = CONF.format(work=work, plugins=f"PluginDir={plugins}" if plugins else "")
        (work / "slurm.conf").write_text(text)
        os.environ.update(SLURM_CONF=str(work / "slurm.conf"), SBATCH_PARTITION="cpu")
        self._controller = self._start(_found("slurmctld"), "-D", "-c")
        self._nodes = {name: self._node(name) for name in ("n1", "n2")}
        while "idle 2" not in self._said("sinfo", "-h", "-o", "%t %D"):
            time.sleep(0.5)

    def wait(self, job: subprocess.Popen[str]) -> None:
        """Until nothing runs, or can."""
        assert job.wait() == 0
        while left := self._said("squeue", "-h", "-o", "%i %t %r").splitlines():
            if all("Dependency" in line for line in left):
                subprocess.run(["scancel", *(line.split()[0].partition("_")[0] for line in left)], check=True)
            time.sleep(0.5)

    def lose(self) -> None:
        """Kill a node with all that runs on it."""
        killed(under(self._nodes["n2"].pid) + [p for s in processes("n2.step") for p in under(s)])
        for pid in self._steps("n2"):
            killed(under(pid))
        subprocess.run(["scontrol", "update", "nodename=n2", "state=down", "reason=lost"], check=True)

    def back(self) -> None:
        """Let the node come back."""
        self._nodes["n2"] = self._node("n2")
        while "idle 2" not in self._said("sinfo", "-h", "-o", "%t %D"):
            time.sleep(0.5)

    def stop(self) -> None:
        for process in (*self._nodes.values(), self._controller):
            killed(under(process.pid))
            process.wait()

    def _node(self, name: str) -> subprocess.Popen[bytes]:
        (self._work / f"spool.{name}").mkdir(exist_ok=True)
        step = shutil.which("slurmstepd") or shutil.which("slurmstepd-wlm") or ""
        words = f"hostname {name}; exec {_found('slurmd')} -D -N {name} -d {step}"
        return self._start("unshare", "-u", "sh", "-c", words)

    def _steps(self, name: str) -> list[int]:
        """Those that run jobs on a node, which outlive its daemon: they bear its host's name."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if f"SLURMD_NODENAME={name}".encode() in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._work / "daemons.log").open("ab") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

    def _said(self, *words: str) -> str:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout


class Ray:
    """A head and a second node."""

    def __init__(self, work: Path) -> None:
        self._work = work
        os.environ.update(RAY_ADDRESS="127.0.0.1:6400", RAY_USAGE_STATS_ENABLED="0", RAY_DISABLE_METRICS="1")
        self._ray("start", "--head", "--port=6400", "--num-cpus=2", "--include-dashboard=false")
        self.back()

    def wait(self, job: subprocess.Popen[str]) -> None:
        """Until the command has ended, well or not."""
        job.wait()

    def lose(self) -> None:
        """Kill a node with all that runs on it."""
        for pid in self._second:
            killed(under(pid))

    def back(self) -> None:
        """Let the node come back."""
        before = set(self._raylets())
        self._ray("start", "--address=127.0.0.1:6400", "--num-cpus=2")
        self._second = [pid for pid in self._raylets() if pid not in before]

    def stop(self) -> None:
        self._ray("stop", "--force")

    def _raylets(self) -> list[int]:
        listed = subprocess.run(["pgrep", "-x", "raylet"], capture_output=True, text=True, check=False).stdout
        return [int(pid) for pid in listed.split()]

    def _ray(self, *words: str) -> None:
        with (self._work / "daemons.log").open("ab") as log:
            script = str(Path(sys.executable).parent / "ray")
            subprocess.run([sys.executable, script, *words], stdout=log, stderr=log, check=True)


def _found(daemon: str) -> str:
    """Where a daemon is: Debian's have other names until they are installed."""
    path = shutil.which(daemon) or shutil.which(f"{daemon}-wlm")
    if path is None:
        raise SystemExit(f"there is no {daemon} in PATH")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def begun(out: Path, number: int) -> int:
    """The process of a shard, once it is at work."""
    while True:
        if list(out.with_name(f"{out.name}.incomplete").glob(f"shards/{number}-of-*.json")):
            for pid in processes("synrl", str(out), f"{number}/{TASKS}"):
                return pid
        time.sleep(0.05)


def cases(
    cluster: Slurm | Ray, out: Path, start: Callable[[], subprocess.Popen[str]]
) -> dict[str, Callable[[], None]]:
    """What is done to a dataset that is being made; each ends with all shards made."""

    def undisturbed() -> None:
        cluster.wait(start())

    def worker_killed() -> None:
        job = start()
        killed([begun(out, 1)])
        cluster.wait(job)
        cluster.wait(start())

    def node_lost() -> None:
        job = start()
        for number in range(TASKS):
            begun_or_done(number)
        cluster.lose()
        cluster.wait(job)
        cluster.back()
        cluster.wait(start())

    def begun_or_done(number: int) -> None:
        while not list(out.with_name(f"{out.name}.incomplete").glob(f"shards/{number}-of-*.json")):
            time.sleep(0.05)

    def rank_twice() -> None:
        job = start()
        begun(out, 2)
        words = ("generate", *FAMILIES, "-n", str(ROWS), "--out", str(out), "--shard", f"2/{TASKS}", "-q")
        second = synrl(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cluster.wait(job)
        assert second.wait() == 0

    def full_disk() -> None:
        space = os.statvfs(out.parent)
        ballast = out.parent / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            for _ in range(space.f_blocks):
                file.write(bytes(space.f_frsize))
        with ballast.open("r+b") as file:  # room for notes and logs, and none for rows
            file.truncate(max(0, ballast.stat().st_size - 600_000))
        cluster.wait(start())
        made = list(out.with_name("out.incomplete").glob("*/*.parquet"))
        assert len(made) < len(FAMILIES), "the disk was large enough"
        ballast.unlink()
        cluster.wait(start())

    every = (undisturbed, worker_killed, node_lost, rank_twice, full_disk)
    return {case.__name__.replace("_", " "): case for case in every}


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of 16 MB of its own, shared by all nodes."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=("slurm", "ray"))
    parser.add_argument("--case", help="only this one")
    arguments = parser.parse_args()
    problems = 0
    with tempfile.TemporaryDirectory(prefix="clusters-") as scratch:
        work, disk = Path(scratch), Path(scratch) / "disk"
        made = ("generate", *FAMILIES, "-n", str(ROWS))
        begin = time.monotonic()
        assert synrl(*made, "--out", str(work / "one"), "-q").wait() == 0
        print(f"one process: {time.monotonic() - begin:.0f} s", flush=True)
        whole = contents(work / "one")
        with small_disk(disk):
            cluster = Slurm(work) if arguments.engine == "slurm" else Ray(work)
            try:
                out = disk / "out"
                log = (work / "commands.log").open("ab")
                words = (*made, "--out", str(out), "--executor", arguments.engine, "--tasks", str(TASKS))
                every = cases(cluster, out, lambda: synrl(*words, stdout=log, stderr=log))
                for name, case in every.items():
                    if arguments.case not in (None, name):
                        continue
                    begin = time.monotonic()
                    case()
                    status = synrl("gather", str(out), stdout=log, stderr=log).wait()
                    same = status == 0 and contents(out) == whole
                    problems += not same
                    said = (
                        "the bytes of one process" if same else f"ANOTHER RESULT, gather ended with {status}"
                    )
                    print(f"{name}: {said}, {time.monotonic() - begin:.0f} s", flush=True)
                    for path in disk.iterdir():
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                cluster.stop()
                if problems:
                    print((work / "commands.log").read_text()[-3000:])
    return min(problems, 1)


if __name__ == "__main__":
    sys.exit(main())
