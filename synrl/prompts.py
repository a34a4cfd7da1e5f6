"""What a model is told and how it is to answer: the one place, for chains of thought, training, export
and evaluation alike.

A prompt is the question, its options as lettered lines, and one sentence about the form of the output.
Reasoning stands in `<think>`, the answer alone in `<answer>`; `synrl.answers.extract` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from synrl.answers import LETTERS

CHOOSE = "Answer with the letter of the correct option."
REASONED = (
    "First think inside <think> and </think> about what happens in the video, step by step. "
    "Then give the answer alone inside <answer> and </answer>."
)
DIRECT = "Give the answer alone inside <answer> and </answer>."


_PLACEHOLDER = re.compile(r"<(?:video|image|audio)[^<>]{0,40}>|<\|[^<>]{0,40}\|?>?", re.IGNORECASE)
_MARKUP = re.compile(
    rf"{_PLACEHOLDER.pattern}|</?[A-Za-z!?][^<>]{{0,40}}>?|\|>|\[/?INST\]|[`\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2060\ufeff]"
    r"|\*\*|__(?=\w)|^#{1,6} |!?\[[^\[\]\n]{0,80}\]\(|\\(?:[\[\](){}]|[a-z]{2,20}\b)|\$\$",
    re.IGNORECASE | re.MULTILINE,
)


def placeholder(text: str) -> str:
    """The first tag in a text that stands for a medium, or means something to a tokenizer; else empty."""
    match = _PLACEHOLDER.search(text)
    return match[0] if match else ""


def markup(text: str) -> str:
    """The first piece of markup in what is to be plain words: a tag, Markdown, LaTeX, what can't be seen."""
    match = _MARKUP.search(text)
    return match[0] if match else ""


def question_text(row: Mapping[str, Any]) -> str:
    """A row's question with its options, if any, each on a line with its letter."""
    lines = [row["question"]]
    if row["options"]:
        lines += [f"{letter}. {option}" for letter, option in zip(LETTERS, row["options"], strict=False)]
        lines.append(CHOOSE)
    return "\n".join(lines)


def prompt_text(row: Mapping[str, Any], *, reasoned: bool = True) -> str:
    """What stands behind the video in the user's message; with or without the request to reason."""
    return f"{question_text(row)}\n{REASONED if reasoned else DIRECT}"


def completion_text(answer: str, reasoning: str | None = None) -> str:
    """An output in the form that the prompt asks for; without reasoning, the answer alone."""
    tagged = f"<answer>{answer}</answer>"
    return tagged if reasoning is None else f"<think>\n{reasoning}\n</think>\n{tagged}"


def target_text(row: Mapping[str, Any]) -> str:
    """The completion to learn from a row: its chain of thought if it has one, else the answer alone."""
    return row["cot"] or completion_text(row["answer"])
