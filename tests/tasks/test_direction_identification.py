"""direction_identification: margins, balance, and what time reversal does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.evidence import Evidence
from synrl.rows import tables
from synrl.seeds import Streams
from synrl.tasks.direction_identification import CLEARANCE, FAMILY, REST, DirectionConfig
from synrl.world.directions import DIRECTIONS
from synrl.world.timeline import Timeline

OPPOSITE = {a: b for a in DIRECTIONS for b in DIRECTIONS if abs(DIRECTIONS[a] - DIRECTIONS[b]) == 180}


def simulated(level: int, mode: str, index: int, form: str = "open") -> tuple[Timeline, DirectionConfig]:
    config = FAMILY.config(level, mode, form)
    assert isinstance(config, DirectionConfig)
    return FAMILY.simulate(config, Streams(FAMILY.name, "tests", level, index)), config


def evidence(timeline: Timeline) -> Evidence:
    row = dict(fps=timeline.fps, num_frames=timeline.num_frames, options=[], **tables(timeline))
    return Evidence.from_row({**row, "config": {"query": timeline.query}})


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_legs_are_long_and_shapes_stay_apart_and_inside(level: int) -> None:
    for index in range(40):
        timeline, config = simulated(level, "perception", index)
        x, y = timeline.poses.x, timeline.poses.y
        names = [item.name for item in timeline.objects]
        for event in timeline.events:
            i = names.index(event.actor)
            step = np.array(
                [x[event.end_frame, i] - x[event.frame, i], y[event.end_frame, i] - y[event.frame, i]]
            )
            assert np.hypot(*step) >= config.min_distance - 1e-6
            angle = np.degrees(np.arctan2(step[1], step[0]))
            off = (angle - DIRECTIONS[event.detail] + 180) % 360 - 180
            assert abs(off) <= config.jitter + 1e-6
        for i, one in enumerate(timeline.objects):
            assert min(x[:, i].min(), y[:, i].min()) > one.size / 2
            assert max(x[:, i].max(), y[:, i].max()) < 448 - one.size / 2
            for j in range(i):
                gap = (
                    np.hypot(x[:, i] - x[:, j], y[:, i] - y[:, j]) - (one.size + timeline.objects[j].size) / 2
                )
                assert gap.min() > CLEARANCE - 1e-6


@pytest.mark.parametrize("level", [1, 2, 3])
def test_every_direction_is_asked_for_equally_often(level: int) -> None:
    count = 400
    found = Counter(FAMILY.solve(evidence(simulated(level, "perception", i)[0])) for i in range(count))
    expected = {1: 4, 2: 8, 3: 9}[level]
    assert len(found) == expected and (REST in found) == (level == 3)
    spread = (count / expected * (1 - 1 / expected)) ** 0.5
    assert max(abs(seen - count / expected) for seen in found.values()) < 4 * spread


def test_a_clip_run_backwards_goes_the_opposite_way() -> None:
    for index in range(30):
        timeline, _ = simulated(5, "perception", index)
        seen = evidence(timeline)
        backwards = replace(
            seen, tracks={name: t.at(slice(None, None, -1)) for name, t in seen.tracks.items()}
        )
        first, second = str(FAMILY.solve(seen)).split(", then ")
        assert FAMILY.solve(backwards) == f"{OPPOSITE[second]}, then {OPPOSITE[first]}"


@pytest.mark.parametrize("level", [1, 5])
def test_the_asked_leg_starts_anywhere_in_the_clip_alike(level: int) -> None:
    """Four options are a quarter of the room apart: each quarter must be the right one equally often."""
    quarters: Counter[int] = Counter()
    for index in range(400):
        timeline, config = simulated(level, "localisation", index, form="choice")
        streams = Streams(FAMILY.name, "tests", level, index)
        question = FAMILY.ask(timeline, config, streams)
        starts = sorted(parse_interval(option) or (0, 0) for option in question.options)
        quarters[starts.index(parse_interval(question.answer_text) or (0, 0))] += 1
    assert max(abs(seen - 100) for seen in quarters.values()) < 4 * 75**0.5


def test_two_leg_options_do_not_point_at_the_answer() -> None:
    """Counting what the options share would find an answer that the others were made from."""
    alike: Counter[int] = Counter()
    for index in range(300):
        timeline, config = simulated(5, "perception", index, form="choice")
        question = FAMILY.ask(timeline, config, Streams(FAMILY.name, "tests", 5, index))
        legs = Counter(leg for option in question.options for leg in option.split(", then "))
        sharing = [sum(legs[leg] for leg in option.split(", then ")) for option in question.options]
        alike[sharing[question.options.index(question.answer_text)] - min(sharing)] += 1
        assert len(set(sharing)) == 1
    assert alike == {0: 300}
