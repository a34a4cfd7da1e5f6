"""The front door: its rows are those of `synrl generate`, and it costs nothing until it is used."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import synrl
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.errors import ConfigError, DataError

LONG, SHORT = "card_stack", "collision_counting"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, synrl; dir(synrl); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "datasets", "matplotlib", "av", "synrl.api"} & set(done.stdout.split())
    assert set(synrl.__all__) <= set(dir(synrl))
    with pytest.raises(AttributeError, match="no attribute 'maker'"):
        synrl.maker  # noqa: B018


def test_what_the_readme_shows_of_it_runs() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import synrl\n.*?)```", text, re.DOTALL)
    subprocess.run([sys.executable, "-c", code + "assert next(iter(stream))['id']"], check=True)


def test_rows_are_those_of_a_folder_in_turn(tmp_path: Path) -> None:
    recipe = plain((LONG, SHORT), 2, "train", (3,), seed=7)
    written = {
        row["id"]: row for row in Source.open(str(generate(recipe, tmp_path / "out", progress=False))).rows()
    }
    rows = synrl.rows([LONG, SHORT], num_rows=2, levels=(3,), seed=7)
    made = list(rows)
    assert len(rows) == 4 and [row["family"] for row in made] == [LONG, SHORT, LONG, SHORT]
    assert {row["id"]: row for row in made} == written
    assert synrl.make(SHORT, level=3, seed=7, index=1) == made[3]


def test_a_recipe_is_read_whole_or_one_split_of_it() -> None:
    assert len(synrl.rows("curriculum_37k")) == 37_000
    assert len(synrl.rows("curriculum_37k", split="round_2")) == 10_000
    row = next(iter(synrl.rows("rl_round2_3k", num_rows=5)))
    assert row["config"]["view"] == "2x64" and row["id"].split("-")[1] == "rl_round2_3k"


def test_a_recipe_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: mine\nparts: [{{families: [{SHORT}], num_rows: 3, levels: [5]}}]\n")
    assert [row["level"] for row in synrl.rows(str(path), num_rows=1)] == [5]


def test_a_stream_gives_every_row_once_and_goes_on_where_it_was() -> None:
    rows = synrl.rows([LONG, SHORT], num_rows=3, levels=(1,))
    stream = rows.stream()
    assert stream.num_shards == 6 and stream.features is not None
    reading = iter(stream)
    first = [next(reading)["id"] for _ in range(2)]
    state = stream.state_dict()
    stream.load_state_dict(state)
    assert sorted([*first, *(row["id"] for row in stream)]) == sorted(row["id"] for row in rows)


def test_a_score_is_that_of_the_answer_after_the_reasoning() -> None:
    row = synrl.make(SHORT, mode="localisation", seed=1)
    right = row["answer"]
    assert synrl.score(row, f"<think>Not sure.</think><answer>{right}</answer>") == 1.0
    assert synrl.score(row, right) == 1.0
    assert synrl.score(row, f"<think><answer>{right}</answer>") == synrl.score(row, "") == 0.0


def test_a_row_is_shown_in_a_frame_that_holds_it() -> None:
    row = synrl.make(SHORT)
    shown = synrl.show(row | {"question": 'Is 1 < 2 & "so"?</script>'})
    frame = shown._repr_html_()
    (page,) = re.findall(r'srcdoc="([^"]*)"', frame)
    assert html.unescape(page) == shown.page and "Is 1 \\u003c 2 & " in shown.page
    assert 'sandbox="allow-scripts"' in frame and len(repr(shown)) < 100
    with pytest.raises(DataError, match="can't be shown"):
        synrl.show({"id": "x"})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: synrl.make("card_stak"), "no task family 'card_stak'.*card_stack"),
        (lambda: synrl.make(SHORT, index=-1), "row index"),
        (lambda: synrl.make(SHORT, level=6), "levels"),
        (lambda: synrl.make(SHORT, mode="forward"), "none of the modes forward"),
        (lambda: synrl.rows("rl_7"), "no task family or recipe 'rl_7'.*rl_7k"),
        (lambda: synrl.rows("rl_7k", levels=(1,)), "a recipe says its own"),
        (lambda: synrl.rows("rl_7k", split="round_1"), "has no split 'round_1'"),
        (lambda: synrl.rows(SHORT, num_rows=0), "number of rows"),
        (lambda: synrl.show(synrl.make(SHORT), height=0), "height"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(wrong: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        wrong()  # type: ignore[operator]
