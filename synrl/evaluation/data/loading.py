"""A benchmark's items: its tables from a folder of the user or from the Hub, its videos from where they are.

`$SYNRL_EVAL_DATA/<benchmark>/` is looked at first: tables as `<table>.json`, `.jsonl` or `.csv`, videos
anywhere below. Else tables come from the Hub. Videos are looked for in `$<BENCHMARK>_VIDEO_DIR`, or in that
folder, or in HF_HOME: where lmms-eval unpacks them, or in what `hf download` has fetched. One that is missing
is an error, because a score over the rest is another benchmark's; `SYNRL_EVAL_SKIP_MISSING=1` leaves such
items out and says how many. Nobody can mend a benchmark's own faults, so a video that is there and can't be
shown, or a question with more options than there are letters, ends nothing: it is left out, named, and
counted in the name of what was measured, which a report sets beside the score.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from synrl.answers import LETTERS
from synrl.errors import DataError, SynRLError, first_line
from synrl.evaluation.benchmarks import Benchmark
from synrl.evaluation.data.damage import looks_at
from synrl.evaluation.data.items import WITHOUT, Item, features
from synrl.evaluation.data.readers import get_reader
from synrl.evaluation.data.tables import own_folder, read_tables
from synrl.evaluation.data.videos import Videos
from synrl.evaluation.digests import digest

if TYPE_CHECKING:
    from datasets import Dataset


def load(benchmark: Benchmark) -> Dataset:
    """The documents that lmms-eval asks a model about.

    Raises:
        DataError: rows or videos are missing, or are not what they should be.
        OutputError: videos of ours can't be written into the cache.
    """
    from datasets import Dataset

    tables = read_tables(benchmark)
    try:
        items = list(get_reader(benchmark.reader)(tables.content))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, SynRLError):
            raise
        raise DataError(
            f"{benchmark.title} has other columns: {type(error).__name__}: {first_line(error)}"
        ) from error
    found = _usable(benchmark, with_videos(benchmark, items), len(items))
    if not found:
        raise DataError(f"{benchmark.title} has no items; {benchmark.how}")
    measured = tables.origin or f"sha256:{_digest(items)}"
    if len(found) < len(items):
        measured += f"{WITHOUT}{len(items) - len(found)} of {len(items)} items"
    if len(benchmark.tables) > 1 and benchmark.subsets:
        found = _in_turn(found)
    return Dataset.from_list([item.to_dict(benchmark.name, measured) for item in found], features=features())


def with_videos(benchmark: Benchmark, items: Sequence[Item]) -> list[Item]:
    """Items with the paths of their videos.

    Raises:
        DataError: some are missing, and the user has not said to go on without.
    """
    if benchmark.name == "synrl_test":  # its rows hold their videos
        return list(items)
    videos = Videos(folder for folder in _video_folders(benchmark) if folder.is_dir())
    found: list[Item] = []
    missing: list[str] = []
    for item in items:
        paths = [videos.find(path) for path in item.videos]
        lacking = [path for path, place in zip(item.videos, paths, strict=True) if place is None]
        missing += lacking
        if not lacking:
            found.append(replace(item, videos=tuple(str(path) for path in paths)))
    if missing:
        count = f"{len(set(missing))} of {_count(items)} videos"
        said = f"{count} of {benchmark.title} are missing, {missing[0]!r} first"
        if videos.links:
            said += f" ({str(videos.links[0])!r} is a link, which is not followed: name where it leads to)"
        if os.environ.get("SYNRL_EVAL_SKIP_MISSING") != "1":
            raise DataError(f"{said}; {benchmark.how}; or set SYNRL_EVAL_SKIP_MISSING=1 to do without them")
        print(f"{said}: {len(items) - len(found)} of {len(items)} items are left out", file=sys.stderr)
    return found


def _usable(benchmark: Benchmark, items: Sequence[Item], count: int) -> list[Item]:
    """Items whose videos can be shown and whose options have letters; stderr names the others."""
    if benchmark.name == "synrl_test":  # its rows have been checked
        return list(items)
    looks = looks_at(path for item in items for path in item.videos)
    said = [f"{path!r} can't be shown: {look.problem}" for path, look in looks.items() if look.problem]
    left = []
    for item in items:
        shortest = min(looks[path].seconds for path in item.videos)
        if item.kind == "choice" and len(item.options) > len(LETTERS):
            said.append(f"item {item.id!r} has {len(item.options)} options; allowed: {len(LETTERS)}")
        elif item.start is not None and item.start > shortest:
            said.append(f"item {item.id!r} is about {item.start:g} s on of a video of {shortest:g} s")
        elif not any(looks[path].problem for path in item.videos):
            left.append(item)
    if said:
        print("\n".join(said), file=sys.stderr)
        print(f"{benchmark.title}: {len(items) - len(left)} of {count} items are left out", file=sys.stderr)
    return left


def _video_folders(benchmark: Benchmark) -> list[Path]:
    """The first that are set count alone, so that a video is not found twice."""
    if said := os.environ.get(benchmark.video_variable):
        return [Path(folder).expanduser() for folder in said.split(os.pathsep)]
    own = own_folder(benchmark)
    if own is not None and own.is_dir():
        return [own]
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    unpacked = home / benchmark.cache
    if benchmark.cache and unpacked.is_dir():
        return [unpacked]
    return [snapshot] if (snapshot := _snapshot(benchmark)) else []


def _snapshot(benchmark: Benchmark) -> Path | None:
    """What has been downloaded of its repository."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                benchmark.repo, repo_type="dataset", revision=benchmark.revision, local_files_only=True
            )
        )
    except LocalEntryNotFoundError:
        return None


def _digest(items: Sequence[Item]) -> str:
    """A name for rows that are not on the Hub, the same on every machine."""
    named = (replace(item, videos=tuple(_portable(path) for path in item.videos)) for item in items)
    return digest([asdict(item) for item in named])


def _portable(path: str) -> str:
    return Path(path).name if Path(path).is_absolute() else path


def _in_turn(items: Sequence[Item]) -> list[Item]:
    """Items of each task in turn, so that the first ones, under a limit, are of all of them."""
    seen: Counter[str] = Counter()
    turns = []
    for item in items:
        seen[item.subsets[0]] += 1
        turns.append(seen[item.subsets[0]])
    return [item for _, item in sorted(zip(turns, items, strict=True), key=lambda pair: pair[0])]


def _count(items: Sequence[Item]) -> int:
    return len({path for item in items for path in item.videos})
