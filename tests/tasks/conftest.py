"""Rows without their videos, as tests of families want them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import synrl.dataset.rows
from synrl.dataset.rows import make_row
from synrl.seeds import Streams
from synrl.tasks import get_family
from synrl.world.timeline import Timeline

Rows = Callable[[str, int], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def rows_of() -> Rows:
    """The first rows of a family, by name and number: JSON, with tracks as arrays."""

    @cache
    def made(name: str, count: int) -> list[dict[str, Any]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(synrl.dataset.rows, "encode", lambda *_: b"")
            return [_plain(make_row(name, split="train", seed=1, index=i).to_dict()) for i in range(count)]

    return made


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    row = json.loads(json.dumps({**row, "video": None}))
    for track in row["tracks"]:
        for name in ("x", "y", "angle", "size", "visible"):
            track[name] = np.asarray(track[name])
    return row


@pytest.fixture(scope="session")
def answers_of() -> Callable[..., list[str]]:
    """Answers of many clips of one level, mode and ask: they have to be balanced."""

    def found(name: str, level: int, mode: str, ask: str | None, count: int, form: str = "open") -> list[str]:
        family, answers = get_family(name), []
        for index in range(count):
            streams = Streams(name, "balance", level, index)
            config = family.config(level, mode, form)
            timeline: Timeline = family.simulate(config, streams)
            if ask in (None, timeline.query["ask"]):
                answers.append(family.ask(timeline, config, streams).answer_text)
        return answers

    return found


@pytest.fixture(scope="session")
def evenly() -> Callable[[list[str], int], None]:
    """Check that some answers are even over a number of values: within four standard deviations."""

    def check(answers: list[str], values: int) -> None:
        counts = [answers.count(answer) for answer in sorted(set(answers))]
        mean = len(answers) / values
        assert len(counts) == values, sorted(set(answers))
        assert max(abs(count - mean) for count in counts) < 4 * (mean * (1 - 1 / values)) ** 0.5

    return check
