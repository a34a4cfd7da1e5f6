"""collision_counting: counts from a third side, margins, balance."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.seeds import Streams
from synrl.tasks.collision_counting import BOX, FAMILY, INSET, CollisionConfig
from synrl.world.timeline import Timeline


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
            assert all(later - earlier >= config.gap - 1 for earlier, later in pairwise(frames))
            assert all(config.gap - 1 <= frame <= timeline.num_frames - config.gap for frame in frames)


def test_every_count_is_the_answer_equally_often() -> None:
    for level, most in ((1, 4), (2, 6)):
        found = Counter(int(simulated(level, "perception", i)[1]) for i in range(360))
        mean = 360 / most
        assert set(found) == set(range(1, most + 1))
        assert max(abs(seen - mean) for seen in found.values()) < 4 * (mean * (1 - 1 / most)) ** 0.5


def test_the_asked_flight_is_in_each_quarter_equally_often() -> None:
    quarters: Counter[int] = Counter()
    for index in range(240):
        streams, config = Streams(FAMILY.name, "tests", 1, index), FAMILY.config(1, "localisation", "choice")
        question = FAMILY.ask(FAMILY.simulate(config, streams), config, streams)
        starts = sorted(parse_interval(option) or (0, 0) for option in question.options)
        quarters[starts.index(parse_interval(question.answer_text) or (0, 0))] += 1
    assert max(abs(seen - 60) for seen in quarters.values()) < 4 * 45**0.5
