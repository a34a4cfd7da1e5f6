"""A generator that is wrong proves nothing by making the same row again: other code finds it out.

Each test breaks the drawing or the simulation, for the row and for its proof alike.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synrl.audit.row import check_row
from synrl.dataset.rows import make_row
from synrl.tasks import get_family
from synrl.video import raster
from synrl.world.timeline import Poses, Timeline

Row = dict[str, Any]


def made(family: str, index: int = 2) -> Row:
    return make_row(family, split="train", seed=8, index=index).to_dict()


def mistaken_letters(letter: str, instead: str) -> Callable[..., Any]:
    """Lettering that writes one thing for another."""
    from synrl.video.style import lettering

    def write(style: Any, string: str, height_px: float, **how: bool) -> Any:
        return lettering(style, string.replace(letter, instead), height_px, **how)

    return write


@pytest.mark.parametrize(
    ("family", "letter", "instead"),
    [
        ("card_stack", "♠", "♣"),
        ("card_stack", "♥", "♦"),
        ("card_stack", "8", "6"),
        ("card_stack", "9", "8"),
        ("chip_container", "25", "50"),
        ("chip_container", "1", "7"),
        ("sliding_puzzle", "8", "3"),
        ("sliding_puzzle", "1", "4"),
        ("symbol_operations", "-", "+"),
        ("symbol_operations", "5", "6"),
        ("file_system", "c.py", "d.py"),
        ("file_system", "docs", "data"),
        ("file_system", "cp", "cd"),
    ],
)
def test_a_letter_that_is_drawn_wrong_is_read(
    monkeypatch: pytest.MonkeyPatch, family: str, letter: str, instead: str
) -> None:
    clip = importlib.import_module(f"synrl.tasks.{family}.clip")
    monkeypatch.setattr(clip, "lettering", mistaken_letters(letter, instead))
    found = 0
    for index in range(12):
        row = made(family, index)
        captions = get_family(family).captions
        texts = [caption.text for caption in captions(evidence(row))]
        wrong = sum(letter in text for text in texts)
        problems = check_row(row)
        assert bool(wrong) == bool(problems), problems
        found += bool(wrong)
        if found == 3:
            return
    assert found


def evidence(row: Row) -> Any:
    from synrl.evidence import Evidence

    return Evidence.from_row(row)


def moved(change: Callable[[np.ndarray], None]) -> Callable[[Poses], np.ndarray]:
    """Where things are drawn, changed."""
    original = raster._matrices

    def matrices(poses: Poses) -> np.ndarray:
        found = original(poses)
        change(found)
        return found

    return matrices


def three_px_aside(matrices: np.ndarray) -> None:
    matrices[..., 0, 2] += 3


def larger(matrices: np.ndarray) -> None:
    matrices[..., :2, :2] *= 1.3


def mirrored(matrices: np.ndarray) -> None:
    matrices[..., 0, 2] = 448 - matrices[..., 0, 2]


def turned_the_other_way(matrices: np.ndarray) -> None:
    matrices[..., 0, 1] *= -1
    matrices[..., 1, 0] *= -1


@pytest.mark.parametrize(
    ("family", "change"),
    [
        ("direction_identification", three_px_aside),
        ("direction_identification", mirrored),
        ("direction_identification", larger),
        ("collision_counting", three_px_aside),
        ("card_stack", three_px_aside),
        ("shell_game", mirrored),
        ("rotation_counting", turned_the_other_way),
    ],
)
def test_what_is_drawn_elsewhere_is_found_out(
    monkeypatch: pytest.MonkeyPatch, family: str, change: Callable[[np.ndarray], None]
) -> None:
    monkeypatch.setattr(raster, "_matrices", moved(change))
    assert check_row(made(family))


def test_coins_that_are_drawn_in_each_others_colour_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    family = type(get_family("shell_game"))
    draw = family.draw

    def exchanged(self: Any, timeline: Timeline) -> Any:
        scene = draw(self, timeline)
        one, two, *rest = scene.looks
        return replace(scene, looks=(two, one, *rest))

    monkeypatch.setattr(family, "draw", exchanged)
    rows = (made("shell_game", index) for index in range(8))
    row = next(row for row in rows if sum(item["shape"] == "coin" for item in row["objects"]) > 1)
    assert "coin is not found where its track says" in "; ".join(check_row(row))


def test_an_event_that_is_not_told_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    family = type(get_family("collision_counting"))
    simulate = family.simulate

    def forgetful(self: Any, config: Any, streams: Any) -> Timeline:
        timeline = simulate(self, config, streams)
        return replace(timeline, events=timeline.events[:-1])

    row = made("collision_counting")
    monkeypatch.setattr(family, "simulate", forgetful)
    row["events"] = row["events"][:-1]
    assert "events differ from what the tracks show" in "; ".join(check_row(row))
