"""How long a full-size report takes: the fifteen benchmarks, two variants, three runs, at their real sizes.

    python tests/benchmarks/report.py [--part 1.0]

Makes results as `synrl eval` leaves them, with chains of thought of 2,000 signs, about 1 GB in a temporary
folder, and prints seconds of `synrl report` and of its parts, and the largest memory.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from synrl.evaluation.benchmarks import BENCHMARKS
from synrl.evaluation.report.report import make_report, write_report
from synrl.evaluation.report.text import markdown
from synrl.evaluation.results.reading import read_results

sys.path.insert(0, str(Path(__file__).parents[1] / "evaluation"))
from results_made import sample, write_run

SIZES = {
    "nextgqa": (5553, 990), "charades_sta": (3720, 1334), "rextime": (921, 600), "tomato": (1484, 1417),
    "temporalbench": (9867, 2179), "videott": (1000, 1000), "vcrbench": (365, 365), "cvbench": (1000, 1000),
    "tvbench": (2525, 2000), "minerva": (1515, 223), "videomme": (2700, 900), "mvbench": (4000, 3641),
    "videommmu": (900, 300), "aotbench": (1800, 1500), "vinoground": (2000, 500),
}  # fmt: skip
"""Items and videos; of ReXTime, TVBench and AoTBench the latter are guesses."""
CHAIN = "The red square moves to the right. " * 57
PARTS = ("pos_text", "neg_text", "pos_video", "neg_video")


def items(name: str, part: float, skill: float, rng: random.Random) -> list[dict[str, Any]]:
    """Samples of a benchmark; `skill` is how often they are right."""
    count, videos = (max(4, round(size * part)) for size in SIZES[name])
    subsets = BENCHMARKS[name].subsets
    made = []
    for k in range(count):
        pair = name == "vinoground"
        line = sample(
            name,
            str(k),
            float(rng.random() < skill),
            unit=str(k // 4 if pair else k % videos),
            video=f"videos/{k // 4 if pair else k % videos}.mp4",
            subset=subsets[k % len(subsets)] if subsets else "",
            part=PARTS[k % 4] if pair else "",
            task=subsets[k % len(subsets)] if subsets else "t",
        )
        made.append(
            {**line, "filtered_resps": f"<think>{CHAIN}</think>\n<answer>B</answer>", "input": CHAIN[:600]}
        )
    return made


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", type=float, default=1.0, help="of the sizes")
    parser.add_argument("--profile", action="store_true", help="also print where the time goes")
    part, profiled = (vars(parser.parse_args())[name] for name in ("part", "profile"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = random.Random(0)
        for run, skill in (("base", 0.4), ("sft", 0.45), ("grpo", 0.5)):
            for day, variant in enumerate(("direct", "reasoning"), 1):
                tasks = {benchmark: items(benchmark, part, skill, rng) for benchmark in SIZES}
                write_run(
                    folder / run, tasks, variant=variant, model=f"runs/{run}", stamp=f"2026010{day}_030405"
                )
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        paths = [str(folder / run) for run in ("base", "sft", "grpo")]
        start = time.perf_counter()
        count = 0
        for path in folder.rglob("*_samples_*"):
            with path.open(encoding="utf-8") as file:
                count += sum(1 for line in file if json.loads(line))
        parsed = time.perf_counter()
        for path in paths:
            read_results("run", Path(path))
        read = time.perf_counter()
        with cProfile.Profile() if profiled else tempfile.TemporaryFile() as profile:
            begin = time.perf_counter()
            report = make_report(paths, progress=False)
            made = time.perf_counter()
        text = markdown(report)
        write_report(report, folder / "report")
        end = time.perf_counter()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        print(
            f"{count} samples in {size / 2**20:.0f} MB; {len(report.lines)} lines, {len(text) / 2**10:.0f} KB"
        )
        print(f"parsing their JSON and nothing else {parsed - start:.1f} s, reading {read - parsed:.1f} s")
        print(f"reading and comparing {made - begin:.1f} s, writing {end - made:.1f} s; {memory:.0f} MB")
        if profiled:
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
