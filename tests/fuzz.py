"""Command lines as nobody means them, made from seeds: odd values, paths and files, small limits, full disks.

    python tests/fuzz.py --cases 1000 --seed 0

runs each in a scratch folder of its own, as an ordinary user even if root starts it, and prints what was
wrong: a traceback, more than one line for a mistake, more than 60 seconds, or a file that has changed outside
`--out`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import stat
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from hub.server import TOKEN, Blob, Hub, Repo
from jobs import Job, Jobs

SECONDS = 60
NOBODY = 65534
LONG = "x" * 300
ODD = (
    "",
    ".",
    "..",
    "a\nb",
    "a\x1b[2Jb",
    "\udcff",
    "a\0b",
    LONG,
    f"{LONG}/y",
    "~",
    "-",
    "--",
    "é ü",
    "a b",
    "$(x)",
)
"""Texts that are hard to take for paths or names; and for anything else."""
DATA = (
    "data", "data/", "./data", "data/card_stack", "linked", "damaged", "other.parquet", "piped",
    "piped_recipe", "empty", "file.txt", "missing", "missing/none", "fifo", "dangling", "device",
    "../outside", "org/name", "tester/rows", "rows.jsonl", "locked", "looped",
)  # fmt: skip
OUT = (
    "out", "out.png", "out.html", "sub/deep/out", "file.txt", "mine.html", "README.md", "ours.png",
    "ours.html", "ours_pages", "ours_export", "empty", "data", "data/out", "fifo",
    "data/card_stack/train-00000-of-00001.parquet",
    "dangling", "link", "device", "linked", "locked/out", "../outside/out", "file.txt/out", "looped",
    "looped/out", "unfinished",
)  # fmt: skip
NUMBERS = ("1", "2", "0", "-1", "3", "1.5", "1e3", "nan", "", "9" * 30, "٣", "0x1", " 1", "\n")
FILES = ("good.yaml", "bad.yaml", "binary.yaml", "deep.yaml", "fifo.yaml", "folder.yaml", "missing.yaml")
FAMILIES = ("card_stack", "direction_identification", "nonsense", "")
REPOS = ("tester/new", "tester/held", "tester/rows", "a/b/c", "x", "tester/..", "-/-")


class Case(NamedTuple):
    """A command line, and under what it runs."""

    arguments: list[str]
    limits: dict[str, Any]
    out: str | None
    """What `--out` says, if anything."""


def made_case(seed: int) -> Case:
    """The case of a seed."""
    draw = random.Random(seed)
    name = draw.choice(tuple(COMMANDS))
    words = COMMANDS[name](draw)
    if draw.random() < 0.1:
        words.insert(draw.randrange(len(words) + 1), draw.choice(ODD))
    if draw.random() < 0.1:
        words.append(
            draw.choice(("--json", "--quiet", "--nonsense", "--all", "-h", "--num-proc", "--seed=x"))
        )
    limits: dict[str, Any] = {}
    if draw.random() < 0.1:
        limits["files"] = draw.choice((8, 16, 24, 40))
    if draw.random() < 0.1:
        limits["file_size"] = draw.choice((2000, 20_000, 100_000))
    if draw.random() < 0.07:
        limits["stdout"] = "/dev/full"
    out = next(
        (words[place + 1] for place, word in enumerate(words[:-1]) if word in ("--out", "--gallery")), None
    )
    return Case([name, *words], limits, out)


def _path(draw: random.Random, usual: tuple[str, ...]) -> str:
    """Most often the usual one, else one of the odd."""
    place = draw.random()
    return usual[0] if place < 0.3 else draw.choice(usual) if place < 0.85 else draw.choice(ODD)


def _number(draw: random.Random) -> str:
    return draw.choice(("1", "2")) if draw.random() < 0.7 else draw.choice(NUMBERS)


def _out(draw: random.Random, *usual: str) -> list[str]:
    return ["--out", _path(draw, (*usual, *OUT))]


def _generate(draw: random.Random) -> list[str]:
    what = draw.sample(FAMILIES[:2] if draw.random() < 0.7 else FAMILIES, draw.randint(0, 2))
    words = [*what, "-n", _number(draw), *_out(draw, "new")]
    if draw.random() < 0.3:
        words = [
            "--recipe",
            _path(draw, (*FILES, "smoke", "data/recipe.json")),
            "-n",
            _number(draw),
            *_out(draw, "new"),
        ]
    for flag, values in (
        ("--split", ("train", "test", *ODD)), ("--seed", NUMBERS), ("--level", NUMBERS),
        ("--encoding", ("fast", *ODD)), ("--mode", ("perception", "forward", *ODD)),
        ("--view", ("2x32", "0x0", "1x1", "9" * 30 + "x2", *ODD)),
        ("--push-to-hub", (*REPOS, *ODD)),
    ):  # fmt: skip
        if draw.random() < 0.12:
            words += [flag, draw.choice(values)]
    return words


def _judge(draw: random.Random) -> list[str]:
    files = (
        "a.jsonl",
        "b.jsonl",
        "rows.jsonl",
        "fifo",
        "file.txt",
        "missing",
        "device",
        "empty",
        "binary.yaml",
    )
    words = [_path(draw, files), _path(draw, files[1:]), *_out(draw, "judged.json")]
    words += ["--server", draw.choice(("http://127.0.0.1:9", "ftp://x", *ODD)), "--max-retries", "0"]
    return words + (["--config", _path(draw, FILES)] if draw.random() < 0.3 else [])


def _cot(draw: random.Random) -> list[str]:
    words = [_path(draw, DATA), *_out(draw, "reasoned")]
    if draw.random() < 0.2:
        words += ["--writer", draw.choice(("http://127.0.0.1:9", *ODD)), "--max-retries", "0"]
    if draw.random() < 0.2:
        words += ["--config", _path(draw, FILES)]
    return words + (["--tolerance", draw.choice(NUMBERS)] if draw.random() < 0.2 else [])


def _report(draw: random.Random) -> list[str]:
    results = (
        "results/one",
        "results",
        "results/two",
        "file.txt",
        "fifo",
        "empty",
        "missing",
        "a=results/one",
        "=x",
    )
    words = [_path(draw, results) for _ in range(draw.randint(1, 2))]
    words += _out(draw, "report") if draw.random() < 0.8 else []
    return words + (["--model-card", _path(draw, ("model", *OUT))] if draw.random() < 0.3 else [])


def _eval(draw: random.Random) -> list[str]:
    words = [
        "--model",
        _path(draw, ("model", *DATA)),
        "--tasks",
        _path(draw, ("synrl_test", "synrl_all", "x,y")),
    ]
    return [*words, *_out(draw, "results_new"), "--limit", _number(draw)]


def _train(draw: random.Random) -> list[str]:
    words = ["--config", _path(draw, (*FILES, "tiny_sft", "tiny_grpo"))]
    return words if draw.random() < 0.7 else draw.choice((["--help"], [], ["--nonsense"], ["--output_dir"]))


COMMANDS: dict[str, Any] = {
    "families": lambda draw: draw.choice(([], ["--json"], ["--gallery", _path(draw, OUT[2:])])),
    "recipes": lambda draw: draw.choice(([], ["smoke"], [draw.choice(ODD)], ["tiny_sft"], ["smok"])),
    "generate": _generate,
    "verify": lambda draw: [
        _path(draw, DATA),
        *draw.choice(([], ["--shard", draw.choice(("0/1", "1/1", *ODD)), *_out(draw, "proof")])),
    ],
    "audit": lambda draw: [
        _path(draw, DATA), *draw.choice(([], ["--columns", draw.choice(("a=b", "=", *ODD))]))
    ],
    "preview": lambda draw: [_path(draw, DATA), *_out(draw, "new.html"), "-n", _number(draw)],
    "stats": lambda draw: [_path(draw, DATA), *_out(draw, "new.png")],
    "cot": _cot,
    "export": lambda draw: [
        _path(draw, DATA), "--format", _path(draw, ("verl", "video-r1", "llama-factory")),
        *_out(draw, "exported"),
    ],
    "push": lambda draw: [
        _path(draw, ("data", "model", *DATA)), _path(draw, REPOS),
        *draw.choice(([], ["--replace"], ["--private"])),
    ],
    "gather": lambda draw: [_path(draw, DATA)],
    "eval": _eval,
    "report": _report,
    "judge": _judge,
}  # fmt: skip
TRAINING = {"sft": _train, "grpo": _train}
"""Added in full runs alone: their libraries take long to import."""


def prepare(folder: Path) -> None:
    """What lies around the commands, but for what can't be copied."""
    from evaluation.results_made import sample, write_run

    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import plain
    from synrl.export.export import export
    from synrl.hub.publish import proved
    from synrl.preview.page import write_folder, write_page

    work = folder / "work"
    (folder / "outside").mkdir(parents=True)
    work.mkdir()
    data = generate(plain(FAMILIES[:2], 2, seed=3), work / "data", progress=False)
    proved(data, progress=False)
    export(str(data), "verl", work / "ours_export", progress=False)
    write_page([], work / "ours.html", "none")
    write_folder([], work / "ours_pages", "none")
    shutil.copytree(data, work / "damaged")
    shard = work / "damaged" / "card_stack" / "train-00000-of-00001.parquet"
    shard.write_bytes(shard.read_bytes()[:-99])
    shutil.copytree(data / "card_stack", work / "piped")
    shutil.copytree(data, work / "piped_recipe", ignore=lambda *_: ["recipe.json"])
    for name in ("empty", "folder.yaml", "unfinished.incomplete", "model", "locked"):
        (work / name).mkdir()
    for name, right in (("one", 3), ("two", 5)):
        rows = [sample("tomato", f"item{k}", float(k < right)) for k in range(6)]
        write_run(work / "results" / name, {"tomato": rows})
    texts = {
        "file.txt": "mine", "mine.html": "<p>mine", "README.md": "mine", "../outside/notes.txt": "mine",
        "good.yaml": "name: mine\nparts:\n  - families: [card_stack]\n    num_rows: 2\n",
        "bad.yaml": "name: {\n", "deep.yaml": "[" * 5000, "other.parquet": "PAR1 no",
        "rows.jsonl": '{"question": "What?", "answer": "A", "options": ["a", "b"]}\n' * 30,
        "a.jsonl": '{"id": "1", "question": "q", "completion": "<think>x</think>"}\n',
        "b.jsonl": '{"id": "1", "question": "q", "completion": "y"}\n',
        "unfinished.incomplete/theirs": "mine", "model/config.json": "{}", "model/training.json": "[]",
    }  # fmt: skip
    for name, text in texts.items():
        (work / name).write_text(text)
    (work / "binary.yaml").write_bytes(bytes(range(256)))


