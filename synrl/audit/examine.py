"""From one of our rows to an exam.

A frame is taken for what it shows by itself: where things are by the tracks on that frame, and the state if
it can be read there. In families with hidden states, objects can be told from each other only while it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synrl.audit.bags import bag_of
from synrl.audit.exam import (
    PLACES,
    READABLE,
    Exam,
    Sight,
    Thing,
    coarse,
    hashed,
    picture_frames,
    sample_frames,
)
from synrl.dataset.rows import answers, base_index
from synrl.errors import IllegalOperation
from synrl.evidence import Evidence, Reveal
from synrl.seeds import SHIFT, Stream, Streams
from synrl.tasks import get_family
from synrl.tasks.base import Family, texts
from synrl.video.decode import read
from synrl.world.history import World

_LOST = (ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError)
"""What a solver may break on that is shown less than a clip."""


def examine(row: Mapping[str, Any]) -> Exam:
    """A stored row as an exam."""
    data = row["video"]["bytes"]
    info, images = read(data, lambda info: picture_frames(info.num_frames))
    pixels = np.stack([coarse(images[n]) for n in picture_frames(info.num_frames)])
    return replace(
        examined(row),
        facts={**facts_of(row), "bytes": float(len(data)), "bytes per frame": len(data) / info.num_frames},
        pixels=pixels,
    )


def examined(row: Mapping[str, Any]) -> Exam:
    """The same without a look at the video file."""
    family, evidence, config = get_family(row["family"]), Evidence.from_row(row), row["config"]
    base = base_index(config["index"])
    draws = Streams(row["family"], "audit", row["seed"], base).scene
    return Exam(
        row_id=row["id"],
        family=row["family"],
        kind=" ".join((row["mode"], str(config["query"].get("ask")), "choice" if row["options"] else "open")),
        split=config["split"],
        group=f"{row['family']} {config['split'].removesuffix(SHIFT)} {row['seed']} {base}",
        question=row["question"],
        options=tuple(row["options"]),
        answer_type=row["answer_type"],
        answer=row["answer"],
        answer_text=row["answer_text"],
        guess_rate=row["guess_rate"],
        digest=_digest(row),
        about=_about(row),
        facts=facts_of(row),
        sights=_sights(family, row, evidence),
        bag=bag_of(row, evidence, _about(row)),
        unordered=family.asked(config["query"]).unordered,
        shuffled=_attempt(family, row, _shuffled(evidence, draws)),
    )


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The objects that a query names, in its order."""
    names = {track["name"] for track in row["tracks"]}
    return tuple(dict.fromkeys(name for name in texts(row["config"]["query"]) if name in names))


