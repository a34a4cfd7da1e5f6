"""Rows for the miniature: a few frames of 32 x 32 pixels of each clip, kept as they are shown.

24 frames show each move of a shape, of which the question picks one, and 16 how a distance develops; both
are answered without reasoning. 16 also show each of the four operations of the long family, which asks for
the last on one of two containers. With fewer frames, rows could not be answered. The answer alone teaches too
little of that family: there the completion first says what is asked, on which container each operation is
and the last so far, as the row's log has it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from synrl.budget import Clip, VideoBudget
from synrl.dataset.rows import make_row
from synrl.output import whole_file
from synrl.seeds import Streams
from synrl.tasks import get_family


@dataclass(frozen=True)
class Task:
    """Rows of one kind of question of a family."""

    family: str
    mode: str
    ask: str
    frames: int
    """How many the model is shown."""
    edge: int
    """Their width and height, px."""
    noted: bool = False
    """Whether what happens is written down before the answer."""
    length: int = 1
    """How many times as many operations as usual."""

    @property
    def name(self) -> str:
        return self.family + (f"_x{self.length}" if self.length > 1 else "")


LEARNT = (
    Task("direction_identification", "perception", "next", frames=24, edge=32),
    Task("distance_estimation", "perception", "trend", frames=16, edge=32),
    Task("chip_container", "historical", "last_change", frames=16, edge=32, noted=True),
)
LONGER = replace(LEARNT[-1], frames=32, length=2)
SPLITS = {"train": 600, "validation": 64, "test": 200}
"""Rows of each task."""


def write_rows(task: Task, folder: Path, run: Callable[..., Iterable[Any]] = map) -> None:
    """Write the rows of a task to a Parquet file for each split, unless it is there.

    Args:
        run: a `map`, over processes or in this one.
    """
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()  # ours tells more
    for split, count in SPLITS.items():
        path = folder / f"{task.name}-{split}.parquet"
        if path.exists():
            continue
        made = run(partial(_row, task, split), list(_indices(task, split, count)))
        shown = tqdm(made, f"{task.name}, {split}", count, unit="row", leave=False)
        with whole_file(path) as part:
            Dataset.from_list(list(shown)).to_parquet(str(part))


def _indices(task: Task, split: str, count: int) -> Iterator[int]:
    """The first `count` indices whose rows ask what the task asks."""
    family, found, index = get_family(task.family), 0, 0
    config = family.config(1, task.mode, "open", task.length)
    family.asked({"ask": task.ask})  # or the search would have no end
    while found < count:
        if family.simulate(config, Streams(task.family, split, 0, index)).query["ask"] == task.ask:
            found += 1
            yield index
        index += 1


def _row(task: Task, split: str, index: int) -> dict[str, Any]:
    """A row with what is shown of its video in its place: to decode that at each step would cost the most."""
    from synrl.training.tiny import TOKEN

    config = get_family(task.family).config(1, task.mode, "open", task.length)
    row = make_row(task.family, split=split, seed=0, index=index, config=config).to_dict()
    budget = VideoBudget(
        fps=row["fps"], min_frames=task.frames, max_frames=task.frames, max_frame_pixels=task.edge**2
    )
    shown = pack(budget.read(row["video"]["bytes"], TOKEN))
    kept = ("id", "family", "level", "question", "options", "answer_type", "answer", "guess_rate")
    return {
        "video": {"bytes": shown, "path": None},
        "notes": notes(row) if task.noted else None,
        **{name: row[name] for name in kept},
    }


def notes(row: Mapping[str, Any]) -> str:
    """The container that is asked about; each operation with its container, and the last on that one so far.

    Like `A: 1 B -, 2 A 2, 3 B 2, 4 B 2`.
    """
    asked, last, told = row["config"]["query"]["container"], "-", []
    for number, step in enumerate(row["operations"], 1):
        container = step["arguments"]["container"]
        last = str(number) if container == asked else last
        told.append(f"{number} {container} {last}")
    return f"{asked}: {', '.join(told)}"


def pack(clip: Clip) -> bytes:
    """A clip as a file, which `Packed` reads."""
    file = io.BytesIO()
    np.savez(file, frames=clip.frames, metadata=np.array(json.dumps(clip.metadata)))
    return file.getvalue()


class Packed(VideoBudget):
    """A budget for files that hold no more than what is to be shown."""

    def read(self, data: bytes, multiple: int) -> Clip:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return Clip(file["frames"], json.loads(str(file["metadata"])))


def read_rows(folder: Path, names: Sequence[str], split: str) -> Any:
    """The rows of some tasks, with prompts and completions; those with notes are to reason."""
    from datasets import Value, concatenate_datasets, load_dataset

    from synrl.prompts import completion_text
    from synrl.training.data import each_row
    from synrl.training.inputs import prompt_messages

    files = [str(folder / f"{name}-{split}.parquet") for name in names]
    parts = [load_dataset("parquet", data_files=file, split="train") for file in files]
    parts = [part.cast_column("notes", Value("string")) for part in parts]

    def asked(row: Mapping[str, Any]) -> dict[str, Any]:
        prompt = prompt_messages(row, reasoned=row["notes"] is not None)
        return {**row, "prompt": prompt, "completion": completion_text(row["answer"], row["notes"])}

    return concatenate_datasets(parts).with_transform(each_row(asked))


def chance(folder: Path, name: str) -> float:
    """The best accuracy on a task's test rows without seeing a video."""
    rates = read_rows(folder, [name], "test")["guess_rate"]
    return float(sum(rates) / len(rates))
