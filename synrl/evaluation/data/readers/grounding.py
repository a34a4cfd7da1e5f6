"""Benchmarks that ask for a span of seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from synrl.answers import FORMS
from synrl.evaluation.data.items import Item

WHEN = "When does this happen in the video: {} " + FORMS["interval"]
SHOWS = "Which part of the video do you need to see to answer this question: {} " + FORMS["interval"]
ANSWERS = "In which part of the video is the answer to this question seen: {} " + FORMS["interval"]


def nextgqa(tables: Any) -> Iterator[Item]:
    """Questions of the CSV, their spans by video and number, and where each video lies in VidOR."""
    spans, places = tables["gsub_test.json"], tables["map_vid_vidorID.json"]
    for row in tables["test.csv"]:
        video, number = str(row["video_id"]), str(row["qid"])
        located = spans[video]
        question = row["question"].strip()
        yield _item(
            f"{video}_{number}",
            SHOWS.format(f"{question[:1].upper()}{question[1:].rstrip('?')}?"),
            f"{places[video]}.mp4",
            # Some start before the video does; officially they are clipped to it.
            [[max(0.0, float(edge)) for edge in span] for span in located["location"][number]],
            others=(f"{video}.mp4", f"{PurePosixPath(places[video]).name}.mp4"),
        )


def charades_sta(tables: Any) -> Iterator[Item]:
    """Descriptions of events and their times."""
    for number, row in enumerate(tables["default"]):
        caption = row["caption"].strip().rstrip(".")
        question = WHEN.format(f'"{caption}"?')
        yield _item(f"{number:04d}_{row['video']}", question, row["video"], [row["timestamp"]])


def rextime(tables: Any) -> Iterator[Item]:
    """Questions about causes and effects, the spans of their answers: on the Hub or the official file."""
    for row in tables["default"]:
        yield _item(
            row["qid"],
            ANSWERS.format(row.get("question", row.get("query", "")).strip()),
            f"{row['vid']}.mp4",
            row["relevant_windows"] if "relevant_windows" in row else [row["span"]],
        )


def _item(
    name: str,
    question: str,
    video: str,
    spans: Sequence[Sequence[float]],
    others: Sequence[str] = (),
) -> Item:
    true = tuple((min(pair), max(pair)) for pair in ((float(one), float(two)) for one, two in spans))
    answer = "; ".join(f"[{start:.2f}, {end:.2f}]" for start, end in true)
    # Where a video has several names, any will do: `loading` takes the first that is there.
    videos = ("|".join(dict.fromkeys((video, *others))),)
    return Item(name, question, answer, videos, kind="interval", spans=true)
