"""From a key to a row: simulate, draw, ask, encode, and measure how it may be sampled.

A row is a pure function of (family, split, seed, index) and a config, which by default follows from the
index: consecutive indices go through all levels and modes. Nothing else enters, so rows can be made in
any order and by any number of processes.

Every row can be answered from what a model is shown in the view that it is made for (`synrl.view`), by a
solver that sees no better than a model does (`synrl.evidence.eye`). Where a scene doesn't allow that, another
one is drawn, with the same question and answer, so that no answer becomes rarer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from synrl import view
from synrl.budget import VideoBudget
from synrl.checks import check_one_of, check_range
from synrl.errors import ConfigError, DataError, shown
from synrl.evidence import Evidence, Eye
from synrl.evidence.eye import TOKEN, disturbed, eye_at
from synrl.schema import Row, time_ms
from synrl.scoring import score
from synrl.seeds import GENERATOR_VERSION, Streams
from synrl.tasks import get_family
from synrl.tasks.base import Family
from synrl.tasks.config import FORMS, LEVELS, MODES, Config
from synrl.video.encode import ENCODINGS, encode
from synrl.video.scene import Scene
from synrl.view import View
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Poses, Timeline

TWINS = 1_000_000
"""Row `TWINS + i` is the twin of row i: its frames in opposite order, the same question, another answer.

Indices of rows and of twins take turns, so many of either: rows go on at `2 * TWINS`."""
MOST_ROWS = 50 * TWINS
"""Of a family in a split, without twins: what 100,000 files hold, which still sort by name."""
_KEY, _DERIVED = ("split", "index", "twins", "encoding"), ("query", "num_effective_ops")
"""What `config` holds of a row beside the fields of the family's config."""
STRIDES = (60, 30, 20, 15, 10, 6, 5, 3, 2, 1)
"""Sampling strides that `min_fps` is measured at: 0.5 to 30 frames a second."""
_ATTEMPTS = 200
"""Scenes that are drawn for a row at most; even the hardest families need few of them."""


@dataclass(frozen=True)
class Draft:
    """A row whose video is drawn but not yet encoded, which takes most of the time."""

    columns: dict[str, Any]
    """By name, all but `video`."""
    scene: Scene
    poses: Poses

    def row(self) -> Row:
        """The row with its video."""
        fps, encoding = round(self.columns["fps"]), ENCODINGS[self.columns["config"]["encoding"]]
        video = {
            "bytes": encode(self.scene, self.poses, fps, encoding),
            "path": f"{self.columns['id']}.mp4",
        }
        return Row(**self.columns, video=video)


def make_row(
    family: str,
    *,
    split: str,
    seed: int,
    index: int,
    config: Config | None = None,
    twins: bool = False,
    encoding: str = "fast",
) -> Row:
    """Row `index` of a split.

    Args:
        family: name of the task family.
        split: any name of letters, digits and underscores; part of the key, so splits share no row.
        seed: root seed, 0 to 2^63 - 1.
        index: that of a row or a twin; `index_of` gives the first, `twin_index` the second.
        config: level, mode, form and knobs; by default what `scheduled` says for this index.
        twins: whether the row names its twin, if it has one; twins always do.
        encoding: one of `ENCODINGS`.

    Raises:
        ConfigError: a name or number is out of range, there is no such twin, or no scene shows the answer
            in the view of the config.
    """
    return draft_row(
        family, split=split, seed=seed, index=index, config=config, twins=twins, encoding=encoding
    ).row()


def draft_row(
    family: str, *, split: str, seed: int, index: int, config: Config | None, twins: bool, encoding: str
) -> Draft:
    """The same as `make_row`, but for encoding the video."""
    check_split(split)
    check_one_of("encoding", encoding, ENCODINGS)
    check_range("row index", index, 0, 2 * MOST_ROWS - 1)
    task = get_family(family)
    base = base_index(index)
    config = config or scheduled(task, base)
    for attempt in range(_ATTEMPTS):
        streams = Streams(family, split, seed, base, attempt)
        timelines = {base: task.simulate(config, streams)}
        if (other := task.backwards(timelines[base])) is not None:
            timelines[twin_index(base)] = other
        if index not in timelines:
            raise ConfigError(f"row {base} of {family} has no twin: its answer is the same backwards")
        # Twins are shown as well as their rows, or what a row is would hang on whether it has one written.
        rows = {
            number: _proved(task, timeline, config, Streams(family, split, seed, base, attempt))
            for number, timeline in timelines.items()
        }
        row = rows[index]
        if row is not None and None not in rows.values():
            twins = twins or is_twin(index)
            row["id"] = name_row(family, split, index)
            row["twin_id"] = name_row(family, split, twin_index(index)) if twins and other else None
            row["config"] |= {"split": split, "index": index, "twins": twins, "encoding": encoding}
            scene = task.draw(timelines[index])
            row |= {"width": scene.width, "height": scene.height, "seed": seed}
            row["config"]["num_effective_ops"] = num_effective_ops(task, row)
            return Draft(row, scene, timelines[index].poses)
    raise ConfigError(
        f"row {index} of {family}, seed {seed}: no scene shows its answer in view {config.view}; "
        "choose more frames a second, or fewer frames, which are shown larger"
    )


