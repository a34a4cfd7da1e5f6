"""A trained model goes up in one commit, with its card, and without anything that could hold code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub.server import Hub

from synrl.cli import main
from synrl.errors import DataError, HubError
from synrl.hub.models import model_card, push_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    said = {
        "stage": "grpo",
        "base_model": "org/base",
        "base_revision": "abc",
        "lora": False,
        "data": "org/rows",
        "data_config": "rl_7k",
        "data_split": "train",
        "data_revision": "rl_7k-0123",
        "recipe": {"name": "rl_7k", "digest": "0123"},
        "budget": {"fps": 2.0, "max_frames": 32},
        "arguments": {"learning_rate": 1e-6, "beta": 0.0},
        "versions": {"trl": "1.16.0"},
        "processes": 8,
        "steps": 14,
        "last": {},
    }
    files = {
        "training.json": json.dumps(said),
        "config.json": '{"model_type": "qwen3_vl"}',
        "tokenizer.json": "{}",
        "chat_template.jinja": "{{ messages }}",
        "model.safetensors": "weights",
        "training_args.bin": "a pickle",
        "pytorch_model.bin": "another",
        "modeling_evil.py": "import os",
        "trainer_state.json": "{}",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "checkpoint-3").mkdir()
    (folder / "checkpoint-3" / "model.safetensors").write_text("older weights")
    return folder


def results(folder: Path) -> None:
    one: dict[str, Any] = dict(
        dataset="org/bench", task="synrl_tvbench_reasoning", metric="accuracy", value=53.7
    )
    one |= dict(interval=[51.7, 55.7], items=2525, rows="org/bench@0123", revision="0123")
    one["command"] = "synrl eval --model org/model --tasks synrl_tvbench"
    said = json.dumps({"results": [one]})
    (folder / "results.json").write_text(said)


def front(card: str) -> Any:
    return yaml.safe_load(card.split("---\n")[1])


def test_a_model_goes_up_in_one_commit_without_code_or_pickles(hub: Hub, model: Path) -> None:
    done = push_model(model, "org/model")
    from huggingface_hub import HfApi

    files = set(HfApi().list_repo_files("org/model"))
    assert files - {".gitattributes"} == {
        "README.md",
        "chat_template.jinja",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "training.json",
    }
    (repo,) = hub.repos.values()
    assert done.changed and len(repo.commits) == 2  # the empty one that makes the repository, and this


def test_the_same_push_again_changes_nothing(hub: Hub, model: Path) -> None:
    first = push_model(model, "org/model")
    again = push_model(model, "org/model")
    assert (again.changed, again.id) == (False, first.id)


def test_other_weights_are_refused_unless_they_are_to_replace_those_that_are_there(
    hub: Hub, model: Path
) -> None:
    (model / "adapter.safetensors").write_text("weights of an adapter")
    push_model(model, "tester/model")
    (model / "adapter.safetensors").unlink()
    for weights in ("weights", "other weights"):
        (model / "model.safetensors").write_text(weights)
        with pytest.raises(HubError, match="tester/model holds something else than this model; --replace"):
            push_model(model, "tester/model")
    assert len(hub.repos["model", "tester/model"].commits) == 2
    done = push_model(model, "tester/model", replace=True)
    found = hub.repos["model", "tester/model"].commits[-1][1]
    assert found["model.safetensors"].data == b"other weights" and "adapter.safetensors" not in found
    assert {"adapter.safetensors", "model.safetensors"} <= set(done.replaced)


def test_the_same_weights_get_a_new_card_without_more_ado(hub: Hub, model: Path) -> None:
    push_model(model, "tester/model")
    results(model)
    done = push_model(model, "tester/model")
    assert done.changed and not done.replaced
    assert b"53.7" in hub.repos["model", "tester/model"].commits[-1][1]["README.md"].data


def test_the_card_says_base_data_settings_and_results(model: Path) -> None:
    results(model)
    card = model_card(model, "org/model")
    said = front(card)
    assert said["base_model"] == "org/base" and said["datasets"] == ["org/rows"]
    (entry,) = said["model-index"]
    assert entry["results"][0]["metrics"][0]["value"] == 53.7
    for text in ("`learning_rate` | `1e-06`", "digest `0123`", "revision `rl_7k-0123`", "synrl eval --model"):
        assert text in card, text


@pytest.mark.parametrize("text", ["{", "[]", '{"results": 3}', '{"results": [{"task": "t"}]}'])
def test_results_that_no_report_has_written_are_one_line(model: Path, text: str) -> None:
    (model / "results.json").write_text(text)
    with pytest.raises(DataError, match=r"^[^\n]*results.json[^\n]*$"):
        model_card(model, "org/model")


def test_nothing_in_a_card_is_html_or_ends_a_table(model: Path) -> None:
    evil = "<img src=x onerror=alert(1)>`|\n\n<script>"
    said = json.loads((model / "training.json").read_text())
    said |= dict.fromkeys(("base_model", "base_revision", "data", "data_config", "data_split"), evil)
    said |= {"versions": {evil: evil}, "arguments": {evil: evil}, "budget": {evil: evil}}
    (model / "training.json").write_text(json.dumps(said))
    results(model)
    found = json.loads((model / "results.json").read_text())
    for one in found["results"]:
        one |= dict.fromkeys(("task", "metric", "rows", "command"), evil)
    (model / "results.json").write_text(json.dumps(found))
    body = model_card(model, "org/model").split("---\n", 2)[2]
    outside = re.sub(r"(?ms)^```.*?^```$|`[^`\n]*`", "", body)
    assert "<script" not in outside and "<img" not in outside and "&lt;script&gt;" in outside
    assert body.count("```") == 4 and "\n<script>" not in body


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"stage": "dpo"}', "[" * 100_000])
def test_a_note_of_training_that_is_none_is_one_line(model: Path, text: str) -> None:
    (model / "training.json").write_text(text)
    with pytest.raises(DataError, match=r"^[^\n]*training.json[^\n]*$"):
        model_card(model, "org/model")


def test_paths_of_a_machine_are_no_names_on_the_hub(model: Path) -> None:
    said = json.loads((model / "training.json").read_text())
    said |= {"base_model": "/home/me/base", "data": "rl_7k"}
    (model / "training.json").write_text(json.dumps(said))
    assert {"base_model", "datasets"} & front(model_card(model, "org/model")).keys() == set()


def test_the_command_tells_models_from_datasets(
    hub: Hub, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", str(model), "org/model"]) == 0
    assert "org/model" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("gone", "said"), [("training.json", "training.json"), ("model.safetensors", "safetensors")]
)
def test_an_unfinished_model_is_one_line(hub: Hub, model: Path, gone: str, said: str) -> None:
    (model / gone).unlink()
    with pytest.raises(DataError, match=rf"^[^\n]*{said}[^\n]*$"):
        push_model(model, "org/model")
    assert not hub.repos
