"""Publishing through the Hub's own clients: the same bytes come back, whatever goes wrong on the way."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hub.server import Fault, Hub

import synrl.hub.publish as module
from synrl.cli import main
from synrl.dataset.generate import generate
from synrl.dataset.origin import origin
from synrl.dataset.reading import Source
from synrl.dataset.recipes import get_recipe, plain
from synrl.errors import DataError, HubError, OutputError
from synrl.hub.publish import push
from synrl.schema import features

REPO = "tester/synrl"
FAMILIES = ("direction_identification", "card_stack")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(plain(FAMILIES, 4, seed=2), tmp_path_factory.mktemp("made") / "rows", progress=False)


@pytest.fixture
def data(rows: Path, tmp_path: Path) -> Path:
    """A copy of its own, so that a test may change it."""
    return Path(shutil.copytree(rows, tmp_path / "rows"))


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nothing really waits."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def publish(data: Path, **options: Any) -> module.Published:
    return push(data, REPO, progress=False, **options)


def load(config: str, cache: Path, revision: str | None = None) -> Any:
    from datasets import load_dataset

    return load_dataset(REPO, config, split="train", revision=revision, cache_dir=str(cache))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.parquet"))
    }


def on_hub(hub: Hub) -> dict[str, str]:
    files = hub.repos["dataset", REPO].commits[-1][1]
    return {path: blob.sha256 for path, blob in files.items() if path.endswith(".parquet")}


def test_what_is_published_comes_back_the_same(hub: Hub, data: Path, tmp_path: Path) -> None:
    done = publish(data)
    assert on_hub(hub) == digests(data)
    local, remote = (load_local(data), load("all", tmp_path / "cache", done.tag))
    assert [row["id"] for row in local] == [row["id"] for row in remote]
    for one, other in zip(local, remote, strict=True):
        assert one == other
    cards = load("card_stack", tmp_path / "cache")
    assert set(cards["family"]) == {"card_stack"} and cards.num_rows == 4
    assert remote.features == local.features


def load_local(data: Path) -> Any:
    from datasets import load_dataset

    return load_dataset(str(data), "all", split="train")


def test_a_snapshot_holds_the_files_as_they_were(hub: Hub, data: Path, tmp_path: Path) -> None:
    from huggingface_hub import snapshot_download

    publish(data)
    folder = Path(snapshot_download(REPO, repo_type="dataset", local_dir=tmp_path / "snapshot"))
    assert digests(folder) == digests(data)
    assert main(["verify", str(folder)]) == 0


def test_everything_is_one_commit_and_a_tag(hub: Hub, data: Path) -> None:
    done = publish(data)
    repo = hub.repos["dataset", REPO]
    assert len(repo.commits) == 2 and hub.count("POST .*/commit/") == 1
    assert repo.tags == {done.tag: repo.head} and done.changed


def test_publishing_again_changes_nothing(hub: Hub, data: Path) -> None:
    first = publish(data)
    hub.requests.clear()
    second = publish(data)
    assert (second.commit, second.tag, second.changed) == (first.commit, first.tag, False)
    assert not hub.count("PUT") and not hub.count("POST .*/commit/")


def test_the_card_says_what_there_is_and_how_it_was_made(hub: Hub, data: Path) -> None:
    digest = publish(data).tag.removeprefix("rows-")
    files = hub.repos["dataset", REPO].commits[-1][1]
    card = files["README.md"].data.decode()
    for said in (
        'load_dataset("tester/synrl"',
        "synrl generate direction_identification card_stack -n 4 --split train --seed 2 --out DIR",
        "proved 8 of 8 rows",
        "`synrl audit`: too few rows of each kind of question to test.",
        "paper [*Learning Transferable Temporal Primitives",
        f"code {origin()['code']}, av ",
        f"![card_stack](images/rows-{digest}/card_stack.png)",
        "| card_stack | 4 |",
        "video-text-to-text",
        "license: apache-2.0",
        "1K",
    ):
        assert said in card
    assert files[f"images/rows-{digest}/card_stack.png"].data[:4] == b"\x89PNG"


def test_the_yaml_of_the_card_says_features_and_sizes(hub: Hub, data: Path) -> None:
    from datasets import get_dataset_config_names, load_dataset_builder

    publish(data)
    assert get_dataset_config_names(REPO) == ["all", *FAMILIES]
    for config, rows in (("all", 8), ("card_stack", 4)):
        info = load_dataset_builder(REPO, config).info
        sizes = [p.stat().st_size for p in data.rglob("*.parquet") if config in ("all", p.parent.name)]
        assert info.features == features() and info.splits["train"].num_examples == rows
        assert info.download_size == sum(sizes)


def test_a_shard_that_lacks_rows_is_noticed_when_it_is_loaded(data: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq
    from datasets import load_dataset
    from datasets.exceptions import NonMatchingSplitsSizesError

    shard = next((data / "card_stack").iterdir())
    pq.write_table(pq.read_table(shard)[:3], shard)
    with pytest.raises(NonMatchingSplitsSizesError):
        load_dataset(str(data), "card_stack", cache_dir=str(tmp_path / "cache"))


def test_recipes_share_a_repository(hub: Hub, data: Path, tmp_path: Path) -> None:
    publish(data)
    smoke = generate(get_recipe("smoke").scaled(18), tmp_path / "smoke", progress=False)
    publish(smoke)
    assert on_hub(hub) == digests(data) | digests(smoke)
    assert load("smoke", tmp_path / "cache").num_rows == 18
    assert load("card_stack", tmp_path / "cache").num_rows == 4 + 1
    assert load("all", tmp_path / "cache").num_rows == 8 + 18


def test_shards_that_are_replaced_are_deleted_and_named(
    hub: Hub, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("synrl.dataset.files.ROWS_PER_SHARD", 2)
        many = generate(plain(FAMILIES, 5, seed=2), tmp_path / "many", progress=False)
        publish(many)
    with pytest.raises(
        HubError, match=r"holds other rows where these would go .*--replace puts these in their"
    ):
        publish(data)
    assert on_hub(hub) == digests(many)
    done = publish(data, replace=True)
    assert on_hub(hub) == digests(data)
    assert set(done.replaced) > digests(many).keys() and "README.md" not in done.replaced


def streamed() -> Any:
    from datasets import load_dataset

    return load_dataset(REPO, "all", split="train", streaming=True).decode(False)


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


@pytest.fixture
def streams(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of a published dataset of several shards of several row groups, in order."""
    monkeypatch.setattr("synrl.dataset.files.ROWS_PER_SHARD", 3)
    monkeypatch.setattr("synrl.dataset.files.ROWS_PER_GROUP", 2)
    out = generate(plain(FAMILIES, 5, seed=3), tmp_path / "shards", progress=False)
    assert len(list(out.rglob("*.parquet"))) == 4
    publish(out)
    return list(load_local(out)["id"])


