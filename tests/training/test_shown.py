"""Rows are trained on only if they can be answered from the frames that are shown of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import load_dataset

from synrl.budget import VideoBudget
from synrl.cot.trace import write
from synrl.dataset.generate import generate
from synrl.dataset.recipes import get_recipe, plain
from synrl.dataset.rows import answerable, draft_row
from synrl.errors import DataError
from synrl.resources import read_settings, training_settings
from synrl.tasks import get_family
from synrl.training.data import load_rows
from synrl.training.settings import RunArguments
from synrl.training.shown import keep_answerable, times_are_shown

SETTINGS = {
    name: read_settings(path) for name, path in training_settings().items() if path.parent.name != "paper"
}
HELD = {name: said for name, said in SETTINGS.items() if not said.get("keep_unanswerable")}
FEW = VideoBudget(min_frames=2, max_frames=4)
"""Too few frames to answer anything from."""


def budget_of(said: dict[str, Any]) -> VideoBudget:
    return VideoBudget(
        **{entry.name: said[entry.name] for entry in fields(VideoBudget) if entry.name in said}
    )


def sample(recipe: str) -> Iterator[dict[str, Any]]:
    """A row of every level of each family of a recipe, without its video."""
    for batch in get_recipe(recipe).batches():
        for index in range(min(batch.num_rows, 5)):
            yield draft_row(
                batch.family,
                split=batch.key,
                seed=batch.seed,
                index=index,
                config=batch.config(index),
                twins=False,
                encoding="fast",
            ).columns


@pytest.mark.parametrize(
    ("data", "budget"), sorted({(said["data"], budget_of(said)) for said in HELD.values()}, key=str)
)
def test_every_setting_shows_what_its_rows_need(data: str, budget: VideoBudget) -> None:
    """On exactly the frames that a shipped file of settings shows, of rows of the recipe that it names."""
    rows = list(sample(data))
    assert len(rows) >= 30
    for row in rows:
        assert answerable(get_family(row["family"]), row, budget), row["id"]


def test_only_what_is_there_to_try_the_way_is_not_held_to_it() -> None:
    assert {name for name in SETTINGS if name not in HELD} == {"tiny_sft", "tiny_grpo"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rows") / "data"
    return generate(plain(("direction_identification", "card_stack"), 4, seed=3), out, progress=False)


def loaded(folder: Path | str, budget: VideoBudget, **more: Any) -> datasets.Dataset:
    return load_rows(RunArguments(data=str(folder), **more), budget, "train")


def test_what_can_be_answered_is_kept_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(loaded(folder, VideoBudget())) == 8
    assert (
        "answerable from the frames shown (2 frames a second, at most 32): 8 of 8 rows (100.0%)"
        in capsys.readouterr().err
    )


def test_what_cant_be_answered_is_left_out_unless_told_otherwise(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError, match=r"none of the rows can be answered from the frames that are shown"):
        loaded(folder, FEW, data_config="card_stack")
    said = capsys.readouterr().err
    assert "0 of 4 rows (0.0%)" in said and "card_stack: 0 of 4 (0.0%), the others are left out" in said
    assert "clips are shown at a lower rate: max_frames is 4" in said
    assert len(loaded(folder, FEW, data_config="card_stack", keep_unanswerable=True)) == 4
    assert "card_stack: 0 of 4 (0.0%), the others are kept anyway" in capsys.readouterr().err


def test_a_part_of_a_dataset_is_data_however_it_was_saved(folder: Path, tmp_path: Path) -> None:
    part = load_dataset(str(folder), "card_stack", split="train").select([0, 2])
    (tmp_path / "plain").mkdir()
    part.to_parquet(str(tmp_path / "plain" / "train.parquet"))
    part.save_to_disk(str(tmp_path / "disk"))
    datasets.DatasetDict(train=part).save_to_disk(str(tmp_path / "splits"))
    for name in ("plain", "disk", "splits"):
        assert loaded(tmp_path / name, VideoBudget())["id"] == part["id"]


def test_a_row_that_contradicts_itself_is_named(folder: Path) -> None:
    rows = load_dataset(str(folder), "card_stack", split="train").remove_columns("video")
    broken = rows.map(lambda row: {"family": "shell_game"} if row["id"].endswith("2") else {})
    with pytest.raises(DataError, match=r"^row card_stack-train-000002"):
        keep_answerable(broken, VideoBudget(), keep_all=False)


def test_times_that_a_chain_tells_must_be_shown() -> None:
    row = {"num_frames": 301, "fps": 30.0}
    assert times_are_shown("It turns at 3.3 s, and again from 7.8 to 8.1 s.", row, VideoBudget())
    slower = VideoBudget(fps=2.0, max_frames=6, min_frames=2)  # every two seconds
    assert not times_are_shown("It turns at 3.0 s.", row, slower)
    assert times_are_shown("It turns at 4.0 s, and cell B3.5s is no time.", row, slower)


def test_chains_of_the_recipe_for_fine_tuning_tell_times_that_are_shown() -> None:
    budget = budget_of(SETTINGS["qwen3_vl_4b_sft"])
    for row in sample("cot_6.7k"):
        assert times_are_shown(write(row), row, budget), row["id"]
