"""shell_game: coins go with their cups, the screen hides nothing that is needed, one start fits."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synrl.errors import IllegalOperation
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.shared.questions import Question
from synrl.tasks.shell_game import FAMILY
from synrl.tasks.shell_game.clip import CUP, IDLE, SCREEN
from synrl.video.raster import rgb_frames
from synrl.world.cups import apply, parse_plan
from synrl.world.grids import cell_name, cells, parse_cell
from synrl.world.history import History, Step
from synrl.world.timeline import HIDDEN, Timeline

GOLDEN_FRAMES = "fd89ad7b0f907c00"

NAME = "shell_game"
STATE = {"size": 3, "coins": {"red coin": "A1", "blue coin": "C3"}}


def swap(one: str, two: str) -> Step:
    return Step("swap", {"cells": [one, two]})


def test_cells_and_their_names_are_inverse() -> None:
    for cell in cells(4):
        assert parse_cell(cell_name(cell), 4) == cell
        assert parse_cell(cell_name(cell).lower(), 4) == cell
    assert cell_name((0, 1)) == "B1", "the second cell of the top row"
    assert parse_cell("D4", 3) is parse_cell("A0", 3) is parse_cell("1A", 3) is parse_cell("A1 B1", 3) is None


def test_a_swap_takes_along_what_is_under_the_cups() -> None:
    assert apply(STATE, *swap("A1", "B1"))["coins"] == {"red coin": "B1", "blue coin": "C3"}
    assert apply(STATE, *swap("A1", "C3"))["coins"] == {"red coin": "C3", "blue coin": "A1"}
    assert apply(STATE, *swap("B1", "B2")) == STATE
    for wrong, said in ((swap("A1", "A1"), "with itself"), (swap("A1", "D4"), "no cup at D4")):
        with pytest.raises(IllegalOperation, match=said):
            apply(STATE, *wrong)
    with pytest.raises(IllegalOperation, match="'lift' is unknown"):
        apply(STATE, "lift", {"cells": ["A1", "A2"]})


def test_only_one_start_fits_what_is_seen(rows_of: Callable[..., Any]) -> None:
    """By trying all places of the coins."""
    seen = 0
    for row in rows_of(NAME, 60):
        if row["mode"] == "retrodictive" and row["level"] < 4:
            steps = [Step(o["kind"], o["arguments"]) for o in row["operations"]]
            start, end = row["states"][0]["state"], row["states"][-1]["state"]
            names = [cell_name(cell) for cell in cells(start["size"])]
            fitting = [
                coins
                for places in itertools.permutations(names, len(start["coins"]))
                for coins in (dict(zip(start["coins"], places, strict=True)),)
                if History.replay({**start, "coins": coins}, steps, apply).states[-1] == end
            ]
            assert fitting == [start["coins"]]
            seen += 1
    assert seen > 3


def test_most_swaps_move_a_coin(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        states = [tuple(s["state"]["coins"].values()) for s in row["states"]]
        states = states[1:] if row["config"]["query"]["reveal"] == "start" else states[:-1]
        idle = sum(one == two for one, two in itertools.pairwise(states))
        assert idle <= IDLE * len(row["operations"])


def drafts(mode: str, count: int) -> Iterator[tuple[Timeline, Question]]:
    """Clips that are not drawn, with their questions."""
    for index in range(count):
        config, streams = FAMILY.config(1 + index % 5, mode, "choice"), Streams(NAME, "drafts", 7, index)
        timeline = FAMILY.simulate(config, streams)
        yield timeline, FAMILY.ask(timeline, config, streams)


def test_only_one_start_and_one_option_fit() -> None:
    """Each coin goes its own way, so it is enough to try each place for it."""
    for timeline, question in drafts("retrodictive", 200):
        steps = [Step(operation.kind, operation.arguments) for operation in timeline.operations]
        start, end = timeline.states[0].state, timeline.states[-1].state
        for coin in start["coins"]:
            fitting = []
            for cell in map(cell_name, cells(start["size"])):
                final = History.replay({**start, "coins": {coin: cell}}, steps, apply).states[-1]
                fitting += [cell] if final["coins"][coin] == end["coins"][coin] else []
            assert fitting == [start["coins"][coin]]
        query = timeline.query
        if query["ask"] == "where":
            assert [o for o in question.options if o == start["coins"][query["coin"]]] == [
                question.answer_text
            ]
        else:
            assert [o for o in question.options if start["coins"][o] == query["cell"]] == [
                question.answer_text
            ]


def test_one_option_of_a_plan_works() -> None:
    for timeline, question in drafts("predict_operations", 200):
        query = timeline.query
        hidden = timeline.states[-1 if query["reveal"] == "start" else 0].state["coins"]
        works = []
        for option in question.options:
            here = dict(hidden)
            for step in option.split("; "):
                _, one, two = step.split()
                here = {coin: {one: two, two: one}.get(cell, cell) for coin, cell in here.items()}
            works.append(all(here[coin] == cell for coin, cell in query["target"]["coins"].items()))
            assert len(option.split("; ")) == query["moves"]
        assert works == [option == question.answer_text for option in question.options]


@pytest.mark.parametrize("mode", ["forward", "retrodictive"])
def test_what_can_be_read_does_not_tell_where_a_coin_is(mode: str) -> None:
    nearest = []
    for timeline, question in drafts(mode, 500):
        query = timeline.query
        if query["ask"] == "where":
            shown = timeline.states[0 if query["reveal"] == "start" else -1].state["coins"][query["coin"]]
            off = {
                o: abs(ord(o[0]) - ord(shown[0])) + abs(int(o[1]) - int(shown[1])) for o in question.options
            }
            best = [o for o in off if off[o] == min(off.values())]
            nearest.append((question.answer_text in best) / len(best))
    assert sum(nearest) / len(nearest) < 0.25 + 3 * (0.1875 / len(nearest)) ** 0.5


def test_behind_the_screen_only_what_can_be_told_happens(rows_of: Callable[..., Any]) -> None:
    """A cup that starts and ends a swap hidden has a partner in sight, beside it in its row."""
    hidden_swaps = 0
    for row in rows_of(NAME, 80):
        tracks = {t["name"]: t for t in row["tracks"] if t["name"].startswith("cup ")}
        pitch = row["objects"][-1]["size"] / SCREEN if row["config"]["query"]["screen"] else 0
        for operation in row["operations"]:
            start, end = operation["start_frame"], operation["end_frame"]
            movers = [
                t
                for t in tracks.values()
                if abs(t["x"][start] - t["x"][end]) + abs(t["y"][start] - t["y"][end]) > 1
            ]
            assert len(movers) == 2
            hidden = [t for t in movers if not t["visible"][start] or not t["visible"][end]]
            if hidden:
                assert any(t["visible"][start] for t in movers)
                assert abs(movers[0]["y"][start] - movers[1]["y"][start]) < 1e-3
                assert abs(abs(movers[0]["x"][start] - movers[1]["x"][start]) - pitch) < 1e-3
                hidden_swaps += 1
    assert hidden_swaps > 5


@pytest.mark.parametrize("level", [3, 5])
def test_of_a_cup_that_comes_from_behind_the_screen_a_third_shows_on_some_shown_frame(level: int) -> None:
    """Two frames a second, begun at any time."""
    coming = 0
    for index in range(12):
        clip = FAMILY.simulate(FAMILY.config(level, "forward", "open"), Streams(NAME, "tests", level, index))
        pitch, poses = clip.objects[-1].size / SCREEN, clip.poses
        cups = [number for number, item in enumerate(clip.objects) if item.shape == "cup"]
        for operation in clip.operations:
            start, end = operation.start_frame, operation.end_frame
            for cup in cups:
                if poses.look[start, cup] != HIDDEN or poses.look[end, cup] == HIDDEN:
                    continue
                coming += 1
                beyond = np.abs(poses.x[start:end, cup] - poses.x[start, -1]) - SCREEN * pitch / 2
                shows = beyond / (CUP * pitch) + 0.5 >= 1 / 3
                moves = np.abs(poses.x[start:end, cup] - poses.x[end, cup]) > 4
                for phase in range(15):
                    assert (shows & moves)[phase::15].any(), (index, operation.index, phase)
    assert coming > 5


@pytest.mark.parametrize("mode", ["forward", "retrodictive"])
def test_coins_do_not_show_in_between(mode: str) -> None:
    clip = FAMILY.simulate(FAMILY.config(3, mode, "open"), Streams(NAME, "tests", 3, 0))
    frames = list(rgb_frames(FAMILY.draw(clip), clip.poses))
    coin = np.array([int(clip.objects[0].colour[k : k + 2], 16) for k in (1, 3, 5)])

    def shows(frame: int) -> bool:
        return bool((np.abs(frames[frame].astype(int) - coin).max(axis=2) < 8).any())

    inner = range(62, clip.num_frames - 62)
    assert not any(shows(frame) for frame in inner)
    assert shows(5 if mode == "forward" else clip.num_frames - 5)
    assert not shows(clip.num_frames - 5 if mode == "forward" else 5)


@pytest.mark.parametrize("level", [3, 5])
def test_cups_called_hidden_change_no_pixel(level: int) -> None:
    hidden = 0
    for index in range(2):
        clip = FAMILY.simulate(FAMILY.config(level, "forward", "open"), Streams(NAME, "tests", level, index))
        scene, poses = FAMILY.draw(clip), clip.poses
        cups = [number for number, item in enumerate(clip.objects) if item.shape == "cup"]
        shown = replace(poses, look=poses.look.copy())
        shown.look[:, cups] = 0
        hidden += int((poses.look[:, cups] == HIDDEN).sum())
        for frame, other in zip(rgb_frames(scene, poses), rgb_frames(scene, shown), strict=True):
            np.testing.assert_array_equal(frame, other)
    assert hidden > 100


def test_the_answer_is_in_the_state_of_its_moment(rows_of: Callable[..., Any]) -> None:
    asks: Counter[str] = Counter()
    for row in rows_of(NAME, 120):
        query = row["config"]["query"]
        states = [s["state"]["coins"] for s in row["states"]]
        states = states[1:] if query["reveal"] == "start" else states[:-1]
        asks[query["ask"]] += 1
        if "when" in query:
            coins = states[{"start": 0, "end": -1}.get(query["when"], query["when"])]
            if query["ask"] == "where":
                assert row["answer_text"] == coins[query["coin"]]
            else:
                assert coins[row["answer_text"]] == query["cell"]
        elif "coin" in query:
            moved = [
                k for k in range(1, len(states)) if states[k][query["coin"]] != states[k - 1][query["coin"]]
            ]
            truth = {"first": moved[0], "last": moved[-1], "count": len(moved)}[query["ask"]]
            assert row["answer_text"] == str(truth)
        else:
            assert score(row["answer"] if row["options"] else f"{row['answer']}.", row) == 1.0
    assert len(asks) == 6


def test_plan_texts_may_be_spelt_in_some_ways() -> None:
    assert parse_plan("swap a1 b2; Swap B2 and c3.") == [swap("A1", "B2"), swap("B2", "C3")]
    assert parse_plan("A1 B2") == [swap("A1", "B2")]
    for text in ("", "swap A1", "swap A1 B2 C3", "A1 or B2", "swap A0 B1"):
        assert parse_plan(text) is None


def test_the_form_of_a_plan_has_no_more_swaps_than_are_asked_for() -> None:
    for level in (1, 3, 5):
        config, streams = FAMILY.config(level, "predict_operations", "open"), Streams(NAME, "tests", level, 0)
        clip = FAMILY.simulate(config, streams)
        example = FAMILY.ask(clip, config, streams).text.rpartition('Answer like "')[2]
        assert 1 <= example.count("swap") <= clip.query["moves"]
