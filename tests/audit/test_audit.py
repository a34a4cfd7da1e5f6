"""audit: exact tests, every kind of shortcut caught when it is planted, honest rows passed."""

from __future__ import annotations

import itertools
import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.audit.audit import judged
from synrl.audit.shortcuts import Exam, examine
from synrl.cli import main
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.seeds import Stream, Streams
from synrl.statistics import tail, uneven


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(-1, 9))
@settings(deadline=None)
def test_the_tail_is_that_of_all_outcomes_added_up(rates: list[float], hits: int) -> None:
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(rates)):
        if sum(outcome) >= hits:
            total += math.prod(r if won else 1 - r for r, won in zip(rates, outcome, strict=True))
    assert tail(rates, hits) == pytest.approx(total, abs=1e-9)


@given(st.integers(1, 60), st.floats(0.05, 0.95), st.data())
@settings(deadline=None, max_examples=40)
def test_with_equal_rates_it_is_the_binomial_tail(trials: int, rate: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    exact = sum(math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(hits, trials + 1))
    assert tail([rate] * trials, hits) == pytest.approx(exact, rel=1e-6, abs=1e-12)


def test_uneven_counts_are_unlikely_and_even_ones_are_not() -> None:
    assert uneven([250, 250, 250, 250]) == 1.0
    assert uneven([0, 0, 0, 0]) == 1.0
    assert uneven([400, 200, 200, 200]) < 1e-9
    assert uneven([262, 246, 251, 241]) > 0.05
    # Two-sided binomial, by hand, times the number of counts: 3 of 3 with one chance in two.
    assert uneven([3, 0]) == pytest.approx(min(1.0, 2 * 0.125 * 2))


def exams(count: int, draw: Stream | None = None) -> list[Exam]:
    """Honest choices: a random one of four numbers is right, and no frame tells."""
    draw = draw or Streams("audit", "tests", 0, 0).scene
    made = []
    for number in range(count):
        options = tuple(str(value) for value in draw.sample(range(10, 99), 4))
        right = draw.integer(0, 3)
        made.append(
            Exam(
                row_id=f"row-{number}",
                family="family",
                split="train",
                half=number % 2,
                key=("perception", 1, "count", "choice"),
                question=f"How many of kind {number % 3}?",
                options=options,
                answer_type="choice",
                answer="ABCD"[right],
                answer_text=options[right],
                guess_rate=0.25,
                digest=f"scene {number}",
                single=tuple(draw.chance(0.25) for _ in range(9)),
                shuffled=draw.chance(0.25),
            )
        )
    return made


def opened(exam: Exam, answer_type: str, answer: str, rate: float) -> Exam:
    """The exam as an open question."""
    key = (*exam.key[:3], answer_type)
    return replace(
        exam, options=(), answer_type=answer_type, answer=answer, answer_text=answer, guess_rate=rate, key=key
    )


def failures(given: Sequence[Exam]) -> str:
    return "; ".join(judged(given).failures)


def test_honest_rows_pass() -> None:
    assert failures(exams(600)) == ""


def test_a_letter_that_is_right_too_often_is_found() -> None:
    planted = [
        replace(e, answer="A", answer_text=e.options[0]) if k % 3 == 0 else e
        for k, e in enumerate(exams(600))
    ]
    said = failures(planted)
    assert "first option is right in" in said and "letters of right options are uneven" in said


def test_a_longer_right_option_is_found() -> None:
    def longer(exam: Exam) -> Exam:
        options = [option + ("0" if option == exam.answer_text else "") for option in exam.options]
        return replace(exam, options=tuple(options), answer_text=exam.answer_text + "0")

    assert "longest option is right in 100.0%" in failures([longer(exam) for exam in exams(200)])


def test_a_frequent_answer_to_an_open_question_is_found() -> None:
    draw = Streams("audit", "tests", 0, 1).scene
    planted = []
    for exam in exams(400):
        answer = "7" if draw.chance(0.5) else str(draw.integer(1, 6))
        planted.append(opened(exam, "integer", answer, 1 / 7))
    assert "majority is right in" in failures(planted)


def test_an_option_that_resembles_all_others_is_found() -> None:
    """Wrong options made from the right one by single changes: it shares most words with the rest."""
    draw = Streams("audit", "tests", 0, 2).scene
    planted = []
    for exam in exams(400):
        truth = draw.sample("abcdefgh", 3)
        others = [[*truth[:k], "xyz"[k], *truth[k + 1 :]] for k in range(3)]
        options = draw.shuffled([" ".join(words) for words in (truth, *others)])
        letter = "ABCD"[options.index(" ".join(truth))]
        planted.append(replace(exam, options=tuple(options), answer=letter, answer_text=" ".join(truth)))
    assert "options only is right in" in failures(planted)


def test_a_middle_sized_right_option_is_found() -> None:
    planted = []
    for exam in exams(400):
        truth = sorted(exam.options, key=int)[1]
        planted.append(replace(exam, answer="ABCD"[exam.options.index(truth)], answer_text=truth))
    assert "options only is right in 100.0%" in failures(planted)


def test_words_of_the_question_that_tell_are_found() -> None:
    planted = [opened(exam, "integer", str(number % 3), 1 / 3) for number, exam in enumerate(exams(300))]
    assert "question only is right in 100.0%" in failures(planted)


def test_an_interval_that_is_mostly_in_the_middle_is_found() -> None:
    draw = Streams("audit", "tests", 0, 3).scene
    planted = []
    for exam in exams(300):
        start = 2 + draw.uniform(0, 0.5)
        answer = f"[{start:.2f}, {start + 1:.2f}]"
        planted.append(opened(exam, "interval", answer, 0.3))
    assert "majority is right in" in failures(planted)


def test_a_frame_that_tells_is_found_and_frames_in_disorder_are_not_judged() -> None:
    planted = [replace(exam, single=(*exam.single[:4], True, *exam.single[5:])) for exam in exams(100)]
    assert "best single frame is right in 100.0%" in failures(planted)
    assert failures([replace(exam, shuffled=True) for exam in exams(100)]) == ""


def test_a_glance_that_tells_is_told_and_not_judged() -> None:
    """As if the right option were where the shape is: one frame is enough to learn that."""
    planted = []
    for exam in exams(400):
        options = ("left", "right", "up", "down")
        letter = "ABCD".index(exam.answer)
        look = ((0, "x", letter),)
        planted.append(
            replace(exam, options=options, answer_text=options[letter], looks=tuple([()] * 8 + [look]))
        )
    (finding,) = (row for row in judged(planted).findings if row.shortcut == "a learnt glance")
    assert finding.accuracy > 0.99 and finding.ok


def test_scenes_that_occur_twice_are_found_unless_one_is_in_another_style() -> None:
    one, *rest = exams(50)
    twice = [one, *rest, replace(one, row_id="again")]
    assert "duplicate scenes: 1, the first are row-0, again" in failures(twice)
    leaked = [one, *rest, replace(one, row_id="again", split="test")]
    assert "overlapping splits: 1" in failures(leaked)
    assert failures([one, *rest, replace(one, row_id="again", split="train_shift")]) == ""


def test_generated_rows_pass_and_the_report_is_data(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "card_stack                 best single frame" in captured.out
    assert "no shortcut beats chance; next: synrl preview" in captured.err
    assert main(["audit", str(folder), "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["failures"] == [] and len(report["findings"]) > 6 * 18 - 10


def test_a_copied_file_is_exit_status_1(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder / "card_stack", tmp_path / "data" / "card_stack")
    (path,) = (tmp_path / "data" / "card_stack").glob("*.parquet")
    shutil.copy(path, path.with_name("copy.parquet"))
    assert main(["audit", str(tmp_path / "data")]) == 1
    assert "duplicate scenes: 6" in capsys.readouterr().err


def test_the_shifted_twin_of_a_split_is_no_overlap(tmp_path: Path) -> None:
    for split in ("test", "test_shift"):
        generate(plain(("card_stack",), 3, split), tmp_path / split, progress=False)
    rows = [row for group in Source.open(str(tmp_path)).groups for row in group.rows()]
    found = judged([examine(row) for row in rows])
    assert found.duplicates == found.overlaps == {}
    by_split = [[row for row in rows if row["config"]["split"] == split] for split in ("test", "test_shift")]
    for original, shifted in zip(*by_split, strict=True):
        assert original["answer"] == shifted["answer"] and original["states"] == shifted["states"]
        assert original["video"]["bytes"] != shifted["video"]["bytes"]
