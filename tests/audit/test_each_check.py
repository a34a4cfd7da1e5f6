"""Each check finds something that no other one does: without it, a lie passes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from synrl.audit import row as proofs
from synrl.audit.row import check_row
from synrl.dataset.reading import Source

from .mutations import MUTATIONS, encode_again

Row = dict[str, Any]

OLD, NEW = "1", None
"""Rows of an older version of the generator can't be made again, and rely on the other checks."""


@pytest.mark.parametrize(
    ("check", "lie", "version", "family"),
    [
        ("_key", "config_query_of_another_wording", NEW, "direction_identification"),
        ("_identity", "column_category_0", OLD, "direction_identification"),
        ("_times", "event_with_another_time", OLD, "direction_identification"),
        ("_log", "event_with_another_detail", OLD, "attribute_change"),
        ("_question", "column_question_0", OLD, "direction_identification"),
        ("_solution", "column_min_fps_0", OLD, "direction_identification"),
        ("_video", "video_with_a_speck_on_one_frame", NEW, "direction_identification"),
        ("_video", "video_black_on_one_frame", OLD, "direction_identification"),
        ("_container", "file_with_a_message_in_its_padding", NEW, "direction_identification"),
        ("_chain", "column_cot_0", NEW, "direction_identification"),
    ],
)
def test_without_a_check_its_lie_passes(
    monkeypatch: pytest.MonkeyPatch, folder: Path, check: str, lie: str, version: str | None, family: str
) -> None:
    row = _row(folder, family)
    if version is not None:
        row["generator_version"] = version
    MUTATIONS[lie].tell(row)
    assert check_row(row)
    monkeypatch.setattr(proofs, "CHECKS", tuple(one for one in proofs.CHECKS if one.__name__ != check))
    assert check_row(row) == []


def test_without_the_check_of_bytes_a_video_that_was_encoded_twice_passes(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(proofs, "BYTES_OF", 1)
    row = _row(folder, "direction_identification")
    encode_again(row)
    assert check_row(row) == [
        "the bytes of the video are not those that its key makes with the same libraries"
    ]
    monkeypatch.setattr(proofs, "BYTES_OF", 1 << 40)
    assert check_row(row) == []


def _row(folder: Path, family: str) -> Row:
    for row in Source.open(str(folder)).rows():
        if row["family"] == family and row["options"]:
            return copy.deepcopy(row)
    raise LookupError(family)
