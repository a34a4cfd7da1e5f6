"""Shards made by many machines, in any order and twice, are gathered into the bytes of one machine."""

from __future__ import annotations

import json
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import synrl.dataset.files as files
import synrl.dataset.generate as generating
from synrl.audit.audit import audit, audit_share, gather_audit
from synrl.audit.exam import exam_from_json, exam_to_json
from synrl.audit.examine import examine
from synrl.audit.verify import gather_proof, verify, verify_share
from synrl.cli import main
from synrl.cot.run import add_chains
from synrl.cot.run import gather as gather_chains
from synrl.cot.settings import CotConfig
from synrl.dataset.generate import gather, generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.errors import ConfigError, OutputError
from synrl.output import locked, working_folder
from synrl.shares import Incomplete, Share

RECIPE = plain(("direction_identification", "event_ordering"), 5, seed=3, twins=True)
COUNT = 5
"""Shards, one more than files."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS_PER_SHARD", 3)
    monkeypatch.setattr(files, "ROWS_PER_GROUP", 2)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The dataset as one machine makes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "ROWS_PER_SHARD", 3)
        patch.setattr(files, "ROWS_PER_GROUP", 2)
        yield generate(RECIPE, tmp_path_factory.mktemp("whole") / "data", progress=False)


@pytest.fixture
def begun(whole: Path, tmp_path: Path) -> Path:
    """A folder of which every shard is made, by copying what one machine makes."""
    out = tmp_path / "out"
    for number in range(COUNT):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(generating, "write_rows", lambda path, _: copied(whole, working_folder(out), path))
            share = Share(number, COUNT, ("generate", "x", "--out", str(out)))
            generate(RECIPE, out, progress=False, share=share)
    return out


def copied(whole: Path, staging: Path, path: Path) -> None:
    shutil.copy(whole / path.relative_to(staging), path)


@pytest.mark.parametrize("text", ["4/4", "0/0", "-1/4", "1", "1/2/3", "a/b", "1/100001", "٣/4", " 1/4", ""])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Share.parse(text)


def test_shards_have_everything_between_them_and_nothing_twice() -> None:
    for count in (1, 2, 7, 30):
        parts = [Share(number, count).of(range(20)) for number in range(count)]
        assert sorted(item for part in parts for item in part) == list(range(20))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_shards_in_any_order_and_twice_are_gathered_into_the_bytes_of_one_machine(
    whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    order = [*range(COUNT), 2, 0]
    random.Random(1).shuffle(order)
    for number in order:
        generate(RECIPE, out, progress=False, share=Share(number, COUNT))
        assert not out.exists()
    assert gather(out) == out
    assert contents(out) == contents(whole)
    assert not working_folder(out).exists()
    generate(RECIPE, out, progress=False, share=Share(1, COUNT))  # late, and finds that all is done
    assert gather(out) == out and contents(out) == contents(whole)


def test_shards_counted_otherwise_and_a_plain_run_go_on_with_the_same_folder(
    whole: Path, begun: Path
) -> None:
    working = working_folder(begun)
    for path in sorted(working.rglob("*.parquet"))[1:]:
        path.unlink()
    generate(RECIPE, begun, progress=False, share=Share(1, 2))
    with pytest.raises(Incomplete) as caught:
        gather(begun)
    assert [str(one.share) for one in caught.value.missing] == ["2/5"]
    generate(RECIPE, begun, progress=False)
    assert contents(begun) == contents(whole)


def test_gather_prints_the_commands_that_make_what_is_missing_or_broken(
    begun: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *_, last = sorted(working_folder(begun).rglob("*.parquet"))
    first.write_bytes(first.read_bytes()[:-1])
    last.unlink()
    before = contents(working_folder(begun))
    assert main(["gather", str(begun)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"synrl generate x --out {begun} --shard {n}/5" for n in (0, 3)]
    assert "lacks 2 of 4 files, of shards 0/5, 3/5" in said.err
    assert contents(working_folder(begun)) == before and not begun.exists()


def test_a_shard_of_other_code_or_libraries_is_refused_before_it_works(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = generating.origin()
    monkeypatch.setattr(generating, "origin", lambda: {**here, "av": "1.0"})
    monkeypatch.setattr(generating, "make_rows", None)  # would fail if it were called
    with pytest.raises(OutputError, match=r"as others make them \(av .*, now 1\.0\)"):
        generate(RECIPE, begun, progress=False, share=Share(0, COUNT))
    with pytest.raises(OutputError, match=r"as others make them"):
        gather(begun)


def test_folders_of_machines_with_other_libraries_are_not_put_together(begun: Path, tmp_path: Path) -> None:
    """Also if both have made the same shard, so that one's files took the place of the other's."""
    (note,) = working_folder(begun).glob("shards/2-of-5-*.json")
    said = json.loads(note.read_text())
    said["origin"]["pyarrow"] = "1.0"
    note.with_name("2-of-5-12345678.json").write_text(json.dumps(said))
    with pytest.raises(OutputError, match=r"different origin: shard 2/5 has pyarrow '1\.0', not"):
        gather(begun)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        '{"shard": "0/5"}',
        '{"shard": "9/5", "command": [], "request": {}, "origin": {}, "here": {}}',
        '{"shard": "0/5", "command": ["a\\nb"], "request": {}, "origin": {}, "here": {}}',
        '{"shard": "0/5", "command": [], "request": {}, "origin": {}, "here": {}}',
        '{"shard": "0/5", "command": [], "request": {"kind": "cot"}, "origin": {}, "here": {}}',
    ],
)
def test_a_note_that_is_none_is_one_line(
    said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out.incomplete" / "shards"
    folder.mkdir(parents=True)
    (folder / "0-of-5-00000000.json").write_text(said)
    assert main(["gather", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_nobody_ends_a_folder_while_a_shard_is_being_made(whole: Path, begun: Path) -> None:
    with locked(begun.with_name("out.3-of-5")):
        for end in (lambda: gather(begun), lambda: generate(RECIPE, begun, progress=False)):
            with pytest.raises(OutputError, match=r"shard 3/5 of .* is being written"):
                threaded(end)
    gather(begun)
    assert contents(begun) == contents(whole)
    assert {path.name for path in begun.parent.iterdir()} == {"out"}


def threaded(work: object) -> None:
    """Run something as another process would: a thread can't take a lock again that it holds."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_proofs_and_audits_of_shards_are_those_of_one_machine(whole: Path, tmp_path: Path) -> None:
    data = shutil.copytree(whole, tmp_path / "data")
    (path, *_) = sorted(data.rglob("*.parquet"))
    path.unlink()  # so that there is something to report
    for number in (1, 0):
        verify_share(str(data), tmp_path / "proof", Share(number, 2), progress=False)
        audit_share(str(data), tmp_path / "audit", Share(number, 2), seed=5, progress=False)
    proof, found = gather_proof(tmp_path / "proof"), gather_audit(tmp_path / "audit", progress=False)
    assert json.loads(proof.read_text()) == verify(str(data), progress=False).to_dict()
    assert json.loads(proof.read_text())["dataset"]
    one = json.dumps(audit(str(data), seed=5, progress=False).to_dict(), indent=2)
    assert found.read_text() == f"{one}\n"
    assert main(["gather", str(tmp_path / "proof")]) == 1, "a proof that found something fails again"
    assert sorted(contents(proof.parent)) == ["report.json", "request.json"]


