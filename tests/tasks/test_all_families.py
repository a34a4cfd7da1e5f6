"""What every family promises. A new family is covered by being registered."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import matplotlib.path
import numpy as np
import pytest

import synrl.dataset.rows
import synrl.video.style
from synrl.budget import VideoBudget
from synrl.dataset.rows import (
    STRIDES,
    TWINS,
    answerable,
    answers,
    as_seen,
    draft_row,
    make_row,
    remake,
    scheduled,
)
from synrl.errors import ConfigError, DataError
from synrl.evidence import Evidence
from synrl.evidence.eye import LEAST_TEXT, TOKEN
from synrl.schema import COLUMNS, features
from synrl.seeds import Streams
from synrl.tasks import HORIZONS, families, get_family
from synrl.tasks.base import Family
from synrl.video.outlines import text
from synrl.video.raster import rgb_frames
from synrl.view import parse_view

ROWS = 40
SHIFTED_STYLE = 1_000_000


@pytest.fixture(scope="module", params=list(families()))
def family(request: pytest.FixtureRequest) -> Family:
    return get_family(request.param)


def quick_row(
    family: Family, index: int, seed: int = 0, split: str = "train", twins: bool = False
) -> dict[str, Any]:
    """A row without its video, as it comes back from a file: JSON, and tracks in float32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synrl.dataset.rows, "encode", lambda *_: b"")
        row = make_row(family.name, split=split, seed=seed, index=index, twins=twins).to_dict()
    row = json.loads(json.dumps({**row, "video": None}))
    for track in row["tracks"]:
        for name in ("x", "y", "angle", "size"):
            track[name] = np.float32(track[name])
    return row


@pytest.fixture(scope="module")
def rows(family: Family) -> list[dict[str, Any]]:
    return [quick_row(family, index, seed=index % 5) for index in range(ROWS)]


def test_every_row_has_every_column(rows: list[dict[str, Any]]) -> None:
    assert all(tuple(sorted(row)) == tuple(sorted(COLUMNS)) for row in rows)
    assert set(features()) == set(COLUMNS)
    ids = {row["id"] for row in rows}
    assert len(ids) == ROWS and f"{rows[0]['family']}-train-000007" in ids
    for row in rows:
        assert row["num_frames"] == round(row["duration"] * row["fps"])
        assert {track["name"] for track in row["tracks"]} == {item["name"] for item in row["objects"]}
        lengths = {len(track[key]) for track in row["tracks"] for key in track if key != "name"}
        assert lengths == {row["num_frames"]}
        for event in row["events"]:
            assert 0 <= event["frame"] <= event["end_frame"] < row["num_frames"]
            assert abs(event["time_ms"] - 1000 * event["frame"] / row["fps"]) <= 0.5


def test_a_row_survives_the_types_of_its_columns(rows: list[dict[str, Any]]) -> None:
    """Nothing is cut off by a narrow column, and JSON comes back as it went in."""
    kinds = features()
    for row in rows[:10]:
        back = kinds.decode_example(kinds.encode_example({**row, "tracks": []}))
        for name in set(COLUMNS) - {"tracks", "video"}:
            assert rounded(back[name]) == rounded(row[name]), name


def rounded(value: Any) -> Any:
    """Without the last digits of floats, which the JSON reader of `datasets` may change."""
    return json.loads(json.dumps(value), parse_float=lambda digits: round(float(digits), 9))


def test_a_block_of_rows_holds_every_level_mode_and_form(family: Family) -> None:
    block = 2 * len(family.levels) * len(family.modes)
    configs = [scheduled(family, index) for index in range(block)]
    assert len({(c.level, c.mode, c.form) for c in configs}) == block
    assert tuple(family.levels) == (1, 2, 3, 4, 5)


