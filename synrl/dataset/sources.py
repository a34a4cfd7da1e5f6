"""Rows of other people's datasets that a recipe mixes in: declared here, fetched by whoever wants them.

Nothing of them is shipped. Which rows are taken depends on what they say, not on the order or number of
the files they come in.
"""

from __future__ import annotations

import hashlib
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
    """A question about a video of a source; there is no reasoning, only the answer."""

    id: str
    question: str
    answer: str
    video: str
    """Path of the video inside the source."""


LLAVA_VIDEO = VideoSource("lmms-lab/LLaVA-Video-178K", "0_30_s_academic_v0_1", "multi_choice", 1000)
"""The real videos of the SFT mix, answers only. The paper calls them about 15 % of the mixture (section
2.3), but 1K of 7.7K rows, as its abstract counts them, are 13 %. It does not say which part of the dataset
it took; this part has clips of up to 30 seconds."""


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
