"""symbol_operations: rules by hand, one start, and answers that hang on what was followed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.errors import IllegalOperation
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.shared.questions import Question
from synrl.tasks.symbol_operations import FAMILY
from synrl.world.history import History, Step
from synrl.world.slots import NAMES, apply, negated, parse_plan, undo
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "a33ca8fa7469b920"

NAME = "symbol_operations"
STATE = {"slots": [3, -7, "x"]}

OPERATIONS = [
    ("swap", {"slots": ["A", "C"]}, ["x", -7, 3]),
    ("copy", {"source": "A", "target": "B"}, [3, 3, "x"]),
    ("copy", {"source": "C", "target": "A", "lost": 3}, ["x", -7, "x"]),
    ("negate", {"slot": "B"}, [3, 7, "x"]),
    ("negate", {"slot": "C"}, [3, -7, "-x"]),
    ("add", {"slot": "B", "amount": 5}, [3, -2, "x"]),
    ("rotate", {"direction": "left"}, [-7, "x", 3]),
    ("rotate", {"direction": "right"}, ["x", 3, -7]),
    ("delete", {"slot": "A", "value": 3}, [-7, "x"]),
    ("insert", {"slot": "B", "value": 9}, [3, 9, -7, "x"]),
    ("insert", {"slot": "D", "value": 9}, [3, -7, "x", 9]),
]


@pytest.mark.parametrize(("kind", "arguments", "after"), OPERATIONS)
def test_operations_do_what_their_names_say(kind: str, arguments: dict[str, Any], after: list[Any]) -> None:
    assert apply(STATE, kind, arguments) == {"slots": after}
    assert STATE == {"slots": [3, -7, "x"]}, "the state is left as it is"
    if kind != "copy" or "lost" in arguments:
        assert undo({"slots": after}, kind, arguments) == STATE


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        ("swap", {"slots": ["A", "A"]}, "slot A with itself"),
        ("swap", {"slots": ["A", "D"]}, "no slot D"),
        ("copy", {"source": "B", "target": "B"}, "slot B to itself"),
        ("copy", {"source": "A", "target": "B", "lost": 1}, "slot B holds -7, not 1"),
        ("add", {"slot": "C", "amount": 1}, "holds the symbol x"),
        ("rotate", {"direction": "up"}, "'up'; it goes left or right"),
        ("delete", {"slot": "A", "value": 4}, "slot A holds 3, not 4"),
        ("insert", {"slot": "F", "value": 4}, "slot F, behind a gap"),
        ("square", {}, "'square' is unknown"),
    ],
)
def test_an_illegal_operation_says_why(kind: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(IllegalOperation, match=said):
        apply(STATE, kind, arguments)


def test_what_was_destroyed_unseen_can_not_be_undone() -> None:
    for kind, arguments in (("copy", {"source": "A", "target": "B"}), ("delete", {"slot": "A"})):
        with pytest.raises(IllegalOperation, match="can't be undone"):
            undo({"slots": [3, 3, "x"]}, kind, arguments)


@given(st.lists(st.integers(-9, 9) | st.sampled_from(["x", "-y"]), min_size=3, max_size=6), st.data())
@settings(deadline=None)
def test_undoing_gives_the_state_before(values: list[Any], data: st.DataObject) -> None:
    state, slot = {"slots": values}, data.draw(st.sampled_from(NAMES[: len(values)]))
    for kind, arguments in (
        ("negate", {"slot": slot}),
        ("rotate", {"direction": "left"}),
        ("delete", {"slot": slot, "value": values[NAMES.index(slot)]}),
        ("insert", {"slot": slot, "value": 5}),
    ):
        assert undo(apply(state, kind, arguments), kind, arguments) == state
    assert all(negated(negated(value)) == value for value in values)


def test_only_one_start_fits_what_is_seen(rows_of: Callable[..., Any]) -> None:
    """Taking every operation back leads to the start, and each has one state before it: no two starts."""
    for row in rows_of(NAME, 60):
        if row["config"]["query"]["reveal"] == "end":
            state = row["states"][-1]["state"]
            for operation in reversed(row["operations"]):
                state = undo(state, operation["kind"], operation["arguments"])
            assert state == row["states"][0]["state"]


def test_of_all_rows_that_are_much_like_the_start_one_leads_to_what_is_seen(
    rows_of: Callable[..., Any],
) -> None:
    row = next(r for r in rows_of(NAME, 60) if r["mode"] == "retrodictive" and r["level"] == 1)
    steps = [Step(o["kind"], o["arguments"]) for o in row["operations"]]
    start = row["states"][0]["state"]["slots"]
    near = [*itertools.product(*((value - 1, value, value + 1) for value in start))]
    fitting = [
        list(values)
        for values in {*near, *itertools.permutations(start)}
        if History.replay({"slots": list(values)}, steps, apply).states[-1] == row["states"][-1]["state"]
    ]
    assert fitting == [start]


def asked(mode: str, count: int, form: str = "choice") -> Iterator[tuple[Timeline, Question]]:
    """Clips of all levels with their questions, without videos."""
    for index in range(count):
        config = FAMILY.config(index % 5 + 1, mode, form)
        clip = FAMILY.simulate(config, Streams(NAME, "alone", 1, index))
        yield clip, FAMILY.ask(clip, config, Streams(NAME, "alone", 1, index))


def minus(value: int | str) -> int | str:
    return -value if isinstance(value, int) else f"-{value}".replace("--", "")


def taken_back(row: list[Any], kind: str, given: dict[str, Any]) -> list[Any]:
    """The row before an operation: by hand, not by the rules of the world."""
    row, at = list(row), {name: "ABCDEFGH".index(given[name]) for name in given if name in PLACES}
    if kind == "swap":
        one, two = ("ABCDEFGH".index(name) for name in given["slots"])
        row[one], row[two] = row[two], row[one]
    elif kind == "add":
        row[at["slot"]] -= given["amount"]
    elif kind == "negate":
        row[at["slot"]] = minus(row[at["slot"]])
    elif kind == "rotate":
        row = row[-1:] + row[:-1] if given["direction"] == "left" else row[1:] + row[:1]
    elif kind == "copy":
        assert row[at["target"]] == row[at["source"]]
        row[at["target"]] = given["lost"]
    elif kind == "insert":
        assert row.pop(at["slot"]) == given["value"]
    else:
        row.insert(at["slot"], given["value"])
    return row


PLACES = ("slot", "source", "target")


def test_one_option_alone_agrees_with_the_only_start_that_leads_to_the_end() -> None:
    for clip, question in asked("retrodictive", 200):
        row = clip.states[-1].state["slots"]
        for operation in reversed(clip.operations):
            row = taken_back(row, operation.kind, dict(operation.arguments))
        place = "ABCDEFGH".index(clip.query.get("slot", "A"))
        held = ", ".join(map(str, row)) if clip.query["ask"] == "row" else str(row[place])
        assert [option for option in question.options if option == held] == [question.answer_text]


def test_one_option_alone_puts_the_value_into_the_slot() -> None:
    for clip, question in asked("predict_operations", 200):
        hidden, goal = clip.states[0 if clip.query["reveal"] == "end" else -1].state, clip.query["target"]
        right = []
        for option in question.options:
            row = hidden["slots"]
            for words in (step.split() for step in option.split("; ")):
                back = {"left": "right", "right": "left"}.get(words[-1])
                given = {"slots": words[1:], "slot": words[1], "direction": back}
                if words[0] == "negate":
                    given.pop("slots")
                row = taken_back(row, words[0], given if words[0] != "rotate" else {"direction": back})
            right += [option] if row["ABCDEFGH".index(goal["slot"])] == goal["value"] else []
        assert right == [question.answer_text]


def test_the_guess_rate_of_an_open_question_is_one_over_the_answers_it_may_have() -> None:
    for mode in ("forward", "historical", "predict_operations"):
        for clip, question in asked(mode, 20, "open"):
            answers = clip.query["answers"]
            assert question.answer_text in answers == sorted(set(answers))
            assert question.guess_rate == 1 / len(answers) <= 0.25


def test_plain_rows_of_values_are_right_as_often_as_those_with_repeats() -> None:
    """A clip may start with any values, or the option with none twice would be the right one."""
    shares: list[float] = []
    for clip, question in asked("retrodictive", 400):
        if clip.query["ask"] == "row":
            rows = {option: option.split(", ") for option in question.options}
            odd = {option: len(row) - len(set(row)) for option, row in rows.items()}
            plain = [option for option in odd if odd[option] == min(odd.values())]
            shares.append((question.answer_text in plain) / len(plain))
    assert len(shares) > 100
    assert abs(sum(shares) / len(shares) - 0.25) < 4 * (0.25 * 0.75 / len(shares)) ** 0.5


def test_the_answer_is_in_the_state_of_its_moment(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 100):
        query = row["config"]["query"]
        states = [s["state"]["slots"] for s in row["states"]]
        states = states[1:] if query["reveal"] == "start" else states[:-1]
        if "when" in query:
            values = states[{"start": 0, "end": -1}.get(query["when"], query["when"])]
            if query["ask"] == "slot":
                values = values[NAMES.index(query["slot"]) :][:1]
            assert row["answer_text"] == ", ".join(str(value) for value in values)
        elif "slot" in query:
            slot = NAMES.index(query["slot"])
            changes = [k for k in range(1, len(states)) if states[k][slot] != states[k - 1][slot]]
            assert row["answer_text"] == str(changes[0 if query["ask"] == "first" else -1])


def test_a_minus_sign_counts(rows_of: Callable[..., Any]) -> None:
    seen = 0
    for row in rows_of(NAME, 100):
        if row["answer_type"] in ("text", "ordering") and "-" in row["answer"]:
            assert score(row["answer"], row) == 1.0
            assert score(row["answer"].replace("-", "\u2212"), row) == 1.0
            assert score(row["answer"].replace("-", ""), row) == 0.0
            seen += 1
    assert seen > 3


def test_an_unknown_value_is_not_guessed(rows_of: Callable[..., Any]) -> None:
    """Without the reveal only what came in during the clip is known."""
    unknown = 0
    for row in rows_of(NAME, 60):
        evidence = replace(Evidence.from_row(row), reveals=())
        unknown += FAMILY.solve(evidence) is None
    assert unknown == 60


def test_plan_texts_may_be_spelt_in_some_ways() -> None:
    steps = [
        Step("swap", {"slots": ["A", "B"]}),
        Step("negate", {"slot": "C"}),
        Step("rotate", {"direction": "left"}),
    ]
    assert parse_plan("swap a b; Negate C\nrotate LEFT.") == steps
    for text in ("", "swap A", "negate", "rotate up", "add A 3", "swap A B C"):
        assert parse_plan(text) is None
