"""How fast datasets are made, proved and read, in one run on the machine as it is.

    python tests/benchmarks/pipeline.py [--rows 400]

Rows are the first of recipe `rl_7k`. Prints, in this order: CPU time of `synrl --help`;
memory of a worker; rows a second with one process and with two; the share of the time that goes into
writing Parquet; how much faster `verify` is than making the rows; and what it takes to read one row and
decode 12 frames of it.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from synrl.audit.row import check_row
from synrl.dataset.files import make_rows, write_rows
from synrl.dataset.generate import generate
from synrl.dataset.recipes import Recipe, get_recipe
from synrl.schema import decode_json
from synrl.video.decode import sample


def command_cpu(*arguments: str) -> float:
    """CPU seconds of a `synrl` command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "synrl.cli", *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def worker_memory() -> float:
    """Largest resident size of a process that makes rows of every family, in MB."""
    script = (
        "import resource; from synrl.dataset.files import make_rows\n"
        "from synrl.dataset.recipes import get_recipe\n"
        "for batch in get_recipe('smoke').batches():\n"
        "    for index in range(batch.num_rows): make_rows(batch, index)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def elapsed(recipe: Recipe, out: Path, num_proc: int) -> float:
    """Seconds to make a recipe, without starting processes' share, which does not grow."""
    start = time.perf_counter()
    generate(recipe, out, num_proc=num_proc, progress=False)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=400)
    rows = parser.parse_args().rows
    print(f"synrl --help: {min(command_cpu('--help') for _ in range(5)):.2f} s of CPU time")
    print(f"memory of a worker: {worker_memory():.0f} MB after 90 rows")
    recipe = get_recipe("rl_7k").scaled(rows)
    with tempfile.TemporaryDirectory() as folder:
        elapsed(recipe.scaled(18), Path(folder, "warm"), 1)
        half, whole = recipe.scaled(rows // 2), recipe
        # Two sizes of each: what they differ by is free of start-up.
        one, two = (
            (elapsed(whole, Path(folder, f"whole{p}"), p) - elapsed(half, Path(folder, f"half{p}"), p))
            for p in (1, 2)
        )
        more = whole.num_rows - half.num_rows
        print(f"one process: {more / one:.1f} rows/s; two: {more / two:.1f} rows/s, {one / two:.2f}-fold")
        shards = sorted(Path(folder, "whole1").rglob("*.parquet"))
        by_row(recipe, 18, Path(folder))
        made, wrote, proved = by_row(recipe, rows // 2, Path(folder))
        print(f"writing Parquet: {wrote / (made + wrote):.1%} of the time")
        print(f"verify: {made / proved:.1f} times as fast as making")
        took = sampling(shards)
        print(f"one row, 12 frames at 2 a second: {1e3 * statistics.median(took):.1f} ms median")


def by_row(recipe: Recipe, count: int, folder: Path) -> tuple[float, float, float]:
    """CPU seconds of making, writing and proving the same rows."""
    start = time.process_time()
    rows: list[dict[str, Any]] = [
        row
        for batch in recipe.scaled(count).batches()
        for index in range(batch.num_rows)
        for row in make_rows(batch, index)
    ]
    made = time.process_time()
    write_rows(folder / "rows.parquet", rows)
    wrote = time.process_time()
    stored = [decode_json(row) for row in pq.read_table(folder / "rows.parquet").to_pylist()]
    assert not any(check_row(row) for row in stored)
    return made - start, wrote - made, time.process_time() - wrote


def sampling(shards: list[Path]) -> list[float]:
    """Seconds to read a random row of a file and decode 12 frames, two a second."""
    draw, took = random.Random(0), []
    for _ in range(60):
        path = draw.choice(shards)
        start = time.perf_counter()
        file = pq.ParquetFile(path)
        group = file.read_row_group(draw.randrange(file.num_row_groups), columns=["video", "num_frames"])
        row = group.slice(draw.randrange(group.num_rows), 1).to_pylist()[0]
        last = row["num_frames"] - 1
        sample(row["video"]["bytes"], [min(15 * number, last) for number in range(12)])
        took.append(time.perf_counter() - start)
    return took


if __name__ == "__main__":
    main()
