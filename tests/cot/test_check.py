"""What the check finds wrong, what it lets pass, and that nothing in a text can break it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cot.corruptions import EDITS, REPETITIONS
from cot.patterns import chains
from cot.rows import row, said
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import stopped_after

from synrl.cot.check import check
from synrl.cot.trace import write
from synrl.tasks import families

Rows = Callable[[str, int], dict[str, Any]]


@pytest.mark.parametrize("kind", EDITS)
def test_one_mistake_in_a_chain_is_found(kind: str, undrawn: Rows) -> None:
    made, found = 0, 0
    missed = []
    for name in families():
        rows = (undrawn(name, index) for index in range(12))
        for index, (clip, text) in enumerate(chains(rows, {"option": 3, "compared": 9}.get(kind, 1))):
            wrong = EDITS[kind](text, clip, random.Random(index))
            if wrong is not None and wrong != text:
                made += 1
                report = check(wrong, clip)
                found += not report.ok
                missed += [wrong] if report.ok else []
    assert made > 50 and found >= 0.99 * made, (found, made, missed[:2])


@pytest.mark.parametrize(
    "sentence",
    [
        "From 1.0 to 2.0 s the red circle moves right.",
        "Between 1.1 and 1.9 seconds, the red circle drifts to the right.",
        "The red circle travels up (2.0–3.0 s).",
        "At 4.5 s the blue square is on its way left.",
        "At 1.2 s the red circle goes right, then at 2.5 s the red circle goes up.",
        "Nothing else matters here.",
        "At 1.0 s the blue square is visible.",
        "The whole thing takes 1.5 s.",
        "So the answer is option A.",
        "The [1.00, 2.00] stretch is where the red circle heads right.",
    ],
)
def test_what_is_true_passes(sentence: str) -> None:
    assert check(said(sentence), row()).problems == ()


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("From 1.0 to 2.0 s the red circle moves left.", "does not agree"),
        ("From 1.0 to 2.0 s the blue square moves right.", "does not agree"),
        ("From 1.0 to 3.0 s the red circle moves right.", "does not agree"),
        ("At 5.5 s the red circle moves right.", "does not agree"),
        ("At 7.2 s the video shows nothing new.", "ends at 6.0 s"),
        ("At 2.5 s the red circle moves up. Then, at 1.5 s, the red circle moves right.", "out of order"),
        ("At 1.5 s the red circle moves right. Earlier, at 2.5 s, the red circle moves up.", "came later"),
        ("At 4.0 s the blue square is visible.", "hidden"),
        ("At 1.2 s the red circle goes right, then at 2.5 s the red circle goes down.", "does not agree"),
        ("So the answer is option B.", "option B"),
        ("So the answer is down.", "'down'"),
        ("I watch all 9.0 s of the video.", "lasts 6.0 s"),
        ("After " + "1" * 5000 + " s the red circle moves right.", "ends at 6.0 s"),
        ("At 1.5 s the red circle moves right " + "1" * 5000 + " times.", "not as often"),
    ],
)
def test_what_is_false_is_named(sentence: str, problem: str) -> None:
    (found,) = check(said(sentence), row()).problems
    assert problem in found


def test_claims_are_listed_by_whether_they_could_be_checked() -> None:
    report = check(said("At 1.5 s the red circle moves right.", "At 5.0 s it feels calm."), row())
    assert report.checked == ("At 1.5 s the red circle moves right.",)
    assert report.unchecked == ("At 5.0 s it feels calm.",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<answer>A</answer>",
        "<think>a</think>",
        "<think>a<think>b</think></think><answer>A</answer>",
        "<think>a</think><answer>A</answer><answer>B</answer>",
        "<think>a</think> so <answer>A</answer>",
        "<think>a<answer>A</answer></think>",
        "<think>" + "x" * 30_000 + "</think><answer>A</answer>",
    ],
)
def test_another_form_is_a_problem(text: str) -> None:
    assert not check(text, row()).ok


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "<video>",
            "<image>",
            "<|vision_start|>",
            "<|im_end|>",
            "<b>so</b>",
            "<!-- so -->",
            "<br/>",
            "<s>",
            "[/INST]",
        ),
        *(
            "`so`",
            "**so**",
            "__so__",
            "\n# So\n",
            "[so](http://example.org)",
            r"\boxed{A}",
            r"\(x\)",
            "$$x$$",
        ),
        *("\u200b", "\x00", "\ufeff", "<answer>"),
    ],
)
def test_markup_is_a_problem_that_is_named(tag: str) -> None:
    (found,) = check(said(f"At 1.5 s the red circle {tag} moves right."), row()).problems
    assert "markup" in found


def test_signs_of_plain_text_are_no_markup() -> None:
    text = 'At 1.5 s the red circle moves right (3 < 5, 5 > 3; "rm *.txt" & co. are _ and 100 % ± 2).'
    assert not any("markup" in problem for problem in check(said(text), row()).problems)


def test_a_wrong_answer_is_a_problem_whatever_the_reasoning() -> None:
    assert not check(said("At 1.5 s the red circle moves right.", answer="B"), row()).ok


def test_the_tolerance_decides() -> None:
    text = said("From 1.3 to 2.3 s the red circle moves right.")
    assert not check(text, row(), tolerance=0.25).ok
    assert check(text, row(), tolerance=0.35).ok


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    check(f"<think>{text}</think><answer>A</answer>", row())


FRAGMENTS = (
    *(
        "at 1.0 s",
        "from 3 to 1 s",
        "9e9 s",
        "٣ s",
        "[1, 2]",
        "for 2 s",
        "all 3 s of the video",
        "twice",
        "0 times",
    ),
    *("operation 3", "operation 0", "operation " + "9" * 5000, "operations 1 to 2", "operations 9 and 3"),
    *(
        "at the beginning",
        "at the end",
        "before operation 1",
        "undoing",
        "earlier",
        "then",
        "I can see",
        "so",
    ),
    *(
        'step 1, "move A B": now',
        'step 2, ""',
        "the red circle",
        "the left wall",
        "pile A",
        "holds",
        "is empty",
    ),
    *("option B", "the answer is nan", ". ", ".\n", ", ", "; ", "—", "\ue000"),
)


@pytest.mark.parametrize("name", ["direction_identification", "motion_counting", "card_stack", "file_system"])
def test_no_order_of_the_words_it_knows_breaks_it(name: str, undrawn: Rows) -> None:
    rows = [undrawn(name, index) for index in range(6)]
    for number in range(300):
        draw = random.Random(number)
        words = draw.choices((*FRAGMENTS, *write(rows[number % 6]).split()), k=draw.randrange(1, 30))
        check(said(" ".join(words)), rows[number % 6])


@pytest.mark.parametrize("where", ["At the beginning", "At the end", "Before operation 1"])
def test_a_short_clip_has_no_states_to_speak_of(where: str) -> None:
    assert check(said(f"{where}, the red circle rests."), row()).problems == ()


@pytest.mark.parametrize("unit", REPETITIONS)
def test_reading_takes_no_longer_than_in_proportion_to_the_text(
    unit: str, undrawn: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the longest text that is allowed: a fraction of a second, or, with its square, minutes."""
    monkeypatch.setattr("synrl.cot.check._MAX_LENGTH", 300_000)
    text = said(unit * (200_000 // len(unit)))
    with stopped_after(minutes=1):
        check(text, row())
        check(text, undrawn("card_stack", 0))


def test_states_are_held_against_the_operation_they_follow(undrawn: Rows) -> None:
    family = families()["card_stack"]
    clip = next(r for i in range(20) if (r := undrawn("card_stack", i))["mode"] == "forward")
    query = clip["config"]["query"]
    after = [family.parts(state["state"], query) for state in [clip["states"][0], *clip["states"][2:]]]
    step, label = next(
        (k, label)
        for k in range(1, len(after))
        for label in after[k]
        if after[k][label] != after[k - 1][label]
    )
    answer = clip["answer"]
    right = check(said(f"After operation {step}, {label} {after[step][label]}.", answer=answer), clip)
    assert right.ok and len(right.checked) == 1
    wrong = check(said(f"After operation {step}, {label} {after[step - 1][label]}.", answer=answer), clip)
    assert not wrong.ok
    back = check(said(f"Before operation {step}, {label} {after[step - 1][label]}.", answer=answer), clip)
    assert back.ok and len(back.checked) == 1


def test_every_reason_is_one_line_that_quotes_the_sentence(undrawn: Rows) -> None:
    counts: Counter[int] = Counter()
    for index in range(6):
        clip = undrawn("shell_game", index)
        wrong = EDITS["time"](write(clip), clip, random.Random(index))
        for problem in check(str(wrong), clip).problems:
            assert "\n" not in problem
            counts[index] += 1
    assert counts
