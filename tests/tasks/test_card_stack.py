"""card_stack: nothing hidden shows, every start is the only one, plans are judged by the rules."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import synrl.dataset.rows
from synrl.dataset.rows import make_row
from synrl.errors import IllegalOperation
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.card_stack import FAMILY
from synrl.tasks.shared.questions import Question
from synrl.video.raster import rgb_frames
from synrl.world.cards import WORLD, all_moves, apply, format_plan, parse_plan
from synrl.world.history import History, Step
from synrl.world.plans import succeeds
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "9f41a7b9a2410e4c"


def timeline(level: int, mode: str, index: int, form: str = "choice") -> Timeline:
    return FAMILY.simulate(FAMILY.config(level, mode, form), Streams(FAMILY.name, "tests", level, index))


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(synrl.dataset.rows, "encode", lambda *_: b"")
    made = [make_row(FAMILY.name, split="train", seed=1, index=i).to_dict() for i in range(80)]
    return [json.loads(json.dumps({**row, "video": None})) for row in made]


@pytest.mark.parametrize("mode", ["forward", "retrodictive"])
def test_hidden_frames_are_the_same_whatever_the_faces(mode: str) -> None:
    clip = timeline(3, mode, 0)  # level 3 adds and removes no cards, which show their face
    names = [item.name for item in clip.objects]
    turned = names[1:] + names[:1]
    other = replace(
        clip,
        objects=tuple(replace(item, name=name) for item, name in zip(clip.objects, turned, strict=True)),
    )
    pictures = [rgb_frames(FAMILY.draw(c), c.poses) for c in (clip, other)]
    (reveal,) = [i for i, state in enumerate(clip.states) if state.visible]
    start = clip.states[reveal].frame
    end = clip.states[reveal + 1].frame if reveal + 1 < len(clip.states) else clip.num_frames
    assert end - start == 60
    for frame, (one, two) in enumerate(zip(*pictures, strict=True)):
        assert np.array_equal(one, two) == (not start <= frame < end), frame


def test_exactly_one_end_of_every_clip_can_be_read(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        visible = [i for i, state in enumerate(row["states"]) if state["visible"]]
        assert visible in ([0], [len(row["states"]) - 1])
        assert (visible == [0]) == (row["config"]["query"]["reveal"] == "start")


def test_every_operation_changes_the_state_and_none_returns_to_an_earlier_one(
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        states = [json.dumps(state["state"]) for state in row["states"]]
        assert len(set(states)) == len(row["operations"]) + 1


def test_operations_last_as_long_as_the_paper_says(rows: list[dict[str, Any]]) -> None:
    lengths = [o["end_frame"] - o["start_frame"] for row in rows for o in row["operations"]]
    assert min(lengths) >= 15 and max(lengths) <= 30


@pytest.mark.parametrize("level", [1, 3, 5])
def test_only_one_start_fits_what_is_seen(level: int) -> None:
    """By trying every one: all ways to lay the cards on the places that are taken at the start."""
    for index in range(3):
        clip = timeline(level, "retrodictive", index)
        start, end = clip.states[0].state, clip.states[-1].state
        arrivals = [o.arguments["card"] for o in clip.operations if o.kind == "add"]
        departed = [o.arguments["card"] for o in clip.operations if o.kind == "remove"]
        cards = sorted({c for pile in end.values() for c in pile} | set(departed) - set(arrivals))
        cards = [card for card in cards if card not in arrivals]
        heights = {pile: len(held) for pile, held in start.items()}
        if len(cards) > 7:
            continue  # 8! orders take too long
        fitting = []
        for order in itertools.permutations(cards):
            rest = iter(order)
            state = {pile: tuple(itertools.islice(rest, height)) for pile, height in heights.items()}
            first = state
            try:
                for o in clip.operations:
                    state = apply(state, o.kind, o.arguments)
            except IllegalOperation:
                continue
            if {pile: list(held) for pile, held in state.items()} == end:
                fitting.append({pile: list(held) for pile, held in first.items()})
        assert fitting == [start]


def test_a_missed_operation_is_noticed_or_changes_the_answer() -> None:
    wrong = 0
    for index in range(30):
        clip = timeline(3, "forward", index, form="open")
        seen = Evidence.from_row(
            dict(fps=30.0, num_frames=clip.num_frames, options=[], config={"query": clip.query})
            | synrl.dataset.rows.tables(clip)
        )
        whole = FAMILY.solve(seen)
        wrong += any(
            FAMILY.solve(replace(seen, operations=seen.operations[:k] + seen.operations[k + 1 :])) != whole
            for k in range(len(seen.operations))
        )
    assert wrong == 30


def test_plans_are_judged_by_the_rules(rows: list[dict[str, Any]]) -> None:
    plans = [row for row in rows if row["answer_type"] == "plan"]
    assert len(plans) >= 5
    for row in plans:
        query = row["config"]["query"]
        hidden = row["states"][0 if query["reveal"] == "end" else -1]["state"]
        piles = list(hidden)
        assert score(row["answer"], row) == 1.0
        assert score(row["answer"].replace("; ", "\n"), row) == 1.0
        longer = "; ".join([row["answer"], *[f"move {piles[0]} {piles[1]}"] * query["moves"]])
        assert score(longer, row) == 0.0, "too long"
        assert score("move A A", row) == score("move A Z", row) == score("shuffle", row) == 0.0
        pairs = itertools.permutations(piles, 2)
        steps = [Step("move", {"source": source, "target": target}) for source, target in pairs]
        lengths = range(1, query["moves"] + 1)
        moves = itertools.chain.from_iterable(itertools.product(steps, repeat=n) for n in lengths)
        right = [plan for plan in moves if score(format_plan(plan), row)]
        goal = query["target"]
        assert right and all(end(hidden, plan)[goal["pile"]][-1:] == [goal["card"]] for plan in right)


def end(state: dict[str, list[str]], plan: Any) -> dict[str, list[str]]:
    after = History.replay({pile: tuple(cards) for pile, cards in state.items()}, plan, apply).states[-1]
    return {pile: list(cards) for pile, cards in after.items()}


def test_exactly_one_offered_plan_works(rows: list[dict[str, Any]]) -> None:
    offered = [row for row in rows if row["mode"] == "predict_operations" and row["options"]]
    for row in offered:
        works = [succeeds(WORLD, row, option) for option in row["options"]]
        assert works == [option == row["answer_text"] for option in row["options"]]


def test_offered_piles_have_the_height_that_shows_and_not_what_can_be_read(
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        query = row["config"]["query"]
        if row["options"] and query["ask"] in ("top", "pile"):
            assert len({option.count(",") for option in row["options"]}) == 1
            shown = row["states"][0 if query["reveal"] == "start" else -1]["state"][query["pile"]]
            read = ", ".join(shown[-1:] if query["ask"] == "top" else shown)
            assert read not in row["options"]


def asked(mode: str, count: int, form: str = "choice") -> Iterator[tuple[Timeline, Question]]:
    """Clips of all levels with their questions, without videos."""
    for index in range(count):
        level = index % 5 + 1
        clip, config = timeline(level, mode, index, form), FAMILY.config(level, mode, form)
        yield clip, FAMILY.ask(clip, config, Streams(FAMILY.name, "tests", level, index))


Places = dict[str, list[str]]


def carried_out(piles: Places, kind: str, given: Mapping[str, Any], back: bool = False) -> Places:
    """The piles after an operation, or before it: by hand, not by the rules of the world."""
    piles = {pile: list(cards) for pile, cards in piles.items()}
    if kind == "move":
        source, target = ("target", "source") if back else ("source", "target")
        piles[given[target]].append(piles[given[source]].pop())
    elif kind == "bury":
        cards = piles[given["pile"]]
        cards.append(cards.pop(0)) if back else cards.insert(0, cards.pop())
    elif kind == "swap":
        one, two = (piles[pile] for pile in given["piles"])
        one[-1], two[-1] = two[-1], one[-1]
    elif (kind == "add") == back:
        assert piles[given["pile"]].pop() == given.get("card")
    else:
        piles[given["pile"]].append(given["card"])
    return piles


def test_one_option_alone_agrees_with_the_only_start_that_leads_to_the_end() -> None:
    for clip, question in asked("retrodictive", 200):
        piles = clip.states[-1].state
        for operation in reversed(clip.operations):
            piles = carried_out(piles, operation.kind, operation.arguments, back=True)
        cards = piles[clip.query["pile"]]
        held = cards[-1] if clip.query["ask"] == "top" else ", ".join(cards)
        assert [option for option in question.options if option == held] == [question.answer_text]


def test_one_option_alone_leads_to_the_target() -> None:
    for clip, question in asked("predict_operations", 200):
        hidden, goal = clip.states[0 if clip.query["reveal"] == "end" else -1].state, clip.query["target"]
        right = []
        for option in question.options:
            piles = hidden
            for step in option.split("; "):
                _, source, target = step.split()
                piles = carried_out(piles, "move", {"source": source, "target": target})
            right += [option] if piles[goal["pile"]][-1:] == [goal["card"]] else []
        assert right == [question.answer_text]


def test_the_guess_rate_of_an_open_question_is_one_over_the_answers_it_may_have() -> None:
    for mode in ("forward", "historical", "predict_operations"):
        for clip, question in asked(mode, 20, "open"):
            answers = clip.query["answers"]
            assert question.answer_text in answers == sorted(set(answers))
            assert question.guess_rate == 1 / len(answers) <= 0.25


def test_no_card_is_the_answer_more_often_for_having_been_on_top_or_among_the_shown_ones() -> None:
    """The option that was highest on the table at the start is right as often as any other."""
    shares: list[float] = []
    for clip, question in itertools.chain(asked("forward", 250), asked("retrodictive", 250)):
        if clip.query["ask"] == "top":
            shown = next(state.state for state in clip.states if state.visible)
            above = {card: len(pile) - k for pile in shown.values() for k, card in enumerate(pile)}
            depths = {option: above.get(option, 9) for option in question.options}
            highest = [option for option in depths if depths[option] == min(depths.values())]
            shares.append((question.answer_text in highest) / len(highest))
    assert len(shares) > 100
    assert abs(sum(shares) / len(shares) - 0.25) < 4 * (0.25 * 0.75 / len(shares)) ** 0.5


def test_plan_texts_and_moves_are_inverse() -> None:
    state = {"A": ("7♥",), "B": ("K♠", "2♦"), "C": ()}
    for move in all_moves(state):
        assert parse_plan(format_plan([move, move])) == [move, move]
    for text in ("", "move A", "move A B C", "move A B or move B A", "swap A B", "move AB"):
        assert parse_plan(text) is None


def test_rules_leave_the_state_alone_and_refuse_the_illegal() -> None:
    state = {"A": ("7♥",), "B": ("K♠", "2♦"), "C": ()}
    assert apply(state, "move", {"source": "B", "target": "C"}) == {"A": ("7♥",), "B": ("K♠",), "C": ("2♦",)}
    assert apply(state, "bury", {"pile": "B"})["B"] == ("2♦", "K♠")
    assert apply(state, "swap", {"piles": ["A", "B"]}) == {"A": ("2♦",), "B": ("K♠", "7♥"), "C": ()}
    assert apply(state, "add", {"pile": "C", "card": "9♣"})["C"] == ("9♣",)
    assert apply(state, "remove", {"pile": "A"})["A"] == ()
    assert state == {"A": ("7♥",), "B": ("K♠", "2♦"), "C": ()}
    for kind, arguments in (
        ("move", {"source": "C", "target": "A"}),
        ("move", {"source": "A", "target": "A"}),
        ("move", {"source": "A", "target": "Z"}),
        ("bury", {"pile": "A"}),
        ("swap", {"piles": ["A", "C"]}),
        ("swap", {"piles": ["B", "B"]}),
        ("add", {"pile": "C", "card": "7♥"}),
        ("remove", {"pile": "C"}),
        ("remove", {"pile": "A", "card": "2♦"}),
        ("juggle", {}),
    ):
        with pytest.raises(IllegalOperation):
            apply(state, kind, arguments)


def test_no_card_comes_back(rows_of: Callable[..., Any]) -> None:
    added = 0
    for row in rows_of("card_stack", 120):
        seen = {card for cards in row["states"][0]["state"].values() for card in cards}
        for step in row["operations"]:
            if step["kind"] == "add":
                assert step["arguments"]["card"] not in seen
                seen.add(step["arguments"]["card"])
                added += 1
    assert added > 20