def facts_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The record around a clip."""
    return {
        "frames": float(row["num_frames"]),
        "seconds": row["duration"],
        "level": float(row["level"]),
        "objects": float(len(row["objects"])),
        "operations": float(len(row["operations"])),
        "width": float(row["width"]),
        "height": float(row["height"]),
    }


def _sights(family: Family, row: Mapping[str, Any], evidence: Evidence) -> dict[str, Sight]:
    """What single frames show: at the places of the clip, and where the state can be read."""
    places = zip(PLACES, sample_frames(row["num_frames"], len(PLACES)), strict=True)
    found = {}
    if row["states"]:
        captions = list(family.captions(evidence))
        for place, frame in places:
            # What is typed, dropped or dealt just then; the state itself is hidden.
            said = "; ".join(one.text for one in captions if one.start <= frame < one.end)
            found[place] = Sight(said, seconds=frame / row["fps"])
        if reveal := next(iter(evidence.reveals), None):
            things = _as_read(family, evidence, reveal, _things(row, evidence, reveal.start_frame))
            found[READABLE] = _read(family, row, evidence, reveal, things)
        return found
    for place, frame in places:
        things = _things(row, evidence, frame)
        names = sorted(things, key=lambda name: things[name].x)
        said, seconds = ", ".join(names), frame / row["fps"]
        found[place] = Sight(said, things=things, seconds=seconds, empty=not things)
    return found


def _things(row: Mapping[str, Any], evidence: Evidence, frame: int) -> dict[str, Thing]:
    height = row["height"]
    return {
        name: Thing(
            float(track.x[frame] / height),
            float(track.y[frame] / height),
            float(track.angle[frame] % 360),
            float(track.size[frame] / height),
        )
        for name, track in evidence.tracks.items()
        if track.visible[frame]
    }


def _as_read(
    family: Family, evidence: Evidence, reveal: Reveal, things: Mapping[str, Thing]
) -> dict[str, Thing]:
    """Objects under the names that a viewer has for them: `tile 3: -5` may bear another value by now."""
    borne = {
        caption.name: caption.text
        for caption in family.captions(evidence)
        if caption.start <= reveal.start_frame < caption.end
    }
    return {
        f"{name.partition(': ')[0]}: {borne[name]}" if ": " in name and name in borne else name: thing
        for name, thing in things.items()
    }


def _read(
    family: Family, row: Mapping[str, Any], evidence: Evidence, reveal: Reveal, things: Mapping[str, Thing]
) -> Sight:
    """What a frame shows on which the state can be read."""
    query = row["config"]["query"]
    said = "; ".join(f"{name} {what}" for name, what in family.parts(reveal.state, query).items())
    still = {**query, "form": "open", **({"when": query.get("reveal")} if "when" in query else {})}
    shown = replace(evidence, operations=(), reveals=(reveal,), options=(), query=still)
    try:
        answer = family.solve(shown)
    except _LOST:
        answer = None  # it asks for what happens
    carried: tuple[tuple[float, ...], ...] = ()
    if family.world is not None and "target" in query:
        carried = tuple(carried_out(family.world, reveal.state, query["target"], o) for o in row["options"])
    return Sight(said, answer, things, carried, reveal.start_frame / row["fps"])


def carried_out(world: World, state: Any, target: Any, plan: str) -> tuple[float, ...]:
    """How a plan goes from a state: the share of its steps that are legal, and how near it gets.

    Steps that the rules refuse are left out. Two figures for the end: the share of the target's values that
    are in their place, and whether all are; and the first of them for the plan undone from the target.
    """
    steps = world.parse_plan(plan) or ()
    legal, end, start = 0, state, target
    for step in steps:
        try:
            end, legal = world.rules(end, step.kind, step.arguments), legal + 1
        except IllegalOperation:
            continue
    for step in reversed(steps):
        try:
            start = world.undo(start, step.kind, step.arguments)
        except (IllegalOperation, *_LOST):
            break
    near = 1.0 if world.reached(end, target) else _alike(end, target)
    return legal / max(1, len(steps)), near, float(near == 1.0), _alike(start, state)


def _alike(one: Any, two: Any) -> float:
    """The share of two states' values, each with its path, that both have."""
    first, second = set(_leaves(one)), set(_leaves(two))
    return len(first & second) / max(1, len(first | second))


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, Mapping):
        pairs: Sequence[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list | tuple):
        # Texts in a list are members of a set, such as the files of a disk; numbers have their places.
        texts = all(isinstance(item, str) for item in value)
        pairs = [("" if texts else place, item) for place, item in enumerate(value)]
    else:
        return [(*path, value)]
    return [leaf for name, item in pairs for leaf in _leaves(item, (*path, name))]


def _attempt(family: Family, row: Mapping[str, Any], evidence: Evidence) -> bool | None:
    """Whether the solver's answer is right; None if it has none."""
    try:
        return None if family.solve(evidence) is None else answers(family, row, evidence)
    except _LOST:
        return None  # frames in an order that no clip has can lead a solver anywhere


def _shuffled(evidence: Evidence, draws: Stream) -> Evidence:
    """Frames, and what happens in them, in random order."""
    order = np.array(draws.shuffled(range(len(evidence.frames))))
    operations = draws.shuffled(evidence.operations)
    return replace(
        evidence,
        tracks={
            name: replace(track, **{key: values[order] for key, values in vars(track).items()})
            for name, track in evidence.tracks.items()
        },
        operations=tuple(replace(operation, index=k) for k, operation in enumerate(operations)),
    )


def _digest(row: Mapping[str, Any]) -> str:
    poses = (
        np.asarray(track[name], np.float32).tobytes()
        for track in row["tracks"]
        for name in ("x", "y", "angle", "size", "visible")
    )
    operations = ((o["kind"], sorted(o["arguments"].items())) for o in row["operations"])
    return hashed((*poses, *operations, *(sorted(state["state"].items()) for state in row["states"])))
