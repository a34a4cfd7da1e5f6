"""The card table: rules against a second set of them, operations undone, plans read and written."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.errors import IllegalOperation
from synrl.tasks.card_stack.table import Table
from synrl.world.cards import RANKS, SUITS, WORLD, apply, format_plan, parse_plan
from synrl.world.cards import undo as undo_by_rules
from synrl.world.history import History, Step
from synrl.world.plans import legal, undone

DECK = [rank + suit for rank in RANKS for suit in SUITS]
PILES = "ABC"
State = dict[str, tuple[str, ...]]
Operation = tuple[str, dict[str, Any]]


@st.composite
def states(draw: st.DrawFn) -> State:
    """Some cards on three piles, some of which may be empty."""
    cards = draw(st.lists(st.sampled_from(DECK), unique=True, max_size=7))
    piles = draw(st.lists(st.sampled_from(PILES), min_size=len(cards), max_size=len(cards)))
    return {name: tuple(c for c, p in zip(cards, piles, strict=True) if p == name) for name in PILES}


def operations(state: State) -> list[Operation]:
    """Every legal operation, with one card to add."""
    tops = [name for name in PILES if state[name]]
    new = next(card for card in DECK if all(card not in cards for cards in state.values()))
    return [
        *(("move", {"source": a, "target": b}) for a in tops for b in PILES if a != b),
        *(("bury", {"pile": a}) for a in tops if len(state[a]) > 1),
        *(("swap", {"piles": [a, b]}) for a in tops for b in tops if a != b),
        *(("add", {"pile": a, "card": new}) for a in PILES),
        *(("remove", {"pile": a}) for a in tops),
    ]


def undo(before: State, after: State, operation: Operation) -> State:
    """The state after what takes an operation back."""
    kind, given_ = operation
    if kind == "move":
        return apply(after, "move", {"source": given_["target"], "target": given_["source"]})
    if kind == "swap":
        return apply(after, "swap", given_)
    if kind == "add":
        return apply(after, "remove", given_)
    if kind == "remove":
        return apply(after, "add", {**given_, "card": before[given_["pile"]][-1]})
    for _ in range(len(after[given_["pile"]]) - 1):  # round and round until the pile is as it was
        after = apply(after, kind, given_)
    return after


@given(states())
@settings(deadline=None)
def test_every_operation_can_be_taken_back_and_leaves_its_input_alone(state: State) -> None:
    untouched = copy.deepcopy(state)
    for operation in operations(state):
        after = apply(state, *operation)
        assert state == untouched and set(after) == set(PILES)
        assert undo(state, after, operation) == state, operation
        if operation[0] in ("move", "add", "remove"):
            assert after != state


def by_hand(state: State, operation: Operation) -> State:
    """The rules once more, on lists that change in place."""
    kind, given_ = operation
    piles = {name: list(cards) for name, cards in state.items()}
    if kind == "move":
        piles[given_["target"]] += [piles[given_["source"]].pop()]
    elif kind == "bury":
        piles[given_["pile"]].insert(0, piles[given_["pile"]].pop())
    elif kind == "swap":
        one, two = (piles[name] for name in given_["piles"])
        one[-1], two[-1] = two[-1], one[-1]
    elif kind == "add":
        piles[given_["pile"]].append(given_["card"])
    else:
        del piles[given_["pile"]][-1]
    return {name: tuple(cards) for name, cards in piles.items()}


@given(states(), st.data())
@settings(deadline=None)
def test_long_games_go_as_by_hand_and_no_card_is_made_or_lost(state: State, data: st.DataObject) -> None:
    for _ in range(8):
        operation = data.draw(st.sampled_from(operations(state)))
        after = apply(state, *operation)
        assert after == by_hand(state, operation), operation
        cards = sorted(card for pile in after.values() for card in pile)
        change = {"add": 1, "remove": -1}.get(operation[0], 0)
        assert len(set(cards)) == len(cards) == sum(map(len, state.values())) + change
        state = after


@given(states())
@settings(deadline=None)
def test_legal_moves_are_exactly_those_that_the_rules_allow(state: State) -> None:
    allowed = {(step.arguments["source"], step.arguments["target"]) for step, _ in legal(WORLD, state)}
    for source, target in itertools.product("ABCZ", repeat=2):
        try:
            apply(state, "move", {"source": source, "target": target})
        except IllegalOperation:
            assert (source, target) not in allowed
        else:
            assert (source, target) in allowed


def test_operations_do_what_their_names_say() -> None:
    state = {"A": ("7♥",), "B": ("K♠", "2♦"), "C": ()}
    assert apply(state, "move", {"source": "B", "target": "C"}) == {"A": ("7♥",), "B": ("K♠",), "C": ("2♦",)}
    assert apply(state, "bury", {"pile": "B"}) == {"A": ("7♥",), "B": ("2♦", "K♠"), "C": ()}
    assert apply(state, "swap", {"piles": ["A", "B"]}) == {"A": ("2♦",), "B": ("K♠", "7♥"), "C": ()}
    assert apply(state, "add", {"pile": "C", "card": "9♣"}) == {**state, "C": ("9♣",)}
    assert apply(state, "remove", {"pile": "B", "card": "2♦"}) == {**state, "B": ("K♠",)}


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        ("move", {"source": "C", "target": "A"}, "pile C is empty"),
        ("move", {"source": "A", "target": "A"}, "pile A to itself"),
        ("move", {"source": "A", "target": "Z"}, "no pile Z"),
        ("move", {"source": "Z", "target": "A"}, "no pile Z"),
        ("bury", {"pile": "A"}, "pile A, which has one card"),
        ("bury", {"pile": "C"}, "pile C is empty"),
        ("swap", {"piles": ["A", "C"]}, "pile C is empty"),
        ("swap", {"piles": ["B", "B"]}, "pile B with itself"),
        ("add", {"pile": "C", "card": "7♥"}, "add 7♥, which is on the table"),
        ("add", {"pile": "Z", "card": "9♣"}, "no pile Z"),
        ("remove", {"pile": "C"}, "pile C is empty"),
        ("remove", {"pile": "B", "card": "K♠"}, "remove K♠, but the top card is 2♦"),
        ("juggle", {}, "'juggle' is unknown"),
    ],
)
def test_an_illegal_operation_says_why(kind: str, arguments: dict[str, Any], said: str) -> None:
    state = {"A": ("7♥",), "B": ("K♠", "2♦"), "C": ()}
    with pytest.raises(IllegalOperation, match=said):
        apply(state, kind, arguments)


def test_a_plan_runs_move_by_move_and_fails_on_its_first_illegal_one() -> None:
    state = {"A": ("7♥",), "B": (), "C": ()}
    assert History.replay(state, [], apply).states == (state,)
    plan = moves("AB", "BC")
    assert History.replay(state, plan, apply).states[-1] == {"A": (), "B": (), "C": ("7♥",)}
    with pytest.raises(IllegalOperation, match="pile A is empty"):
        History.replay(state, moves("AB", "AC", "CA"), apply)


def moves(*pairs: str) -> list[Step]:
    return [Step("move", {"source": source, "target": target}) for source, target in pairs]


@given(states())
@settings(deadline=None)
def test_an_undone_move_leads_back_to_where_it_came_from(state: State) -> None:
    """And every move that leads to a state is found, by trying all moves from everywhere near."""
    for step, earlier in undone(WORLD, state):
        assert apply(earlier, *step) == state
    for step, after in legal(WORLD, state):
        assert (step, state) in list(undone(WORLD, after))


@given(states(), st.data())
@settings(deadline=None)
def test_undoing_an_operation_gives_the_state_before_it(state: State, data: st.DataObject) -> None:
    kind, arguments = data.draw(st.sampled_from(operations(state)))
    after = apply(state, kind, arguments)
    if kind == "remove" and "card" not in arguments:
        with pytest.raises(IllegalOperation, match="can't be undone"):
            undo_by_rules(after, kind, arguments)
    else:
        assert undo_by_rules(after, kind, arguments) == state


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD")), min_size=1, max_size=6))
def test_plans_survive_their_own_spelling(pairs: list[tuple[str, str]]) -> None:
    plan = moves(*(source + target for source, target in pairs))
    text = format_plan(plan)
    for spelling in (text, text.lower(), text.replace("; ", "\n"), text.replace("; ", " , "), f" {text}. "):
        assert parse_plan(spelling) == plan


@pytest.mark.parametrize(
    "text", ["Move a onto b, move B to C.", "move A B;; move B C;", "MOVE A TO B\nmove b c"]
)
def test_a_plan_may_be_spelt_in_some_ways(text: str) -> None:
    assert parse_plan(text) == moves("AB", "BC")


@pytest.mark.parametrize(
    "text",
    [
        "", " ; ", "move", "move A", "move AB", "move A B C", "move A B or move B A", "swap A B", "move 1 2",
        "move A B; no", "don't move A B", "move A B then move B C", "move А B", "A B", "move A into B", "B",
    ],
)  # fmt: skip
def test_anything_else_is_no_plan(text: str) -> None:
    assert parse_plan(text) is None


@given(states())
@settings(deadline=None)
def test_an_arrangement_is_read_back_from_where_its_cards_lie(state: State) -> None:
    table = Table(tuple(PILES), 448)
    places = table.places(state)
    assert table.read(dict(sorted(places.items()))) == state
    assert len(set(places.values())) == len(places), "no card covers another"
