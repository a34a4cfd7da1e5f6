"""Rows whose video or text can't be used: looked for before the first step, left out, counted and named.

Met in the middle of a run, one of them would end it after hours; and processes that leave out different rows
by themselves would no longer take their steps together. So every video is decoded once, as much of it as is
shown, and every process sees the same rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from synrl.errors import DataError, SynRLError
from synrl.prompts import placeholder, target_text
from synrl.training.data import image, say, shown_by
from synrl.training.inputs import prompt_messages, video_bytes

if TYPE_CHECKING:
    from datasets import Dataset

    from synrl.budget import VideoBudget

_EDGE = 32
"""Px; what frames are rounded to changes nothing about whether a file can be decoded."""
_NAMED = 5
"""Rows that are named; of the others, only the number is said."""
_MANY = 200
"""Rows from which on several processes pay."""


def usable(rows: Dataset, budget: VideoBudget, most: float) -> Dataset:
    """Leave out rows that can't be used, and say on stderr which they are.

    Args:
        rows: with the columns of `synrl.training.data.COLUMNS`.
        most: share of the rows that may be left out.

    Raises:
        DataError: it is more.
    """
    found = rows.map(
        _flaw_of,
        fn_kwargs={"budget": budget},
        remove_columns=rows.column_names,
        num_proc=max(1, (os.cpu_count() or 2) - 1) if len(rows) >= _MANY else None,
        desc="decoding videos",
    )
    flaws = found["flaw"]
    bad = [number for number, flaw in enumerate(flaws) if flaw]
    if not bad:
        return rows
    named = [flaws[number] for number in bad[:_NAMED]]
    named += [f"and {len(bad) - _NAMED} more"] if len(bad) > _NAMED else []
    told = f"{len(bad)} of {len(rows)} rows ({len(bad) / len(rows):.2%}) can't be used"
    if len(bad) > most * len(rows):
        raise DataError(
            f"{told}, and max_bad_rows is {most:g}: {'; '.join(named)}; mend or remove them, or raise "
            "max_bad_rows"
        )
    say("\n  ".join([f"{told} and are left out:", *named]))
    return rows.select(np.flatnonzero([not flaw for flaw in flaws]))


def _flaw_of(row: Mapping[str, Any], budget: VideoBudget) -> dict[str, str]:
    name, path = row["id"], row["video"]["path"]
    where = f"row {name} ({path})" if path else f"row {name}"
    try:
        if tag := placeholder(prompt_messages(row)[0]["content"]) or placeholder(_spoken(row)):
            return {"flaw": f"{where} holds {tag!r}, which stands for a medium"}
        if shown_by(row["video"]) == "image":
            image(str(path), budget.max_frame_pixels)
        else:
            budget.read(video_bytes(row["video"]), _EDGE)
    except SynRLError as error:
        return {"flaw": f"{where}: {error}"}
    return {"flaw": ""}


def _spoken(row: Mapping[str, Any]) -> str:
    return "" if row["answer"] is None else target_text({"cot": None, **row})
