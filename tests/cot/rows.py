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
