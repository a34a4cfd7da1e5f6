"""The folder of an export: rows, each video once, and what a run needs besides.

As with `synrl generate`, work goes on in `<out>.incomplete`: a video that has its name there is complete and
is kept, and the folder gets its own name when everything is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.checks import check_one_of
from synrl.dataset.reading import Group, Source, reading
from synrl.errors import DataError
from synrl.export.formats import FORMATS, Format
from synrl.export.kit import write_kit
from synrl.export.showing import Showing, Shown
from synrl.export.writing import WRITERS
from synrl.output import HOLDS_ELSE, check_apart, staged, whole_file, write_whole
from synrl.texts import read_text

REQUEST = "export.json"
"""In the folder: the format and the source, so that the same command is known again."""
_NAME = re.compile(r"\w[\w.-]{0,199}", re.ASCII)


@dataclass(frozen=True)
class Exported:
    """What an export wrote."""

    rows: dict[str, int]
    """Of each split."""
    left_out: dict[str, int]
    """Rows that the trainer can't take, by what it lacks for them."""


def export(data: str, name: str, out: Path, *, progress: bool = True) -> Exported:
    """Write the rows of a folder or Hub dataset to the folder `out`, in the format of that name.

    Raises:
        ConfigError: there is no such format.
        DataError: the data can't be read, or a row has an id that is no file name or occurs twice.
        OutputError: `out` holds something else, or the disk is full or not writable.
    """
    check_one_of("format", name, FORMATS)
    form, source = FORMATS[name], Source.open(data)
    check_apart(out, source.folder)
    request = {"format": name, "data": data, "digest": _digest(source)}

    def difference(folder: Path) -> str:
        said = _said_of(folder)
        return "" if said is not None and said | request == said else HOLDS_ELSE

    with staged(out, difference) as staging:
        if staging is None:
            done = _said_of(out)
            return Exported(done["rows"], done["left_out"])
        write_whole(staging / REQUEST, json.dumps(request))
        showing = Showing()
        made = _write(source, form, staging, out, showing, progress)
        split = next(iter(made.rows))
        paths = {
            "out": out.absolute(),
            "run": out.absolute() / "run",
            "reward": out.absolute() / "reward.py:compute_score",  # as EasyR1 names a function
            **{ending: out.absolute() / f"{split}.{ending}" for ending in WRITERS},
        }
        settings = {
            **showing.settings(),
            # Quoted as YAML takes it.
            **{name: json.dumps(str(path), ensure_ascii=False) for name, path in paths.items()},
            "split": split,
            "splits": "\n".join(f"  - split: {name}\n    path: {name}.rows.parquet" for name in made.rows),
            "rows": ", ".join(f"{count} of split {split}" for split, count in made.rows.items()),
            "left_out": _said_left_out(made.left_out),
        }
        write_kit(staging, name, form.rewards, settings)
        if name == "llama-factory":
            write_whole(staging / "dataset_info.json", json.dumps(_dataset_info(made.rows), indent=2) + "\n")
        write_whole(staging / REQUEST, json.dumps({**request, **vars(made)}))
    return made


def _digest(source: Source) -> str:
    """Of what tells rows apart: videos that an interrupted export has left must be of the same rows."""
    digest = hashlib.sha256()
    for group in source.groups:
        for row in group.columns(["id", "question", "answer", "seed", "config", "generator_version", "cot"]):
            digest.update(json.dumps(row, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def _said_of(folder: Path) -> Any:
    """What a folder says of the export in it; None if it is none of ours."""
    with suppress(OSError, json.JSONDecodeError):
        said = json.loads(read_text(folder / REQUEST))
        return said if isinstance(said, dict) else None
    return None


def _said_left_out(left_out: Mapping[str, int]) -> str:
    return (
        "; ".join(f"{count} for which the trainer lacks {lack}" for lack, count in left_out.items()) or "none"
    )


def _write(
    source: Source, form: Format, staging: Path, out: Path, showing: Showing, progress: bool
) -> Exported:
    seen: set[str] = set()
    rows: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar:
        for split, groups in _by_split(source).items():
            rows_of_split = (row for group in groups for row in group.rows())
            kept = _kept(rows_of_split, form, left_out, bar)
            made = (_made(row, form, staging, seen, out.absolute(), showing) for row in kept)
            rows[split] = WRITERS[form.suffix](staging / f"{split}.{form.suffix}", made)
    return Exported(rows, dict(left_out))


def _by_split(source: Source) -> dict[str, list[Group]]:
    """The row groups of each split."""
    groups: dict[str, list[Group]] = {}
    for group in source.groups:
        groups.setdefault(group.split, []).append(group)
    return groups


def _kept(
    rows: Iterable[Mapping[str, Any]], form: Format, left_out: Counter[str], bar: Any
) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        with reading(row):
            lack = form.lacks(row)
        if lack:
            left_out[lack] += 1
        else:
            yield row
        bar.update()


def _made(
    row: Mapping[str, Any], form: Format, folder: Path, seen: set[str], out: Path, showing: Showing
) -> dict[str, Any]:
    with reading(row):
        showing.add(Shown.of(row))
        return form.row(row, _video(row, folder, seen, kept=not form.holds_videos), out)


def _video(row: Mapping[str, Any], folder: Path, seen: set[str], *, kept: bool) -> str:
    """Write a row's video, unless it is there, and return its path inside the folder.

    Args:
        kept: whether the video is a file of its own; samples of tar files hold theirs.

    Raises:
        DataError: the row's id can't be a file's name, is taken, or the row has no video.
    """
    name, family = row["id"], row["family"]
    if not (_NAME.fullmatch(name) and _NAME.fullmatch(family)):
        raise DataError(f"a row has the id {name[:80]!r} and the family {family[:80]!r}: no names of files")
    if name in seen:
        raise DataError(f"two rows have the id {name}")
    seen.add(name)
    if not row["video"]["bytes"]:
        raise DataError(f"row {name} has no video")
    path = folder / "videos" / family / f"{name}.mp4"
    if kept and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as part:
            part.write_bytes(row["video"]["bytes"])
    return str(path.relative_to(folder))


def _dataset_info(splits: Iterable[str]) -> dict[str, Any]:
    """LLaMA-Factory's table of datasets."""
    tags = dict(role_tag="role", content_tag="content", user_tag="user", assistant_tag="assistant")
    return {
        f"synrl_{split}": {
            "file_name": f"{split}.json",
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "videos": "videos"},
            "tags": tags,
        }
        for split in splits
    }
