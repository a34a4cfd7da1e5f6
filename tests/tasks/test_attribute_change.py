"""attribute_change: answers are what the visible appearances say, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synrl.tasks.attribute_change.clip import NONE, WHAT
from synrl.tasks.shared.telling import ORDINALS

GOLDEN_FRAMES = "b2a81f36822ff155"

NAME = "attribute_change"


def looks(row: dict[str, Any], place: int) -> list[tuple[str, str, float]]:
    """Colour, shape and size of the shape at a place on every frame."""
    tracks = [t for t in row["tracks"] if t["name"].startswith(f"{place + 1}: ")]
    visible = np.stack([track["visible"] for track in tracks])
    assert (visible.sum(axis=0) == 1).all(), "one appearance at a time"
    shown = visible.argmax(axis=0)
    words = [track["name"].split()[1:] for track in tracks]
    return [(*words[i], round(float(tracks[0]["size"][f]), 2)) for f, i in enumerate(shown)]


def changed(row: dict[str, Any], place: int) -> list[str]:
    first, last = looks(row, place)[0], looks(row, place)[-1]
    kinds = ("colour", "shape", "size")
    return [kind for kind, one, two in zip(kinds, first, last, strict=True) if one != two]


def test_the_answer_is_what_the_appearances_show(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 120):
        query = row["config"]["query"]
        asks.add(query["ask"])
        if query["ask"] == "which":
            places = [k for k in range(query["shapes"]) if query["kind"] in changed(row, k)]
            assert row["answer_text"] == (ORDINALS[places[0]] if places else NONE) and len(places) < 2
        elif query["ask"] == "what":
            (kind,) = changed(row, query["place"]) or ("",)
            assert row["answer_text"] == WHAT[kind]
        elif query["ask"] == "order":
            shown = [colour for colour, _, _ in looks(row, query["place"])]
            turns = [one for k, one in enumerate(shown) if k == 0 or one != shown[k - 1]]
            assert turns[len(query["colours"]) :] == turns[: len(turns) - len(query["colours"])]
            start = turns.index(query["first"])
            order = [turns[(start + k) % len(query["colours"])] for k in range(len(query["colours"]))]
            assert row["answer_text"] == ", ".join(order) and sorted(order) == query["colours"]
    assert asks == {"which", "what", "order", "span"}


def test_no_single_frame_tells_what_changes(rows_of: Callable[..., Any]) -> None:
    """For most rows the last frame could be the first frame of another: looks are shared."""
    shared = total = 0
    for row in rows_of(NAME, 400):
        query = row["config"]["query"]
        if query["ask"] == "which" and row["answer_text"] != NONE and query["kind"] == "colour":
            here = ORDINALS.index(row["answer_text"])
            last = [looks(row, k)[-1][0] for k in range(query["shapes"])]
            shared += last[here] in last[:here] + last[here + 1 :]
            total += 1
    assert total > 5 and shared / total > 0.3


def test_places_stay_in_order_from_the_left(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 40):
        xs = [t["x"] for t in sorted(row["tracks"], key=lambda track: track["name"])]
        assert all((one <= two + 1e-6).all() for one, two in zip(xs, xs[1:], strict=False))


def test_answers_come_equally_often(answers_of: Any, evenly: Any) -> None:
    evenly(answers_of(NAME, 3, "perception", "which", 500), 5)
    evenly(answers_of(NAME, 5, "perception", "what", 400), 4)


def test_a_row_has_as_many_appearances_whatever_changes(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 200):
        if row["config"]["query"]["ask"] in ("which", "what"):
            assert len(row["objects"]) == row["config"]["shapes"] + row["config"]["decoys"]


def test_no_option_of_an_order_begins_otherwise_than_the_question_says(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 200):
        query = row["config"]["query"]
        if query["ask"] == "order":
            assert all(option.startswith(f"{query['first']}, ") for option in row["options"])