def test_the_log_is_read_back_from_the_tracks(family: Family, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        observed = family.observe(Evidence.from_row(row))
        for column in ("events", "operations", "states"):
            seen = json.loads(json.dumps([asdict(entry) for entry in getattr(observed, column)]))
            stored = [{k: v for k, v in e.items() if not k.endswith("time_ms")} for e in row[column]]
            assert seen == stored, row["id"]


def test_a_twin_shows_the_same_frames_backwards_and_has_another_answer(family: Family) -> None:
    for index in range(ROWS):
        row = quick_row(family, index, twins=True)
        if row["twin_id"] is None:
            with pytest.raises(ConfigError, match=f"row {index} of {family.name} has no twin"):
                quick_row(family, TWINS + index)
            continue
        twin = quick_row(family, TWINS + index)
        assert (row["twin_id"], twin["twin_id"]) == (twin["id"], row["id"])
        assert twin["config"]["query"] == row["config"]["query"]
        assert twin["answer_text"] != row["answer_text"]
        for here, there in zip(row["tracks"], twin["tracks"], strict=True):
            assert all(np.array_equal(here[key], there[key][::-1]) for key in here if key != "name")
        seen = json.loads(json.dumps([asdict(e) for e in family.observe(Evidence.from_row(twin)).events]))
        assert seen == [{k: v for k, v in e.items() if not k.endswith("time_ms")} for e in twin["events"]]
        assert answers(family, twin, Evidence.from_row(twin))


def test_the_solver_reaches_the_answer_down_to_min_fps_and_not_below(
    family: Family, rows: list[dict[str, Any]]
) -> None:
    for row in rows:
        assert answers(family, row, Evidence.from_row(row)), row["id"]
        stride, seen = round(row["fps"] / row["min_fps"]), as_seen(row)
        assert all(answers(family, row, one) for one in looks(row, seen, stride))
        for lower in STRIDES[: STRIDES.index(stride)]:
            assert not all(answers(family, row, one) for one in looks(row, seen, lower))


def looks(row: dict[str, Any], seen: Evidence, stride: int) -> list[Evidence]:
    """Every way to look at a clip every so many frames: from any frame on, or evenly from end to end."""
    even = VideoBudget(fps=row["fps"] / stride, max_frames=768, min_frames=2)
    spread = seen.on(even.sample(row["num_frames"], row["fps"]))
    return [spread, *(seen.sampled(stride, phase) for phase in range(stride))]


def test_every_row_is_answered_by_what_its_view_shows_to_an_eye(
    family: Family, rows: list[dict[str, Any]]
) -> None:
    """Two frames a second, 32 of them at most, whatever size they are shown at."""
    for row in rows:
        assert row["config"]["view"] == "2x32" and row["min_fps"] <= 2
        assert answerable(family, row, VideoBudget()), row["id"]


def test_no_clip_takes_more_frames_than_its_view_shows_without_a_gap(
    family: Family, rows: list[dict[str, Any]]
) -> None:
    for row in rows:
        assert row["num_frames"] <= scheduled(family, row["config"]["index"]).longest, row["id"]


@pytest.mark.parametrize("view", ["1x32", "2x128", "10x32", "4x768"])
def test_rows_can_be_made_for_another_view(family: Family, view: str) -> None:
    budget = VideoBudget(fps=parse_view(view).fps, max_frames=parse_view(view).max_frames)
    for index in range(4):
        config = scheduled(family, index, shown=view)
        row = draft_row(
            family.name, split="v", seed=1, index=index, config=config, twins=False, encoding="fast"
        ).columns
        assert answerable(family, row, budget), index


def test_texts_are_as_tall_as_the_eye_needs_them_where_a_clip_is_shown_small(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    heights: dict[str, float] = {}

    def noted(string: str, height_px: float, **given: Any) -> matplotlib.path.Path:
        heights[string] = min(height_px, heights.get(string, height_px))
        return text(string, height_px, **given)

    monkeypatch.setattr(synrl.video.style, "text", noted)
    for index in range(20):
        heights.clear()
        row = draft_row(
            family.name, split="t", seed=2, index=index, config=None, twins=False, encoding="fast"
        ).columns
        budget = VideoBudget()
        shown = len(budget.sample(row["num_frames"], row["fps"]))
        scale = budget.size(shown, row["height"], row["width"], TOKEN)[0] / row["height"]
        heights.pop("Terminal", None)  # the window's title, on which no answer hangs
        assert all(height * scale >= LEAST_TEXT for height in heights.values()), (index, heights)


def test_a_solver_without_frames_does_not_know_the_answer(family: Family, rows: list[dict[str, Any]]) -> None:
    """Otherwise it would read the answer from somewhere else than the video."""
    blind = 0
    for row in rows:
        evidence = Evidence.from_row(row)
        first = replace(evidence.sampled(row["num_frames"], 0), operations=(), reveals=())
        blind += answers(family, row, first)
    assert blind <= ROWS // 4


def test_the_question_is_a_wording_of_its_query(family: Family, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["question"] in family.wordings(row["config"]["query"])
        assert len(set(family.wordings(row["config"]["query"]))) > 1


def test_options_differ_and_hold_the_answer_once(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert (row["answer_type"] == "choice") == bool(row["options"])
        if row["options"]:
            assert (
                len(set(row["options"])) == len(row["options"]) == round(1 / row["guess_rate"]) in (2, 3, 4)
            )
            assert row["options"]["ABCD".index(row["answer"])] == row["answer_text"]
        assert 0 < row["guess_rate"] <= 0.5


def test_a_stored_row_can_be_made_again(family: Family) -> None:
    made = make_row(family.name, split="test", seed=3, index=7)
    stored = json.loads(json.dumps({**made.to_dict(), "video": None}))
    again = remake(stored)
    assert again.video == made.video
    with pytest.raises(DataError, match="generator version 'old'"):
        remake({**stored, "generator_version": "old"})
    assert json.dumps({**again.to_dict(), "video": None}) == json.dumps({**made.to_dict(), "video": None})


def test_a_row_is_the_same_whatever_was_made_before_it(family: Family, rows: list[dict[str, Any]]) -> None:
    for index in (17, 3, 11):
        again = quick_row(family, index, seed=index % 5)
        assert content(again) == content(rows[index])
        assert {**again, "tracks": []} == {**rows[index], "tracks": []}


def content(row: dict[str, Any]) -> str:
    tracks = b"".join(np.float32(t["x"]).tobytes() + np.float32(t["y"]).tobytes() for t in row["tracks"])
    return hashlib.sha256(tracks + row["question"].encode()).hexdigest()


def test_seeds_and_splits_share_no_row(family: Family, rows: list[dict[str, Any]]) -> None:
    others = [quick_row(family, i, seed=101) for i in range(15)]
    others += [quick_row(family, i, split="test") for i in range(15)]
    assert len({content(row) for row in [*rows, *others]}) == ROWS + 30


def test_style_and_wording_never_change_the_answer(
    family: Family, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Streams, "style", property(lambda self: Streams("x", "y", 0, SHIFTED_STYLE)._open("style"))
    )
    monkeypatch.setattr(
        Streams, "wording", property(lambda self: Streams("x", "y", 0, SHIFTED_STYLE)._open("wording"))
    )
    changed = 0
    for row in rows[:10]:
        other = quick_row(family, row["config"]["index"], seed=row["seed"])
        changed += other["objects"] != row["objects"]
        assert other["operations"] == row["operations"]
        for column in ("answer", "answer_text", "options"):
            assert anonymous(other, column) == anonymous(row, column)
    assert changed >= 2, "another style looks different"


def anonymous(row: dict[str, Any], column: str) -> str:
    """A column in which objects have numbers instead of the names that their colours give them."""
    text = json.dumps(row[column])
    for number, item in enumerate(row["objects"]):
        text = text.replace(item["name"], f"#{number}")
    return text


def test_letters_are_balanced(family: Family) -> None:
    letters: Counter[str] = Counter()
    sizes: list[int] = []
    for index in range(240):
        streams, config = Streams(family.name, "balance", 5, index), scheduled(family, index)
        if config.form == "choice":
            question = family.ask(family.simulate(config, streams), config, streams)
            letters[question.letter or "?"] += 1
            sizes.append(len(question.options))
    assert set(letters) == set("ABCD"[: max(sizes)])
    for place, letter in enumerate(sorted(letters)):
        shares = [1 / size for size in sizes if place < size]
        deviation = sum(share * (1 - share) for share in shares) ** 0.5
        assert abs(letters[letter] - sum(shares)) < 4 * deviation


def test_a_wrong_config_names_the_value_and_what_is_allowed(family: Family) -> None:
    with pytest.raises(ConfigError, match="no mode 'dreaming'; allowed: "):
        family.config(1, "dreaming", "choice")
    with pytest.raises(ConfigError, match="no level 6; allowed: 1, 2, 3, 4, 5"):
        family.config(6, family.modes[0], "choice")
    with pytest.raises(ConfigError, match="form is 'essay'; allowed: choice, open"):
        family.config(1, family.modes[0], "essay")
    with pytest.raises(ConfigError, match="split 'a-b' is no name"):
        make_row(family.name, split="a-b", seed=0, index=0)
    with pytest.raises(ConfigError, match="seed is -1; allowed: 0 to"):
        make_row(family.name, split="train", seed=-1, index=0)


def test_the_readme_lists_every_family() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for horizon in HORIZONS:
        table = text.partition(f"\n| {horizon} | asks |\n|---|---|\n")[2].partition("\n\n")[0]
        listed = [line.split("`")[1] for line in table.splitlines()]
        assert listed == [family.name for family in families().values() if family.horizon == horizon]


def golden(name: str) -> str | None:
    """The digest of drawn frames that a family's own test module holds as `GOLDEN_FRAMES`.

    It changes exactly when rows do, and `GENERATOR_VERSION` with it.
    """
    found = re.search(r'^GOLDEN_FRAMES = "([0-9a-f]{16})"$', _module(name), re.MULTILINE)
    return found[1] if found else None


def _module(name: str) -> str:
    path = Path(__file__).with_name(f"test_{name}.py")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("name", families())
def test_the_frames_of_a_row_never_change(name: str) -> None:
    digest = frames_digest(name)
    assert golden(name) == digest, f'write GOLDEN_FRAMES = "{digest}" into tests/tasks/test_{name}.py'


@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_the_frames_of_a_row_are_the_same_on_every_processor(processor: str) -> None:
    """OpenBLAS multiplies by other code on another processor, with other last bits."""
    code = (
        "from synrl.tasks import families\n"
        "from tasks.test_all_families import frames_digest, golden\n"
        "for name in families():\n"
        "    assert frames_digest(name) == golden(name), name\n"
    )
    environment = {**os.environ, "OPENBLAS_CORETYPE": processor}
    tests = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=tests)


def frames_digest(name: str) -> str:
    family, streams = get_family(name), Streams(name, "golden", 0, 4)
    timeline = family.simulate(scheduled(family, 4), streams)
    digest = hashlib.sha256()
    for number, image in enumerate(rgb_frames(family.draw(timeline), timeline.poses)):
        if number % 10 == 0:
            digest.update(image.tobytes())
    return digest.hexdigest()[:16]
