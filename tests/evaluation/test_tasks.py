"""Task files: they are the table's, their names are unique, and groups hold every task once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from synrl.budget import VideoBudget
from synrl.cli import main
from synrl.dataset.rows import STRIDES
from synrl.errors import ConfigError, DataError, OutputError
from synrl.evaluation.asking.run import EvalRun, evaluate
from synrl.evaluation.benchmarks import BENCHMARKS, GROUPS, VARIANTS
from synrl.evaluation.overview import README, readme
from synrl.evaluation.scoring import totals
from synrl.evaluation.write_tasks import TASK_FOLDER, files, metric_names

from .benchmarks_made import Folder


class _Loader(yaml.SafeLoader):
    """Knows `!function`."""


_Loader.add_constructor("!function", lambda loader, node: f"!{loader.construct_scalar(node)}")


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def test_the_files_are_those_of_the_table() -> None:
    written = dict(files())
    there = {str(path.relative_to(TASK_FOLDER)) for path in TASK_FOLDER.rglob("*") if path.is_file()}
    assert there == set(written), "run python -m synrl.evaluation.write_tasks"
    for name, text in written.items():
        assert (TASK_FOLDER / name).read_text(encoding="utf-8") == text, (
            f"{name}: run python -m synrl.evaluation.write_tasks"
        )


def test_the_tables_of_the_readme_are_those_of_the_table() -> None:
    text = README.read_text(encoding="utf-8")
    assert readme(text) == text, "run python -m synrl.evaluation.write_tasks"
    for benchmark in BENCHMARKS.values():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{benchmark.task}` |")]
        assert benchmark.repo in line and f"| {benchmark.revision} |" in line
        assert all(f"`{name}`" in line for name in (*benchmark.metrics, *benchmark.totals))
        assert f"to {benchmark.budget.max_frames}, " in line
    assert text.count("\n| `accuracy` |") == 1 and "None" not in text


def test_every_benchmark_has_each_variant_and_prints_its_pins() -> None:
    for benchmark in BENCHMARKS.values():
        for variant in VARIANTS.values():
            task = load(TASK_FOLDER / benchmark.name / f"{variant.name}.yaml")
            assert task["task"] == f"{benchmark.task}_{variant.name}" and task["task"].startswith("synrl_")
            assert [metric["metric"] for metric in task["metric_list"]] == list(
                metric_names(benchmark, variant)
            )
            assert task["metadata"]["budget"]["fps"] > 0 and task["metadata"]["dataset"]
            assert not {"split", "task", "doc_id", "repeats"} & set(task["metadata"]), "lmms-eval uses these"


def test_generation_is_pinned_and_never_stops_at_an_empty_line() -> None:
    for variant in VARIANTS.values():
        said = load(TASK_FOLDER / f"_{variant.name}")
        assert said["generation_kwargs"]["until"] == []
        assert said["generation_kwargs"]["do_sample"] == (variant.samples > 1)
    assert load(TASK_FOLDER / "_base")["reasoning_tags"] == "none"


def test_groups_hold_every_task_once() -> None:
    groups = {
        group["group"]: group["task"] for group in map(load, sorted((TASK_FOLDER / "groups").glob("*.yaml")))
    }
    for variant in VARIANTS:
        listed = [task for group in groups[f"synrl_all_{variant}"] for task in groups[group]]
        assert sorted(listed) == sorted(f"{b.task}_{variant}" for b in BENCHMARKS.values())
    for name in (*GROUPS, "all"):
        assert groups[f"synrl_{name}"] == [f"synrl_{name}_direct", f"synrl_{name}_reasoning"]


def test_the_table_is_that_of_the_paper() -> None:
    composites: dict[str, list[str]] = {}
    for benchmark in BENCHMARKS.values():
        if benchmark.composite:
            composites.setdefault(benchmark.composite, []).append(benchmark.name)
    assert composites == {
        "complex reasoning": ["tomato", "videott"],
        "comprehensive understanding": ["temporalbench", "videomme", "mvbench"],
        "general video QA": ["videommmu", "aotbench", "vinoground"],
    }
    assert len([b for b in BENCHMARKS.values() if b.group != "own"]) == 15
    assert all(hasattr(totals, name) for b in BENCHMARKS.values() for name in b.totals)
    assert {f"min_fps_{30 / stride:g}" for stride in STRIDES} <= set(BENCHMARKS["synrl_test"].subsets)


def test_our_model_has_one_run_and_stock_models_one_for_each_benchmark(tmp_path: Path) -> None:
    names = ("tvbench", "vcrbench", "tomato")
    ((_, _, ours),) = EvalRun("m", names, ("direct", "pass4")).commands(tmp_path)
    tasks = ours[ours.index("--tasks") + 1].split(",")
    assert sorted(tasks) == sorted(
        f"synrl_{name}_{variant}" for name in names for variant in ("direct", "pass4")
    )
    run = EvalRun("Qwen/Qwen3-VL-4B-Instruct", names, backend="vllm", limit=3)
    stock = [command for _, _, command in run.commands(tmp_path)]
    frames = {c[c.index("--tasks") + 1]: c[c.index("--model_args") + 1] for c in stock}
    assert "nframes=16,max_frame_num=16" in frames["synrl_tomato_reasoning"]
    assert "fps=1,max_frame_num=512" in frames["synrl_vcrbench_reasoning"]
    assert all(command[-2:] == ["--limit", "3"] for command in stock)
    both = EvalRun("m", ("tomato", "cvbench"), ("direct", "training", "reasoning"), backend="vllm")
    assert [(command[command.index("--tasks") + 1]) for _, _, command in both.commands(tmp_path)] == [
        "synrl_tomato_direct,synrl_tomato_reasoning",
        "synrl_tomato_training",
        "synrl_cvbench_direct,synrl_cvbench_training,synrl_cvbench_reasoning",
    ], "one for each benchmark and number of frames"


@pytest.mark.parametrize("seconds", [2, 10, 90])
def test_frames_are_those_of_the_benchmarks_own_protocols_and_in_one_variant_those_of_training(
    seconds: int,
) -> None:
    frames = {
        (name, variant.name): len(benchmark.shown(variant).sample(30 * seconds, 30.0))
        for name, benchmark in BENCHMARKS.items()
        for variant in VARIANTS.values()
    }
    for name in ("tomato", "tvbench", "mvbench", "aotbench"):
        assert [frames[name, variant] for variant in ("direct", "reasoning", "pass4")] == [16] * 3
    assert frames["vinoground", "reasoning"] == 32
    assert seconds - 1 <= frames["vcrbench", "reasoning"] <= max(4, seconds + 2)
    trained = VideoBudget()
    for name in ("tomato", "tvbench", "mvbench", "aotbench", "vinoground", "charades_sta"):
        assert frames[name, "training"] == len(trained.sample(30 * seconds, 30.0))


def test_tasks_are_named_as_in_lmms_eval_or_without_the_prefix() -> None:
    def named(*names: str) -> list[str]:
        return [benchmark.task for benchmark in EvalRun("m", names).benchmarks()]

    assert named("synrl_all") == named("all") == [benchmark.task for benchmark in BENCHMARKS.values()]
    assert named("synrl_test", "tvbench") == named("test", "synrl_tvbench") == ["synrl_tvbench", "synrl_test"]
    for group in GROUPS:
        tasks = load(TASK_FOLDER / "groups" / f"{group}_direct.yaml")["task"]
        assert [f"{name}_direct" for name in named(f"synrl_{group}")] == tasks


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(names=("mvp",)), "no task 'mvp'; allowed: synrl_nextgqa"),
        (dict(names=("all", "")), "no task ''; allowed: synrl_nextgqa"),
        (dict(names=("synrl_tvbench_direct",)), "is task 'synrl_tvbench' with --variant direct: say so"),
        (dict(variants=("cot",)), "variant is 'cot'; allowed: direct, reasoning, pass4"),
        (dict(backend="hf"), "backend is 'hf'; allowed: synrl, vllm, qwen3_vl"),
        (dict(limit=0), "limit is 0; allowed: 1 or more"),
        (dict(model="a,b"), "model is 'a,b'; lmms-eval takes no comma"),
    ],
)
def test_a_mistake_is_said_before_anything_runs(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        EvalRun(**{"model": "m", "names": ("all",), **wrong})


@pytest.mark.parametrize("notes", ["{", "7", "[]", '{"results": 7}', "null\n{}"])
def test_damaged_notes_of_earlier_runs_are_one_line(
    notes: str, made: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("synrl.evaluation.asking.run.find_spec", lambda name: True)
    (tmp_path / "runs.jsonl").write_text(notes, encoding="utf-8")
    with pytest.raises(DataError, match=r"runs.jsonl can't be read .*; remove it, or choose") as raised:
        evaluate(EvalRun(str(tmp_path), ("cvbench",)), tmp_path)
    assert "\n" not in str(raised.value)


def test_a_folder_of_results_that_is_a_file_is_one_line(
    made: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("synrl.evaluation.asking.run.find_spec", lambda name: True)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"can't write .*file: .*; choose another --out"):
        evaluate(EvalRun(str(tmp_path), ("cvbench",)), tmp_path / "file")


def test_a_missing_benchmark_ends_the_command_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SYNRL_TEST", raising=False)
    monkeypatch.setattr("synrl.evaluation.asking.run.find_spec", lambda name: True)
    assert main(["eval", "--model", "m", "--tasks", "synrl_test", "--out", str(tmp_path)]) == 2
    assert (
        "synrl eval: synrl_test: SYNRL_TEST is not set; make one with `synrl generate"
        in capsys.readouterr().err
    )
    monkeypatch.setattr("synrl.evaluation.asking.run.find_spec", lambda name: None)
    assert main(["eval", "--model", "m", "--tasks", "tvbench", "--out", str(tmp_path)]) == 2
    assert "pip install 'synrl[eval]'" in capsys.readouterr().err
