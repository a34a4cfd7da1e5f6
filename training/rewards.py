"""Rewards, in the form in which TRL's trainers call them: one value for each completion, from its own row.

The paper rewards accuracy alone (section 2.3); the others are off by default. A reward of None says that a
completion can't be judged; TRL leaves it out.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from synrl.answers import extract, score

Log = Callable[[str, float], None]
_FORM = re.compile(r"\s*<think>(?:(?!</?think>|</?answer>).)*</think>\s*<answer>[^<]*</answer>\s*", re.DOTALL)


def accuracy_reward(
    completions: Sequence[Any], log_metric: Log | None = None, **columns: Any
) -> list[float | None]:
    """1.0 for a right answer, else 0.0; None for a row that has no `answer_type`.

    Args:
        completions: texts, or TRL's conversations (lists of messages, the last one counts).
        log_metric: gets, for each family and level, the shares of right answers and of outputs without
            an answer that can be read.
        columns: the dataset's columns as TRL passes them, each a list as long as `completions`;
            `answer_type`, `answer` and `options` are needed, for plans `family`, `config` and `states`.

    Raises:
        ConfigError: a row's answer type is unknown.
    """
    rewards: list[float | None] = []
    groups: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for text, row in zip(map(text_of, completions), _rows(completions, columns), strict=True):
        if row.get("answer_type") is None:
            rewards.append(None)
            continue
        answer = extract(text)
        rewards.append(score(answer, row))
        for name in (row.get("family"), f"level_{row['level']}" if "level" in row else None):
            if name is not None:
                groups[name].append((rewards[-1] or 0.0, answer is None))
    if log_metric is not None:
        for name, found in groups.items():
            log_metric(f"accuracy/{name}", sum(right for right, _ in found) / len(found))
            log_metric(f"unread/{name}", sum(unread for _, unread in found) / len(found))
    return rewards


def format_reward(completions: Sequence[Any], **columns: Any) -> list[float]:
    """1.0 for reasoning in one `<think>`, then an answer in one `<answer>`, and nothing else; or 0.0."""
    return [float(_FORM.fullmatch(text_of(completion)) is not None) for completion in completions]


def overlong_penalty(max_length: int) -> Callable[..., list[float]]:
    """A reward of 0 up to four fifths of the longest length and from there down to -1 at the whole of it.

    This is the soft punishment of overlong outputs of DAPO (Yu et al., 2025), with its fifth as the cache.
    """
    start = max_length * 4 // 5

    def overlong(completion_ids: Sequence[Sequence[int]], **columns: Any) -> list[float]:
        return [-min(1.0, max(0.0, (len(ids) - start) / (max_length - start))) for ids in completion_ids]

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


def verl_score(data_source: str, solution_str: str, ground_truth: str, extra_info: dict[str, Any]) -> float:
    """The same for verl, as its `custom_reward_function`, over rows that `synrl export` has written."""
    return score(extract(solution_str), json.loads(extra_info["row"]))


def text_of(completion: Any) -> str:
    """The text of a completion as TRL hands it over: itself, or a list of messages."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])


def _rows(completions: Sequence[Any], columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns of each completion's own row."""
    lists = {name: values for name, values in columns.items() if isinstance(values, (list, tuple))}
    for number in range(len(completions)):
        yield {name: values[number] for name, values in lists.items()}