def _proved(task: Family, timeline: Timeline, config: Config, streams: Streams) -> dict[str, Any] | None:
    """The columns that follow from a timeline, if its question can be answered in the view of the config."""
    question = task.ask(timeline, config, streams)
    row: dict[str, Any] = dict(
        id="",
        family=task.name,
        category=task.category,
        horizon=task.horizon,
        primitive=task.primitive,
        mode=config.mode,
        level=config.level,
        fps=float(timeline.fps),
        num_frames=timeline.num_frames,
        duration=timeline.duration,
        question=question.text,
        options=list(question.options),
        answer_type=question.answer_type,
        answer=question.letter or question.answer_text,
        answer_text=question.answer_text,
        guess_rate=question.guess_rate,
        **tables(timeline),
        config={**asdict(config), "query": timeline.query},
        generator_version=GENERATOR_VERSION,
        cot=None,
    )
    seen = as_seen(row, streams)
    if not _answers_as_shown(task, row, seen, view.parse_view(config.view)):
        return None
    row["min_fps"] = _lowest(task, row, seen)
    return row if row["min_fps"] is not None and row["min_fps"] <= FPS / config.glance + 1e-9 else None


def name_row(family: str, split: str, index: int) -> str:
    """The id of a row."""
    return f"{family}-{split}-{index:06d}"


def index_of(number: int) -> int:
    """The index of a split's row by its place among the rows without twins, from 0."""
    return number + number // TWINS * TWINS


def is_twin(index: int) -> bool:
    """Whether an index is that of a twin."""
    return index // TWINS % 2 == 1


def base_index(index: int) -> int:
    """The index of a row, given its own or that of its twin."""
    return index - TWINS if is_twin(index) else index


def number_of(index: int) -> int:
    """The place of a row among the rows without twins, given its index or that of its twin."""
    return index // (2 * TWINS) * TWINS + index % TWINS


def twin_index(index: int) -> int:
    """The index of a row's twin."""
    return index + (-TWINS if is_twin(index) else TWINS)


def check_split(split: str) -> None:
    """Check the name of a split.

    Raises:
        ConfigError: it is not made of letters, digits and underscores, or is `all`, as `datasets` wants it.
    """
    if not isinstance(split, str) or not re.fullmatch(r"\w+", split, re.ASCII):
        raise ConfigError(f"split {shown(split)} is no name; allowed: letters, digits and underscores")
    if split == "all":  # with which `datasets` means every split
        raise ConfigError("split all can't be loaded again: it means every split; choose another name")


