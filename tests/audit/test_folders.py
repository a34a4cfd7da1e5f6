"""What is proved of a folder beside its rows: they are those of its recipe, once each, with their twins."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synrl.audit.row import OLD, OTHER_BYTES
from synrl.audit.verify import Proof, verify
from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain
from synrl.errors import DataError

FAMILY = "direction_identification"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of two families with their twins."""
    out = tmp_path_factory.mktemp("made") / "rows"
    return generate(plain((FAMILY, "card_stack"), 6, seed=5, twins=True), out, progress=False)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "rows"))


def prove(folder: Path) -> Proof:
    return verify(str(folder), progress=False)


def told(proof: Proof) -> str:
    return "; ".join([*proof.whole, *(said for problems in proof.problems.values() for said in problems)])


def change(folder: Path, to: Callable[[pa.Table], pa.Table], family: str = FAMILY) -> None:
    """Rewrite the shard of a family."""
    (path,) = (folder / family).glob("*.parquet")
    pq.write_table(to(pq.read_table(path)), path)


def replace(table: pa.Table, column: str, values: list[object]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(
        place, table.schema.field(column), pa.array(values, table.schema.field(column).type)
    )


def test_a_folder_is_proved_as_it_was_made(folder: Path) -> None:
    proof = prove(folder)
    assert (proof.ok, proof.problems, proof.whole, proof.unproved) == (True, {}, [], {})


def test_a_row_that_is_there_twice_is_told(folder: Path) -> None:
    change(folder, lambda table: pa.concat_tables([table, table.slice(2, 1)]))
    assert "id occurs 2 times" in told(prove(folder))


def test_a_row_that_is_missing_is_told(folder: Path) -> None:
    change(folder, lambda table: table.slice(0, table.num_rows - 2))
    assert f"rows of {FAMILY} and 'train' are there, its recipe says 6" in told(prove(folder))


def test_a_twin_that_is_missing_is_told(folder: Path) -> None:
    def without_a_twin(table: pa.Table) -> pa.Table:
        ids = table["id"].to_pylist()
        twin = next(name for name in table["twin_id"].to_pylist() if name)
        return table.filter(pa.array([name != twin for name in ids]))

    change(folder, without_a_twin)
    assert "is not there" in told(prove(folder))


def test_a_scene_under_another_id_is_told(folder: Path) -> None:
    def with_a_copy(table: pa.Table) -> pa.Table:
        copy = replace(table.slice(0, 1), "id", [f"{FAMILY}-train-000077"])
        return pa.concat_tables([table, copy])

    change(folder, with_a_copy)
    assert f"its scene is that of {FAMILY}-train-000000" in told(prove(folder))


def test_rows_of_another_recipe_are_told(folder: Path, tmp_path: Path) -> None:
    other = generate(plain((FAMILY,), 6, seed=6, twins=True), tmp_path / "other", progress=False)
    change(folder, lambda table: pq.read_table(next((other / FAMILY).glob("*.parquet"))))
    assert "seed is 6, its recipe says 5" in told(prove(folder))


def test_rows_of_a_family_that_the_recipe_does_not_have_are_told(folder: Path, tmp_path: Path) -> None:
    other = generate(plain(("motion_counting",), 2, seed=5), tmp_path / "other", progress=False)
    shutil.copytree(other / "motion_counting", folder / "motion_counting")
    assert "2 rows of motion_counting and 'train' are none of its recipe" in told(prove(folder))


def test_rows_beyond_the_last_of_the_recipe_are_told(folder: Path, tmp_path: Path) -> None:
    other = generate(plain((FAMILY,), 8, seed=5, twins=True), tmp_path / "other", progress=False)
    change(folder, lambda table: pq.read_table(next((other / FAMILY).glob("*.parquet"))))
    assert "its recipe ends with row 5" in told(prove(folder))


def test_a_file_under_another_name_is_told(folder: Path) -> None:
    (path,) = (folder / FAMILY).glob("*.parquet")
    path.rename(path.with_name(path.name.replace("train", "test")))
    assert f"{FAMILY}/test-00000-of-00001.parquet is no file of its recipe" in told(prove(folder))


def test_rows_in_the_file_of_another_family_are_told(folder: Path) -> None:
    one, two = (next((folder / family).glob("*.parquet")) for family in (FAMILY, "card_stack"))
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)
    assert "which is for card_stack and 'train'" in told(prove(folder))


def test_an_empty_summary_of_chains_does_not_excuse_missing_rows(folder: Path) -> None:
    change(folder, lambda table: table.slice(0, 1))
    (folder / "cot.json").touch()
    with pytest.raises(DataError, match="no summary"):
        prove(folder)
    (folder / "cot.json").write_text(json.dumps({"families": {FAMILY: {"accepted": 12, "dropped": 0}}}))
    assert f"1 rows of {FAMILY} are there, cot.json says 12" in told(prove(folder))


@pytest.mark.parametrize("text", ["[" * 100_000, "\udcff", "3", '{"origin": 3}'])
def test_a_recipe_that_is_none_is_one_line(folder: Path, text: str) -> None:
    (folder / "recipe.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match="recipe"):
        prove(folder)
    (folder / "recipes").mkdir()
    (folder / "recipe.json").rename(folder / "recipes" / "rows.json")
    with pytest.raises(DataError, match="recipe"):
        prove(folder)


@pytest.mark.parametrize("version", ["0", "99", "-1", "2.0", "two"])
def test_a_version_of_the_generator_that_never_was_is_told(folder: Path, version: str) -> None:
    (folder / "recipe.json").unlink()
    change(folder, lambda table: replace(table, "generator_version", [version] * table.num_rows))
    assert f"generator_version is {version!r}" in told(prove(folder))


def test_what_another_version_of_the_generator_made_is_not_called_proved(folder: Path) -> None:
    change(folder, lambda table: replace(table, "generator_version", ["2"] * table.num_rows))
    proof = prove(folder)
    assert proof.unproved[OLD] == proof.rows[FAMILY]
    assert "generator_version is '2', its recipe says" in told(proof)


def test_without_a_recipe_a_folder_says_what_was_not_checked(folder: Path) -> None:
    (folder / "recipe.json").unlink()
    proof = prove(folder)
    assert proof.ok
    assert proof.unproved[OTHER_BYTES] == sum(proof.rows.values())
    assert any(said.startswith("whether all rows are there") for said in proof.unproved)


def test_a_column_more_is_refused(folder: Path) -> None:
    change(folder, lambda table: table.append_column("hint", pa.array(["B"] * table.num_rows)))
    with pytest.raises(DataError, match="hint"):
        prove(folder)
