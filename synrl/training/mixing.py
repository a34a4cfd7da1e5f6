"""Rows of other people's datasets beside ours, in fine-tuning: as many as a recipe or a run says.

They have a question, its answer, perhaps a chain of thought, and a video or an image in a folder that the
user names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.dataset.recipes import Recipe
from synrl.dataset.sources import SourceRow, fetch, read_all
from synrl.errors import ConfigError, DataError
from synrl.training.data import COLUMNS, say

if TYPE_CHECKING:
    from datasets import Dataset

    from synrl.training.settings import SFTArguments


def with_mixed_rows(rows: Dataset | None, recipe: Recipe | None, arguments: SFTArguments) -> Dataset:
    """Rows of ours, and after them those of other datasets that a recipe or the settings mix in.

    Args:
        rows: of ours; None if a run is to have none.
        recipe: of the rows; its sources hold unless the settings name others.

    Raises:
        HubError: a dataset can't be fetched.
        DataError: it has too few rows, or names a video outside the folder.
        ConfigError: a weight is no count or share.
    """
    from datasets import Dataset, concatenate_datasets

    folder, asked = arguments.real_videos, list(arguments.mix or [])
    sources = () if asked or recipe is None else recipe.sources
    if rows is None:
        asked = [arguments.data, *asked]
    if sources and folder is None:
        names = ", ".join(f"{source.num_rows} rows of {source}" for source in sources)
        say(f"left out, as there is no real_videos: {names}")
        return rows
    found = [row for source in sources for row in fetch(source, recipe.seed if recipe else 0)]
    found += mixed(asked, 0 if rows is None else len(rows), arguments.mix_seed)
    if not found:
        return rows
    if folder is None:
        raise ConfigError("real_videos is missing: name the folder with the videos of the rows to mix in")
    features = _features() if rows is None else rows.features
    # The same columns as ours, most of them empty: TRL takes one dataset, and no concatenation of several.
    real: list[dict[str, Any]] = [
        {
            **dict.fromkeys(features),
            "id": row.id,
            "question": row.question,
            "options": [],
            "answer": row.answer,
            "cot": row.cot,
            "video": {"bytes": None, "path": str(_found(row, Path(folder)))},
        }
        for row in found
    ]
    others = Dataset.from_list(real, features=features)
    return others if rows is None else concatenate_datasets([rows, others])


def mixed(asked: Sequence[str], ours: int, seed: int = 0) -> list[SourceRow]:
    """Rows of sources, each as many as it says: `NAME`, all; `NAME=1000`, a count; `NAME=15%`, a share.

    Args:
        asked: sources (`synrl.dataset.sources.read_all`) with their weights.
        ours: rows beside them; shares are those of all rows together.

    Raises:
        HubError: a dataset can't be fetched.
        DataError: it has too few rows.
        ConfigError: a weight is no count or share, or shares leave no room.
    """
    read: list[tuple[str, list[SourceRow], str]] = []
    for entry in asked:
        name, _, weight = entry.partition("=")
        if not re.fullmatch(r"|[1-9]\d*|\d+(?:\.\d+)?%", weight):
            raise ConfigError(f"mix is {entry!r}; allowed: NAME, NAME=1000 (rows), NAME=15% (of all rows)")
        rows, others = read_all(name, seed)
        if others:
            say(f"{name}: {others} of {others + len(rows)} items are no question with one answer; left out")
        read.append((name, rows, weight))
    counts = [len(rows) if not weight else int(weight) for _, rows, weight in read if weight[-1:] != "%"]
    shares = sum(float(weight[:-1]) for _, _, weight in read if weight.endswith("%")) / 100
    if shares >= 1:
        raise ConfigError(f"mix gives {shares:.0%} of all rows to sources; leave room for the others")
    total = (ours + sum(counts)) / (1 - shares)
    found = []
    for name, rows, weight in read:
        share = weight.endswith("%")
        count = round(total * float(weight[:-1]) / 100) if share else int(weight or len(rows))
        if count > len(rows):
            raise DataError(f"{name} has {len(rows)} rows; {count} are asked for")
        say(f"mixed in: {count} of {len(rows)} rows of {name}, {count / total:.1%} of all")
        found += rows[:count]
    return found


def _features() -> Any:
    from datasets import Video

    from synrl.schema import features

    own = features()
    return type(own)({**{name: own[name] for name in COLUMNS}, "video": Video(decode=False)})


def _found(row: SourceRow, folder: Path) -> Path:
    """Where a row's video is; `synrl.training.usable` finds out whether it is there."""
    path = (folder / row.video).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise DataError(f"row {row.id} names {row.video}, which is outside {folder}")
    return path
