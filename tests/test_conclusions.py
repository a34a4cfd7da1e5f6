"""Conclusions: a model's own wording costs it nothing, and naming two answers wins nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synrl.conclusions import find_choice, find_interval, find_number, find_permutation, find_text

OPTIONS = ("up", "down", "to the left", "to the right")


@pytest.mark.parametrize(
    "text",
    [
        "B", "b", "(B)", "B.", "B) down", "(B) down, since it falls", "Option B", "**B**", "down", "Down.",
        "**Answer: B**", "Answer:\nB", "the answer is (B) down", "The best answer is: **B) down**",
        "Therefore the answer is B.", "Option B is correct.", "So (B) is the right choice.", "I choose B",
        r"\boxed{B}", r"I first said \boxed{A}. Now $\boxed{\text{(B)}}$ is final", "It goes down.\n\nB",
        "A circle moves. Option C is tempting. The answer is B", "The answer is A. No, the answer is B.",
        "B.\nThe disc falls the whole time.", "B: it falls", "A or B? A disc falls, so the answer is B.",
        "The answer is B, not C.", "The correct option is B because nothing rises", "answer = B",
        "My final choice would be option B.", "It falls. The answer is down.", "**Answer:** down",
        "[B]", "<B>", "Answer: {B}", "The answer is most likely B.", "I think it's B",
        "It falls.\nThus, it is (B).", "Therefore B", "I'd say option B.", "B is clearly the right answer",
        "A is not correct. B is correct",
    ],
)  # fmt: skip
def test_one_named_option_is_found_in_any_wording(text: str) -> None:
    assert find_choice(text, OPTIONS) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "", "B or C", "B. or C", "B and C", "A, B", "Answer: A, B", "The answer is B or C", "answer: B/C",
        "The answer is either B or C", "B: down or up", "(B) up", "A. up\nB. down", "A man falls", "a disc",
        "The answer is a disc", "The answer is not B", "not B", "E", "The answer is E.", "up or down",
        "It is so", r"\boxed{B, C}", "The answer is A. Or rather, the answer is B or C", "I don't know", "В",
        "Option C is tempting, and option B: less so.", "Option A: no. Option B: it may be",
        "I will answer A man", "The answer involves option B somehow",
        "The answer could be B. down or D. to the right", "The answer is (B) down and (A) up",
        "B is not correct", "Not B is correct", "A or B is correct", "Both A and B are correct", "A\nB",
        "(A)\n\n[B]", "A is correct, B is correct", "B is also correct", "Therefore a man", "[A, B]",
    ],
)  # fmt: skip
def test_what_names_no_option_or_two_is_no_choice(text: str) -> None:
    assert find_choice(text, OPTIONS) is None


def test_yes_and_no_are_options_with_words_after_them() -> None:
    assert [find_choice(text, ("Yes.", "No.")) for text in ("Yes, he does", "no", "B", "Yesterday")] == [
        "A", "B", "B", None,
    ]  # fmt: skip


def test_options_may_be_numbers() -> None:
    for text in ("4", "The answer is 4.", "\\boxed{4}", "C. 4", "two twos are\n4"):
        assert find_choice(text, ("2", "1", "4", "0")) == "C"


def test_names_of_files_are_no_letters() -> None:
    options = ("c.py, d.py", "b.txt", "a.csv")
    assert find_choice("c.py, d.py; b.txt", options) is None
    assert [find_choice(text, options) for text in ("c.py, d.py", "b.txt", "The answer is a.csv")] == [
        "A",
        "B",
        "C",
    ]


def test_letters_count_if_the_texts_of_options_are_not_known() -> None:
    assert find_choice("B. whatever it says", ("", "")) == "B"
    assert find_choice("C. whatever it says", ("", "")) is None


@pytest.mark.parametrize(
    "text",
    [
        "[12.5, 20.0]", "12.5 - 20.0", "12.5 to 20", "12.5s–20s", "12.5, 20.0", "20.0 - 12.5",
        "0:12.5 to 0:20", "00:00:12.5 - 00:00:20", "starts at 12.5 seconds and ends at 20.0 seconds",
        "from 12.5 s until 20 s",
        "<12.5 seconds> - <20.0 seconds>", '{"start": 12.5, "end": 20.0}', r"\boxed{12.5, 20}",
        "The video has 35 seconds, and it happens in 12.5 - 20.0 seconds.",
        "At 3 s a man enters.\nThe event happens in **12.5 - 20.0** seconds.",
        "It starts at 12.5 s, after the 2 men left, and ends at 20.0 s.", "From <12.5> to <20.0>, ReXTime",
    ],
)  # fmt: skip
def test_one_named_span_is_found_in_any_wording(text: str) -> None:
    assert find_interval(text) == (12.5, 20.0)


@pytest.mark.parametrize(
    "text",
    ["1 minute and 5 seconds to 1 minute 10.5 seconds", "1m5s - 1m10.5s", "65 s\n1 min, 10.5 secs"]
    + ["The event happens from 1 minute 5 seconds to 1:10.5, after 2 men left."],
)
def test_minutes_in_words_are_sixty_seconds(text: str) -> None:
    assert find_interval(text) == (65.0, 70.5)
    assert find_interval("2 minutes to 3 min") == (120.0, 180.0)


@pytest.mark.parametrize(
    "text",
    [
        "", "at 5", "never", "1-3 or 5-7", "[1, 3], [5, 7]", "1 2 3 4", "from now on", "2024-11-21",
        "1,5 - 2,0",
    ],
)  # fmt: skip
def test_what_names_no_span_or_two_is_no_span(text: str) -> None:
    assert find_interval(text) is None


def test_an_order_is_every_number_once() -> None:
    for text in (
        "2, 1, 3",
        "Correct order: 2, 1, 3",
        "Clip 2 -> Clip 1 -> Clip 3",
        "3, 2, 1?\n2,1,3",
        "[2,1,3]",
        "The correct order is Clip 2 -> Clip 1 -> Clip 3, as clip 1 needs clip 2.",
        "Correct order: 2, 1, and 3. Clip 2 comes first, at 7 s.",
        "2\n1\n3",
        "The order is:\nClip 2\nClip 1\nClip 3",
        "1. Clip 2\n2. Clip 1\n3. Clip 3",
        "- Clip 2: it starts\n- Clip 1 (then)\n- Clip 3 - the end",
        "Step 1: Clip 2\nStep 2: Clip 1\nStep 3: Clip 3",
        "２，１，３",
        "<|begin_of_box|>2, 1, 3<|end_of_box|>",
    ):
        assert find_permutation(text, 3) == (2, 1, 3)
    for text in ("2, 1", "1, 1, 3", "0, 1, 2", "1, 2, 3, 4", "", "two, one, three", "2, 1, 3 or 1, 2, 3") + (
        "Clip 1\nClip 2\nClip 1\nClip 3",
        "Clip 2\nClip 1",
        "Clip 2\nClip 1\nClip 1",
    ):
        assert find_permutation(text, 3) is None


def test_a_number_is_the_only_one() -> None:
    for text in (
        "12",
        "12.0 m",
        "about 12",
        "twelve",
        "There are 12 chairs.",
        "2 rows of 6.\nThe answer is 12.",
        "12 m^2",
        r"\boxed{12 \text{ m}^2}",
        r"$12\,\mathrm{m^{2}}$",
        "12 m²",
        "12 square metres",
        "１２",
        "Answer：12。",
        "<|begin_of_box|>12<|end_of_box|>",
        "**12** chairs",
        "Twelve.",
    ):
        assert find_number(text) == 12.0, text
    assert find_number("twenty-one") == find_number("There are twenty one.") == 21.0
    assert find_number("one hundred and five cm") == 105.0 and find_number("two hundred") == 200.0
    assert find_number("1,200") == 1200.0 and find_number("-3.5") == -3.5
    for text in ("", "3 or 4", "2-3", "many", "one or two", "twenty or thirty"):
        assert find_number(text) is None


def test_words_are_what_is_said_to_be_the_answer_or_the_last_line() -> None:
    for text in (
        "7♥, K♠",
        "It ends.\nThe answer is 7♥, K♠.",
        "**Answer:** 7♥, K♠",
        r"So \boxed{7♥, K♠}",
        "I\n7♥, K♠",
    ):
        assert find_text(text) == "7♥, K♠"
    assert find_text("") is None and find_text(".") is None


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert find_choice(text, OPTIONS) in (None, *"ABCD")
    find_interval(text), find_number(text), find_permutation(text, 3)


@pytest.mark.parametrize(
    "piece", ["A ", "the answer is ", "1 - ", "starts at ", r"\boxed{", "(", "1:1:", ",1"]
)
def test_a_very_long_text_is_read_at_once(piece: str) -> None:
    text = piece * 100_000
    (
        find_choice(text, OPTIONS),
        find_interval(text),
        find_number(text),
        find_permutation(text, 3),
        find_text(text),
    )


def test_options_and_outputs_lose_the_same_markup() -> None:
    options = (r"$\text{20 m}$", "$30$ m", "*args", "**args")
    assert [find_choice(text, options) for text in ("20 m", r"$\text{20 m}$.", "30 m", "**args", "args")] == [
        "A", "A", "B", "D", None,
    ]  # fmt: skip
    assert find_choice("down", ("up", "down", "down")) == "B", "either is right, and this is the first"


def test_letters_go_before_texts_that_are_letters() -> None:
    assert [find_choice(text, ("B", "A", "C")) for text in ("B", "The answer is A.", "(C)")] == [
        "B",
        "A",
        "C",
    ]


def test_a_text_with_a_letter_in_front_is_the_option_that_says_so() -> None:
    options = ("Above the horizon: H, OH", "Below the horizon: C", "(c)(e)(a)(b)(d)")
    assert find_choice("The answer is Above the horizon: H, OH.", options) == "A"
    assert find_choice("The answer is Above the horizon: B, OH.", options) is None
    assert find_choice("The answer is (c)(e)(a)(b)(d).", options) == "C"
    assert find_choice("The answer is (c)(e)(a)(d)(b).", options) is None
