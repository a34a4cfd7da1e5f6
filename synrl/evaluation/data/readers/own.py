"""SynRL's own rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from synrl.dataset.rows import answerable, base_index
from synrl.evaluation.benchmarks import BENCHMARKS
from synrl.evaluation.data.items import Item
from synrl.evaluation.data.media import cached
from synrl.tasks import get_family

_LEFT_OUT = ("video", "objects", "tracks", "events", "cot")


def synrl_test(tables: Any) -> Iterator[Item]:
    """A dataset of ours, its videos written as files; rows and their reversed twins are pairs."""
    for row in tables["rows"]:
        data = bytes(row["video"]["bytes"])
        # By the bytes: rows of two datasets may have one id, and an id may be no name for a file.
        video = cached(f"synrl_test/{hashlib.sha256(data).hexdigest()[:32]}.mp4", partial(_write, data))
        base, _, number = row["id"].rpartition("-")
        said = {name: value for name, value in row.items() if name not in _LEFT_OUT}
        yield Item(
            row["id"],
            row["question"],
            row["answer"],
            (str(video),),
            kind="row",
            options=tuple(row["options"]),
            subsets=(row["family"], f"min_fps_{row['min_fps']:g}", *_answerable(row)),
            unit=f"{base}-{base_index(int(number)):06d}" if row["twin_id"] else "",
            row=json.dumps(said),
        )


def _answerable(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The subset of what can be answered from the frames that the benchmark shows, for a row of it."""
    return (
        ("answerable",) if answerable(get_family(row["family"]), row, BENCHMARKS["synrl_test"].budget) else ()
    )


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)
