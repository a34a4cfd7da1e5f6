"""Training that is killed around saving, again and again, ends with the weights of training that was not.

    python tests/training/killing.py --times 20 --seed 0

kills fine-tuning with SIGKILL at so many moments: a forked child, which shares the imports, dies at the n-th
call of those that write a file, in any of its checkpoints, or between two of them. After each kill the same
command goes on, in a child of its own, and the weights at the end are compared bit by bit. It prints what was
wrong, and which checkpoints were passed over.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = 4
SETTINGS = (
    "--use_cpu true --bf16 false --gradient_checkpointing false --keep_unanswerable true --max_frames 4 "
    f"--max_frame_pixels 1024 --max_steps {STEPS} --save_steps 1 --save_total_limit 2 --max_length 4096 "
    "--per_device_train_batch_size 2 --learning_rate 1e-3 --report_to none --disable_tqdm true --seed 5"
).split()


def prepare(work: Path) -> list[str]:
    """A tiny model, four rows, and the command line that trains on them; all but where to."""
    import torch

    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig
    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import plain
    from synrl.training.tiny import write_tiny

    torch.set_num_threads(1)
    generate(plain(("direction_identification",), 4, seed=2), work / "rows", progress=False)
    add_chains(str(work / "rows"), work / "reasoned", CotConfig(), progress=False)
    write_tiny(work / "tiny", seed=3)
    return [*SETTINGS, "--model_name_or_path", str(work / "tiny"), "--data", str(work / "reasoned")]


def in_a_child(run: Callable[[], int], log: Path) -> int:
    """The exit status of a function in a process of its own; negative if a signal ended it."""
    child = os.fork()
    if child == 0:
        with log.open("a") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = 1
        try:
            status = run()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def train(argv: list[str], out: Path, kill_at: int = 0) -> int:
    """Fine-tune; dying at the n-th of the calls by which it writes, and telling how many there were."""
    from synrl.training import sft

    made = 0

    def dies(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal made
        told = [str(word) for word in arguments[:2]]
        writes = event in ("os.rename", "os.remove", "os.mkdir", "shutil.rmtree") or (
            event == "open" and bool(set("wax+") & set(told[1]))
        )
        if writes and any(f"{out}/" in word for word in told):
            made += 1
            if made == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(dies)
    status = sft.main([*argv, "--output_dir", str(out)])
    out.with_name(f"{out.name}.calls").write_text(str(made))
    return status


def moments(argv: list[str], work: Path) -> int:
    """How many such calls a run makes that is not killed; its weights are in `work / "whole"`."""
    assert in_a_child(lambda: train(argv, work / "whole"), work / "whole.log") == 0
    return int((work / "whole.calls").read_text())


def weights(out: Path) -> bytes:
    return (out / "model.safetensors").read_bytes()


def check(argv: list[str], work: Path, moment: int) -> str:
    """Kill at a moment, go on, and compare; what was wrong, or nothing."""
    out, log = work / f"killed{moment}", work / f"killed{moment}.log"
    if in_a_child(lambda: train(argv, out, moment), log) != -signal.SIGKILL:
        return f"{moment}: was not killed"
    if status := in_a_child(lambda: train(argv, out), log):
        return f"{moment}: went on with exit status {status}: {log.read_text()[-500:]}"
    return "" if weights(out) == weights(work / "whole") else f"{moment}: other weights"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synrl-kills-") as folder:
        work = Path(folder)
        argv = prepare(work)
        last = moments(argv, work)
        chosen = sorted(random.Random(arguments.seed).sample(range(1, last + 1), min(arguments.times, last)))
        wrong = [said for moment in chosen if (said := check(argv, work, moment))]
        logs = "".join(path.read_text() for path in work.glob("killed*.log"))
        passed = logs.count("passed over: ")
        print(f"killed at {len(chosen)} of {last} moments; {passed} checkpoints passed over")
        print("\n".join(wrong) or "all ended with the same weights")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
