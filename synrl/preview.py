"""A page to watch rows on: one self-contained HTML file, no network, no other files.

Rows go into the page as JSON in script elements that the browser never runs, and from there into text
nodes only, so that whatever a row from a stranger's dataset says stays text. Videos are base64 beside
them and become Blob URLs when they scroll into view. Rows are streamed to disk, so memory stays flat.
"""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from synrl.errors import OutputError

COLUMNS = (
    "id",
    "family",
    "mode",
    "level",
    "fps",
    "num_frames",
    "duration",
    "width",
    "height",
    "question",
    "options",
    "answer_type",
    "answer",
    "answer_text",
    "min_fps",
    "guess_rate",
    "events",
    "operations",
    "states",
    "cot",
)


def write_page(rows: Iterable[Mapping[str, Any]], path: Path, title: str) -> int:
    """Write a page of rows (JSON columns decoded, video with its bytes); returns how many there are.

    Raises:
        OutputError: the page can't be written there.
    """
    before, after = files("synrl").joinpath("preview.html").read_text(encoding="utf-8").split("<!--ROWS-->")
    part, count = path.with_name(path.name + ".part"), 0
    try:
        with part.open("w", encoding="utf-8") as page:
            page.write(before.replace("<!--TITLE-->", html.escape(title)))
            for row in rows:
                page.write(_entry(row))
                count += 1
            page.write(after)
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"can't write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _entry(row: Mapping[str, Any]) -> str:
    data = {name: row[name] for name in COLUMNS}
    data["tracks"] = [
        {
            "name": track["name"],
            "x": [round(x, 1) for x in track["x"]],
            "y": [round(y, 1) for y in track["y"]],
            "visible": [int(seen) for seen in track["visible"]],
        }
        for track in row["tracks"]
    ]
    # A script element ends at "</script", whatever surrounds it; an escaped "<" can't spell that.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    video = base64.b64encode(row["video"]["bytes"]).decode("ascii")
    return (
        f'<script type="application/json" class="row">{text}</script>\n'
        f'<script type="text/plain" class="video">{video}</script>\n'
    )
