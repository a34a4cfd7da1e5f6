"""Proofs of rows: pixels agree with tracks, tracks with events and states, and those with the answer.

Every check sees the stored row only. What a row may hold wrong is open-ended, so a check that fails to
run counts against the row like one that finds it wrong; nothing passes by accident.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from tqdm.auto import tqdm

from synrl.answers import LETTERS
from synrl.audit.pixels import frames_to_check, misplaced
from synrl.dataset.reading import Group, Source
from synrl.dataset.rows import TWINS, answers, min_fps, name_row, num_effective_ops
from synrl.errors import VideoError
from synrl.evidence import Evidence
from synrl.pool import ordered_map
from synrl.schema import time_ms
from synrl.scoring import score
from synrl.tasks import get_family
from synrl.video.decode import read


@dataclass
class Proof:
    """Rows seen by family, and the problems of those that are wrong by id."""

    rows: Counter[str] = field(default_factory=Counter)
    problems: dict[str, list[str]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    """Family of each bad row."""

    def bad(self, family: str) -> int:
        """How many rows of a family have problems."""
        return sum(name == family for name in self.families.values())

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"rows": dict(self.rows), "bad": len(self.problems), "problems": self.problems}


def verify(data: str, *, num_proc: int = 1, progress: bool = True) -> Proof:
    """Prove every row of a folder or a Hub dataset.

    Raises:
        ConfigError: `num_proc` is out of range.
        DataError: the dataset can't be found or read.
    """
    source, proof, seen = Source.open(data), Proof(), Counter[str]()
    twins: dict[str, _Checked] = {}
    with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar, ordered_map(num_proc) as run:
        for results in run(_check_group, source.groups):
            for row in results:
                seen[row.row_id] += 1
                proof.rows[row.family] += 1
                problems = list(row.problems)
                if seen[row.row_id] > 1:
                    problems.append(f"id occurs {seen[row.row_id]} times")
                if row.twin_id is not None:
                    twins[row.row_id] = row
                    problems += _unlike_twin(row, twins.get(row.twin_id))
                if problems:
                    proof.problems[row.row_id] = problems
                    proof.families[row.row_id] = row.family
            bar.update(len(results))
    return proof


class _Checked(NamedTuple):
    """A row's problems, and what it must have in common with its twin."""

    row_id: str
    family: str
    problems: list[str]
    twin_id: str | None
    question: str
    answer: str
    forwards: str
    """A digest of the tracks, and one of the tracks with the frames in opposite order."""
    backwards: str


def _unlike_twin(row: _Checked, twin: _Checked | None) -> Iterator[str]:
    """What keeps a row and its twin, if that has been seen, from being each other's reverse."""
    if twin is None:
        return
    if row.forwards != twin.backwards or twin.twin_id != row.row_id:
        yield f"{twin.row_id} is not its reversed twin"
    if row.question == twin.question and row.answer == twin.answer:
        yield f"its twin {twin.row_id} has the same answer"


def _check_group(group: Group) -> list[_Checked]:
    return [_checked(row) for row in group.rows()]


def _checked(row: Mapping[str, Any]) -> _Checked:
    twin_id = row["twin_id"]
    digests = ("", "") if twin_id is None else (_digest(row, 1), _digest(row, -1))
    names = str(row["id"]), str(row["family"])
    return _Checked(*names, check_row(row), twin_id, row["question"], row["answer_text"], *digests)


def _digest(row: Mapping[str, Any], step: int) -> str:
    """Of all tracks, frames taken in order or backwards."""
    digest = hashlib.blake2b(digest_size=16)
    for track in row["tracks"]:
        for name in ("x", "y", "angle", "size", "visible"):
            digest.update(np.asarray(track[name], np.float32)[::step].tobytes())
    return digest.hexdigest()


