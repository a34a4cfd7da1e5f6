"""What is written appears under its name when it is whole, and never in the place of something else."""

from __future__ import annotations

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from filelock import FileLock

from synrl.errors import OutputError
from synrl.output import (
    HOLDS_ELSE,
    check_apart,
    check_result,
    disk_errors,
    is_done,
    locked,
    result_file,
    staged,
    whole_file,
    write_whole,
)

PART = ".next.0123456789abcdef.part"
MARK = "made by a test"


def difference(folder: Path) -> str:
    """Ours are the folders with a file `ours`."""
    return "" if (folder / "ours").is_file() else HOLDS_ELSE


def work(out: Path, *files: str, resume: bool = True, error: BaseException | None = None) -> list[str]:
    """Write some files into a staged folder, and return what was there before."""
    with staged(out, difference, resume=resume) as staging:
        assert staging is not None
        found = names(staging)
        for name in files:
            (staging / name).touch()
        if error is not None:
            raise error
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_file_appears_when_it_is_whole_and_otherwise_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with whole_file(path) as part:
        part.write_text("new")
        assert len(names(tmp_path)) == 1 and part.name != path.name
    assert (names(tmp_path), path.read_text()) == (["file.txt"], "new")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "newer, but\udfff")
    assert (names(tmp_path), path.read_text()) == (["file.txt"], "new")
    write_whole(path, "newest")
    assert (names(tmp_path), path.read_text()) == (["file.txt"], "newest")


