"""The command line: data on stdout, one line for a mistake, exit status 2."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

import synrl.cli
import synrl.commands.common
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
        (
            ["generate", "card_stak", "-n", "1", "--out", "x"],
            "'card_stak'; did you mean card_stack? allowed: ",
        ),
        (
            ["export", "empty", "--format", "verrl", "--out", "x"],
            "format is 'verrl'; did you mean verl? allowed",
        ),
        (["verify", "file"], "file is no folder; allowed: a dataset folder, or one on the Hub"),
        (["verify", "a\x1b[2Jb"], r"synrl verify: a\x1b[2Jb is neither a folder nor the name of"),
        (["stats", "empty", "--out", "file"], "file already holds something else"),
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
    *notes, line = captured.err.splitlines()
    assert said in line and captured.out == ""
    assert all(note.startswith("there is no folder nobody/nothing here: looking for it on") for note in notes)
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["genrate"], "synrl: no command 'genrate'; did you mean generate? allowed: families, recipes, "),
        (["\x1b[2J"], r"synrl: no command '\x1b[2J'; allowed: families, "),
        ([], "synrl: the following arguments are required: COMMAND"),
        (
            ["verify", "x", "--num-prc", "3"],
            "synrl verify: there is no argument '--num-prc'; did you mean --num-proc?",
        ),
        (
            ["verify", "x", "\x1b[2J"],
            r"synrl verify: there is no argument '\x1b[2J'; see synrl verify --help",
        ),
        (["verify", "x", "--num-proc", "\n"], r"synrl verify: argument --num-proc: invalid int value: '\n'"),
        (["stats", "x", "--out", ""], "synrl stats: argument --out: it is empty; allowed: a path"),
        (
            ["generate", "card_stack", "-n", "1", "--out", "x", "--push-to-hub", ""],
            "argument --push-to-hub: Repo id",
        ),
        (["push", "x", "a/b/c"], "synrl push: argument REPO: Repo id must be in the form"),
    ],
)
def test_a_mistyped_command_line_is_one_line_too(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_every_command_shows_examples_that_its_own_parser_takes(capsys: pytest.CaptureFixture[str]) -> None:
    parser, commands = synrl.cli._parser()
    for name in commands:
        text = commands[name].format_help()
        shown = [line.split("   ")[0] for line in text.splitlines() if line.startswith(f"  synrl {name}")]
        assert shown, name
        if name not in synrl.cli.TRAINING:
            for line in shown:
                parser.parse_args(shlex.split(line.partition(" > ")[0])[1:])


def test_quiet_leaves_data_and_errors(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = str(folder / "card_stack"), str(tmp_path / "a b")
    for arguments in (["families"], ["stats", data, "--out", f"{out}.png"], ["preview", data, "--out", out]):
        assert main([*arguments, "--quiet"]) == 0
        captured = capsys.readouterr()
        assert captured.out and not captured.err
    assert main(["preview", data, "--out", out]) == 0
    assert f"next: open '{out}/index.html' in a browser" in capsys.readouterr().err, "quoted for a shell"
    assert main(["verify", "empty/or/not", "--quiet"]) == 2
    assert capsys.readouterr().err.startswith("synrl verify: ")


@pytest.mark.parametrize(
    "name", ["TQDM_DISABLE", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_DATASETS_DISABLE_PROGRESS_BARS"]
)
def test_bars_are_drawn_for_who_looks_and_has_not_said_otherwise(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in synrl.commands.common.SILENT:
        monkeypatch.delenv(other, raising=False)
    shows = synrl.commands.common.shows_progress
    loud, quiet = Namespace(quiet=False), Namespace(quiet=True)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert not shows(loud), "nobody looks"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert shows(loud) and not shows(quiet)
    monkeypatch.setenv(name, "1")
    assert not shows(loud)
    monkeypatch.setenv(name, "0")
    assert shows(loud)


def test_python_runs_the_package_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "synrl", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("synrl ")


@pytest.mark.parametrize("arguments", [["families"], ["--help"], ["generate", "--help"]])
def test_a_full_disk_behind_a_pipe_is_no_traceback(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "synrl", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith("synrl")


def test_completion_knows_commands_and_flags(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    for shell in ("bash", "zsh", "fish"):
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["--print-completion", shell])
        script = capsys.readouterr().out
        assert all(word in script for word in ("generate", "push-to-hub", "replace"))
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["--print-completion", "dish"])
    assert "did you mean fish?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sft", "grpo", "eval"])
def test_the_help_of_what_needs_an_extra_needs_none(name: str) -> None:
    code = (
        "import sys, importlib.util as util\n"
        "found = util.find_spec\n"
        "hidden = ('trl', 'torch', 'transformers', 'lmms_eval')\n"
        "util.find_spec = lambda name, *rest: None if name in hidden else found(name, *rest)\n"
        "sys.modules.update(dict.fromkeys(hidden))\n"
        "from synrl.cli import main\n"
        f"main(['{name}', '--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f"synrl {name} " in done.stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_written_nowhere(closed: str) -> None:
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m synrl families {closed}"], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("said", ["--split=", "--view=", "--encoding=", "--split=all"])
def test_an_empty_word_is_not_the_default(
    said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "card_stack", "-n", "1", "--out", str(tmp_path / "out"), said]) == 2
    assert not (tmp_path / "out").exists()


def test_seed_0_counts_beside_a_recipe_that_says_another(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nseed: 5\nparts: [{families: [card_stack], num_rows: 1}]\n"
    )
    recipe, out = str(tmp_path / "mine.yaml"), tmp_path / "out"
    assert main(["generate", "--recipe", recipe, "--seed", "0", "--out", str(out)]) == 0
    assert json.loads((out / "recipe.json").read_text())["seed"] == 0
