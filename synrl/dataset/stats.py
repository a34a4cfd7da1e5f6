"""What a dataset holds, in numbers and as a picture: rows by family, level, mode and kind of answer,
lengths of clips, how evenly answers and letters come, and how slowly the videos may be sampled.

Only the columns that are needed are read; videos and tracks stay on the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synrl.answers import LETTERS
from synrl.dataset.reading import Source
from synrl.output import result_file

MARK = "synrl stats"
"""In every picture, so that no other file is ever replaced."""
COLUMNS = (
    "family",
    "level",
    "mode",
    "answer_type",
    "answer",
    "duration",
    "num_frames",
    "min_fps",
    "guess_rate",
)


@dataclass
class FamilyStats:
    """The rows of one family; counters go from value to number of rows."""

    rows: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    answer_types: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    """Right letters of choices."""
    answers: Counter[str] = field(default_factory=Counter)
    """Answers of open questions."""
    min_fps: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0
    chance: float = 0.0
    """Sum of the rows' guess rates."""

    def add(self, row: dict[str, Any]) -> None:
        """Count a row."""
        self.rows += 1
        self.levels[row["level"]] += 1
        self.modes[row["mode"]] += 1
        self.answer_types[row["answer_type"]] += 1
        if row["answer_type"] == "choice":
            self.letters[row["answer"]] += 1
        else:
            self.answers[row["answer"]] += 1
        self.min_fps[round(row["min_fps"], 2)] += 1
        self.seconds += row["duration"]
        self.chance += row["guess_rate"]

    @property
    def commonest(self) -> float:
        """Share of the open questions that have the most frequent answer; 0 without open questions."""
        return max(self.answers.values(), default=0) / max(1, self.answers.total())


def stats(data: str) -> dict[str, FamilyStats]:
    """The statistics of each family in a folder or a Hub dataset.

    Raises:
        DataError: the dataset can't be found or read.
    """
    found: dict[str, FamilyStats] = {}
    for row in _rows(Source.open(data)):
        found.setdefault(row["family"], FamilyStats()).add(row)
    return found


def _rows(source: Source) -> Iterator[dict[str, Any]]:
    for group in source.groups:
        yield from group.columns(COLUMNS)


def table(found: dict[str, FamilyStats]) -> str:
    """The statistics as lines of text."""
    lines = [
        f"{'family':<26} {'rows':>6} {'s/clip':>6} {'chance':>6} {'top answer':>10} {'min_fps':>10}  "
        f"levels · kinds of answer · right letters"
    ]
    for name, one in found.items():
        rates = f"{min(one.min_fps):g}-{max(one.min_fps):g}"
        levels = " ".join(f"{level}:{count}" for level, count in sorted(one.levels.items()))
        kinds = " ".join(f"{kind}:{count}" for kind, count in one.answer_types.most_common())
        letters = " ".join(f"{letter}:{one.letters[letter]}" for letter in LETTERS if one.letters[letter])
        lines.append(
            f"{name:<26} {one.rows:>6} {one.seconds / one.rows:>6.1f} {one.chance / one.rows:>6.1%} "
            f"{one.commonest:>10.1%} {rates:>10}  {levels} · {kinds} · {letters}"
        )
    rows, seconds = sum(one.rows for one in found.values()), sum(one.seconds for one in found.values())
    lines.append(f"{'all':<26} {rows:>6} {seconds / max(1, rows):>6.1f} s a clip, {seconds / 3600:.1f} hours")
    return "\n".join(lines)


def as_json(found: dict[str, FamilyStats]) -> dict[str, Any]:
    """The statistics as a program reads them; of open answers, the ten most frequent."""
    return {name: {**vars(one), "answers": dict(one.answers.most_common(10))} for name, one in found.items()}


def plot(found: dict[str, FamilyStats], path: Path) -> None:
    """Draw the statistics into a PNG file.

    Raises:
        OutputError: it can't be written there, or something else is there than such a picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 3)
    _bars(axes[0, 0], "rows of each level", found, lambda one: one.levels)
    _bars(axes[0, 1], "rows of each mode", found, lambda one: one.modes)
    _bars(axes[0, 2], "rows of each kind of answer", found, lambda one: one.answer_types)
    _bars(axes[1, 0], "right letters", found, lambda one: one.letters)
    _bars(axes[1, 1], "lowest sampling rate, frames/s", found, lambda one: one.min_fps)
    names = list(found)[::-1]
    axes[1, 2].barh(names, [found[name].seconds / found[name].rows for name in names], color="#4060a0")
    axes[1, 2].set_title("mean length of a clip, s")
    with result_file(path, MARK) as part:
        figure.savefig(part, format="png", dpi=90, metadata={"Software": MARK})


def _bars(axes: Any, title: str, found: dict[str, FamilyStats], counts: Any) -> None:
    """Stacked bars, one a family."""
    names = list(found)[::-1]
    values = sorted({value for one in found.values() for value in counts(one)})
    left = [0] * len(names)
    for value in values:
        widths = [counts(found[name])[value] for name in names]
        axes.barh(names, widths, left=left, label=f"{value:g}" if isinstance(value, float) else value)
        left = [one + two for one, two in zip(left, widths, strict=True)]
    axes.set_title(title)
    axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.4, -0.06), ncols=3, frameon=False)
