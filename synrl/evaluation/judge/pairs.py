"""What `synrl judge` compares: two models' outputs on the same items, from files that may hold anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synrl.errors import DataError, first_line


@dataclass(frozen=True)
class Output:
    """What a model made of an item."""

    question: str
    completion: str
    videos: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """What two models made of one item."""

    id: str
    question: str
    a: str
    b: str
    videos: tuple[str, ...] = ()
    """As samples of lmms-eval name them; none if they don't."""


def read_outputs(path: Path) -> dict[str, Output]:
    """Outputs by id, from JSON lines with `id`, `question` and `completion`, or samples of lmms-eval.

    Raises:
        DataError: a line is neither, or has an id again; only in samples ids may repeat, and are numbered.
    """
    found: dict[str, Output] = {}
    seen: Counter[str] = Counter()
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                number += 1
                said = json.loads(line)
                sample = "answered" in said
                name, output = _sample(said) if sample else (said["id"], _output(said))
                if not isinstance(name, str):
                    raise ValueError("its id is no text")
                seen[name] += 1
                if seen[name] > 1:
                    if not sample:
                        raise ValueError(f"the id {name!r} was there before")
                    name = f"{name} ({seen[name]})"
                found[name] = output
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{path} can't be read at line {max(1, number)} ({type(error).__name__}: {first_line(error)}); "
            "allowed: JSON lines with id, question and completion, or samples of lmms-eval"
        ) from error
    return found


def pair_up(a: Mapping[str, Output], b: Mapping[str, Output], path: Path) -> tuple[list[Pair], int]:
    """The pairs in the order of `a`, and how many items only one has.

    Raises:
        DataError: there is no pair, or an item is another one in `path`, which is the file of `b`.
    """
    both = [name for name in a if name in b]
    if not both:
        raise DataError(f"no id of the other file is in {path}; both must be of the same items")
    for name in both:
        if a[name].question != b[name].question:
            raise DataError(f"item {name!r} has another question in {path}; both must be asked the same")
    pairs = [
        Pair(name, one.question, one.completion, two.completion, one.videos or two.videos)
        for name, one, two in ((name, a[name], b[name]) for name in both)
    ]
    return pairs, len(a) + len(b) - 2 * len(both)


def _sample(said: Mapping[str, Any]) -> tuple[Any, Output]:
    """A line that lmms-eval has written, with what `synrl.evaluation.asking.hooks` put into it."""
    answered = said["answered"]
    whole = {"question": said["input"], "completion": said["filtered_resps"]}
    return answered["id"], _output({**whole, "videos": answered.get("videos", [])})


def _output(said: Mapping[str, Any]) -> Output:
    question, completion = said["question"], said["completion"]
    if isinstance(completion, list) and len(completion) == 1:
        completion = completion[0]
    videos = said.get("videos", [])
    if not isinstance(videos, list) or not all(isinstance(x, str) for x in (question, completion, *videos)):
        raise ValueError("question and completion must be one text each")
    for text in (question, completion):
        text.encode()  # halves of surrogate pairs, which JSON can say and no request can hold
    return Output(question, completion, tuple(videos))
