"""A repository holds any number of datasets: a push adds, and replaces nothing unless it is told to."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hub.server import Blob, Hub, Repo

from synrl.cli import main
from synrl.dataset.generate import generate
from synrl.dataset.recipes import Part, Recipe, plain
from synrl.errors import DataError, HubError
from synrl.hub.publish import Published, push

REPO = "tester/shared"
FAMILIES = ("direction_identification", "card_stack")
MADE = {
    "train": plain(FAMILIES, 3, seed=1),
    "test": plain(FAMILIES[1:], 2, "test", seed=1),
    "other seed": plain(FAMILIES[1:], 3, seed=2),
    "other family": plain(("shell_game",), 2, seed=1),
    "fewer": plain(FAMILIES[1:], 3, seed=1),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {name: generate(recipe, folder / name, progress=False) for name, recipe in MADE.items()}


def publish(folder: Path, **how: Any) -> Published:
    return push(folder, REPO, progress=False, **how)


def files(hub: Hub) -> dict[str, bytes]:
    return {path: blob.data for path, blob in hub.repos["dataset", REPO].commits[-1][1].items()}


def shards(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


def on_hub(hub: Hub) -> dict[str, bytes]:
    return {path: data for path, data in files(hub).items() if path.endswith(".parquet")}


def test_train_and_test_of_plain_rows_are_published_together(
    hub: Hub, made: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from datasets import load_dataset

    for name in ("train", "test"):
        assert main(["push", str(made[name]), REPO]) == 0
    assert "replaced" not in capsys.readouterr().err
    assert on_hub(hub) == shards(made["train"]) | shards(made["test"])
    for config, rows in (("all", {"train": 6, "test": 2}), ("card_stack", {"train": 3, "test": 2})):
        loaded = load_dataset(REPO, config, cache_dir=str(tmp_path / "cache"))
        assert {split: len(loaded[split]) for split in loaded} == rows
    card = files(hub)["README.md"].decode()
    assert (
        "| family | rows (test) | rows (train) |" in card or "| family | rows (train) | rows (test) |" in card
    )
    assert "--split train" in card and "--split test" in card
    capsys.readouterr()
    assert main(["verify", REPO]) == 0
    assert "all 8 rows are proved" in capsys.readouterr().err, "as many as the card says"


def test_the_same_pushed_again_after_others_changes_nothing(hub: Hub, made: dict[str, Path]) -> None:
    first = publish(made["train"])
    publish(made["other family"])
    repo = hub.repos["dataset", REPO]
    tags, commits = dict(repo.tags), len(repo.commits)
    again = publish(made["train"])
    assert (again.changed, again.replaced, again.tag) == (False, (), first.tag)
    assert (repo.tags, len(repo.commits)) == (tags, commits)


@pytest.mark.parametrize("name", ["other seed", "fewer"])
def test_other_rows_in_the_same_places_are_refused_unless_they_are_to_replace_what_is_there(
    hub: Hub, made: dict[str, Path], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = publish(made["train"])
    publish(made["test"])
    before = files(hub)
    with pytest.raises(
        HubError, match=rf"^[^\n]*\(rows with digest {first.tag[5:]}\); --replace puts these in"
    ):
        publish(made[name])
    assert files(hub) == before
    assert main(["push", str(made[name]), REPO, "--replace"]) == 0
    said = capsys.readouterr().err
    assert on_hub(hub) == shards(made[name]) | shards(made["test"])
    gone = set(before) - set(files(hub))
    assert gone > {"direction_identification/train-00000-of-00001.parquet"}
    assert all(f"replaced or removed: {path}\n" in said for path in gone), "all that goes is named"
    assert len(hub.repos["dataset", REPO].commits) == 4, "of a repository, two datasets, and the replacement"
    assert first.tag[5:] not in files(hub)["README.md"].decode()


def test_what_only_grows_needs_no_leave(hub: Hub, made: dict[str, Path]) -> None:
    publish(made["fewer"])
    done = publish(made["train"])
    assert on_hub(hub) == shards(made["train"]) and not any(p.endswith(".parquet") for p in done.replaced)
    records = [path for path in files(hub) if path.startswith("recipes/")]
    assert records == [f"recipes/{done.tag}.json"]


@pytest.mark.parametrize(
    "path", ["card_stack/train-00001-of-00002.parquet", "extra/train-00000-of-00001.parquet", "README.md"]
)
def test_files_of_somebody_else_are_refused_unless_they_are_to_go(
    hub: Hub, made: dict[str, Path], path: str
) -> None:
    hub.repos["dataset", REPO] = Repo([("0" * 40, {path: Blob(b"mine"), "notes.txt": Blob(b"mine")})])
    with pytest.raises(
        HubError, match=rf"holds 1 files that no `synrl push` has listed, first {path}; --replace"
    ):
        publish(made["train"])
    assert len(hub.repos["dataset", REPO].commits) == 1
    done = publish(made["train"], replace=True)
    assert done.replaced == (path,)
    assert on_hub(hub) == shards(made["train"]) and files(hub)["notes.txt"] == b"mine"


def test_a_dataset_of_an_earlier_layout_is_known_again(hub: Hub, made: dict[str, Path]) -> None:
    """Records of rows without a name lay at `recipes/rows.json`, and pictures were shared."""
    tag = publish(made["train"]).tag
    repo = hub.repos["dataset", REPO]
    now = repo.commits[-1][1]
    before = {path: blob for path, blob in now.items() if not path.startswith("images/")}
    before["recipes/rows.json"] = before.pop(f"recipes/{tag}.json")
    repo.commits.append(("1" * 40, before))
    done = publish(made["train"])
    assert repo.commits[-1][1] == now
    assert done.replaced == ("README.md", "recipes/rows.json"), "its card was not what is written now"


def test_a_card_that_somebody_has_edited_is_named_when_it_goes(hub: Hub, made: dict[str, Path]) -> None:
    publish(made["train"])
    repo = hub.repos["dataset", REPO]
    edited = Blob(repo.commits[-1][1]["README.md"].data + b"my notes")
    repo.commits.append(("1" * 40, repo.commits[-1][1] | {"README.md": edited}))
    assert publish(made["test"]).replaced == ("README.md",)


def test_a_card_speaks_of_no_shard_that_somebody_has_taken_out(hub: Hub, made: dict[str, Path]) -> None:
    publish(made["train"])
    repo = hub.repos["dataset", REPO]
    left = {path: blob for path, blob in repo.commits[-1][1].items() if not path.startswith("card_stack/")}
    repo.commits.append(("1" * 40, left))
    publish(made["other family"])
    assert "card_stack/train" not in files(hub)["README.md"].decode()


def test_rows_that_would_share_ids_are_refused(hub: Hub, made: dict[str, Path], tmp_path: Path) -> None:
    """Those of a recipe that is called as a split is have the ids of that split."""
    publish(made["test"])
    same = generate(Recipe("test", (Part(FAMILIES[1:], 2, "test"),)), tmp_path / "same", progress=False)
    with pytest.raises(HubError, match="holds other rows"):
        publish(same)


@pytest.mark.parametrize(
    "wrong", [{"origin": 5}, {"findings": [1]}, {"unproved": {"x": "y"}}, {"audit": [{}]}]
)
def test_a_record_of_another_shape_is_one_line(
    hub: Hub, made: dict[str, Path], wrong: dict[str, Any]
) -> None:
    publish(made["train"])
    repo = hub.repos["dataset", REPO]
    (path,) = (path for path in repo.commits[-1][1] if path.startswith("recipes/"))
    said = json.dumps(json.loads(repo.commits[-1][1][path].data) | wrong).encode()
    repo.commits.append(("1" * 40, repo.commits[-1][1] | {path: Blob(said)}))
    with pytest.raises(DataError, match="is no record of a recipe"):
        publish(made["test"])


def test_a_tag_follows_the_rows_that_it_names(hub: Hub, made: dict[str, Path], tmp_path: Path) -> None:
    """As it is left behind by a push that was killed before it set the tag."""
    done = publish(made["train"])
    repo = hub.repos["dataset", REPO]
    for stale in ({}, {done.tag: repo.commits[0][0]}):
        repo.tags = dict(stale)
        assert not publish(made["train"]).changed
        assert repo.tags == {done.tag: repo.head}


@pytest.mark.parametrize(
    "path", ["recipes/../../x.json", "../x.parquet", "recipes/a b.json", "recipes/x/y.json"]
)
def test_names_that_lead_elsewhere_are_one_line_or_left_alone(
    hub: Hub, made: dict[str, Path], path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(made["train"])
    repo = hub.repos["dataset", REPO]
    repo.commits.append(("2" * 40, {**repo.commits[-1][1], path: Blob(b"{}")}))
    for command in (["push", str(made["test"]), REPO], ["stats", REPO, "--out", str(tmp_path / "x.png")]):
        status = main(command)
        said = capsys.readouterr().err.splitlines()
        assert status == 0 or (status == 2 and said[-1].startswith(f"synrl {command[0]}: "))


def test_a_shard_that_is_a_pipe_is_not_waited_for(hub: Hub, made: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made["test"], tmp_path / "rows"))
    os.mkfifo(folder / "card_stack" / "train-00000-of-00001.parquet")
    assert main(["push", str(folder), REPO]) == 2
    assert not hub.repos
