"""Rows for the trainers: from a recipe, a folder or the Hub, with the prompt and the completion to learn.

Nothing is copied: prompts are made from a row when it is asked for, and columns that no reward reads, such
as tracks, are left on the disk.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.dataset import record
from synrl.dataset.origin import origin
from synrl.dataset.recipes import Recipe, get_recipe, recipes
from synrl.errors import DataError, allowed, first_line
from synrl.prompts import target_text
from synrl.training.inputs import prompt_messages
from synrl.training.shown import EVIDENCE, keep_answerable

if TYPE_CHECKING:
    from datasets import Dataset

    from synrl.budget import VideoBudget
    from synrl.training.settings import RunArguments

COLUMNS = (
    "id",
    "family",
    "level",
    "mode",
    "video",
    "question",
    "options",
    "answer_type",
    "answer",
    "answer_text",
    "config",
    "states",
    "min_fps",
    "cot",
)
"""What prompts and rewards are made of."""
IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
"""What other people's rows show in place of a video."""


def load_rows(
    arguments: RunArguments,
    budget: VideoBudget,
    split: str,
    data: str | None = None,
    *,
    reasoned: bool = False,
) -> Dataset:
    """Rows of a split that can be answered as shown (`synrl.training.shown`), with the columns of `COLUMNS`.

    What is no folder may be a recipe: it is generated first, unless it has been already, into the cache of
    `datasets`. A folder may hold what SynRL made, or any part of that, as `to_parquet` or `save_to_disk`
    writes it.

    Args:
        data: in place of that of the arguments.
        reasoned: whether the rows are to teach chains of thought, which a recipe's then get.

    Raises:
        DataError: the dataset can't be found or read, or has not these columns; or no row can be answered.
        OutputError: a recipe can't be written.
    """
    from datasets import Video
    from datasets.exceptions import DatasetsError

    source = data or arguments.data
    path = str(built(get_recipe(source), reasoned=reasoned)) if _is_recipe(source) else source
    try:
        rows = _loaded(path, arguments, split)
    except (DatasetsError, OSError, ValueError, LookupError) as error:
        said = first_line(error)
        raise DataError(f"{source} can't be loaded: {said}") from error
    missing = [name for name in (*COLUMNS, *EVIDENCE) if name not in rows.column_names]
    if missing:
        raise DataError(f"{source} has no rows of SynRL: it has no column {', '.join(missing)}")
    rows = keep_answerable(rows, budget, keep_all=arguments.keep_unanswerable, told=reasoned)
    return rows.select_columns(list(COLUMNS)).cast_column("video", Video(decode=False))


def _loaded(path: str, arguments: RunArguments, split: str) -> Dataset:
    from datasets import get_dataset_config_names, load_dataset, load_from_disk

    config, revision = arguments.data_config, arguments.data_revision
    if (Path(path) / "dataset_dict.json").is_file():
        return load_from_disk(path)[split]
    if (Path(path) / "state.json").is_file():
        return load_from_disk(path)
    if config is None:
        names = get_dataset_config_names(path, revision=revision)
        if "all" not in names and len(names) > 1:
            raise DataError(f"{path} has several configs; set data_config, {allowed(names)}")
        config = "all" if "all" in names else names[0]
    return load_dataset(path, config, split=split, revision=revision)


def load_held_out(arguments: RunArguments, budget: VideoBudget, *, reasoned: bool = False) -> Dataset | None:
    """The rows to evaluate on, if there are to be any; as `load_rows`."""
    if arguments.eval_data is None and arguments.eval_split is None:
        return None
    split = arguments.eval_split or "test"
    return load_rows(arguments, budget, split, arguments.eval_data, reasoned=reasoned)


def built(recipe: Recipe, *, reasoned: bool = False) -> Path:
    """The folder of a recipe in the cache, made if it isn't there.

    Raises:
        OutputError: it can't be written.
    """
    import datasets

    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig
    from synrl.dataset.generate import generate

    # Rows that other code made stay beside those of today.
    made_by = "-".join(origin().values())
    out = Path(datasets.config.HF_DATASETS_CACHE) / "synrl" / f"{recipe.name}-{recipe.digest()}-{made_by}"
    workers = max(1, (os.cpu_count() or 2) - 1)
    out.parent.mkdir(parents=True, exist_ok=True)
    generate(recipe, out, num_proc=workers)
    if not reasoned:
        return out
    chains = out.with_name(out.name + "-reasoned")
    add_chains(str(out), chains, CotConfig(), num_proc=workers)
    return chains


def recipe_of(data: str) -> Recipe | None:
    """The recipe that rows were made by: the one of that name, or that of a generated folder."""
    if _is_recipe(data):
        return get_recipe(data)
    return record.recipe_of(Path(data))


def _is_recipe(data: str) -> bool:
    return data in recipes() and not Path(data).is_dir()


def for_grpo(rows: Dataset) -> Dataset:
    """Rows with a prompt that asks for reasoning; the other columns go to the rewards."""
    return rows.remove_columns("cot").with_transform(each_row(_prompted))


def for_sft(rows: Dataset, budget: VideoBudget) -> Dataset:
    """Rows with the chain of thought to learn, or, where there is none, the answer alone."""
    return rows.with_transform(each_row(functools.partial(_taught, most_pixels=budget.max_frame_pixels)))


def _prompted(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "prompt": prompt_messages(row)}


def _taught(row: Mapping[str, Any], most_pixels: int) -> dict[str, Any]:
    prompt = prompt_messages(row, reasoned=row["cot"] is not None)
    shown = {"video": row["video"], "image": None}
    if shown_by(row["video"]) == "image":
        shown = {"video": None, "image": image(row["video"]["path"], most_pixels)}
    return {"id": row["id"], "prompt": prompt, "completion": target_text(row), **shown}


def shown_by(video: Mapping[str, Any]) -> str:
    """What a value of column `video` shows: a `video`, or, in rows of other people, an `image`."""
    return "image" if Path(video["path"] or "").suffix.lower() in IMAGES else "video"


def image(path: str, most_pixels: int) -> Any:
    """An image, no larger than a frame may be."""
    from PIL import Image

    try:
        with Image.open(path) as file:
            image = file.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"image {path} can't be read: {first_line(error)}") from error
    scale = min(1.0, (most_pixels / (image.width * image.height)) ** 0.5)
    return image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))


def each_row(change: Any) -> Any:
    """A transform of `datasets`, which come as columns, from a function of one row."""

    def batch(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
        names = list(columns)
        rows = [
            change(dict(zip(names, values, strict=True))) for values in zip(*columns.values(), strict=True)
        ]
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    return batch


def say(message: str) -> None:
    """A line on stderr, from one process of a run."""
    if os.environ.get("RANK", "0") == "0":
        print(message, file=sys.stderr)
