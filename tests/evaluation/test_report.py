"""Reports of made runs: numbers that can be counted by hand, and what a reader is warned of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synrl.errors import ConfigError
from synrl.evaluation.data.items import WITHOUT
from synrl.evaluation.report import intervals
from synrl.evaluation.report.findings import Report
from synrl.evaluation.report.picture import picture
from synrl.evaluation.report.report import as_json, make_report, write_report
from synrl.evaluation.report.text import markdown

from .results_made import fourfold, sample, write_run


def answers(name: str, right: str, **more: Any) -> list[dict[str, Any]]:
    """Samples of items 0, 1, …: right where the text says 1."""
    return [sample(name, str(k), float(mark == "1"), **more) for k, mark in enumerate(right)]


def report(*arguments: object) -> Report:
    return make_report([str(argument) for argument in arguments], progress=False)


def cell(said: Report, benchmark: str, metric: str = "accuracy") -> Any:
    (line,) = [
        x for x in (*said.lines, *said.composites) if (x.benchmark, str(x.metric)) == (benchmark, metric)
    ]
    return line


def test_a_run_stands_beside_the_numbers_of_the_paper(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"tvbench": answers("tvbench", "1101")})
    text = markdown(report(tmp_path / "run"))
    (row,) = [x for x in text.splitlines() if x.startswith("| TVBench | accuracy") and "75.0" in x]
    low, high = intervals.wilson(3, 4)
    assert row.split(" | ")[2:] == [
        *("51.9", "52.1", "52.8", "53.6", "54.0", "54.7"),
        f"75.0 ({100 * low:.1f} to {100 * high:.1f}) |",
    ]
    assert "| TVBench | accuracy | 4B SFT on Video-R1 51.2 |" in text


def test_items_are_matched_by_id_and_compared_one_by_one(tmp_path: Path) -> None:
    first, second = answers("tomato", "110010"), answers("tomato", "111110")
    write_run(tmp_path / "one", {"tomato": first})
    write_run(tmp_path / "two", {"tomato": second[::-1]})
    delta = cell(report(tmp_path / "one", tmp_path / "two"), "tomato").deltas[0]
    assert (delta.method, delta.items) == ("tango", 6)
    assert delta.value == pytest.approx(100 * 2 / 6)
    assert delta.interval == pytest.approx([100 * limit for limit in intervals.tango(2, 0, 6)])


@pytest.mark.parametrize("said_by", ["video", "unit"])
def test_forty_questions_of_ten_videos_that_stand_or_fall_together_are_ten(
    said_by: str, tmp_path: Path
) -> None:
    for name, right in (("one", (1, 3, 5, 7, 9)), ("two", (0, 1, 3, 5, 7, 8, 9))):
        rows = [
            sample(
                "temporalbench", f"{video}_{k}", float(video in right), **{"unit": "", said_by: str(video)}
            )
            for video in range(10)
            for k in range(4)
        ]
        write_run(tmp_path / name, {"temporalbench": rows})
    line = cell(report(tmp_path / "one", tmp_path / "two"), "temporalbench")
    (accuracy, _), (delta,) = line.scores, line.deltas
    assert (accuracy.method, delta.method) == ("jackknife", "jackknife")
    assert (accuracy.items, accuracy.groups) == (40, 10)
    # Student's quantile for ten is larger than that of the normal distribution.
    worth = 9 * (intervals.Z / intervals.student(9)) ** 2
    wanted = intervals.wilson(worth / 2, worth), intervals.tango(0.2 * worth, 0, worth)
    for found, limits in zip((accuracy, delta), wanted, strict=True):
        assert found.interval == pytest.approx([100 * limit for limit in limits])


def test_a_video_is_one_in_all_tasks_and_questions_of_several_videos_tie_them(tmp_path: Path) -> None:
    videos = ["a/1.mp4", "b/1.mp4", "a/1.mp4", "c/2.mp4"]
    rows = [sample("cvbench", str(k), float(k > 0), video=video) for k, video in enumerate(videos)]
    write_run(tmp_path / "apart", {"cvbench": rows})
    rows[1]["answered"]["videos"] = ["b/1.mp4", "c/2.mp4"]
    write_run(tmp_path / "tied", {"cvbench": rows})
    apart, tied = (cell(report(tmp_path / name), "cvbench").scores[0] for name in ("apart", "tied"))
    assert (apart.groups, tied.groups) == (3, 2)


def test_samples_that_say_no_videos_are_named(tmp_path: Path) -> None:
    rows = answers("tomato", "110")
    for row in rows:
        del row["answered"]["videos"]
    write_run(tmp_path / "run", {"tomato": rows})
    said = report(tmp_path / "run")
    assert cell(said, "tomato").scores[0].groups == 3
    assert "samples of synrl_tomato_reasoning don't say their videos" in said.runs[0].notes[0]
    write_run(tmp_path / "new", {"tomato": answers("tomato", "110", video="one.mp4")})
    after = report(tmp_path / "run", tmp_path / "new")
    assert cell(after, "tomato").deltas[0].groups == 1, "the other run knows them"


def test_subsets_are_shown_with_their_items_and_differences(tmp_path: Path) -> None:
    for name, marks in (("one", "110100"), ("two", "111101")):
        rows = [
            sample("videomme", str(k), float(mark == "1"), subset=("short", "long")[k % 2])
            for k, mark in enumerate(marks)
        ]
        write_run(tmp_path / name, {"videomme": rows})
    said = report(tmp_path / "one", tmp_path / "two")
    line = cell(said, "videomme", "accuracy_short")
    assert [score.value for score in line.scores] == pytest.approx([100 / 3, 200 / 3])
    assert line.deltas[0].interval == pytest.approx([100 * limit for limit in intervals.tango(1, 0, 3)])
    assert line.paper["4B"] == 71.7
    text = markdown(said)
    (row,) = [line for line in text.splitlines() if line.startswith("| Video-MME") and "| short |" in line]
    assert row.split(" | ")[1:5] == ["short", "accuracy", "3", "71.7"]
    assert said.empty == [
        f"{name}, reasoning: Video-MME, without subtitles: medium" for name in ("one", "two")
    ]
    assert "reasoning: Video-MME, without subtitles: medium" in text
    whole = {x["metric"]: x["subset"] for x in as_json(said)["lines"]}
    assert whole == {"accuracy": None, "accuracy_short": "short", "accuracy_long": "long"}


def test_without_samples_or_shared_items_runs_are_compared_unpaired_and_it_is_said(tmp_path: Path) -> None:
    rows = answers("tomato", "1101100")
    others = [{**row, "answered": {**row["answered"], "id": f"x{k}"}} for k, row in enumerate(rows)]
    write_run(tmp_path / "one", {"tomato": rows})
    write_run(tmp_path / "bare", {"tomato": rows}, samples=False)
    write_run(tmp_path / "other", {"tomato": others})
    said = report(tmp_path / "one", tmp_path / "bare", tmp_path / "other")
    line = cell(said, "tomato")
    assert [delta.method for delta in line.deltas] == ["unpaired"] * 2
    assert line.scores[1].method == "standard error"
    own = intervals.wilson(4, 7)
    wanted = intervals.square_and_add(4 / 7, own, 4 / 7, own)
    assert line.deltas[1].interval == pytest.approx([100 * limit for limit in wanted])
    assert any("there are no samples of bare" in warning for warning in said.warnings)
    assert any("one and other is compared unpaired: they share no item" in w for w in said.warnings)


def test_of_runs_that_share_some_items_those_are_compared(tmp_path: Path) -> None:
    write_run(tmp_path / "one", {"tomato": answers("tomato", "0000")})
    write_run(tmp_path / "two", {"tomato": answers("tomato", "1111111100")})
    said = report(tmp_path / "one", tmp_path / "two")
    delta = cell(said, "tomato").deltas[0]
    assert (delta.value, delta.items) == (100.0, 4)
    assert "one and two share 4 of 4 and 10 items of synrl_tomato_reasoning" in "\n".join(said.warnings)


def test_ids_that_occur_twice_are_matched_in_turn(tmp_path: Path) -> None:
    for name, marks in (("one", "10"), ("two", "01")):
        rows = [sample("tomato", "same", float(mark), video=str(k)) for k, mark in enumerate(marks)]
        write_run(tmp_path / name, {"tomato": rows})
    delta = cell(report(tmp_path / "one", tmp_path / "two"), "tomato").deltas[0]
    assert delta.value == 0.0
    assert delta.interval == pytest.approx([100 * limit for limit in intervals.tango(1, 1, 2)])


def test_composites_are_means_and_say_what_they_lack(tmp_path: Path) -> None:
    both = {"tomato": answers("tomato", "1000"), "videott": answers("videott", "1111011100")}
    write_run(tmp_path / "one", both)
    write_run(tmp_path / "two", {"tomato": answers("tomato", "1100")})
    said = report(tmp_path / "one", tmp_path / "two")
    line = cell(said, "complex reasoning", "mean")
    assert line.scores[0].value == pytest.approx((25 + 70) / 2)
    assert line.scores[0].interval is not None
    assert line.scores[1] is None and line.deltas == (None,)
    assert "Complex of two, reasoning: Video-TT, multiple choice" in said.not_formed
    assert any(text.startswith("Comp. VU of one, reasoning: TemporalBench") for text in said.not_formed)
    assert "two, reasoning: NExT-GQA; " in said.missing[1] and "TOMATO" not in said.missing[1]


def test_subsets_that_two_runs_see_differently_are_compared_unpaired(tmp_path: Path) -> None:
    for name, subsets in (("one", ("short", "short", "long")), ("two", ("short", "long", "long"))):
        rows = [sample("videomme", str(k), float(k > 0), subset=subset) for k, subset in enumerate(subsets)]
        write_run(tmp_path / name, {"videomme": rows})
    said = report(tmp_path / "one", tmp_path / "two")
    assert cell(said, "videomme").deltas[0].method == "tango"
    assert cell(said, "videomme", "accuracy_short").deltas[0].method == "unpaired"


def test_of_four_samples_their_mean_and_the_best_stand_beside_table_10(tmp_path: Path) -> None:
    halves = {
        name: [fourfold(name, str(k), [1, 0, k % 2, 0]) for k in range(8)] for name in ("tomato", "videott")
    }
    rows = [fourfold("temporalbench", str(k), [1, k // 4, 0, 0], unit=f"v{k // 2}") for k in range(8)]
    write_run(tmp_path / "run", {**halves, "temporalbench": rows}, variant="pass4")
    said = report(tmp_path / "run")
    values = {(x.benchmark, str(x.metric)): x.scores[0] for x in (*said.lines, *said.composites)}
    assert values["tomato", "pass1_accuracy"].value == 37.5
    assert values["tomato", "pass4_accuracy"].value == 100.0
    assert values["temporalbench", "pass1_mba"].value == 37.5, "of columns of samples"
    mean = cell(said, "complex reasoning", "pass1_mean")
    assert mean.scores[0].value == 37.5 and mean.paper["4B SynRL"] == 38.7
    assert cell(said, "complex reasoning", "pass4_mean").paper["4B SynRL"] == 42.6
    one = values["tomato", "pass1_accuracy"].interval
    arm = (one.high - one.low) / 2 / 2**0.5
    assert mean.scores[0].interval.high - mean.scores[0].interval.low == pytest.approx(2 * arm)
    assert [run.outcomes["synrl_tomato_pass4"].answers()["answered"] for run in said.runs] == [32]


def test_our_own_test_is_shown_by_family_and_rate_with_twins_together(tmp_path: Path) -> None:
    rows = [
        sample(
            "synrl_test", f"{family}-{k}", float(k < 2), unit=f"{family}-{k // 2}", subset=family, task=family
        )
        for family in ("card_stack", "shell_game")
        for k in range(4 if family == "card_stack" else 2)
    ]
    for row, rate in zip(rows, ("1", "2", "2", "2", "1", "1"), strict=True):
        row[f"accuracy_min_fps_{rate}"] = row["accuracy"]
    write_run(tmp_path / "run", {"synrl_test": rows})
    found = {str(line.metric): line.scores[0] for line in report(tmp_path / "run").lines}
    assert {name: (one.value, one.items) for name, one in found.items() if one} == {
        "accuracy": (pytest.approx(400 / 6), 6),
        "family_mean": (75.0, 6),
        "twin_pairs": (pytest.approx(200 / 3), 3),
        "accuracy_card_stack": (50.0, 4),
        "accuracy_shell_game": (100.0, 2),
        "accuracy_min_fps_1": (100.0, 3),
        "accuracy_min_fps_2": (pytest.approx(100 / 3), 3),
    }
    assert found["accuracy"] is not None and found["accuracy"].groups == 3


def test_what_was_asked_differently_is_a_warning(tmp_path: Path) -> None:
    rows = {"tomato": answers("tomato", "10")}
    write_run(tmp_path / "one", rows)
    write_run(tmp_path / "two", rows, frames=64, versions={"torch": "2.14.0"})
    write_run(tmp_path / "three", rows, of=1484, settings={"limit": 2, "model_args": "dtype=float32"})
    warnings = "\n".join(report(tmp_path / "one", tmp_path / "two", tmp_path / "three").warnings)
    for said in (
        "one and two differ in max_frames (16 and 64): synrl_tomato_reasoning",
        "one and two had torch 2.13.0 and 2.14.0",
        "one and three differ in model_args ( and dtype=float32)",
        "three is of 2 of 1484 items of synrl_tomato_reasoning",
    ):
        assert said in warnings
    moved = [{**row, "answered": {**row["answered"], "measured": "org/moved@4567"}} for row in rows["tomato"]]
    write_run(tmp_path / "moved", {"tomato": moved})
    (warning,) = report(tmp_path / "one", tmp_path / "moved").warnings
    assert "other rows (lmms-eval/TOMATO@0123 and org/moved@4567): synrl_tomato_reasoning" in warning
    write_run(tmp_path / "four", rows, model="runs/sft")
    assert report(tmp_path / "one", tmp_path / "four").warnings == ()


def test_outputs_without_an_answer_are_counted(tmp_path: Path) -> None:
    problems = ("", "truncated", "unparsed", "truncated")
    rows = [sample("cvbench", str(k), float(not problem), problem) for k, problem in enumerate(problems)]
    for name, samples in (("with", True), ("without", False)):
        write_run(tmp_path / name, {"cvbench": rows}, samples=samples)
        assert "| synrl_cvbench_reasoning | 4 | 2 | 1 |" in markdown(report(tmp_path / name))


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [sample("charades_sta", str(k), k / 7) for k in range(8)]
    write_run(tmp_path / "one", {"charades_sta": rows})
    write_run(tmp_path / "two", {"charades_sta": rows[::-1]})
    for out in ("x", "y"):
        write_report(report(tmp_path / "one", tmp_path / "two"), tmp_path / out)
    for name in ("report.md", "report.json", "report.png"):
        assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / name).read_bytes()
    assert str(tmp_path) not in (tmp_path / "x" / "report.md").read_text()


def test_of_a_task_measured_twice_the_last_time_counts(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"tomato": answers("tomato", "00")}, stamp="20260101_000000")
    write_run(tmp_path / "run", {"tomato": answers("tomato", "11")}, stamp="20260102_000000")
    said = report(tmp_path / "run")
    assert cell(said, "tomato").scores[0].value == 100.0
    assert said.runs[0].notes == ("synrl_tomato_reasoning was measured 2 times; the last counts",)


def test_names_from_files_are_no_markup(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"tomato": answers("tomato", "1")}, model="a|b<script>`x`[y](z)")
    text = markdown(report(tmp_path / "run"))
    assert "<script>" not in text and r"a\|b\<script\>\`x\`\[y\](z)" in text


def test_a_run_has_one_colour_in_all_panels_of_the_picture(tmp_path: Path) -> None:
    for name, variants in (("base", ("direct", "reasoning")), ("sft", ("reasoning",)), ("grpo", ("direct",))):
        for day, variant in enumerate(variants, 1):
            rows = {"tomato": answers("tomato", "110")}
            write_run(tmp_path / name, rows, variant=variant, stamp=f"2026010{day}_000000")
    figure = picture(report(tmp_path / "base", tmp_path / "sft", tmp_path / "grpo"))
    colours: dict[str, set[str]] = {}
    for axes in figure.axes:
        for bars in axes.containers:
            colours.setdefault(str(bars.get_label()), set()).add(str(bars[0].get_color()))
    assert colours == {"base": {"C0"}, "sft": {"C1"}, "grpo": {"C2"}}


def test_items_whose_videos_were_missing_are_said(tmp_path: Path) -> None:
    rows = answers("tomato", "110")
    for row in rows:
        row["answered"]["measured"] += f"{WITHOUT}7 of 10 items"
    write_run(tmp_path / "run", {"tomato": rows})
    assert report(tmp_path / "run").warnings == (
        "synrl_tomato_reasoning of run is without 7 of 10 items, whose videos were missing",
    )


def test_weights_are_named_and_a_run_of_several_is_a_warning(tmp_path: Path) -> None:
    for day, (name, weights) in enumerate((("tomato", "org/model@01"), ("tvbench", "org/model@02")), 1):
        rows = {name: answers(name, "110")}
        write_run(tmp_path, rows, model="org/model", weights=weights, stamp=f"2026010{day}_000000")
    said = report(f"run={tmp_path}")
    assert said.warnings == ("tasks of run were measured with 2 states of org/model",)
    assert "| run | org/model | org/model@01; org/model@02 | synrl | " in markdown(said)
    assert as_json(said)["runs"][0]["tasks"]["synrl_tvbench_reasoning"]["weights"] == "org/model@02"


def test_runs_need_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_run(tmp_path / folder / "results", {"tomato": answers("tomato", "1")})
    with pytest.raises(ConfigError, match="2 runs have the name 'results'; say NAME=PATH"):
        report(tmp_path / "a" / "results", tmp_path / "b" / "results")
    said = report(f"base={tmp_path / 'a' / 'results'}", f"grpo={tmp_path / 'b' / 'results'}")
    assert [run.name for run in said.runs] == ["base", "grpo"]
