"""Rows of other people's datasets to mix in: declared here, fetched by whoever wants them.

Nothing of them is shipped. Which rows are taken depends on what they say, not on the order or number of
the files they come in. A recipe names its sources with their numbers of rows (`VideoSource`); a run names
declared ones (`DECLARED`), datasets on the Hub and files of its own, of which it takes as many as it says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from synrl.checks import check_range
from synrl.errors import DataError, HubError, first_line


@dataclass(frozen=True)
class VideoSource:
    """Conversations about videos in a dataset on the Hub, of which those with one question are taken.

    Raises:
        ConfigError: no rows are asked for.
    """

    repo: str
    config: str
    split: str
    num_rows: int
    revision: str = "main"

    def __post_init__(self) -> None:
        check_range("number of rows", self.num_rows, 1)

    def __str__(self) -> str:
        return f"{self.repo} ({self.config}, {self.split})"


@dataclass(frozen=True)
class SourceRow:
    """A question about a video or an image of a source, with its answer."""

    id: str
    question: str
    answer: str
    video: str
    """Path of the video, or of the image, inside the source."""
    cot: str | None = None
    """The whole completion, if the source's holds reasoning."""


LLAVA_VIDEO = VideoSource("lmms-lab/LLaVA-Video-178K", "0_30_s_academic_v0_1", "multi_choice", 1000)
"""The real videos of the SFT mix, answers only. The paper calls them about 15 % of the mixture (section
2.3), but 1K of 7.7K rows, as its abstract counts them, are 13 %. It does not say which part of the dataset
it took; this part has clips of up to 30 seconds."""

DECLARED = {
    "llava_video": (LLAVA_VIDEO.repo, LLAVA_VIDEO.config, LLAVA_VIDEO.split, None),
    "video_r1_cot": ("Video-R1/Video-R1-data", None, "train", "Video-R1-COT-165k.json"),
}
"""Repository, config, split and file of the sources that go by a name. `video_r1_cot` is Video-R1-CoT-165k,
with which the paper compares its own chains (Tables 6 and 8): videos and images."""
_REASONED = re.compile(r"\s*<think>.*</think>\s*<answer>.*</answer>\s*", re.DOTALL)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


def is_source(name: str) -> bool:
    """Whether a name is that of a declared source, or of a file of rows."""
    return name in DECLARED or name.endswith((".json", ".jsonl"))


def read_all(name: str, seed: int = 0) -> tuple[list[SourceRow], int]:
    """The rows of a source, in the order of a digest, and how many items were left out as of no such form.

    Args:
        name: one of `DECLARED`, a file of JSON or JSON lines, or a dataset on the Hub as `org/name`,
            `org/name:split` or `org/name:config:split`.

    An item is in the form of Video-R1 (`problem`, `options`, `process`, `solution`, `path`) or a conversation
    with one question and one answer: that of LLaVA (`conversations` of `from` and `value`, `video` or
    `image`) or of OpenAI (`messages` of `role` and `content`, `videos` or `images`, of which there is one).

    Raises:
        HubError: the dataset could not be fetched.
        DataError: the file can't be read, or no item has one of these forms.
    """
    rows, others = [], 0
    for item in _items(name):
        row = _any_row(item)
        rows += [] if row is None else [row]
        others += row is None
    if not rows:
        raise DataError(
            f"{name} has no rows in a form that is known: Video-R1's, LLaVA's or OpenAI's messages"
        )
    return sorted(rows, key=lambda row: _place(row, seed)), others


def _items(name: str) -> Iterable[Mapping[str, Any]]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    repo, *parts = name.split(":")
    if name in DECLARED:
        repo, config, split, file = DECLARED[name]
    else:
        config, split, file = (None, "train", None)
        split = parts[-1] if parts else split
        config = parts[0] if len(parts) > 1 else None
    is_file = name.endswith((".json", ".jsonl"))
    try:
        rows: Iterable[Mapping[str, Any]] = (
            load_dataset("json", data_files=name, split="train")
            if is_file
            else load_dataset(repo, config, split=split, data_files=file)
        )
        return rows
    except (DatasetsError, OSError, ValueError) as error:
        kind = DataError if is_file else HubError
        raise kind(f"{name} can't be fetched: {first_line(error)}; it needs the network once") from error


def _any_row(item: Mapping[str, Any]) -> SourceRow | None:
    """A row, or None if it is of no form that is known, or not one question and one answer."""
    try:
        if "problem" in item:
            question, said = _of_video_r1(item)
            media = [item["path"]]
        else:
            key, who, what, *sides = (
                ("conversations", "from", "value", "human", "gpt")
                if "conversations" in item
                else ("messages", "role", "content", "user", "assistant")
            )
            turns = [turn for turn in item[key] if turn[who] != "system"]
            if [turn[who] for turn in turns] != sides:
                return None
            question, said = (turn[what] for turn in turns)
            media = [path for kind in ("video", "image", "videos", "images") for path in _paths(item, kind)]
        question = question.replace("<image>", "").replace("<video>", "").strip()
        if len(media) != 1 or not question or not said.strip():
            return None
        reasoned = _REASONED.fullmatch(said)
        answer = _ANSWER.findall(said)[-1] if reasoned else said
        name = item.get("id", item.get("problem_id", media[0]))
        path = str(media[0]).removeprefix("./")
        return SourceRow(str(name), question, answer.strip(), path, said.strip() if reasoned else None)
    except (KeyError, TypeError, AttributeError, IndexError):
        return None


def _of_video_r1(item: Mapping[str, Any]) -> tuple[str, str]:
    options = item.get("options") or []
    question = "\n".join([item["problem"], *(["Options:", *options] if options else [])])
    return question, f"{item.get('process') or ''}\n{item['solution']}".strip()


def _paths(item: Mapping[str, Any], kind: str) -> list[str]:
    value = item.get(kind) or []
    return [value] if isinstance(value, str) else list(value)


def fetch(source: VideoSource, seed: int = 0) -> list[SourceRow]:
    """The rows that a source says, in the order of a digest; needs the network, or an earlier download.

    Raises:
        HubError: the dataset could not be fetched.
        DataError: it has other columns, or too few rows that pass the filter.
    """
    rows = [row for item in _load(source) if (row := _read(item, source)) is not None]
    if len(rows) < source.num_rows:
        raise DataError(
            f"{source} has {len(rows)} conversations of one question; {source.num_rows} are asked for"
        )
    return sorted(rows, key=lambda row: _place(row, seed))[: source.num_rows]


def _place(row: SourceRow, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{row.id}\0{row.video}\0{row.question}".encode()).digest()


def _load(source: VideoSource) -> Iterable[Mapping[str, Any]]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    try:
        rows: Iterable[Mapping[str, Any]] = load_dataset(
            source.repo, source.config, split=source.split, revision=source.revision
        )
        return rows
    except (DatasetsError, OSError, ValueError) as error:
        said = first_line(error)
        raise HubError(
            f"{source} can't be fetched: {said}; it needs the network once, or leave the real videos out"
        ) from error


def _read(item: Mapping[str, Any], source: VideoSource) -> SourceRow | None:
    """A row, or None if its conversation is not one question and one answer.

    Raises:
        DataError: it has not the columns of a conversation about a video.
    """
    try:
        turns = item["conversations"]
        if [turn["from"] for turn in turns] != ["human", "gpt"]:
            return None
        question = turns[0]["value"].replace("<image>", "").replace("<video>", "").strip()
        return SourceRow(str(item["id"]), question, turns[1]["value"].strip(), item["video"])
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{source} has other columns: {type(error).__name__}: {error}") from error
