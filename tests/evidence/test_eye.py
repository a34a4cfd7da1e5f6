"""The eye: its errors stay within their bounds, and are the same for the same row."""

from __future__ import annotations

import numpy as np
import pytest

from synrl.dataset.rows import as_seen, draft_row
from synrl.evidence import Evidence
from synrl.evidence.eye import PLACE, TOKEN, disturbed, eye_at
from synrl.seeds import Streams


def evidence() -> Evidence:
    draft = draft_row(
        "rotation_counting", split="train", seed=3, index=4, config=None, twins=False, encoding="fast"
    )
    return Evidence.from_row(draft.columns)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_what_is_seen_stays_within_the_bounds_and_comes_near_them(scale: float) -> None:
    there, eye = evidence(), eye_at(scale)
    seen = disturbed(there, eye, Streams("tests", "eye", 0, 1).eye)
    assert eye.px == pytest.approx(PLACE * TOKEN / scale) and seen.eye == eye
    for name, track in there.tracks.items():
        other = seen.tracks[name]
        offs = {
            eye.px: np.concatenate([other.x - track.x, other.y - track.y]),
            eye.degrees: other.angle - track.angle,
            eye.share: other.size / track.size - 1,
        }
        for bound, off in offs.items():
            assert 0.9 * bound < np.abs(off).max() <= bound + 1e-9
            assert abs(off.mean()) < 0.2 * bound
            assert abs(np.corrcoef(off[:-1], off[1:])[0, 1]) < 0.25, "each frame anew"
        assert np.array_equal(other.visible, track.visible)


def test_the_same_key_gives_the_same_errors_and_another_key_others() -> None:
    there, eye = evidence(), eye_at(1.0)
    one, same, other = (disturbed(there, eye, Streams("tests", "eye", 0, index).eye) for index in (1, 1, 2))
    for name in there.tracks:
        assert np.array_equal(one.tracks[name].x, same.tracks[name].x)
        assert not np.array_equal(one.tracks[name].x, other.tracks[name].x)


def test_a_frame_is_seen_the_same_whichever_other_frames_are_seen() -> None:
    there = evidence()
    seen = disturbed(there, eye_at(1.0), Streams("tests", "eye", 0, 1).eye)
    few, many = seen.on([0, 30, 60]), seen.sampled(15, 0)
    for name in there.tracks:
        assert np.array_equal(few.tracks[name].x, many.tracks[name].x[[0, 2, 4]])


def test_an_operation_is_seen_only_where_something_is_plainly_under_way() -> None:
    draft = draft_row("shell_game", split="train", seed=3, index=0, config=None, twins=False, encoding="fast")
    every = Evidence.from_row(draft.columns)
    seen = disturbed(every, eye_at(0.7), Streams("tests", "eye", 0, 1).eye)
    for number, operation in enumerate(every.operations):
        start, end = operation.start_frame, operation.end_frame
        middle = (start + end) // 2
        for frame, told in (
            (start, False),
            (start + 1, False),
            (middle, True),
            (end - 1, False),
            (end, False),
        ):
            assert (operation in seen.on([frame]).operations) == told, (number, frame)
        assert operation in every.on([start + 1]).operations, "without errors the least change shows"


def test_a_stored_row_is_seen_as_it_was_when_it_was_made() -> None:
    draft = draft_row(
        "motion_counting", split="train", seed=3, index=2, config=None, twins=False, encoding="fast"
    )
    one, two = as_seen(draft.columns), as_seen(draft.columns)
    assert all(np.array_equal(one.tracks[name].y, two.tracks[name].y) for name in one.tracks)
