"""Pages to watch rows on: self-contained HTML, no network. One file, or for many rows a folder of pages.

Rows go into a page as JSON in script elements that the browser never runs, and from there into text
nodes only, so that whatever a row from a stranger's dataset says stays text. Videos are base64 beside
them and become Blob URLs when they scroll into view. A policy in the page allows its own script by digest,
and no address at all. Folders hold pages, because a page opened from a disk can't fetch files: rows are
written page by page, so memory stays flat.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tqdm.auto import tqdm

from synrl.dataset.reading import Source
from synrl.errors import DataError
from synrl.output import HOLDS_ELSE, is_marked, result_file, staged, whole_file

ROWS_PER_PAGE = 50
"""About 5 to 10 MB of videos."""
MARK = '<meta name="generator" content="synrl preview">'
"""In every file we write, so that no other file or folder is ever replaced."""
_FILE = re.compile(r"index\.html|page-\d{4,}\.html")

_TEXTS = ("id", "family", "mode", "question", "answer_type", "answer", "answer_text")
_NUMBERS = ("level", "fps", "num_frames", "duration", "width", "height", "min_fps", "guess_rate")

_INDEX = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
{mark}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<header><h1>{title}</h1><small>{count} rows on {pages} pages</small></header>
<main><article class="index"><table>
<tr><th>family<th>rows<th>on pages
{lines}
</table></article></main>
</html>
"""


def labelled(source: Source, count: int, *, progress: bool = True) -> Generator[dict[str, Any]]:
    """At most `count` rows, evenly spread, each with the `split` that its file's name says."""
    total = min(count, source.num_rows)
    for group, row in tqdm(source.pick(count), total=total, unit="row", disable=not progress):
        yield {**row, "split": group.split}


def write_page(rows: Iterable[Mapping[str, Any]], path: Path, title: str) -> int:
    """Write a page of rows (JSON columns decoded, video with its bytes); returns how many there are.

    Raises:
        OutputError: the page can't be written there, or something else is there than a page of ours.
        DataError: a row isn't one of ours.
    """
    with result_file(path, MARK) as part:
        return _write(rows, part, title, {})


def page_text(rows: Iterable[Mapping[str, Any]], title: str) -> str:
    """A page of rows, to show elsewhere than in a file.

    Raises:
        DataError: a row isn't one of ours.
    """
    before, after = _frame(title, {})
    return "".join([before, *map(_entry, rows), after])


def _write(rows: Iterable[Mapping[str, Any]], path: Path, title: str, links: Mapping[str, str]) -> int:
    """Write a page; `links` are from texts to addresses of other pages."""
    before, after = _frame(title, links)
    count = 0
    # A title may hold bytes of a file name that are no text.
    with path.open("w", encoding="utf-8", errors="replace") as page:
        page.write(before)
        for row in rows:
            page.write(_entry(row))
            count += 1
        page.write(after)
    return count


def _frame(title: str, links: Mapping[str, str]) -> tuple[str, str]:
    """What stands before and after the rows of a page."""
    style, script = _package_text("page.css"), _package_text("page.js")
    shown_links = "".join(
        f'<a href="{html.escape(to)}">{html.escape(text)}</a>' for text, to in links.items()
    )
    parts = {
        "POLICY": _policy(style, script),
        "TITLE": html.escape(title),
        "LINKS": f"<nav>{shown_links}</nav>" if links else "",
        "STYLE": style,
        "SCRIPT": script,
        "ROWS": "<!--ROWS-->",
    }
    template = re.sub(r"<!--(\w+)-->", lambda found: parts[found[1]], _package_text("page.html"))
    before, after = template.split("<!--ROWS-->")
    return before, after


def write_folder(rows: Iterable[Mapping[str, Any]], folder: Path, title: str) -> int:
    """Write pages of `ROWS_PER_PAGE` rows and an `index.html`; returns how many rows there are.

    The folder appears when it is whole, in place of an earlier preview.

    Raises:
        OutputError: the folder can't be written, or holds something else than a preview.
        DataError: a row isn't one of ours.
    """
    pages: list[Counter[str]] = []
    with staged(folder, _difference, resume=False) as staging:
        assert staging is not None, "an earlier preview is replaced"
        rest = iter(rows)
        batch = list(islice(rest, ROWS_PER_PAGE))
        while batch:
            following = list(islice(rest, 1))  # one ahead, to know whether there is a next page
            number = len(pages) + 1
            links = {"index": "index.html"}
            links |= {"‹ previous": _page(number - 1)} if pages else {}
            links |= {"next ›": _page(number + 1)} if following else {}
            with whole_file(staging / _page(number)) as part:
                _write(batch, part, f"{title} · page {number}", links)
            pages.append(Counter(str(row["family"]) for row in batch))
            batch = following + list(islice(rest, ROWS_PER_PAGE - len(following)))
        with whole_file(staging / "index.html") as part:
            part.write_text(_index(pages, title), encoding="utf-8", errors="replace")
    return sum(page.total() for page in pages)


