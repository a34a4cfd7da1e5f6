"""The benchmark of paired videos and captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evaluation.items import Item, listed_options


def vinoground(tables: Any) -> Iterator[Item]:
    """Two files: which caption fits a video, and which part of a joined video fits a caption."""
    for name, part in (("vinoground_textscore.json", "text"), ("vinoground_videoscore.json", "video")):
        for row in tables[name]:
            unit, _, side = row["idx"].partition("_")
            yield Item(
                f"{row['idx']}_{part}",
                row["question"],
                row["GT"].strip().strip("()"),
                (row["video_name"],),
                options=listed_options(row["question"]),
                listed=True,
                unit=unit,
                part=f"{side}_{part}",
            )
