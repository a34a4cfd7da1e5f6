"""A picture of a run, drawn beside each checkpoint from what the trainer has logged: `run.png`.

Reward and loss, accuracy by level and family, the length of completions, and the share of prompts that teach
nothing, because all their completions get the same reward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from synrl.output import whole_file

NAME = "run.png"
PANELS = (
    ("loss", ("loss", "eval_loss")),
    ("reward", ("reward", "eval_reward", "rewards/accuracy_reward/mean")),
    ("accuracy by level", ("accuracy/level_",)),
    ("accuracy by family", ("accuracy/",)),
    ("tokens of completions", ("completions/mean_length", "completions/max_length")),
    ("prompts without a gradient", ("frac_reward_zero_std",)),
)
"""Titles, and the names of metrics; one that ends in / or _ stands for all that begin so, but for levels,
which have a panel of their own."""
_LEVEL = "accuracy/level_"


def series(history: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """Steps and values of the metrics of a panel, by name."""
    found: dict[str, list[tuple[int, float]]] = {}
    for entry in history:
        for key, value in entry.items():
            for name in names:
                begins = name.endswith(("/", "_")) and key.startswith(name)
                if (
                    key == name or (begins and (name == _LEVEL or not key.startswith(_LEVEL)))
                ) and isinstance(value, (int, float)):
                    found.setdefault(key, []).append((int(entry["step"]), float(value)))
    return found


def draw(history: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """The picture, as PNG, of the panels that there is anything for."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = [(name, found) for name, names in PANELS if (found := series(history, names))]
    rows = max(1, (len(panels) + 1) // 2)
    figure = Figure(figsize=(12, 3.2 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    for place, (name, found) in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, 2, place)
        axes.set_title(name, fontsize=10)
        for key, points in sorted(found.items()):
            axes.plot(*zip(*points, strict=True), marker=".", label=key.removeprefix("accuracy/"))
        axes.legend(fontsize=6, ncols=1 + len(found) // 7)
        axes.set_xlabel("step")
    file = BytesIO()
    figure.savefig(file, format="png", dpi=100)
    return file.getvalue()


class Plot(TrainerCallback):
    """Draws the picture whenever a checkpoint is written, and at the end."""

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero and state.log_history:
            out = Path(args.output_dir)
            with whole_file(out / NAME) as part:
                part.write_bytes(draw(state.log_history, out.name))

    on_train_end = on_save
