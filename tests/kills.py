"""Commands that are killed at random moments, started side by side, or both: the result has the same bytes.

    python tests/kills.py --times 30 --seed 0

kills each command at so many moments, in one to three runs before the one that may end; starts two and four
of them into one folder, at 20 delays; and publishes in 10 orders with kills in between. It prints what was
wrong.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from hub.server import TOKEN, Hub
from jobs import Jobs

REPO = "tester/killed"
FAMILIES = ("card_stack", "direction_identification", "event_ordering")


class Command(NamedTuple):
    """A command to kill, and what it is to bring about."""

    arguments: tuple[str, ...]
    state: Callable[[], Any]
    """Of all that it writes; equal after every run."""
    clear: Callable[[], None]


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def prepare(work: Path) -> None:
    """The inputs of all commands."""
    from evaluation.results_made import sample, write_run

    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import get_recipe, plain
    from synrl.hub.publish import proved

    made = {
        "data": plain(FAMILIES, 4, seed=3),
        "test": plain(FAMILIES[:1], 3, "test", seed=3),
        "more": plain(("shell_game",), 2, seed=3),
        "smoke": get_recipe("smoke").scaled(18),
    }
    for name, recipe in made.items():
        generate(recipe, work / name, progress=False)
        proved(work / name, progress=False)
    for name, right in (("one", 3), ("two", 5)):
        rows = [sample("tomato", f"item{k}", float(k < right)) for k in range(8)]
        write_run(work / "results" / name, {"tomato": rows})


def commands(work: Path, hub: Hub) -> dict[str, Command]:
    """Each command that writes, at work in a folder that `prepare` has filled."""
    out = work / "out"

    def of_folder(*arguments: str) -> Command:
        return Command((*arguments, "--out", "out"), lambda: contents(out), lambda: shutil.rmtree(out, True))

    return {
        "generate": of_folder("generate", *FAMILIES, "-n", "4", "--seed", "3"),
        "cot": of_folder("cot", "data"),
        "export": of_folder("export", "data", "--format", "verl"),
        "report": of_folder("report", "results/one", "results/two"),
        "preview": of_folder("preview", "data"),
        "push": Command(("push", "data", REPO), lambda: published(hub), hub.repos.clear),
    }


def published(hub: Hub) -> Any:
    """What a repository holds, and which shards each tag names."""
    repo = hub.repos["dataset", REPO]
    found = {path: blob.data for path, blob in repo.files("main")[1].items()}  # type: ignore[index]
    return found, sorted(repo.tags)


def killed(command: Command, jobs: Jobs, work: Path, times: int, draw: random.Random) -> list[str]:
    """What is wrong after kills at so many moments."""
    names = set(os.listdir(work))
    begun = time.monotonic()
    problems = []
    if jobs.start(command.arguments, work).wait() != 0:
        return ["it fails without a kill"]
    takes = time.monotonic() - begun
    whole = command.state()
    done = 0
    while done < times:
        command.clear()
        for _ in range(min(draw.randint(1, 3), times - done)):
            job = jobs.start(command.arguments, work)
            job.wait(takes * draw.uniform(0, 1.05))
            job.kill()
            job.wait()
            done += 1
        last = jobs.start(command.arguments, work)
        if (status := last.wait()) != 0:
            problems.append(f"after kill {done} it ends with {status}: {last.err[-300:]}")
            continue
        if command.state() != whole:
            problems.append(f"after kill {done} the result is another")
        left = {name for name in set(os.listdir(work)) - names - {"out"} if not name.endswith(".synrl-lock")}
        if left:
            problems.append(f"after kill {done} there is {left}")
    command.clear()
    return problems


def staggered(command: Command, jobs: Jobs, work: Path, processes: int, delays: int) -> list[str]:
    """What is wrong with several runs that start one after the other, at so many delays."""
    names = set(os.listdir(work))
    begun = time.monotonic()
    jobs.start(command.arguments, work).wait()
    takes, whole, problems = time.monotonic() - begun, command.state(), []
    command.clear()
    for number in range(delays):
        started = []
        for place in range(processes):
            if place:
                time.sleep(takes * number / delays)
            started.append(jobs.start(command.arguments, work))
        for job in started:
            if (status := job.wait()) != 0 or "Traceback" in job.err:
                problems.append(f"at delay {number} one ends with {status}: {job.err[-300:]}")
        if command.state() != whole:
            problems.append(f"at delay {number} the result is another")
        if left := set(os.listdir(work)) - names - {"out"}:
            problems.append(f"at delay {number} there is {left}")
        command.clear()
    return problems


def orders(hub: Hub, jobs: Jobs, work: Path, count: int, draw: random.Random, *, kills: bool) -> list[str]:
    """What is wrong with repositories into which the same was pushed in so many orders."""
    every = list(itertools.permutations(("data", "test", "more", "smoke")))
    found, problems = [], []
    for order in draw.sample(every, count):
        hub.repos.clear()
        for name in (*order, order[0]):
            command = ("push", name, REPO)
            if kills:
                job = jobs.start(command, work)
                job.wait(draw.uniform(0, 1.5))
                job.kill()
                job.wait()
            last = jobs.start(command, work)
            if (status := last.wait()) != 0:
                problems.append(f"{order}: {name} ends with {status}: {last.err[-300:]}")
        if "nothing has changed" not in last.err:
            problems.append(f"{order}: the first changes something when it is pushed again")
        if len(hub.repos["dataset", REPO].commits) != 1 + len(order):
            problems.append(f"{order}: there are {len(hub.repos['dataset', REPO].commits)} commits")
        found.append(published(hub))
    hub.repos.clear()
    if any(one != found[0] for one in found):
        problems.append("in another order, the repository holds something else")
    return problems


def _main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=30, metavar="N", help="kills of each command")
    parser.add_argument("--seed", type=int, default=0, metavar="K")
    parser.add_argument("--only", metavar="NAME", help="a command, or starts, or orders")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="synrl-kills-"))
    hub, wrong = Hub(), 0
    os.environ.update(
        HF_ENDPOINT=hub.url, HF_TOKEN=TOKEN, HF_HOME=str(scratch / "hf"), HF_HUB_DISABLE_XET="1"
    )
    work = scratch / "work"
    work.mkdir()
    prepare(work)

    def tell(name: str, what: str, problems: list[str]) -> None:
        nonlocal wrong
        wrong += len(problems)
        print(f"{name}, {what}: {len(problems)} problems", *problems, sep="\n  ", flush=True)

    with Jobs(scratch) as jobs:
        known = commands(work, hub)
        for name, command in known.items():
            if arguments.only in (None, name):
                draw = random.Random(f"{arguments.seed} {name}")
                tell(name, f"{arguments.times} kills", killed(command, jobs, work, arguments.times, draw))
        for name in ("generate", "cot", "export") if arguments.only in (None, "starts") else ():
            for processes in (2, 4):
                what = f"{processes} starts at 20 delays"
                tell(name, what, staggered(known[name], jobs, work, processes, 20))
        if arguments.only in (None, "orders"):
            draw = random.Random(arguments.seed)
            tell("push", "10 orders with kills", orders(hub, jobs, work, 10, draw, kills=True))
    hub.close()
    shutil.rmtree(scratch)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main())
