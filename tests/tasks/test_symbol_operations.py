"""symbol_operations: rules by hand, one start, and answers that hang on what was followed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.budget import VideoBudget
from synrl.errors import IllegalOperation
from synrl.evidence import Evidence
from synrl.evidence.eye import disturbed, eye_at
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.shared.questions import Question
from synrl.tasks.symbol_operations import FAMILY
from synrl.tasks.symbol_operations.clip import animate, outline
from synrl.world.history import History, Step
from synrl.world.slots import NAMES, apply, negated, parse_plan, plan_steps, undo
from synrl.world.style import draw_style
from synrl.world.timeline import HEIGHT, HIDDEN, WIDTH, Operation, Timeline

GOLDEN_FRAMES = "f0db41c727eaa466"

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


APART = 10.0
"""Px: twice the error with which places are seen."""
FINELY = 5
"""How many times as slowly other operations are carried out to try them at all times, to within `STEP` px."""
STEP = 4.0


def test_the_shown_frames_tell_each_operation_from_every_other_one() -> None:
    """Of each other operation that is legal there, one of the frames differs from all that it ever shows."""
    mistaken, unread, told = [], [], 0
    for index, (clip, _) in enumerate(asked("forward", 75)):
        for mode, timeline in (("forward", clip), ("retrodictive", retrodictive(index))):
            shown = VideoBudget().sample(timeline.num_frames, timeline.fps)
            assert max(np.diff(shown)) <= 15
            others: dict[int, list[tuple[Operation, Pictures]]] = {}
            for operation, count in zip(timeline.operations, counts(timeline), strict=False):
                if count not in others:
                    others[count] = list(shown_of(with_every_operation(timeline, count, mode, index), count))
                seen = pictures(timeline, [f for f in shown if inside(operation, f)])
                fitting = {name(o) for o, made in others[count] if alike(seen, made).any(axis=1).all()}
                assert name(operation) in fitting
                mistaken += [(mode, index, name(operation), o) for o in fitting - {name(operation)}]
                unread += [] if can_be_read(operation, seen) else [(mode, index, name(operation))]
                told += 1
    assert told > 1000
    assert not mistaken
    assert not unread


def retrodictive(index: int) -> Timeline:
    """The clips of the same number whose reveal is at the end, so that what goes shows its value."""
    config = FAMILY.config(index % 5 + 1, "retrodictive", "choice")
    return FAMILY.simulate(config, Streams(NAME, "alone", 1, index))


def counts(clip: Timeline) -> list[int]:
    """How many tiles there are before each operation."""
    states = clip.states if clip.query["reveal"] == "end" else clip.states[1:]
    return [len(state.state["slots"]) for state in states]


def inside(operation: Operation, frame: int) -> bool:
    return operation.start_frame < frame < operation.end_frame


def name(operation: Operation) -> tuple[str, ...]:
    """What an operation does, apart from the numbers that it shows."""
    values = (operation.arguments.get(key) for key in ("slot", "source", "target", "direction"))
    slots = operation.arguments.get("slots", ())
    return operation.kind, *sorted(slots), *(value for value in values if value is not None)


def with_every_operation(clip: Timeline, count: int, mode: str, index: int) -> Timeline:
    """A clip of the same row with each operation there is on some number of tiles."""
    steps: list[Step] = []
    states: list[dict[str, Any]] = [{"slots": [*range(1, count + 1)]}]

    def carry_out(kind: str, **arguments: Any) -> None:
        steps.append(Step(kind, arguments))
        states.append(apply(states[-1], kind, arguments))

    def going(key: str, slot: str) -> dict[str, Any]:
        values = states[-1]["slots"]
        return {key: values[NAMES.index(slot)]} if clip.query["reveal"] == "end" else {}

    names = NAMES[:count]
    for step in plan_steps(states[0]):
        carry_out(step.kind, **step.arguments)
    for slot in names:
        carry_out("add", slot=slot, amount=1)
        carry_out("delete", slot=slot, **going("value", slot))
        carry_out("insert", slot=names[-1], value=1)
    for source, target in itertools.permutations(names, 2):
        carry_out("copy", source=source, target=target, **going("lost", target))
    for slot in NAMES[: count + 1] if count < clip.query["most"] else "":
        carry_out("insert", slot=slot, value=1)
        carry_out("delete", slot=NAMES[count], **going("value", NAMES[count]))
    streams = Streams(NAME, "alone", 1, index)
    glance = FINELY * FAMILY.config(index % 5 + 1, mode, "choice").glance
    history = History(tuple(steps), tuple(states))
    other = animate(history, clip.query, draw_style(streams), streams, glance)
    assert (other.poses.x[0, 0], other.poses.y[0, 0]) == (clip.poses.x[0, 0], clip.poses.y[0, 0])
    return other


Pictures = tuple[np.ndarray, np.ndarray, np.ndarray]


def pictures(clip: Timeline, frames: list[int] | range) -> Pictures:
    """Of all objects on some frames: place and kind, whether one shows, and whether it is in full sight.

    Covered tiles are of one kind, and those that show a value of another; tokens are of one for each sign.
    """
    kinds = [0 if o.shape == "tile" else sum(map(ord, sign(o.name))) for o in clip.objects]
    x, y, look = (values[list(frames)] for values in (clip.poses.x, clip.poses.y, clip.poses.look))
    tile = np.array([o.shape == "tile" for o in clip.objects])
    kind = np.where(tile & (look > 0), 1, np.broadcast_to(kinds, look.shape))
    shows = look != HIDDEN
    used, clear = shows.any(axis=0), shows & (y > 12) & (y < HEIGHT - 12)
    return np.stack([x, y, kind], axis=2)[:, used], shows[:, used], clear[:, used]


def sign(token: str) -> str:
    text = token.partition(": ")[2]
    return "+" if text.lstrip("+-").isdigit() else text


def shown_of(others: Timeline, count: int) -> Iterator[tuple[Operation, Pictures]]:
    """The operations on so many tiles, and what each of them ever shows."""
    for operation, tiles in zip(others.operations, counts(others), strict=False):
        if tiles == count:
            frames = range(operation.start_frame + 1, operation.end_frame)
            yield operation, pictures(others, frames)


def alike(one: Pictures, two: Pictures) -> np.ndarray:
    """Which pictures of one look like which of another: what is in full sight has its like, either way."""
    (a, shows_a, clear_a), (b, shows_b, clear_b) = one, two
    if not np.isin(a[clear_a][:, 2], np.unique(b[shows_b][:, 2])).all():
        return np.zeros((len(a), len(b)), bool)
    (one_x, one_y, one_kind), (two_x, two_y, two_kind) = np.moveaxis(a, 2, 0), np.moveaxis(b, 2, 0)
    near = one_kind[:, None, :, None] == two_kind[None, :, None]
    near &= np.abs(one_x[:, None, :, None] - two_x[None, :, None]) <= APART + STEP
    near &= np.abs(one_y[:, None, :, None] - two_y[None, :, None]) <= APART + STEP
    from_a = (near & shows_b[None, :, None]).any(axis=3) | ~clear_a[:, None]
    from_b = (near & shows_a[:, None, :, None]).any(axis=2) | ~clear_b[None]
    both: np.ndarray = from_a.all(axis=2) & from_b.all(axis=2)
    return both


def can_be_read(operation: Operation, seen: Pictures) -> bool:
    """Whether what an operation adds, brings in or takes away shows its value in full sight."""
    if not {"amount", "value", "lost"} & set(operation.arguments):
        return True
    kind = 1 if operation.kind != "add" else ord("+")
    places, _, clear = seen
    return bool((clear & (places[:, :, 2] == kind)).any())


@pytest.mark.parametrize("kind", ["insert", "add", "delete"])
def test_the_first_or_the_last_frame_of_an_operation_tells_it_and_none_does_not(
    rows_of: Callable[..., Any], kind: str
) -> None:
    """What a token or a tile has on it can be read from when it comes to when it goes."""
    tried = 0
    for row in rows_of(NAME, 100):
        seen = disturbed(Evidence.from_row(row), eye_at(0.64), Streams(NAME, "eye", 1, 0).eye)
        for operation in seen.operations:
            if operation.kind == kind and {"amount", "value"} & set(operation.arguments):
                rest = [f for f in range(row["num_frames"]) if not inside(operation, f)]
                for only in (operation.start_frame + 1, operation.end_frame - 1):
                    told = replace(seen.on([*rest, only]), operations=seen.operations)
                    assert FAMILY.solve(told) == FAMILY.solve(Evidence.from_row(row))
                # As if it had been noticed that something happens.
                assert FAMILY.solve(replace(seen.on(rest), operations=seen.operations)) is None
                tried += 1
    assert tried > 5


def test_nothing_is_ever_cut_by_the_edge_of_the_picture() -> None:
    for mode in ("forward", "retrodictive"):
        for clip, _ in asked(mode, 10):
            for number, item in enumerate(clip.objects):
                low, high = outline(item.shape, item.size).get_extents().get_points()
                shows = clip.poses.look[:, number] != HIDDEN
                x, y = clip.poses.x[shows, number], clip.poses.y[shows, number]
                assert (x + low[0]).min() > 0 and (x + high[0]).max() < WIDTH, item.name
                assert (y + low[1]).min() > 0 and (y + high[1]).max() < HEIGHT, item.name


def test_the_rules_speak_of_what_a_clip_may_show_and_of_nothing_else() -> None:
    signs = {"rotate": "←", "copy": "=", "add": "+3", "negate": "±", "delete": "×", "insert": "drops in"}
    for clip, question in asked("forward", 10):
        for kind, sign in signs.items():
            assert (sign in question.text) == (kind in clip.query["kinds"])
