"""From results to the card on the Hub: scores go there with the command that measured them, or not at all."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from synrl.cli import main
from synrl.evaluation.asking.backends import model_name
from synrl.evaluation.asking.repeating import eval_command
from synrl.evaluation.asking.run import EvalRun
from synrl.evaluation.data.items import WITHOUT
from synrl.hub.models import model_card

from .results_made import sample, write_run

TRAINED = {
    "stage": "grpo", "base_model": "org/base", "base_revision": "abc", "lora": False, "data": "org/rows",
    "data_config": "rl_7k", "data_split": "train", "data_revision": "main", "recipe": None, "budget": {},
    "arguments": {}, "versions": {}, "processes": 1, "steps": 2,
}  # fmt: skip


def answers(name: str, right: str, **more: Any) -> list[dict[str, Any]]:
    """Samples of items 0, 1, …: right where the text says 1."""
    return [sample(name, str(k), float(mark == "1"), **more) for k, mark in enumerate(right)]


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
    run = EvalRun("runs/a model", ("synrl_tvbench",), variants=(variant,), **settings)
    ((_, _, argv),) = run.commands(Path("results"))
    told = eval_command(argv)
    assert told is not None
    words = shlex.split(told)
    assert words[:4] == ["synrl", "eval", "--model", "runs/a model"] and words[-2:] == [
        "--tasks",
        "synrl_tvbench",
    ]
    by_flag = {word: words[k + 1] for k, word in enumerate(words) if word.startswith("--")}
    again = EvalRun(
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


def test_what_could_leave_the_block_of_a_card_is_no_command() -> None:
    ((_, _, argv),) = EvalRun("runs/a\n```\n# b", ("tvbench",)).commands(Path("results"))
    assert eval_command(argv) is None


def model_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text("{}")
    (path / "training.json").write_text(json.dumps(TRAINED))
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
        "--tasks synrl_tomato synrl_temporalbench"
    }


def test_a_model_card_takes_no_scores_of_parts_of_others_or_of_unknown_making(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, other = model_folder(tmp_path / "grpo"), model_folder(tmp_path / "sft")
    rows = {"tomato": answers("tomato", "110")}
    write_run(tmp_path / "part", rows, model=str(model), of=9)
    write_run(tmp_path / "whole", rows, model=str(model))
    write_run(tmp_path / "bare", rows, model=str(model), versions=None)
    write_run(tmp_path / "hub", rows, model="org/model")
    for row in rows["tomato"]:
        row["answered"]["measured"] += f"{WITHOUT}7 of 10 items"
    write_run(tmp_path / "holes", rows, model=str(model))
    for results, folder, said in (
        ("part", model, "synrl_tomato_reasoning is of 3 of 9 items"),
        ("whole", other, f"the model '{model}', not of {other}; measure this folder: synrl eval"),
        ("holes", model, "synrl_tomato_reasoning is without 7 of 10 items"),
        ("hub", model, "the results are of the model 'org/model'"),
        ("whole", tmp_path, "holds no model"),
        ("bare", model, "no `synrl eval` is known"),
    ):
        arguments = [str(tmp_path / results), "--out", str(tmp_path / "out"), "--model-card", str(folder)]
        assert main(["report", *arguments]) == 2
        (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("synrl report:")]
        assert said in line
        assert not (folder / "results.json").exists()


def test_the_card_on_the_hub_has_the_scores_where_its_readers_look(tmp_path: Path) -> None:
    """The Hub's own library reads them back, and a later report does not take itself for other weights."""
    from huggingface_hub import ModelCard

    model = model_folder(tmp_path / "grpo")
    rows = {"tomato": answers("tomato", "110"), "videomme": answers("videomme", "10", subset="short")}
    write_run(tmp_path / "run", rows, model=str(model), weights=model_name(str(model)))
    arguments = ["report", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--model-card", str(model)]
    assert main(arguments) == main(arguments) == 0
    card = ModelCard(model_card(model, "org/model"))
    results = card.data.eval_results or []
    found = {(one.dataset_type, one.dataset_name, one.metric_type): one for one in results}
    assert {key: one.metric_value for key, one in found.items()} == {
        ("lmms-eval/TOMATO", "synrl_tomato_reasoning", "accuracy"): 66.67,
        ("lmms-eval/Video-MME", "synrl_videomme_reasoning", "accuracy"): 50.0,
    }
    (tomato, _) = found.values()
    command = (
        f"synrl eval --model {model} --variant reasoning --backend synrl --out {tmp_path / 'run'} "
        "--tasks synrl_tomato synrl_videomme"
    )
    assert tomato.metric_args == {"command": command}
    assert tomato.dataset_revision == "0123"
    assert f"```\n{command}\n```" in card.text
    assert "| synrl_tomato_reasoning | accuracy | 66.67 | 20.77 to 93.85 | 3 |" in card.text
    (model / "model.safetensors").write_text("trained further")
    (model / "results.json").unlink()
    assert main(arguments) == 2
    assert not (model / "results.json").exists()
