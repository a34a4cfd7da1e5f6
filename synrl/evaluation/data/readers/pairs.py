"""The benchmark of paired videos and captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synrl.evaluation.data.items import Item, listed_options, plain_letter, untold


def vinoground(tables: Any) -> Iterator[Item]:
    """Two files: which caption fits a video, and which part of a joined video fits a caption."""
    units: dict[str, list[Item]] = {}
    for name, part in (("vinoground_textscore.json", "text"), ("vinoground_videoscore.json", "video")):
        for row in tables[name]:
            unit, _, side = row["idx"].partition("_")
            item = Item(
                f"{row['idx']}_{part}",
                untold(row["question"]),
                plain_letter(row["GT"]),
                (row["video_name"],),
                options=listed_options(row["question"]),
                listed=True,
                unit=unit,
                part=f"{side}_{part}",
            )
            units.setdefault(unit, []).append(item)
    for items in units.values():  # together, so that a limit leaves most of them whole
        yield from items
