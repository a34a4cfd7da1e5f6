"""Rows in the formats of other trainers: each video once as an MP4 file, and what the format wants to know.

A format is a function from a row to that trainer's row. Prompts and answers are those of
`synrl.prompts`, so a model trained elsewhere is asked as it is here. As with `synrl generate`, work goes on
in `<out>.incomplete`: a video that has its name there is complete and is kept, and the folder gets its
own name when everything is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from synrl.answers import ANSWER_TYPES, LETTERS
from synrl.checks import check_one_of
from synrl.dataset.reading import Group, Source, reading
from synrl.errors import DataError
from synrl.output import HOLDS_ELSE, check_apart, staged, whole_file, write_whole
from synrl.prompts import completion_text, markup, placeholder, prompt_text, target_text
from synrl.texts import read_text

REQUEST = "export.json"
"""In the folder: the format and the source, so that the same command is known again."""
_NAME = re.compile(r"\w[\w.-]{0,199}", re.ASCII)
_COMPARABLE = ("choice", "integer", "text", "ordering")
"""Types of answers that a scorer can judge which compares with the one right answer."""


@dataclass(frozen=True)
class Format:
    """How one trainer wants its rows."""

    suffix: str
    row: Callable[[Mapping[str, Any], str, Path], dict[str, Any]]
    """From a row, its video's path inside the folder, and the folder."""
    use: str
    """What to say to the trainer; `{out}` is the folder, `{split}` one of its splits."""
    answer_types: tuple[str, ...] = ANSWER_TYPES
    """The others are left out: the trainer could not score them rightly."""


@dataclass(frozen=True)
class Exported:
    """What an export wrote."""

    rows: dict[str, int]
    """Of each split."""
    left_out: dict[str, int]
    """Rows of answer types that the format can't carry."""


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
        made = _write(source, form, staging, out, progress)
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


def _write(source: Source, form: Format, staging: Path, out: Path, progress: bool) -> Exported:
    seen: set[str] = set()
    rows: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar:
        for split, groups in _by_split(source).items():
            rows_of_split = (row for group in groups for row in group.rows())
            kept = _kept(rows_of_split, form, left_out, bar)
            made = (_made(row, form, staging, seen, out.absolute()) for row in kept)
            rows[split] = _WRITERS[form.suffix](staging / f"{split}.{form.suffix}", made)
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
        if row["answer_type"] in form.answer_types:
            yield row
        else:
            left_out[row["answer_type"]] += 1
        bar.update()


def _made(row: Mapping[str, Any], form: Format, folder: Path, seen: set[str], out: Path) -> dict[str, Any]:
    with reading(row):
        return form.row(row, _video(row, folder, seen), out)


def _video(row: Mapping[str, Any], folder: Path, seen: set[str]) -> str:
    """Write a row's video, unless it is there, and return its path inside the folder.

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
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as part:
            part.write_bytes(row["video"]["bytes"])
    return str(path.relative_to(folder))


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """JSON Lines."""
    count = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_list(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """One JSON list, written row by row."""
    count = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(("," if count else "") + "\n" + json.dumps(row, ensure_ascii=False))
            count += 1
        file.write("\n]\n")
    return count


def _write_parquet(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    # Paths and texts only, a few kilobytes a row: any dataset of ours fits in memory.
    table = pa.Table.from_pylist(list(rows))
    with whole_file(path) as part:
        pq.write_table(table, part)
    return int(table.num_rows)


_WRITERS: dict[str, Callable[[Path, Iterable[dict[str, Any]]], int]] = {
    "jsonl": _write_lines,
    "json": _write_list,
    "parquet": _write_parquet,
}


def _prompt(row: Mapping[str, Any], *, reasoned: bool = True) -> str:
    """The prompt behind the tag that stands for the video.

    Raises:
        DataError: the row's text holds such a tag itself.
    """
    return f"<video>{_unmarked(row, prompt_text(row, reasoned=reasoned))}"


def _unmarked(row: Mapping[str, Any], text: str) -> str:
    if found := placeholder(text):
        raise DataError(f"the question of row {row['id']} holds {found!r}, which means something to trainers")
    return text


def _target(row: Mapping[str, Any]) -> str:
    """The completion to learn from a row.

    Raises:
        DataError: its chain is not plain words in `<think>` and one answer in `<answer>`.
    """
    text = target_text(row)
    body = text.removeprefix("<think>").replace("</think>", "", 1) if row["cot"] else text
    if found := markup(body.replace("<answer>", "", 1).replace("</answer>", "", 1)):
        raise DataError(f"the chain of row {row['id']} holds markup, {found!r}; `synrl verify` says more")
    return text


def _verl(row: Mapping[str, Any], video: str, out: Path) -> dict[str, Any]:
    judged = ("family", "answer_type", "answer", "options", "config", "operations", "states")
    return {
        "data_source": f"synrl/{row['family']}",
        "prompt": [{"role": "user", "content": _prompt(row)}],
        "videos": [{"video": str(out / video)}],  # its readers take no %20 in a file:// address
        "ability": row["primitive"],
        "reward_model": {"style": "rule", "ground_truth": row["answer"]},
        "extra_info": {
            "split": row["config"]["split"],
            "index": row["config"]["index"],
            "id": row["id"],
            "row": json.dumps({name: row[name] for name in judged}, ensure_ascii=False),
        },
    }


def _easyr1(row: Mapping[str, Any], video: str, out: Path) -> dict[str, Any]:
    return {"problem": _prompt(row), "answer": row["answer"], "videos": [video]}


def _ms_swift(row: Mapping[str, Any], video: str, out: Path) -> dict[str, Any]:
    messages = [{"role": "user", "content": _prompt(row)}]
    if row["cot"]:
        messages.append({"role": "assistant", "content": _target(row)})
    return {
        "messages": messages,
        "videos": [str(out / video)],
        "solution": completion_text(row["answer"]),
        "answer_type": row["answer_type"],
    }


def _llama_factory(row: Mapping[str, Any], video: str, out: Path) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": _prompt(row, reasoned=row["cot"] is not None)},
            {"role": "assistant", "content": _target(row)},
        ],
        "videos": [video],
    }


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


def _video_r1(row: Mapping[str, Any], video: str, out: Path) -> dict[str, Any]:
    kinds = {
        "choice": "multiple choice",
        "integer": "numerical",
        "text": "free-form",
        "ordering": "free-form",
    }
    return {
        "problem_id": row["id"],
        "problem": _unmarked(row, row["question"]),
        "data_type": "video",
        "problem_type": kinds[row["answer_type"]],
        "options": [
            f"{letter}. {_unmarked(row, text)}" for letter, text in zip(LETTERS, row["options"], strict=False)
        ],
        "process": _target(row) if row["cot"] else "",
        "solution": completion_text(row["answer"]),
        "path": f"./{video}",
        "data_source": f"synrl/{row['family']}",
    }


FORMATS = {
    "verl": Format(
        "parquet",
        _verl,
        "data.train_files={out}/{split}.parquet custom_reward_function.path={rewards} "
        "custom_reward_function.name=verl_score",
    ),
    "easyr1": Format(
        "parquet", _easyr1, "data.train_files={out}/{split}.parquet data.image_dir={out}", _COMPARABLE
    ),
    "ms-swift": Format("jsonl", _ms_swift, "--dataset {out}/{split}.jsonl"),
    "llama-factory": Format("json", _llama_factory, "dataset_dir: {out}, dataset: synrl_{split}"),
    "video-r1": Format("json", _video_r1, "--dataset_name {out}/{split}.json", _COMPARABLE),
}