def check_row(row: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a row, as short sentences; empty if it is proved."""
    problems: list[str] = []
    for check in CHECKS:
        try:
            problems += check(row)
        except VideoError as error:
            problems.append(str(error))
        except (ValueError, LookupError, TypeError, ArithmeticError, AssertionError) as error:
            # A row from outside can break any of them; which check it was says what is wrong with it.
            problems.append(f"{check.__name__.strip('_')} can't be checked: {type(error).__name__}: {error}")
    return problems


def _identity(row: Mapping[str, Any]) -> Iterator[str]:
    family, config = get_family(row["family"]), row["config"]
    expected = name_row(row["family"], config["split"], config["index"])
    if row["id"] != expected:
        yield f"id is {row['id']}, its config says {expected}"
    if row["twin_id"] is not None:
        other = config["index"] + (TWINS if config["index"] < TWINS else -TWINS)
        if row["twin_id"] != name_row(row["family"], config["split"], other):
            yield f"twin_id is {row['twin_id']}, its config says otherwise"
    for name in ("category", "horizon", "primitive"):
        if row[name] != getattr(family, name):
            yield f"{name} is {row[name]!r}, not {getattr(family, name)!r}"
    if row["mode"] not in family.modes or (row["mode"], row["level"]) != (config["mode"], config["level"]):
        yield f"mode {row['mode']!r} and level {row['level']} do not fit its config"


def _video(row: Mapping[str, Any]) -> Iterator[str]:
    info, images = read(row["video"]["bytes"], lambda info: frames_to_check(row, info))
    found = dict(num_frames=info.num_frames, width=info.width, height=info.height, fps=info.fps)
    found["duration"] = info.num_frames / info.fps
    for name, value in found.items():
        if abs(row[name] - value) > 1e-4:
            yield f"{name} is {row[name]:g}, the video has {value:g}"
    if (info.codec, info.pix_fmt) != ("h264", "yuv420p"):
        yield f"video is {info.codec} {info.pix_fmt}, not h264 yuv420p"
    frame = 1 / (round(row["fps"]) * info.unit)
    over, under = frame.as_integer_ratio()
    wrong = [number for number, stamp in enumerate(info.stamps) if stamp * under != number * over]
    if wrong:
        shown, right = float(info.times[wrong[0]]), wrong[0] / row["fps"]
        yield f"frame {wrong[0]} is shown at {shown:.3f} s, not {right:.3f} s"
    family = get_family(row["family"])
    outlines = {item["name"]: family.outline(item["shape"], item["size"]) for item in row["objects"]}
    yield from misplaced(row, images, outlines)


def _times(row: Mapping[str, Any]) -> Iterator[str]:
    for track in row["tracks"]:
        lengths = {len(track[name]) for name in ("x", "y", "angle", "size", "visible")}
        if lengths != {row["num_frames"]}:
            yield f"track {track['name']} has {lengths} frames, not {row['num_frames']}"
    for event in row["events"]:
        stamps = time_ms(event["frame"], row["fps"]), time_ms(event["end_frame"], row["fps"])
        if stamps != (event["time_ms"], event["end_time_ms"]):
            yield f"{event['kind']} of {event['actor']} at frame {event['frame']} has other times in ms"
    if [item["name"] for item in row["objects"]] != [track["name"] for track in row["tracks"]]:
        yield "objects and tracks have other names"


def _log(row: Mapping[str, Any]) -> Iterator[str]:
    observed = get_family(row["family"]).observe(Evidence.from_row(row))
    for name in ("events", "operations", "states"):
        seen = json.loads(json.dumps([asdict(entry) for entry in getattr(observed, name)]))
        stored = [{k: v for k, v in entry.items() if not k.endswith("time_ms")} for entry in row[name]]
        if seen != stored:
            different = (i for i, (one, two) in enumerate(zip(seen, stored, strict=False)) if one != two)
            first = next(different, min(len(seen), len(stored)))
            yield f"{name} differ from what the tracks show, first at number {first}"


def _question(row: Mapping[str, Any]) -> Iterator[str]:
    family, query = get_family(row["family"]), row["config"]["query"]
    if row["question"] not in family.wordings(query):
        yield "question is no wording of its query"
    if row["options"]:
        if len(set(row["options"])) < len(row["options"]):
            yield "options are not all different"
        letter = (
            LETTERS[row["options"].index(row["answer_text"])] if row["answer_text"] in row["options"] else "?"
        )
        if (row["answer_type"], row["answer"]) != ("choice", letter):
            yield f"answer is {row['answer']}, its text stands at {letter}"
        if abs(row["guess_rate"] - 1 / len(row["options"])) > 1e-6:
            yield f"guess_rate is {row['guess_rate']:g}, not one over {len(row['options'])} options"
    elif row["answer"] != row["answer_text"]:
        yield "answer and answer_text differ in an open question"
    if score(row["answer"], row) != 1.0:
        yield f"answer {row['answer']!r} does not score 1"


def _solution(row: Mapping[str, Any]) -> Iterator[str]:
    family, evidence = get_family(row["family"]), Evidence.from_row(row)
    if not answers(family, row, evidence):
        yield f"solver says {family.solve(evidence)!r}, the row {row['answer_text']!r}"
    elif abs(row["min_fps"] - (lowest := min_fps(family, row))) > 1e-4:
        yield f"min_fps is {row['min_fps']:g}, the solver needs {lowest:g}"
    elif row["config"]["num_effective_ops"] != (count := num_effective_ops(family, row)):
        yield f"num_effective_ops is {row['config']['num_effective_ops']}, the answer hangs on {count}"


CHECKS: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (
    _identity,
    _video,
    _times,
    _log,
    _question,
    _solution,
)
