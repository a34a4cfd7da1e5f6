"""The command line: data on stdout, one line for a mistake, exit status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from synrl.cli import main
from synrl.tasks import families


def test_families_lists_all_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["families"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in families())
    assert main(["families", "--json"]) == 0
    assert [entry["name"] for entry in json.loads(capsys.readouterr().out)] == list(families())


def test_generate_verify_and_preview_follow_on_from_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, page = str(tmp_path / "out"), tmp_path / "page.html"
    assert main(["generate", "direction_identification", "-n", "2", "--out", out]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{out}\n" and f"next: synrl verify {out}" in captured.err
    assert main(["verify", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == {"direction_identification": 2}
    assert main(["preview", out, "--out", str(page)]) == 0
    assert "direction_identification-train-000001" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["preview", out, "--out", str(tmp_path / "pages"), "-n", "5"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path / 'pages'}\n"
    assert f"2 of 2 rows; next: open {tmp_path / 'pages' / 'index.html'} in a browser" in captured.err


def test_the_gallery_has_every_family_at_every_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = dict(list(families().items())[:2])
    monkeypatch.setattr("synrl.preview.gallery.families", lambda: few)
    page = tmp_path / "gallery.html"
    assert main(["families", "--gallery", str(page)]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text(encoding="utf-8")
    assert text.count('<script type="text/plain" class="video">') == 5 * len(few)
    assert all(f"{name}-gallery-000004" in text for name in few)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "nonsense", "-n", "1", "--out", "x"], "no task family 'nonsense'; allowed: "),
        (["generate", "card_stack", "-n", "-3", "--out", "x"], "number of rows is -3; allowed: 1 or more"),
        (["generate", "card_stack", "-n", "1", "--num-proc", "0", "--out", "x"], "processes is 0"),
        (["generate", "card_stack", "-n", "1", "--out", "file"], "file already holds something else"),
        (["verify", "empty"], "no Parquet files in empty"),
        (["verify", "a/b/c"], "neither a folder nor the name of a Hub dataset"),
        (["verify", "nobody/nothing"], "not a local folder, and could not be fetched from the Hub"),
        (["audit", "empty"], "no Parquet files in empty"),
        (["families", "--gallery", "no/such/page.html"], "can't write no/such/page.html"),
        (["preview", "empty"], "no Parquet files in empty"),
        (["preview", "empty", "-n", "0"], "number of rows is 0; allowed: 1 or more"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1 and captured.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, contextlib\n"
        "from synrl.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "heavy = {'torch', 'transformers', 'trl', 'lmms_eval', 'datasets', 'matplotlib', 'numpy'}\n"
        "sys.exit(len(heavy & set(sys.modules)))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_no_command_needs_torch(folder: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from synrl.cli import main\n"
        f"sys.exit(main(['families']) or main(['verify', {str(folder / 'card_stack')!r}]))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
