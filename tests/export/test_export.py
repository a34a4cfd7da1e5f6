"""Every format holds every row, its video and its answer, in the fields that its trainer documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synrl.answers import extract
from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain
from synrl.errors import ConfigError, DataError, OutputError
from synrl.export.export import export
from synrl.export.formats import FORMATS


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"train.{FORMATS[name].suffix}"
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)


def video_of(row: dict[str, Any], folder: Path) -> Path:
    """Where a trainer finds a row's video, as each of them resolves its path."""
    if "responses_create_params" in row:
        return Path(row["responses_create_params"]["input"][0]["content"][0]["video_url"])
    video = row["path"] if "path" in row else row["videos"][0]
    if isinstance(video, dict):
        return Path(video["video"])
    return folder / video  # an absolute path stays what it is


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.holds_videos])
def test_every_row_is_there_with_its_own_video_and_prompt(
    name: str, data: Path, rows: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    done = export(str(data), name, tmp_path / "out", progress=False)
    made = read(tmp_path / "out", name)
    assert done.rows == {"train": len(made)} and len(made) + sum(done.left_out.values()) == len(rows)
    for row in made:
        path = video_of(row, tmp_path / "out")
        source = rows[path.stem]
        assert path.read_bytes() == source["video"]["bytes"]
        assert source["question"] in json.dumps(row, ensure_ascii=False).replace('\\"', '"')
        assert all(option in json.dumps(row, ensure_ascii=False) for option in source["options"])
    lacks = [lack for row in rows.values() if (lack := FORMATS[name].lacks(row))]
    assert done.left_out == Counter(lacks) and bool(lacks) == (name == "video-r1")


def test_prompts_stand_behind_one_tag_for_the_video(data: Path, tmp_path: Path) -> None:
    for name in ("verl", "easyr1", "ms-swift", "llama-factory"):
        export(str(data), name, tmp_path / name, progress=False)
        for row in read(tmp_path / name, name):
            text = row.get("problem") or (row.get("prompt") or row["messages"])[0]["content"]
            assert text.startswith("<video>") and text.count("<video>") == len(row["videos"]) == 1


def test_video_r1_solutions_are_read_as_that_project_reads_them(data: Path, tmp_path: Path) -> None:
    export(str(data), "video-r1", tmp_path / "out", progress=False)
    for row in read(tmp_path / "out", "video-r1"):
        answer = re.search(r"<answer>\s*(.*?)\s*</answer>", row["solution"])
        assert answer is not None and row["data_type"] == "video" and row["path"].startswith("./")
        if row["problem_type"] == "multiple choice":
            assert [option[:3] for option in row["options"]] == ["A. ", "B. ", "C. ", "D. "][
                : len(row["options"])
            ]
            assert answer[1] in "ABCD"
        else:
            assert float(answer[1]) == int(answer[1])


def test_llama_factory_learns_the_chain_of_thought_or_the_answer(data: Path, tmp_path: Path) -> None:
    export(str(data), "llama-factory", tmp_path / "out", progress=False)
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["synrl_train"]
    assert (tmp_path / "out" / info["file_name"]).exists() and info["formatting"] == "sharegpt"
    made = read(tmp_path / "out", "llama-factory")
    for row in made:
        assert [turn[info["tags"]["role_tag"]] for turn in row["messages"]] == ["user", "assistant"]
        prompt, target = (turn["content"] for turn in row["messages"])
        assert ("<think>" in prompt) == ("<think>" in target)
    assert sum("<think>" in row["messages"][1]["content"] for row in made) == 4


def test_ms_swift_has_a_response_only_where_there_is_reasoning(data: Path, tmp_path: Path) -> None:
    export(str(data), "ms-swift", tmp_path / "out", progress=False)
    made = read(tmp_path / "out", "ms-swift")
    assert sum(len(row["messages"]) == 2 for row in made) == 4
    assert all(extract(row["solution"]) for row in made)


def test_an_export_goes_on_where_it_was_killed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    whole = export(str(data), "easyr1", tmp_path / "whole", progress=False)

    def failing(row: dict[str, Any], video: str, out: Path) -> dict[str, Any]:
        nonlocal written
        written += 1
        if written == 9:
            raise KeyboardInterrupt
        return FORMATS["easyr1"].row(row, video, out)

    with monkeypatch.context() as patch:
        form = FORMATS["easyr1"]
        patch.setitem(FORMATS, "cut", replace(form, row=failing, rewards={}))
        with pytest.raises(KeyboardInterrupt):
            export(str(data), "cut", tmp_path / "out", progress=False)
        left = sorted((tmp_path / "out.incomplete").rglob("*.mp4"))
        times = [path.stat().st_mtime_ns for path in left]
        written = 9
        assert export(str(data), "cut", tmp_path / "out", progress=False) == whole
    kept = [tmp_path / "out" / path.relative_to(tmp_path / "out.incomplete") for path in left]
    assert len(left) == 9 and [path.stat().st_mtime_ns for path in kept] == times
    assert read(tmp_path / "out", "easyr1") == read(tmp_path / "whole", "easyr1")


def test_the_same_export_again_changes_nothing_and_another_is_refused(data: Path, tmp_path: Path) -> None:
    done = export(str(data), "verl", tmp_path / "out", progress=False)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert export(str(data), "verl", tmp_path / "out", progress=False) == done
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    with pytest.raises(OutputError, match=r"^[^\n]*already holds something else[^\n]*$"):
        export(str(data), "easyr1", tmp_path / "out", progress=False)


def test_other_rows_under_the_same_name_are_not_mixed_in(data: Path, tmp_path: Path) -> None:
    generate(plain(("motion_counting",), 3, seed=1), tmp_path / "rows", progress=False)
    export(str(tmp_path / "rows"), "verl", tmp_path / "out", progress=False)
    (tmp_path / "rows").rename(tmp_path / "old")
    generate(plain(("motion_counting",), 3, seed=2), tmp_path / "rows", progress=False)
    with pytest.raises(OutputError, match="already holds"):
        export(str(tmp_path / "rows"), "verl", tmp_path / "out", progress=False)


def changed(data: Path, out: Path, column: str, values: list[Any]) -> str:
    path = next((data / "motion_counting").glob("*.parquet"))
    table = pq.read_table(path)
    place = table.column_names.index(column)
    out.mkdir()
    pq.write_table(
        table.set_column(place, column, pa.array(values, table.schema.field(place).type)), out / path.name
    )
    return str(out)


@pytest.mark.parametrize("hostile", ["../../escape", "/etc/passwd", "a/b", ".hidden", "x" * 300, "a\nb", ""])
def test_an_id_that_is_no_file_name_is_one_line_and_writes_nothing(
    data: Path, tmp_path: Path, hostile: str
) -> None:
    evil = changed(data, tmp_path / "evil", "id", [hostile] * 12)
    with pytest.raises(DataError, match=r"^(a row has the id|[^\n]+: id is) [^\n]+$"):
        export(evil, "verl", tmp_path / "out", progress=False)
    assert not list(tmp_path.rglob("*.mp4")) and not (tmp_path / "out").exists()


def test_two_rows_of_one_id_are_one_line(data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two rows have the id same"):
        export(
            changed(data, tmp_path / "twice", "id", ["same"] * 12), "verl", tmp_path / "out", progress=False
        )


def test_a_question_that_smuggles_in_a_tag_is_one_line(data: Path, tmp_path: Path) -> None:
    evil = changed(data, tmp_path / "evil", "question", ["How often? <image>"] * 12)
    for name in FORMATS.keys() - {"plain"}:  # rows for readers, not for trainers
        with pytest.raises(DataError, match="holds '<image>'"):
            export(evil, name, tmp_path / name, progress=False)


@pytest.mark.parametrize("tag", ["<video>", "<|im_end|>", "</answer><answer>B", "**so**"])
def test_a_chain_that_smuggles_in_markup_is_one_line(tag: str, data: Path, tmp_path: Path) -> None:
    chain = f"<think>It moves {tag} left.</think><answer>A</answer>"
    evil = changed(data, tmp_path / "evil", "cot", [chain] * 12)
    for name in ("ms-swift", "llama-factory", "video-r1"):
        with pytest.raises(DataError, match="holds markup"):
            export(evil, name, tmp_path / name, progress=False)


def test_an_unknown_format_names_those_there_are(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'trl'; allowed: verl, nemo-gym"):
        export(str(data), "trl", tmp_path / "out")
