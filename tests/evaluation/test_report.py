"""Reports of made runs: numbers that can be counted by hand, and what a reader is warned of."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from evaluation import intervals, paper
from evaluation.benchmarks import BENCHMARKS
from evaluation.report import Report, make_report, write_report
from evaluation.report_text import markdown
from evaluation.results import eval_command
from evaluation.run import Run
from synrl.cli import main
from synrl.errors import ConfigError, DataError

from .results_made import sample, write_run


def answers(name: str, right: str, **more: Any) -> list[dict[str, Any]]:
    """Samples of items 0, 1, …: right where the text says 1."""
    return [sample(name, str(k), float(mark == "1"), **more) for k, mark in enumerate(right)]


def report(*arguments: object) -> Report:
    return make_report([str(argument) for argument in arguments], progress=False)


def cell(said: Report, benchmark: str, metric: str = "accuracy") -> Any:
    (line,) = [x for x in (*said.lines, *said.composites) if (x.benchmark, x.metric) == (benchmark, metric)]
    return line


def test_a_run_stands_beside_the_numbers_of_the_paper(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"tvbench": answers("tvbench", "1101")})
    text = markdown(report(tmp_path / "run"))
    (row,) = [line for line in text.splitlines() if line.startswith("| TVBench | accuracy")]
    low, high = intervals.wilson(3, 4)
    assert row.split(" | ")[2:] == [
        "51.9",
        "53.6",
        "54.0",
        "54.7",
        f"75.0 ({100 * low:.1f} to {100 * high:.1f}) |",
    ]


def test_composites_of_the_paper_are_those_of_its_appendix() -> None:
    found = [paper.composite_numbers(name) for name in paper.COMPOSITES]
    assert [numbers["4B"] for numbers in found] == [35.5, 64.6, 49.2]
    assert [numbers["4B SynRL"] for numbers in found] == [38.7, 65.8, 50.7]
    assert {b.composite for b in BENCHMARKS.values()} - {""} == set(paper.COMPOSITES)


def test_items_are_matched_by_id_and_compared_one_by_one(tmp_path: Path) -> None:
    first, second = answers("tomato", "110010"), answers("tomato", "111110")
    write_run(tmp_path / "one", {"tomato": first})
    write_run(tmp_path / "two", {"tomato": second[::-1]})
    delta = cell(report(tmp_path / "one", tmp_path / "two"), "tomato").deltas[0]
    assert (delta.method, delta.items) == ("tango", 6)
    assert delta.value == pytest.approx(100 * 2 / 6)
    assert delta.interval == pytest.approx([100 * limit for limit in intervals.tango(2, 0, 6)])


def test_questions_of_one_video_are_resampled_together(tmp_path: Path) -> None:
    """Ten videos of four questions, right or wrong together, are ten observations and not forty."""
    rows = [
        sample("temporalbench", f"{video}_{k}", float(video % 2), unit=str(video))
        for video in range(10)
        for k in range(4)
    ]
    write_run(tmp_path / "run", {"temporalbench": rows})
    said = report(tmp_path / "run")
    accuracy, videos = (cell(said, "temporalbench", name).scores[0] for name in ("accuracy", "mba"))
    assert accuracy.method == "bootstrap" and videos.method == "wilson"
    wide = intervals.wilson(5, 10)
    assert accuracy.interval.high - accuracy.interval.low == pytest.approx(
        100 * (wide.high - wide.low), rel=0.2
    )


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
    for name, marks in (("one", "10"), ("two", "11")):
        rows = [sample("tomato", "same", float(mark)) for mark in marks]
        write_run(tmp_path / name, {"tomato": rows})
    assert cell(report(tmp_path / "one", tmp_path / "two"), "tomato").deltas[0].value == 50.0


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


def test_what_was_asked_differently_is_a_warning(tmp_path: Path) -> None:
    rows = {"tomato": answers("tomato", "10")}
    write_run(tmp_path / "one", rows)
    write_run(tmp_path / "two", rows, frames=64, versions={"torch": "2.14.0"})
    write_run(tmp_path / "three", rows, of=1484, settings={"limit": 2, "model_args": "dtype=float32"})
    warnings = "\n".join(report(tmp_path / "one", tmp_path / "two", tmp_path / "three").warnings)
    for said in (
        "one and two differ in max_frames (32 and 64): synrl_tomato_reasoning",
        "one and two had torch 2.13.0 and 2.14.0",
        "one and three differ in model_args ( and dtype=float32)",
        "three is of 2 of 1484 items of synrl_tomato_reasoning",
    ):
        assert said in warnings
    moved = [{**row, "answered": {**row["answered"], "measured": "org/moved@4567"}} for row in rows["tomato"]]
    write_run(tmp_path / "moved", {"tomato": moved})
    (warning,) = report(tmp_path / "one", tmp_path / "moved").warnings
    assert "differ in measured (lmms-eval/TOMATO@0123 and org/moved@4567): synrl_tomato_" in warning
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


@pytest.mark.parametrize(
    ("settings", "variant"),
    [
        ({}, "reasoning"),
        ({"limit": 3, "model_args": "device=cpu,dtype=float32"}, "pass4"),
        ({"backend": "vllm", "batch_size": 8, "model_args": "tensor_parallel_size=2"}, "direct"),
        ({"backend": "qwen3_vl"}, "direct"),
    ],
)
def test_the_command_that_is_told_runs_what_was_run(settings: dict[str, Any], variant: str) -> None:
    run = Run("runs/a model", ("tvbench",), variants=(variant,), **settings)
    ((_, argv),) = run.commands(Path("results"))
    told = eval_command(argv)
    assert told is not None
    words = shlex.split(told)
    assert words[:4] == ["synrl", "eval", "--model", "runs/a model"] and words[-1] == "tvbench"
    by_flag = {word: words[k + 1] for k, word in enumerate(words) if word.startswith("--")}
    again = Run(
        by_flag["--model"],
        (words[-1],),
        variants=(by_flag["--variant"],),
        backend=by_flag["--backend"],
        model_args=by_flag.get("--model-args", ""),
        batch_size=int(by_flag.get("--batch-size", 1)),
        limit=int(by_flag["--limit"]) if "--limit" in by_flag else None,
    )
    assert again == run
    assert eval_command([word if word != "0" else "7" for word in argv]) is None, "another seed"


def model_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text("{}")
    return path


def test_the_scores_of_a_run_become_those_of_a_model_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_folder(tmp_path / "grpo")
    rows = {"tomato": answers("tomato", "110"), "temporalbench": answers("temporalbench", "100", unit="v")}
    write_run(tmp_path / "run", rows, model=str(model))
    arguments = ["report", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--model-card", str(model)]
    assert main(arguments) == 0
    assert f"next: synrl push {model} REPO" in capsys.readouterr().err
    results = json.loads((model / "results.json").read_text())["results"]
    assert [(one["dataset"], one["task"], one["metric"], one["value"]) for one in results] == [
        ("lmms-eval/TOMATO", "synrl_tomato_reasoning", "accuracy", 66.67),
        ("microsoft/TemporalBench", "synrl_temporalbench_reasoning", "accuracy", 33.33),
        ("microsoft/TemporalBench", "synrl_temporalbench_reasoning", "mba", 0.0),
    ]
    assert {one["command"] for one in results} == {
        f"synrl eval --model {model} --variant reasoning --backend synrl --out {tmp_path / 'run'} "
        "tomato temporalbench"
    }


def test_a_model_card_takes_no_scores_of_parts_of_others_or_of_unknown_making(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, other = model_folder(tmp_path / "grpo"), model_folder(tmp_path / "sft")
    rows = {"tomato": answers("tomato", "110")}
    write_run(tmp_path / "part", rows, model=str(model), of=9)
    write_run(tmp_path / "whole", rows, model=str(model))
    write_run(tmp_path / "bare", rows, model=str(model), versions=None)
    for results, folder, said in (
        ("part", model, "synrl_tomato_reasoning is of 3 of 9 items"),
        ("whole", other, f"the results are of the model {model}"),
        ("whole", tmp_path, "holds no model"),
        ("bare", model, "no `synrl eval` is known"),
    ):
        arguments = [str(tmp_path / results), "--out", str(tmp_path / "out"), "--model-card", str(folder)]
        assert main(["report", *arguments]) == 2
        (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("synrl report:")]
        assert said in line
        assert not (folder / "results.json").exists()


def damaged(tmp_path: Path, what: str) -> Path:
    """A run with something wrong in it."""
    file = write_run(tmp_path / "run", {"tomato": answers("tomato", "110")})
    (samples,) = file.parent.glob("*.jsonl")
    lines, said = samples.read_text().splitlines(keepends=True), json.loads(file.read_text())
    if what == "other":
        file.write_text(json.dumps({**said, "results": {"mmlu": {"acc,none": 1.0}}}))
    elif what == "list":
        file.write_text("[]")
    elif what == "text":
        file.write_text("{")
    elif what == "nan":
        file.write_text(
            file.read_text().replace('"accuracy,none": 66.66666666666667', '"accuracy,none": NaN')
        )
    elif what == "edited":
        samples.write_text("".join([lines[0].replace('"accuracy": 100.0', '"accuracy": 0.0'), *lines[1:]]))
    elif what == "short":
        samples.write_text("".join(lines[:2]))
    elif what == "line":
        samples.write_text("".join([*lines[:2], "no json\n"]))
    elif what == "models":
        write_run(tmp_path / "run", {"tomato": answers("tomato", "110")}, model="runs/sft")
    elif what == "notes":
        (tmp_path / "run" / "runs.jsonl").write_text("{}\n")
    return tmp_path / ("none" if what == "none" else "empty" if what == "empty" else "run")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("none", "is not there"),
        ("empty", "no results of lmms-eval"),
        ("other", "has no task of `synrl eval`, only mmlu"),
        ("list", "is no result of lmms-eval"),
        ("text", "can't be read as JSON"),
        ("nan", "is damaged at synrl_tomato_reasoning"),
        ("edited", "says accuracy 66.6667 of synrl_tomato_reasoning, its samples 33.3333"),
        ("short", "has 2 items, but .* says 3"),
        ("line", "is damaged in line 3"),
        ("models", "results of several models"),
        ("notes", "runs.jsonl is not what `synrl eval` has written"),
    ],
)
def test_what_is_no_result_is_one_line(
    what: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    path = damaged(tmp_path, what)
    with pytest.raises(DataError, match=said):
        report(path)
    assert main(["report", str(path), "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_runs_need_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_run(tmp_path / folder / "results", {"tomato": answers("tomato", "1")})
    with pytest.raises(ConfigError, match="2 runs have the name 'results'; say NAME=PATH"):
        report(tmp_path / "a" / "results", tmp_path / "b" / "results")
    said = report(f"base={tmp_path / 'a' / 'results'}", f"grpo={tmp_path / 'b' / 'results'}")
    assert [run.name for run in said.runs] == ["base", "grpo"]
