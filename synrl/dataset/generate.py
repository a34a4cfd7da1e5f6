"""From a recipe to a dataset folder: Parquet shards and a card, which `load_dataset(folder)` reads.

Work goes on in `<out>.incomplete`; the folder gets its name only when it is whole. A shard is written
under a temporary name and renamed once its footer has been read back, so every shard that has its name is
complete: the same recipe run again keeps those and makes the rest. What else has befallen a shard since is
noticed by its footer, too, and the shard is made again. Shards and row groups have a fixed number of rows,
whatever the number of processes and machines, so the same recipe always ends in the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.dataset.cards import dataset_card
from synrl.dataset.files import Shard, is_whole, make_rows, shards, write_rows
from synrl.dataset.origin import origin
from synrl.dataset.recipes import Recipe
from synrl.dataset.record import RECIPE, Record, recipe_json, recipe_of, sizes_in, write_recipe
from synrl.errors import DataError
from synrl.output import HOLDS_ELSE, check_apart, is_marked, staged, working_folder, write_whole
from synrl.pool import check_num_proc, ordered_map
from synrl.shares import Note, Share, begun, check_whole
from synrl.texts import read_text

KIND = "generate"
"""In the notes of shares."""


def generate(
    recipe: Recipe, out: Path, *, num_proc: int = 1, progress: bool = True, share: Share | None = None
) -> Path:
    """Write the dataset of a recipe to the folder `out` and return it.

    Args:
        share: which files to make, of those in the folder; it gets its name by `gather`.

    Raises:
        ConfigError: `num_proc` is out of range.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    check_num_proc(num_proc)
    for folder in out.absolute().parents:
        if (folder / RECIPE).is_file() and is_marked(folder / RECIPE, '"generator_version"'):
            check_apart(out, folder)
    files = list(shards(recipe))
    how = (partial(_lack, recipe=recipe), partial(_difference, recipe=recipe))
    if share is not None:
        note = Note(share, {"kind": KIND}, origin())
        with begun(out, note, partial(_prepare, recipe=recipe), how[0], unfinished=how[1]) as staging:
            if staging is not None:
                _make(share.of(files), staging, num_proc, progress)
        return out
    with staged(out, how[0], unfinished=how[1]) as staging:
        if staging is not None:
            _prepare(staging, recipe)
            _make(files, staging, num_proc, progress)
            _finish(staging, recipe)
    return out


def gather(out: Path) -> Path:
    """Make a dataset folder of what shares have left in its working folder, and return it.

    Raises:
        Incomplete: something is missing.
        DataError: the working folder says no recipe.
        OutputError: `out` holds something else, a share is being made, or some were made by others.
    """
    working = working_folder(out)
    recipe = recipe_of(working if working.is_dir() else out)
    if recipe is None:
        raise DataError(f"{working} says no recipe; was it made by `synrl generate --shard`?")
    with staged(
        out, partial(_lack, recipe=recipe), unfinished=partial(_difference, recipe=recipe)
    ) as staging:
        if staging is not None:
            check_whole(
                staging, [shard.name for shard in shards(recipe)], lambda name: is_whole(staging / name)
            )
            _finish(staging, recipe)
    return out


def _prepare(staging: Path, recipe: Recipe) -> None:
    # The recipe goes first: a folder without one was killed before it held anything.
    write_recipe(staging, recipe, origin())
    for batch in recipe.batches():
        (staging / batch.folder).mkdir(parents=True, exist_ok=True)


def _make(files: Sequence[Shard], staging: Path, num_proc: int, progress: bool) -> None:
    """Write those of some files that are not there."""
    todo = [shard for shard in files if not is_whole(staging / shard.name)]
    total, rest = (sum(len(shard.numbers) for shard in some) for some in (files, todo))
    with (
        tqdm(total=total, initial=total - rest, unit="row", disable=not progress) as bar,
        ordered_map(num_proc) as run,
    ):
        for shard in todo:
            make = partial(make_rows, shard.batch)
            write_rows(staging / shard.name, _counted(run(make, shard.numbers), bar))


def _finish(staging: Path, recipe: Recipe) -> None:
    record = Record(recipe, sizes_in(staging), origin())
    write_whole(staging / "README.md", dataset_card([record], {}))


def _difference(folder: Path, recipe: Recipe) -> str:
    """What a folder holds instead of a recipe's rows as they would be made now; nothing if it holds those."""
    asked = recipe_json(recipe, origin())
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # then it is none of ours
        said = json.loads(read_text(folder / RECIPE))
        if said == asked:
            return ""
        if {**said, "origin": origin()} == asked:
            before = said["origin"]
            changed = (
                f"{name} {before[name]}, now {now}" for name, now in origin().items() if before[name] != now
            )
            return f"holds these rows as others make them ({'; '.join(changed)})"
    return HOLDS_ELSE


def _lack(folder: Path, recipe: Recipe) -> str:
    """The same of a finished folder, in which no shard may be missing or broken."""
    if other := _difference(folder, recipe):
        return other
    broken = [shard.name for shard in shards(recipe) if not is_whole(folder / shard.name)]
    return f"holds these rows, but without a whole {broken[0]}" if broken else ""


def _counted(made: Iterable[list[dict[str, Any]]], bar: Any) -> Iterator[dict[str, Any]]:
    for rows in made:
        yield from rows
        bar.update()
