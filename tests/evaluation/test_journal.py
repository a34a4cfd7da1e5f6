"""The journal: answers come back by what they came from, and a line that was cut off costs only itself."""

from __future__ import annotations

from pathlib import Path

from synrl.evaluation.asking.journal import AnswerLog, model_digest
from synrl.evaluation.digests import digest


def test_answers_come_back_and_a_cut_line_is_the_only_loss(tmp_path: Path) -> None:
    path = tmp_path / "new" / "answers.jsonl"
    journal = AnswerLog(path)
    for key in "abc":
        journal.put(key, f"<think>ü\n</think>{key}")
    path.write_bytes(path.read_bytes()[:-3])
    again = AnswerLog(path)
    assert [again.get(key) for key in "abc"] == ["<think>ü\n</think>a", "<think>ü\n</think>b", None]
    again.put("d", "D")
    assert [AnswerLog(path).get(key) for key in "bcd"] == ["<think>ü\n</think>b", None, "D"]
    path.write_text("null\n[]\n7\n", encoding="utf-8")
    assert AnswerLog(path).get("a") is None


def test_processes_write_files_of_their_own_and_read_those_of_all(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    for rank in range(3):
        AnswerLog(path, rank).put(f"key {rank}", f"answer {rank}")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "answers.1.jsonl",
        "answers.2.jsonl",
        "answers.jsonl",
    ]
    for rank in (0, 1, 7):
        journal = AnswerLog(path, rank)
        assert [journal.get(f"key {k}") for k in range(3)] == [f"answer {k}" for k in range(3)]


def test_without_a_file_nothing_is_kept() -> None:
    journal = AnswerLog(None)
    journal.put("a", "A")
    assert journal.get("a") is None


def test_weights_that_are_written_again_have_another_name(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = model_digest(str(tmp_path))
    (tmp_path / "results").mkdir()
    assert model_digest(str(tmp_path)) == before
    (tmp_path / "model.safetensors").write_bytes(b"other")
    assert model_digest(str(tmp_path)) != before
    assert model_digest("org/name") == "org/name" and digest(1, {"a": 2}) != digest(1, {"a": 3})
