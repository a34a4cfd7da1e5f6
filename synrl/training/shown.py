"""Which rows can be answered from the frames that a model is shown of them: looked at before training starts.

A row that can't be rewards guessing, and its chain of thought teaches to tell what was not seen. Rows are
made for a view (`synrl.view`) in which each can be answered, so what fails here was made for another one, or
is shown smaller than a model's eye needs. The row's own solver is the judge, on exactly the frames of the
budget, with a model's errors of sight (`synrl.evidence.eye`).
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synrl.budget import VideoBudget
from synrl.dataset.rows import answerable
from synrl.errors import DataError, SynRLError, first_line
from synrl.tasks import get_family

if TYPE_CHECKING:
    from datasets import Dataset

EVIDENCE = (
    "fps",
    "num_frames",
    "width",
    "height",
    "objects",
    "tracks",
    "operations",
    "seed",
)
"""Columns that a solver needs besides those that are trained on."""
_ASKED = ("id", "family", "options", "answer_type", "answer", "answer_text", "config", "states", "cot")
_TIME = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?=(?: (?:to|and) \d+(?:\.\d+)?)? ?(?:s|seconds?)\b)")
_ROUNDED = 0.051
"""Seconds by which a chain may round a time."""
_MANY = 1000
"""Rows from which on several processes pay."""


def keep_answerable(rows: Dataset, budget: VideoBudget, *, keep_all: bool, told: bool = False) -> Dataset:
    """Leave out the rows that can't be answered as shown, and say on stderr how many of each family they are.

    Args:
        rows: with the columns of `EVIDENCE`.
        keep_all: only say it.
        told: whether the rows' chains of thought are taught, so that each time in them must be shown, too.

    Raises:
        DataError: a row is none of ours, or no row is left.
    """
    columns = [*EVIDENCE, *_ASKED]
    workers = max(1, (os.cpu_count() or 2) - 1) if len(rows) >= _MANY else None
    found = rows.select_columns(columns).map(
        _looked_at,
        fn_kwargs={"budget": budget, "told": told},
        remove_columns=[name for name in columns if name != "family"],
        num_proc=workers,
        desc="checking which rows can be answered",
    )
    families, kept = found["family"], np.array(found["kept"], bool)
    if os.environ.get("RANK", "0") == "0":
        print(
            report(budget, families, kept.tolist(), sum(found["capped"]), keep_all=keep_all), file=sys.stderr
        )
    if keep_all:
        return rows
    if not kept.any():
        raise DataError(
            "none of the rows can be answered from the frames that are shown; raise fps, max_frames or "
            "max_clip_pixels, or make rows for this view (`synrl generate --view`)"
        )
    return rows.select(np.flatnonzero(kept))


def report(
    budget: VideoBudget, families: Sequence[str], kept: Sequence[bool], capped: int, *, keep_all: bool
) -> str:
    """The share of rows that can be answered as shown, in all and of the families where some can't."""
    every, good = Counter(families), Counter(name for name, good in zip(families, kept, strict=True) if good)
    total, answered = sum(every.values()), sum(good.values())
    lines = [
        f"answerable from the frames shown ({budget.fps:g} frames a second, at most {budget.max_frames}): "
        f"{_share(answered, total, ' rows')}"
    ]
    if answered < total:
        what = "kept anyway" if keep_all else "left out"
        lines += [
            f"  {name}: {_share(good[name], count)}, the others are {what}"
            for name, count in sorted(every.items())
            if good[name] < count
        ]
    if capped:
        lines.append(
            f"  {_share(capped, total)} clips are shown at a lower rate: max_frames is {budget.max_frames}"
        )
    return "\n".join(lines)


def times_are_shown(chain: str, row: Mapping[str, Any], budget: VideoBudget) -> bool:
    """Whether a frame is shown near each time that a chain tells: within half a gap at the rate asked for."""
    shown = np.array(budget.sample(row["num_frames"], row["fps"])) / row["fps"]
    told = np.array([float(time) for time in _TIME.findall(chain)])
    near = 0.5 / budget.fps + 0.5 / row["fps"] + _ROUNDED
    return bool((np.abs(told[:, None] - shown).min(axis=1) <= near).all()) if len(told) else True


def _looked_at(row: Mapping[str, Any], budget: VideoBudget, told: bool) -> dict[str, bool]:
    try:
        kept = answerable(get_family(row["family"]), row, budget)
        if told and row["cot"] is not None:
            kept = kept and times_are_shown(row["cot"], row, budget)
        return {"kept": kept, "capped": budget.caps(row["num_frames"], row["fps"])}
    except SynRLError as error:
        raise DataError(f"row {row['id']}: {error}") from error
    except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError) as error:
        raise DataError(
            f"row {row['id']} can't be checked: {type(error).__name__}: {first_line(error)}; "
            "`synrl verify` says what is wrong with it"
        ) from error


def _share(part: int, whole: int, what: str = "") -> str:
    return f"{part} of {whole}{what} ({part / max(whole, 1):.1%})"
