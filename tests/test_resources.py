"""What SynRL comes with is found by name, in a checkout as in a wheel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import synrl
from synrl.cli import main
from synrl.errors import ConfigError
from synrl.resources import find_settings, first_comment, read_settings, shipped, training_settings


@pytest.mark.parametrize(
    ("folder", "holds"),
    [
        ("training/recipes", "tiny_sft.yaml"),
        ("training/accelerate", "zero3.yaml"),
        ("evaluation/tasks", "tomato"),
        ("hub_cards", "dataset_card.md"),
    ],
)
def test_every_folder_that_a_user_opens_is_found(folder: str, holds: str) -> None:
    assert (shipped(folder) / holds).exists()


def test_settings_are_found_by_name_and_everything_else_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tiny_sft.yaml", "tiny_sft"):
        (tmp_path / name).write_text("data: smoke\n")
    assert find_settings("tiny_sft") == training_settings()["tiny_sft"]
    assert find_settings("tiny_sft.yaml") == Path("tiny_sft.yaml"), "a file here, not ours"
    assert find_settings("./tiny_sft") == Path("./tiny_sft")


def test_a_name_that_is_none_gets_the_closest_and_all_there_are() -> None:
    meant = r"^no settings called 'tiny_stf'; did you mean tiny_sft\? allowed: "
    with pytest.raises(ConfigError, match=meant):
        find_settings("tiny_stf")
    with pytest.raises(ConfigError, match=r"^no settings called 'x'; allowed: .*qwen3_vl_4b_grpo"):
        find_settings("x")


def test_a_path_without_a_file_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^no file no/such\.yaml; `synrl recipes` lists"):
        find_settings("no/such.yaml")


def test_recipes_refuses_a_name_of_neither(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "nope"]) == 2
    assert "'nope'; allowed: smoke" in (said := capsys.readouterr().err) and "tiny_grpo" in said


def test_all_settings_say_what_they_are() -> None:
    said = [first_comment(path) for path in training_settings().values()]
    assert len(said) >= 12 and len(set(said)) == len(said) and all(text.endswith(".") for text in said)


def test_recipes_lists_settings_beside_data_and_prints_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    listed = capsys.readouterr().out
    assert "rl_7k" in listed and all(name in listed for name in training_settings())
    assert main(["recipes", "tiny_grpo"]) == 0
    assert capsys.readouterr().out == training_settings()["tiny_grpo"].read_text(encoding="utf-8")


def test_the_citation_is_of_this_version_and_names_the_paper() -> None:
    said = yaml.safe_load((Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8"))
    assert said["version"] == synrl.__version__
    (paper,) = said["references"]
    assert "Temporal Primitives" in paper["title"] and len(paper["authors"]) == 15


@pytest.mark.parametrize(
    ("name", "stage"), [("tiny_sft", "sft"), ("table6_video_r1", "sft"), ("table5_sft_rl", "grpo")]
)
def test_recipes_says_which_command_takes_settings(
    name: str, stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recipes", name]) == 0
    assert f"next: synrl {stage} --config {name}" in capsys.readouterr().err


def test_settings_stand_on_those_of_their_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("base: tiny_sft\nmax_steps: 7\n")
    said = read_settings(path)
    assert said == {**read_settings(training_settings()["tiny_sft"]), "max_steps": 7} and "base" not in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base: nothing\n", "no settings called 'nothing'"),
        ("base: {path}\n", "is its own base"),
        ("- a\n", "lines of `name: value`"),
        ("a: [\n", "holds no settings"),
    ],
)
def test_settings_that_are_none_are_told_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace("{path}", str(path)))
    with pytest.raises(ConfigError, match=re.escape(message)) as raised:
        read_settings(path)
    assert len(str(raised.value).splitlines()) == 1
