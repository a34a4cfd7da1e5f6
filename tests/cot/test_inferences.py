"""What a chain infers is held against the row: options, counts, what comes next, ways, sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cot.rows import row, said

from synrl.cot.check import CheckReport, check
from synrl.cot.facts import ClipFacts

Rows = Callable[[str, int], dict[str, Any]]


def read(clip: dict[str, Any], sentence: str) -> CheckReport:
    return check(said(sentence, answer=clip["answer"]), clip)


def hold(clip: dict[str, Any], true: Sequence[str], false: Sequence[str]) -> None:
    """All sentences are understood, and judged so."""
    for sentence in (*true, *false):
        report = read(clip, sentence)
        assert report.ok == (sentence in true), (sentence, report.problems)
        assert not report.unchecked, sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "I want to know when the red circle moves left, so I follow it.",
        "The question is how often the blue square moves up.",
        "It all comes down to whether the red circle moves left or down; I watch it closely.",
        "Which way the blue square moves at 1.5 s: that is the question.",
        "Does the red circle move left?",
    ],
)
def test_a_question_claims_nothing(sentence: str) -> None:
    report = read(row(), sentence)
    assert report.ok and not report.checked and not report.unchecked


@pytest.mark.parametrize(
    "sentence",
    [
        "I know that the red circle moves left.",
        "I want to know which way it moves, and the red circle moves left.",
        "The question is which way it moves: the red circle moves left.",
    ],
)
def test_what_is_said_beside_a_question_is_a_claim(sentence: str) -> None:
    assert not read(row(), sentence).ok


def test_options_are_ruled_out_rightly_or_wrongly() -> None:
    hold(
        row(),
        (
            "That rules out options B and C.",
            "Option D does not fit.",
            "Options B, C and D are out.",
            "So options B and D do not match, and that leaves option A.",
            "It is neither option B nor C.",
            "Only option A fits.",
        ),
        (
            "That rules out options A and C.",
            "Option A does not fit.",
            "Options B, A and D are out.",
            "So options B and D do not match, and that leaves option C.",
            "It is neither option B nor A.",
            "Only option D fits.",
        ),
    )


def test_options_are_too_few_or_too_late() -> None:
    counted = row(options=["2", "4", "1", "5"], answer="B", answer_text="4")
    hold(
        counted,
        ("Options A and C are too few, and option D is too many.", "Option D is one too many."),
        ("Option A is too many.", "Option D is two too many.", "Option B is too few."),
    )
    spans = ["[1.00, 2.00]", "[2.00, 3.00]", "[3.00, 4.00]"]
    hold(
        row(options=spans, answer="B", answer_text=spans[1]),
        ("Option A starts too early, and option C starts too late.", "Option A ends too early."),
        ("Option A starts too late.", "Option C ends too early.", "Option A is too long."),
    )


def test_what_is_counted_is_listed_in_full(undrawn: Rows) -> None:
    clips = [undrawn("motion_counting", index) for index in range(24)]
    clip = next(
        clip for clip in clips if clip["config"]["query"]["ask"] == "count" and clip["answer_text"] == "3"
    )
    counts = ClipFacts(clip).counted
    assert counts is not None
    times = [f"{frame / 30:.1f}" for frame in counts.frames]
    hold(
        clip,
        (
            f"That is at {times[0]}, {times[1]} and {times[2]} s: three {counts.several}.",
            f"Counting them: {times[0]}, {times[1]} and {times[2]} s, three in all.",
        ),
        (
            f"That is at {times[0]} and {times[1]} s: two {counts.several}.",
            f"Counting them: {times[0]}, {times[1]} and {times[2]} s, four in all.",
            f"That is at {times[0]}, {times[1]} and {float(times[2]) + 1.5:.1f} s: three {counts.several}.",
            f"That is never at {times[0]}, {times[1]} and {times[2]} s: three {counts.several}.",
        ),
    )


def test_what_comes_right_before_and_after_does() -> None:
    event = dict(kind="move", target="", time_ms=0, end_time_ms=0, actor="red circle")
    ways = ((30, 60, "right"), (75, 105, "up"), (120, 150, "left"))
    clip = row(events=[event | dict(frame=start, end_frame=end, detail=way) for start, end, way in ways])
    hold(
        clip,
        (
            "Right after 2.0 s comes the move from 2.5 to 3.5 s.",
            "The last move before 4.0 s is the one from 2.5 to 3.5 s.",
            "Before 2.5 s, the last move is the one from 1.0 to 2.0 s.",
        ),
        (
            "Right after 2.0 s comes the move from 4.0 to 5.0 s.",
            "The last move before 4.0 s is the one from 1.0 to 2.0 s.",
            "Right before 2.0 s comes the move from 2.5 to 3.5 s.",
            "The next move after 2.0 s is the one from 3.0 to 3.4 s.",
        ),
    )


def test_the_earliest_and_the_latest_time_are() -> None:
    hold(
        row(),
        ("Of these times, 1.0 s is the earliest.", "The latest of these times is 2.0 s."),
        ("Of these times, 2.0 s is the earliest.", "The latest of these times is 1.0 s."),
    )


def test_ways_are_measured() -> None:
    """One object goes 60 px a second for three seconds, then 120; the other rests."""
    track = dict(y=[0.0] * 180, visible=[True] * 180)
    x = [2.0 * frame if frame < 90 else 180.0 + 4.0 * (frame - 90) for frame in range(180)]
    clip = row(tracks=[dict(track, name="red circle", x=x), dict(track, name="blue square", x=[0.0] * 180)])
    hold(
        clip,
        (
            "It covers about 30 pixels between 1.0 and 1.5 s, but 60 from 4.0 to 4.5 s.",
            "The red circle covers more ground between 4.0 and 4.5 s than between 1.0 and 1.5 s.",
            "Between 1.0 and 1.5 s it covers less ground than between 4.0 and 4.5 s.",
            "The blue square covers 0 pixels from 1.0 to 2.0 s.",
        ),
        (
            "It covers about 45 pixels between 1.0 and 1.5 s.",
            "It covers about 30 pixels between 1.0 and 1.5 s, but 90 from 4.0 to 4.5 s.",
            "The red circle covers more ground between 1.0 and 1.5 s than between 4.0 and 4.5 s.",
            "Between 1.0 and 1.5 s it covers more ground than between 4.0 and 4.5 s.",
            "The blue square covers 40 pixels from 1.0 to 2.0 s.",
        ),
    )


def test_numbers_in_a_row_are_compared() -> None:
    hold(
        row(),
        (
            "94 > 64 > 28.",
            "The largest of 20, 21 and 12 is 21.",
            "Of 94, 64 and 28, 28 is the smallest.",
            "3.5 - 1.0 = 2.5 s.",
        ),
        (
            "94 > 28 > 64.",
            "The largest of 20, 21 and 12 is 20.",
            "Of 94, 64 and 28, 64 is the smallest.",
            "3.5 - 1.0 = 2.0 s.",
        ),
    )


def test_what_several_operations_affect_is_affected_by_each(undrawn: Rows) -> None:
    tried = 0
    for clip in (undrawn("shell_game", index) for index in range(24)):
        states = ClipFacts(clip).states
        label = next(iter(states[0]))
        changing = [k for k in range(1, len(states)) if states[k][label] != states[k - 1][label]]
        resting = [k for k in range(1, len(states)) if k not in changing]
        if len(changing) < 3 or not resting:
            continue
        first, second, third = changing[:3]
        mixed = sorted([first, second, resting[0]])
        hold(
            clip,
            (
                f"Swaps {first}, {second} and {third} affect {label}.",
                f"{label[0].upper()}{label[1:]} is affected by swaps {first} and {second}.",
                f"Swaps {first}, {second} and {third} move {label}: that makes three.",
            ),
            (
                f"Swaps {mixed[0]}, {mixed[1]} and {mixed[2]} affect {label}.",
                f"Swaps {first} and {second} do not affect {label}.",
                f"Swaps {first}, {second} and {third} move {label}: that makes four.",
            ),
        )
        tried += 1
    assert tried
