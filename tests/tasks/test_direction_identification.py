"""direction_identification: margins, balance, and what time reversal does."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.dataset.rows import tables
from synrl.errors import ConfigError
from synrl.evidence import Evidence
from synrl.seeds import Streams
from synrl.tasks.direction_identification import FAMILY, DirectionConfig
from synrl.tasks.shared.stage import STILL_FRAMES
from synrl.world.directions import DIRECTIONS, apart
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "c22648d793ebc098"

NAME = "direction_identification"
OPPOSITE = {a: b for a in DIRECTIONS for b in DIRECTIONS if abs(DIRECTIONS[a] - DIRECTIONS[b]) == 180}


def simulated(level: int, mode: str, index: int, form: str = "open") -> tuple[Timeline, DirectionConfig]:
    config = FAMILY.config(level, mode, form)
    assert isinstance(config, DirectionConfig)
    return FAMILY.simulate(config, Streams(FAMILY.name, "tests", level, index)), config


def evidence(timeline: Timeline) -> Evidence:
    row = dict(fps=timeline.fps, num_frames=timeline.num_frames, options=[], **tables(timeline))
    return Evidence.from_row({**row, "config": {"query": timeline.query}})


def ways_of(timeline: Timeline) -> list[str]:
    """The directions of the asked shape's legs by its poses: what it covers from rest to rest."""
    column = [item.name for item in timeline.objects].index(timeline.query["object"])
    points = np.stack([timeline.poses.x[:, column], timeline.poses.y[:, column]], axis=1)
    moving = np.hypot(*np.diff(points, axis=0).T) > 1e-6
    edges = np.flatnonzero(np.diff(np.concatenate([[False], moving, [False]]).astype(int)))
    angles = [
        np.degrees(np.arctan2(*(points[end] - points[start])[::-1])) % 360
        for start, end in edges.reshape(-1, 2)
    ]
    away = {
        name: [abs((angle - at + 180) % 360 - 180) for angle in angles] for name, at in DIRECTIONS.items()
    }
    return [min(away, key=lambda name: away[name][k]) for k in range(len(angles))]


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
                gap = np.hypot(x[:, i] - x[:, j], y[:, i] - y[:, j])
                assert gap.min() > 0.6 * (one.size + timeline.objects[j].size)


@pytest.mark.parametrize("level", [1, 5])
def test_every_direction_is_asked_for_equally_often(level: int, answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, level, "perception", None, 600), 4 if level == 1 else 8)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_answer_is_the_direction_of_the_leg_beside_the_named_one(level: int) -> None:
    for index in range(40):
        timeline, config = simulated(level, "perception", index)
        ways, query = ways_of(timeline), timeline.query
        assert len(ways) == config.moves and ways.count(query["direction"]) == 1
        assert all(one != two for one, two in itertools.pairwise(ways))
        asked = ways.index(query["direction"]) + (1 if query["then"] == "after" else -1)
        assert 0 < asked < config.moves - 1, "neither the first leg nor the last"
        answer = FAMILY.ask(timeline, config, Streams(FAMILY.name, "tests", level, index)).answer_text
        assert answer == ways[asked] == FAMILY.solve(evidence(timeline))


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_clip_run_backwards_goes_the_opposite_way(level: int) -> None:
    twins = 0
    for index in range(30):
        timeline, _ = simulated(level, "perception", index)
        seen = evidence(timeline)
        reverse = [OPPOSITE[way] for way in reversed(ways_of(timeline))]
        query = timeline.query
        asked = reverse.index(query["direction"]) if reverse.count(query["direction"]) == 1 else -9
        asked += 1 if query["then"] == "after" else -1
        expected = reverse[asked] if 0 <= asked < len(reverse) else None
        backwards = replace(
            seen, tracks={name: t.at(slice(None, None, -1)) for name, t in seen.tracks.items()}
        )
        assert FAMILY.solve(backwards) == expected
        twin = FAMILY.backwards(timeline)
        assert (twin is None) == (expected in (None, FAMILY.solve(seen)))
        twins += twin is not None
    assert twins


def test_where_the_shape_is_says_little_about_the_direction(rows_of: Callable[..., Any]) -> None:
    """Going by the room that it has on the first or the last frame is no better than guessing."""
    hits, count = np.zeros(2), 0
    for index in range(1200):
        timeline, config = simulated(2 + index % 4, "perception", index, form="choice")
        question = FAMILY.ask(timeline, config, Streams(FAMILY.name, "tests", 2 + index % 4, index))
        for end, frame in enumerate((0, -1)):
            here = np.array([timeline.poses.x[frame, 0], timeline.poses.y[frame, 0]]) - 224
            inwards = {
                way: -here @ [np.cos(np.radians(DIRECTIONS[way])), np.sin(np.radians(DIRECTIONS[way]))]
                for way in question.options
            }
            hits[end] += max(inwards, key=inwards.__getitem__) == question.answer_text
        count += 1
    assert (np.abs(hits / count - 0.25) < 0.07).all()


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


@pytest.mark.parametrize("level", [1, 5])
def test_the_asked_leg_starts_on_every_frame_that_leaves_it_room_alike(level: int) -> None:
    """Kolmogorov-Smirnov: the share of the room before the leg is even between 0 and 1."""
    shares = []
    for index in range(400):
        timeline, _ = simulated(level, "localisation", index)
        own = [event for event in timeline.events if event.actor == timeline.query["object"]]
        (leg,) = (event for event in own if event.detail == timeline.query["direction"])
        assert all(apart(event.detail, leg.detail) >= 90 for event in own if event is not leg)
        slack = timeline.num_frames - 2 * STILL_FRAMES - (leg.end_frame - leg.frame)
        shares.append((leg.frame - STILL_FRAMES + 0.5) / slack)
    assert min(shares) > 0 and max(shares) < 1
    distance = np.abs(np.sort(shares) - (np.arange(400) + 0.5) / 400).max()
    assert distance < 1.95 / 400**0.5  # exceeded by chance once in a thousand


def test_options_are_directions_that_the_shape_moves_in_as_far_as_there_are_enough() -> None:
    for index in range(100):
        timeline, config = simulated(2 + index % 4, "perception", index, form="choice")
        question = FAMILY.ask(timeline, config, Streams(FAMILY.name, "tests", 2 + index % 4, index))
        moved = set(ways_of(timeline)) - {timeline.query["direction"]}
        assert moved <= set(question.options) or len(moved) > 4
        assert len(question.options) == 4 and timeline.query["direction"] not in question.options


@pytest.mark.parametrize(
    ("knob", "value"), [("directions", 5), ("moves", 3), ("moves", 0), ("others", 9), ("form", "essay")]
)
def test_a_knob_out_of_range_is_named(knob: str, value: object) -> None:
    knobs: dict[str, Any] = {"mode": "perception", **FAMILY.levels[1], knob: value}
    with pytest.raises(ConfigError, match=f"{knob} is {value!r}; allowed: "):
        DirectionConfig(**knobs)
