"""Rewards, in the form in which TRL's trainers call them: one value for each completion, from its own row.

The paper rewards right answers and nothing else (section 2.3); the others have to be asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from synrl.answers import extract
from synrl.checks import check_range
from synrl.errors import ConfigError
from synrl.scoring import score

Log = Callable[[str, float], None]
NEEDED = ("answer_type", "answer", "options")
"""Columns without which no answer can be judged; plans also need `family`, `config` and `states`."""
_FORM = re.compile(r"\s*<think>(?:(?!</?think>|</?answer>).)+</think>\s*<answer>[^<]+</answer>\s*", re.DOTALL)


def accuracy_reward(
    completions: Sequence[Any],
    log_metric: Log | None = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """1.0 for a right answer, else 0.0; None for a row that says no answer, which TRL leaves out.

    Args:
        completions: texts, or TRL's conversations (lists of messages, the last one counts).
        log_metric: gets, for each family and level, the shares of right answers and of outputs that hold
            no answer.
        log_extra: gets the answers that were read and the right ones, for reports of completions.
        columns: the dataset's columns as TRL passes them, each a list as long as `completions`.

    Raises:
        ConfigError: a column is missing or a row's type of answer is unknown, so that nothing could ever
            be right.
    """
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise ConfigError(f"the dataset has no column {missing[0]}, by which answers are judged; keep it")
    rewards: list[float | None] = []
    answers: list[str] = []
    groups: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for text, row in zip(map(text_of, completions), _rows(completions, columns), strict=True):
        answer = extract(text)
        answers.append("" if answer is None else str(answer))
        if row["answer"] is None:
            rewards.append(None)
            continue
        reward = score(answer, row)
        rewards.append(reward)
        for name in (row.get("family"), f"level_{row['level']}" if "level" in row else None):
            if name is not None:
                groups[name].append((reward, answer is None))
    if log_extra is not None:
        log_extra("answer read", answers)
        log_extra("answer", [str(answer) for answer in columns["answer"]])
    if log_metric is not None:
        for name, found in groups.items():
            log_metric(f"accuracy/{name}", sum(right for right, _ in found) / len(found))
            log_metric(f"no_answer/{name}", sum(none for _, none in found) / len(found))
    return rewards


def format_reward(completions: Sequence[Any], **columns: Any) -> list[float]:
    """1.0 for reasoning in one `<think>`, then an answer in one `<answer>`, and nothing else; or 0.0."""
    return [float(_FORM.fullmatch(text_of(completion)) is not None) for completion in completions]


def overlong_penalty(max_length: int, margin: int) -> Callable[..., list[float]]:
    """A reward that falls from 0.0 to -1.0 over the last `margin` of `max_length` tokens of a completion.

    It is the soft punishment of overlong outputs of DAPO (Yu et al., 2025).

    Raises:
        ConfigError: the margin is not within the length.
    """
    check_range("margin in tokens", margin, 1, max_length)

    def overlong(completion_ids: Sequence[Sequence[int]], **columns: Any) -> list[float]:
        return [min(0.0, max(-1.0, (max_length - margin - len(ids)) / margin)) for ids in completion_ids]

    return overlong


def group_log(max_length: int, *, pass_at_k: bool = False) -> Callable[..., list[None]]:
    """A reward that rewards nothing, and logs by family what tells how a run is doing.

    Of each family: the share of prompts whose completions all get the same reward, so that nothing can
    be learnt from them; the share of completions that were cut at the longest length; with `pass_at_k`,
    the share of prompts that some completion answers.
    """

    def groups(
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        log_metric: Log | None = None,
        log_extra: Any = None,
        **columns: Any,
    ) -> list[None]:
        right, families = accuracy_reward(completions, **columns), columns["family"]
        found: dict[str, list[float]] = defaultdict(list)
        for ids, name in zip(completion_ids, families, strict=True):
            found[f"cut/{name}"].append(float(len(ids) >= max_length))
        for _, group in groupby(range(len(right)), key=lambda number: columns["id"][number]):
            first, *rest = group  # the completions of a prompt come one after the other
            rewards = [right[number] for number in (first, *rest)]
            found[f"same_reward/{families[first]}"].append(float(len(set(rewards)) == 1))
            if pass_at_k:
                found[f"pass_at_k/{families[first]}"].append(float(1.0 in rewards))
        if log_metric is not None:
            for key, values in found.items():
                log_metric(key, sum(values) / len(values))
        return [None] * len(completions)

    return groups


def text_of(completion: Any) -> str:
    """The text of a completion as TRL hands it over: itself, or a list of messages."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])


def _rows(completions: Sequence[Any], columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns of each completion's own row."""
    lists = {name: values for name, values in columns.items() if isinstance(values, (list, tuple))}
    for number in range(len(completions)):
        yield {name: values[number] for name, values in lists.items()}