def scheduled(
    family: Family,
    index: int,
    levels: Sequence[int] = LEVELS,
    modes: Sequence[str] = MODES,
    length: int = 1,
    shown: str = view.DEFAULT,
) -> Config:
    """The config of an index: levels, modes and forms in turn, so that every block holds each of them.

    Args:
        modes: of these, the ones that the family has.
        length: how many times as many operations as usual.
        shown: the view, as `synrl.view` writes it.
    """
    own = [mode for mode in family.modes if mode in modes]
    cycle, place = divmod(index, len(levels) * len(own))
    block, level = divmod(place, len(levels))
    mode = (level + block) % len(own)
    form = (level // 2 + mode + cycle) % len(FORMS)
    return family.config(levels[level], own[mode], FORMS[form], length, shown)


def remake(row: Mapping[str, Any]) -> Row:
    """Make a stored row again from its `seed`, `config` and `generator_version`.

    Raises:
        DataError: another version of the generator made it.
        ConfigError: its config is none.
    """
    return redraft(row).row()


def redraft(row: Mapping[str, Any]) -> Draft:
    """The same as `remake`, but for encoding the video."""
    if row["generator_version"] != GENERATOR_VERSION:
        raise DataError(
            f"row {row['id']} was made by generator version {row['generator_version']!r}; "
            f"this is version {GENERATOR_VERSION!r}"
        )
    key = {name: row["config"][name] for name in _KEY}
    config = get_family(row["family"]).config_type(**knobs_of(row))
    return draft_row(row["family"], seed=row["seed"], config=config, **key)


def knobs_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stored row's family config, which are those of its `config` that say nothing else."""
    return {name: value for name, value in row["config"].items() if name not in (*_KEY, *_DERIVED)}


def tables(timeline: Timeline) -> dict[str, list[dict[str, Any]]]:
    """The nested columns of a timeline: objects, tracks, events, operations, states."""
    poses, fps = timeline.poses, timeline.fps
    return {
        "objects": [asdict(item) for item in timeline.objects],
        "tracks": [
            {
                "name": item.name,
                "x": _stored(poses.x[:, i]),
                "y": _stored(poses.y[:, i]),
                "angle": _stored(poses.angle[:, i]),
                "size": _stored(item.size * poses.scale[:, i]),
                "visible": (poses.look[:, i] != HIDDEN).tolist(),
            }
            for i, item in enumerate(timeline.objects)
        ],
        "events": [
            {
                **asdict(event),
                "time_ms": time_ms(event.frame, fps),
                "end_time_ms": time_ms(event.end_frame, fps),
            }
            for event in timeline.events
        ],
        "operations": [asdict(operation) for operation in timeline.operations],
        "states": [asdict(state) for state in timeline.states],
    }


def _stored(values: np.ndarray) -> list[float]:
    """As the column will give them back, so that a solver meets the same numbers before and after."""
    stored: list[float] = values.astype(np.float32).tolist()
    return stored


def min_fps(family: Family, row: Mapping[str, Any]) -> float:
    """The lowest rate, in frames a second, at which the solver answers from what a model's eye sees.

    From any phase of the sampling, and from frames spread evenly from the first to the last.

    Raises:
        DataError: there is no such rate.
    """
    lowest = _lowest(family, row, as_seen(row))
    if lowest is None:
        raise DataError(f"row {row['id']}: the solver does not reach the answer at any rate")
    return lowest


def answerable(family: Family, row: Mapping[str, Any], budget: VideoBudget) -> bool:
    """Whether the solver reaches a row's answer from exactly the frames that a budget shows of its clip."""
    frames = budget.sample(row["num_frames"], row["fps"])
    height, _ = budget.size(len(frames), row["height"], row["width"], TOKEN)
    evidence = disturbed(Evidence.from_row(row), eye_at(height / row["height"]), _streams(row).eye)
    return answers(family, row, evidence.on(frames))


def as_seen(row: Mapping[str, Any], streams: Streams | None = None) -> Evidence:
    """All frames of a row, as a model's eye sees them in the view that it was made for.

    Args:
        streams: those of the scene; by default what a stored row says.
    """
    shown = view.parse_view(row["config"].get("view", view.DEFAULT))
    eye = _eye(shown, len(view.shown(row["num_frames"], row["fps"], shown)))
    return disturbed(Evidence.from_row(row), eye, (streams or _streams(row)).eye)


def _streams(row: Mapping[str, Any]) -> Streams:
    config = row["config"]
    return Streams(row["family"], config["split"], row["seed"], base_index(config["index"]))


@cache
def _eye(shown: View, num_frames: int) -> Eye:
    """The eye for so many frames in a view: the more there are, the smaller they are shown."""
    budget = VideoBudget(fps=shown.fps, max_frames=shown.max_frames)
    return eye_at(budget.size(num_frames, HEIGHT, WIDTH, TOKEN)[0] / HEIGHT)


def _lowest(family: Family, row: Mapping[str, Any], seen: Evidence) -> float | None:
    for stride in sorted({*STRIDES, seen.glance}, reverse=True):
        rate = row["fps"] / stride
        phases = (seen.sampled(stride, phase) for phase in range(stride))
        if _answers_as_shown(family, row, seen, View(rate, view.MOST_FRAMES)) and all(
            answers(family, row, phase) for phase in phases
        ):
            return float(rate)
    return None


def _answers_as_shown(family: Family, row: Mapping[str, Any], seen: Evidence, to: View) -> bool:
    return answers(family, row, seen.on(view.shown(row["num_frames"], row["fps"], to)))


def num_effective_ops(family: Family, row: Mapping[str, Any]) -> int:
    """How many operations the answer hangs on: without any of them, the solver says something else."""
    evidence = Evidence.from_row(row)
    if row["answer_type"] == "plan":  # of many right plans, the one that is stored
        evidence = replace(evidence, options=(row["answer_text"],))
    effective = 0
    for number in range(len(evidence.operations)):
        rest = evidence.operations[:number] + evidence.operations[number + 1 :]
        renumbered = tuple(replace(operation, index=k) for k, operation in enumerate(rest))
        effective += family.solve(replace(evidence, operations=renumbered)) != row["answer_text"]
    return effective


def answers(family: Family, row: Mapping[str, Any], evidence: Evidence) -> bool:
    """Whether the solver reaches a row's answer from some evidence."""
    solution = family.solve(evidence)
    if row["options"]:
        return bool(solution == row["answer_text"])
    return score(solution, row) == 1.0
