"""Rows without their videos: a chain of thought is about the log, and drawing takes the time."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from synrl.dataset.rows import name_row, scheduled, tables
from synrl.seeds import Streams
from synrl.tasks import get_family

SPLIT = "reasoned"


def undrawn_row(name: str, index: int) -> dict[str, Any]:
    family = get_family(name)
    config, streams = scheduled(family, index), Streams(name, SPLIT, 0, index)
    timeline = family.simulate(config, streams)
    question = family.ask(timeline, config, streams)
    return dict(
        id=name_row(name, SPLIT, index),
        family=name,
        mode=config.mode,
        level=config.level,
        fps=float(timeline.fps),
        num_frames=timeline.num_frames,
        duration=timeline.duration,
        question=question.text,
        options=list(question.options),
        answer_type=question.answer_type,
        answer=question.letter or question.answer_text,
        answer_text=question.answer_text,
        **tables(timeline),
        seed=0,
        config={**asdict(config), "split": SPLIT, "index": index, "query": timeline.query},
        cot=None,
    )


NAMES = ("red circle", "blue square")


def row(**changes: Any) -> dict[str, Any]:
    """A clip of 6 s: a red circle goes right, then up, while a blue square goes left."""
    event = dict(kind="move", target="", time_ms=0, end_time_ms=0)
    return (
        dict(
            family="direction_identification",
            level=1,
            fps=30.0,
            num_frames=180,
            duration=6.0,
            question="Which way does the red circle move?",
            options=["right, then up", "left", "up, then right", "down"],
            answer_type="choice",
            answer="A",
            answer_text="right, then up",
            objects=[dict(name=name, shape="circle", colour="#000000", size=30.0) for name in NAMES],
            tracks=[
                dict(
                    name=name,
                    x=[0.0] * 180,
                    y=[0.0] * 180,
                    visible=[True] * 60 + [name != "blue square"] * 120,
                )
                for name in NAMES
            ],
            events=[
                event | dict(frame=30, end_frame=60, actor="red circle", detail="right"),
                event | dict(frame=60, end_frame=90, actor="red circle", detail="up"),
                event | dict(frame=120, end_frame=150, actor="blue square", detail="left"),
            ],
            operations=[],
            states=[],
            config={"query": {"ask": "next", "object": "red circle", "direction": "left", "then": "after"}},
        )
        | changes
    )


def said(*sentences: str, answer: str = "A") -> str:
    """A chain of some sentences."""
    return f"<think>{' '.join(sentences)}</think><answer>{answer}</answer>"
