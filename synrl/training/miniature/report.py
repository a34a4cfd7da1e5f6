"""What came out of the miniature's runs: a table with intervals, and a plot by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synrl.statistics import wilson
from synrl.training.miniature.rows import LEARNT, SPLITS, chance


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: right answers of all seeds together, with 95 % intervals, after each stage."""
    names = list(dict.fromkeys(task for run in runs for entry in run["found"] for task in entry))
    names = [name for name in names if name not in ("stage", "steps")]
    lines = [f"| trained on | stages | {' | '.join(names)} |", "|---" * (2 + len(names)) + "|"]
    groups: dict[tuple[str, str], dict[int, Mapping[str, Any]]] = {}
    for run in runs:
        for number, entry in enumerate(run["found"]):
            key = ", ".join(run["trained"]), ", ".join(run["stages"][:number]) or "none"
            seeds = groups.setdefault(key, {})
            seeds[run["seed"]] = {**seeds.get(run["seed"], {}), **entry}
    for (trained, stages), seeds in groups.items():
        cells = []
        for name in names:
            tested = [entry[name] for entry in seeds.values() if name in entry]
            low, high = wilson(sum(tested), total := SPLITS["test"] * len(tested))
            cells.append(f"{sum(tested) / total:.1%} ({low:.1%} to {high:.1%})" if tested else "")
        lines.append(f"| {trained} | {stages} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(folder: Path, runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Accuracy by stage, a line for each seed, a panel for each task, with chance."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.2 * len(LEARNT), 3.2), layout="constrained")
    panels = figure.subplots(1, len(LEARNT), sharey=True)
    for axes, task in zip(panels, LEARNT, strict=True):
        for run in (run for run in runs if run["trained"] == [task.name]):
            stages = [entry["stage"] for entry in run["found"]]
            right = [entry[task.name] / SPLITS["test"] for entry in run["found"]]
            axes.plot(stages, right, marker="o", label=f"seed {run['seed']}")
        axes.axhline(chance(folder, task.name), color="0.5", linestyle=":", label="chance")
        axes.set(title=task.family, ylim=(0, 1.02))
    panels[0].set_ylabel("right answers")
    panels[-1].legend(frameon=False, fontsize="small")
    figure.savefig(path, dpi=120)
