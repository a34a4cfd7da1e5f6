"""Containers of chips: rules against a second set of them, operations undone, plans read and written."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.errors import IllegalOperation
from synrl.tasks.chip_container.shelf import CAPACITY, CHIPS, TRAY, Shelf, bag_height, travel
from synrl.world.chips import (
    VALUES,
    WORLD,
    apply,
    backwards,
    changed,
    format_plan,
    inverse,
    parse_plan,
)
from synrl.world.history import History, Step
from synrl.world.plans import legal, undone

State = dict[str, tuple[int, ...]]
LETTERS = "ABC"
SOME = {"A": (5, 5, 25), "B": (100,), "C": ()}


@st.composite
def states(draw: st.DrawFn) -> State:
    """Some chips in three containers, some of which may be empty."""
    held = st.lists(st.sampled_from(VALUES), max_size=4)
    return {name: tuple(sorted(draw(held))) for name in LETTERS}


def operations(state: State) -> list[Step]:
    """Every legal operation, with two values to add."""
    pairs = list(itertools.permutations(LETTERS, 2))
    return [
        *(Step("add", {"container": a, "chip": chip}) for a in LETTERS for chip in (1, 25)),
        *(Step("remove", {"container": a, "chip": chip}) for a in LETTERS for chip in set(state[a])),
        *(Step("move", {"source": a, "target": b, "chip": c}) for a, b in pairs for c in set(state[a])),
        *(Step("pour", {"source": a, "target": b}) for a, b in pairs if state[a]),
        *(Step("swap", {"containers": [a, b]}) for a, b in pairs),
    ]


def by_hand(state: State, step: Step) -> State:
    """The rules once more: a bag of (chip, container) pairs that are relabelled."""
    kind, told = step
    pairs = [(chip, name) for name, chips in state.items() for chip in chips]
    if kind == "add":
        pairs.append((told["chip"], told["container"]))
    elif kind == "remove":
        pairs.remove((told["chip"], told["container"]))
    elif kind == "move":
        pairs.remove((told["chip"], told["source"]))
        pairs.append((told["chip"], told["target"]))
    else:
        one, two = told["containers"] if kind == "swap" else (told["source"], told["target"])
        new = {one: two, two: one if kind == "swap" else two}
        pairs = [(chip, new.get(name, name)) for chip, name in pairs]
    return {name: tuple(sorted(chip for chip, where in pairs if where == name)) for name in state}


@given(states(), st.data())
@settings(deadline=None, max_examples=60)
def test_long_games_go_as_by_hand_and_leave_their_input_alone(state: State, data: st.DataObject) -> None:
    for _ in range(6):
        step = data.draw(st.sampled_from(operations(state)))
        untouched = copy.deepcopy(state)
        after = apply(state, *step)
        assert state == untouched and after == by_hand(state, step), step
        assert {name for name in LETTERS if after[name] != state[name]} <= set(changed(step))
        state = after


@given(states())
@settings(deadline=None, max_examples=40)
def test_all_but_a_pour_is_taken_back_by_its_inverse(state: State) -> None:
    for step in operations(state):
        if step.kind == "pour":
            with pytest.raises(IllegalOperation, match="a pour can't be taken back"):
                inverse(step)
        else:
            assert apply(apply(state, *step), *inverse(step)) == state, step


@given(states(), st.data())
@settings(deadline=None, max_examples=30)
def test_a_history_told_backwards_follows_the_rules_too(state: State, data: st.DataObject) -> None:
    steps, here = [], state
    for _ in range(5):
        steps.append(data.draw(st.sampled_from([s for s in operations(here) if s.kind != "pour"])))
        here = apply(here, *steps[-1])
    history = History.replay(state, steps, apply)
    told = backwards(history)
    assert told == History.replay(here, told.steps, apply) and backwards(told) == history


def test_operations_do_what_their_names_say() -> None:
    assert apply(SOME, "add", {"container": "C", "chip": 10}) == {**SOME, "C": (10,)}
    assert apply(SOME, "add", {"container": "A", "chip": 10})["A"] == (5, 5, 10, 25)
    assert apply(SOME, "remove", {"container": "A", "chip": 5}) == {**SOME, "A": (5, 25)}
    move = {"source": "A", "target": "B", "chip": 25}
    assert apply(SOME, "move", move) == {"A": (5, 5), "B": (25, 100), "C": ()}
    pour = {"source": "A", "target": "B"}
    assert apply(SOME, "pour", pour) == {"A": (), "B": (5, 5, 25, 100), "C": ()}
    assert apply(SOME, "swap", {"containers": ["A", "C"]}) == {"A": (), "B": (100,), "C": (5, 5, 25)}


def test_a_game_as_others_write_it_down_can_be_replayed() -> None:
    told = "add 25 A; move 25 A B; swap B C; pour C A; remove 5 A"
    state: State = {"A": (5,), "B": (), "C": (10,)}
    for line in told.split("; "):
        kind, *rest = line.split()
        arguments: dict[str, Any] = {"chip": int(rest.pop(0))} if rest[0].isdigit() else {}
        arguments |= {"container": rest[0], "source": rest[0], "target": rest[-1], "containers": rest}
        state = apply(state, kind, arguments)
    assert state == {"A": (25,), "B": (10,), "C": ()}


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        ("add", {"container": "Z", "chip": 5}, "there is no container Z"),
        ("add", {"container": "A", "chip": 0}, "a chip of 0; allowed: whole numbers above 0"),
        ("remove", {"container": "A", "chip": 100}, "container A holds no chip of 100"),
        ("remove", {"container": "Z", "chip": 5}, "there is no container Z"),
        ("move", {"source": "C", "target": "A", "chip": 5}, "container C holds no chip of 5"),
        ("move", {"source": "A", "target": "A", "chip": 5}, "move of container A with itself"),
        ("move", {"source": "A", "target": "Z", "chip": 5}, "there is no container Z"),
        ("pour", {"source": "C", "target": "A"}, "pour from container C, which is empty"),
        ("pour", {"source": "B", "target": "B"}, "pour of container B with itself"),
        ("swap", {"containers": ["B", "B"]}, "swap of container B with itself"),
        ("swap", {"containers": ["B", "Z"]}, "there is no container Z"),
        ("juggle", {}, "operation 'juggle' is unknown"),
    ],
)
def test_what_the_rules_do_not_allow_is_said(kind: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(IllegalOperation, match=said):
        apply(SOME, kind, arguments)


@given(states())
@settings(deadline=None, max_examples=40)
def test_legal_moves_are_exactly_those_that_the_rules_allow(state: State) -> None:
    allowed = [step for step, _ in legal(WORLD, state)]
    for source, target, chip in itertools.product("ABCZ", "ABCZ", VALUES):
        step = Step("move", {"source": source, "target": target, "chip": chip})
        try:
            apply(state, *step)
        except IllegalOperation:
            assert step not in allowed
        else:
            assert allowed.count(step) == 1
    for step, earlier in undone(WORLD, state):
        assert apply(earlier, *step) == state
    assert len(list(undone(WORLD, state))) == len(allowed)


def test_plan_texts_and_moves_are_inverse() -> None:
    for move, _ in legal(WORLD, SOME):
        assert parse_plan(format_plan([move, move])) == [move, move]
    move = Step("move", {"source": "A", "target": "B", "chip": 25})
    for text in ("move 25 a b", "Move 25 from A to B.", "move 25 A into B,", " move  25  A  B \n"):
        assert parse_plan(text) == [move], text
    for text in ("", "move A B", "move 25 A", "move 25 A B C", "swap A B", "move 25 A B or move 5 A B"):
        assert parse_plan(text) is None, text


SHELVES = [Shelf(tuple("ABCD"[:n]), bag_height(chip), 448) for n, chips in CHIPS.items() for chip in chips]


@pytest.mark.parametrize("shelf", SHELVES)
def test_nothing_that_travels_leaves_the_frame_or_touches_what_stands(shelf: Shelf) -> None:
    size = np.array([shelf.bag_width, shelf.height])
    top = shelf.y - shelf.height / 2
    assert size[0] / 2 < shelf.x("A") and shelf.x("B") - shelf.x("A") > size[0] + 8
    for one, two in itertools.permutations(shelf.containers, 2):
        ways = shelf.ways_of_swap(one, two)
        first, second = (travel(ways[name], 30) for name in (one, two))
        room = (first[:, 3:] + second[:, 3:]) / 2 * size + 3
        apart = np.abs(first - second)[:, :2] >= room
        assert apart.any(axis=1).all(), "bags that change places touch each other"
        for way in (first, second):
            assert (way[:, 1] - way[:, 3] * shelf.height / 2 > 3).all()
        poured = travel(shelf.way_of_pour(one, two), 30)
        turn = np.radians(poured[:, 2])
        cos, sin = np.abs(np.cos(turn)), np.abs(np.sin(turn))
        across, down = poured[:, 3] * (size @ [cos, sin]) / 2, poured[:, 3] * (size[::-1] @ [cos, sin]) / 2
        assert (poured[:, 0] > across).all() and (poured[:, 0] + across < 448).all()
        assert (poured[:, 1] > down).all()
        assert ((poured[:, 1] + down)[poured[:, 2] != 0] < top).all()
        assert np.allclose(poured[[0, -1]], (shelf.x(one), shelf.y, 0, 1))


@pytest.mark.parametrize("most", range(1, CAPACITY + 1))
@pytest.mark.parametrize("shelf", SHELVES)
def test_chips_lie_apart_over_their_tray(shelf: Shelf, most: int) -> None:
    slots, (_, chip) = shelf.slots("B", most), shelf.spread(most)
    assert len(slots) >= most
    for one, two in itertools.combinations(slots, 2):
        assert max(abs(one[0] - two[0]), abs(one[1] - two[1])) > chip + 2
    beside = abs(shelf.x("B") - shelf.x("A")) / 2
    for x, y in slots:
        assert abs(x - shelf.x("B")) + chip / 2 < beside
        assert y - chip / 2 > 0 and y + chip / 2 < shelf.tray_y - TRAY / 2
