"""What an audit keeps of our own rows: of single frames no more than a viewer of one could know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synrl.audit.exam import PLACES, READABLE, SIDE, coarse, picture_frames, sample_frames
from synrl.audit.examine import examine
from synrl.dataset.reading import Source
from synrl.dataset.rows import TWINS, make_row
from synrl.tasks import families
from synrl.video.decode import sample


def rows_of(folder: Path, family: str) -> list[dict[str, Any]]:
    return list(Source.open(str(folder / family)).rows())


@pytest.mark.parametrize("family", families())
def test_every_family_is_seen(folder: Path, family: str) -> None:
    for row in rows_of(folder, family):
        exam = examine(row)
        assert set(exam.sights) == {*PLACES, *([READABLE] if row["states"] else [])}
        assert exam.pixels is not None and exam.pixels.shape == (3, SIDE, SIDE, 3)
        assert {"frames", "seconds", "level", "bytes", "objects", "operations"} <= exam.facts.keys()
        assert exam.right(exam.answer_text) and exam.kind.split()[0] == row["mode"]
        assert (
            exam.sights[READABLE].said if row["states"] else all(sight.said for sight in exam.sights.values())
        )


def test_what_is_typed_just_then_is_seen_on_a_frame_of_a_hidden_state(folder: Path) -> None:
    seen = 0
    for row in rows_of(folder, "file_system"):
        frames = dict(zip(PLACES, sample_frames(row["num_frames"], len(PLACES)), strict=True))
        sights = examine(row).sights
        for operation in row["operations"]:
            for place, frame in frames.items():
                if operation["start_frame"] + 1 < frame < operation["end_frame"] - 1:
                    typed = " ".join((operation["kind"], *operation["arguments"]["words"]))
                    assert f"$ {typed}" in sights[place].said
                    seen += 1
    assert seen


def test_a_state_is_seen_only_where_it_can_be_read(folder: Path) -> None:
    for row in rows_of(folder, "card_stack"):
        (reveal,) = (state["state"] for state in row["states"] if state["visible"])
        sight = examine(row).sights[READABLE]
        shown = {card for pile in reveal.values() for card in pile}
        assert set(sight.things) == shown and all(card in sight.said for card in shown)


def test_what_a_frame_shows_is_the_answer_as_if_nothing_happened(folder: Path) -> None:
    asked = [row for row in rows_of(folder, "card_stack") if row["config"]["query"]["ask"] == "top"]
    assert asked
    for row in asked:
        (reveal,) = (state["state"] for state in row["states"] if state["visible"])
        pile = reveal[row["config"]["query"]["pile"]]
        assert examine(row).sights[READABLE].answer == (pile[-1] if pile else None)


def test_things_are_where_the_tracks_have_them(folder: Path) -> None:
    for row in rows_of(folder, "relative_position"):
        frames = dict(zip(PLACES, sample_frames(row["num_frames"], len(PLACES)), strict=True))
        assert frames["first"] == 0 and frames["last"] == row["num_frames"] - 1
        for place, sight in examine(row).sights.items():
            seen = {t["name"]: t for t in row["tracks"] if t["visible"][frames[place]]}
            assert sight.things.keys() == seen.keys()
            for name, thing in sight.things.items():
                track, frame = seen[name], frames[place]
                there = (track["x"][frame] / row["height"], track["y"][frame] / row["height"])
                assert (thing.x, thing.y) == pytest.approx(there)


def test_the_time_of_a_frame_is_known_and_whether_anything_is_in_sight(folder: Path) -> None:
    for family in ("relative_position", "event_ordering", "card_stack"):
        for row in rows_of(folder, family):
            frames = dict(zip(PLACES, sample_frames(row["num_frames"], len(PLACES)), strict=True))
            sights = examine(row).sights
            assert [sights[place].seconds for place in PLACES] == [frames[p] / row["fps"] for p in PLACES]
            assert all(s.empty is (not row["states"] and not s.things) for s in sights.values())


def test_who_is_asked_about_comes_first_however_the_question_says_it(folder: Path) -> None:
    for row in rows_of(folder, "relative_position"):
        query = row["config"]["query"]
        if query["ask"] == "tour":
            assert examine(row).about == (query["object"], query["other"])


def test_distances_over_all_frames_are_those_of_the_tracks(folder: Path) -> None:
    for row in rows_of(folder, "distance_estimation"):
        bag = examine(row).bag
        assert bag is not None
        tracks = {track["name"]: track for track in row["tracks"]}
        for (one, two), figures in bag.apart.items():
            a, b = tracks[one], tracks[two]
            gaps = np.hypot(np.subtract(a["x"], b["x"]), np.subtract(a["y"], b["y"])) / row["height"]
            seen = gaps[np.array(a["visible"]) & np.array(b["visible"])]
            told = [figures[f"{which} distance"] for which in ("least", "greatest", "mean")]
            assert told == pytest.approx((seen.min(), seen.max(), seen.mean()), rel=1e-4)


def test_twins_are_of_one_group_and_not_of_one_scene() -> None:
    index, one = next(
        (index, row)
        for index in range(20)
        if (row := make_row("event_ordering", split="train", seed=3, index=index, twins=True)).twin_id
    )
    two = make_row("event_ordering", split="train", seed=3, index=TWINS + index, twins=True)
    other = make_row("event_ordering", split="train", seed=3, index=index + 1)
    exams = [examine(row.to_dict()) for row in (one, two, other)]
    assert exams[0].group == exams[1].group != exams[2].group
    assert len({exam.digest for exam in exams}) == 3


def test_pictures_are_averages_of_the_frames(folder: Path) -> None:
    row = rows_of(folder, "trajectory_shape")[0]
    images = sample(row["video"]["bytes"], picture_frames(row["num_frames"]))
    pixels = examine(row).pixels
    assert pixels is not None
    for image, picture in zip(images, pixels, strict=True):
        assert picture.mean() == pytest.approx(image.mean(), abs=1.0)


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (5, 40), (448, 448), (17, 31)])
def test_pictures_of_any_size_are_made_coarse(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    picture = coarse(image)
    assert picture.shape == (SIDE, SIDE, 3) and picture.dtype == np.uint8
    if shape[0] % SIDE == shape[1] % SIDE == 0:
        height, width = (side // SIDE for side in shape)
        means = image.reshape(SIDE, height, SIDE, width, 3).mean(axis=(1, 3))
        assert np.abs(picture - means).max() <= 1