def furnish(template: Path, case: Path, user: int | None) -> Path:
    """A copy for one case, with pipes, links and devices, and all of it the user's."""
    shutil.copytree(template, case)
    work = case / "work"
    for name in ("fifo", "fifo.yaml", "piped/x.parquet", "piped_recipe/recipe.json"):
        os.mkfifo(work / name)
    for name, to in (("link", "file.txt"), ("linked", "data"), ("dangling", "nowhere"), ("looped", "looped")):
        (work / name).symlink_to(to)
    if os.geteuid() == 0:
        os.mknod(work / "device", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        (work / "device").chmod(0o666)
    (work / "locked").chmod(0o555)
    if user is not None:
        for path in (case, *case.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)
    return work


def snapshot(folder: Path) -> dict[str, tuple[int, str]]:
    """Of everything in a folder: what it is, and a digest of what it holds."""
    found = {}
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        held = b""
        if stat.S_ISREG(mode):
            held = path.read_bytes()
        elif stat.S_ISLNK(mode):
            held = os.fsencode(os.readlink(path))
        found[path.relative_to(folder).as_posix()] = mode, hashlib.sha256(held).hexdigest()
    return found


def changes(before: dict[str, Any], after: dict[str, Any], case: Case) -> list[str]:
    """What has changed that the command should have left alone."""
    defaults = {"stats": "stats.png", "preview": "preview.html", "report": "report", "eval": "results"}
    out = case.out if case.out is not None else defaults.get(case.arguments[0])
    mine = os.path.normpath(f"work/{out}") if out else "work/nothing"
    name = os.path.basename(mine)
    beside = (f"{mine}.incomplete", f"{mine}.journal", os.path.join(os.path.dirname(mine), f".{name}."))
    wrong = []
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        is_ours = path.startswith(f"{mine}/") or path == mine
        may_change = is_ours and (path not in before or mine.startswith("work/ours") or mine == "work/empty")
        is_parent = path not in before and mine.startswith(f"{path}/")
        is_proof = path.endswith("/proof.json") and case.arguments[0] in ("push", "generate")
        if not (may_change or is_parent or is_proof or path.startswith(beside)):
            wrong.append(path)
    return wrong


def problem(job: Job, status: int | None, changed: list[str]) -> str:
    """What is wrong with how a command ended; nothing if nothing is."""
    if status is None:
        job.kill()
        return f"takes more than {SECONDS} seconds"
    err = job.err
    if "Traceback" in err or "Exception ignored" in err or status not in (0, 1, 2):
        return f"status {status}: {err[-700:]}"
    lines = err.replace("\r", "\n").splitlines()
    if not all(line.isprintable() for line in lines):
        return f"not printable: {err[-300:]!r}"
    said = [
        line for line in lines if not line.startswith(("there is no folder", "learnt probes", "warning: "))
    ]
    if status == 2 and not (said and said[-1].startswith("synrl")):
        return f"status 2 without a line of ours: {err[-300:]}"
    return f"changed {changed}" if changed else ""


def fuzz(
    jobs: Jobs, scratch: Path, template: Path, seeds: range, user: int | None, hub: Hub
) -> dict[int, str]:
    """What is wrong, by seed."""
    found = {}
    for seed in seeds:
        case, folder = made_case(seed), scratch / f"case-{seed}"
        hub.repos.clear()
        hub.repos["dataset", "tester/held"] = Repo([("0" * 40, {"README.md": Blob(b"mine")})])
        work = furnish(template, folder, user)
        before = snapshot(folder)
        home = scratch / "home"
        environment = {
            "HOME": str(home),
            "MPLCONFIGDIR": str(home),
            "HF_HOME": str(home / "hf"),
            "TMPDIR": str(home),
        }
        job = jobs.start(case.arguments, work, environment=environment, **case.limits)
        status = job.wait(SECONDS)
        if said := problem(job, status, changes(before, snapshot(folder), case)):
            found[seed] = f"{case.arguments} {case.limits}: {said}"
        elif hub.repos["dataset", "tester/held"].head != "0" * 40 and "--replace" not in case.arguments:
            found[seed] = f"{case.arguments}: what others hold on the Hub has changed"
        shutil.rmtree(folder)
    return found


def a_user() -> int | None:
    """Whom the commands run as, if it has to be somebody else than who runs this."""
    return NOBODY if os.geteuid() == 0 else None


def open_to(scratch: Path, user: int | None) -> Path:
    """A folder for cases that the user, but for root nobody else, can enter; with a home."""
    scratch.chmod(0o755)
    (scratch / "home").mkdir()
    if user is not None:
        os.chown(scratch / "home", user, user)
    return scratch


def _main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1000, metavar="N")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="K", help="of the first case; the others follow"
    )
    arguments = parser.parse_args()
    COMMANDS.update(TRAINING)
    user, hub = a_user(), Hub()
    scratch = open_to(Path(tempfile.mkdtemp(prefix="synrl-fuzz-")), user)
    os.environ.update(
        HF_ENDPOINT=hub.url, HF_TOKEN=TOKEN, HF_HUB_DISABLE_XET="1", HF_HOME=str(scratch / "home")
    )
    wrong = 0
    prepare(scratch / "template")
    with Jobs(scratch, user, more=("synrl.training.sft", "synrl.training.grpo")) as jobs:
        seeds = range(arguments.seed, arguments.seed + arguments.cases)
        for start in seeds[::50]:
            part = range(start, min(start + 50, seeds.stop))
            found = fuzz(jobs, scratch, scratch / "template", part, user, hub)
            wrong += len(found)
            for seed, said in found.items():
                print(f"{seed}: {said}\n", flush=True)
            print(f"{part.stop - seeds.start} cases, {wrong} wrong", flush=True)
    names = Counter(made_case(seed).arguments[0] for seed in seeds)
    print(f"of each command: {dict(names)}")
    hub.close()
    shutil.rmtree(scratch)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main())
