"""direction_identification: margins, balance, and what time reversal does."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from synrl.answers import parse_interval
from synrl.dataset.rows import tables
from synrl.errors import ConfigError
from synrl.evidence import Evidence
from synrl.seeds import Streams
from synrl.tasks.direction_identification import (
    CLEARANCE,
    FAMILY,
    REST,
    STILL_FRAMES,
    DirectionConfig,
    _rivals,
)
from synrl.world.directions import DIRECTIONS
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "7e1c68610664f21b"

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


@pytest.mark.parametrize("level", [4, 5])
def test_every_two_leg_path_is_asked_for_equally_often(level: int) -> None:
    config = FAMILY.config(level, "perception", "open")
    assert isinstance(config, DirectionConfig)
    count = 12 * len(config.paths)
    found: Counter[str] = Counter()
    for index in range(count):
        timeline, _ = simulated(level, "perception", index)
        own = [e.detail for e in timeline.events if e.actor == timeline.query["object"]]
        assert len(own) == 2 and own[0] != own[1]
        found[", ".join(own)] += 1
    assert len(config.paths) == len(config.names) * (len(config.names) - 1)
    free = len(config.paths) - 1
    chi_square = sum((found[", ".join(path)] - 12) ** 2 for path in config.paths) / 12
    assert sum(found[", ".join(path)] for path in config.paths) == count
    assert chi_square < free + 4 * (2 * free) ** 0.5


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_way_from_first_to_last_place_points_in_the_answered_direction(level: int) -> None:
    for index in range(60):
        timeline, config = simulated(level, "perception", index)
        answer = FAMILY.ask(timeline, config, Streams(FAMILY.name, "tests", level, index)).answer_text
        dx = timeline.poses.x[-1, 0] - timeline.poses.x[0, 0]
        dy = timeline.poses.y[-1, 0] - timeline.poses.y[0, 0]
        if answer == REST:
            assert (dx, dy) == (0, 0)
            continue
        words = set(answer.split("-"))
        assert ("right" in words) == (dx > abs(dy) / 2) and ("left" in words) == (-dx > abs(dy) / 2)
        assert ("down" in words) == (dy > abs(dx) / 2) and ("up" in words) == (-dy > abs(dx) / 2)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_clip_run_backwards_goes_the_opposite_way(level: int) -> None:
    for index in range(30):
        timeline, _ = simulated(level, "perception", index)
        seen = evidence(timeline)
        backwards = replace(
            seen, tracks={name: t.at(slice(None, None, -1)) for name, t in seen.tracks.items()}
        )
        legs = str(FAMILY.solve(seen)).split(", then ")
        opposite = [OPPOSITE.get(leg, leg) for leg in reversed(legs)]
        assert FAMILY.solve(backwards) == ", then ".join(opposite)


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
        (leg,) = (
            event
            for event in timeline.events
            if (event.actor, event.detail) == (timeline.query["object"], timeline.query["direction"])
        )
        slack = timeline.num_frames - 2 * STILL_FRAMES - (leg.end_frame - leg.frame)
        shares.append((leg.frame - STILL_FRAMES + 0.5) / slack)
    assert min(shares) > 0 and max(shares) < 1
    distance = np.abs(np.sort(shares) - (np.arange(400) + 0.5) / 400).max()
    assert distance < 1.95 / 400**0.5  # exceeded by chance once in a thousand


class Scripted(Streams):
    """Streams whose draws for options are given, to go through all of them."""

    def __init__(self, pair: list[str], heads: bool) -> None:
        super().__init__("a", "b", 0, 0)
        self.pair, self.heads = pair, heads

    @property
    def options(self) -> Any:
        """A stream that draws what was given."""
        return SimpleNamespace(sample=lambda *_: self.pair, chance=lambda _: self.heads)


@pytest.mark.parametrize("level", [4, 5])
def test_each_of_four_paths_leads_to_the_others_as_rivals_with_the_same_probability(level: int) -> None:
    """By going through every draw: given the four, none is more likely to be the truth."""
    config = FAMILY.config(level, "perception", "choice")
    assert isinstance(config, DirectionConfig)
    weights: dict[frozenset[tuple[str, ...]], Counter[tuple[str, ...]]] = {}
    for truth in config.paths:
        rest = [name for name in config.names if name not in truth]
        for pair, heads in itertools.product(itertools.permutations(rest, 2), (False, True)):
            rivals = _rivals(truth, config, Scripted(list(pair), heads))
            offered = frozenset([truth, *rivals])
            assert len(offered) == 4 and offered <= set(config.paths)
            weights.setdefault(offered, Counter())[truth] += 1
    assert all(set(truths) == offered for offered, truths in weights.items())
    assert all(len(set(truths.values())) == 1 for truths in weights.values())


@pytest.mark.parametrize(
    ("knob", "value"), [("directions", 5), ("legs", 3), ("legs", 0), ("others", 9), ("form", "essay")]
)
def test_a_knob_out_of_range_is_named(knob: str, value: object) -> None:
    knobs: dict[str, Any] = {"mode": "perception", **FAMILY.levels[1], knob: value}
    with pytest.raises(ConfigError, match=f"{knob} is {value!r}; allowed: "):
        DirectionConfig(**knobs)


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