def _page(number: int) -> str:
    return f"page-{number:04d}.html"


def _index(pages: list[Counter[str]], title: str) -> str:
    """The page that lists families; a link opens a page filtered by the family."""
    style = _package_text("page.css")
    total = sum(pages, Counter[str]())
    lines = []
    for family in sorted(total):
        anchor = f"#family={quote(family, safe='', errors='replace')}"
        numbers = [number for number, page in enumerate(pages, start=1) if family in page]
        links = "".join(f'<a href="{_page(number)}{anchor}">{number}</a>' for number in numbers)
        lines.append(f"<tr><th>{html.escape(family)}<td>{total[family]}<td>{links}")
    return _INDEX.format(
        policy=_policy(style),
        mark=MARK,
        title=html.escape(title),
        style=style,
        count=total.total(),
        pages=len(pages),
        lines="\n".join(lines),
    )


def _difference(folder: Path) -> str:
    """What a folder holds instead of a preview, which may be replaced; a link may not."""
    is_folder = folder.is_dir() and not folder.is_symlink()
    return "" if is_folder and all(_is_ours(path) for path in folder.iterdir()) else HOLDS_ELSE


def _is_ours(path: Path) -> bool:
    is_file = path.is_file() and not path.is_symlink()
    return bool(_FILE.fullmatch(path.name)) and is_file and is_marked(path, MARK)


def _package_text(name: str) -> str:
    return files("synrl.preview").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str | None = None) -> str:
    """What the browser is to allow a page: its own style and script, videos that it holds, nothing else."""

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"

    allowed = [f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {digest(style)}"]
    if script is not None:
        allowed.append(f"script-src {digest(script)}; media-src blob:")
    return "; ".join(allowed)


def _entry(row: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(_shown(row), allow_nan=False, separators=(",", ":"))
        video = base64.b64encode(row["video"]["bytes"]).decode("ascii")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise DataError(f"row {row.get('id')!r} can't be shown: {type(error).__name__}: {error}") from error
    # A script element ends at "</script", whatever surrounds it; an escaped "<" can't spell that.
    text = text.replace("<", "\\u003c")
    return (
        f'<script type="application/json" class="row">{text}</script>\n'
        f'<script type="text/plain" class="video">{video}</script>\n'
    )


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's script wants of a row, of the types it relies on."""
    numbers = {name: float(row[name]) for name in _NUMBERS}
    colours = {item["name"]: str(item["colour"]) for item in row["objects"]}
    if not (numbers["fps"] > 0 and numbers["num_frames"] > 0 and numbers["duration"] > 0):
        raise ValueError("fps, num_frames and duration must be above 0")
    return {
        **{name: str(row[name]) for name in _TEXTS},
        **{name: int(value) if value.is_integer() else value for name, value in numbers.items()},
        "split": str(row.get("split", "")),
        "options": [str(option) for option in row["options"]],
        "spans": _spans(row),
        "phases": _phases(row),
        "tracks": [_track(track, colours[track["name"]]) for track in row["tracks"]],
        "cot": row["cot"] and str(row["cot"]),
    }


def _spans(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Events and operations as the timeline and its table show them; frames as in the columns."""
    events = [
        {
            "type": "event",
            "from": int(event["frame"]),
            "to": int(event["end_frame"]),
            "what": str(event["kind"]),
            "who": str(event["actor"]),
            "how": f"{event['target']} {event['detail']}".strip(),
        }
        for event in row["events"]
    ]
    operations = [
        {
            "type": "operation",
            "from": int(operation["start_frame"]),
            "to": int(operation["end_frame"]),
            "what": f"{operation['index'] + 1}. {operation['kind']}",
            "who": "",
            "how": ", ".join(f"{name} {_words(value)}" for name, value in operation["arguments"].items()),
        }
        for operation in row["operations"]
    ]
    return events + operations


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _phases(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Stretches of frames in which the state can be seen, or can't; neighbours of a kind are one."""
    phases: list[dict[str, Any]] = []
    for state in row["states"]:
        if phases:
            phases[-1]["to"] = int(state["frame"])
        if not phases or phases[-1]["seen"] != bool(state["visible"]):
            phases.append({"from": int(state["frame"]), "seen": bool(state["visible"])})
    if phases:
        phases[-1]["to"] = int(row["num_frames"])
    return phases


def _track(track: Mapping[str, Any], colour: str) -> dict[str, Any]:
    return {
        "name": str(track["name"]),
        "colour": colour,
        "x": [round(x, 1) for x in track["x"]],
        "y": [round(y, 1) for y in track["y"]],
        "visible": [int(seen) for seen in track["visible"]],
    }
