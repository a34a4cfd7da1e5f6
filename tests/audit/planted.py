"""Exams for the tests of the audit: honest ones, and what can be planted in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from synrl.audit.audit import Audit, judged
from synrl.audit.exam import PLACES, SIDE, Bag, Exam, Sight, Thing
from synrl.audit.verdict import Finding
from synrl.seeds import Stream, Streams

NAMES = ("red circle", "blue square", "green star", "pink diamond")


def stream(index: int = 0) -> Stream:
    return Streams("audit", "tests", 0, index).scene


def exams(count: int, draw: Stream | None = None) -> list[Exam]:
    """Honest choices: a random one of four numbers is right, and nothing tells."""
    draw = draw or stream()
    made = []
    for number in range(count):
        options = tuple(str(value) for value in draw.sample(range(10, 99), 4))
        right = draw.integer(0, 3)
        made.append(
            Exam(
                row_id=f"row-{number}",
                family="family",
                kind="perception count choice",
                split="train",
                group=f"group {number}",
                question=f"How many of kind {number % 3}?",
                options=options,
                answer_type="choice",
                answer="ABCD"[right],
                answer_text=options[right],
                guess_rate=0.25,
                digest=f"scene {number}",
                facts={"frames": float(draw.integer(60, 200)), "level": float(draw.integer(1, 5))},
                pixels=np.full((3, SIDE, SIDE, 3), draw.integer(0, 255), np.uint8),
            )
        )
    return made


def chosen(exam: Exam, options: Sequence[str], right: int) -> Exam:
    """The exam with other options, of which one is right."""
    return replace(exam, options=tuple(options), answer="ABCD"[right], answer_text=options[right])


def opened(exam: Exam, answer_type: str, answer: str, rate: float) -> Exam:
    """The exam as an open question."""
    return replace(
        exam,
        kind="perception count open",
        options=(),
        answer_type=answer_type,
        answer=answer,
        answer_text=answer,
        guess_rate=rate,
    )


def seen(exam: Exam, sight: Sight, places: Sequence[str] = PLACES) -> Exam:
    """The exam with the same to see on some frames, and nothing on the others."""
    return replace(exam, sights={place: sight if place in places else Sight("") for place in PLACES})


def scattered(exam: Exam, draw: Stream) -> Exam:
    """Which of four objects? They lie anywhere, on every frame."""
    options = draw.shuffled(NAMES)
    made = chosen(exam, options, draw.integer(0, 3))
    sights = {}
    for place in PLACES:
        things = {
            name: Thing(draw.uniform(0, 1), draw.uniform(0, 1), 0.0, 0.1) for name in (*NAMES, "black bar")
        }
        sights[place] = Sight(", ".join(things), things=things)
    question = "Which shape comes to the black bar?"
    return replace(
        made, kind="perception which choice", question=question, sights=sights, about=("black bar",)
    )


def bagged(exam: Exam, near: str | None, draw: Stream) -> Exam:
    """The exam with frames in no order, on which one object comes nearest to the bar."""
    gaps = {name: draw.uniform(0.2, 1.0) for name in NAMES}
    if near is not None:
        gaps[near] = 0.05
    apart = {
        (name, "black bar"): {"least distance": gap, "greatest distance": 1.5, "mean distance": 1.0}
        for name, gap in gaps.items()
    }
    return replace(exam, bag=Bag(extents(draw), apart))


def extents(draw: Stream) -> dict[str, dict[str, float]]:
    """How far the objects get, which says nothing."""
    figures = ("mean x", "mean y", "mean size", "least x", "greatest x")
    return {name: {figure: draw.uniform(0, 1) for figure in figures} for name in (*NAMES, "black bar")}


def found(given: Sequence[Exam]) -> dict[str, Finding]:
    """What each probe comes to on exams of one kind."""
    return {one.shortcut: one for one in judged(given).findings}


def failing(given: Sequence[Exam]) -> set[str]:
    """The probes that fail."""
    return {one.shortcut for one in judged(given).findings if one.verdict == "FAIL"}


def failures(given: Sequence[Exam]) -> str:
    return "; ".join(report(given).failures)


def report(given: Sequence[Exam]) -> Audit:
    return judged(given)
