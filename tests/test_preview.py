"""The page holds every row and its video, and nothing of a row can run."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synrl.audit.reading import Source
from synrl.errors import OutputError
from synrl.preview import write_page


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    return list(Source.open(str(folder)).spread(5))


def entries(page: str) -> tuple[list[Any], list[bytes]]:
    data = re.findall(r'<script type="application/json" class="row">(.*?)</script>', page, re.DOTALL)
    videos = re.findall(r'<script type="text/plain" class="video">(.*?)</script>', page, re.DOTALL)
    return [json.loads(text) for text in data], [base64.b64decode(text) for text in videos]


def test_the_page_holds_every_row_once_with_its_video(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    assert write_page(rows, tmp_path / "page.html", "rows") == 5
    data, videos = entries((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in data] == [row["id"] for row in rows]
    assert videos == [row["video"]["bytes"] for row in rows]
    assert [entry["question"] for entry in data] == [row["question"] for row in rows]


def test_hostile_text_stays_text(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    row = copy.deepcopy(rows[0])
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    row["question"] = row["tracks"][0]["name"] = evil
    row["options"] = [evil, "b"]
    write_page([row], tmp_path / "page.html", evil)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page and "<img" not in page
    assert entries(page)[0][0]["question"] == evil


def test_a_failure_half_way_leaves_the_old_page(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, Any]]:
        yield rows[0]
        raise RuntimeError("boom")

    page = tmp_path / "page.html"
    page.write_text("old")
    with pytest.raises(RuntimeError, match="boom"):
        write_page(failing(), page, "rows")
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_a_place_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^can't write [^\n]+$"):
        write_page([], tmp_path / "missing" / "page.html", "rows")
