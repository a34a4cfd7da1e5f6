"""The proof of one row, from its key to its pixels.

Each check has its own way to the truth. The columns follow from the key, which says that nothing was changed;
but the code that made them may be wrong, so events and states are read back from the tracks, the question is
solved again by the family's solver, and objects and lettering are found in the decoded pixels by code that
draws nothing. Every frame is held against what the row says must be on it.

A check that fails to run counts against the row like one that finds it wrong. What can't be checked at all,
because another version of the generator made the row, is told as `unproved` and never as proved.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from av.video.reformatter import VideoReformatter

from synrl.answers import LETTERS
from synrl.audit.container import odd_contents
from synrl.audit.frames import unlike
from synrl.audit.key import drafted, other_columns
from synrl.audit.lettering import MIN_ALIKE, Written, agreements
from synrl.audit.pixels import Search, misplaced, plan_search
from synrl.cot.check import check as check_chain
from synrl.dataset.rows import Draft, answers, min_fps, name_row, num_effective_ops, twin_index
from synrl.errors import SynRLError, VideoError, allowed
from synrl.evidence import Evidence
from synrl.schema import time_ms
from synrl.scoring import score
from synrl.seeds import GENERATOR_VERSION
from synrl.tasks import get_family
from synrl.tasks.base import Caption, Family
from synrl.video.decode import read, to_rgb
from synrl.video.encode import ENCODINGS, notes, remux, skips
from synrl.video.pictures import Picture, all_pictures, packets

Row = Mapping[str, Any]

BYTES_OF = 16
"""Of so many rows, one is also encoded again, to see that the bytes of its file follow from its key."""
_PIXELS = 1 << 27
"""Pixels of all frames that are kept at once; those of a usual clip, twice."""
OLD = "columns, frames and bytes of rows that another version of the generator made"
OTHER_BYTES = "bytes of videos that other libraries encoded"
"""What is told as unproved."""
_VERSIONS = tuple(str(number) for number in range(1, int(GENERATOR_VERSION) + 1))
_OLDER = _VERSIONS[:-1]


class Findings(NamedTuple):
    """What is wrong with a row, and what could not be checked, as short sentences."""

    problems: list[str]
    unproved: list[str]


def check_row(row: Row) -> list[str]:
    """All that is wrong with a row (JSON columns decoded), as short sentences; empty if it is proved."""
    return examine(row).problems


def examine(row: Row, *, same_libraries: bool = True) -> Findings:
    """Prove a row (JSON columns decoded), as far as that can be done.

    Args:
        same_libraries: whether the libraries that made the row are those that are here, so that the bytes of
            its video must be the same.
    """
    case, findings = _Case(row, same_libraries), Findings([], [])
    if row["generator_version"] in _OLDER:
        findings.unproved.append(OLD)
    elif row["generator_version"] != GENERATOR_VERSION:
        findings.problems.append(f"generator_version is {row['generator_version']!r}; {allowed(_VERSIONS)}")
    elif not same_libraries:
        findings.unproved.append(OTHER_BYTES)
    for check in CHECKS:
        try:
            findings.problems.extend(check(case))
        except VideoError as error:
            findings.problems.append(str(error))
        except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, AssertionError) as error:
            # A row from outside can break any of them; which check it was says what is wrong with it.
            name = check.__name__.strip("_")
            findings.problems.append(f"{name} can't be checked: {type(error).__name__}: {error}")
    return findings


class _Case:
    """A row under examination, and what several checks need of it."""

    def __init__(self, row: Row, same_libraries: bool) -> None:
        self.row, self.same_libraries = row, same_libraries
        self.follows = False
        """Whether the columns were made again and are the same."""
        self.refusal = ""
        """Why the key makes no row, once that was tried."""

    @cached_property
    def family(self) -> Family:
        return get_family(self.row["family"])

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence.from_row(self.row)

    @cached_property
    def draft(self) -> Draft | None:
        """The row that the key makes; None if it makes none, or another version of the generator did."""
        if self.row["generator_version"] != GENERATOR_VERSION:
            return None
        try:
            return drafted(self.row)
        except SynRLError as error:
            self.refusal = str(error)
        except (LookupError, TypeError) as error:
            self.refusal = f"{type(error).__name__}: {error}"
        return None


def _key(case: _Case) -> Iterator[str]:
    """Whether the columns follow from the key."""
    row = case.row
    if row["generator_version"] != GENERATOR_VERSION:
        return
    if case.draft is None:
        yield f"its key makes no row: {case.refusal}"
        return
    different = list(other_columns(row, case.draft))
    case.follows = not different
    yield from different


def _identity(case: _Case) -> Iterator[str]:
    row, family, config = case.row, case.family, case.row["config"]
    expected = name_row(row["family"], config["split"], config["index"])
    if row["id"] != expected:
        yield f"id is {row['id']}, its config says {expected}"
    if row["twin_id"] is not None:
        twin = name_row(row["family"], config["split"], twin_index(config["index"]))
        if row["twin_id"] != twin:
            yield f"twin_id is {row['twin_id']}, its config says {twin}"
    for name in ("category", "horizon", "primitive"):
        if row[name] != getattr(family, name):
            yield f"{name} is {row[name]!r}, not {getattr(family, name)!r}"
    if row["mode"] not in family.modes or (row["mode"], row["level"]) != (config["mode"], config["level"]):
        yield f"mode {row['mode']!r} and level {row['level']} do not fit its config"


def _times(case: _Case) -> Iterator[str]:
    row = case.row
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
    if not np.isclose(row["duration"], row["num_frames"] / row["fps"], atol=1e-4):
        yield f"duration is {row['duration']:g}, its frames take {row['num_frames'] / row['fps']:g} s"


def _log(case: _Case) -> Iterator[str]:
    observed = case.family.observe(case.evidence)
    for name in ("events", "operations", "states"):
        seen = json.loads(json.dumps([asdict(entry) for entry in getattr(observed, name)]))
        stored = [{k: v for k, v in entry.items() if not k.endswith("time_ms")} for entry in case.row[name]]
        if seen != stored:
            different = (i for i, (one, two) in enumerate(zip(seen, stored, strict=False)) if one != two)
            first = next(different, min(len(seen), len(stored)))
            yield f"{name} differ from what the tracks show, first at number {first}"


def _question(case: _Case) -> Iterator[str]:
    row, family, query = case.row, case.family, case.row["config"]["query"]
    if row["question"] not in family.wordings(query):
        yield "question is no wording of its query"
    ask, form = family.asked(query), query["form"]
    expected_type = "choice" if form == "choice" else ask.answer_type
    if row["answer_type"] != expected_type:
        yield f"answer_type is {row['answer_type']!r}, its query asks for {expected_type!r}"
    if row["options"]:
        yield from _options(row)
    elif row["answer"] != row["answer_text"]:
        yield "answer and answer_text differ in an open question"
    if not 0 <= row["guess_rate"] < 1:
        yield f"guess_rate is {row['guess_rate']}; allowed: 0 to less than 1"
    if score(row["answer"], row) != 1.0:
        yield f"answer {row['answer']!r} does not score 1"


def _options(row: Row) -> Iterator[str]:
    """What is wrong with the options of a choice."""
    options = row["options"]
    # A wrong option may not be the right one in other letters, spaces or articles either.
    if len({_essence(option) for option in options}) < len(options):
        yield "options are not all different"
    place = options.index(row["answer_text"]) if row["answer_text"] in options else None
    letter = "?" if place is None or place >= len(LETTERS) else LETTERS[place]
    if (row["answer_type"], row["answer"]) != ("choice", letter):
        yield f"answer is {row['answer']}, its text stands at {letter}"
    if abs(row["guess_rate"] - 1 / len(options)) > 1e-6:
        yield f"guess_rate is {row['guess_rate']:g}, not one over {len(options)} options"


def _essence(option: str) -> str:
    """An option without what does not change its meaning: case, spaces, a full stop, an article before it."""
    return re.sub(r"^(?:(?:the|an?) (?=\S))+", "", " ".join(option.casefold().rstrip(". ").split()))


def _solution(case: _Case) -> Iterator[str]:
    if case.follows:
        return  # the key has found `min_fps`, for which the solver had to answer from these very columns
    row, family = case.row, case.family
    if not answers(family, row, case.evidence):
        yield f"solver says {family.solve(case.evidence)!r}, the row {row['answer_text']!r}"
    elif abs(row["min_fps"] - (lowest := min_fps(family, row))) > 1e-4:
        yield f"min_fps is {row['min_fps']:g}, the solver needs {lowest:g}"
    elif row["config"]["num_effective_ops"] != (count := num_effective_ops(family, row)):
        yield f"num_effective_ops is {row['config']['num_effective_ops']}, the answer hangs on {count}"


def _video(case: _Case) -> Iterator[str]:
    row, draft = case.row, case.draft
    data = row["video"]["bytes"]
    size = row["width"], row["height"]
    fits = draft is not None and size == (draft.scene.width, draft.scene.height)
    encoding = ENCODINGS.get(row["config"].get("encoding", "")) if fits else None
    known = skips(*size, round(row["fps"]), encoding) if encoding else ()
    # Without the scene, every frame is searched for every object instead, as far as memory allows.
    search = _search(
        case, every=0 if fits else 1 + row["num_frames"] * row["width"] * row["height"] // _PIXELS
    )
    captions = [caption for caption in case.family.captions(case.evidence) if caption.start < caption.end]
    wanted = {*search.wanted, *map(_moment, captions)}
    images: dict[int, np.ndarray] = {}
    with all_pictures(data, known) as (info, pictures):
        found = dict(num_frames=info.num_frames, width=info.width, height=info.height, fps=info.fps)
        wrong = [name for name, value in found.items() if abs(row[name] - value) > 1e-4]
        yield from (f"{name} is {row[name]:g}, the video has {found[name]:g}" for name in wrong)
        if (info.codec, info.pix_fmt) != ("h264", "yuv420p"):
            yield f"video is {info.codec} {info.pix_fmt}, not h264 yuv420p"
        unit = info.unit * round(row["fps"])
        late = [k for k, stamp in enumerate(info.stamps) if stamp * unit.numerator != k * unit.denominator]
        if late:
            shown = float(info.stamps[late[0]] * info.unit)
            yield f"frame {late[0]} is shown at {shown:.3f} s, not {late[0] / row['fps']:.3f} s"
        if wrong or info.pix_fmt != "yuv420p" or (draft is not None and not fits):
            return  # the pictures can't be those of the row
        watched = _keeping(pictures, wanted, images)
        if draft is not None and fits:
            distance = encoding.key_distance(round(row["fps"])) if encoding else info.num_frames
            yield from unlike(watched, draft.scene, draft.poses, row["fps"], distance)
        for _ in watched:
            pass
    yield from misplaced(search, images, lambda frames: read(data, lambda _: frames)[1])
    yield from _misread(search, captions, images)


def _container(case: _Case) -> Iterator[str]:
    """What the file holds beside pictures: with the same libraries, exactly what our muxer writes."""
    data, odd = case.row["video"]["bytes"], odd_contents(case.row["video"]["bytes"])
    yield from odd
    if case.draft is not None and case.same_libraries and not odd:
        size = case.draft.scene.width, case.draft.scene.height
        encoding = ENCODINGS[case.row["config"]["encoding"]]
        if remux(*packets(data), *size, round(case.row["fps"]), encoding) != data:
            yield "the file holds something beside its frames that no video of a row has"


def _search(case: _Case, every: int) -> Search:
    family = case.family
    outlines = {item["name"]: family.outline(item["shape"], item["size"]) for item in case.row["objects"]}
    return plan_search(case.row, outlines, every)


def _moment(caption: Caption) -> int:
    """The frame on which a caption is read: the middle of those on which it can be."""
    return (caption.start + caption.end) // 2


def _keeping(
    pictures: Iterator[Picture], wanted: set[int], images: dict[int, np.ndarray]
) -> Iterator[Picture]:
    """The pictures as they come; of those that are wanted, RGB arrays are put by."""
    reformatter, frame = VideoReformatter(), None
    image: np.ndarray = np.empty(0)
    for picture in pictures:
        if picture.number in wanted:
            if frame is not picture.frame:  # the same one serves as long as nothing changes
                frame, image = picture.frame, to_rgb(picture.frame, reformatter)
            images[picture.number] = image
        yield picture


def _misread(search: Search, captions: list[Caption], images: Mapping[int, np.ndarray]) -> Iterator[str]:
    """What is not written where it must be."""
    column = {body.name: number for number, body in enumerate(search.bodies)}
    written = []
    for caption in captions:
        aside, above = caption.inset
        moment = _moment(caption)
        box = search.boxes[moment, column[caption.name]] + np.array([aside, above, -aside, -above])
        written.append(Written(caption, images[moment], box))
    for caption, found in zip(captions, agreements(written), strict=True):
        where = f"{caption.name} on frame {_moment(caption)}"
        if found.rival:
            yield f"{where} reads {found.rival!r} rather than {caption.text!r}"
        elif found.worst < MIN_ALIKE:
            yield f"{caption.text!r} can't be read on {where}"


def _bytes(case: _Case) -> Iterator[str]:
    """Whether the encoder was set as the config says, and, of one row in `BYTES_OF`, its very bytes."""
    row, draft = case.row, case.draft
    if draft is None or not case.same_libraries:
        return
    encoding = ENCODINGS[row["config"]["encoding"]]
    size = draft.scene.width, draft.scene.height
    if notes(*size, round(row["fps"]), encoding) not in row["video"]["bytes"]:
        yield f"the video was not encoded with the settings of encoding {row['config']['encoding']!r}"
    elif (
        zlib.crc32(row["id"].encode()) % BYTES_OF == 0 and draft.row().video["bytes"] != row["video"]["bytes"]
    ):
        yield "the bytes of the video are not those that its key makes with the same libraries"


def _chain(case: _Case) -> Iterator[str]:
    """Whether a chain of thought says nothing that the row does not."""
    if case.row["cot"] is not None:
        for problem in check_chain(case.row["cot"], case.row).problems[:3]:
            yield f"cot: {problem}"


CHECKS: tuple[Callable[[_Case], Iterator[str]], ...] = (
    _key,
    _identity,
    _times,
    _log,
    _question,
    _solution,
    _video,
    _container,
    _bytes,
    _chain,
)
