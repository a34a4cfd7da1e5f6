"""generate writes what load_dataset reads, the same bytes each time, and nothing half-way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import synrl.dataset.files as files
import synrl.dataset.generate as module
from synrl.audit.row import examine
from synrl.audit.verify import verify
from synrl.dataset.files import make_rows
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import Batch, plain
from synrl.dataset.rows import (
    MOST_ROWS,
    TWINS,
    base_index,
    index_of,
    is_twin,
    make_row,
    number_of,
    twin_index,
)
from synrl.errors import ConfigError, OutputError
from synrl.schema import COLUMNS, decode_json, features


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS_PER_SHARD", 3)
    monkeypatch.setattr(files, "ROWS_PER_GROUP", 2)


RECIPE = plain(("event_ordering",), 7, seed=5)


def test_load_dataset_reads_the_folder_as_it_is(folder: Path) -> None:
    from datasets import load_dataset

    everything = load_dataset(str(folder), split="train")
    cards = load_dataset(str(folder), "card_stack", split="train")
    assert set(everything["family"]) > {"card_stack"} == set(cards["family"])
    assert everything.features == features() == cards.features
    assert cards[0]["video"]["path"] == "card_stack-train-000000.mp4"
    assert cards[0]["operations"][0]["arguments"]["source"] in "ABC"


def test_plain_pyarrow_reads_every_column(folder: Path) -> None:
    for path in folder.rglob("*.parquet"):
        table = pq.read_table(path)
        assert table.column_names == list(COLUMNS)
        assert json.loads(table["config"].to_pylist()[0])["split"] == "train"


def test_two_processes_write_the_bytes_of_one(small_shards: None, tmp_path: Path) -> None:
    one = generate(RECIPE, tmp_path / "one", progress=False)
    two = generate(RECIPE, tmp_path / "two", num_proc=2, progress=False)
    assert contents(one) == contents(two)
    assert len(list(one.rglob("*.parquet"))) == 3


def test_a_row_does_not_depend_on_how_many_are_asked_for(tmp_path: Path) -> None:
    few = generate(plain(("event_ordering",), 2, seed=5), tmp_path / "few", progress=False)
    many = generate(RECIPE, tmp_path / "many", progress=False)
    few_rows, many_rows = (list(Source.open(str(path)).spread(100)) for path in (few, many))
    assert few_rows == many_rows[:2]


def test_another_hash_seed_and_process_give_the_same_bytes(tmp_path: Path) -> None:
    here = generate(plain(("card_stack",), 3), tmp_path / "here", progress=False)
    command = [sys.executable, "-m", "synrl.cli", "generate", "card_stack", "-n", "3", "--out", "there"]
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert contents(here) == contents(tmp_path / "there")


def test_an_interrupted_run_goes_on_and_ends_with_the_same_bytes(
    small_shards: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = contents(generate(RECIPE, tmp_path / "whole", progress=False))
    made: list[int] = []
    original = module.make_rows

    def failing(batch: Batch, index: int) -> list[dict[str, Any]]:
        if index == 5 and not failed:
            failed.append(index)
            raise KeyboardInterrupt
        made.append(index)
        return original(batch, index)

    failed: list[int] = []
    monkeypatch.setattr(module, "make_rows", failing)
    with pytest.raises(KeyboardInterrupt):
        generate(RECIPE, tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()
    assert contents(generate(RECIPE, tmp_path / "out", progress=False)) == whole
    assert made.count(0) == 1 and made.count(3) == 2, "the finished shard is kept, the open one is redone"
    assert not (tmp_path / "out.incomplete").exists()


def test_twins_are_written_behind_their_rows_and_change_nothing_else(tmp_path: Path) -> None:
    plain = rows(generate(RECIPE, tmp_path / "plain", progress=False))
    both = rows(generate(replace(RECIPE, twins=True), tmp_path / "both", progress=False))
    twins = [row for row in both if row["config"]["index"] >= TWINS]
    others = [row for row in both if row["config"]["index"] < TWINS]
    assert len(twins) >= 2 and len(others) == len(plain)
    for row, other in zip(plain, others, strict=True):
        changed = {name for name in row if row[name] != other[name]}
        assert changed <= {"twin_id", "config"}
    for number, row in enumerate(both):
        if row in twins:
            assert both[number - 1]["twin_id"] == row["id"]
    assert f"| {len(both)} |" in (tmp_path / "both" / "README.md").read_text()


def rows(folder: Path) -> list[dict[str, Any]]:
    tables = [pq.read_table(path) for path in sorted(folder.glob("*/*.parquet"))]
    return [decode_json(row) for table in tables for row in table.to_pylist()]


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = generate(plain(("card_stack",), 4), tmp_path / "whole", progress=False)
    command = [sys.executable, "-m", "synrl.cli", "generate", "card_stack", "-n", "4", "--out", "out"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (tmp_path / "out.incomplete").exists() and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (tmp_path / "out").exists()
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert contents(tmp_path / "out") == contents(whole)


def test_a_finished_folder_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = generate(plain(("card_stack",), 1), tmp_path / "out", progress=False)
    monkeypatch.setattr(module, "make_rows", None)  # would fail if it were called
    assert generate(plain(("card_stack",), 1), out, progress=False) == out


def test_a_folder_that_holds_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match="already holds something else"):
        generate(RECIPE, tmp_path, progress=False)
    assert contents(tmp_path) == {"thesis.txt": b"precious"}


def test_another_unfinished_request_is_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "out.incomplete").mkdir()
    (tmp_path / "out.incomplete" / "recipe.json").write_text("{}")
    with pytest.raises(OutputError, match="another, unfinished request"):
        generate(RECIPE, tmp_path / "out", progress=False)


@pytest.mark.parametrize("finished", [True, False])
def test_rows_of_another_generator_are_neither_taken_for_new_nor_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: bool
) -> None:
    out, here = tmp_path / "out", module.origin()
    monkeypatch.setattr(module, "origin", lambda: {**here, "av": "1.0"})
    generate(RECIPE, out, progress=False)
    if not finished:
        out = out.rename(tmp_path / "out.incomplete")
        next(out.rglob("*.parquet")).unlink()
    before = contents(out)
    monkeypatch.setattr(module, "origin", lambda: here)
    with pytest.raises(OutputError, match=rf"as others make them \(av 1.0, now {here['av']}\)"):
        generate(RECIPE, tmp_path / "out", progress=False)
    assert contents(out) == before


def test_a_full_disk_is_one_line_and_leaves_no_result(tmp_path: Path) -> None:
    """A limit on file sizes fails in the same place, inside Arrow's writer, without filling a disk."""
    code = (
        "import errno, resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "errno.ENOSPC = errno.EFBIG  # what the limit is called\n"
        "from synrl.cli import main\n"
        "sys.exit(main(['generate', 'card_stack', '-n', '3', '--out', 'out']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no space left for out" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(families=("nonsense",)), "no task family 'nonsense'; allowed: acceleration_detection"),
        (dict(families=()), "families are none"),
        (dict(families=("card_stack", "card_stack")), "name each once"),
        (dict(num_rows=0), "number of rows is 0; allowed: 1 or more"),
        (dict(num_rows=-5), "number of rows is -5"),
        (dict(seed=-1), "seed is -1"),
        (dict(split="a-b"), "split 'a-b' is no name"),
    ],
)
def test_a_wrong_request_names_the_value_and_what_is_allowed(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plain(**{"families": ("card_stack",), "num_rows": 1, **wrong})


@pytest.mark.parametrize("index", [-1, 2 * MOST_ROWS])
def test_an_index_that_no_row_has_is_refused(index: int) -> None:
    with pytest.raises(ConfigError, match=f"^row index is {index}; allowed: 0 to 99999999$"):
        make_row("card_stack", split="train", seed=0, index=index)


def test_indices_of_rows_and_twins_never_meet_and_the_first_million_are_as_ever() -> None:
    numbers = [*range(5), TWINS - 1, TWINS, TWINS + 1, 2 * TWINS - 1, 2 * TWINS, 3 * TWINS, MOST_ROWS - 1]
    indices = [index_of(number) for number in numbers]
    twins = [twin_index(index) for index in indices]
    assert indices[:7] == [0, 1, 2, 3, 4, TWINS - 1, 2 * TWINS] and twins[:2] == [TWINS, TWINS + 1]
    assert len({*indices, *twins}) == 2 * len(numbers) and max(twins) == 2 * MOST_ROWS - 1
    for number, index, twin in zip(numbers, indices, twins, strict=True):
        assert (is_twin(index), is_twin(twin), twin_index(twin)) == (False, True, index)
        assert base_index(index) == base_index(twin) == index
        assert number_of(index) == number_of(twin) == number


def test_a_family_goes_on_behind_its_millionth_row() -> None:
    """Where the index of a row used to be that of a twin: other rows, and all of them are proved."""
    (batch,) = plain(("event_ordering",), 3 * TWINS, seed=5, twins=True).batches()
    both = ((number, make_rows(batch, number)) for number in range(TWINS, TWINS + 9))
    number, (row, twin) = next((number, made) for number, made in both if len(made) == 2)
    (first, *_) = make_rows(batch, number - TWINS)
    ids = [f"event_ordering-train-{blocks}00000{number - TWINS}" for blocks in (2, 3)]
    assert [row["id"], twin["id"]] == ids
    assert (row["twin_id"], twin["twin_id"]) == (twin["id"], row["id"])
    assert row["tracks"] != first["tracks"]
    for one in (row, twin):
        problems, _ = examine(one, same_libraries=True)
        assert list(problems) == []


def test_a_dataset_over_several_blocks_of_indices_is_proved(
    small_shards: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synrl.dataset.rows.TWINS", 2)
    out = generate(replace(RECIPE, twins=True), tmp_path / "out", progress=False)
    numbers = [row["config"]["index"] for row in rows(out)]
    assert [n for n in numbers if not is_twin(n)] == [0, 1, 4, 5, 8, 9, 12]
    proof = verify(str(out), progress=False)
    assert proof.ok and proof.rows.total() == len(numbers) > 7


@pytest.mark.parametrize("left", [b"", b"PAR1", b"no Parquet"])
def test_a_shard_that_is_not_whole_is_made_again(tmp_path: Path, small_shards: None, left: bytes) -> None:
    whole = contents(generate(RECIPE, tmp_path / "whole", progress=False))
    staging = tmp_path / "out.incomplete"
    (tmp_path / "whole").rename(staging)
    broken = sorted(staging.rglob("*.parquet"))[1]
    broken.write_bytes(left)
    assert contents(generate(RECIPE, tmp_path / "out", progress=False)) == whole


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_finished_folder_without_a_whole_shard_is_not_taken_for_the_result(
    tmp_path: Path, damage: str
) -> None:
    out = generate(RECIPE, tmp_path / "out", progress=False)
    (shard,) = out.rglob("*.parquet")
    if damage == "gone":
        shard.unlink()
    else:
        shard.write_bytes(shard.read_bytes()[:-9])
    before = contents(out)
    with pytest.raises(
        OutputError, match=f"out holds these rows, but without a whole event_ordering/{shard.name};"
    ):
        generate(RECIPE, out, progress=False)
    assert contents(out) == before
