"""Every probe finds the shortcut that is planted for it, and nothing where none is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from audit.planted import bagged, chosen, exams, failing, found, opened, scattered, seen, stream

from synrl.audit.exam import READABLE, Exam, Sight, Thing
from synrl.audit.examine import carried_out
from synrl.seeds import Stream
from synrl.tasks import get_family

ROWS = 300


def test_honest_choices_pass() -> None:
    findings = found(exams(ROWS))
    untested = {name for name, one in findings.items() if one.verdict != "ok"}
    assert len(findings) == 8 and all("picture" in name for name in untested)  # there are too many answers


def test_honest_open_questions_pass() -> None:
    draw = stream(1)
    assert failing([opened(e, "integer", str(draw.integer(1, 6)), 1 / 6) for e in exams(ROWS)]) == set()


def test_an_honest_frame_passes() -> None:
    draw = stream(2)
    findings = found([bagged(scattered(e, draw), None, draw) for e in exams(ROWS)])
    untested = {name for name, one in findings.items() if one.verdict != "ok"}
    assert len(findings) == 14 and untested == {"record: a rule"}  # no answer is a number


# (a) The text


def test_a_first_option_that_is_right_too_often() -> None:
    planted = [
        replace(e, answer="A", answer_text=e.options[0]) if k % 3 == 0 else e
        for k, e in enumerate(exams(600))
    ]
    finding = found(planted)["text: a rule"]
    assert finding.verdict == "FAIL" and finding.how == "smallest: place in the list"


def test_a_longer_right_option() -> None:
    def longer(exam: Exam) -> Exam:
        return chosen(
            exam, [o + "0" * (o == exam.answer_text) for o in exam.options], "ABCD".index(exam.answer)
        )

    findings = found([longer(exam) for exam in exams(200)])
    assert findings["text: a rule"].accuracy == 1.0 and findings["text: learnt"].accuracy > 0.95


def test_an_option_that_the_others_were_made_from() -> None:
    draw = stream(3)
    planted = []
    for exam in exams(ROWS):
        truth = draw.sample("abcdefgh", 3)
        options = draw.shuffled(
            [" ".join(w) for w in (truth, *([*truth[:k], "xyz"[k], *truth[k + 1 :]] for k in range(3)))]
        )
        planted.append(chosen(exam, options, options.index(" ".join(truth))))
    assert {"text: a rule", "text: learnt"} <= failing(planted)


def test_a_middle_number_takes_two_figures_or_one() -> None:
    planted = [chosen(e, e.options, e.options.index(sorted(e.options, key=int)[1])) for e in exams(400)]
    assert found(planted)["text: learnt"].accuracy > 0.9


def test_a_word_that_goes_with_right_options() -> None:
    draw = stream(4)
    planted = []
    for exam in exams(ROWS):
        right = "ABCD".index(exam.answer)
        words = [
            "teal" if k == right and draw.chance(0.7) else draw.choice(("plum", "lime", "sand"))
            for k in range(4)
        ]
        planted.append(chosen(exam, [f"{w} {o}" for w, o in zip(words, exam.options, strict=True)], right))
    finding = found(planted)["text: its words"]
    assert finding.verdict == "FAIL" and finding.accuracy > 0.6


STEPS = ("left", "right", "up", "down")
LEGS = [(a, b) for a in "ABC" for b in "ABC" if a != b]


def slides(draw: Stream, back: bool) -> str:
    while True:
        plan = [draw.choice(STEPS) for _ in range(4)]
        pairs = list(zip(plan, plan[1:], strict=False))
        takes_back = any({a, b} in ({"left", "right"}, {"up", "down"}) for a, b in pairs)
        if takes_back is back:
            return "; ".join(plan)


def moves(draw: Stream, twice: bool) -> str:
    while True:
        one, two = draw.choice(LEGS), draw.choice(LEGS)
        if (one[1] == two[0]) is twice:
            return f"move {one[0]} {one[1]}; move {two[0]} {two[1]}"


def numbers(draw: Stream, odd: bool) -> str:
    drawn = [draw.integer(1, 9) for _ in range(3)]
    return ", ".join(map(str, [*drawn, draw.choice((0, 11, 12))] if odd else [*drawn, draw.integer(1, 9)]))


@pytest.mark.parametrize("made", [slides, moves, numbers])
def test_wrong_plans_and_rows_that_break_a_rule(made: Callable[[Stream, bool], str]) -> None:
    draw = stream(5)

    def planted(broken: float) -> list[Exam]:
        found = []
        for exam in exams(400):
            right = "ABCD".index(exam.answer)
            found.append(
                chosen(exam, [made(draw, k != right and draw.chance(broken)) for k in range(4)], right)
            )
        return found

    assert failing(planted(0.8)) >= {"text: a rule", "text: learnt"}
    assert failing(planted(0.0)) == set()


def test_words_of_an_open_question_that_tell() -> None:
    planted = [opened(exam, "integer", str(number % 3), 1 / 3) for number, exam in enumerate(exams(ROWS))]
    assert found(planted)["text: its words"].accuracy == 1.0


def test_an_open_answer_that_is_frequent_and_not_admitted() -> None:
    draw = stream(6)
    planted = [
        opened(e, "integer", "7" if draw.chance(0.5) else str(draw.integer(1, 6)), 1 / 7) for e in exams(400)
    ]
    assert "text: its words" in failing(planted)
    assert failing([replace(exam, guess_rate=0.55) for exam in planted]) == set()


def test_an_interval_that_is_mostly_in_the_middle() -> None:
    draw = stream(7)
    starts = [2 + draw.uniform(0, 0.5) for _ in range(ROWS)]
    planted = [
        opened(e, "interval", f"[{start:.2f}, {start + 1:.2f}]", 0.3)
        for e, start in zip(exams(ROWS), starts, strict=True)
    ]
    assert "text: its words" in failing(planted)


def test_the_answer_of_a_row_is_no_candidate_only_because_it_is_its_own() -> None:
    """Each answer occurs once, in its own words: whoever knew the answers could match it to the question."""
    draw = stream(8)
    planted = []
    for number, exam in enumerate(exams(200)):
        answer = " ".join(draw.sample("abcdefghij", 4)) + f" {number}"
        planted.append(replace(opened(exam, "text", answer, 0.001), question=f"Which of {answer}?"))
    assert failing(planted) == set()


def test_many_candidates_of_which_hardly_any_is_right() -> None:
    answers = [f"answer {k}" if k % 50 else "answer" for k in range(400)]
    rows = [opened(e, "text", answer, 0.0025) for e, answer in zip(exams(400), answers, strict=True)]
    assert found(rows)["text: learnt"].answered == 400


# (b) One frame


def test_an_option_near_to_what_is_shown() -> None:
    draw = stream(9)
    cells = [f"{a}{b}" for a in "ABCDE" for b in range(1, 6)]

    def planted(near: bool) -> list[Exam]:
        made = []
        for exam in exams(ROWS):
            shown, *options = draw.sample(cells, 5)
            apart = [sum(abs(ord(a) - ord(b)) for a, b in zip(shown, o, strict=True)) for o in options]
            right = apart.index(min(apart)) if near else draw.integer(0, 3)
            sight = Sight(f"tile 4 is at {shown}", answer=shown)
            made.append(replace(chosen(exam, options, right), sights={READABLE: sight}))
        return made

    findings = found(planted(True))
    assert (
        findings["one frame: a rule"].accuracy > 0.8 and findings["readable frame: learnt"].verdict == "FAIL"
    )
    assert failing(planted(False)) == set()


def test_an_option_that_begins_with_the_colour_that_is_shown() -> None:
    draw = stream(10)
    colours = ("red", "blue", "green", "pink", "black")

    def planted(tells: bool) -> list[Exam]:
        made = []
        for exam in exams(ROWS):
            options = [", ".join(draw.sample(colours, 3)) for _ in range(4)]
            right = "ABCD".index(exam.answer)
            shown = options[right if tells else draw.integer(0, 3)].split(", ")[0]
            things = {
                f"{place}: {colour} square": Thing(place / 4, 0.5, 0.0, 0.1)
                for place, colour in enumerate((draw.choice(colours), shown, draw.choice(colours)))
            }
            asked = replace(
                chosen(exam, options, right),
                question="Which colours has the second shape from the left, first to last?",
            )
            made.append(seen(asked, Sight(", ".join(things), things=things), ("first",)))
        return made

    finding = found(planted(True))["one frame: a rule"]
    assert finding.verdict == "FAIL"
    assert finding.how == "greatest: its first word is that of the object, first frame"
    assert "one frame: a rule" not in failing(planted(False))


def test_the_direction_with_most_room() -> None:
    draw = stream(11)
    ways = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}

    def planted(room: bool) -> list[Exam]:
        made = []
        for exam in exams(ROWS):
            x, y, options = draw.uniform(0, 1), draw.uniform(0, 1), draw.shuffled(tuple(ways))
            free = [
                (x if ways[o][0] < 0 else 1 - x) if ways[o][0] else (y if ways[o][1] < 0 else 1 - y)
                for o in options
            ]
            right = free.index(max(free)) if room else draw.integer(0, 3)
            sight = Sight("red star", things={"red star": Thing(x, y, 0.0, 0.1)})
            asked = replace(chosen(exam, options, right), question="Which way does the red star go?")
            made.append(seen(replace(asked, about=("red star",)), sight))
        return made

    finding = found(planted(True))["one frame: a rule"]
    assert finding.accuracy == 1.0 and "room in its" in finding.how
    assert failing(planted(False)) == set()


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_object_that_is_nearest_on_one_frame(place: str) -> None:
    draw = stream(12)
    planted = []
    for exam in exams(ROWS):
        made = scattered(exam, draw)
        things = made.sights[place].things
        bar = things["black bar"]
        gaps = [np.hypot(things[o].x - bar.x, things[o].y - bar.y) for o in made.options]
        planted.append(chosen(made, made.options, int(np.argmin(gaps))))
    findings = found(planted)
    assert findings["one frame: a rule"].accuracy == 1.0
    assert (
        findings["one frame: a rule"].how == f"smallest: distance of the first object it names, {place} frame"
    )
    assert findings[f"{place} frame: learnt"].accuracy > 0.8
    others = {"first", "middle", "last"} - {place}
    assert all(findings[f"{other} frame: learnt"].verdict == "ok" for other in others)


def test_the_side_that_is_seen_tells_of_an_open_answer_too() -> None:
    draw = stream(13)
    sides = ("to the right of", "below", "to the left of", "above")
    steps = {"to the right of": (0.3, 0), "below": (0, 0.3), "to the left of": (-0.3, 0), "above": (0, -0.3)}
    planted = []
    for exam in exams(400):
        first, last = draw.choice(sides), draw.choice(sides)
        dx, dy = steps[first]
        things = {"red star": Thing(0.5 + dx, 0.5 + dy, 0.0, 0.1), "blue bar": Thing(0.5, 0.5, 0.0, 0.1)}
        asked = replace(
            opened(exam, "text", f"{first}, then {last}", 1 / 16),
            question=f"Where is the red star? Answer as first, then last side, one of: {', '.join(sides)}.",
            about=("red star", "blue bar"),
        )
        planted.append(seen(asked, Sight("blue bar, red star", things=things), ("first",)))
    findings = found(planted)
    assert findings["one frame: a rule"].verdict == "FAIL" and findings["first frame: learnt"].accuracy > 0.18


def test_plans_that_can_be_carried_out_on_what_is_shown() -> None:
    draw = stream(14)
    planted = []
    for exam in exams(ROWS):
        right = "ABCD".index(exam.answer)
        plans = [(1.0, draw.uniform(0, 0.5) + 0.5 * (k == right), 0.0, draw.uniform(0, 1)) for k in range(4)]
        made = chosen(exam, [f"move {k} {o}" for k, o in enumerate(exam.options)], right)
        planted.append(replace(made, sights={READABLE: Sight("pile A", carried=tuple(plans))}))
    finding = found(planted)["one frame: a rule"]
    assert finding.verdict == "FAIL" and "likeness of its end to the target" in finding.how


def test_a_plan_is_carried_out_by_the_rules_of_its_world() -> None:
    world = get_family("card_stack").world
    assert world is not None
    state, target = {"A": ["7♠", "K♣"], "B": []}, {"card": "K♣", "pile": "B"}
    assert carried_out(world, state, target, "move A B")[:3] == (1.0, 1.0, 1.0)
    legal, near, reached, _ = carried_out(world, state, target, "move B A; move A B")
    assert (legal, near, reached) == (0.5, 1.0, 1.0)
    assert carried_out(world, state, target, "nonsense")[0] == 0.0


def test_pictures_that_tell() -> None:
    def painted(exam: Exam, answer: int) -> Exam:
        pixels = np.array(exam.pixels)
        pixels[1, :4, :4] = 60 * answer
        return replace(exam, pixels=pixels)

    colours = ("red", "blue", "green", "pink")
    rows = [chosen(exam, colours, "ABCD".index(exam.answer)) for exam in exams(ROWS)]
    assert found([painted(e, "ABCD".index(e.answer)) for e in rows])["middle picture: learnt"].accuracy > 0.5
    assert failing([painted(e, k % 4) for k, e in enumerate(rows)]) == set()


def test_pictures_of_too_many_answers_are_not_tested() -> None:
    finding = found(exams(ROWS))["middle picture: learnt"]
    assert finding.verdict == "not tested" and "0% of the rows" in finding.why


def interval(start: float, length: float = 2.0) -> str:
    return f"[{start:.2f}, {start + length:.2f}]"


def visited(exam: Exam, draw: Stream, look: Callable[[bool], dict[str, Thing]], tells: bool) -> Exam:
    """From when to when is something so? Two of four options hold the time of the middle frame."""
    options = draw.shuffled([interval(4.0 + draw.uniform(-0.9, 0.9)) for _ in range(2)] + ["", ""])
    options = [option or interval(draw.choice((0.5, 7.5)) + draw.uniform(0, 0.4)) for option in options]
    right = draw.integer(0, 3)
    holds = options[right].startswith(("[3", "[4"))
    things = look(holds if tells else draw.chance(0.5))
    sight = Sight(", ".join(things), things=things, seconds=5.0, empty=not things)
    asked = replace(
        chosen(exam, options, right),
        kind="localisation span choice",
        question="When is the red star inside the square zone?",
        about=("red star",),
    )
    return seen(asked, sight, ("middle",))


def in_zone(draw: Stream) -> Callable[[bool], dict[str, Thing]]:
    def look(so: bool) -> dict[str, Thing]:
        x, y = draw.uniform(0.3, 0.7), draw.uniform(0.3, 0.7)
        off = draw.uniform(0, 0.15) if so else draw.choice((-0.25, 0.25))
        return {"red star": Thing(x + off, y, 0.0, 0.1), "square zone": Thing(x, y, 0.0, 0.4)}

    return look


def in_sight(so: bool) -> dict[str, Thing]:
    return {} if so else {"red star": Thing(0.5, 0.5, 0.0, 0.1)}


@pytest.mark.parametrize("look", [in_zone, lambda _: in_sight])
def test_what_is_so_on_one_frame_tells_which_intervals_can_be_right(
    look: Callable[[Stream], Callable[[bool], dict[str, Thing]]],
) -> None:
    draw = stream(17)
    findings = found([visited(exam, draw, look(draw), True) for exam in exams(400)])
    rule = findings["one frame: a rule"]
    assert rule.verdict == "FAIL" and rule.accuracy > 0.4
    assert rule.how.startswith("greatest: it holds the frame's time if, and only if, the first object is ")
    assert findings["middle frame: learnt"].verdict == "FAIL"
    assert failing([visited(exam, draw, look(draw), False) for exam in exams(400)]) == set()


def test_which_of_two_is_nearer_on_one_frame_tells_which_intervals_can_be_right() -> None:
    draw = stream(18)

    def look(so: bool) -> dict[str, Thing]:
        near, far = draw.uniform(0.1, 0.2), draw.uniform(0.25, 0.4)
        left, right = (near, far) if so else (far, near)
        x = draw.uniform(0.4, 0.6)
        places = {"red star": x - left, "blue bar": x + right, "black disc": x}
        return {name: Thing(place, 0.5, 0.0, 0.1) for name, place in places.items()}

    about = ("red star", "blue bar", "black disc")
    findings = found([replace(visited(exam, draw, look, True), about=about) for exam in exams(400)])
    assert findings["one frame: a rule"].verdict == "FAIL" and "nearer" in findings["one frame: a rule"].how
    assert findings["middle frame: learnt"].verdict == "FAIL"


def test_a_frame_that_has_nothing_to_do_with_the_answers_is_not_tested() -> None:
    things = {"grey disc": Thing(0.5, 0.5, 0.0, 0.1)}
    finding = found([seen(exam, Sight("grey disc", things=things)) for exam in exams(ROWS)])[
        "first frame: learnt"
    ]
    assert finding.verdict == "not tested" and finding.accuracy == 0.0
    assert finding.why == "nothing on the frame has to do with the answers"


def test_which_way_round_a_question_asks_is_learnt_with_what_is_seen() -> None:
    draw = stream(19)
    planted = []
    for number, exam in enumerate(exams(400)):
        made = scattered(exam, draw)
        places = [made.sights["middle"].things[option].x for option in made.options]
        most, word = (max, "right") if number % 2 else (min, "left")
        asked = replace(made, question=f"Which shape stays further to the {word} of the black bar?")
        planted.append(chosen(asked, made.options, places.index(most(places))))
    assert found(planted)["middle frame: learnt"].accuracy > 0.8


# (c) Frames without order


def test_the_least_distance_over_all_frames() -> None:
    draw = stream(15)
    rows = [scattered(exam, draw) for exam in exams(ROWS)]
    findings = found([bagged(exam, exam.answer_text, draw) for exam in rows])
    assert findings["frames without order: a rule"].accuracy == 1.0
    assert findings["frames without order: learnt"].verdict == "FAIL"
    assert findings["one frame: a rule"].verdict == "ok"


def test_what_all_frames_show_is_told_and_not_judged_where_order_does_not_matter() -> None:
    draw = stream(15)
    rows = [scattered(exam, draw) for exam in exams(ROWS)]
    given = [replace(bagged(exam, exam.answer_text, draw), unordered=True) for exam in rows]
    findings = found(given)
    assert findings["frames without order: a rule"].verdict == "told only"
    assert findings["frames without order: a rule"].accuracy == 1.0
    assert failing(given) == set()


def test_the_solver_on_shuffled_frames_is_told_and_not_judged() -> None:
    finding = found([replace(exam, shuffled=True) for exam in exams(100)])["solver on shuffled frames"]
    assert (finding.verdict, finding.accuracy) == ("told only", 1.0)


# (d) The record


@pytest.mark.parametrize("fact", ["frames", "seconds", "bytes", "level"])
def test_a_fact_of_the_clip_that_goes_with_the_answer(fact: str) -> None:
    draw = stream(16)

    def planted(tells: bool) -> list[Exam]:
        made = []
        for exam in exams(400):
            count = draw.integer(1, 6)
            options = draw.shuffled([count, *draw.sample([n for n in range(1, 7) if n != count], 3)])
            value = 40.0 * (count if tells else draw.integer(1, 6)) + draw.uniform(0, 40)
            right = options.index(count)
            made.append(replace(chosen(exam, list(map(str, options)), right), facts={fact: value}))
        return made

    findings = found(planted(True))
    assert findings["record: a rule"].how == f"greatest: number that fits: {fact}"
    assert findings["record: a rule"].verdict == findings["record: learnt"].verdict == "FAIL"
    assert failing(planted(False)) == set()
