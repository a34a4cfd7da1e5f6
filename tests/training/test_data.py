"""Rows that training makes for itself from a recipe."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from datasets import load_dataset

from synrl.dataset.origin import origin
from synrl.dataset.recipes import plain
from synrl.training import data


def test_a_recipe_is_made_once_and_anew_by_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    recipe = plain(("direction_identification",), 2, seed=4)
    first = data.built(recipe)
    shard = next(first.rglob("*.parquet"))
    made = shard.stat().st_mtime_ns
    assert data.built(recipe) == first and shard.stat().st_mtime_ns == made
    monkeypatch.setattr(data, "origin", lambda: {**origin(), "av": "1.0"})
    assert data.built(recipe) != first


def test_a_recipe_for_fine_tuning_has_chains_of_thought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    folder = data.built(plain(("card_stack",), 2, seed=4), reasoned=True)
    rows = load_dataset(str(folder), split="train")
    assert all(row["cot"].startswith("<think>") for row in rows.remove_columns("video"))
