"""Rows of other datasets are chosen by what they say, and fetched through the Hub's own client."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hub.server import Blob, Hub, Repo

from synrl.dataset.sources import LLAVA_VIDEO, VideoSource, fetch
from synrl.errors import ConfigError, DataError, HubError

SOURCE = VideoSource("somebody/videos", "short", "multi_choice", 5)
CARD = """\
---
configs:
- config_name: short
  data_files:
  - split: multi_choice
    path: short/*mc*.json
---
"""


def conversation(number: int, turns: int = 2) -> dict[str, Any]:
    said = [
        {"from": "human", "value": f"<image>\nWhat is shown in {number}?\nA. a cat\nB. a dog"},
        {"from": "gpt", "value": "B."},
    ]
    return {
        "id": f"clip-{number}",
        "conversations": (said * turns)[:turns],
        "data_source": "short",
        "video": f"academic/{number}.mp4",
    }


def publish(hub: Hub, files: dict[str, list[dict[str, Any]]]) -> None:
    """A dataset in the layout of LLaVA-Video-178K: JSON files in a folder a config, splits by their names."""
    blobs = {name: Blob(json.dumps(rows).encode()) for name, rows in files.items()}
    commit = hashlib.sha1(json.dumps(files).encode()).hexdigest()
    hub.repos["dataset", SOURCE.repo] = Repo([(commit, {"README.md": Blob(CARD.encode()), **blobs})])


def test_questions_with_one_answer_are_taken_whatever_files_they_come_in(hub: Hub) -> None:
    rows = [conversation(number) for number in range(12)]
    publish(hub, {"short/one_mc.json": [*rows, conversation(12, turns=4)]})
    once = fetch(SOURCE)
    assert len(once) == 5 and all(row.answer == "B." for row in once)
    assert once[0].question.startswith("What is shown in") and "<image>" not in once[0].question
    assert once[0].video.endswith(".mp4")
    publish(hub, {"short/a_mc.json": rows[7:][::-1], "short/b_mc.json": rows[:7], "short/oe.json": []})
    assert fetch(SOURCE) == once
    assert fetch(SOURCE, seed=1) != once


def test_too_few_rows_are_told(hub: Hub) -> None:
    publish(hub, {"short/one_mc.json": [conversation(1), conversation(2, turns=4)]})
    with pytest.raises(DataError, match="has 1 conversations of one question; 5 are asked for"):
        fetch(SOURCE)


def test_other_columns_are_told(hub: Hub) -> None:
    publish(hub, {"short/one_mc.json": [{"question": "?", "answer": "!"}] * 9})
    with pytest.raises(DataError, match="has other columns"):
        fetch(SOURCE)


def test_a_dataset_that_can_not_be_had_is_one_line_with_the_remedy(hub: Hub) -> None:
    with pytest.raises(HubError, match=r"can't be fetched: .*leave the real videos out") as raised:
        fetch(LLAVA_VIDEO)
    assert len(str(raised.value).splitlines()) == 1


def test_no_rows_are_refused() -> None:
    with pytest.raises(ConfigError, match="number of rows is 0"):
        replace(LLAVA_VIDEO, num_rows=0)