def test_a_stream_has_the_rows_in_order_and_can_skip_and_shuffle(streams: list[str]) -> None:
    assert ids(streamed()) == streams
    assert ids(streamed().skip(4)) == streams[4:]
    shuffled = ids(streamed().shuffle(seed=1, buffer_size=4))
    assert sorted(shuffled) == sorted(streams) and shuffled != streams
    assert ids(streamed().shuffle(seed=1, buffer_size=4).skip(6)) == shuffled[6:]


@pytest.mark.parametrize("seen", [1, 3, 5, 8])
def test_a_new_stream_goes_on_from_the_state_of_another(streams: list[str], seen: int) -> None:
    stream, begun = streamed(), []
    for row in stream:
        begun.append(row["id"])
        if len(begun) == seen:
            break
    state = json.loads(json.dumps(stream.state_dict()))
    other = streamed()
    other.load_state_dict(state)
    assert begun + ids(other) == streams


@pytest.mark.parametrize("fault", [
    Fault("GET /datasets/.*parquet", 2, 429, headers={"Retry-After": "1"}),
    Fault("GET /datasets/.*parquet", 2, 0, after=30_000),
], ids=["busy", "breaks"])  # fmt: skip
def test_a_fault_while_rows_are_fetched_is_survived(
    hub: Hub, data: Path, tmp_path: Path, fault: Fault
) -> None:
    publish(data)
    expected = ids(load_local(data))
    for fetched in (
        lambda: ids(load("all", tmp_path / "cache")),
        lambda: ids(streamed()),
        lambda: sorted(ids(Source.open(REPO).rows())),
    ):
        shutil.rmtree(Path(os.environ["HF_HOME"], "hub"), ignore_errors=True)
        hub.faults[:] = [Fault(fault.pattern, fault.times, fault.status, fault.after, fault.headers)]
        assert sorted(fetched()) == sorted(expected)
        assert hub.faults[0].times == 0


