"""Settings: a dataclass, a YAML file and flags that say the same, and one line for each mistake."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from synrl.chat.settings import api_key
from synrl.cli import main
from synrl.config import add_flags, read_config, setting
from synrl.cot.settings import CotConfig
from synrl.errors import ConfigError

URL = "http://127.0.0.1:8000/v1"


@dataclass(frozen=True)
class Small:
    name: str = setting("a", "a name")
    rate: float = setting(0.5, "a rate")
    count: int = setting(3, "a count")
    fast: bool = setting(False, "whether fast")
    where: str | None = setting(None, "a place")


def parsed(*flags: str, kind: type[Any] = Small) -> Any:
    parser = argparse.ArgumentParser()
    add_flags(parser, kind)
    return read_config(kind, parser.parse_args(flags))


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    return str(path)


def test_flags_override_the_file_which_overrides_the_defaults(tmp_path: Path) -> None:
    config = written(tmp_path, "rate: 1e-5\ncount: 7\nwhere: null\nfast: true\n")
    assert parsed() == Small()
    assert parsed("--config", config) == Small(rate=1e-5, count=7, fast=True)
    assert parsed("--config", config, "--count", "3", "--no-fast", "--where", "x") == Small(
        rate=1e-5, where="x"
    )


@pytest.mark.parametrize("value", [Small("b", 2.0, 0, True, "here"), Small()])
def test_what_a_dataclass_says_comes_back_from_a_file(tmp_path: Path, value: Small) -> None:
    import yaml

    assert parsed("--config", written(tmp_path, yaml.safe_dump(asdict(value)))) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cuont: 3\n", "unknown setting 'cuont'; closest: count; allowed: name, rate"),
        ("3: 3\n", "unknown setting 3; closest"),
        ("count: 3.5\n", "count is 3.5 in .*; allowed: a whole number"),
        ("count: true\n", "count is True in .*; allowed: a whole number"),
        ("count:\n", "count is None in .*; allowed: a whole number"),
        ("rate: fast\n", "rate is 'fast' in .*; allowed: a number"),
        ("fast: 1\n", "fast is 1 in .*; allowed: true or false"),
        ("name: 3\n", "name is 3 in .*; allowed: a text"),
        ("- a\n", "holds list; allowed: settings"),
        ("a: [\n", "can't be read as YAML"),
        ("a: !!python/object/apply:os.system ['true']\n", "can't be read as YAML"),
    ],
)
def test_a_mistake_in_a_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        parsed("--config", written(tmp_path, text))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(rounds=-1), "rounds is -1; allowed: 0 to 20"),
        (dict(concurrency=0), "concurrency is 0; allowed: 1 to 1024"),
        (dict(tolerance=float("nan")), "tolerance is nan; allowed: 0 to 5"),
        (dict(judge_temperature=3.0), "judge_temperature is 3.0; allowed: 0 to 2"),
        (dict(writer_model=" "), "writer_model is empty"),
        (dict(writer="tarce"), "writer is 'tarce'; allowed: trace, or a URL"),
        (dict(writer="ftp://host/v1"), "allowed: trace, or a URL"),
        (dict(writer="http://host:port/v1"), "allowed: trace, or a URL"),
        (dict(judge="http://"), "judge is 'http://'; allowed: a URL"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        CotConfig(**changes)


@pytest.mark.parametrize("url", ["http://me:hunter2@host/v1", "http://host/v1?key=hunter2"])
def test_a_secret_in_an_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigError, match="the key in SYNRL_API_KEY") as error:
        CotConfig(writer=url)
    assert "hunter2" not in str(error.value)


def test_every_setting_has_its_flag_and_no_flag_takes_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cot", "--help"])
    said = capsys.readouterr().out
    assert all(f"--{field.name.replace('_', '-')} " in said for field in fields(CotConfig))
    assert "key" not in {field.name for field in fields(CotConfig)} and "--api-key" not in said


def test_a_key_belongs_to_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    assert api_key("https://a.example/v1") is None
    monkeypatch.setenv("OPENAI_API_KEY", "openais")
    assert api_key("https://a.example/v1") is None and api_key("https://api.openai.com/v1") == "openais"
    monkeypatch.setenv("OPENAI_BASE_URL", "https://a.example/v1")
    assert api_key("https://a.example/v1") == "openais" and api_key("https://api.openai.com/v1") is None
    monkeypatch.setenv("SYNRL_API_KEY", "own")
    assert api_key("https://a.example/v1") == "own" and api_key("https://a.example:8443/v1") == "own"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "127.8.9.1"])
def test_a_key_may_go_over_plain_http_to_the_same_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNRL_API_KEY", "hunter2")
    assert api_key(f"http://{host}/v1") == "hunter2"


@pytest.mark.parametrize("host", ["a.example", "10.0.0.1:8000", "127.0.0.1.a.example", "localhost.a.example"])
def test_a_key_goes_over_plain_http_to_another_machine_only_if_told(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api_key(f"http://{host}/v1") is None
    monkeypatch.setenv("SYNRL_API_KEY", "hunter2")
    with pytest.raises(ConfigError, match=r"SYNRL_API_KEY.*--plain-http") as error:
        api_key(f"http://{host}/v1")
    assert "hunter2" not in str(error.value)
    assert api_key(f"http://{host}/v1", plain_http=True) == "hunter2"


@pytest.mark.parametrize(
    "changes",
    [
        dict(judge=URL),
        dict(fps=2.0),
        dict(rounds=0),
        dict(writer_model="a"),
        dict(max_unchecked=1.0),
        dict(timeout=5.0),
    ],
)
def test_a_setting_without_effect_is_refused(changes: dict[str, Any]) -> None:
    (name,) = changes
    with pytest.raises(ConfigError, match=f"{name} is set, but the writer trace asks no model"):
        CotConfig(**changes)
    assert CotConfig(writer=URL, **changes)


def test_the_judge_is_on_the_writers_server_unless_it_is_said() -> None:
    assert CotConfig(writer=URL).judge_url == URL
    assert CotConfig(writer=URL, judge="http://other/v1").judge_url == "http://other/v1"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--writer", "nonsense"], "writer is 'nonsense'"),
        (["--config", "none.yaml"], "none.yaml can't be read"),
        (["--num-proc", "0"], "processes is 0"),
        (["--judge", URL], "judge is set, but the writer trace asks no model"),
        (["--writer", URL, "--num-proc", "2"], "processes is 2, but a server is asked from one"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(
    flags: list[str], said: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cot", str(data), "--out", str(tmp_path / "out"), *flags]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1 and captured.out == ""
    assert not list(tmp_path.iterdir())
