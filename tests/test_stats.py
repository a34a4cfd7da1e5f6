"""stats counts what is there, reads no videos for it, and draws it."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from synrl.cli import main
from synrl.dataset.reading import Source
from synrl.dataset.stats import plot, stats
from synrl.errors import OutputError


def test_the_counts_are_those_of_the_rows(folder: Path) -> None:
    found = stats(str(folder))
    rows = [row for group in Source.open(str(folder)).groups for row in group.rows()]
    for name, one in found.items():
        own = [row for row in rows if row["family"] == name]
        assert one.rows == len(own) == one.levels.total() == one.modes.total() == one.min_fps.total()
        assert one.letters.total() + one.answers.total() == one.rows
        assert one.letters["A"] == sum(bool(row["options"]) and row["answer"] == "A" for row in own)
        assert one.seconds == pytest.approx(sum(row["duration"] for row in own))
    assert sum(one.rows for one in found.values()) == len(rows)


def test_the_command_prints_a_table_or_json_and_draws_a_picture(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "stats.png"
    assert main(["stats", str(folder), "--out", str(picture)]) == 0
    told = capsys.readouterr()
    assert "card_stack" in told.out and "next: synrl audit" in told.err
    assert imread(picture).std() > 0.05
    assert main(["stats", str(folder), "--out", str(picture), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["card_stack"]["rows"] == stats(str(folder))["card_stack"].rows


def test_videos_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    asked: list[list[str] | None] = []
    original = pq.ParquetFile.read_row_group

    def watched(self: pq.ParquetFile, index: int, columns: list[str] | None = None) -> object:
        asked.append(columns)
        return original(self, index, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", watched)
    stats(str(folder))
    assert asked and all(columns and not {"video", "tracks"} & set(columns) for columns in asked)


@pytest.mark.parametrize("out", ["missing/stats.png", ".", "/"])
def test_a_picture_that_can_not_be_written_is_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    assert main(["stats", str(folder), "--out", str(tmp_path / out)]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("synrl stats: can't write") and "choose another --out" in said


def test_a_picture_that_is_cut_short_is_not_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(figure: Figure, path: Path, **kwargs: Any) -> None:
        path.write_bytes(b"half a picture")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", cut_short)
    with pytest.raises(OutputError, match="no space left"):
        plot(stats(str(folder)), tmp_path / "stats.png")
    assert not list(tmp_path.glob("stats.png*"))


def test_a_missing_folder_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "no such thing"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
