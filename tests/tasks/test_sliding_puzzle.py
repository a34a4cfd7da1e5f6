"""sliding_puzzle: what cannot be seen must be followed, and only one start fits what is seen."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synrl.errors import IllegalOperation
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.tasks.sliding_puzzle import FAMILY
from synrl.video.raster import rgb_frames
from synrl.world.history import History, Step
from synrl.world.sliding import WORLD, apply, parse_plan, undo

GOLDEN_FRAMES = "8374bc531653c4ab"

NAME = "sliding_puzzle"
BOARD = {"rows": [[1, 2, 3], [4, 0, 5], [6, 7, 8]]}


def flat(board: list[list[int]]) -> list[int]:
    return list(itertools.chain(*board))


def slide(direction: str) -> Step:
    return Step("slide", {"direction": direction})


@pytest.mark.parametrize(
    ("direction", "rows"),
    [
        ("right", [[1, 2, 3], [0, 4, 5], [6, 7, 8]]),
        ("left", [[1, 2, 3], [4, 5, 0], [6, 7, 8]]),
        ("down", [[1, 0, 3], [4, 2, 5], [6, 7, 8]]),
        ("up", [[1, 2, 3], [4, 7, 5], [6, 0, 8]]),
    ],
)
def test_a_slide_is_named_after_the_way_of_the_tile(direction: str, rows: list[list[int]]) -> None:
    assert apply(BOARD, *slide(direction)) == {"rows": rows}
    assert undo({"rows": rows}, *slide(direction)) == BOARD
    assert BOARD["rows"][1] == [4, 0, 5], "the state is left as it is"


def test_illegal_slides_say_why() -> None:
    corner = {"rows": [[0, 1], [2, 3]]}
    with pytest.raises(IllegalOperation, match="no tile can slide right: the empty cell is at the border"):
        apply(corner, *slide("right"))
    with pytest.raises(IllegalOperation, match="no direction 'north'"):
        apply(corner, *slide("north"))
    with pytest.raises(IllegalOperation, match="'jump' is unknown"):
        apply(corner, "jump", {})
    with pytest.raises(IllegalOperation, match="no empty cell"):
        apply({"rows": [[1, 2], [3, 4]]}, *slide("up"))


def test_only_one_start_fits_what_is_seen(rows_of: Callable[..., Any]) -> None:
    """By trying every board of the same size: 9! of them for the first row, cut off where they differ."""
    row = next(r for r in rows_of(NAME, 60) if r["mode"] == "retrodictive" and r["level"] == 1)
    steps = [Step(o["kind"], o["arguments"]) for o in row["operations"]]
    end = row["states"][-1]["state"]
    fitting = []
    for numbers in itertools.permutations(range(9)):
        start = {"rows": [list(numbers[k : k + 3]) for k in (0, 3, 6)]}
        if numbers.index(0) != flat(row["states"][0]["state"]["rows"]).index(0):
            continue  # where the empty cell is shows
        try:
            if History.replay(start, steps, apply).states[-1] == end:
                fitting.append(start)
        except IllegalOperation:
            pass
    assert fitting == [row["states"][0]["state"]]


@pytest.mark.parametrize("mode", ["forward", "retrodictive"])
def test_numbers_do_not_show_in_between(mode: str) -> None:
    from synrl.seeds import Streams

    clip = FAMILY.simulate(FAMILY.config(1, mode, "open"), Streams(NAME, "tests", 1, 0))
    numbers = list(clip.objects)
    order = list(range(len(numbers)))[::-1]
    # The same slides with other numbers: each tile does what another one did.
    poses = replace(clip.poses, **{k: v[:, order] for k, v in vars(clip.poses).items()})
    other = replace(clip, poses=poses)
    hidden = range(70, clip.num_frames - 70, 25)
    pictures = [list(rgb_frames(FAMILY.draw(c), c.poses)) for c in (clip, other)]
    assert all((pictures[0][f] == pictures[1][f]).all() for f in hidden)
    shown = 0 if mode == "forward" else clip.num_frames - 1
    assert (pictures[0][shown] != pictures[1][shown]).any()


def test_every_tile_is_somewhere_else_on_the_board_than_any_other(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 20):
        places = np.stack([np.stack([t["x"], t["y"]], axis=1) for t in row["tracks"]])
        for frame in range(0, row["num_frames"], 10):
            apart = np.abs(places[:, None, frame] - places[None, :, frame]).max(axis=2)
            assert apart[~np.eye(len(apart), dtype=bool)].min() > row["objects"][0]["size"]


def test_the_answer_is_on_the_board_of_its_moment(rows_of: Callable[..., Any]) -> None:
    """By looking at the states column, which the solver never does."""
    for row in rows_of(NAME, 80):
        query = row["config"]["query"]
        boards = [s["state"]["rows"] for s in row["states"]]
        boards = boards[1:] if query["reveal"] == "start" else boards[:-1]
        if "when" in query:
            board = boards[{"start": 0, "end": -1}.get(query["when"], query["when"])]
            if query["ask"] == "cell":
                column, line = "ABCDE".index(query["cell"][0]), int(query["cell"][1:]) - 1
                assert row["answer_text"] == str(board[line][column]) != "0"
            elif query["ask"] == "where":
                line, column = divmod(flat(board).index(query["tile"]), len(board))
                assert row["answer_text"] == f"{'ABCDE'[column]}{line + 1}"
            else:
                assert row["answer_text"] == ", ".join(str(n or "_") for n in board[query["row"]])
        elif query["ask"] in ("first", "last"):
            cells = [flat(board).index(query["tile"]) for board in boards]
            moves = [k for k in range(1, len(cells)) if cells[k] != cells[k - 1]]
            assert row["answer_text"] == str(moves[0 if query["ask"] == "first" else -1])


def test_plans_are_judged_by_the_rules(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 80):
        if row["mode"] == "predict_operations" and not row["options"]:
            assert score(row["answer"], row) == 1.0
            assert score(row["answer"].replace("; ", ", ").upper(), row) == 1.0
            assert score(row["answer"] + "; up", row) == 0.0, "too long"
            assert score("up; down", row) == score("left left", row) == score("dance", row) == 0.0
    assert parse_plan("slide left; Up.") == [slide("left"), slide("up")]
    assert WORLD.format_plan([slide("left"), slide("up")]) == "left; up"


def test_a_missing_slide_is_noticed_or_changes_the_answer(rows_of: Callable[..., Any]) -> None:
    noticed = 0
    for row in rows_of(NAME, 40):
        evidence = Evidence.from_row(row)
        fewer = replace(evidence, operations=evidence.operations[1:])
        noticed += FAMILY.solve(fewer) != FAMILY.solve(evidence)
    assert noticed > 20
