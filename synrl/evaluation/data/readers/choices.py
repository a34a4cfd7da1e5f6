"""Benchmarks of multiple choice, and the two that ask for numbers besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from synrl.answers import LETTERS
from synrl.errors import DataError
from synrl.evaluation.data.items import (
    Item,
    letter_at,
    letter_of,
    listed_options,
    plain_letter,
    unlettered,
    untold,
)

LECTURE = "Learn from the lecture in the video, then apply it to this question, whose image ends the video:"
QUIZ = "Pay no attention to the quiz in the last frame of the video."
NUMBER = "Answer with a number."


def tvbench(tables: Any) -> Iterator[Item]:
    """Ten tasks; those about moments of longer videos say from when to when."""
    for task, rows in tables.items():
        for number, row in enumerate(rows):
            yield Item(
                f"{task}_{number:04d}",
                row["question"],
                letter_of(_texts(row["candidates"]), str(row["answer"])),
                (f"{task}/{row['video']}",),
                options=_texts(row["candidates"]),
                start=_number(row.get("start")),
                end=_number(row.get("end")),
                subsets=(task,),
            )


def mvbench(tables: Any) -> Iterator[Item]:
    """Twenty tasks, whose videos have been cut; lmms-eval knows their folders."""
    from lmms_eval.tasks.mvbench.utils import DATA_LIST

    for task, rows in tables.items():
        for number, row in enumerate(rows):
            yield Item(
                f"{task}_{number:04d}",
                row["question"],
                letter_of(_texts(row["candidates"]), str(row["answer"])),
                (f"{DATA_LIST[task]}/{row['video']}",),
                options=_texts(row["candidates"]),
                subsets=(task,),
            )


def tomato(tables: Any) -> Iterator[Item]:
    """Motions of real, drawn and acted scenes; the answer is an index."""
    for row in tables["default"]:
        yield Item(
            str(row["id"]),
            row["question"],
            letter_at(int(row["answer"])),
            (row["video_path"],),
            options=_texts(row["options"]),
            subsets=(re.sub(r"\W+", "_", row["reason_type"]),),
        )


def temporalbench(tables: Any) -> Iterator[Item]:
    """Pairs of descriptions; the questions of one video are scored together too."""
    for row in tables["default"]:
        yield Item(
            str(row["idx"]),
            untold(row["question"]),
            plain_letter(row["GT"]),
            (row["video_name"],),
            options=listed_options(row["question"]),
            listed=True,
            unit=row["video_name"],
        )


def videott(tables: Any) -> Iterator[Item]:
    """Questions that show their options."""
    for row in tables["default"]:
        question = "\n".join(text for text in (row["question"], row["question_prompt"]) if text)
        options = listed_options(question)
        letter = plain_letter(row["answer"].split(". ")[0])
        yield Item(
            f"{row['video_id']}_{row.get('question_id', '')}".rstrip("_"),
            untold(question),
            letter if letter in tuple(LETTERS) else letter_of(options, row["answer"]),
            (f"{row['video_id']}.mp4",),
            options=options,
            listed=True,
        )


def cvbench(tables: Any) -> Iterator[Item]:
    """Questions across two to four videos; some are answered by yes or no."""
    for row in tables["CVBench.json"]:
        options = unlettered(row["options"])
        yield Item(
            str(row["id"]),
            row["question"],
            row["answer"] if row["answer"] in tuple(LETTERS) else letter_of(options, row["answer"]),
            tuple(row[name] for name in ("video_1", "video_2", "video_3", "video_4") if row.get(name)),
            options=options,
        )


def minerva(tables: Any) -> Iterator[Item]:
    """Five options; videos of YouTube."""
    for row in tables["minerva.json"]:
        yield Item(
            row["key"],
            row["question"],
            letter_at(int(row["answer_id"])),
            (f"{row['video_id']}.mp4",),
            options=tuple(str(row[f"answer_choice_{k}"]) for k in range(5)),
        )


def videomme(tables: Any) -> Iterator[Item]:
    """Videos of three lengths."""
    for row in tables["videomme"]:
        yield Item(
            row["question_id"],
            row["question"],
            row["answer"],
            (f"{row['videoID']}.mp4",),
            options=unlettered(row["options"]),
            subsets=(row["duration"],),
        )


def videommmu(tables: Any) -> Iterator[Item]:
    """Lectures: what they show, what they explain, and what one can do with it; some answers are open."""
    for track, rows in tables.items():
        for row in rows:
            options = unlettered(_texts(row["options"] or ()))
            parts = (LECTURE, row["question"]) if track == "Adaptation" else (row["question"], QUIZ)
            yield Item(
                f"{track}_{row['id']}",
                "\n".join(parts),
                row["answer"],
                (f"{row['id']}.mp4",),
                kind="choice" if options else "open",
                options=options,
                subsets=(track,),
            )


def aotbench(tables: Any) -> Iterator[Item]:
    """Which way does time run? Five files, whose questions show their options."""
    for name, rows in tables.items():
        for row in rows:
            yield Item(
                f"{PurePosixPath(name).stem}_{row['qa_idx']}",
                untold(row["question"]),
                plain_letter(row["ans"]),
                (row["video_name"],),
                options=listed_options(row["question"]),
                listed=True,
                subsets=(PurePosixPath(name).stem,),
            )


def vsibench(tables: Any) -> Iterator[Item]:
    """Rooms: six kinds of choices, four of numbers."""
    for row in tables["full"]:
        options = unlettered(row["options"] or ())
        yield Item(
            str(row["id"]),
            row["question"] if options else f"{row['question']} {NUMBER}",
            str(row["ground_truth"]),
            (f"{row['dataset']}/{row['scene_name']}.mp4",),
            kind="choice" if options else "number",
            options=options,
            subsets=(row["question_type"],),
        )


def _texts(options: Iterable[Any]) -> tuple[str, ...]:
    if isinstance(options, str):
        raise DataError(f"options {options!r} are a text, not a list of texts")
    return tuple(str(option) for option in options)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
