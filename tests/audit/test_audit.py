"""audit: exact tests and their power, what is not tested, balance and repeats, and the command."""

from __future__ import annotations

import itertools
import json
import math
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from audit.planted import chosen, exams, failures, found, opened, report, stream
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl import statistics
from synrl.audit import learnt
from synrl.audit.examine import examine
from synrl.audit.kinds import FOLDS, kinds
from synrl.cli import main
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.statistics import holm, lead_seen, rows_to_see, tail, uneven

# Exact tests


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


def test_a_tail_far_out_keeps_its_size() -> None:
    exact = sum(math.comb(200, k) * 3 ** (200 - k) for k in range(150, 201)) / 4**200
    assert exact < 1e-30 and tail([0.25] * 200, 150) == pytest.approx(exact, rel=1e-3)


def test_the_tail_of_many_rows_takes_work_in_proportion_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted are the products that its convolutions consist of."""
    work: list[int] = []
    convolve = np.convolve

    def counted(one: np.ndarray, two: np.ndarray) -> np.ndarray:
        work.append(len(one) * len(two))
        return convolve(one, two)

    monkeypatch.setattr(statistics.np, "convolve", counted)

    def products(rows: int, different: int) -> int:
        work.clear()
        drawn = random.Random(rows)
        tail([drawn.randrange(1, different) / different for _ in range(rows)], rows // 2)
        return sum(work)

    assert products(64_000, 2**30) < 1.5 * 8 * products(8_000, 2**30)
    assert products(64_000, 4) < 1.5 * 8 * products(8_000, 4)
    assert products(64_000, 2) == 0  # all rates are equal


def test_uneven_counts_are_unlikely_and_even_ones_are_not() -> None:
    assert uneven([250, 250, 250, 250]) == 1.0
    assert uneven([0, 0, 0, 0]) == 1.0
    assert uneven([400, 200, 200, 200]) < 1e-9
    assert uneven([262, 246, 251, 241]) > 0.05
    # Two-sided binomial, by hand, times the number of counts: 3 of 3 with one chance in two.
    assert uneven([3, 0]) == pytest.approx(min(1.0, 2 * 0.125 * 2))


def test_p_values_are_corrected_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_corrected_p_values_lie_between_themselves_and_all_times_as_much(p_values: list[float]) -> None:
    for before, after in zip(p_values, holm(p_values), strict=True):
        assert before <= after <= min(1.0, before * len(p_values)) + 1e-12 or after <= 1.0


@pytest.mark.parametrize(("chance", "level"), [(0.25, 0.01), (0.25, 1e-5), (0.05, 1e-4), (0.5, 0.01)])
def test_that_many_rows_show_the_lead_four_times_in_five(chance: float, level: float) -> None:
    rows = rows_to_see(0.05, chance, level)
    least = next(hits for hits in range(rows) if tail([chance] * rows, hits) < level)
    assert 0.8 <= tail([chance + 0.05] * rows, least) < 0.85
    assert lead_seen(rows, chance, level) == 0.05
    assert lead_seen(3, chance, level) > 0.4


# What is tested, and what isn't


def test_few_rows_are_not_tested_and_it_is_said_how_many_it_takes() -> None:
    finding = found(exams(12))["text: a rule"]
    assert finding.verdict == "not tested" and finding.why == "12 rows; nothing is tried with fewer than 20"
    assert finding.needs > 500 and report(exams(12)).suggested == finding.needs


def test_a_probe_that_would_miss_a_large_lead_is_not_tested_unless_it_fails() -> None:
    finding = found(exams(25))["text: a rule"]
    assert finding.verdict == "not tested" and finding.why == "25 rows would miss a lead of 25 points"
    assert finding.sees > 0.25
    planted = [chosen(e, e.options, e.options.index(max(e.options))) for e in exams(25)]
    assert found(planted)["text: a rule"].verdict == "FAIL"


def test_a_probe_that_answers_too_little_is_not_tested() -> None:
    planted = [replace(exam, pixels=None) if k % 3 else exam for k, exam in enumerate(exams(300))]
    colours = ("red", "blue", "green", "pink")
    finding = found([chosen(e, colours, "ABCD".index(e.answer)) for e in planted])["middle picture: learnt"]
    assert finding.verdict == "not tested"
    assert finding.why == "it answers 33% of the rows, and should 50%" and finding.needs > 500


def test_more_tests_make_each_of_them_stricter() -> None:
    one = found(exams(200))["text: a rule"]
    many = [replace(e, kind=f"kind {k}") for k in range(8) for e in exams(200)]
    (other, *_) = (f for f in report(many).findings if f.shortcut == "text: a rule")
    assert other.needs > one.needs and other.sees >= one.sees


def test_without_the_extra_learnt_probes_say_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt, "available", lambda: False)
    findings = found(exams(200))
    assert findings["text: learnt"].why == "pip install 'synrl[audit]'"
    assert findings["text: learnt"].verdict == "not tested" and findings["text: a rule"].verdict == "ok"


def test_chance_of_an_open_question_is_its_best_constant_answer_if_that_is_better() -> None:
    draw = stream(1)
    answers = ["7" if draw.chance(0.5) else str(draw.integer(1, 6)) for _ in range(400)]
    rows = [opened(e, "integer", answer, 1 / 7) for e, answer in zip(exams(400), answers, strict=True)]
    findings = found(rows)
    assert findings["record: a rule"].chance == pytest.approx(answers.count("7") / 400)
    assert findings["text: a rule"].chance == pytest.approx(1 / 7)


def test_a_report_repeats_itself_and_another_seed_has_other_folds() -> None:
    draw = stream(2)
    given = [chosen(e, e.options, 0 if draw.chance(0.1) else "ABCD".index(e.answer)) for e in exams(300)]
    assert report(given).to_dict() == report(given).to_dict()
    assert list(kinds(given, 0)[0].folds) != list(kinds(given, 1)[0].folds)


def test_rows_that_share_a_scene_are_in_one_fold() -> None:
    twins = [replace(e, row_id=f"twin {e.row_id}", digest=f"back {e.digest}") for e in exams(100)]
    shared = [replace(e, row_id=f"same {e.row_id}", group=f"other {e.group}") for e in exams(100)]
    (kind,) = kinds([*exams(100), *twins, *shared])
    by_number: dict[str, set[int]] = {}
    for exam, fold in zip(kind.exams, kind.folds, strict=True):
        by_number.setdefault(exam.row_id.rpartition("-")[2], set()).add(int(fold))
    assert all(len(folds) == 1 for folds in by_number.values()) and set(kind.folds) == set(range(FOLDS))


# Balance and repeats


def test_letters_that_are_right_too_often_are_found() -> None:
    planted = [chosen(e, e.options, 0) if k % 3 == 0 else e for k, e in enumerate(exams(600))]
    said = failures(planted)
    assert (
        "smallest: place in the list) is right in" in said and "letters of right options are uneven" in said
    )


def test_scenes_that_occur_twice_are_found_unless_one_is_in_another_style() -> None:
    one, *rest = exams(50)
    twice = [one, *rest, replace(one, row_id="again")]
    assert "duplicate scenes: 1, the first are row-0, again" in failures(twice)
    leaked = [one, *rest, replace(one, row_id="again", split="test")]
    assert "overlapping splits: 1" in failures(leaked)
    assert failures([one, *rest, replace(one, row_id="again", split="train_shift")]) == ""


def test_the_shifted_twin_of_a_split_is_no_overlap(tmp_path: Path) -> None:
    for split in ("test", "test_shift"):
        generate(plain(("card_stack",), 3, split), tmp_path / split, progress=False)
    rows = [row for group in Source.open(str(tmp_path)).groups for row in group.rows()]
    given = [examine(row) for row in rows]
    told = report(given)
    assert told.duplicates == told.overlaps == {}
    assert len({exam.group for exam in given}) == 3
    by_split = [[row for row in rows if row["config"]["split"] == split] for split in ("test", "test_shift")]
    for original, shifted in zip(*by_split, strict=True):
        assert original["answer"] == shifted["answer"] and original["states"] == shifted["states"]
        assert original["video"]["bytes"] != shifted["video"]["bytes"]


# The command


def test_few_generated_rows_are_not_said_to_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "not tested: 1 rows; nothing is tried with fewer than 20" in captured.out
    assert "no shortcut beats chance" not in captured.err
    assert "nothing is tested: there are too few rows of each kind of question" in captured.err


def test_the_report_is_data(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(folder), "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["failures"] == [] and len(report["findings"]) > 18 * 8
    assert {"family", "kind", "shortcut", "verdict", "lead", "sees", "needs", "adjusted"} <= report[
        "findings"
    ][0].keys()
    assert report["test"] == {"level": 0.01, "power": 0.8, "lead": 0.05} and report["suggested"] > 0


def test_a_shortcut_is_exit_status_1_and_the_worst_comes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = stream(3)
    rows = []
    for number in range(400):
        options = [str(value) for value in draw.sample(range(100, 999), 4)]
        kind = ("fair", "odd", "longest")[number % 3]
        if kind == "longest":
            options[0] += "00"
        right = 0 if kind != "fair" and draw.chance(0.9 if kind == "longest" else 0.5) else draw.integer(0, 3)
        answer = options[right]
        rows.append(
            {
                "question": f"Which? {number}",
                "options": draw.shuffled(options),
                "answer": answer,
                "kind": kind,
            }
        )
    for row in rows:
        if row["kind"] == "odd" and draw.chance(0.5):
            row["answer"] = min(row["options"])
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert main(["audit", str(tmp_path / "rows.jsonl")]) == 1
    captured = capsys.readouterr()
    lines = [line for line in captured.out.splitlines() if line.startswith("rows ")]
    leads = [float(line.split("%")[2].split()[0]) for line in lines if "%" in line]
    assert leads == sorted(leads, reverse=True) and "longest choice" in lines[0] and "FAIL" in lines[0]
    assert "odd choice" in captured.err and "fair choice" not in captured.err


def test_a_copied_file_is_exit_status_1(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder / "card_stack", tmp_path / "data" / "card_stack")
    (path,) = (tmp_path / "data" / "card_stack").glob("*.parquet")
    shutil.copy(path, path.with_name("copy.parquet"))
    assert main(["audit", str(tmp_path / "data")]) == 1
    assert "duplicate scenes: 6" in capsys.readouterr().err


def test_processes_do_not_change_a_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for num_proc in ("1", "2"):
        assert main(["audit", str(folder / "distance_estimation"), "--json", "--num-proc", num_proc]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
