"""SynRL's own rows."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.items import Item
from evaluation.media import cache_folder
from synrl.rows import TWINS

_LEFT_OUT = ("video", "objects", "tracks", "events", "cot")


def synrl_test(tables: Any) -> Iterator[Item]:
    """A dataset of ours, its videos written as files; rows and their reversed twins are pairs."""
    for row in tables["rows"]:
        video = _place(row)
        if not video.is_file():
            video.parent.mkdir(parents=True, exist_ok=True)
            part = video.with_name(f"{os.getpid()}-{video.name}")
            part.write_bytes(row["video"]["bytes"])
            os.replace(part, video)
        base, _, number = row["id"].rpartition("-")
        said = {name: value for name, value in row.items() if name not in _LEFT_OUT}
        yield Item(
            row["id"],
            row["question"],
            row["answer"],
            (str(video),),
            kind="row",
            options=tuple(row["options"]),
            subsets=(row["family"], f"min_fps_{row['min_fps']:g}"),
            unit=f"{base}-{int(number) % TWINS:06d}" if row["twin_id"] else "",
            row=json.dumps(said),
        )


def _place(row: Mapping[str, Any]) -> Path:
    """By the bytes: rows of two datasets may have one id, and an id may be no name for a file."""
    return cache_folder() / "synrl_test" / f"{hashlib.sha256(row['video']['bytes']).hexdigest()[:32]}.mp4"