def test_a_folder_gets_its_name_when_it_is_whole_and_goes_on_where_it_was(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with pytest.raises(KeyboardInterrupt):
        work(out, "ours", "shard", PART, error=KeyboardInterrupt())
    held = ["out.incomplete", *(f"out.incomplete/{name}" for name in (PART, "ours", "shard"))]
    assert names(tmp_path / "deep") == held
    assert not is_done(out, difference)
    assert work(out) == ["ours", "shard"]
    assert names(tmp_path / "deep") == ["out", "out/ours", "out/shard"]
    assert is_done(out, difference)


def test_what_does_not_resume_begins_anew_replaces_the_old_and_leaves_nothing_of_a_failure(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    assert work(out, "ours", "old", resume=False) == []
    (tmp_path / "out.incomplete").mkdir()
    for left in ("ours", "older"):  # by a run that was killed
        (tmp_path / "out.incomplete" / left).touch()
    assert work(out, "ours", resume=False) == []
    assert names(tmp_path) == ["out", "out/ours"]
    with pytest.raises(RuntimeError, match="boom"):
        work(out, "ours", "new", resume=False, error=RuntimeError("boom"))
    assert names(tmp_path) == ["out", "out/ours"]


def test_an_empty_folder_is_taken_and_one_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.mkdir()
    assert not is_done(empty, difference)
    work(empty, "ours")
    assert is_done(empty, difference)
    other.mkdir()
    (other / "thesis.txt").touch()
    for taken in (other, other / "thesis.txt"):
        said = f"^{taken} already holds something else; choose another --out, or remove it first$"
        with pytest.raises(OutputError, match=said):
            is_done(taken, difference)


@pytest.mark.parametrize("resume", [True, False])
def test_what_another_request_has_left_is_refused_and_kept(tmp_path: Path, resume: bool) -> None:
    left = tmp_path / "out.incomplete" / "theirs"
    left.parent.mkdir()
    left.touch()
    with pytest.raises(OutputError, match=f"^{left.parent} is left from another, unfinished request and"):
        work(tmp_path / "out", "ours", resume=resume)
    assert names(left.parent) == ["theirs"]


@pytest.mark.parametrize("to", ["empty", "nowhere"])
def test_a_link_to_no_result_is_refused_before_the_work_and_not_after_it(tmp_path: Path, to: str) -> None:
    (tmp_path / "empty").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / to)
    with pytest.raises(OutputError, match="already holds something else"):
        is_done(link, difference)


def test_a_link_to_the_result_is_done(tmp_path: Path) -> None:
    work(tmp_path / "out", "ours")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    assert is_done(tmp_path / "link", difference)


def test_a_folder_that_somebody_fills_meanwhile_is_left_to_them(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def fill() -> None:
        with staged(out, difference):
            out.mkdir()
            (out / "theirs").touch()

    with pytest.raises(OutputError, match=r"out already holds something else; choose another"):
        fill()
    assert names(tmp_path) == ["out", "out.incomplete", "out/theirs"]


@pytest.mark.parametrize("name", ["x" * 300, "file/below", "loop/below"])
def test_a_place_that_can_t_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    out = tmp_path / name
    with pytest.raises(OutputError, match=r"^can't write [^\n]+; choose another --out$"):
        is_done(out, difference) or work(out)
    with pytest.raises(OutputError, match=r"^can't write [^\n]+; choose another --out$"), disk_errors(out):
        write_whole(out, "")


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_place_without_a_name_of_its_own_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for write in (lambda out: is_done(out, difference), lambda out: write_whole(out, "")):
        with pytest.raises(
            OutputError, match=r"^can't write [./]+: it has no name of its own; choose another"
        ):
            write(Path(name))
    assert names(tmp_path) == []


def test_an_error_that_is_not_the_disk_s_passes(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), disk_errors(tmp_path):
        raise ConnectionResetError(104, "Connection reset by peer")


def test_several_write_the_same_file_at_once_each_apart(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"

    def write(text: str) -> set[str]:
        with whole_file(path) as part:
            part.write_text(text)
            both_have_written.wait()
            there = set(names(tmp_path))
            both_have_looked.wait()
        return there

    both_have_written, both_have_looked = Barrier(2, timeout=60), Barrier(2, timeout=60)
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(write, ("one", "two"))
    assert one == two and len(one) == 2 and path.name not in one
    assert names(tmp_path) == ["file.txt"] and path.read_text() in ("one", "two")


def write_result(path: Path, text: str) -> None:
    with result_file(path, MARK) as part:
        part.write_text(f"{MARK}: {text}")


def test_a_result_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for text in ("old", "new"):
        write_result(path, text)
    assert path.read_text() == f"{MARK}: new"
    path.write_text("mine")
    for write in (lambda: write_result(path, "newer"), lambda: check_result(path, MARK)):
        with pytest.raises(OutputError, match=f"^{path} already holds something else; choose another --out"):
            write()
    assert (names(tmp_path), path.read_text()) == (["page.html"], "mine")


def make_odd(path: Path, kind: str) -> None:
    """Something at a path that is neither a file nor nothing."""
    if kind == "a link":
        path.with_name("theirs").write_text(f"{MARK}, but theirs")
        path.symlink_to("theirs")
    elif kind == "a dangling link":
        path.symlink_to("nowhere")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        try:
            os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root makes devices")


@pytest.mark.parametrize("kind", ["a link", "a dangling link", "a pipe", "a folder", "a device"])
def test_what_is_no_file_is_refused_and_stays_what_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "place"
    make_odd(path, kind)
    before = {name: (tmp_path / name).lstat().st_mode for name in names(tmp_path)}
    said = f"^can't write {path}: it is {kind.replace('dangling ', '')}; choose another --out$"
    for write in (
        lambda: write_result(path, "new"), lambda: check_result(path, MARK), lambda: write_whole(path, "new"),
    ):  # fmt: skip
        with pytest.raises(OutputError, match=said):
            write()
    if kind != "a folder":
        with pytest.raises(OutputError, match=r"^.*place already holds something else; choose another"):
            is_done(path, difference)
    assert {name: (tmp_path / name).lstat().st_mode for name in names(tmp_path)} == before


def test_a_link_that_lies_where_the_work_is_to_go_on_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "out.incomplete").symlink_to("theirs")
    with pytest.raises(OutputError, match=r"out.incomplete is a link; choose another --out"):
        work(tmp_path / "out", "ours")
    assert names(tmp_path) == ["out.incomplete", "theirs"]


def test_what_a_killed_run_has_left_of_a_file_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = [".other.html.0123456789abcdef.part", ".page.html.part", "page.html.part"]
    for name in (*kept, ".page.html.0123456789abcdef.part"):
        (tmp_path / name).touch()
    write_result(tmp_path / "page.html", "new")
    assert names(tmp_path) == [*kept[:2], "page.html", kept[2]]


@pytest.mark.parametrize("path", ["no\udcfftext", "no\udcfftext/file", "a\0b"])
def test_a_path_that_is_no_text_is_one_line(tmp_path: Path, path: str) -> None:
    for write in (lambda out: is_done(out, difference), lambda out: check_result(out, MARK)):
        with pytest.raises(
            OutputError, match=r"^can't write [^\n]+: its name holds what can.t be shown; choose"
        ):
            write(tmp_path / path)


def test_who_comes_second_waits_says_so_and_finds_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, found = tmp_path / "out", list[object]()

    def second() -> None:
        with staged(out, difference) as staging:
            found.append(staging)

    with staged(out, difference) as staging:
        assert staging is not None
        thread = threading.Thread(target=second)
        thread.start()
        assert is_waiting(capsys)
        (staging / "ours").touch()
    thread.join(timeout=60)
    assert found == [None] and names(tmp_path) == ["out", "out/ours"]


def is_waiting(capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether somebody says within ten seconds that a result is being written by another run."""
    for _ in range(1000):
        if "is being written by another run" in capsys.readouterr().err:
            return True
        time.sleep(0.01)
    return False


def test_what_came_while_a_file_was_waited_for_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, refused = tmp_path / "page.html", list[OutputError]()

    def second() -> None:
        try:
            with result_file(path, MARK) as part:
                part.write_text(MARK)
        except OutputError as error:
            refused.append(error)

    with locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert is_waiting(capsys)
        path.write_text("somebody else's")
    thread.join(timeout=60)
    assert len(refused) == 1 and path.read_text() == "somebody else's"


def test_the_file_of_a_lock_goes_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Later it might be the lock of the next one, whom a third would then not see."""
    there, release = list[bool](), FileLock.release

    def released(lock: FileLock, force: bool = False) -> None:
        there.append(Path(lock.lock_file).exists())
        release(lock, force)

    monkeypatch.setattr(FileLock, "release", released)
    with locked(tmp_path / "out"):
        pass
    assert there[0] is False


def test_all_is_on_the_disk_before_it_gets_its_name_and_so_is_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, sync, rename, replace = list[tuple[str, str]](), os.fsync, Path.rename, os.replace

    def noted(opened: int) -> None:
        done.append(("sync", Path(f"/proc/self/fd/{opened}").resolve().name))
        sync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", lambda *a: (done.append(("name", Path(a[1]).name)), replace(*a)))
    monkeypatch.setattr(Path, "rename", lambda *a: (done.append(("name", a[1].name)), rename(*a)))
    work(tmp_path / "out", "ours")
    assert done == [("sync", "out.incomplete"), ("name", "out"), ("sync", tmp_path.name)]
    done.clear()
    write_whole(tmp_path / "file", "text")
    (first, part), *others = done
    assert first == "sync" and part.startswith(".file.")
    assert others == [("name", "file"), ("sync", tmp_path.name)]


def test_a_lock_of_the_dead_holds_nobody_up(tmp_path: Path) -> None:
    if (child := os.fork()) == 0:
        with locked(tmp_path / "out"):
            os._exit(0)
    os.waitpid(child, 0)
    assert names(tmp_path) == [".out.synrl-lock"]
    assert work(tmp_path / "out", "ours") == []
    assert names(tmp_path) == ["out", "out/ours"]


def test_a_link_inside_of_unfinished_work_is_not_written_through(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (tmp_path / "out.incomplete").mkdir()
    (tmp_path / "out.incomplete" / "ours").symlink_to(secret)
    with pytest.raises(OutputError, match="holds a link, ours"):
        work(tmp_path / "out", "ours")
    assert secret.read_text() == "mine"


@pytest.mark.parametrize("name", ["rows.incomplete", "~"])
def test_a_name_that_means_something_else_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match=r"^can't write"):
        is_done(Path(name), difference)


def test_a_place_inside_of_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="lies inside of"):
        check_apart(tmp_path / "data" / "deep" / "out", tmp_path / "data")
    check_apart(tmp_path / "data", tmp_path / "data")  # which is refused as what it holds is something else
    check_apart(tmp_path / "data_2", tmp_path / "data")
