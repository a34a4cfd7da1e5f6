"""sliding_puzzle: what cannot be seen must be followed, and only one start fits what is seen."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synrl.dataset.recipes import get_recipe
from synrl.dataset.rows import draft_row
from synrl.errors import IllegalOperation
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.shared.questions import Question
from synrl.tasks.sliding_puzzle import FAMILY
from synrl.video.raster import rgb_frames
from synrl.world.history import History, Step
from synrl.world.sliding import WORLD, apply, parse_plan, random_route, routes, undo
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "84ffa89ff1296b20"

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
            longer = "; ".join([row["answer"], *["up", "down"] * 2])
            assert score(longer, row) == 0.0, "too long"
            assert score("up; down", row) == score("left left", row) == score("dance", row) == 0.0
    assert parse_plan("slide left; Up.") == [slide("left"), slide("up")]
    assert WORLD.format_plan([slide("left"), slide("up")]) == "left; up"


def asked(mode: str, count: int, form: str = "choice") -> Iterator[tuple[Timeline, Question]]:
    """Clips of all levels with their questions, without videos."""
    for index in range(count):
        config = FAMILY.config(index % 5 + 1, mode, form)
        clip = FAMILY.simulate(config, Streams(NAME, "alone", 1, index))
        yield clip, FAMILY.ask(clip, config, Streams(NAME, "alone", 1, index))


Places = dict[int, tuple[int, int]]
WAYS = {"up": (1, 0), "down": (-1, 0), "left": (0, 1), "right": (0, -1)}
"""From the empty cell to the tile that slides."""


def slid(
    places: dict[int, tuple[int, int]], direction: str, back: bool = False
) -> dict[int, tuple[int, int]]:
    """Where all numbers are after a slide, or before it, 0 for the empty cell."""
    (row, column), (down, right) = places[0], WAYS[direction]
    gap = (row - down, column - right) if back else (row + down, column + right)
    (tile,) = (number for number, place in places.items() if place == gap)
    return {**places, 0: gap, tile: places[0]}


def placed(board: Any) -> Places:
    return {number: (r, c) for r, row in enumerate(board["rows"]) for c, number in enumerate(row)}


def test_one_option_alone_agrees_with_the_only_start_that_leads_to_the_end() -> None:
    for clip, question in asked("retrodictive", 200):
        places = placed(clip.states[-1].state)
        for operation in reversed(clip.operations):
            places = slid(places, operation.arguments["direction"], back=True)
        right = [option for option in question.options if holds(places, clip.query, option)]
        assert right == [question.answer_text]


def holds(places: Places, query: Any, answer: str) -> bool:
    """Whether an answer is true of a board."""
    numbers = {f"{'ABCDE'[c]}{r + 1}": str(number or "_") for number, (r, c) in places.items()}
    if query["ask"] == "row":
        row = [numbers[f"{column}{query['row'] + 1}"] for column in "ABCDE"[: query["size"]]]
        return answer == ", ".join(row)
    if query["ask"] == "cell":
        return numbers[query["cell"]] == answer
    return numbers[answer] == str(query["tile"])


def test_one_option_alone_leads_to_the_target() -> None:
    for clip, question in asked("predict_operations", 200):
        hidden = clip.states[0 if clip.query["reveal"] == "end" else -1].state
        target, right = clip.query["target"], []
        for option in question.options:
            places = placed(hidden)
            for direction in option.split("; "):
                places = slid(places, direction)
            row, column = places[target["tile"]]
            right += [option] if f"{'ABCDE'[column]}{row + 1}" == target["cell"] else []
        assert right == [question.answer_text]


def test_the_option_nearest_to_what_can_be_read_is_right_no_more_often_than_others() -> None:
    shares: list[float] = []
    for mode in ("forward", "retrodictive", "historical"):
        for clip, question in asked(mode, 150):
            if clip.query["ask"] == "where":
                shown = placed(next(state for state in clip.states if state.visible).state)
                row, column = shown[clip.query["tile"]]
                far = {
                    option: abs("ABCDE".index(option[0]) - column) + abs(int(option[1]) - 1 - row)
                    for option in question.options
                }
                nearest = [option for option in far if far[option] == min(far.values())]
                shares.append((question.answer_text in nearest) / len(nearest))
    assert len(shares) > 100
    assert abs(sum(shares) / len(shares) - 0.25) < 4 * (0.25 * 0.75 / len(shares)) ** 0.5


def test_the_guess_rate_of_an_open_question_is_one_over_the_answers_it_may_have() -> None:
    for mode in ("forward", "historical", "predict_operations"):
        for clip, question in asked(mode, 20, "open"):
            answers = clip.query["answers"]
            assert question.answer_text in answers == sorted(set(answers))
            assert question.guess_rate == 1 / len(answers) <= 0.25


def test_a_missing_slide_is_noticed_or_changes_the_answer(rows_of: Callable[..., Any]) -> None:
    noticed = 0
    for row in rows_of(NAME, 40):
        evidence = Evidence.from_row(row)
        fewer = replace(evidence, operations=evidence.operations[1:])
        noticed += FAMILY.solve(fewer) != FAMILY.solve(evidence)
    assert noticed > 20


def test_routes_are_all_ways_of_the_empty_cell_that_take_nothing_back() -> None:
    board = {"rows": [[1, 2, 3], [4, 0, 5], [6, 7, 8]]}
    found = []
    for way in itertools.product(("up", "down", "left", "right"), repeat=4):
        places = placed(board)
        with contextlib.suppress(ValueError):
            boards = [places]
            for direction in way:
                places = slid(places, direction)
                boards.append(places)
            if places[0] == (1, 1) and all(one != two for one, two in zip(boards, boards[2:], strict=False)):
                found.append(way)
    assert sorted(routes(3, (1, 1), (1, 1), 4)) == sorted(found)
    draws = Streams(NAME, "tests", 0, 0).scene
    assert {random_route(3, (1, 1), (1, 1), 4, draws) for _ in range(200)} == set(found)


@pytest.mark.parametrize("index", [14, 59])
def test_plans_after_twenty_slides_on_the_largest_board_are_shown(index: int) -> None:
    """In the second round frames are shown smaller, and a plan needs every slide: no scene of row 59 did."""
    (batch,) = (one for one in get_recipe("rl_round2_3k").batches() if one.family == NAME)
    how = {"split": batch.key, "seed": batch.seed, "twins": False, "encoding": "fast"}
    row = draft_row(NAME, index=index, config=batch.config(index), **how).columns  # type: ignore[arg-type]
    assert len(row["operations"]) == 20 and row["config"]["size"] == 5
