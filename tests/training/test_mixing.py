"""Which rows of other people's datasets go into a run, and in which form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from PIL import Image
from test_paper import video_r1
from test_sources import conversation

from synrl.budget import VideoBudget
from synrl.dataset.sources import read_all
from synrl.errors import ConfigError, DataError
from synrl.training.data import for_sft
from synrl.training.mixing import mixed, with_mixed_rows
from synrl.training.settings import SFTArguments


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """A file of JSON lines with such items."""

    def write(name: str, items: list[dict[str, Any]]) -> str:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(map(json.dumps, items)) + "\n")
        return str(path)

    return write


def messages(number: int, *answers: str) -> dict[str, Any]:
    said = [{"role": "user", "content": f"<video>What of {number}?"}]
    said += [{"role": "assistant", "content": answer} for answer in answers]
    return {"messages": said, "videos": [f"{number}.mp4"]}


def test_rows_of_video_r1_keep_their_options_and_their_reasoning(file: Callable[..., str]) -> None:
    rows, others = read_all(file("r1", [video_r1(7)]))
    assert others == 0 and [(row.id, row.video, row.answer) for row in rows] == [("7", "General/7.mp4", "B")]
    assert rows[0].question == "What happens in 7?\nOptions:\nA. It turns.\nB. It stops."
    assert rows[0].cot == "<think>It slows down, so it stops.</think>\n<answer>B</answer>"


def test_conversations_of_either_form_are_taken_and_others_counted(file: Callable[..., str]) -> None:
    rows, others = read_all(
        file(
            "talks",
            [
                messages(1, "<think>So.</think><answer>blue</answer>"),
                messages(2, "red"),
                messages(3, "red", "no, blue"),
                {**messages(4, "red"), "videos": ["4.mp4", "5.mp4"]},
            ],
        )
    )
    assert others == 2
    assert {row.question: (row.answer, row.cot) for row in rows} == {
        "What of 1?": ("blue", "<think>So.</think><answer>blue</answer>"),
        "What of 2?": ("red", None),
    }
    llava, _ = read_all(file("llava", [conversation(3), conversation(4, turns=4)]))
    assert [(row.id, row.answer, row.video) for row in llava] == [("clip-3", "B.", "academic/3.mp4")]


def test_a_file_of_something_else_is_refused(file: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows in a form that is known"):
        read_all(file("other", [{"text": "hello"}]))
    with pytest.raises(DataError, match="can't be fetched"):
        read_all(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("weights", "counts"),
    [(["", ""], (10, 20)), (["=3", "=4"], (3, 4)), (["=10%", "=4"], (6, 4)), (["=20%", "=10%"], (14, 7))],
)
def test_weights_are_counts_or_shares_of_all_rows(
    weights: list[str], counts: tuple[int, int], file: Callable[..., str]
) -> None:
    """Beside 50 rows of ours."""
    one, other = (
        file("one", [messages(n, "1") for n in range(10)]),
        file("two", [messages(n, "2") for n in range(20)]),
    )
    if weights == ["=20%", "=10%"]:
        one, other = other, one
    found = mixed([one + weights[0], other + weights[1]], 50)
    split = (sum(row.answer == "1" for row in found), sum(row.answer == "2" for row in found))
    assert split == (counts if one.endswith("one.jsonl") else counts[::-1])


def test_which_rows_are_taken_depends_on_the_seed_and_not_on_their_order(file: Callable[..., str]) -> None:
    items = [messages(number, "1") for number in range(40)]
    one, other = file("one", items), file("two", items[::-1])
    assert mixed([f"{one}=9"], 0) == mixed([f"{other}=9"], 0) != mixed([f"{one}=9"], 0, seed=1)


@pytest.mark.parametrize(
    ("weight", "error", "message"),
    [
        ("=0", ConfigError, "allowed: NAME"),
        ("=x", ConfigError, "allowed: NAME"),
        ("=100%", ConfigError, "leave room"),
        ("=3", DataError, "has 2 rows; 3 are asked for"),
    ],
)
def test_weights_that_can_not_be_are_one_line(
    weight: str, error: type[Exception], message: str, file: Callable[..., str]
) -> None:
    with pytest.raises(error, match=message):
        mixed([file("one", [messages(n, "1") for n in range(2)]) + weight], 8)


def test_videos_and_images_stand_where_the_collator_looks_for_them(
    file: Callable[..., str], tmp_path: Path, numbered: bytes
) -> None:
    source = file("r1", [video_r1(0), video_r1(1, "image")])
    (tmp_path / "General").mkdir()
    (tmp_path / "General" / "0.mp4").write_bytes(numbered)
    Image.new("RGB", (400, 100)).save(tmp_path / "General" / "1.jpg")
    arguments = SFTArguments(data=source, real_videos=str(tmp_path))
    rows = for_sft(with_mixed_rows(None, None, arguments), VideoBudget(max_frame_pixels=10_000))
    video, image = sorted(rows, key=lambda row: row["id"])
    assert video["image"] is None and Path(video["video"]["path"]).name == "0.mp4"
    assert image["video"] is None and image["image"].size == (200, 50)
    assert "First think" in video["prompt"][0]["content"]
    with pytest.raises(ConfigError, match="real_videos is missing"):
        with_mixed_rows(None, None, SFTArguments(data=source))
