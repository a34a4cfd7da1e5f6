"""The `datasets` builder gives the same rows as the command, and no stale ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import synrl.builders.synrl
from builders import SynRL
from synrl.dataset.recipes import Recipe, get_recipe, plain
from synrl.dataset.rows import make_row
from synrl.errors import ConfigError
from synrl.schema import features


def build(cache: Path, **options: Any) -> SynRL:
    builder = SynRL(
        config_name="direction_identification", num_rows=3, seed=7, cache_dir=str(cache), **options
    )
    builder.download_and_prepare()
    return builder


def test_the_builder_gives_the_rows_of_the_generator(tmp_path: Path) -> None:
    rows = build(tmp_path).as_dataset(split="train")
    assert rows.features == features()
    made = [make_row("direction_identification", split="train", seed=7, index=i) for i in range(3)]
    assert [row["video"]["bytes"] for row in rows] == [row.video["bytes"] for row in made]
    assert [row["config"] for row in rows] == [dict(row.config) for row in made]


def test_as_dataset_without_a_split_has_the_split_that_was_asked_for(tmp_path: Path) -> None:
    builder = SynRL(config_name="card_stack", num_rows=1, split="test", cache_dir=str(tmp_path))
    builder.download_and_prepare()
    assert list(builder.as_dataset()) == ["test"]


def test_shards_that_a_killed_build_left_are_not_mixed_in(tmp_path: Path) -> None:
    builder = SynRL(config_name="direction_identification", num_rows=3, seed=7, cache_dir=str(tmp_path))
    unfinished = Path(builder.cache_dir + ".incomplete")
    unfinished.mkdir(parents=True)
    (unfinished / f"{builder.name}-train-00007-00000-of-NNNNN.arrow").write_bytes(b"half a shard")
    builder.download_and_prepare()
    assert not list(Path(builder.cache_dir).glob("*00007*"))
    assert builder.as_dataset(split="train").num_rows == 3


def test_a_changed_generator_does_not_find_the_old_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build(tmp_path).cache_dir
    monkeypatch.setattr(synrl.builders.synrl, "origin", lambda: {"code": "changed"})
    assert build(tmp_path).cache_dir != before


def test_a_wrong_number_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="number of rows is 0"):
        SynRL(config_name="card_stack", num_rows=0, cache_dir=str(tmp_path))
    with pytest.raises(ValueError, match="nonsense"):
        SynRL(config_name="nonsense", cache_dir=str(tmp_path))


@pytest.mark.parametrize("name", ["card_stack", "smoke"])
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("seed", 1.5, "seed is 1.5; allowed: a whole number, 0 to 9223372036854775807"),
        ("seed", True, "seed is True; allowed: a whole number, 0 to 9223372036854775807"),
        ("seed", "1", "seed is '1'; allowed: a whole number, 0 to 9223372036854775807"),
        ("num_rows", "3", "number of rows is '3'; allowed: a whole number, 1 or more"),
        ("num_rows", 2.5, "number of rows is 2.5; allowed: a whole number, 1 or more"),
        ("num_rows", True, "number of rows is True; allowed: a whole number, 1 or more"),
        ("encoding", ["fast"], "encoding is ['fast']; allowed: fast, compact"),
        ("view", 3, "invalid view 3; write it as frames a second x most frames, such as 2x32"),
    ],
)
def test_what_is_no_whole_number_or_name_is_refused_in_one_line(
    tmp_path: Path, name: str, option: str, value: Any, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        SynRL(config_name=name, cache_dir=str(tmp_path), **{"num_rows": 2, option: value})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("levels", 3, "levels is 3; allowed: some of 1, 2, 3, 4, 5, in a list such as [1]"),
        ("levels", "3", "levels is '3'; allowed: some of 1, 2, 3, 4, 5, in a list such as [1]"),
        ("levels", (True,), "levels is (True,); allowed: some of 1, 2, 3, 4, 5"),
        ("levels", [[1]], "levels is [[1]]; allowed: some of 1, 2, 3, 4, 5"),
        (
            "modes",
            "forward",
            "modes is 'forward'; allowed: some of perception, localisation, forward, retrodictive, "
            "historical, predict_operations, in a list such as ['perception']",
        ),
        ("split", 3, "split 3 is no name; allowed: letters, digits and underscores"),
    ],
)
def test_a_single_level_or_mode_is_refused_with_what_to_write(
    tmp_path: Path, option: str, value: Any, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        SynRL(config_name="card_stack", num_rows=2, cache_dir=str(tmp_path), **{option: value})
    assert str(raised.value) == message


@pytest.mark.parametrize("seed", [1.5, True, "1", None])
def test_seeds_are_whole_numbers_wherever_they_are_given(seed: Any) -> None:
    for given in (
        lambda: make_row("direction_identification", split="train", seed=seed, index=0),
        lambda: plain(("card_stack",), 2, seed=seed),
        lambda: Recipe("mine", get_recipe("smoke").parts, seed=seed),
    ):
        with pytest.raises(ConfigError, match=r"seed is .*; allowed: a whole number"):
            given()