def test_what_a_server_error_interrupts_goes_on_where_it_was(hub: Hub, data: Path, tmp_path: Path) -> None:
    publish(data)
    first, second = sorted(digests(data))
    hub.faults.append(Fault(f"GET /datasets/.*{second}", 1, 500))
    with pytest.raises(DataError, match=r"^[^\n]*500[^\n]*goes on[^\n]*$"):
        Source.open(REPO)
    hub.requests.clear()
    assert ids(Source.open(REPO).rows()) == ids(Source.open(str(data)).rows())
    assert not hub.count(f"GET .*{first}") and hub.count(f"GET .*{second}") == 1


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_dataset_that_the_hub_refuses_is_one_line(
    hub: Hub, data: Path, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    publish(data)
    hub.faults.append(Fault("GET /(api/)?datasets/", 10_000, status))
    assert main(["stats", REPO]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"synrl stats: {REPO} is not a local folder") and str(status) in said
    assert ("hf auth login" in said) == (status != 500) and ("goes on" in said) == (status == 500)


FAULTS = {
    "busy": Fault("POST .*/commit/", 2, 429, headers={"Retry-After": "1"}),
    "commit fails": Fault("POST .*/commit/", 3, 500),
    "upload fails": Fault("PUT /_lfs/", 2, 500),
    "upload breaks in the middle": Fault("PUT /_lfs/", 2, 0, after=20_000),
    "commit breaks": Fault("POST .*/commit/", 1, 0, after=100),
    "somebody was faster": Fault("POST .*/commit/", 1, 412),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_is_survived(hub: Hub, data: Path, name: str) -> None:
    fault = FAULTS[name]
    hub.faults.append(Fault(fault.pattern, fault.times, fault.status, fault.after, fault.headers))
    done = publish(data)
    assert done.changed and on_hub(hub) == digests(data)
    assert len(hub.repos["dataset", REPO].commits) == 2
    assert hub.faults[0].times == 0


def test_a_lost_connection_is_one_line_and_the_same_command_goes_on(hub: Hub, data: Path) -> None:
    hub.faults.append(Fault("PUT /_lfs/", 10_000, 0, after=10_000))
    with pytest.raises(HubError, match="the same command goes on from here"):
        publish(data)
    assert len(hub.repos["dataset", REPO].commits) == 1, "nothing half-done shows"
    hub.faults.clear()
    publish(data)
    assert on_hub(hub) == digests(data)


def test_what_was_uploaded_before_a_failure_is_not_uploaded_again(hub: Hub, data: Path) -> None:
    hub.faults.append(Fault("POST .*/commit/", 10_000, 500))
    with pytest.raises(HubError, match="500"):
        publish(data)
    hub.faults.clear()
    hub.requests.clear()
    publish(data)
    assert not hub.count("PUT") and on_hub(hub) == digests(data)


@pytest.mark.parametrize("request_", ["/api/repos/create", "/preupload/", "/info/lfs/", "/commit/", "/tag/"])
def test_a_token_that_expires_at_any_moment_is_one_line_with_the_remedy(
    hub: Hub, data: Path, capsys: pytest.CaptureFixture[str], request_: str
) -> None:
    hub.faults.append(Fault(f"POST .*{request_}", 10_000, 401))
    assert main(["push", str(data), REPO]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("synrl push: ") and "hf auth login" in said and "401" in said
    hub.faults.clear()
    assert main(["push", str(data), REPO]) == 0
    assert on_hub(hub) == digests(data) and len(hub.repos["dataset", REPO].tags) == 1


def test_the_hub_is_given_the_time_it_asks_for(hub: Hub, data: Path, waits: list[float]) -> None:
    hub.faults.append(Fault("POST .*/commit/", 1, 429, headers={"Retry-After": "7"}))
    hub.faults.append(Fault("POST .*/commit/", 1, 429, headers={"RateLimit": '"api";r=0;t=55'}))
    publish(data)
    assert waits == [7, 55]


def test_a_push_that_is_killed_goes_on_and_uploads_nothing_twice(hub: Hub, data: Path) -> None:
    module.proved(data, progress=False)
    first = digests(data).popitem()[1]
    hub.faults.append(Fault(f"PUT /_lfs/(?!{first})", 10_000, 503))
    command = [sys.executable, "-m", "synrl.cli", "push", str(data), REPO]
    job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while first not in hub.objects or hub.count("PUT") < 2:
        assert job.poll() is None, "it ended by itself"
        threading.Event().wait(0.01)
    job.kill()
    job.wait()
    assert len(hub.repos["dataset", REPO].commits) == 1, "nothing half-done shows"
    hub.faults.clear()
    hub.requests.clear()
    subprocess.run(command, check=True, capture_output=True)
    assert on_hub(hub) == digests(data) and not hub.count(f"PUT /_lfs/{first}")
    assert len(hub.repos["dataset", REPO].commits) == 2


def test_two_pushers_at_once_both_arrive(hub: Hub, data: Path, tmp_path: Path) -> None:
    other = generate(get_recipe("smoke").scaled(18), tmp_path / "smoke", progress=False)
    for folder in (data, other):
        module.proved(folder, progress=False)
    errors: list[Exception] = []

    def run(folder: Path) -> None:
        try:
            publish(folder)
        except Exception as error:  # told below, in the thread that counts
            errors.append(error)

    threads = [threading.Thread(target=run, args=(folder,)) for folder in (data, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert on_hub(hub) == digests(data) | digests(other)
    assert "smoke" in hub.repos["dataset", REPO].commits[-1][1]["README.md"].data.decode()


def test_what_others_publish_in_between_is_kept(
    hub: Hub, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = generate(get_recipe("smoke").scaled(18), tmp_path / "smoke", progress=False)
    original, interrupted = module.planned, []

    def interrupted_once(*arguments: Any, **how: Any) -> Any:
        change = original(*arguments, **how)
        if not interrupted:
            interrupted.append(True)
            publish(other)
        return change

    monkeypatch.setattr(module, "planned", interrupted_once)
    publish(data)
    assert on_hub(hub) == digests(data) | digests(other)
    card = hub.repos["dataset", REPO].commits[-1][1]["README.md"].data.decode()
    assert "| family | rows | smoke |" in card


def test_chains_for_a_published_recipe_can_be_published(hub: Hub, data: Path, tmp_path: Path) -> None:
    publish(data)
    assert main(["cot", REPO, "--out", str(tmp_path / "cot")]) == 0
    assert (tmp_path / "cot" / "recipe.json").read_bytes() == (data / "recipe.json").read_bytes()
    with pytest.raises(HubError, match="--replace"):
        publish(tmp_path / "cot")
    done = publish(tmp_path / "cot", replace=True)
    assert done.tag.endswith("-cot") and len(hub.repos["dataset", REPO].tags) == 2
    assert all(load("all", tmp_path / "cache")["cot"])
    shutil.rmtree(tmp_path / "cot")
    publish(generate(get_recipe("smoke").scaled(18), tmp_path / "smoke", progress=False))
    assert main(["cot", REPO, "--out", str(tmp_path / "cot")]) == 0, "of two recipes, without either's name"
    assert not (tmp_path / "cot" / "recipe.json").exists()


def test_rows_that_are_wrong_are_not_published(hub: Hub, data: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = next(data.rglob("*.parquet"))
    table = pq.read_table(path)
    column = table.column_names.index("answer_text")
    spoilt = pa.array(["nonsense", *table["answer_text"].to_pylist()[1:]])
    pq.write_table(table.set_column(column, "answer_text", spoilt), path)
    with pytest.raises(DataError, match=r"rows of .* are wrong"):
        publish(data)
    assert not hub.repos


def test_proofs_are_kept_until_the_shards_change(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    record = module.proved(data, progress=False)
    monkeypatch.setattr(module, "verify", None)  # would fail if it were called
    assert module.proved(data, progress=False) == record
    shard = next(data.rglob("*.parquet"))
    pq.write_table(pq.read_table(shard), shard)
    with pytest.raises(TypeError):
        module.proved(data, progress=False)


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"name": "x", "parts": []})])
def test_a_folder_of_something_else_is_refused(hub: Hub, tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(DataError, match=r"^[^\n]*(is no recipe|is no folder that)[^\n]*$"):
        publish(tmp_path)
    assert not hub.repos


def test_a_folder_that_is_not_finished_is_refused(hub: Hub, data: Path) -> None:
    (data / "README.md").unlink()
    with pytest.raises(DataError, match="no folder that `synrl generate` or `synrl cot` has finished"):
        publish(data)
    assert not hub.repos


def test_a_disk_that_is_full_or_closed_is_one_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match="no space left"):
        module.proved(data, progress=False)


def test_generate_publishes_what_it_made(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["generate", "card_stack", "-n", "2", "--out", str(tmp_path / "out"), "--push-to-hub", REPO]
    assert main(command) == 0
    assert on_hub(hub) == digests(tmp_path / "out")
    assert 'next: load_dataset("tester/synrl"' in capsys.readouterr().err
