"""Pages hold every row and its video, and nothing of a row can run."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synrl.dataset.reading import Source
from synrl.errors import DataError, OutputError
from synrl.preview import page as preview
from synrl.preview.page import labelled, write_folder, write_page


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
    row["question"] = row["objects"][0]["name"] = row["tracks"][0]["name"] = evil
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
    write_page(rows[:1], page, "old")
    old = page.read_text()
    with pytest.raises(RuntimeError, match="boom"):
        write_page(failing(), page, "rows")
    assert page.read_text() == old
    assert list(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("fps", float("nan")),
        ("fps", 0.0),
        ("duration", None),
        ("num_frames", float("inf")),
        ("options", None),
        ("events", [{"kind": "hit"}]),
        ("operations", [{**dict(index=0, start_frame=1, end_frame=2, kind="x"), "arguments": None}]),
        ("tracks", ["a"]),
        ("video", {"bytes": None, "path": "elsewhere.mp4"}),
    ],
)
def test_a_row_that_is_none_of_ours_is_one_line(
    rows: list[dict[str, Any]], tmp_path: Path, column: str, value: Any
) -> None:
    with pytest.raises(DataError, match=rf"^row '{rows[0]['id']}' can't be shown: [^\n]+$"):
        write_page([{**rows[0], column: value}], tmp_path / "page.html", "rows")
    assert list(tmp_path.iterdir()) == []


def test_halves_of_characters_are_written_all_the_same(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    operation = dict(index=0, start_frame=1, end_frame=2, kind="x", arguments={"word": "\ud800"})
    write_page([{**rows[0], "operations": [operation]}], tmp_path / "page.html", "name \udc80")
    assert (
        entries((tmp_path / "page.html").read_text(encoding="utf-8"))[0][0]["spans"][-1]["how"]
        == "word \ud800"
    )


def test_the_policy_allows_the_pages_own_style_and_script_alone(
    rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    write_page(rows, tmp_path / "page.html", "rows")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    policy = dict(part.split(" ", 1) for part in re.findall(r'Policy" content="(.*?)"', page)[0].split("; "))
    assert policy.pop("default-src") == policy.pop("base-uri") == policy.pop("form-action") == "'none'"
    assert policy.pop("media-src") == "blob:"
    for tag, allowed in (("style", policy.pop("style-src")), ("script", policy.pop("script-src"))):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert allowed == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert policy == {}


def test_phases_say_of_every_frame_whether_the_state_can_be_seen(folder: Path, tmp_path: Path) -> None:
    rows = [row for row in Source.open(str(folder)).spread(1000) if row["states"]]
    write_page(rows, tmp_path / "page.html", "rows")
    data, _ = entries((tmp_path / "page.html").read_text(encoding="utf-8"))
    for row, entry in zip(rows, data, strict=True):
        readable = [False] * row["num_frames"]
        for state in row["states"]:
            readable[state["frame"] :] = [state["visible"]] * (row["num_frames"] - state["frame"])
        phases = entry["phases"]
        assert [phase["seen"] for phase in phases for _ in range(phase["from"], phase["to"])] == readable
        assert all(one["seen"] != two["seen"] for one, two in zip(phases, phases[1:], strict=False))
        assert len(entry["spans"]) == len(row["events"]) + len(row["operations"])


def test_rows_are_labelled_with_the_split_that_their_file_says(folder: Path, tmp_path: Path) -> None:
    shard = next(folder.rglob("*.parquet"))
    for name in ("train-00000-of-00001.parquet", "test_shift-00000-of-00001.parquet"):
        (tmp_path / name).write_bytes(shard.read_bytes())
    splits = [row["split"] for row in labelled(Source.open(str(tmp_path)), 100, progress=False)]
    assert splits == ["test_shift"] * (len(splits) // 2) + ["train"] * (len(splits) // 2)


@pytest.fixture
def _two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "ROWS_PER_PAGE", 2)


@pytest.mark.usefixtures("_two_a_page")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_a_folder_holds_every_row_once_in_order(
    rows: list[dict[str, Any]], tmp_path: Path, count: int
) -> None:
    assert write_folder(iter(rows[:count]), tmp_path / "pages", "rows") == count
    pages = sorted((tmp_path / "pages").glob("page-*.html"))
    shown = [entry["id"] for page in pages for entry in entries(page.read_text(encoding="utf-8"))[0]]
    assert shown == [row["id"] for row in rows[:count]]
    assert len(pages) == (count + 1) // 2
    assert f"{count} rows on {len(pages)} pages" in (tmp_path / "pages/index.html").read_text(
        encoding="utf-8"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "pages"]


@pytest.mark.usefixtures("_two_a_page")
def test_every_link_of_a_folder_leads_to_one_of_its_pages(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    write_folder(rows, tmp_path / "pages", "rows")
    for page in (tmp_path / "pages").iterdir():
        links = re.findall(r'href="([^"#]*)', page.read_text(encoding="utf-8"))
        assert links and all((tmp_path / "pages" / link).is_file() for link in links)


def test_an_index_holds_names_of_families_as_text(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    evil = "<img src=x>\"'&"
    write_folder([{**rows[0], "family": evil}], tmp_path / "pages", evil)
    index = (tmp_path / "pages/index.html").read_text(encoding="utf-8")
    assert "<img" not in index and "&lt;img src=x&gt;&quot;&#x27;&amp;" in index
    assert "default-src 'none'" in index and "<script" not in index


@pytest.mark.usefixtures("_two_a_page")
def test_a_folder_replaces_an_earlier_preview_and_nothing_else(
    rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    write_folder(rows, pages, "rows")
    write_folder(rows[:1], pages, "rows")
    assert sorted(path.name for path in pages.iterdir()) == ["index.html", "page-0001.html"]
    (pages / "notes.txt").write_text("mine")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("pages", "site", "file", "link"):
        with pytest.raises(OutputError, match=r"already holds something else; choose another --out"):
            write_folder(rows, tmp_path / name, "rows")
    assert (pages / "notes.txt").read_text() == (tmp_path / "site/index.html").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine" and (pages / "index.html").exists()


@pytest.mark.usefixtures("_two_a_page")
def test_a_failure_half_way_leaves_the_old_folder(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, Any]]:
        yield from rows[:3]
        raise RuntimeError("boom")

    write_folder(rows[:1], tmp_path / "pages", "old")
    with pytest.raises(RuntimeError, match="boom"):
        write_folder(failing(), tmp_path / "pages", "rows")
    assert "old" in (tmp_path / "pages/index.html").read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [tmp_path / "pages"]


def test_a_place_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"^can't write [^\n]+$"):
        write_page([], tmp_path / "missing" / "page.html", "rows")
    with pytest.raises(OutputError, match=r"^can't write [^\n]+$"):
        write_folder([], tmp_path / "file" / "pages", "rows")