def test_what_is_noted_of_other_rows_or_settings_is_refused(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    audit_share(str(whole), out, Share(0, 9), seed=5, progress=False)
    with pytest.raises(OutputError, match="the same of other settings"):
        audit_share(str(whole), out, Share(1, 9), seed=6, progress=False)
    other = shutil.copytree(whole, tmp_path / "other")
    max(other.rglob("*.parquet")).unlink()
    with pytest.raises(OutputError, match="the same of other data"):
        audit_share(str(other), out, Share(1, 9), seed=5, progress=False)


def test_an_exam_comes_back_from_json_as_it_was(folder: Path) -> None:
    families = set()
    for row in Source.open(str(folder)).spread(40):
        exam = examine(row)
        back = exam_from_json(json.loads(json.dumps(exam_to_json(exam))))
        assert repr(back) == repr(exam) and back.pixels is not None
        assert back.pixels.tobytes() == exam.pixels.tobytes()  # type: ignore[union-attr]
        families.add(exam.family)
    assert len(families) >= 10


def test_chains_of_shards_are_those_of_one_machine(whole: Path, tmp_path: Path) -> None:
    one, out, config = tmp_path / "one", tmp_path / "out", CotConfig()
    add_chains(str(whole), one, config, progress=False)
    for number in (2, 0, 2):
        add_chains(str(whole), out, config, progress=False, share=Share(number, 3))
    with pytest.raises(Incomplete, match="lacks 1 of 4 files, of shards 1/3"):
        gather_chains(out)
    with pytest.raises(OutputError, match="another, unfinished request"):
        add_chains(str(whole), out, config, progress=False, share=Share(0, 2))
    add_chains(str(whole), out, config, progress=False, share=Share(1, 3))
    assert contents(gather_chains(out)) == contents(one)
    assert gather_chains(out) == out
