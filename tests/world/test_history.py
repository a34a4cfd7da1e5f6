"""Histories of any world: every step counts, and what went otherwise doesn't point at what was."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synrl.errors import IllegalOperation
from synrl.seeds import Stream, Streams
from synrl.world.history import History, Step, World, play, rivals
from synrl.world.pacing import PAUSE_FRAMES, REVEAL_FRAMES, timed

WAYS = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}


def walk(state: list[int], kind: str, arguments: Mapping[str, Any]) -> list[int]:
    """A world for these tests: walking on a board of 5 by 5 squares."""
    place = [old + arguments["far"] * step for old, step in zip(state, WAYS[kind], strict=True)]
    if not all(0 <= coordinate < 5 for coordinate in place):
        raise IllegalOperation(f"{kind} leaves the board")
    return place


def unwalk(state: list[int], kind: str, arguments: Mapping[str, Any]) -> list[int]:
    return walk(state, kind, {"far": -arguments["far"]})


WALK = World(walk, unwalk, lambda _: (), lambda _: None, str)


def wander(state: list[int], stream: Stream) -> Step:
    while True:
        step = Step(stream.choice(tuple(WAYS)), {"far": stream.integer(1, 2)})
        try:
            walk(state, *step)
        except IllegalOperation:
            continue
        return step


def stream(key: int) -> Stream:
    return Streams("history", "tests", 0, key).scene


@given(st.integers(0, 5000), st.integers(1, 10))
@settings(deadline=None)
def test_no_step_leads_back_to_any_earlier_state(key: int, count: int) -> None:
    history = play([2, 2], count, walk, wander, stream(key))
    assert len(history.steps) == count and len(history.states) == count + 1
    assert len({tuple(state) for state in history.states}) == count + 1
    assert History.replay([2, 2], history.steps, walk) == history


def test_a_history_that_runs_into_a_dead_end_is_begun_anew() -> None:
    """From 3 one can walk 3 steps to 0 or on to 9, and 5 steps only lead upwards."""

    def line(state: int, kind: str, arguments: Mapping[str, Any]) -> int:
        return min(max(state + (1 if kind == "up" else -1), 0), 9)

    for key in range(20):
        history = play(3, 5, line, lambda _, s: Step(s.choice(("up", "down")), {}), stream(key))
        assert history.states == (3, 4, 5, 6, 7, 8)


def test_replaying_an_illegal_step_is_an_error() -> None:
    steps = [Step("north", {"far": 2}), Step("north", {"far": 1})]
    assert History.replay([0, 2], steps[:1], walk).states == ([0, 2], [0, 4])
    with pytest.raises(IllegalOperation, match="north leaves the board"):
        History.replay([0, 2], steps, walk)


def end(history: History) -> tuple[int, ...]:
    return tuple(history.states[-1])


def elsewhere(last: tuple[int, ...], stream: Stream) -> tuple[int, ...]:
    return (stream.integer(0, 4), stream.integer(0, 4))


@given(st.integers(0, 5000), st.integers(1, 6), st.sampled_from(["start", "end"]))
@settings(deadline=None)
def test_rivals_are_distinct_fit_and_never_equal_the_truth(key: int, count: int, reveal: str) -> None:
    draws = stream(key)
    history = play([2, 2], 4, walk, wander, draws)
    wrong = rivals(history, reveal, WALK, wander, end, lambda found: found != (0, 0), elsewhere, count, draws)
    assert len(wrong) == len(set(wrong)) == count
    assert end(history) not in wrong and (0, 0) not in wrong


@given(st.integers(0, 5000))
@settings(deadline=None)
def test_each_rival_is_what_comes_of_one_more_changed_step(key: int) -> None:
    """Asking for all steps shows the histories themselves: two chains that set out from the truth."""
    draws = stream(key)
    history = play([2, 2], 5, walk, wander, draws)

    def steps(other: History) -> tuple[Any, ...]:
        return tuple((kind, given_["far"]) for kind, given_ in other.steps)

    def never(last: Any, stream: Stream) -> Any:
        raise AssertionError("other histories are there in plenty")

    truth = steps(history)
    last, restarts = truth, 0
    for rival in rivals(history, "start", WALK, wander, steps, lambda _: True, never, 4, draws):
        if differences(rival, last) != 1:
            last, restarts = truth, restarts + 1
        assert differences(rival, last) == 1
        last = rival
    assert restarts <= 1


def test_rivals_share_the_end_that_can_be_read() -> None:
    """A start that is asked for is another one in another history, though the end is the same."""
    found = set()
    for key in range(40):
        draws = stream(key)
        history = play([2, 2], 4, walk, wander, draws)

        def start_and_end(other: History) -> Any:
            return tuple(other.states[0]), tuple(other.states[-1])

        for start, last in rivals(
            history, "end", WALK, wander, start_and_end, lambda _: True, lambda last, _: last, 2, draws
        ):
            assert last == end(history)
            found.add(start != (2, 2))
    assert found == {True}


def differences(one: tuple[Any, ...], two: tuple[Any, ...]) -> int:
    return sum(a != b for a, b in zip(one, two, strict=True))


def test_the_truth_stands_anywhere_in_the_chain_of_answers_alike() -> None:
    """Without other histories each answer is made from the last one, which shows the chain."""
    history = History.replay([0, 0], [Step("north", {"far": 1})], walk)
    places: Counter[int] = Counter()
    for key in range(800):
        fresh, made_from = itertools.count(1), []

        def otherwise(last: int, _: Stream, fresh: Any = fresh, made_from: list[int] = made_from) -> int:
            made_from.append(last)
            return next(fresh)

        found = rivals(
            history, "start", WALK, lambda *_: Step("north", {"far": 1}), lambda _: 0, lambda _: True,
            otherwise, 3, stream(key),
        )  # fmt: skip
        assert found == [1, 2, 3] and made_from[0] == 0
        # The chain starts again from the truth (0) after as many answers as come before it.
        places[made_from.index(0, 1) if 0 in made_from[1:] else 3] += 1
    # At either end there is but one chain: that happens twice as often as each place inside.
    expected = {1: 200, 2: 200, 3: 400}
    assert set(places) == set(expected)
    assert all(abs(places[place] - mean) < 4 * (mean * 0.75) ** 0.5 for place, mean in expected.items())


@pytest.mark.parametrize("reveal", ["start", "end"])
def test_operations_follow_each_other_with_rests_between_and_two_seconds_to_read(reveal: str) -> None:
    for key in range(30):
        draws = stream(key)
        history = play([2, 2], 6, walk, wander, draws)
        operations, states, num_frames = timed(history, reveal, draws, 15)
        assert [(o.kind, o.arguments) for o in operations] == [tuple(step) for step in history.steps]
        assert [o.index for o in operations] == list(range(6))
        assert all(18 <= o.end_frame - o.start_frame <= 30 for o in operations)
        rests = [b.start_frame - a.end_frame for a, b in itertools.pairwise(operations)]
        assert set(rests) == {PAUSE_FRAMES}
        assert operations[0].start_frame == REVEAL_FRAMES + PAUSE_FRAMES
        assert num_frames == operations[-1].end_frame + PAUSE_FRAMES + REVEAL_FRAMES

        after = {o.end_frame: state for o, state in zip(operations, history.states[1:], strict=True)}
        assert [s.state for s in states if s.frame in after] == list(after.values())
        (visible,) = [i for i, state in enumerate(states) if state.visible]
        shown = states[visible]
        if reveal == "start":
            assert (shown.frame, shown.state, states[1].frame) == (0, history.states[0], REVEAL_FRAMES)
            assert states[1].state == history.states[0] and visible == 0
        else:
            assert (shown.frame, shown.state) == (num_frames - REVEAL_FRAMES, history.states[-1])
            assert visible == len(states) - 1
