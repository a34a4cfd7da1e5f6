"""chip_container: nothing hidden shows, every start is the only one, plans are judged by the rules."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import synrl.dataset.rows
from synrl.dataset.rows import make_row
from synrl.errors import ConfigError, IllegalOperation
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks.chip_container import FAMILY
from synrl.tasks.chip_container.asks import COUNTS
from synrl.tasks.chip_container.clip import animate, legible
from synrl.tasks.chip_container.config import ChipConfig
from synrl.tasks.shared.questions import Question
from synrl.video.raster import rgb_colour, rgb_frames
from synrl.world.chips import VALUES, WORLD, apply, format_plan
from synrl.world.history import History, Step
from synrl.world.plans import succeeds
from synrl.world.style import PALETTES
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "02784b02b38e6075"


def clip(level: int, mode: str, index: int, form: str = "choice") -> tuple[Timeline, Question]:
    config, streams = FAMILY.config(level, mode, form), Streams(FAMILY.name, "tests", level, index)
    timeline = FAMILY.simulate(config, streams)
    return timeline, FAMILY.ask(timeline, config, streams)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synrl.dataset.rows, "encode", lambda *_: b"")
        made = [make_row(FAMILY.name, split="train", seed=1, index=i).to_dict() for i in range(60)]
    return [json.loads(json.dumps({**row, "video": None})) for row in made]


def shown(row: dict[str, Any]) -> dict[str, list[int]]:
    """The contents that can be read."""
    (state,) = (state["state"] for state in row["states"] if state["visible"])
    return dict(state)


# --- what can be seen -------------------------------------------------------------------------------


@pytest.mark.parametrize("reveal", ["start", "end"])
def test_closed_containers_look_the_same_whatever_they_hold(reveal: str) -> None:
    """The same operations on other hidden chips: only the readable end differs."""
    pour = [Step("pour", {"source": "A", "target": "C"})] if reveal == "start" else []
    steps = [
        Step("swap", {"containers": ["A", "B"]}),
        Step("move", {"source": "B", "target": "C", "chip": 25}),
        Step("add", {"container": "A", "chip": 5}),
        *pour,
        Step("remove", {"container": "C", "chip": 25}),
    ]
    pictures = []
    for other in (10, 50):
        start = {"A": (25, other), "B": (other,), "C": ()}
        query = {"reveal": reveal, "containers": 3}
        timeline = animate(History.replay(start, steps, apply), query, Streams("x", "y", 1, 2), 15)
        pictures.append(list(rgb_frames(FAMILY.draw(timeline), timeline.poses)))
    end = timeline.num_frames
    readable = range(60) if reveal == "start" else range(end - 60, end)
    for frame, (one, two) in enumerate(zip(*pictures, strict=True)):
        assert np.array_equal(one, two) == (frame not in readable), frame


def test_exactly_one_end_of_every_clip_can_be_read(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        visible = [i for i, state in enumerate(row["states"]) if state["visible"]]
        assert visible == [0 if row["config"]["query"]["reveal"] == "start" else len(row["states"]) - 1]
        start = row["states"][visible[0]]["frame"]
        bag = next(track for track in row["tracks"] if track["name"] == "bag 1")
        closed = np.array(bag["visible"])
        assert (~closed).sum() == 60 and not closed[start : start + 60].any()


def test_a_chip_shows_its_face_long_enough_above_the_bags(rows: list[dict[str, Any]]) -> None:
    for row in rows[:40]:
        top = next(t for t in row["tracks"] if t["name"] == "bag 1")["y"][0] - row["objects"][-1]["size"] / 2
        for operation in row["operations"]:
            if "chip" in operation["arguments"]:
                inside = slice(operation["start_frame"] + 1, operation["end_frame"])
                free = [
                    np.array(t["visible"][inside])
                    & (np.array(t["y"][inside]) < top - 17)
                    & (np.array(t["y"][inside]) > 17)
                    for t in row["tracks"]
                ]
                assert max(map(np.sum, free)) >= 9, operation


def test_numbers_stand_out_from_every_chip() -> None:
    for palette in PALETTES:
        for colour in palette.colours.values():
            contrast = np.linalg.norm(np.subtract(rgb_colour(colour), rgb_colour(legible(colour))))
            assert contrast > 0.65, colour


def test_every_operation_changes_the_state_and_none_returns_to_an_earlier_one(
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        states = [json.dumps(state["state"]) for state in row["states"]]
        assert len(set(states)) == len(row["operations"]) + 1


def test_a_bag_tips_over_only_with_its_mouth_above_the_one_it_pours_into_and_without_an_arrow() -> None:
    poured = 0
    for index in range(8):
        timeline, _ = clip(5, "forward", index)
        poses, names = timeline.poses, [item.name for item in timeline.objects]
        bags = [k for k, name in enumerate(names) if name.startswith("bag")]
        places = np.sort(poses.x[0, bags])
        for operation in timeline.operations:
            for frame in range(operation.start_frame, operation.end_frame):
                for bag in bags:
                    angle = np.radians(poses.angle[frame, bag])
                    if angle == 0:
                        continue
                    height = timeline.objects[bag].size * poses.scale[frame, bag]
                    mouth = poses.x[frame, bag] + height / 2 * np.sin(angle)
                    nearest = "ABCD"[int(np.argmin(np.abs(places - mouth)))]
                    assert operation.kind == "pour" and nearest == operation.arguments["target"]
                    assert poses.look[frame, bag] == 0
                    poured += 1
    assert poured > 50


# --- one answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2, 3])
def test_only_one_start_fits_what_is_seen(level: int) -> None:
    """By trying every one: all ways to put the chips there were at the start into the containers."""
    for index in range(4):
        timeline, _ = clip(level, "retrodictive", index)
        start, end = timeline.states[0].state, timeline.states[-1].state
        chips = Counter(chip for held in end.values() for chip in held)
        for o in timeline.operations:
            change = {"add": -1, "remove": 1}.get(o.kind)
            if change:
                chips[o.arguments["chip"]] += change
        fitting = set()
        for where in itertools.product(start, repeat=chips.total()):
            pairs = list(zip(chips.elements(), where, strict=True))
            first = {name: tuple(sorted(chip for chip, place in pairs if place == name)) for name in start}
            state = first
            try:
                for o in timeline.operations:
                    state = apply(state, o.kind, o.arguments)
            except IllegalOperation:
                continue
            if {name: list(held) for name, held in state.items()} == end:
                fitting.add(json.dumps(first))
        assert fitting == {json.dumps(start)}


def test_no_pour_is_to_be_taken_back(rows: list[dict[str, Any]]) -> None:
    kinds: dict[str, set[str]] = {"start": set(), "end": set()}
    for row in rows:
        kinds[row["config"]["query"]["reveal"]] |= {o["kind"] for o in row["operations"]}
    assert kinds["start"] == {"add", "remove", "move", "swap", "pour"}
    assert kinds["end"] == {"add", "remove", "move", "swap"}


def test_a_missed_operation_is_noticed() -> None:
    for level, mode in itertools.product((1, 3, 5), ("forward", "retrodictive")):
        timeline, question = clip(level, mode, 3, form="open")
        seen = Evidence.from_row(
            dict(fps=30.0, num_frames=timeline.num_frames, options=[], config={"query": timeline.query})
            | synrl.dataset.rows.tables(timeline)
        )
        assert FAMILY.solve(seen) == question.answer_text
        assert FAMILY.solve(replace(seen, reveals=())) is None
        for k in range(len(seen.operations) - 1):
            rest = seen.operations[:k] + seen.operations[k + 1 :]
            assert FAMILY.solve(replace(seen, operations=rest)) is None
        impossible = {"forward": "remove", "retrodictive": "add"}[mode]
        other = replace(seen.operations[0], kind=impossible, arguments={"container": "A", "chip": 7})
        assert FAMILY.solve(replace(seen, operations=(other, *seen.operations[1:]))) is None


# --- answers ----------------------------------------------------------------------------------------


def test_answers_by_hand() -> None:
    """A clip told by hand, and the answer to every question about it from both implementations."""
    start = {"A": (5, 25), "B": (10,), "C": (), "D": (1, 1)}
    steps = [
        Step("move", {"source": "A", "target": "C", "chip": 25}),
        Step("add", {"container": "C", "chip": 100}),
        Step("swap", {"containers": ["B", "C"]}),
        Step("pour", {"source": "D", "target": "B"}),
        Step("remove", {"container": "B", "chip": 25}),
    ]  # A: 5; B: 1, 1, 100; C: 10; D: nothing
    asked = [
        ({"ask": "total", "container": "B", "when": "end"}, "102"),
        ({"ask": "total", "container": "B", "when": 4}, "127"),
        ({"ask": "count", "container": "B", "when": "end"}, "3"),
        ({"ask": "chips", "container": "B", "when": "end"}, "1, 1, 100"),
        ({"ask": "chips", "container": "C", "when": 2}, "25, 100"),
        ({"ask": "richest", "when": "end"}, "B"),
        ({"ask": "first_change", "container": "B"}, "3"),
        ({"ask": "last_change", "container": "C"}, "3"),
        ({"ask": "last_change", "container": "A"}, "1"),
        ({"ask": "peak", "container": "B"}, "4"),
        ({"ask": "peak", "container": "C"}, "2"),
    ]
    config = ChipConfig(
        mode="historical",
        form="open",
        containers=4,
        chips=5,
        num_operations=5,
        kinds=("add", "remove"),
        plan_moves=1,
    )
    for query, answer in asked:
        common = {"reveal": "start", "form": "open", "containers": 4, "kinds": ["swap", "pour"]}
        query = {**common, "answers": [answer], **query}
        streams = Streams("x", "y", 1, 2)
        timeline = animate(History.replay(start, steps, apply), query, streams, 15)
        row = dict(fps=30.0, num_frames=timeline.num_frames, options=[], config={"query": query})
        assert FAMILY.ask(timeline, config, streams).answer_text == answer, query
        assert FAMILY.solve(Evidence.from_row(row | synrl.dataset.rows.tables(timeline))) == answer, query


def test_no_answer_can_be_read_or_is_of_nothing(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        query = row["config"]["query"]
        if query["ask"] in ("total", "count", "chips"):
            held = shown(row)[query["container"]]
            texts = {"total": sum(held), "count": len(held), "chips": ", ".join(map(str, held))}
            assert str(texts[query["ask"]]) not in (row["answer_text"], *row["options"])
            assert row["answer_text"] not in ("", "0")


def test_a_number_of_chips_is_even_given_what_can_be_read() -> None:
    found: Counter[tuple[int, int]] = Counter()
    for index in range(600):
        timeline, question = clip(2, "forward", index, form="open")
        if timeline.query["ask"] == "count":
            found[len(timeline.states[0].state[timeline.query["container"]]), int(question.answer_text)] += 1
    for read in (1, 2, 3):
        counts = [found[read, count] for count in COUNTS if count != read]
        mean = sum(counts) / 4
        assert mean > 8 and max(abs(count - mean) for count in counts) < 4 * (mean * 0.75) ** 0.5


def test_the_number_of_an_operation_is_any_equally_often() -> None:
    found: dict[str, Counter[str]] = {"first_change": Counter(), "last_change": Counter(), "peak": Counter()}
    for index in range(500):
        timeline, question = clip(1, "historical", index, form="open")
        if timeline.query["ask"] in found:
            found[timeline.query["ask"]][question.answer_text] += 1
    for counts in found.values():
        mean = counts.total() / 4
        assert set(counts) == set("1234")
        assert max(abs(count - mean) for count in counts.values()) < 4 * (mean * 0.75) ** 0.5


def test_the_truth_is_no_more_often_the_smallest_or_the_nearest_to_what_can_be_read() -> None:
    ranks: dict[str, Counter[int]] = {"size": Counter(), "nearness": Counter()}
    for index in range(500):
        timeline, question = clip(1, "forward", index)
        if timeline.query["ask"] == "total":
            truth = int(question.answer_text)
            read = sum(timeline.states[0].state[timeline.query["container"]])
            totals = list(map(int, question.options))
            ranks["size"][sorted(totals).index(truth)] += 1
            near = sorted(totals, key=lambda total: abs(total - read))
            ranks["nearness"][near.index(truth)] += 1
    for counts in ranks.values():
        mean = counts.total() / 4
        assert mean > 25 and max(abs(counts[i] - mean) for i in range(4)) < 3 * (mean * 0.75) ** 0.5


# --- plans ------------------------------------------------------------------------------------------


def test_plans_are_judged_by_the_rules(rows: list[dict[str, Any]]) -> None:
    plans = [row for row in rows if row["answer_type"] == "plan"]
    assert len(plans) >= 5
    for row in plans:
        query = row["config"]["query"]
        hidden = row["states"][0 if query["reveal"] == "end" else -1]["state"]
        assert score(row["answer"], row) == 1.0
        assert score(row["answer"].replace("; ", "\n"), row) == 1.0
        assert score(f"{row['answer']}; move 5 A B; move 5 B A", row) == 0.0, "too long"
        assert score("move 5 A A", row) == score("move 5 A Z", row) == score("shuffle", row) == 0.0
        if query["moves"] > 2:
            continue  # too many plans to try them all
        pairs = itertools.permutations(hidden, 2)
        steps = [Step("move", {"source": a, "target": b, "chip": c}) for a, b in pairs for c in VALUES]
        tried = (plan for n in range(1, query["moves"] + 1) for plan in itertools.product(steps, repeat=n))
        right = [plan for plan in tried if succeeds(WORLD, row, format_plan(plan))]
        assert right and all(len(plan) == query["moves"] for plan in right), "a shorter plan works"
        for plan in right:
            state = {name: tuple(held) for name, held in hidden.items()}
            last = History.replay(state, plan, apply).states[-1]
            assert {name: list(held) for name, held in last.items()} == query["target"]


def test_the_form_of_a_plan_has_no_more_moves_than_are_asked_for() -> None:
    for level in range(1, 6):
        for index in range(3):
            timeline, question = clip(level, "predict_operations", index, form="open")
            example = question.text.rpartition('Answer like "')[2]
            assert 1 <= example.count("move") <= timeline.query["moves"]


def test_exactly_one_offered_plan_works(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["mode"] == "predict_operations" and row["options"]:
            works = [succeeds(WORLD, row, option) for option in row["options"]]
            assert works == [option == row["answer_text"] for option in row["options"]]


def test_one_option_and_one_start_fit_in_many_clips() -> None:
    """Every start with one chip more, less or elsewhere is tried, and every option."""
    for index in range(200):
        timeline, question = clip(1 + index % 5, "predict_operations", index)
        hidden = timeline.states[-1 if timeline.query["reveal"] == "start" else 0].state
        target = timeline.query["target"]
        works = [carried_out(hidden, option) == target for option in question.options]
        assert works == [option == question.answer_text for option in question.options]
        timeline, _ = clip(1 + index % 5, "retrodictive", index)
        steps = [Step(operation.kind, operation.arguments) for operation in timeline.operations]
        start, end = ({name: tuple(c) for name, c in timeline.states[k].state.items()} for k in (0, -1))
        for other in starts_nearby(start):
            try:
                final = History.replay(other, steps, apply).states[-1]
            except IllegalOperation:
                continue
            assert {name: tuple(chips) for name, chips in final.items()} != end


def carried_out(hidden: dict[str, list[int]], plan: str) -> dict[str, list[int]] | None:
    held = {name: list(chips) for name, chips in hidden.items()}
    for _, chip, source, target in map(str.split, plan.split("; ")):
        if int(chip) not in held[source]:
            return None
        held[source].remove(int(chip))
        held[target].append(int(chip))
    return {name: sorted(chips) for name, chips in held.items()}


def starts_nearby(start: dict[str, tuple[int, ...]]) -> list[dict[str, tuple[int, ...]]]:
    found = []
    for name, chips in start.items():
        found += [{**start, name: tuple(sorted((*chips, chip)))} for chip in VALUES]
        for k in range(len(chips)):
            fewer = {**start, name: (*chips[:k], *chips[k + 1 :])}
            found.append(fewer)
            others = (other for other in start if other != name)
            found += [{**fewer, other: tuple(sorted((*start[other], chips[k])))} for other in others]
    return found


def test_kinds_that_could_not_reach_enough_states_are_refused() -> None:
    knobs = dict(mode="forward", containers=2, chips=3, num_operations=4, plan_moves=1)
    with pytest.raises(ConfigError, match="allowed: add, remove and any of move, swap, pour"):
        ChipConfig(**knobs, kinds=("move", "swap"))
