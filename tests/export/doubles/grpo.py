"""A test double of Video-R1's `grpo.py`: its table of rewards, and `accuracy`, written from its description.

Of an output counts the first `<answer>`. Choices are compared as they stand; numbers are rounded to two
places, and either both have a decimal mark or neither.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any


def accuracy_reward(
    completions: list[Any], solution: list[str], problem_type: list[str], **_: Any
) -> list[float]:
    return [
        float(_right(_answer(said[0]["content"]), _answer(truth), kind))
        for said, truth, kind in zip(completions, solution, problem_type, strict=True)
    ]


def _answer(text: str) -> str:
    found = re.search(r"<answer>(.*?)</answer>", text, re.DOTALL)
    return found[1].strip() if found else ""


def _right(given: str, truth: str, kind: str) -> bool:
    if kind == "multiple choice":
        return given == truth
    if bool(re.search(r"[.,]", given)) != bool(re.search(r"[.,]", truth)):
        return False
    with suppress(ValueError):
        return round(float(given.replace(",", "")), 2) == round(float(truth.replace(",", "")), 2)
    return False


reward_funcs_registry = {"accuracy": accuracy_reward}
