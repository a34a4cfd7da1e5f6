"""collision_counting: counts from a third side, margins, balance."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.errors import ConfigError
from synrl.seeds import Streams
from synrl.tasks.collision_counting import FAMILY
from synrl.tasks.collision_counting.clip import (
    BOX,
    CHANGE_OF_OTHERS,
    CLEAR,
    GAP,
    GAP_OF_OTHERS,
    INSET,
    MIN_APPROACH,
)
from synrl.tasks.collision_counting.config import LEAST, CollisionConfig
from synrl.video.outlines import SHAPES
from synrl.world.collisions import WALLS
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "f6feca45544b5e3f"


def simulated(level: int, mode: str, index: int, form: str = "open") -> tuple[Timeline, str, CollisionConfig]:
    config = FAMILY.config(level, mode, form)
    assert isinstance(config, CollisionConfig)
    streams = Streams(FAMILY.name, "tests", level, index)
    timeline = FAMILY.simulate(config, streams)
    return timeline, FAMILY.ask(timeline, config, streams).answer_text, config


def turns(values: np.ndarray) -> int:
    """How often a coordinate changes direction."""
    steps = np.sign(np.diff(values))
    return int((np.diff(steps[steps != 0]) != 0).sum())


@pytest.mark.parametrize("level", [1, 2])
def test_wall_hits_are_the_turns_of_the_coordinates(level: int) -> None:
    for index in range(60):
        timeline, answer, _ = simulated(level, "perception", index)
        assert int(answer) == turns(timeline.poses.x[:, 0]) + turns(timeline.poses.y[:, 0])


@pytest.mark.parametrize("level", [3, 4, 5])
def test_touches_are_the_times_when_discs_are_closest(level: int) -> None:
    for index in range(12):
        timeline, _, _ = simulated(level, "perception", index)
        x, y = timeline.poses.x, timeline.poses.y
        near = 0
        for i, j in combinations(range(len(timeline.objects)), 2):
            reach = (timeline.objects[i].size + timeline.objects[j].size) / 2
            gap = np.hypot(x[:, i] - x[:, j], y[:, i] - y[:, j]) - reach
            assert gap.min() > -1e-6, "discs never overlap"
            lowest = (gap[1:-1] <= gap[:-2]) & (gap[1:-1] < gap[2:]) & (gap[1:-1] < 10)
            lows = np.flatnonzero(lowest) + 1
            touches = [e.frame for e in timeline.events if {e.actor, e.target} == _names(timeline, i, j)]
            assert all(min(abs(low - touch) for low in lows) <= 1 for touch in touches)
            near += len(touches)
        assert near == sum(event.kind == "touch" for event in timeline.events)


def _names(timeline: Timeline, i: int, j: int) -> set[str]:
    return {timeline.objects[i].name, timeline.objects[j].name}


@pytest.mark.parametrize("level", [1, 3, 5])
def test_shapes_stay_in_the_box_and_contacts_apart(level: int) -> None:
    for index in range(15):
        timeline, _, config = simulated(level, "perception", index)
        for i, item in enumerate(timeline.objects):
            for places in (timeline.poses.x[:, i], timeline.poses.y[:, i]):
                assert places.min() > INSET and places.max() < INSET + BOX
            frames = [e.frame for e in timeline.events if item.name in (e.actor, e.target)]
            # Of the asked shape three looks show every flight; the others do as they please.
            gap = config.glances(GAP) if item.name == timeline.query["object"] else GAP_OF_OTHERS
            assert gap == (46 if i == 0 else 6)
            assert all(later - earlier >= gap - 1 for earlier, later in pairwise(frames))
            assert all(gap - 1 <= frame <= timeline.num_frames - gap for frame in frames)


@pytest.mark.parametrize("level", [1, 2])
def test_nothing_comes_close_to_a_wall_without_hitting_it_plainly(level: int) -> None:
    """On raw positions: wherever a gap is smallest it is either wide, or closed at a good pace."""
    near = 0
    for index in range(60):
        timeline, _, config = simulated(level, "perception", index)
        pace = MIN_APPROACH / config.glance
        (item,) = timeline.objects
        for axis, values in enumerate((timeline.poses.x[:, 0], timeline.poses.y[:, 0])):
            reach = SHAPES[item.shape](item.size).get_extents().get_points()[:, axis]
            for gap, wall in (
                (values - INSET + reach[0], WALLS[2 * axis]),
                (INSET + BOX - values - reach[1], WALLS[2 * axis + 1]),
            ):
                assert gap.min() > -1e-6, "no shape leaves the box"
                hits = [event.frame for event in timeline.events if event.target == wall]
                lows = np.flatnonzero((gap[1:-1] <= gap[:-2]) & (gap[1:-1] <= gap[2:])) + 1
                for low in lows[gap[lows] < CLEAR]:
                    assert min(abs(hit - low) for hit in hits) <= 1
                for hit in hits:
                    assert gap[hit - 2] - gap[hit - 1] >= pace - 1e-6
                    assert gap[hit + 1] - gap[hit] >= pace - 1e-6
                near += len(hits)
    assert near >= 100


@pytest.mark.parametrize("level", sorted(FAMILY.levels))
def test_speed_is_kept_between_contacts_and_energy_all_through(level: int) -> None:
    for index in range(6):
        timeline, _, _ = simulated(level, "localisation", index)
        steps = np.stack([np.diff(timeline.poses.x, axis=0), np.diff(timeline.poses.y, axis=0)], axis=2)
        contacts = {event.frame - 1 for event in timeline.events}  # these steps hold a turn
        straight = [k for k in range(len(steps)) if k not in contacts]
        energy = (steps[straight] ** 2).sum(axis=(1, 2))
        np.testing.assert_allclose(energy, energy[0], rtol=1e-6)
        bends = [k for k in straight[1:] if k - 1 in straight and abs(steps[k] - steps[k - 1]).max() > 1e-6]
        assert not bends, "a turn without an event"
        turned = [abs(steps[k + 1] - steps[k - 1]).max() for k in contacts]
        assert min(turned) > 0.5 * CHANGE_OF_OTHERS, "an event without a turn"


@pytest.mark.parametrize(("level", "kind"), [(1, "walls"), (2, "walls"), (3, "walls"), (3, "touches")])
def test_every_count_is_the_answer_equally_often(level: int, kind: str) -> None:
    found: Counter[int] = Counter()
    for index in range(360 if level < 3 else 240):
        timeline, answer, config = simulated(level, "perception", index)
        if timeline.query["ask"] == kind:
            found[int(answer)] += 1
    counts = config.counts(kind)
    mean = found.total() / len(counts)
    assert set(found) == set(counts) and found.total() >= 100
    assert max(abs(seen - mean) for seen in found.values()) < 4 * (mean * (1 - 1 / len(counts))) ** 0.5


def test_how_long_a_clip_is_does_not_tell_its_count() -> None:
    """The same clip lengths for every count: their means differ by no more than chance has it."""
    lengths: dict[int, list[int]] = {}
    for index in range(400):
        timeline, answer, config = simulated(2, "perception", index)
        lengths.setdefault(int(answer), []).append(timeline.num_frames)
    low, high = map(config.glances, config.lasts)
    spread = (high - low) / 12**0.5
    for own in lengths.values():
        assert abs(np.mean(own) - (low + high) / 2) < 4 * spread / len(own) ** 0.5


@pytest.mark.parametrize("level", sorted(FAMILY.levels))
def test_what_is_counted_is_named_by_the_level_and_within_its_range(level: int) -> None:
    for index in range(8):
        timeline, answer, config = simulated(level, "perception", 500 + index)
        events, query = timeline.events, timeline.query
        mine = [event for event in events if query["object"] in (event.actor, event.target)]
        counted = {
            "walls": [event for event in mine if event.target in WALLS],
            "touches": [event for event in mine if event.target not in WALLS],
        }[query["ask"]]
        assert query["ask"] in config.most
        assert LEAST[query["ask"]] <= int(answer) == len(counted) <= config.most[query["ask"]]


@pytest.mark.parametrize("level", sorted(FAMILY.levels))
def test_a_flight_is_named_by_two_contacts_that_follow_each_other_once(level: int) -> None:
    for index in range(12):
        timeline, answer, _ = simulated(level, "localisation", index)
        name, ends = timeline.query["object"], (timeline.query["from"], timeline.query["to"])
        own = [event for event in timeline.events if name in (event.actor, event.target)]
        met = [event.target if event.actor == name else event.actor for event in own]
        (flight,) = (k for k, pair in enumerate(pairwise(met)) if pair == ends)
        span = own[flight].frame / timeline.fps, own[flight + 1].frame / timeline.fps
        assert parse_interval(answer) == pytest.approx(span, abs=0.0051)


@pytest.mark.parametrize(("knob", "value"), [("shapes", 0), ("shapes", 6), ("form", "essay")])
def test_a_knob_out_of_range_is_named(knob: str, value: object) -> None:
    knobs: dict[str, Any] = {"mode": "perception", **FAMILY.levels[1], knob: value}
    with pytest.raises(ConfigError, match=f"{knob} is {value!r}; allowed: "):
        CollisionConfig(**knobs)


@pytest.mark.parametrize("most", [{}, {"walls": 3}, {"touches": 2}, {"falls": 5}, {"walls": 5, "falls": 5}])
def test_a_count_that_leaves_no_four_options_or_is_unknown_is_named(most: dict[str, int]) -> None:
    knobs: dict[str, Any] = {"mode": "perception", **FAMILY.levels[1], "most": most}
    allowed = re.escape(f"most is {most}; allowed: walls (at least 4), touches (at least 3)")
    with pytest.raises(ConfigError, match=allowed):
        CollisionConfig(**knobs)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_asked_flight_is_in_each_quarter_equally_often(level: int) -> None:
    quarters: Counter[int] = Counter()
    for index in range(240):
        streams = Streams(FAMILY.name, "tests", level, index)
        config = FAMILY.config(level, "localisation", "choice")
        question = FAMILY.ask(FAMILY.simulate(config, streams), config, streams)
        starts = sorted(parse_interval(option) or (0, 0) for option in question.options)
        quarters[starts.index(parse_interval(question.answer_text) or (0, 0))] += 1
    assert max(abs(seen - 60) for seen in quarters.values()) < 4 * 45**0.5
