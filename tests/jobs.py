"""Commands in processes of their own that start in no time: forks of one that has imported everything.

    with Jobs(scratch) as jobs:
        job = jobs.start(["stats", "data"], tmp_path)
        job.kill()
        assert job.wait() == -9

A fork shares no pool, file or thread with another, so it behaves as a process does that was started for it;
only imports are not made again. `Jobs(scratch, user=65534)` gives up root's rights first, for good.
"""

from __future__ import annotations

import contextlib
import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

IMPORTED = (
    "datasets", "filelock", "huggingface_hub", "matplotlib.figure", "pyarrow.parquet", "synrl.cli",
    "synrl.audit.audit", "synrl.audit.verify", "synrl.builders", "synrl.cot.run", "synrl.dataset.generate",
    "synrl.dataset.stats", "synrl.evaluation.judge.judging", "synrl.evaluation.report.model_card",
    "synrl.evaluation.report.report", "synrl.export.export", "synrl.hub.models", "synrl.hub.publish",
    "synrl.preview.gallery", "synrl.preview.page",
)  # fmt: skip


class Job:
    """A command that runs, or has run."""

    def __init__(self, jobs: Jobs, pid: int, folder: Path) -> None:
        self._jobs, self.pid, self._folder = jobs, pid, folder
        self._status: int | None = None

    def wait(self, seconds: float = 120) -> int | None:
        """Its exit status, the negative of the signal that ended it; None if it takes longer."""
        if self._status is None:
            self._status = self._jobs.ask({"wait": self.pid, "seconds": seconds})
        return self._status

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal, unless it has ended."""
        if self.wait(0) is None:
            os.kill(self.pid, number)

    @property
    def out(self) -> str:
        return (self._folder / "stdout").read_text(encoding="utf-8", errors="surrogateescape")

    @property
    def err(self) -> str:
        return (self._folder / "stderr").read_text(encoding="utf-8", errors="surrogateescape")


class Jobs:
    """The process that is forked from.

    Args:
        scratch: folder for what the commands say.
        user: number of the user and group that the commands run as, if not this one.
        more: modules to import besides.
    """

    def __init__(self, scratch: Path, user: int | None = None, more: Sequence[str] = ()) -> None:
        self._scratch, self._user, self._count = scratch, user, 0
        self._process = subprocess.Popen(
            [sys.executable, __file__, json.dumps([user, *more])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def start(self, argv: Sequence[str], cwd: Path, **how: Any) -> Job:
        """Start a command; `how` may give `environment`, `files` or `file_size` (limits), and `stdout`."""
        self._count += 1
        folder = self._scratch / f"said-{self._count}"
        folder.mkdir()
        if self._user is not None:
            os.chown(folder, self._user, self._user)
        pid = self.ask({"start": list(argv), "cwd": str(cwd), "folder": str(folder), **how})
        return Job(self, pid, folder)

    def ask(self, said: dict[str, Any]) -> Any:
        """Send a request, and return the answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _main() -> None:
    from importlib import import_module

    # Set by the command line before these libraries are imported, which is too late here.
    os.environ.update(HF_HUB_DISABLE_PROGRESS_BARS="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
    user, *more = json.loads(sys.argv[1])
    for name in (*IMPORTED, *more):
        import_module(name)
    if user is not None:
        _import_the_rest()
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    for line in sys.stdin:
        said = json.loads(line)
        print(json.dumps(_start(said) if "start" in said else _waited(said)), flush=True)


def _import_the_rest() -> None:
    """Whatever commands import when they need it, from where another user may not read."""
    import encodings
    from importlib import import_module

    import synrl

    names = set(sys.stdlib_module_names) - {"antigravity", "this", "idlelib", "turtledemo", "__main__"}
    for package in (encodings, synrl):
        names |= {info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")}
    for name in (
        "asyncio",
        "concurrent",
        "email",
        "html",
        "http",
        "importlib",
        "json",
        "logging",
        "multiprocessing",
    ):
        package = import_module(name)
        names |= {info.name for info in pkgutil.iter_modules(package.__path__, f"{name}.")}
    for name in sorted(name for name in names if not name.endswith("__main__") and "training" not in name):
        with contextlib.suppress(ImportError):  # of what is for other systems
            import_module(name)


def _waited(said: dict[str, Any]) -> int | None:
    deadline = time.monotonic() + said["seconds"]
    while True:
        pid, status = os.waitpid(said["wait"], os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.002)


def _start(said: dict[str, Any]) -> int:
    folder = Path(said["folder"])
    opened = [
        os.open(os.devnull, os.O_RDONLY),
        os.open(said.get("stdout", folder / "stdout"), os.O_WRONLY | os.O_CREAT, 0o600),
        os.open(folder / "stderr", os.O_WRONLY | os.O_CREAT, 0o600),
    ]
    if pid := os.fork():
        for one in opened:
            os.close(one)
        return pid
    status = 70
    try:
        os.setsid()
        for number, one in enumerate(opened):
            os.dup2(one, number)
            os.close(one)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        os.chdir(said["cwd"])
        os.environ.update(said.get("environment", {}))
        for what, number in (("files", resource.RLIMIT_NOFILE), ("file_size", resource.RLIMIT_FSIZE)):
            if what in said:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(number, (said[what], said[what]))
        status = _run(said)
    except KeyboardInterrupt:
        traceback.print_exc()
        status = 71
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _run(said: dict[str, Any]) -> int:
    from synrl.cli import main

    try:
        return main(said["start"])
    except SystemExit as error:  # as argparse ends
        return int(error.code or 0)


if __name__ == "__main__":
    _main()
